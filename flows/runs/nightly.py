"""The nightly flow: discover -> batches -> report, as a Prefect run or directly.

`run_site` is the whole of it and knows no Prefect; the flow and the task are thin wrappers, so the same coroutine
runs under `tamis run`, `tamis run --direct`, a schedule, a worker, or a test.
"""

from __future__ import annotations

import asyncio
import errno
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flows.archive import archive_of
from flows.clock import utc_now
from flows.errors import FlowError, RunFailed
from flows.fetching.client import Fetcher
from flows.fetching.discover import DiscoverySource, discover_urls
from flows.fetching.traps import Traps
from flows.observe import log, within
from flows.runs.agreements import send_due_notices
from flows.runs.alarms import Alarm, AlarmKind, alarms_of, send
from flows.runs.handing_over import hand_over
from flows.runs.heartbeat import beat
from flows.runs.holding import settle
from flows.runs.ingest import ingest
from flows.runs.judging import look_at_audits, moderator_of
from flows.runs.learning import learn_and_read_again
from flows.runs.links_back import look_at_notices
from flows.runs.manners import fetch_policy
from flows.runs.outcome import EXIT_CODES, Outcome, judged
from flows.runs.planning import planned
from flows.runs.processing import judging_pool
from flows.runs.remoderate import Move, judge_in_new_context
from flows.runs.said_kinds import follow_patterns
from flows.runs.short_nights import learn_news, short_night, whole_after_all
from flows.runs.site_run import LEASE_SECONDS, Advance, Dispatch, RunReport, SiteRun, wanted
from flows.runs.telling import tell
from flows.runs.tidying import tidy
from flows.runs.worker_name import is_alive, worker_name
from flows.settings import HOME_PATHS, Settings, SiteSettings
from flows.tracing import flush, span, trace_to
from storage.crawl.frontier import (
    DiscoveredUrl,
    DuePage,
    back_to_now,
    claim,
    counts,
    discover,
    due_pages,
    known_addresses,
    make_due,
    release,
    release_dead,
)
from storage.crawl.runs import ENDED_WELL, NIGHTS, end_dead_runs, finish_run, note_hosts, recent_runs, start_run
from storage.database.engine import Database
from storage.database.errors import DatabaseUnreachable, StorageError
from storage.opening import open_database
from storage.schema import upgrade_if_blank

BatchRunner = Callable[[SiteRun, Sequence[DuePage]], Awaitable["Counter[str]"]]


async def run_site(
    settings: Settings,
    site: SiteSettings,
    *,
    full: bool = False,
    limit: int | None = None,
    dry_run: bool = False,
    advance: Advance = lambda done, total: None,
    dispatch: Dispatch | None = None,
    command: str = "run",
) -> RunReport:
    """One site, from discovery to report. Failures of the whole run are in the report, never lost in a traceback.

    Raises StorageError when the database cannot be opened at all: nothing was started then.
    """
    try:
        return await started_run(settings, site, full, limit, dry_run, advance, dispatch, command)
    except StorageError as error:
        alarm = Alarm(kind=AlarmKind.CANNOT_START, site=site.name, sentence=str(error))
        for unsent in await asyncio.to_thread(send, (alarm,), settings.alarms):
            log("alarm_unsent", site=site.name, because=unsent)
        raise


async def started_run(
    settings: Settings,
    site: SiteSettings,
    full: bool,
    limit: int | None,
    dry_run: bool,
    advance: Advance,
    dispatch: Dispatch | None,
    command: str,
) -> RunReport:
    """`run_site` but for what is told of a run that cannot start."""
    started = utc_now()
    trace_to(settings.otlp_endpoint)
    upgrade_if_blank(settings.database_url)
    with ExitStack() as stack:
        db = stack.enter_context(open_database(settings.database_url))
        async with Fetcher(fetch_policy(settings, site)) as fetcher:
            if dry_run:
                return await plan(settings, site, db, fetcher, started, limit)
            release_dead(db, site.name, is_alive)
            end_dead_runs(db, is_alive, started)
            clock = turned_back(db, site.name, fetcher.now(), started)
            judge = moderator_of(settings, site, db)
            look_at_audits(db, site.name, judge.policy, "night", started)
            site_run = SiteRun(
                settings=settings,
                site=site,
                db=db,
                fetcher=fetcher,
                pool=stack.enter_context(judging_pool(settings, site, judge, started)),
                archive=stack.enter_context(archive_of(settings)),
                run_id=start_run(db, site.name, command, started, worker_name()),
                started=started,
                full=full,
                clock=clock,
            )
            around: dict[str, Any] = {"site": site.name, "run": site_run.run_id}
            with within(**around), span("run", **around):
                log("run_started", full=full)
                report = await night(site_run, limit or site.max_pages, advance, dispatch or batches)
        await asyncio.to_thread(flush)
        return await asyncio.to_thread(with_notices_sent, settings, db, report)


