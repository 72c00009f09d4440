"""A page compared with itself: does what it says now resemble its last good record?

A theme that moved, a login wall or a notice of maintenance answers 200 like any page. What gives it away is that the
page no longer says what it said: its text, its title, its headings or its comments are not there any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from extractors.records import CommentKind, PageKind, Shortfall
from storage.crawl.article_parts import made_whole
from storage.crawl.articles import content_key
from storage.crawl.comments import (
    STORED,
    Prepared,
    Written,
    differs,
    known_comments,
    matched,
    merged,
    new_rows,
    prepared,
)
from storage.crawl.identity import plain, tweet_key
from storage.crawl.matching import settled_keys
from storage.crawl.outcomes import Extracted
from storage.database.engine import Database
from storage.database.tables import articles, pages, sections, tweet_sightings, tweets

TEXT_LEAST = 200  # characters; a shorter text says too little when it changes
TEXT_KEPT = 0.7  # of its word triples: a corrected article keeps more, a moved body next to nothing
TEXT_COLLAPSED = 0.15
TEXT_THIN = 0.5  # of its length: what is left is no article that somebody wrote anew
TEXT_GREW = 2.0  # times as long as a record that was a stub: the page is whole only now
STUB = 800  # characters
TEXT_SWOLLEN = 3.0  # times as long: the body and what stands around it
TITLE_KEPT = 0.34  # of its words
SECTIONS_LEAST = 2
SECTIONS_KEPT = 0.34
THREAD_LEAST = 3
THREAD_LOST = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a page differs from its last good record.

    `signs` are stable words for what broke: text, title, sections, kind, comments (a thread that collapsed),
    fewer_comments, edited_comments; with `collapsed` if little of it is left, `thin` if what stands there now is no
    article either. `same`: it says exactly what is stored. Comments are counted on this page only.
    """

    signs: tuple[str, ...]
    same: bool
    comments: int
    missing: int
    rewritten: int
    sentence: str


def compared(db: Database, outcome: Extracted) -> Comparison | None:
    """The page against its last good record; None if there is none."""
    with db.read() as connection:
        page = connection.execute(select(pages).where(pages.c.id == outcome.exchange.page_id)).one_or_none()
        if page is None or page.article_id is None:
            return None
        article = connection.execute(select(articles).where(articles.c.id == page.article_id)).one_or_none()
        if article is None or is_known_otherwise(page, outcome):
            return None
        outcome = made_whole(connection, outcome)
        headings = old_headings(connection, page.article_id)
        messages = old_messages(connection, page.article_id)
        thread = known_comments(connection, [page.article_id]).get(page.article_id, [])
    item = prepared(db, outcome)
    found = matched(item, thread)
    here = [row for row in thread if row.page_id == page.id and is_present(row)]
    places = {number: place for place, number in enumerate(found) if number is not None}
    missing = [row for row in here if row.id not in places]
    if may_be_elsewhere(article, outcome):
        missing = []
    rewritten = sum(
        row.id in places and plain(row.body) != plain(outcome.page.comments[places[row.id]].body) for row in here
    )
    signs: list[str] = []
    words: list[str] = []
    if not page.is_continuation:
        signs, words = article_signs(article, headings, outcome)
    if here and missing:
        collapsed = len(here) >= THREAD_LEAST and len(missing) >= THREAD_LOST * len(here)
        signs += ["comments", "collapsed"] if collapsed else ["fewer_comments"]
        words.append(f"comments {len(here):,} -> {len(here) - len(missing):,}")
    if rewritten:
        signs.append("edited_comments")
        words.append(f"{rewritten:,} of {len(here):,} comments rewritten")
    return Comparison(
        signs=tuple(dict.fromkeys(signs)),
        same=not signs and messages >= shown_messages(db, outcome) and is_same(db, item, page, article, thread, found),
        comments=len(here),
        missing=len(missing),
        rewritten=rewritten,
        sentence="; ".join(words),
    )


def is_known_otherwise(page: Row[Any], outcome: Extracted) -> bool:
    """Whether the page is something else than the article that is kept of it: a person says so, or it was accepted as
    that before and still is that."""
    kind = str(outcome.page.page_kind)
    if outcome.kind_by is not None and outcome.page.page_kind is not PageKind.ARTICLE:
        return True
    return not page.is_continuation and page.kind not in (None, str(PageKind.ARTICLE)) and page.kind == kind


def may_be_elsewhere(article: Row[Any], outcome: Extracted) -> bool:
    """Whether comments that a page does not show need not be missing: its thread has further pages, or never showed
    them all (a script brings them) and shows no fewer than at its last good record."""
    shortfall, found = outcome.page.discussion.shortfall, len(outcome.page.comments)
    if shortfall is Shortfall.PAGINATED:
        return found > 0
    return shortfall is not None and article.shortfall == str(shortfall) and found >= article.comments_found


def is_present(row: Row[Any]) -> bool:
    return row.missing_since is None and row.erased_at is None and row.kind != CommentKind.REMOVED


