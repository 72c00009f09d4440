"""The immutable records: everything a page says, as values.

JSON shape = the field names below (`as_json` / `from_json`); absent = null. What the page did not say is `None`; an
empty string means "there, and empty". Dates are ISO 8601 strings because pages state them at very different
precisions and often without a time zone: an offset is present only when the page states one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import orjson

EXTRACTOR_VERSION = "1.1.17"
"""Rises with every change that can alter a record of an unchanged page: replays are chosen by it."""


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"
    CAPTION = "caption"  # of a picture or a table: among the blocks, not in the text


class SectionKind(StrEnum):
    """What makes a heading one."""

    H = "h"  # an h-tag
    PSEUDO = "pseudo"  # a bold line of its own


class CommentKind(StrEnum):
    COMMENT = "comment"
    PINGBACK = "pingback"
    TRACKBACK = "trackback"
    POST = "post"  # a message of a forum topic
    REMOVED = "removed"  # the place of a comment that the site took away


class DatePrecision(StrEnum):
    MINUTE = "minute"
    DAY = "day"
    NOYEAR = "noyear"  # the page shows no year; `date` is null, never guessed
    RELATIVE = "relative"  # "3 days ago": `date` is null unless the fetch time is known


class Order(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"


class Shortfall(StrEnum):
    """Why a page holds fewer comments than it claims."""

    PAGINATED = "paginated"
    JAVASCRIPT = "javascript"
    COLLAPSED = "collapsed"
    CLOSED = "closed"
    HIDDEN = "hidden"  # counted and not shown: answers to a comment that is held back, notices of other sites
    UNKNOWN = "unknown"


class TweetSource(StrEnum):
    TWITTER = "twitter"
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    THREADS = "threads"


class PageKind(StrEnum):
    """What a page is. Only an article has a row among the articles, and comments."""

    ARTICLE = "article"
    LIST = "list"  # home, tag, category, author, date: it teases others
    COMMENTS = "comments"  # a further page of an article or of its comment thread: known from the site, not from it
    STATIC = "static"  # about, contact, imprint
    LOGIN = "login"  # asks for a name or a password before it shows anything
    ERROR = "error"  # not found, maintenance, captcha, cookie wall, redirect stub, a program's complaint
    MEDIA = "media"  # a picture or a file in the dress of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCue:
    """One reason to take a page for a kind. `log_odds` is in natural log; `because` is a sentence for a person."""

    kind: PageKind
    signal: str
    log_odds: float
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of text. List items and table rows are lines; table cells are separated by a tab."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of an article. `text` holds the blocks but captions, separated by one blank line."""

    level: int  # 1-6; a pseudo-heading (a short bold-only paragraph) ranks below the h-tag above it
    kind: SectionKind | None = None  # None: without a heading
    heading: str | None  # None: text before the first heading
    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One reader comment, pingback, trackback or forum post, before anybody judged it.

    `position` counts from 1 in page order; `parent` is the position of the comment it answers. `body` is plain text
    with "\\n" between blocks. `date` is null when the page shows no date or no year.
    """

    position: int
    id: str | None = None  # the site's own, e.g. comment-1234
    permalink: str | None = None
    author: str | None = None
    author_url: str | None = None
    author_truncated: bool = False
    date: str | None = None  # ISO 8601, local wall clock as shown, offset only when stated
    date_text: str | None = None  # as shown on the page
    date_precision: DatePrecision | None = None
    body: str = ""
    links: tuple[str, ...] = ()  # addresses linked from the body, absolute, in order
    parent: int | None = None
    kind: CommentKind = CommentKind.COMMENT
    by_site: bool = False  # written by the site's own staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """What the page says about its own comment thread, and how much of it the page holds."""

    platform: str | None = None  # the adapter or "generic"; None: no thread on the page
    claimed: int | None = None  # the number that the page states
    found: int = 0
    order: Order | None = None
    next_page: str | None = None  # absolute URL of the page with more comments
    hosted_by: str | None = None  # a host other than the page's that serves the thread (disqus.com ...)
    shortfall: Shortfall | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tweet:
    """One embedded or listed short message. Entities are without their sigil, in order of appearance.

    `urls` are the targets behind the visible links, as the page gives them (t.co addresses stay unresolved).
    """

    text: str
    id: str | None = None
    url: str | None = None
    author_name: str | None = None
    handle: str | None = None  # without "@"
    date: str | None = None
    date_text: str | None = None
    date_precision: DatePrecision | None = None
    urls: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    cashtags: tuple[str, ...] = ()
    is_retweet: bool = False
    retweet_of: str | None = None  # handle
    via: str | None = None  # handle after "via"
    source: TweetSource = TweetSource.TWITTER


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCounts:
    """How many links the article's own text holds, by where they lead."""

    internal: int = 0
    external: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole page. Two pages are the same article if their `canonical_url`, or their `post_key`, is the same.

    Comments are those of an article: a list, a login page or an error has none.
    """

    url: str
    canonical_url: str
    page_kind: PageKind = PageKind.ARTICLE
    kind_cues: tuple[KindCue, ...] = ()
    post_key: str | None = None  # the site's own number of the post, as "postid-17"
    title: str | None = None
    site_name: str | None = None
    publisher: str | None = None  # the organisation behind the article; never one of its authors
    language: str | None = None  # ISO 639-1, lower case
    author: str | None = None  # people only, several separated by "; "
    authors: tuple[str, ...] = ()  # the same, one by one
    published: str | None = None
    modified: str | None = None
    lead: str | None = None
    text: str = ""  # the article's text without the lead: headings and blocks, separated by blank lines
    sections: tuple[Section, ...] = ()
    footnotes: tuple[str, ...] = ()
    discussion: Discussion = field(default_factory=Discussion)
    comments: tuple[Comment, ...] = ()
    tweets: tuple[Tweet, ...] = ()
    links: LinkCounts = field(default_factory=LinkCounts)
    extractor_version: str = EXTRACTOR_VERSION


def authors_of(author: str | None) -> tuple[str, ...]:
    """The names in a page's `author`, one by one."""
    return tuple(author.split("; ")) if author else ()


Record = TypeVar("Record")


def as_json(record: object) -> bytes:
    """One line of UTF-8 JSON without a line end; field names are the keys, in their declared order."""
    return orjson.dumps(record)


_adapters: dict[type, Any] = {}


def _adapter(kind: type) -> Any:
    if kind not in _adapters:
        from pydantic import TypeAdapter  # only readers of JSON pay for it

        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def from_json(kind: type[Record], line: bytes | str) -> Record:
    """The record of that kind in one JSON text. Raises ValueError naming the field that does not fit."""
    record: Record = _adapter(kind).validate_json(line)
    return record
