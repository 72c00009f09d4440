"""The nightly flow: discover -> batches -> report, as a Prefect run or directly.

`run_site` is the whole of it and knows no Prefect; the flow and the task are thin wrappers, so the same coroutine
runs under `tamis run`, `tamis run --direct`, a schedule, a worker, or a test.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flows.clock import utc_now
from flows.errors import FlowError, RunFailed
from flows.fetching.client import Fetcher
from flows.fetching.discover import DiscoverySource, discover_urls
from flows.observe import log
from flows.runs.agreements import send_due_notices
from flows.runs.alarms import alarms_of, send
from flows.runs.ingest import ingest
from flows.runs.judging import look_at_audits, moderator_of
from flows.runs.manners import fetch_policy
from flows.runs.processing import judging_pool
from flows.runs.remoderate import Move, judge_in_new_context
from flows.runs.said_kinds import follow_patterns
from flows.runs.site_run import LEASE_SECONDS, Advance, Dispatch, RunReport, SiteRun, wanted
from flows.runs.tidying import tidy
from flows.runs.worker_name import is_alive, worker_name
from flows.settings import Settings, SiteSettings
from storage.crawl.archive import WarcArchive
from storage.crawl.frontier import DiscoveredUrl, DuePage, claim, counts, discover, make_due, release, release_dead
from storage.crawl.runs import finish_run, recent_runs, start_run
from storage.database.engine import Database
from storage.database.errors import DatabaseUnreachable, StorageError
from storage.opening import open_database
from storage.schema import upgrade_if_blank
from storage.upkeep.health import site_status

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
    started = utc_now()
    upgrade_if_blank(settings.database_url)
    with ExitStack() as stack:
        db = stack.enter_context(open_database(settings.database_url))
        async with Fetcher(fetch_policy(settings, site)) as fetcher:
            if dry_run:
                return await plan(settings, site, db, fetcher, started, limit)
            release_dead(db, site.name, is_alive)
            judge = moderator_of(settings, site, db)
            look_at_audits(db, site.name, judge.policy, "night", started)
            site_run = SiteRun(
                settings=settings,
                site=site,
                db=db,
                fetcher=fetcher,
                pool=stack.enter_context(judging_pool(settings, site, judge, started)),
                archive=stack.enter_context(WarcArchive(settings.archive)),
                run_id=start_run(db, site.name, command, started),
                started=started,
                full=full,
            )
            log("run_started", site=site.name, run=site_run.run_id, full=full)
            report = await night(site_run, limit or site.max_pages, advance, dispatch or batches)
        return await asyncio.to_thread(with_notices_sent, settings, db, report)


async def night(site_run: SiteRun, limit: int | None, advance: Advance, dispatch: Dispatch) -> RunReport:
    """The stages of one run, and its row in the database whatever becomes of them."""
    warnings: list[str] = []
    try:
        warnings += await find_pages(site_run)
        await dispatch(site_run, limit, advance)
        site_run.counts["campaign_members"] += await asyncio.to_thread(
            tidy, site_run.settings, site_run.db, site_run.archive
        )
        for move, number in (await asyncio.to_thread(judge_again, site_run)).items():
            site_run.counts.update({str(move.before): -number, str(move.after): number})
    except BrokenExecutor as error:
        return ended(site_run, warnings, f"the worker processes did not start ({error}); run `tamis doctor`")
    except DatabaseUnreachable as error:
        return ended(site_run, warnings, f"{error}; the next run goes on where this one stopped")
    except (FlowError, StorageError, OSError) as error:
        return ended(site_run, warnings, str(error))
    except BaseException:
        ended(site_run, warnings, "it was interrupted; the next run goes on where it stopped")
        raise
    finally:
        give_back(site_run)
    return ended(site_run, warnings)


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
    well = (run for run in recent_runs(site_run.db, site_run.site.name) if run.status in ("finished", "quarantined"))
    since = next((run.started_at for run in well), datetime.min.replace(tzinfo=UTC))
    return judge_in_new_context(site_run.settings, site_run.db, since, site_run.run_id)


def ended(site_run: SiteRun, warnings: list[str], failure: str | None = None) -> RunReport:
    """Writes down how the run ended; the report of it. Without a database the report is all there is."""
    now = site_run.now()
    warnings = [*warnings, *site_run.warnings]
    status = "failed" if failure else "quarantined" if site_run.quarantined else "finished"
    try:
        finish_run(site_run.db, site_run.run_id, site_run.counts, status, now, failure or "; ".join(warnings) or None)
    except StorageError as error:
        failure, status = failure or str(error), "failed"
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
        exit_code=1 if failure else 3 if site_run.quarantined else 0,
    )


def with_notices_sent(settings: Settings, db: Database, report: RunReport) -> RunReport:
    """Looks at the site's health and at the queue after the run and sends the alarms that they give reason for."""
    health = () if report.failure else site_status(db, utc_now(), report.site)[0].alarms
    undelivered = send(alarms_of(report, health), settings.alarms)
    try:
        undelivered += send_due_notices(settings, db, utc_now())
    except StorageError as error:  # the run has ended, well or not: its report must not get lost over this
        undelivered += (f"the review queue was not looked at: {error}",)
    return replace(report, warnings=(*report.warnings, *health, *undelivered))


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
    found = await discover_urls(site_run.fetcher, discovery_source(site))
    follow_patterns(db, site, now)
    new = discover(db, site.name, articles_among(site, found.urls), now)
    if site_run.full:
        make_due(db, site.name, now)
    if new == 0 and not sum(counts(db, site.name, now).by_state.values()):
        why = "; ".join(found.warnings) or "its urls, sitemaps and feeds name no page that include and exclude let in"
        raise RunFailed(f"{site.name}: nothing to fetch: {why}")
    return list(found.warnings)


def articles_among(site: SiteSettings, urls: Sequence[DiscoveredUrl]) -> list[DiscoveredUrl]:
    """What was found, less the start pages that only list others: a home page is no article.

    With `follow_links` a given address is one when its path is empty, or when `include` does not let it in.
    """
    if not site.follow_links:
        return list(urls)
    return [
        url
        for url in urls
        if url.source != "given" or (urlsplit(url.url).path not in ("", "/") and wanted(site, url.url))
    ]


def discovery_source(site: SiteSettings) -> DiscoverySource:
    return DiscoverySource(
        urls=site.urls,
        sitemaps=site.sitemaps,
        feeds=site.feeds,
        follow_links=site.follow_links,
        include=site.include,
        exclude=site.exclude,
    )


async def plan(
    settings: Settings, site: SiteSettings, db: Database, fetcher: Fetcher, started: datetime, limit: int | None
) -> RunReport:
    """What a run would fetch, without writing anything."""
    found = await discover_urls(fetcher, discovery_source(site))
    known = counts(db, site.name, started)
    urls = [url.url for url in articles_among(site, found.urls)][: limit or site.max_pages]
    return RunReport(
        site=site.name,
        run_id=None,
        started=started,
        finished=utc_now(),
        counts={"named": len(urls), "due": known.due},
        warnings=tuple(found.warnings),
        planned=tuple(urls),
    )
