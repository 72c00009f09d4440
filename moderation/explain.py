"""Reasons in words, in French and English, strongest first, for and against."""

from __future__ import annotations

import re
from typing import Literal

from moderation.signals import all_signals, named_signals
from moderation.verdict import Evidence, Verdict

Language = Literal["fr", "en"]

_OWN = {
    "baseline": ("what any comment starts from", "ce dont part tout commentaire"),
    "wording-spam": ("wording usual in spam", "tournures fréquentes dans le spam"),
    "wording-ham": ("wording usual in readers' comments", "tournures fréquentes chez les lecteurs"),
    "look-of-name": ("names that look like this", "les noms de cette allure"),
    "look-of-hosts": ("addresses that look like this", "les adresses de cette allure"),
    "other-language": ("another language than the article", "autre langue que l'article"),
    "site-layer": ("what this site's editors taught", "ce que les éditeurs de ce site ont appris au filtre"),
    "notice-own-site": ("a notice from the site itself", "notification venant du site lui-même"),
    "notice-links-back": ("whether the notice's page links here", "la page de la notification renvoie-t-elle ici"),
}
_OWN_MEASURE = {"site-layer": ("{} decision|{} decisions", "{} décision|{} décisions")}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WEAK = 0.1  # log-odds under which a reason is not worth reading


def meaning(signal: str, language: Language = "en") -> str:
    """What a signal looks for, in words; the signal's own name if it is of another version."""
    if signal in _OWN:
        return _OWN[signal][0 if language == "en" else 1]
    named = named_signals().get(signal)
    if named is None:
        return signal
    return named.meaning_en if language == "en" else named.meaning_fr


def meanings(language: Language = "en") -> dict[str, str]:
    """What each signal looks for, by its name, in the order of the words."""
    names = [*_OWN, *(named.name for named in all_signals())]
    return dict(sorted(((name, meaning(name, language)) for name in names), key=lambda pair: pair[1].casefold()))


def detail(evidence: Evidence, language: Language = "en") -> str:
    """What a reason rests on, for a person: the comment's own words as they stand, numbers phrased in the language.

    Evidence stored by earlier versions, which kept English sentences, holds the same numbers and reads the same.
    """
    named = named_signals().get(evidence.signal)
    if evidence.signal in _OWN_MEASURE:
        english, french = _OWN_MEASURE[evidence.signal]
    elif named is not None:
        english, french = named.measure_en, named.measure_fr
    else:
        english = french = ""
    forms = (english if language == "en" else french).split("|")
    numbers = _NUMBER.findall(evidence.because)
    if not forms[0] or len(numbers) != forms[0].count("{}"):
        return evidence.because
    is_one = float(numbers[0]) < 2 if language == "fr" else float(numbers[0]) == 1
    return (forms[0] if is_one else forms[-1]).format(*numbers)


def is_measured(evidence: Evidence) -> bool:
    """Whether a reason rests on numbers of ours rather than on words of the comment."""
    named = named_signals().get(evidence.signal)
    return evidence.signal in _OWN_MEASURE or (named is not None and named.measure_en != "")


def reason(evidence: Evidence, language: Language = "en") -> str:
    """One reason: what it is, the comment's words, how much it counts and for which side."""
    quote = ""
    if evidence.because:
        shown = " ".join(detail(evidence, language).split())[:120]
        if is_measured(evidence):
            quote = f": {shown}" if language == "en" else f" : {shown}"
        else:
            quote = f": “{shown}”" if language == "en" else f" : « {shown} »"
    return f"{meaning(evidence.signal, language)}{quote} ({evidence.log_odds:+.1f})"


def reasons(verdict: Verdict, language: Language = "en", most: int = 12) -> list[str]:
    """The verdict's reasons, strongest first. Positive numbers speak for spam, negative ones against it."""
    if language not in ("fr", "en"):
        raise ValueError(f"reasons are written in fr or en, not {language}")
    strong = sorted(verdict.evidence, key=lambda e: (-abs(e.log_odds), e.signal))
    return [reason(evidence, language) for evidence in strong if abs(evidence.log_odds) >= _WEAK][:most]
