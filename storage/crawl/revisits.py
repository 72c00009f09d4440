"""When a page is looked at again, and which due page goes before which.

Nights are for what moves: pages whose comments still come are looked at in each run, a page that has been quiet for
some days after half as many, at the latest after a month; lists, which name new articles, in each run. Articles go
before lists, so that a budget is spent on them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum

from extractors.records import PageKind

LONGEST = timedelta(days=30)
LOGIN = timedelta(days=7)
STILL_MOVING = timedelta(days=14)


class Rank(IntEnum):
    """The order of due pages: the lowest first."""

    MOVING = 0  # given by hand, or its comments or its text changed in the last days
    NEW_ARTICLE = 1  # never read; a feed, a sitemap or its address speak for an article
    QUIET = 2  # an article that has not moved for long, or a new page that may be anything
    LIST = 3
    OTHER = 4  # logins, errors, static pages


def rank_of_new(source: str, expected: PageKind | None) -> Rank:
    """The rank of a page that was never read, by how it was found and what its address says (None: nothing)."""
    if expected is PageKind.LIST:
        return Rank.LIST
    if expected is not None and expected is not PageKind.ARTICLE:
        return Rank.OTHER
    if source == "given":
        return Rank.MOVING
    if expected is PageKind.ARTICLE or source in ("feed", "sitemap", "next_page"):
        return Rank.NEW_ARTICLE
    return Rank.QUIET


def rank_of_read(kind: str | None, moved_at: datetime | None, now: datetime) -> Rank:
    """The rank of a page that was read; `moved_at`: when its article or its comments last changed."""
    if kind == PageKind.LIST:
        return Rank.LIST
    if kind not in (None, PageKind.ARTICLE, PageKind.COMMENTS):
        return Rank.OTHER
    return Rank.MOVING if moved_at is not None and now - moved_at < STILL_MOVING else Rank.QUIET


def wait_of(kind: str | None, moved_at: datetime | None, now: datetime) -> timedelta:
    """How long a page may be left alone that did not move this time; zero: until the next run."""
    if kind == PageKind.LIST or moved_at is None:
        return timedelta(0)
    if kind == PageKind.LOGIN:
        return LOGIN
    return max(timedelta(0), min((now - moved_at) / 2, LONGEST))