def turned_back(db: Database, site: str, now: datetime, due: datetime) -> str | None:
    """Makes pages due that a clock which ran ahead had put off; what to tell people, or None if it went as usual."""
    ahead = back_to_now(db, site, now, due)
    if ahead is None:
        return None
    log("clock_jumped", site=site, ahead_until=ahead.until, pages=ahead.pages)
    return (
        f"{ahead.pages:,} pages were looked at in the future, until {ahead.until:%Y-%m-%d %H:%M} UTC, and the clock"
        f" says {now:%Y-%m-%d %H:%M}: they are due now; look at the machine's clock (NTP)"
    )


async def night(site_run: SiteRun, limit: int | None, advance: Advance, dispatch: Dispatch) -> RunReport:
    """The stages of one run, and its row in the database whatever becomes of them."""
    warnings: list[str] = []
    try:
        with span("discover"):
            if not await short_night(site_run):
                warnings += await find_pages(site_run)
        with span("pages"):
            await dispatch(site_run, limit, advance)
            if limit is None and await asyncio.to_thread(whole_after_all, site_run):
                await dispatch(site_run, limit, advance)
        with span("settle"):
            await settle(site_run)
        with span("learn"):
            await learn_and_read_again(site_run)
        await asyncio.to_thread(learn_news, site_run)
        await look_at_notices(site_run)
        with span("archive"):
            site_run.warnings += await asyncio.to_thread(hand_over, site_run.settings, site_run.db, site_run.archive)
        with span("tidy"):
            site_run.counts["campaign_members"] += await asyncio.to_thread(
                tidy, site_run.settings, site_run.db, site_run.archive
            )
        for move, number in (await asyncio.to_thread(judge_again, site_run)).items():
            site_run.counts.update({str(move.before): -number, str(move.after): number})
    except BrokenExecutor as error:
        return ended(site_run, warnings, f"the worker processes did not start ({error}); run `tamis doctor`")
    except DatabaseUnreachable as error:
        return ended(site_run, warnings, f"{error}; the next run goes on where this one stopped")
    except OSError as error:
        return ended(site_run, warnings, disk_sentence(site_run.settings, error))
    except (FlowError, StorageError) as error:
        return ended(site_run, warnings, str(error))
    except BaseException:
        ended(site_run, warnings, "it was interrupted; the next run goes on where it stopped")
        raise
    finally:
        give_back(site_run)
    return ended(site_run, warnings)