def old_headings(connection: Connection, article_id: int) -> list[str]:
    query = select(sections.c.heading).where(sections.c.article_id == article_id, sections.c.heading.is_not(None))
    return list(connection.execute(query.order_by(sections.c.position)).scalars())


def old_messages(connection: Connection, article_id: int) -> set[str]:
    """The keys of the short messages that were seen on the article's page."""
    query = select(tweets.c.key).join(tweet_sightings, tweet_sightings.c.tweet_id == tweets.c.id)
    return set(connection.execute(query.where(tweet_sightings.c.article_id == article_id)).scalars())


def shown_messages(db: Database, outcome: Extracted) -> set[str]:
    return {tweet_key(db.secret, tweet) for tweet in outcome.page.tweets}


def article_signs(article: Row[Any], headings: Sequence[str], outcome: Extracted) -> tuple[list[str], list[str]]:
    """What of the article broke, as stable words and in words."""
    page = outcome.page
    signs: list[str] = []
    words: list[str] = []
    if page.page_kind is not PageKind.ARTICLE:
        signs += ["kind", "collapsed", "thin"]
        words.append(f"it was an article and is a page of the kind {page.page_kind}")
    grew = len(article.text) < STUB and len(page.text) >= TEXT_GREW * len(article.text)
    if len(article.text) >= TEXT_LEAST and article.text != page.text and not grew:
        kept = share_kept(article.text, page.text)
        if kept < TEXT_KEPT or len(page.text) > TEXT_SWOLLEN * len(article.text) + 1000:
            signs += ["text", "collapsed"] if kept < TEXT_COLLAPSED else ["text"]
            signs += ["thin"] if len(page.text) < TEXT_THIN * len(article.text) else []
            words.append(f"text {len(article.text):,} -> {len(page.text):,} characters, {kept:.0%} of it kept")
    if article.title and words_kept(article.title, page.title or "") < TITLE_KEPT:
        signs.append("title")
        words.append(f"title {shown(article.title)} -> {shown(page.title or '')}")
    now = {section.heading for section in page.sections if section.heading}
    kept_headings = sum(heading in now for heading in headings)
    if len(headings) >= SECTIONS_LEAST and kept_headings < SECTIONS_KEPT * len(headings):
        signs.append("sections")
        words.append(f"headings {len(headings):,} -> {len(now):,}, {kept_headings:,} of them kept")
    if words and page.extractor_version != article.extractor_version:
        words.append(f"read by extractor {page.extractor_version}, before by {article.extractor_version}")
    return signs, words


def shown(text: str) -> str:
    text = " ".join(text.split())
    return f"{text[:59]}…" if len(text) > 60 else text or "(none)"


def words_kept(before: str, after: str) -> float:
    old, new = set(before.casefold().split()), set(after.casefold().split())
    return len(old & new) / len(old) if old else 1.0


def share_kept(before: str, after: str) -> float:
    """The share of the old text's word triples that the new one has; of its character fours where words are rare."""
    old, new = shingles(before), shingles(after)
    return len(old & new) / len(old) if old else 1.0


def shingles(text: str) -> set[Any]:
    words = text.casefold().split()
    if len(words) * 15 < len(text):  # Chinese, Japanese, Thai write without blanks
        plain = "".join(words)
        return {plain[at : at + 4] for at in range(max(1, len(plain) - 3))}
    return set(zip(words, words[1:], words[2:], strict=False)) or set(words)


def is_same(
    db: Database,
    item: Prepared,
    page: Row[Any],
    article: Row[Any],
    thread: Sequence[Row[Any]],
    found: Sequence[int | None],
) -> bool:
    """Whether loading the page would change nothing that a reader sees: links in a sidebar come and go each night."""
    outcome = item.outcome
    read, discussion = outcome.page, outcome.page.discussion
    shortfall = None if discussion.shortfall is None else str(discussion.shortfall)
    if (
        page.is_continuation
        or None in found
        or article.page_id != page.id
        or article.gone_at is not None
        or (article.canonical_url, article.extractor_version) != (read.canonical_url, read.extractor_version)
        or (article.platform, article.comments_claimed, article.comments_found, article.shortfall)
        != (discussion.platform, discussion.claimed, len(read.comments), shortfall)
        or article.content_key != content_key(db, read)
    ):
        return False
    ids = [number for number in found if number is not None]
    rows = {row.id: row for row in thread}
    if any(row.missing_since is not None for row in thread if row.id in ids):
        return False
    keys = settled_keys(item.keys, found, {row.key: row.id for row in thread})
    fresh = new_rows(db, item, article.id, ids, keys, db.moment(outcome.exchange.fetched_at))
    for number, comment, new in zip(ids, read.comments, fresh, strict=True):
        written, edited = merged(db, rows[number], Written._make(new), comment)
        if edited or differs(rows[number], written, STORED):
            return False
    return all(row.id in ids for row in thread if row.page_id == page.id and is_present(row))
