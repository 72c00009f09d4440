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

from flows.alarms import alarms_of, send
from flows.errors import FlowError, RunFailed, RunnerUnknown, SettingsError
from flows.fetching.client import Fetcher
from flows.fetching.discover import DiscoverySource, discover_urls
from flows.fetching.policy import FetchPolicy
from flows.ingest import Road, ingest, utc_now, wanted
from flows.judging import moderator_of
from flows.keeping import tidy
from flows.observe import log
from flows.processing import load_moderator
from flows.remoderate import judge_campaigns
from flows.report import Advance, RunReport, progress
from flows.runners import PROCESSES, address_of
from flows.settings import Settings, SiteSettings, is_alive, prepare_prefect, worker_name
from flows.watching import look
from flows.workers import WorkerPool
from storage.archive import WarcArchive
from storage.engine import Database, open_database
from storage.errors import DatabaseUnreachable, StorageError
from storage.frontier import DiscoveredUrl, DuePage, claim, counts, discover, make_due, release, release_dead
from storage.health import site_status
from storage.runs import finish_run, recent_runs, start_run
from storage.schema import upgrade_if_blank

LEASE_SECONDS = 1800.0
BatchRunner = Callable[[Road, Sequence[DuePage]], Awaitable["Counter[str]"]]
Dispatch = Callable[[Road, int | None, Advance], Awaitable[None]]
"""Works through the site's due pages, at most so many: here (`batches`), or on a cluster."""


def fetch_policy(settings: Settings, site: SiteSettings) -> FetchPolicy:
    """The site's manners: pace, robots and limits; a site configured as local may answer from its start addresses."""
    fetch = settings.fetch
    if fetch.ca_file is not None and not fetch.ca_file.is_file():
        raise SettingsError(f"fetch.ca_file: {fetch.ca_file} is not there; name a PEM file")
    return FetchPolicy(
        user_agent=fetch.user_agent,
        total_deadline_s=fetch.total_deadline,
        connect_s=fetch.connect_timeout,
        max_bytes=fetch.max_bytes,
        max_redirects=fetch.max_redirects,
        attempts=fetch.attempts,
        http2=fetch.http2,
        proxy=fetch.proxy,
        ca_file=str(fetch.ca_file) if fetch.ca_file else None,
        pace_s=site.pace,
        concurrency_per_host=site.concurrency,
        respect_robots=site.robots,
        local_addresses=site.addresses if site.local else frozenset(),
    )


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
            road = Road(
                settings=settings,
                site=site,
                db=db,
                fetcher=fetcher,
                pool=stack.enter_context(WorkerPool(settings.workers, settings.page_seconds, load_moderator, judge)),
                archive=stack.enter_context(WarcArchive(settings.archive)),
                run_id=start_run(db, site.name, command, started),
                started=started,
                full=full,
            )
            log("run_started", site=site.name, run=road.run_id, full=full)
            report = await night(road, limit or site.max_pages, advance, dispatch or batches)
        return await asyncio.to_thread(told, settings, db, report)


async def night(road: Road, limit: int | None, advance: Advance, dispatch: Dispatch) -> RunReport:
    """The stages of one run, and its row in the database whatever becomes of them."""
    warnings: list[str] = []
    try:
        warnings += await find_pages(road)
        await dispatch(road, limit, advance)
        road.counts["campaign_members"] += await asyncio.to_thread(tidy, road.settings, road.db, road.archive)
        for change, number in (await asyncio.to_thread(judge_again, road)).items():
            before, _, after = change.partition(" -> ")
            road.counts.update({before: -number, after: number})
    except BrokenExecutor as error:
        return ended(road, warnings, f"the worker processes did not start ({error}); run `tamis doctor`")
    except DatabaseUnreachable as error:
        return ended(road, warnings, f"{error}; the next run goes on where this one stopped")
    except (FlowError, StorageError, OSError) as error:
        return ended(road, warnings, str(error))
    except BaseException:
        ended(road, warnings, "it was interrupted; the next run goes on where it stopped")
        raise
    finally:
        give_back(road)
    return ended(road, warnings)


def give_back(road: Road) -> None:
    """Ends our leases; a database that is out of reach does it by itself, or the next run does."""
    try:
        release(road.db, worker_name())
    except StorageError as error:
        log("leases_kept", site=road.site.name, run=road.run_id, because=str(error))