def disk_sentence(settings: Settings, error: OSError) -> str:
    """What stopped the run, and what to do: mostly the disk that the archive is on."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{settings.archive_folder}: the disk is full; free some space, and the next run goes on from here"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        place = error.filename or settings.archive_folder
        return f"{place} may not be written ({error.strerror}); let this account write there"
    return f"{error}; the next run goes on where this one stopped"


def give_back(site_run: SiteRun) -> None:
    """Ends our leases; a database that is out of reach does it by itself, or the next run does."""
    try:
        release(site_run.db, worker_name())
    except StorageError as error:
        log("leases_kept", site=site_run.site.name, run=site_run.run_id, because=str(error))


def judge_again(site_run: SiteRun) -> Counter[Move]:
    """Judge again what stands in another context by what came since the last run that ended well.

    One that died left its share to this one.
    """
    nights = recent_runs(site_run.db, site_run.site.name, commands=NIGHTS)
    well = (run for run in nights if run.status in ENDED_WELL)
    since = next((run.started_at for run in well), datetime.min.replace(tzinfo=UTC))
    return judge_in_new_context(site_run.settings, site_run.db, since, site_run.run_id)


def ended(site_run: SiteRun, warnings: list[str], failure: str | None = None) -> RunReport:
    """Writes down how the run ended; the report of it. Without a database the report is all there is."""
    now = site_run.now()
    warnings = [*warnings, *site_run.warnings]
    found = judged(site_run.counts, known=site_run.known, held=site_run.held, nothing_found=site_run.nothing_found)
    if failure is None and found.outcome is Outcome.FAILED:
        failure = found.cause
    outcome = Outcome.FAILED if failure else found.outcome
    good = "quarantined" if site_run.quarantined else "finished"
    status = good if outcome is Outcome.GOOD else str(outcome)
    if site_run.held and outcome is Outcome.DEGRADED:
        status = "held"
    cause = failure or found.cause
    try:
        note_hosts(site_run.db, site_run.run_id, site_run.fetcher.tallies.as_json())
        finish_run(site_run.db, site_run.run_id, +site_run.counts, status, now, cause or "; ".join(warnings) or None)
    except StorageError as error:
        failure, outcome, status = failure or str(error), Outcome.FAILED, "failed"
    log(
        "run_ended",
        site=site_run.site.name,
        run=site_run.run_id,
        status=status,
        failure=failure,
        counts=dict(site_run.counts),
    )
    return RunReport(
        site=site_run.site.name,
        run_id=site_run.run_id,
        started=site_run.started,
        finished=now,
        counts=dict(site_run.counts),
        quarantined=tuple(site_run.quarantined),
        warnings=tuple(warnings),
        failure=failure,
        left_out=dict(site_run.traps.left_out),
        outcome=str(outcome),
        cause=None if failure else cause,
        held=status == "held",
        clock=site_run.clock,
        exit_code=EXIT_CODES[outcome] or (3 if site_run.quarantined else 0),
    )


def with_notices_sent(settings: Settings, db: Database, report: RunReport) -> RunReport:
    """Tells people what the run, and the queue after it, give reason for."""
    undelivered: tuple[str, ...] = ()
    try:
        undelivered += tell(settings, db, report.site, alarms_of(report), utc_now())
        undelivered += send_due_notices(settings, db, utc_now())
    except StorageError as error:  # the run has ended, well or not: its report must not get lost over this
        undelivered += (f"the review queue was not looked at: {error}",)
        undelivered += send(alarms_of(report), settings.alarms)
    heartbeat = settings.site(report.site).heartbeat
    if heartbeat is not None and report.outcome == Outcome.GOOD and (missed := beat(heartbeat)) is not None:
        undelivered += (missed,)
    return replace(report, warnings=(*report.warnings, *undelivered))


async def batches(site_run: SiteRun, limit: int | None, advance: Advance, run_batch: BatchRunner = ingest) -> None:
    """Claim and ingest until nothing is due that was due when the run started."""
    done = 0
    name = site_run.site.name
    known = sum(counts(site_run.db, name, site_run.started).by_state.values())

    def one_more() -> None:
        nonlocal done
        done += 1
        advance(done, max(done, min(known, limit or known)))

    site_run.on_page = one_more
    while limit is None or done < limit:
        size = min(site_run.settings.batch_pages, limit - done if limit else site_run.settings.batch_pages)
        pages = claim(site_run.db, name, worker_name(), size, utc_now(), LEASE_SECONDS, due_by=site_run.started)
        if not pages:
            return
        await run_batch(site_run, pages)


async def find_pages(site_run: SiteRun) -> list[str]:
    """Put every address the site names into the frontier; return the warnings.

    Raises RunFailed when there is nothing to fetch: no address was found and none was known.
    """
    db, site, now = site_run.db, site_run.site, site_run.started
    if site.follows:
        site_run.traps = Traps(known_addresses(db, site.name, "?"))
    found = await discover_urls(site_run.fetcher, discovery_source(site, site_run.traps))
    follow_patterns(db, site, now)
    nowhere = all(url.source == "given" for url in found.urls)
    led_before = nowhere and site.follows and sum(counts(db, site.name, now).by_state.values()) > len(site.urls)
    # start pages that led somewhere and lead nowhere today are broken, and no articles
    candidates = [] if led_before else articles_among(site, found.urls)
    new = discover(db, site.name, candidates, now)
    if site_run.full:
        make_due(db, site.name, now)
    states = counts(db, site.name, now).by_state
    site_run.known = sum(number for state, number in states.items() if state != "gone")
    if new == 0 and not states:
        nothing = "its urls, sitemaps and feeds name no page that include and exclude let in"
        if candidates:
            nothing = f"each of its {len(candidates):,} addresses is another site's page already; name it in one site"
        raise RunFailed(f"{site.name}: nothing to fetch: {'; '.join(found.warnings) or nothing}")
    if led_before or (nowhere and (site.sitemaps or site.feeds)):
        because = "; ".join(found.warnings) or "its start pages, sitemaps and feeds lead to no page"
        site_run.nothing_found = f"no address was found: {because}"
    return list(found.warnings)


def articles_among(site: SiteSettings, urls: Sequence[DiscoveredUrl]) -> list[DiscoveredUrl]:
    """What was found, less the start pages that only list others: a home page is no article.

    Where links are followed a given address is one when it is a home page, or when `include` does not let it in. A
    home page that leads nowhere is all there is, and may be anything.
    """
    if not site.follows:
        return list(urls)
    rest = [
        url
        for url in urls
        if url.source != "given" or (urlsplit(url.url).path not in HOME_PATHS and wanted(site, url.url))
    ]
    return rest if rest or site.follow_links else list(urls)


def discovery_source(site: SiteSettings, traps: Traps) -> DiscoverySource:
    return DiscoverySource(
        urls=site.urls,
        sitemaps=site.sitemaps,
        feeds=site.feeds,
        follow_links=site.follows,
        include=site.include,
        exclude=site.exclude,
        find=site.discovers,
        traps=traps,
    )


async def plan(
    settings: Settings, site: SiteSettings, db: Database, fetcher: Fetcher, started: datetime, limit: int | None
) -> RunReport:
    """What a run would fetch, without writing anything."""
    traps = Traps(known_addresses(db, site.name, "?"))
    found = await discover_urls(fetcher, discovery_source(site, traps))
    due = due_pages(db, site.name, started)
    pages = planned(site, articles_among(site, found.urls), due, set(known_addresses(db, site.name)), started)
    pages = pages[: limit or site.max_pages]
    return RunReport(
        site=site.name,
        run_id=None,
        started=started,
        finished=utc_now(),
        counts={"named": len(pages), "due": len(due)},
        warnings=tuple(found.warnings),
        planned=tuple(page.url for page in pages),
        plan=tuple(pages),
        left_out=dict(traps.left_out),
    )
