"""The batch pipeline: fetch -> archive -> extract and moderate -> load, with back-pressure at every stage.

    visitors (async)                pool (processes)          writer (one)
    fetch, archive the bytes  --->  records and verdicts ---> one short transaction a chunk

A visitor holds one page from its request to its outcome, and the queue to the writer is short, so memory stays flat
however many pages a night has. The database is the checkpoint: a page whose outcome was not loaded is simply still
due, so a run that dies anywhere is finished by the next one.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flows.completion import complete, lacks_comments
from flows.fetching.client import Fetcher
from flows.fetching.discover import page_links
from flows.fetching.errors import FetchError, Permanent, Refused, Transient
from flows.fetching.errors import Gone as GoneUpstream
from flows.fetching.policy import FetchRequest, FetchResult
from flows.observe import log
from flows.processing import Processed, process_page
from flows.report import QuarantinedPage
from flows.settings import Settings, SiteSettings
from flows.workers import RawPage, Unprocessable, WorkerPool
from storage.archive import ArchiveRef, WarcArchive
from storage.engine import Database
from storage.frontier import DiscoveredUrl, DuePage, discover
from storage.loading import load
from storage.outcomes import Exchange, Extracted, Failed, Gone, Outcome, Quarantined, Unchanged

LOAD_CHUNK = 20  # pages a transaction: it stays under 20 ms, so that editors never wait
FIRST_RETRY = timedelta(minutes=30)
LAST_RETRY = timedelta(days=7)
RECONSIDER = timedelta(days=1)  # robots.txt may allow tomorrow what it forbids today

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Road:
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
    warnings: list[str] = field(default_factory=list)
    on_page: Callable[[], None] = lambda: None


async def ingest(road: Road, pages: Sequence[DuePage]) -> Counter[str]:
    """Bring these pages up to date in the database; return what was done, by name.

    Raises what is not a page's fault (a locked database, a full disk); the pages not loaded by then stay due.
    """
    todo = deque(pages)
    before = Counter(road.counts)
    outcomes: asyncio.Queue[Outcome | None] = asyncio.Queue(maxsize=2 * LOAD_CHUNK)

    async def visitor() -> None:
        while todo:
            await outcomes.put(await visit(road, todo.popleft()))
            road.on_page()

    async def visitors() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(len(todo), road.site.concurrency + 2 * road.settings.workers)):
                group.create_task(visitor())
        await outcomes.put(None)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(visitors())
            group.create_task(writer(road, outcomes))
    except BaseExceptionGroup as faults:
        raise first_of(faults) from None
    return road.counts - before


def first_of(faults: BaseExceptionGroup[BaseException]) -> BaseException:
    """The fault that ended the group: the others are its consequences."""
    fault: BaseException = faults
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


async def writer(road: Road, outcomes: asyncio.Queue[Outcome | None]) -> None:
    """The only place that loads: takes what is ready, at most LOAD_CHUNK outcomes at once."""
    while (outcome := await outcomes.get()) is not None:
        chunk = [outcome]
        while len(chunk) < LOAD_CHUNK and not outcomes.empty():
            following = outcomes.get_nowait()
            if following is None:
                outcomes.put_nowait(None)
                break
            chunk.append(following)
        await asyncio.to_thread(write, road, chunk)


def write(road: Road, chunk: Sequence[Outcome]) -> None:
    """Makes the archive durable, then loads the outcomes that point into it."""
    road.archive.sync()
    loaded = load(road.db, chunk, road.run_id, road.now())
    road.counts.update(loaded.as_dict())
    for outcome in chunk:
        if isinstance(outcome, Extracted):
            road.counts.update(str(verdict.action) for verdict in outcome.verdicts)
        elif isinstance(outcome, Failed) and outcome.reason == "robots":  # not a failure to be tried again
            road.counts.update(disallowed=1, failed=-1)
        elif isinstance(outcome, Quarantined):
            case = QuarantinedPage(url=outcome.exchange.url, reason=outcome.reason, message=outcome.message)
            road.quarantined.append(case)
            log("page_quarantined", site=road.site.name, run=road.run_id, url=case.url, reason=case.reason)


def wanted(site: SiteSettings, url: str) -> bool:
    """Whether the site's include and exclude patterns let an address through."""
    if any(re.search(pattern, url) for pattern in site.exclude):
        return False
    return not site.include or any(re.search(pattern, url) for pattern in site.include)


