"""`tamis run`: the chosen sites one after the other, with Prefect or without."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import ExitStack

from flows.errors import RunnerUnknown
from flows.orchestration.environment import prepare_prefect
from flows.orchestration.runners import PROCESSES, cluster_address
from flows.runs.nightly import run_site
from flows.runs.progress import progress
from flows.runs.site_run import RunReport
from flows.settings import Settings


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
            cluster_address(runner)
            if direct or settings.path is None:
                raise RunnerUnknown(f"{runner} needs Prefect and a tamis.toml that the workers can read")
            prepare_prefect()
            from flows.orchestration.cluster import reporting

            stack.enter_context(reporting(runner))
        elif not (direct or dry_run or settings.path is None):
            prepare_prefect()
            from flows.orchestration.server import ONLY_RECORDS, scheduler

            stack.enter_context(scheduler(_nothing, *ONLY_RECORDS, meanwhile=_import_flow))
        for site in sites:
            with progress(site.name, show) as advance:
                if direct or dry_run or settings.path is None:
                    run = run_site(settings, site, full=full, limit=limit, dry_run=dry_run, advance=advance)
                else:
                    from flows.orchestration.flow import (
                        recorded,  # imports Prefect: seconds that --direct does not pay
                    )

                    run = recorded(site.name, settings.path, full, limit, advance, runner)
                reports.append(asyncio.run(run))
    return reports


def _import_flow() -> None:
    """Prefect's client takes seconds to import, and so does its server: both at once."""
    importlib.import_module("flows.orchestration.flow")


def _nothing(words: str) -> None:
    """The server that records the runs is no news."""
