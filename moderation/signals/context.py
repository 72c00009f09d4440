"""Whether a comment belongs under its article: what it shares with the page, its thread and its author's past.

An unknown context is never evidence: every signal here is silent without it.
"""

from __future__ import annotations

import math
import re
from datetime import date
from functools import lru_cache

from moderation.signals.finding import Finding, grown, signal
from moderation.signals.lexicon import COMMERCIAL, lexicon
from moderation.signals.view import BEGINNING, PageView, View, addresses_in
from moderation.tokens import WORD, folded
from moderation.wordstats import word_statistics

_ADDRESSED = re.compile(r"(?:^|\n)\s{0,20}(?:@\s?\w|>\s?\S)")


def _taken_up(view: View, shared: frozenset[str], most: float) -> Finding | None:
    """A finding for words shared with the page; rare words count more."""
    if not shared:
        return None
    rarity = word_statistics().rarity
    spans = tuple(view.span(at, at + 1) for at, word in enumerate(view.words) if word in shared)
    # fsum: a plain sum would depend on the order of the set, which differs from process to process
    return Finding(min(most, math.fsum(rarity(word) for word in shared)), view.quoted(spans), spans)


@signal(
    "on-topic", -0.5, "uses the article's own words", "reprend les mots de l'article", needs="page", family="context"
)
def on_topic(view: View) -> Finding | None:
    page = view.page()
    if page is None or not page.words or _repeats_title(view, page):
        return None
    telling = view.telling()
    shared = telling & page.words
    found = _taken_up(view, shared, 4.0)
    return found._replace(strength=found.strength * (0.3 + len(shared) / len(telling))) if found else None


@signal(
    "off-topic",
    0.9,
    "hardly a word of the article",
    "presque aucun mot de l'article",
    needs="page",
    family="context",
    measure=("{} telling words, {} % of them in the article", "{} mots parlants, dont {} % dans l’article"),
)
def off_topic(view: View) -> Finding | None:
    """Only for comments with at least eight telling words: a short answer needs no word of the article. A short article
    says too little to miss its words, and counts for less.

    Words agree by their beginnings: languages with endings write the article's words in other forms. In a language that
    was hardly counted every word passes for a telling one: silent there.
    """
    page = view.page()
    if page is None or len(page.words) < _SHORT_PAGE or not page.is_counted:
        return None
    telling = view.telling()
    if len(telling) < 8:
        return None
    share = sum(word[:BEGINNING] in page.beginnings for word in telling) / len(telling)
    if share >= _ON_TOPIC:
        return None
    size = min(1.0, (len(page.words) - _SHORT_PAGE) / (_FULL_PAGE - _SHORT_PAGE))
    return Finding((1.0 - share / _ON_TOPIC) * size, f"{len(telling)}, {share:.0%}") if size else None


# different words of an article: under 200 a fifth of the readers use none of them, over 200 one in thirty
_SHORT_PAGE, _FULL_PAGE = 80, 240
_ON_TOPIC = 0.15  # share of a comment's telling words


@signal(
    "names-the-subject",
    -0.7,
    "names the subject of the title",
    "nomme le sujet du titre",
    needs="page",
    family="context",
)
def names_the_subject(view: View) -> Finding | None:
    page = view.page()
    if page is None or not page.title_words or _repeats_title(view, page):
        return None
    return _taken_up(view, view.telling() & page.title_words, 3.0)


def _repeats_title(view: View, page: PageView) -> bool:
    title = page.title_folded
    return len(title) >= 10 and " " in title and title in " ".join(view.words)


@signal("title-copied", 1.0, "repeats the whole title", "recopie le titre entier", needs="page", family="context")
def title_copied(view: View) -> Finding | None:
    """The mark of machines: a reader names the subject, a machine pastes the title. Twice as telling if hardly
    anything else is there."""
    page = view.page()
    if page is None or not _repeats_title(view, page):
        return None
    rest = len(view.words) - len(page.title_folded.split()) - len(view.author_words)
    return Finding(2.0 if rest <= 4 else 1.0, view.submission.article_title or "")


@signal(
    "copied-from-page",
    0.6,
    "copies a sentence of the article",
    "recopie une phrase de l'article",
    needs="page",
    family="context",
)
def copied_from_page(view: View) -> Finding | None:
    page = view.page()
    if page is None or len(view.words) < 8 or not _may_be_copied(view, page):
        return None
    copied = [
        at for at, six in enumerate(zip(*(view.words[k:] for k in range(6)), strict=False)) if six in page.shingles
    ]
    if len(copied) < 2:
        return None
    span = view.span(copied[0], min(len(view.words), copied[-1] + 6))
    share = min(1.0, (len(copied) + 5) / len(view.words))
    return Finding(2.0 * share, view.text[span[0] : span[1]][:120], (span,))


def _may_be_copied(view: View, page: PageView) -> bool:
    """Whether six words in a row are words of the page, short ones set aside."""
    row = 0
    said = page.words
    for word in view.words:
        row = row + 1 if word in said or len(word) <= 3 else 0
        if row >= 6:
            return True
    return False


_COPIED = 0.3  # share of the text
_TEXTS = 512  # other comments whose words are kept: those of a page and more, each cut by `siblings_of`


