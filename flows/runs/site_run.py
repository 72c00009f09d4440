"""What one run of one site shares, and the report it ends with."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from extractors.records import Page
from flows.clock import Clock, utc_now
from flows.fetching.client import Fetcher
from flows.fetching.feed_news import ReadFeed
from flows.fetching.policy import FetchResult
from flows.fetching.traps import Traps
from flows.runs.workers import Unprocessable, WorkerPool
from flows.settings import Settings, SiteSettings
from storage.crawl.archive import ArchiveRef, WarcArchive
from storage.crawl.outcomes import Exchange, Quarantined
from storage.database.engine import Database

LOAD_CHUNK = 20  # pages a transaction: it stays under 20 ms, so that editors never wait
LEASE_SECONDS = 1800.0

Advance = Callable[[int, int | None], None]
"""Called with the pages done so far and how many there are, if known."""

SHOWN_COUNTS = (
    ("fetched", "pages fetched"),
    ("unchanged", "pages unchanged"),
    ("left_alone", "pages left alone, as the site says they did not change"),
    ("new_articles", "new articles"),
    ("changed_articles", "changed articles"),
    ("new_comments", "new comments"),
    ("changed_comments", "edited comments"),
    ("removed_comments", "comments gone upstream"),
    ("completed_comments", "comments completed from elsewhere"),
    ("comments_elsewhere", "comments that only the API or feed has"),
    ("publish", "comments to publish"),
    ("review", "comments to review"),
    ("reject", "comments rejected"),
    ("notices_looked_at", "pingbacks whose sender was looked at"),
    ("campaign_members", "comments found in campaigns"),
    ("new_tweets", "new tweets"),
    ("second_look", "pages that wait for a second look"),
    ("accepted", "pages applied that had been held back"),
    ("disallowed", "pages disallowed by robots.txt"),
    ("gone", "pages gone"),
    ("failed", "pages to try again"),
    ("turned", "articles that became lists, or the other way round"),
    ("quarantined", "pages in quarantine"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedPage:
    url: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPage:
    """A page that a run would fetch: what it is, or by its address may be, and why it is due, in words."""

    url: str
    kind: str | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What one run did to one site. `counts` are those of the run row; `failure` says why it could not finish."""

    site: str
    run_id: int | None
    started: datetime
    finished: datetime
    counts: dict[str, int]
    quarantined: tuple[QuarantinedPage, ...] = ()
    warnings: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()  # a dry run: what would be fetched
    plan: tuple[PlannedPage, ...] = ()  # the same with kinds and reasons
    left_out: dict[str, int] = field(default_factory=dict)  # links not followed, by reason
    failure: str | None = None
    outcome: str = "good"  # good, degraded or failed
    cause: str | None = None  # why it was not good, in one sentence
    held: bool = False  # the night broke with the site's past and was not applied
    clock: str | None = None  # how the machine's clock jumped
    exit_code: int = field(default=0)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchPage:
    """How a site answers an address that cannot exist. `page` is null where it says 404, or says nothing readable."""

    asked: str
    final_url: str
    page: Page | None


@dataclass(kw_only=True)
class SiteRun:
    """Everything that one run of one site shares. `counts`, `quarantined`, `warnings` grow while it runs."""

    settings: Settings
    site: SiteSettings
    db: Database
    fetcher: Fetcher
    pool: WorkerPool
    archive: WarcArchive
    run_id: int
    started: datetime
    full: bool = False
    now: Clock = utc_now
    counts: Counter[str] = field(default_factory=Counter)
    quarantined: list[QuarantinedPage] = field(default_factory=list)
    held: str | None = None  # why the pages that broke with their past were not applied
    nothing_found: str | None = None  # why no sitemap and no feed named a page
    known: int = 0  # pages of the site that are not gone
    clock: str | None = None  # how the machine's clock jumped
    new_texts: dict[str, set[str]] = field(default_factory=dict)  # by both ends of a text: the pages it is new on
    absent: dict[str, NoSuchPage] = field(default_factory=dict)  # by home page: how the host says that there is no page
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    warnings: list[str] = field(default_factory=list)
    traps: Traps = field(default_factory=Traps)
    api: str | None = None  # the root of the WordPress API that the site's answers name
    feeds: tuple[ReadFeed, ...] = ()  # as they were read tonight
    feeds_named: Counter[str] = field(default_factory=Counter)  # how many of the answers asked name a feed
    feeds_asked: int = 0
    on_page: Callable[[], None] = lambda: None


Dispatch = Callable[[SiteRun, int | None, Advance], Awaitable[None]]
"""Works through the site's due pages, at most so many: here (`batches`), or on a cluster."""


def wanted(site: SiteSettings, url: str) -> bool:
    """Whether the site's include and exclude patterns let an address through."""
    if any(re.search(pattern, url) for pattern in site.exclude):
        return False
    return not site.include or any(re.search(pattern, url) for pattern in site.include)


def quarantined(exchange: Exchange, fault: Unprocessable, next_due: datetime) -> Quarantined:
    return Quarantined(
        exchange=replace(exchange, error=fault.message),
        reason=fault.reason,
        message=fault.message,
        next_due=next_due,
    )


def archive_answer(archive: WarcArchive, result: FetchResult) -> ArchiveRef:
    return archive.append(
        result.final_url,
        result.status,
        result.reason,
        result.headers,
        result.body,
        result.fetched_at,
        result.ip,
    )
