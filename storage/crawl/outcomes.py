"""What became of a fetched page: the records that `load` takes, one a page."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from extractors.article.parts import Parts
from extractors.records import Page
from moderation.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer. `fetched_at` is aware UTC; `content_hash` is the SHA-256 of the decoded body, hex.

    `warc_file` and `warc_offset` say where the answer is archived; `error` is a sentence when there was none.
    """

    page_id: int
    url: str
    fetched_at: datetime
    final_url: str | None = None
    status: int | None = None
    bytes: int = 0
    elapsed_ms: float = 0.0
    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A page that was read. `verdicts` has one item a comment, in the order of `page.comments`.

    `parts` is which page of its article it is, if that has several; `neighbours` are further pages of its thread.
    `kind_by` is editor or settings where a person said what it is.
    `accepted`: a night's judgement or a person let it replace what it no longer shows, whole threads included.
    """

    exchange: Exchange
    page: Page
    verdicts: tuple[Verdict, ...]
    next_due: datetime | None
    kind_by: str | None = None
    traits: bytes | None = None  # what the page adds to the profile of its site, packed
    without_widget: bool = False  # it shows the site's newest comments, which are none of its article's
    accepted: bool = False
    parts: Parts | None = None
    neighbours: tuple[str, ...] = ()
    due_if_moved: datetime | None = None  # instead of `next_due`, if its article or its comments changed

    def __post_init__(self) -> None:
        if len(self.verdicts) != len(self.page.comments):
            raise ValueError(
                f"{self.exchange.url}: {len(self.page.comments)} comments but {len(self.verdicts)} verdicts"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Nothing new: a 304, or the same body as at the last fetch; `compared`: another body with the same records."""

    exchange: Exchange
    next_due: datetime | None
    compared: bool = False


MACHINE = frozenset({"too_slow", "worker_died", "fault"})
"""Verdicts on the machine or on us, not on the page: tried again, with more time, on every run."""

SECOND_LOOK = "second_look"  # until the whole run has been looked at
SITE_CHANGED = "site_changed"  # with more pages of the site than is usual there
COMMENTS_CHANGED = "comments_changed"  # the same for comments that vanished or were rewritten
PAGE_CHANGED = "page_changed"  # this page alone: little of it is left
HELD = frozenset({SECOND_LOOK, SITE_CHANGED, COMMENTS_CHANGED, PAGE_CHANGED})
"""Why a page is held back that no longer resembles its own last good record."""

ASK_AGAIN = MACHINE | HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Set aside with its reason (a stable word) and a sentence. An older good copy is kept.

    A reason in ASK_AGAIN says nothing about the page for good: its answer is asked for in full the next time.

    `kind` is what the answer was taken for, if it was read: login or error.
    """

    exchange: Exchange
    reason: str
    message: str
    next_due: datetime | None
    signs: tuple[str, ...] = ()  # of a page in HELD: what broke with its own past
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The network's or the server's fault: to be tried again at `next_due`. An older good copy is kept."""

    exchange: Exchange
    reason: str
    message: str
    next_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GonePage:
    """The site says that there is no such page (404, 410)."""

    exchange: Exchange
    next_due: datetime | None


Outcome = Extracted | Unchanged | Quarantined | Failed | GonePage


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCounts:
    """What a load did. Loading the same outcomes again gives zeros but for `pages`, `unchanged` and the like."""

    pages: int = 0
    new_articles: int = 0
    changed_articles: int = 0
    unchanged: int = 0
    new_comments: int = 0
    changed_comments: int = 0
    removed_comments: int = 0
    reappeared_comments: int = 0
    new_tweets: int = 0
    sightings: int = 0
    verdicts: int = 0
    waiting: int = 0  # comments that joined an editor's queue
    quarantined: int = 0
    failed: int = 0
    gone: int = 0
    turned: int = 0  # pages that were articles and are lists now, or the other way round
    stale: int = 0  # answers older than what the database holds already: noted, not taken into account

    def __add__(self, other: LoadCounts) -> LoadCounts:
        return LoadCounts(**{name: getattr(self, name) + getattr(other, name) for name in COUNT_NAMES})

    def as_dict(self) -> dict[str, int]:
        """The counts by name, for a run's row."""
        return {name: getattr(self, name) for name in COUNT_NAMES}


COUNT_NAMES = tuple(field.name for field in fields(LoadCounts))