async def visit(road: Road, page: DuePage) -> Outcome:
    """What became of one page; never raises for anything that a server can answer."""
    request = FetchRequest(url=page.url)
    if not road.full:
        request = FetchRequest(
            url=page.url, etag=page.etag, last_modified=page.last_modified, stored_url=page.stored_url
        )
    began = road.now()
    try:
        result = await road.fetcher.fetch(request)
    except FetchError as error:
        return refused(road, page, began, error)
    road.counts["fetched"] += 1
    exchange = Exchange(
        page_id=page.id,
        url=page.url,
        final_url=result.final_url,
        status=result.status,
        fetched_at=result.fetched_at,
        bytes=len(result.body),
        elapsed_ms=result.elapsed_ms,
        etag=result.etag,
        last_modified=result.last_modified,
        content_hash=hashlib.sha256(result.body).hexdigest() if result.body else None,
        warc_file=None,
        warc_offset=None,
        error=None,
    )
    next_due = road.now() + timedelta(hours=road.site.recheck_hours)
    same = exchange.content_hash is not None and exchange.content_hash == page.content_hash
    if result.not_modified or (same and not road.full):
        return Unchanged(exchange=exchange, next_due=next_due)
    place = await asyncio.to_thread(archived, road.archive, result)
    exchange = replace(exchange, warc_file=place.file, warc_offset=place.offset)
    raw = RawPage(
        url=result.final_url,
        html=result.body,
        content_type=result.content_type,
        fetched_at=result.fetched_at,
        site=urlsplit(result.final_url).hostname,
    )
    if road.site.follow_links:
        await asyncio.to_thread(follow, road, result)
    outcome = await road.pool.run(process_page, raw)
    if isinstance(outcome, Processed):
        if road.site.complete_comments and lacks_comments(outcome.page):
            outcome = await complete(road, raw, outcome, result.header("link"))
        return Extracted(exchange=exchange, page=outcome.page, verdicts=outcome.verdicts, next_due=next_due)
    return quarantined(exchange, outcome, next_due)


def quarantined(exchange: Exchange, fault: Unprocessable, next_due: datetime) -> Quarantined:
    return Quarantined(
        exchange=replace(exchange, error=fault.message),
        reason=fault.reason,
        message=fault.message,
        next_due=next_due,
    )


def archived(archive: WarcArchive, result: FetchResult) -> ArchiveRef:
    return archive.append(
        result.final_url,
        result.status,
        result.reason,
        result.headers,
        result.body,
        result.fetched_at,
        result.ip,
    )


def follow(road: Road, result: FetchResult) -> None:
    """Put the page's links to its own site into the frontier, as far as the patterns let them."""
    links = [link for link in page_links(result.body, result.final_url) if wanted(road.site, link)]
    discover(road.db, road.site.name, [DiscoveredUrl(url=link, source="link") for link in links], road.now())


def refused(road: Road, page: DuePage, began: datetime, error: FetchError) -> Outcome:
    """The outcome of a page that could not be fetched: gone, to be tried again, or in quarantine."""
    now = road.now()
    exchange = Exchange(
        page_id=page.id,
        url=page.url,
        final_url=page.url,
        status=getattr(error, "status", None),
        fetched_at=now,
        bytes=0,
        elapsed_ms=(now - began).total_seconds() * 1000,
        etag=None,
        last_modified=None,
        content_hash=None,
        warc_file=None,
        warc_offset=None,
        error=str(error),
    )
    if isinstance(error, GoneUpstream):
        return Gone(exchange=exchange, next_due=now + LAST_RETRY)
    if isinstance(error, Permanent):
        return Quarantined(exchange=exchange, reason=error.reason, message=str(error), next_due=now + LAST_RETRY)
    if isinstance(error, Refused):
        return Failed(exchange=exchange, reason=error.reason, message=str(error), next_due=now + RECONSIDER)
    wait = min(FIRST_RETRY * 2 ** min(page.attempts, 10), LAST_RETRY)
    if isinstance(error, Transient) and error.retry_after is not None:
        wait = max(wait, timedelta(seconds=error.retry_after))
    return Failed(exchange=exchange, reason=error.reason, message=str(error), next_due=now + wait)
