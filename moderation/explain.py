"""Reasons in words, in French and English, strongest first, for and against."""

from __future__ import annotations

from typing import Literal

from moderation.signals import all_signals
from moderation.verdict import Evidence, Verdict

Language = Literal["fr", "en"]

_OWN = {
    "baseline": ("what any comment starts from", "ce dont part tout commentaire"),
    "wording-spam": ("wording usual in spam", "tournures fréquentes dans le spam"),
    "wording-ham": ("wording usual in readers' comments", "tournures fréquentes chez les lecteurs"),
    "other-language": ("another language than the article", "autre langue que l'article"),
    "site-layer": ("what this site's editors taught", "ce que les éditeurs de ce site ont appris au filtre"),
    "notice-own-site": ("a notice from the site itself", "notification venant du site lui-même"),
    "notice-links-back": ("whether the notice's page links here", "la page de la notification renvoie-t-elle ici"),
}
_WEAK = 0.1  # log-odds under which a reason is not worth reading


def meaning(signal: str, language: Language = "en") -> str:
    """What a signal looks for, in words; the signal's own name if it is of another version."""
    if signal in _OWN:
        return _OWN[signal][0 if language == "en" else 1]
    for named in all_signals():
        if named.name == signal:
            return named.meaning_en if language == "en" else named.meaning_fr
    return signal


def meanings(language: Language = "en") -> dict[str, str]:
    """What each signal looks for, by its name, in the order of the words."""
    names = [*_OWN, *(named.name for named in all_signals())]
    return dict(sorted(((name, meaning(name, language)) for name in names), key=lambda pair: pair[1].casefold()))


def reason(evidence: Evidence, language: Language = "en") -> str:
    """One reason: what it is, the comment's words, how much it counts and for which side."""
    quote = ""
    if evidence.because:
        shown = " ".join(evidence.because.split())[:120]
        quote = f": “{shown}”" if language == "en" else f" : « {shown} »"
    return f"{meaning(evidence.signal, language)}{quote} ({evidence.log_odds:+.1f})"


def reasons(verdict: Verdict, language: Language = "en", most: int = 12) -> list[str]:
    """The verdict's reasons, strongest first. Positive numbers speak for spam, negative ones against it."""
    if language not in ("fr", "en"):
        raise ValueError(f"reasons are written in fr or en, not {language}")
    strong = sorted(verdict.evidence, key=lambda e: (-abs(e.log_odds), e.signal))
    return [reason(evidence, language) for evidence in strong if abs(evidence.log_odds) >= _WEAK][:most]