@signal(
    "copied-from-comment",
    0.9,
    "copies another comment of the page",
    "recopie un autre commentaire de la page",
    needs="thread",
    family="context",
    measure=("{} % of the text", "{} % du texte"),
)
def copied_from_comment(view: View) -> Finding | None:
    siblings = view.submission.siblings
    if not siblings or len(view.words) < 8:
        return None
    own = set(zip(*(view.words[k:] for k in range(5)), strict=False))
    best = 0.0
    fewest = _COPIED * len(own)  # less of it is no copy
    for sibling in siblings:
        theirs = _shingles(sibling)
        if len(theirs) >= fewest and not own.isdisjoint(theirs):
            best = max(best, len(own & theirs) / len(own))
    return Finding(2.0 * best, f"{best:.0%}") if best >= _COPIED else None


@lru_cache(maxsize=_TEXTS)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = [folded(word) for word in WORD.findall(text.lower())]
    return frozenset(zip(*(words[k:] for k in range(5)), strict=False))


@signal(
    "talks-with-others",
    -0.5,
    "takes up words of the other comments",
    "reprend les mots des autres commentaires",
    needs="thread",
    family="context",
)
def talks_with_others(view: View) -> Finding | None:
    """Words of addresses, and words of comments that look like spam themselves, are nobody's talk."""
    siblings = view.submission.siblings
    if not siblings or len(view.words) < 4:
        return None
    own = view.telling().difference(*(WORD.findall(view.text[a.start : a.end].lower()) for a in view.addresses))
    words = frozenset(view.words)
    shared: set[str] = set()
    for sibling in siblings[:100]:
        talk = _talk_of(sibling)
        if not own.isdisjoint(talk) and not _is_copy(words, sibling):
            shared |= own & talk
    return _taken_up(view, frozenset(shared), 2.0)


def _is_copy(own: frozenset[str], sibling: str) -> bool:
    """Whether two thirds of the words of the longer one stand in both."""
    words = _words_of(sibling)
    least, most = sorted((len(own), len(words)))
    return least * 3 > 2 * most and len(own & words) * 3 > 2 * most


@lru_cache(maxsize=_TEXTS)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(folded(word) for word in WORD.findall(text.lower()))


_SUSPECT_LINKS = 2


@lru_cache(maxsize=_TEXTS)
def _talk_of(text: str) -> frozenset[str]:
    """The words of another comment outside of its addresses; none if it advertises: several links or trades."""
    addresses = addresses_in(text)
    if len(addresses) >= _SUSPECT_LINKS:
        return frozenset()
    words = [folded(word) for word in WORD.findall(text.lower())]
    trades = sum(len(hits) for family, hits in lexicon().scan(words, text).items() if family in COMMERCIAL)
    if trades * 12 > len(words) or (addresses and trades):
        return frozenset()
    rest = text
    for address in reversed(addresses):
        rest = rest[: address.start] + " " + rest[address.end :]
    return _words_of(rest)


@signal(
    "answers-parent",
    -0.8,
    "takes up words of the comment it answers",
    "reprend les mots du commentaire auquel il répond",
    needs="thread",
    family="context",
)
def answers_parent(view: View) -> Finding | None:
    parent = view.submission.parent_text
    if not parent or _is_copy(frozenset(view.words), parent):
        return None
    return _taken_up(view, view.telling() & _talk_of(parent), 2.0)


@signal(
    "is-an-answer", -0.7, "answers another comment", "répond à un autre commentaire", needs="thread", family="context"
)
def is_an_answer(view: View) -> Finding | None:
    return Finding(1.0, (view.submission.parent_text or "")[:60]) if view.submission.parent_text else None


@signal("addresses-somebody", -0.7, "addresses somebody or quotes", "s'adresse à quelqu'un ou cite", family="context")
def addresses_somebody(view: View) -> Finding | None:
    if "@" not in view.text and ">" not in view.text:
        return None
    found = _ADDRESSED.search(view.text)
    return Finding(1.0, view.text[found.start() : found.end() + 20].strip(), (found.span(),)) if found else None


@signal(
    "late",
    0.5,
    "posted more than three months after the article",
    "posté plus de trois mois après l'article",
    family="context",
    measure=("{} days after the article", "{} jours après l’article"),
)
def late(view: View) -> Finding | None:
    days = _days_after(view)
    if days is None or days < 90:
        return None
    return Finding(min(2.0, days / 365), str(days))


@signal(
    "prompt",
    -0.3,
    "posted within a week of the article",
    "posté dans la semaine de l'article",
    family="context",
    measure=("{} day after the article|{} days after the article", "{} jour après l’article|{} jours après l’article"),
)
def prompt(view: View) -> Finding | None:
    days = _days_after(view)
    return Finding(1.0, str(days)) if days is not None and 0 <= days <= 7 else None


def _days_after(view: View) -> int | None:
    try:
        written = date.fromisoformat((view.submission.date or "")[:10])
        published = date.fromisoformat((view.submission.article_date or "")[:10])
    except ValueError:
        return None  # a date that is absent or partial tells nothing
    return (written - published).days


@signal(
    "many-alike",
    0.8,
    "many comments like this one",
    "beaucoup de commentaires semblables",
    family="context",
    measure=("{} comments", "{} commentaires"),
)
def many_alike(view: View) -> Finding | None:
    members = view.submission.is_duplicate_of
    return Finding(min(3.0, grown(members - 1)), str(members)) if members and members > 1 else None
