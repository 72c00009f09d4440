"""The judge of language relations: rules that need no model first, then a vote of detectors, then an abstain band."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from moderation.language.scripts import UNSPACED, languages_in, letters_by_script, scripts_of
from moderation.language.voters import FasttextVoter, LangdetectVoter, LinguaVoter, Votes
from moderation.normalise import language_text
from moderation.verdict import LanguageRelation

DEFAULT_LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "nl", "pt", "ru", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFinding:
    """A comment's language relative to its article.

    `language`: ISO 639-1, None if nothing can be said. `probability` of that language and `article_probability` of the
    article's are 0 to 1 and include the prior for the article's language; they are 0 where no model was asked.
    `because` is one sentence; `detector` says who decided (script, rule, langdetect, vote).
    """

    relation: LanguageRelation
    language: str | None
    probability: float
    article_probability: float
    because: str
    detector: str


class LanguageJudge:
    """Judges comments against their article's language. Thread-safe; models load at first use.

    `languages`: the ISO 639-1 codes to reckon with; an article's own language is always one more. `lean`: without
    lingua, a third of the memory, more undecidable answers on short texts.
    """

    def __init__(self, languages: tuple[str, ...] = DEFAULT_LANGUAGES, lean: bool = False) -> None:
        self.languages = tuple(sorted(set(languages)))
        self.lean = lean

    def relations(self, texts: Sequence[str], article_languages: Iterable[str | None]) -> list[LanguageFinding]:
        """The findings for a batch, in its order."""
        return [self.relation(text, language) for text, language in zip(texts, article_languages, strict=True)]

    def relation(self, text: str, article_language: str | None) -> LanguageFinding:
        """The relation of one comment to its article's language (ISO 639-1, a region may follow; None: unknown)."""
        article = re.split(r"[-_]", article_language.strip().lower())[0] if article_language else None
        plain = language_text(text)
        scripts = letters_by_script(plain)
        letters = scripts.total()
        if not letters:
            return _undecidable("no words", "rule")
        script, most = scripts.most_common(1)[0]
        if most < (2 if script in UNSPACED else 3):
            return _undecidable("fewer than three letters", "rule")
        if article and script not in scripts_of(article) and most >= 0.6 * letters:
            language = languages_in(script, self.languages)
            return LanguageFinding(
                relation=LanguageRelation.OTHER,
                language=language[0] if len(language) == 1 else None,
                probability=0.0,
                article_probability=0.0,
                because=f"written in {script} letters",
                detector="script",
            )
        candidates = self.languages if article is None or article in self.languages else (*self.languages, article)
        words = len(plain.split())
        if words > 10:
            votes = LangdetectVoter(candidates).votes(plain)
            best = max(votes, key=lambda code: (votes[code], code), default=None)
            if best is not None and votes[best] >= 0.99:
                return _finding(
                    votes,
                    best,
                    article,
                    LanguageRelation.SAME if best == article else LanguageRelation.OTHER,
                    "langdetect",
                )
        posterior = self._posterior(plain, candidates, article)
        best = max(posterior, key=lambda code: (posterior[code], code))
        here = posterior.get(article, 0.0) if article else 0.0
        if here >= 0.5:
            relation = LanguageRelation.SAME
        elif here <= (0.02 if words <= 3 else 0.1) and _is_text(plain):
            relation = LanguageRelation.OTHER
        else:
            relation = LanguageRelation.UNDECIDABLE
        return _finding(posterior, best, article, relation, "vote")

    def _posterior(self, text: str, candidates: tuple[str, ...], article: str | None) -> Votes:
        voters: list[tuple[float, Votes]] = [
            (0.04, LangdetectVoter(candidates).votes(text)),
            (0.32, FasttextVoter().votes(text)),
        ]
        if not self.lean:
            voters.append((1.19, LinguaVoter(candidates).votes(text)))
        scores = {
            code: sum(weight * math.log(votes.get(code, 0.0) + 1e-3) for weight, votes in voters)
            + (2.0 if code == article else 0.0)
            for code in candidates
        }
        top = max(scores.values())
        total = sum(math.exp(score - top) for score in scores.values())
        return {code: math.exp(score - top) / total for code, score in scores.items()}


def _is_text(plain: str) -> bool:
    words = plain.split()
    return not (len(words) <= 3 and all(word[:1].isupper() for word in words))


def _finding(
    votes: Votes, best: str, article: str | None, relation: LanguageRelation, detector: str
) -> LanguageFinding:
    if article is None:
        relation = LanguageRelation.UNDECIDABLE
    return LanguageFinding(
        relation=relation,
        language=best,
        probability=votes[best],
        article_probability=votes.get(article, 0.0) if article else 0.0,
        because=f"reads as {best} ({votes[best]:.0%})",
        detector=detector,
    )


def _undecidable(because: str, detector: str) -> LanguageFinding:
    return LanguageFinding(
        relation=LanguageRelation.UNDECIDABLE,
        language=None,
        probability=0.0,
        article_probability=0.0,
        because=because,
        detector=detector,
    )
