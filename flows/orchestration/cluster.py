"""`tamis run --runner dask://HOST:PORT`: the batches of a run on the workers of a Dask cluster.

Each batch is one Prefect task that Dask runs; see `cluster_batch` for what it does there. What comes back are counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.errors import RunFailed, RunnerUnknown
from flows.orchestration.cluster_batch import CLAIMED, ClusterBatch, run_cluster_batch
from flows.orchestration.runners import LOOPBACK, cluster_address
from flows.orchestration.server import scheduler
from flows.runs.site_run import Advance, QuarantinedPage, SiteRun
from storage.crawl.quarantine import open_cases

CONNECT_SECONDS = 10.0
PATIENCE_SECONDS = 120.0  # without any worker; a nanny needs seconds to replace one
LOOK_SECONDS = 5.0


def task_runner(runner: str) -> Any:
    """Prefect's task runner for that scheduler."""
    from prefect_dask.task_runners import DaskTaskRunner

    return DaskTaskRunner(address=str(cluster_address(runner)), client_kwargs={"timeout": CONNECT_SECONDS})


def require_scheduler(runner: str) -> None:
    """Raises RunnerUnknown without the extra, RunFailed when nobody listens there."""
    address = cluster_address(runner)
    if find_spec("prefect_dask") is None:
        raise RunnerUnknown("Dask needs its extra: pip install 'tamis[dask]'")
    try:
        socket.create_connection((address.host.strip("[]"), address.port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise RunFailed(f"no Dask scheduler answers at {runner} ({error}); start one with `dask scheduler`") from error


@contextlib.contextmanager
def reporting(runner: str) -> Iterator[None]:
    """A Prefect API that the workers can report to: the configured one, or for workers here a server of our own.

    Raises RunFailed when workers on other machines have none.
    """
    from prefect.settings import PREFECT_API_URL

    if not PREFECT_API_URL.value() and cluster_address(runner).host not in LOOPBACK:
        raise RunFailed(
            "workers on other machines report to a Prefect API: start one with `prefect server start --host 0.0.0.0` "
            "and set PREFECT_API_URL=http://THIS-HOST:4200/api here"
        )
    require_scheduler(runner)  # before a server is started in vain
    with scheduler(announce=lambda words: None):
        yield


@task(name="batch", cache_policy=NO_CACHE, persist_result=False, task_run_name="{errand.site}: batch {errand.number}")
def batch_on_worker(errand: ClusterBatch) -> dict[str, int]:
    """One batch, wherever Dask runs it."""
    return dict(asyncio.run(run_cluster_batch(errand)))


async def on_cluster(site_run: SiteRun, limit: int | None, advance: Advance) -> None:
    """Send out batches until no worker finds anything due. Raises RunFailed when one failed, once the others are done.

    Must be called inside a flow whose task runner is Dask's.
    """
    numbers = itertools.count(1)
    hands = await workers()
    allotted = done = 0
    dry = False
    failure: BaseException | None = None
    flying: dict[asyncio.Future[Counter[str]], int] = {}
    while True:
        while not (dry or failure) and len(flying) < hands and (limit is None or allotted < limit):
            size = min(site_run.settings.batch_pages, limit - allotted if limit else site_run.settings.batch_pages)
            flying[sent(site_run, next(numbers), size, hands)] = size
            allotted += size
        if not flying:
            break
        for answer in await answered(set(flying)):
            size = flying.pop(answer)
            try:
                counts = answer.result()
            except Exception as error:  # of a worker: it arrives as whatever it was there
                failure = failure or error
                continue
            claimed = counts.pop(CLAIMED, 0)
            site_run.counts.update(counts)
            done, allotted, dry = done + claimed, allotted - size + claimed, claimed == 0
            advance(done, None)
    note_quarantined(site_run)
    if failure:
        raise RunFailed(f"a batch failed on the cluster: {sentence(failure)}; its pages are due again") from failure


def sent(site_run: SiteRun, number: int, pages: int, share: int) -> asyncio.Future[Counter[str]]:
    """Submits one batch; the future of its counts."""
    errand = ClusterBatch(
        number=number,
        config=str(site_run.settings.path),
        site=site_run.site.name,
        run_id=site_run.run_id,
        started=site_run.started,
        pages=pages,
        full=site_run.full,
        share=share,
    )
    future: Any = batch_on_worker.submit(errand)
    return asyncio.ensure_future(asyncio.to_thread(lambda: Counter(future.result())))


async def answered(flying: set[asyncio.Future[Counter[str]]]) -> set[asyncio.Future[Counter[str]]]:
    """The batches that ended, at least one. Raises RunFailed when the cluster has been without workers for too long."""
    waited = 0.0
    while True:
        done, _ = await asyncio.wait(flying, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if done:
            return done
        waited = 0.0 if await count_workers() else waited + LOOK_SECONDS
        if waited >= PATIENCE_SECONDS:
            raise RunFailed("the Dask cluster has no workers; start some with `dask worker`, then run again")


async def workers() -> int:
    """How many worker processes the cluster has. Raises RunFailed if there is none."""
    if number := await count_workers():
        return number
    raise RunFailed("the Dask cluster has no workers; start some with `dask worker`, then run again")


async def count_workers() -> int:
    from prefect.context import FlowRunContext

    context: Any = FlowRunContext.get()
    info = await asyncio.to_thread(lambda: context.task_runner.client.scheduler_info(n_workers=-1))
    return len(info["workers"])


def note_quarantined(site_run: SiteRun) -> None:
    """The pages that workers set aside: they wrote it into the database, the report reads it there."""
    site_run.quarantined += [
        QuarantinedPage(url=case.url, reason=case.reason, message=case.message)
        for case in open_cases(site_run.db, site_run.site.name)
        if case.last_seen_at >= site_run.started
    ]


def sentence(error: BaseException) -> str:
    """The first line of what a fault says, or its name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
