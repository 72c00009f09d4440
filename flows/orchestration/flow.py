"""The Prefect side of a run: thin wrappers around `run_site`, in the one folder that imports Prefect.

Correctness never rests on Prefect's state: leases and idempotent loads in our own database do that. Prefect records
what ran, shows it, and starts it on time.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from functools import partial
from pathlib import Path

from httpx import HTTPError
from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger
from prefect.states import Failed

from flows.errors import RunFailed
from flows.observe import configure_once
from flows.orchestration.runners import PROCESSES
from flows.runs.ingest import ingest
from flows.runs.nightly import batches, run_site
from flows.runs.site_run import SHOWN_COUNTS, Advance, Dispatch, RunReport, SiteRun
from flows.settings_file import load
from storage.crawl.frontier import DuePage

watching: ContextVar[Advance] = ContextVar("watching", default=lambda done, total: None)
"""Who is told about progress: the terminal that started the flow, if one did."""

reported: ContextVar[list[RunReport] | None] = ContextVar("reported", default=None)
"""Where the flow leaves its report for the terminal that started it: Prefect keeps no results of ours."""

dispatching: ContextVar[Dispatch | None] = ContextVar("dispatching", default=None)
"""Where the batches go when they do not stay in this process."""

_numbers = itertools.count(1)
_work: dict[int, Callable[[], Awaitable[Counter[str]]]] = {}


@task(name="batch", cache_policy=NO_CACHE, persist_result=False, task_run_name="{site}: {pages} pages")
async def batch(number: int, site: str, pages: int) -> dict[str, int]:
    """One batch of pages as a task run. The work is looked up by its number: as a parameter Prefect would walk it."""
    return dict(await _work[number]())


async def batch_as_task(site_run: SiteRun, pages: Sequence[DuePage]) -> Counter[str]:
    number = next(_numbers)
    _work[number] = lambda: ingest(site_run, pages)
    try:
        return Counter(await batch(number, site_run.site.name, len(pages)))
    finally:
        del _work[number]


@flow(name="nightly", flow_run_name="nightly {site}", persist_result=False)
async def nightly(
    site: str, config: str, full: bool = False, limit: int | None = None
) -> dict[str, int] | State[dict[str, int]]:
    """Discover, fetch, extract, moderate, load and report one site of that tamis.toml; return what was done.

    A site that could not be run ends the flow run as failed, with the cause in its message: a state and not an
    exception, of which Prefect would print the traceback.
    """
    return await one_night(site, config, full, limit)  # a flow travels to a cluster with the globals that it names


async def one_night(site: str, config: str, full: bool, limit: int | None) -> dict[str, int] | State[dict[str, int]]:
    settings = load(Path(config))
    if reported.get() is None:  # no terminal shows the report: a worker, or a schedule
        configure_once(settings)
    report = await run_site(
        settings,
        settings.site(site),
        full=full,
        limit=limit,
        advance=watching.get(),
        dispatch=dispatching.get() or partial(batches, run_batch=batch_as_task),
    )
    if (reports := reported.get()) is not None:
        reports.append(report)
    await publish(report)
    if report.failure:
        return Failed(message=f"{site}: {report.failure}")
    return report.counts


async def publish(report: RunReport) -> None:
    """The report as a table artifact. A page load must not fail because the API that shows it does."""
    rows = [{"what": label, "number": report.counts.get(key, 0)} for key, label in SHOWN_COUNTS]
    rows += [{"what": f"quarantined: {case.url}", "number": case.reason} for case in report.quarantined[:50]]
    name = re.sub(r"[^a-z0-9]+", "-", report.site.lower()).strip("-")
    seconds = (report.finished - report.started).total_seconds()
    description = report.failure or f"run {report.run_id} of {report.site}: {seconds:.0f} s"
    try:
        await acreate_table_artifact(key=f"tamis-{name}", table=rows, description=description)
    except (PrefectException, HTTPError) as error:
        get_run_logger().warning("the report was not published as an artifact: %s", error)


async def recorded(
    site: str, config: Path, full: bool, limit: int | None, advance: Advance, runner: str = PROCESSES
) -> RunReport:
    """Runs the flow here and now and returns its report, failed or not."""
    reports: list[RunReport] = []
    watching.set(advance)
    reported.set(reports)
    chosen = nightly
    if runner != PROCESSES:
        from flows.orchestration.cluster import on_cluster, task_runner

        dispatching.set(on_cluster)
        chosen = nightly.with_options(task_runner=task_runner(runner))
    state = await chosen(site=site, config=str(config), full=full, limit=limit, return_state=True)
    if not reports:
        await state.aresult()  # raises what kept the run from ending
        raise RunFailed(f"{site}: the run ended without a report: {state.message}")
    return reports[-1]
