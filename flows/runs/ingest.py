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
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from extractors.comments.completion.wordpress import stated_api
from extractors.records import PageKind
from extractors.urls import host_of
from flows.fetching.discover import page_links
from flows.fetching.errors import FetchError, Permanent, Refused, Transient
from flows.fetching.errors import Gone as GoneUpstream
from flows.fetching.links import all_feeds
from flows.fetching.policy import FetchRequest, FetchResult
from flows.observe import log, within
from flows.runs.completion import complete, lacks_comments
from flows.runs.holding import looked_at_again, with_its_past
from flows.runs.processing import Processed, process_page
from flows.runs.said_kinds import said_kind
from flows.runs.setting_aside import missing, set_aside
from flows.runs.site_run import LOAD_CHUNK, QuarantinedPage, SiteRun, archive_answer, quarantined, wanted
from flows.runs.workers import RawPage
from flows.settings import PUNCTUAL
from flows.tracing import span
from storage.crawl.frontier import DiscoveredUrl, DuePage, discover
from storage.crawl.loading import load
from storage.crawl.outcomes import (
    MACHINE,
    SECOND_LOOK,
    Exchange,
    Extracted,
    Failed,
    GonePage,
    Outcome,
    Quarantined,
    Unchanged,
)
from storage.crawl.quarantine import nights_too_slow
from storage.crawl.revisits import wait_of

GATHER_SECONDS = 0.5
FEEDS_ASKED = 20  # answers a run that are asked which feeds they name
FIRST_RETRY = timedelta(minutes=30)
LAST_RETRY = timedelta(days=7)
LONGEST_WAIT = timedelta(hours=20)  # a host that is down is asked every night, and its silence is told every night
LONGEST = 8.0  # times the usual limit, for a page that was too slow before
RECONSIDER = timedelta(hours=22)  # robots.txt, or who was good and lets nobody in, may allow it tomorrow night


async def ingest(site_run: SiteRun, pages: Sequence[DuePage]) -> Counter[str]:
    """Bring these pages up to date in the database; return what was done, by name.

    Raises what is not a page's fault (a locked database, a full disk); the pages not loaded by then stay due.
    """
    todo = deque(pages)
    before = Counter(site_run.counts)
    outcomes: asyncio.Queue[Outcome | None] = asyncio.Queue(maxsize=2 * LOAD_CHUNK)

    async def visitor() -> None:
        while todo:
            page = todo.popleft()
            with within(url=page.url), span("page", url=page.url):
                outcome = await visit(site_run, page)
            await outcomes.put(outcome)
            site_run.on_page()

    async def visitors() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(len(todo), site_run.site.concurrency + 2 * site_run.settings.workers)):
                group.create_task(visitor())
        await outcomes.put(None)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(visitors())
            group.create_task(writer(site_run, outcomes))
    except BaseExceptionGroup as faults:
        raise first_of(faults) from None
    return site_run.counts - before


def first_of(faults: BaseExceptionGroup[BaseException]) -> BaseException:
    """The fault that ended the group: the others are its consequences."""
    fault: BaseException = faults
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


async def writer(site_run: SiteRun, outcomes: asyncio.Queue[Outcome | None]) -> None:
    """The only place that loads: what comes within GATHER_SECONDS, at most LOAD_CHUNK outcomes at once.

    A transaction costs about the same for one page as for ten.
    """
    ended = False
    while not ended and (outcome := await outcomes.get()) is not None:
        chunk = [outcome]
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_SECONDS):
                while len(chunk) < LOAD_CHUNK:
                    following = await outcomes.get()
                    if following is None:
                        ended = True
                        break
                    chunk.append(following)
        await asyncio.to_thread(write, site_run, chunk)


def write(site_run: SiteRun, chunk: Sequence[Outcome]) -> None:
    """Makes the archive durable, then loads the outcomes that point into it."""
    site_run.archive.sync()
    loaded = load(site_run.db, chunk, site_run.run_id, site_run.now())
    site_run.counts.update(loaded.as_dict())
    for outcome in chunk:
        if isinstance(outcome, Extracted):
            site_run.counts.update(str(verdict.action) for verdict in outcome.verdicts)
        elif isinstance(outcome, Failed) and outcome.reason == "robots":  # not a failure to be tried again
            site_run.counts.update(disallowed=1, failed=-1)
        elif isinstance(outcome, Failed):
            site_run.counts[f"unread:{outcome.reason}"] += 1
        elif isinstance(outcome, Quarantined) and outcome.reason == SECOND_LOOK:
            site_run.counts.update(second_look=1, quarantined=-1)
        elif isinstance(outcome, Quarantined):
            answered = outcome.exchange.status is not None and outcome.exchange.status < 400
            if not answered or outcome.reason in MACHINE:
                site_run.counts[f"unread:{outcome.reason}"] += 1
            case = QuarantinedPage(url=outcome.exchange.url, reason=outcome.reason, message=outcome.message)
            site_run.quarantined.append(case)
            log("page_quarantined", site=site_run.site.name, run=site_run.run_id, url=case.url, reason=case.reason)


