"""`tamis schedule`: one long-lived process that runs every site on its cron line.

Prefect fires schedules from a server's scheduler. With a configured API that server is used; otherwise one is started
here, on loopback, for as long as this process lives.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flows.errors import FlowError
from flows.observe import configure_once, log
from flows.orchestration.environment import prepare_prefect
from flows.orchestration.monitoring import monitored
from flows.orchestration.server import scheduler
from flows.runs.agreements import watched
from flows.settings import Settings, SiteSettings
from storage.schema import upgrade_if_blank

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment


AGAIN_SECONDS = 10.0  # after a runner gave up


class NothingScheduled(FlowError):
    exit_code = 2


def scheduled(settings: Settings) -> tuple[SiteSettings, ...]:
    """The sites with a cron line. Raises NothingScheduled if there is none."""
    sites = tuple(site for site in settings.sites if site.cron)
    if not sites:
        raise NothingScheduled(f'{settings.path}: no site has a cron line; add cron = "30 2 * * *" to a [sites.NAME]')
    return sites


def schedules(settings: Settings) -> list[dict[str, str | None]]:
    return [{"site": site.name, "cron": site.cron, "timezone": site.timezone} for site in scheduled(settings)]


def serve_sites(
    settings: Settings, announce: Callable[[str], object], host: str = "127.0.0.1", port: int | None = None
) -> None:
    """Runs until interrupted; `port` answers a monitoring system meanwhile.

    Raises NothingScheduled, or RunFailed when no scheduler can be reached or started, or the port is taken.
    """
    sites = scheduled(settings)
    configure_once(settings)
    upgrade_if_blank(settings.database_url)
    prepare_prefect()
    with scheduler(announce) as address, monitored(settings, address, host, port, announce):
        announce_schedules(sites, announce)
        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(watch(settings, sites))
    announce("Stopped.")


def announce_schedules(sites: Sequence[SiteSettings], announce: Callable[[str], object]) -> None:
    for site in sites:
        announce(f"{site.name}: {site.cron} ({site.timezone})")
    announce("Waiting for the next run. Stop with Ctrl-C.")


async def deployment_of(settings: Settings, site: SiteSettings) -> RunnerDeployment:
    """The site's nightly flow on its cron line. Who runs it needs Tamis and that tamis.toml in its place."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.orchestration.flow import nightly

    return await nightly.ato_deployment(
        name=site.name,
        parameters={"site": site.name, "config": str(settings.path)},
        schedule=Cron(site.cron or "", timezone=site.timezone),
        # a night that is not over when the next one begins: the next one is skipped, the pages stay due
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def watch(settings: Settings, sites: Sequence[SiteSettings]) -> None:
    """Starts due flow runs, each in a process of its own, until this one is told to stop.

    Prefect's runner gives up when its server is silent for half a minute; then there is another one, and again, until
    the server is back.
    What keeps the first of them from starting is raised.
    """
    from httpx import HTTPError
    from prefect.exceptions import PrefectException

    stop, begun = asyncio.Event(), asyncio.Event()
    async with watched(settings):
        while not stop.is_set():
            try:
                await start_what_is_due(settings, sites, stop, begun)
            except (RuntimeError, OSError, HTTPError, PrefectException, ExceptionGroup) as error:
                if not begun.is_set():
                    raise
                log("scheduler_lost", because=str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), AGAIN_SECONDS)


async def start_what_is_due(
    settings: Settings, sites: Sequence[SiteSettings], stop: asyncio.Event, begun: asyncio.Event
) -> None:
    """One runner, until `stop` is set or the runner gives up, which is raised; `begun`: it knows all its sites."""
    from prefect.runner import Runner

    loop = asyncio.get_running_loop()

    class StoppableRunner(Runner):
        def handle_sigterm(self, *arguments: object, **options: object) -> None:
            """Prefect's own leaves in mid-air with a traceback; ours lets the runner leave in order."""
            loop.call_soon_threadsafe(stop.set)

    runner = StoppableRunner(name="tamis", pause_on_shutdown=False)
    for site in sites:
        await runner.aadd_deployment(await deployment_of(settings, site))
    begun.set()
    running = asyncio.create_task(runner.start(webserver=False))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        running.result()
        stop.set()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