def judge_again(road: Road) -> Counter[str]:
    """Judge campaigns by what came since the last run that ended well: one that died left its share to this one."""
    well = (run for run in recent_runs(road.db, road.site.name) if run.status in ("finished", "quarantined"))
    since = next((run.started_at for run in well), datetime.min.replace(tzinfo=UTC))
    return judge_campaigns(road.settings, road.db, since, road.run_id)


def ended(road: Road, warnings: list[str], failure: str | None = None) -> RunReport:
    """Writes down how the run ended; the report of it. Without a database the report is all there is."""
    now = road.now()
    warnings = [*warnings, *road.warnings]
    status = "failed" if failure else "quarantined" if road.quarantined else "finished"
    try:
        finish_run(road.db, road.run_id, road.counts, status, now, failure or "; ".join(warnings) or None)
    except StorageError as error:
        failure, status = failure or str(error), "failed"
    log("run_ended", site=road.site.name, run=road.run_id, status=status, failure=failure, counts=dict(road.counts))
    return RunReport(
        site=road.site.name,
        run_id=road.run_id,
        started=road.started,
        finished=now,
        counts=dict(road.counts),
        quarantined=tuple(road.quarantined),
        warnings=tuple(warnings),
        failure=failure,
        exit_code=1 if failure else 3 if road.quarantined else 0,
    )


def told(settings: Settings, db: Database, report: RunReport) -> RunReport:
    """Looks at the site's health and at the queue after the run and sends the alarms that they give reason for."""
    health = () if report.failure else site_status(db, utc_now(), report.site)[0].alarms
    undelivered = send(alarms_of(report, health), settings.alarms)
    try:
        undelivered += look(settings, db, utc_now())
    except StorageError as error:  # the run has ended, well or not: its report must not get lost over this
        undelivered += (f"the review queue was not looked at: {error}",)
    return replace(report, warnings=(*report.warnings, *health, *undelivered))


async def batches(road: Road, limit: int | None, advance: Advance, run_batch: BatchRunner = ingest) -> None:
    """Claim and ingest until nothing is due that was due when the run started."""
    done = 0
    name = road.site.name
    known = sum(counts(road.db, name, road.started).by_state.values())

    def one_more() -> None:
        nonlocal done
        done += 1
        advance(done, max(done, min(known, limit or known)))

    road.on_page = one_more
    while limit is None or done < limit:
        size = min(road.settings.batch_pages, limit - done if limit else road.settings.batch_pages)
        pages = claim(road.db, name, worker_name(), size, utc_now(), LEASE_SECONDS, due_by=road.started)
        if not pages:
            return
        await run_batch(road, pages)


async def find_pages(road: Road) -> list[str]:
    """Put every address the site names into the frontier; return the warnings.

    Raises RunFailed when there is nothing to fetch: no address was found and none was known.
    """
    db, site, now = road.db, road.site, road.started
    found = await discover_urls(road.fetcher, discovery_source(site))
    new = discover(db, site.name, articles_among(site, found.urls), now)
    if road.full:
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


def run_sites(
    settings: Settings,
    names: list[str] | None,
    *,
    full: bool = False,
    limit: int | None = None,
    dry_run: bool = False,
    direct: bool = False,
    runner: str = PROCESSES,
    show: bool = True,
) -> list[RunReport]:
    """`tamis run`: the chosen sites one after the other, each as a Prefect flow run unless `direct` or `dry_run`.

    `runner` says where the batches run: in processes of ours, or on a cluster, dask://HOST:PORT.

    The very first run makes the database; an older schema is refused with the command that upgrades it.
    """
    sites = settings.chosen(names)
    reports = []
    with ExitStack() as stack:
        if runner != PROCESSES:
            address_of(runner)
            if direct or settings.path is None:
                raise RunnerUnknown(f"{runner} needs Prefect and a tamis.toml that the workers can read")
            prepare_prefect()
            from flows.cluster import reporting

            stack.enter_context(reporting(runner))
        for site in sites:
            with progress(site.name, show) as advance:
                if direct or dry_run or settings.path is None:
                    run = run_site(settings, site, full=full, limit=limit, dry_run=dry_run, advance=advance)
                else:
                    prepare_prefect()
                    from flows.orchestration import recorded  # imports Prefect: seconds that --direct does not pay

                    run = recorded(site.name, settings.path, full, limit, advance, runner)
                reports.append(asyncio.run(run))
    return reports