async def visit(site_run: SiteRun, page: DuePage) -> Outcome:
    """What became of one page; never raises for anything that a server can answer."""
    request = FetchRequest(url=page.url)
    if not site_run.full:
        request = FetchRequest(
            url=page.url, etag=page.etag, last_modified=page.last_modified, stored_url=page.stored_url
        )
    began = site_run.now()
    try:
        with span("fetch"):
            result = await site_run.fetcher.fetch(request)
    except FetchError as error:
        site_run.counts["unread_before"] += page.attempts > 0 or page.state == "quarantined"
        return with_its_past(site_run, page, refused(site_run, page, began, error))
    site_run.counts["fetched"] += 1
    if site_run.api is None and host_of(result.final_url) == host_of(page.url):  # not where another host led to
        site_run.api = stated_api(result.header("link"), result.final_url)
    if result.body and site_run.feeds_asked < FEEDS_ASKED and page.kind in (None, PageKind.ARTICLE):
        site_run.feeds_asked += 1
        site_run.feeds_named.update(all_feeds(result.body, result.final_url, result.content_type))
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
    next_due, if_moved = next_visits(site_run, page, page.kind)
    same = exchange.content_hash is not None and exchange.content_hash == page.content_hash
    if result.not_modified or (same and not site_run.full):
        return Unchanged(exchange=exchange, next_due=next_due)
    said = said_kind(site_run.site, page.url, page.kind, page.kind_by)
    raw = RawPage(
        url=result.final_url,
        html=result.body,
        content_type=result.content_type,
        fetched_at=result.fetched_at,
        site=urlsplit(result.final_url).hostname,
        said=said,
    )
    if page.article_id is None:
        exchange = await archived(site_run, result, exchange)
    if site_run.site.follows:
        await asyncio.to_thread(follow, site_run, result)
    with span("read"):
        processed = await site_run.pool.run(process_page, raw, await longer(site_run, page))
    if not isinstance(processed, Processed):
        again = site_run.now() if processed.reason in MACHINE else next_due
        outcome: Outcome = quarantined(exchange, processed, again)
    else:
        if site_run.site.complete_comments and lacks_comments(processed.page):
            processed = await complete(site_run, raw, processed, result.header("link"))
        next_due, if_moved = next_visits(site_run, page, processed.page.page_kind)
        read = Extracted(
            exchange=exchange,
            page=processed.page,
            verdicts=processed.verdicts,
            next_due=next_due,
            kind_by=said.by if said else None,
            traits=processed.traits,
            without_widget=processed.without_widget,
            parts=processed.parts,
            neighbours=processed.neighbours,
            due_if_moved=if_moved,
        )
        aside = await not_the_page(site_run, page, read) if said is None else None
        outcome = aside if aside is not None else await asyncio.to_thread(looked_at_again, site_run, page, read)
    if exchange.warc_file is None and not isinstance(outcome, Unchanged):
        outcome = replace(outcome, exchange=await archived(site_run, result, outcome.exchange))
    return outcome


async def longer(site_run: SiteRun, page: DuePage) -> float:
    """How many times the usual limit a page gets: twice as much after each night on which it was too slow."""
    if page.state != "quarantined":
        return 1.0
    nights = await asyncio.to_thread(nights_too_slow, site_run.db, page.id)
    return min(LONGEST, 2.0**nights)


async def archived(site_run: SiteRun, result: FetchResult, exchange: Exchange) -> Exchange:
    """The exchange with the place of its answer in the archive.

    A new page is archived before anybody reads it. One that has been read before is archived once it is known to say
    something new: a site that writes the hour into every page would fill the disk with what is kept already. Whatever
    happens between, the page is due until its outcome is loaded.
    """
    place = await asyncio.to_thread(archive_answer, site_run.archive, result)
    return replace(exchange, warc_file=place.file, warc_offset=place.offset)


async def not_the_page(site_run: SiteRun, page: DuePage, read: Extracted) -> Outcome | None:
    """The outcome of an answer that is an error, a captcha or a login in the page's place; None if it is the page."""
    had_article = page.article_id is not None or page.kind == PageKind.ARTICLE
    if had_article:
        read = replace(read, next_due=site_run.now())  # what stands in its place may be gone by the next night
    return set_aside(read, had_article) or await missing(site_run, read)


def next_visits(site_run: SiteRun, page: DuePage, kind: str | None) -> tuple[datetime, datetime]:
    """When to look at a page of this kind again: if nothing moved on it this time, and if something did."""
    now = site_run.now()
    if site_run.site.recheck_hours is not None:
        due = max(now, site_run.started + site_run.site.recheck)  # never again in this run
        return due, due
    return max(now, site_run.started + PUNCTUAL * wait_of(kind, page.moved_at, site_run.started)), now


def follow(site_run: SiteRun, result: FetchResult) -> None:
    """Put the page's links to its own site into the frontier, as far as the patterns let them."""
    links = [
        link
        for link in page_links(result.body, result.final_url)
        if wanted(site_run.site, link) and site_run.traps.keeps(link)
    ]
    discover(
        site_run.db, site_run.site.name, [DiscoveredUrl(url=link, source="link") for link in links], site_run.now()
    )


def refused(site_run: SiteRun, page: DuePage, began: datetime, error: FetchError) -> Outcome:
    """The outcome of a page that could not be fetched: gone, to be tried again, or in quarantine."""
    now = site_run.now()
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
        return GonePage(exchange=exchange, next_due=now + LAST_RETRY)
    if isinstance(error, Permanent):
        wait = LAST_RETRY if page.article_id is None else RECONSIDER  # what was good may be so tomorrow
        return Quarantined(exchange=exchange, reason=error.reason, message=str(error), next_due=now + wait)
    if isinstance(error, Refused):
        return Failed(exchange=exchange, reason=error.reason, message=str(error), next_due=now + RECONSIDER)
    wait = min(FIRST_RETRY * 2 ** min(page.attempts, 10), LONGEST_WAIT)
    if isinstance(error, Transient) and error.retry_after is not None:
        wait = max(wait, timedelta(seconds=error.retry_after))
    return Failed(exchange=exchange, reason=error.reason, message=str(error), next_due=now + wait)
