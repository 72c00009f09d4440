"""A comment's language where it stands: under an article that may be in another language than is declared.

Blogs in one language have posts in another, or in two, and readers answer in the post's.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from moderation.language.judge import LanguageFinding, LanguageJudge
from moderation.normalise import language_text
from moderation.verdict import LanguageRelation

PLAIN = 200
"""Characters of an article from which its text counts beside what is declared; also the length of one sample."""

_READ = 30_000  # characters
_SAMPLES = 5
_AGREEING = 2  # so many samples in another language are no quotation
_SURE = 0.99  # of a vote


def relation_here(judge: LanguageJudge, text: str, declared: str | None, article: str | None) -> LanguageFinding:
    """How a comment's language relates to where it stands: a site or page that declares a language (ISO 639-1, a region
    may follow), and an article with this text.

    An article that is plainly in another language than declared, wholly or for a good part, is read by people of both.
    """
    finding = judge.relation(text, declared)
    if finding.relation is LanguageRelation.OTHER and declared and article and len(article) >= PLAIN:
        spoken = _other_language(judge.languages, judge.lean, article, declared)
        if spoken is not None:
            there = judge.relation(text, spoken)
            return finding if there.relation is LanguageRelation.OTHER else there
    return finding


@lru_cache(maxsize=256)
def _other_language(languages: tuple[str, ...], lean: bool, article: str, declared: str) -> str | None:
    """The language that a good part of an article is plainly in beside the declared one; None if there is none."""
    text = language_text(article[:_READ])
    if len(text) < PLAIN:
        return None
    judge = LanguageJudge(languages=languages, lean=lean)
    samples = _samples(text)
    found = (judge.relation(sample, declared) for sample in samples)
    spoken = Counter(
        finding.language
        for finding in found
        if finding.relation is LanguageRelation.OTHER and (finding.probability >= _SURE or finding.detector != "vote")
    )
    most = max(spoken, key=lambda language: (spoken[language], language or ""), default=None)
    return most if spoken[most] >= min(_AGREEING, len(samples)) else None


def _samples(text: str) -> tuple[str, ...]:
    """Pieces from beginning to end; a short text whole."""
    if len(text) < _SAMPLES * PLAIN:
        return (text,)
    last = len(text) - PLAIN
    return tuple(text[at : at + PLAIN] for at in range(0, last + 1, last // (_SAMPLES - 1)))
