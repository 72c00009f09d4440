"""Whether a comment belongs under its article: what it shares with the page, its thread and its author's past.

An unknown context is never evidence: every signal here is silent without it.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from moderation.signals.finding import Finding, grown, signal
from moderation.signals.lexicon import WORD, folded
from moderation.signals.view import PageView, View, page_view

_ADDRESSED = re.compile(r"(?:^|\n)\s*@\s?\w|(?:^|\n)\s*>\s?\S")
_COMMON = frozenset(
    "this that with from have your what when will would could should about there their which more been were some very just like also "
    "than them then into only over such because through these those while where after before other many much most here make made good "
    "great nice really article post blog site website information thanks thank people time know think want need well work even still way "
    "dans pour avec vous nous plus mais cette tout tous sont comme aussi etre avoir fait faire bien tres leur leurs sans votre notre "
    "merci article site quand alors donc meme encore autre autres cela ceux celle ainsi entre sous cest elle elles "
    "nicht auch eine einen einer dass wird sind haben noch aber wenn oder kann mehr sehr diese dieser wurde nach beim durch "
    "para como esta este pero todo muy tambien desde porque cuando hasta donde sobre entre anche sono della delle come questo questa".split()
)


def _page(view: View) -> PageView | None:
    submission = view.submission
    if not submission.article_text and not submission.article_title:
        return None
    return page_view(submission.article_title or "", submission.article_text or "")


@signal("on-topic", -0.7, "uses the article's own words", "reprend les mots de l'article")
def on_topic(view: View) -> Finding | None:
    page = _page(view)
    if page is None or not view.submission.article_text:
        return None
    own = {word for word in view.words if len(word) > 3 and word not in _COMMON}
    shared = own & page.words
    if not shared:
        return None
    spans = tuple(view.span(at, at + 1) for at, word in enumerate(view.words) if word in shared)
    return Finding(min(3.0, grown(len(shared)) * (0.5 + len(shared) / len(own))), view.quoted(spans), spans)


@signal("off-topic", 0.9, "not a word of the article", "pas un mot de l'article")
def off_topic(view: View) -> Finding | None:
    """Only for comments with at least twelve telling words: a short answer needs no word of the article."""
    page = _page(view)
    if page is None or len(page.words) < 50:
        return None
    own = {word for word in view.words if len(word) > 3 and word not in _COMMON}
    if len(own) < 12:
        return None
    share = len(own & page.words) / len(own)
    if share >= 0.12:
        return None
    return Finding(1.0 - share / 0.12, f"{len(own)} telling words, {share:.0%} of them in the article")


@signal("names-the-subject", -0.7, "names the subject of the title", "nomme le sujet du titre")
def names_the_subject(view: View) -> Finding | None:
    page = _page(view)
    if page is None or not page.title_words:
        return None
    wanted = page.title_words - _COMMON
    found = [at for at, word in enumerate(view.words) if word in wanted]
    if not found or _repeats_title(view, page):
        return None
    spans = tuple(view.span(at, at + 1) for at in found)
    return Finding(grown(len({view.words[at] for at in found})), view.quoted(spans), spans)


def _repeats_title(view: View, page: PageView) -> bool:
    return len(page.title_folded) > 12 and page.title_folded in " ".join(view.words)


@signal("title-copied", 1.0, "repeats the whole title", "recopie le titre entier")
def title_copied(view: View) -> Finding | None:
    """The mark of machines: a reader names the subject, a machine pastes the title."""
    page = _page(view)
    if page is None or not _repeats_title(view, page) or len(page.title_folded.split()) < 3:
        return None
    return Finding(1.0, view.submission.article_title or "")


@signal("copied-from-page", 0.6, "copies a sentence of the article", "recopie une phrase de l'article")
def copied_from_page(view: View) -> Finding | None:
    page = _page(view)
    if page is None or not page.shingles or len(view.words) < 8:
        return None
    copied = [
        at for at, six in enumerate(zip(*(view.words[k:] for k in range(6)), strict=False)) if six in page.shingles
    ]
    if len(copied) < 2:
        return None
    span = view.span(copied[0], min(len(view.words), copied[-1] + 6))
    share = min(1.0, (len(copied) + 5) / len(view.words))
    return Finding(2.0 * share, view.text[span[0] : span[1]][:120], (span,))


@signal("copied-from-comment", 0.9, "copies another comment of the page", "recopie un autre commentaire de la page")
def copied_from_comment(view: View) -> Finding | None:
    siblings = view.submission.siblings
    if not siblings or len(view.words) < 8:
        return None
    own = set(zip(*(view.words[k:] for k in range(5)), strict=False))
    best = 0.0
    for sibling in siblings[:300]:
        shared = own & _shingles(sibling)
        best = max(best, len(shared) / max(1, len(own)))
    return Finding(2.0 * best, f"{best:.0%} of the text") if best >= 0.3 else None


@lru_cache(maxsize=2048)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = [folded(word) for word in WORD.findall(text.lower())]
    return frozenset(zip(*(words[k:] for k in range(5)), strict=False))


@signal("talks-with-others", -0.6, "takes up words of the other comments", "reprend les mots des autres commentaires")
def talks_with_others(view: View) -> Finding | None:
    siblings = view.submission.siblings
    if not siblings or len(view.words) < 4:
        return None
    own = {word for word in view.words if len(word) > 4 and word not in _COMMON}
    shared = own & page_view("", "\n".join(siblings[:100])).words
    if len(shared) < 2:
        return None
    spans = tuple(view.span(at, at + 1) for at, word in enumerate(view.words) if word in shared)
    return Finding(grown(len(shared)) / 2, view.quoted(spans), spans)


@signal(
    "answers-parent",
    -0.8,
    "takes up words of the comment it answers",
    "reprend les mots du commentaire auquel il répond",
)
def answers_parent(view: View) -> Finding | None:
    parent = view.submission.parent_text
    if not parent:
        return None
    own = {word for word in view.words if len(word) > 3 and word not in _COMMON}
    shared = own & page_view("", parent).words
    if not shared:
        return None
    spans = tuple(view.span(at, at + 1) for at, word in enumerate(view.words) if word in shared)
    return Finding(grown(len(shared)), view.quoted(spans), spans)


@signal("is-an-answer", -0.7, "answers another comment", "répond à un autre commentaire")
def is_an_answer(view: View) -> Finding | None:
    return Finding(1.0, (view.submission.parent_text or "")[:60]) if view.submission.parent_text else None


@signal("addresses-somebody", -0.7, "addresses somebody or quotes", "s'adresse à quelqu'un ou cite")
def addresses_somebody(view: View) -> Finding | None:
    if "@" not in view.text and ">" not in view.text:
        return None
    found = _ADDRESSED.search(view.text)
    return Finding(1.0, view.text[found.start() : found.end() + 20].strip(), (found.span(),)) if found else None


@signal("late", 0.5, "posted more than three months after the article", "posté plus de trois mois après l'article")
def late(view: View) -> Finding | None:
    days = _days_after(view)
    if days is None or days < 90:
        return None
    return Finding(min(2.0, days / 365), f"{days} days after the article")


@signal("prompt", -0.3, "posted within a week of the article", "posté dans la semaine de l'article")
def prompt(view: View) -> Finding | None:
    days = _days_after(view)
    return Finding(1.0, f"{days} days after the article") if days is not None and 0 <= days <= 7 else None


def _days_after(view: View) -> int | None:
    try:
        written = date.fromisoformat((view.submission.date or "")[:10])
        published = date.fromisoformat((view.submission.article_date or "")[:10])
    except ValueError:
        return None  # a date that is absent or partial tells nothing
    return (written - published).days


@signal("many-alike", 0.8, "many comments like this one", "beaucoup de commentaires semblables")
def many_alike(view: View) -> Finding | None:
    members = view.submission.is_duplicate_of
    return Finding(min(3.0, grown(members - 1)), f"{members} comments") if members and members > 1 else None
