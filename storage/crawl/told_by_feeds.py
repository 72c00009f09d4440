"""Pages that are due and may be left alone, because the feeds of their site name nothing new on them.

A feed holds the newest entries only, so it is relied on where it goes on from what is known: the older half of it is
known already, and it names what the database has of the days since its oldest entry. A feed of one category does not,
nor does one that more has happened on than it holds. What no feed says (most of them are silent about corrections, and
all about comments that were taken down) is found when it is the page's turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from sqlalchemy import Row, func, select

from extractors.urls import article_address, normalised
from storage.crawl.leaving_alone import (
    COVERED,
    FORMS,
    SLACK,
    LeftAlone,
    Turn,
    bare,
    call_up,
    ids_known,
    known_pages,
    put_off,
    seen_once,
    standing_comments,
)
from storage.database.engine import Database
from storage.database.tables import comments

_NUMBER = re.compile(r"(?<!\d)\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """What a feed names: an article's address, or a comment's with its fragment; and when it last changed, aware
    UTC."""

    url: str
    modified: datetime | None

    @property
    def fragment(self) -> str:
        return urldefrag(self.url).fragment

    @property
    def is_comment(self) -> bool:
        return bool(_NUMBER.search(self.fragment))

    @property
    def page(self) -> str:
        return article_address(normalised(self.url))

    @property
    def ids(self) -> set[str]:
        """What the comment may be called on its page."""
        number = _NUMBER.search(self.fragment)
        return {self.fragment, *(form.format(number[0]) for form in FORMS if number)}


Feed = Sequence[FeedEntry]


def leave_alone_by_feeds(db: Database, site: str, feeds: Sequence[Feed], turn: Turn, now: datetime) -> LeftAlone | None:
    """Puts off to the next night the due pages that no feed names as new or changed; calls up those that one names.

    Only pages that are well and whose turn it is not. None, and nothing is put off, where the feeds cannot be relied
    on, or where the site has comments and no feed of them.
    """
    of_articles = [feed for feed in feeds if not is_of_comments(feed)]
    of_comments = [feed for feed in feeds if is_of_comments(feed)]
    rows = known_pages(db, site)
    addresses = {bare(address): row for row in rows for address in (row.canonical_url, row.url) if address}
    said = unknown_comments(db, site, of_comments, addresses)
    if said is None or not covers_articles(of_articles, rows, addresses):
        return None
    told = {bare(entry.page) for entry in said}
    changed = {bare(entry.page): entry.modified for feed in of_articles for entry in feed if entry.modified}
    called = {row.id for row in rows if names(row) & told or is_newer(row, changed)}
    articles = {row.article_id for row in rows if row.id in called and row.article_id is not None}
    called |= {row.id for row in rows if row.article_id in articles}
    stay = called | seen_once(rows)
    quiet = [
        (row.last_fetched, row.id)
        for row in rows
        if row.state == "ok" and row.id not in stay and row.next_due is not None and row.next_due <= now
    ]
    call_up(db, called, now)
    entries = [*said, *(entry for feed in of_articles for entry in feed)]
    new = dict.fromkeys(entry.page for entry in entries if bare(entry.page) not in addresses)
    return LeftAlone(pages=put_off(db, quiet, turn, now), new_posts=tuple(new))


def is_of_comments(feed: Feed) -> bool:
    return 2 * sum(entry.is_comment for entry in feed) > len(feed)


def names(row: Row[Any]) -> set[str]:
    return {bare(address) for address in (row.url, row.canonical_url) if address}


def is_newer(row: Row[Any], changed: dict[str, datetime]) -> bool:
    """Whether a feed says that the article changed since a day before its last visit."""
    stated = max((changed[name] for name in names(row) if name in changed), default=None)
    return stated is not None and row.last_fetched is not None and stated + SLACK > row.last_fetched


def covers_articles(feeds: Sequence[Feed], rows: Sequence[Row[Any]], addresses: dict[str, Row[Any]]) -> bool:
    """Whether the feeds go on from what is known, and name the articles of the days since their oldest entry."""
    if not feeds or not all(goes_on(feed, lambda entry: bare(entry.page) in addresses) for feed in feeds):
        return False
    well = [row for row in rows if row.kind == "article" and row.state == "ok" and not row.is_continuation]
    dated = [row for row in well if row.published_on is not None]
    if not well or 2 * len(dated) < len(well):
        return False  # nobody can tell what the feeds leave out
    named = {bare(entry.page) for feed in feeds for entry in feed}
    since = (horizon(feeds) + SLACK).date()
    recent = [row for row in dated if row.published_on > since]
    return sum(bool(names(row) & named) for row in recent) >= COVERED * len(recent)


def unknown_comments(
    db: Database, site: str, feeds: Sequence[Feed], addresses: dict[str, Row[Any]]
) -> list[FeedEntry] | None:
    """The comments that the feeds name and that are not known; None where others may be unknown as well."""
    entries = [entry for feed in feeds for entry in feed if entry.is_comment]
    with db.read() as connection:
        mine, there = standing_comments(site)
        number = connection.execute(select(func.count()).select_from(mine).where(*there)).scalar_one()
        ids = ids_known(connection, site, {name for entry in entries for name in entry.ids})
        if not entries:
            return None if number else []
        if not all(any(entry.modified for entry in feed) for feed in feeds):
            return None
        since = (horizon(feeds) + SLACK).date()
        recent = (comments.c.date.is_not(None), comments.c.day > since)
        newer = connection.execute(select(func.count()).select_from(mine).where(*there, *recent)).scalar_one()
    if len(entries) < COVERED * newer:
        return None

    def is_known(entry: FeedEntry) -> bool:
        if ids:  # the feed calls comments by the names that they have on their pages
            return not entry.ids.isdisjoint(ids)
        page = addresses.get(bare(entry.page))
        visited = page.last_fetched if page is not None else None
        return visited is not None and entry.modified is not None and entry.modified + SLACK <= visited

    if not all(goes_on(feed, is_known) for feed in feeds):
        return None
    return [entry for entry in entries if not is_known(entry)]


def goes_on(feed: Feed, is_known: Callable[[FeedEntry], bool]) -> bool:
    """Whether the older half of the feed is known: one entry may stand there for ever."""
    dates = [entry.modified for entry in feed if entry.modified is not None]
    if not dates:
        return False
    latest_first = sorted(feed, key=lambda entry: entry.modified or min(dates), reverse=True)
    return all(is_known(entry) for entry in latest_first[len(feed) // 2 :])


def horizon(feeds: Sequence[Feed]) -> datetime:
    """Since when the feeds name everything, if they do: the latest of their oldest entries."""
    return max(min(entry.modified for entry in feed if entry.modified is not None) for feed in feeds)
