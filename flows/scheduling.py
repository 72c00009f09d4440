"""`tamis schedule`: one long-lived process that runs every site on its cron line.

Prefect fires schedules from a server's scheduler. With a configured API that server is used; otherwise one is started
here, on loopback, for as long as this process lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from flows.errors import FlowError, RunFailed
from flows.settings import Settings, SiteSettings, prepare_prefect
from flows.watching import watched
from storage.schema import upgrade_if_blank

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

SERVER_START_SECONDS = 120.0
SERVER_STOP_SECONDS = 20.0


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


def serve_sites(settings: Settings, announce: Callable[[str], object]) -> None:
    """Runs until interrupted. Raises NothingScheduled, or RunFailed when no scheduler can be reached or started."""
    sites = scheduled(settings)
    upgrade_if_blank(settings.database_url)
    prepare_prefect()
    with scheduler(announce):
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

    from flows.orchestration import nightly

    return await nightly.ato_deployment(
        name=site.name,
        parameters={"site": site.name, "config": str(settings.path)},
        schedule=Cron(site.cron or "", timezone=site.timezone),
        # a night that is not over when the next one begins: the next one is skipped, the pages stay due
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def watch(settings: Settings, sites: Sequence[SiteSettings]) -> None:
    """Starts due flow runs, each in a process of its own, until this one is told to stop."""
    from prefect.runner import Runner

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    class StoppableRunner(Runner):
        def handle_sigterm(self, *arguments: object, **options: object) -> None:
            """Prefect's own leaves in mid-air with a traceback; ours lets the runner leave in order."""
            loop.call_soon_threadsafe(stop.set)

    runner = StoppableRunner(name="tamis", pause_on_shutdown=False)
    for site in sites:
        await runner.aadd_deployment(await deployment_of(settings, site))
    running = asyncio.create_task(runner.start(webserver=False))
    waiting = asyncio.create_task(stop.wait())
    async with watched(settings):
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        running.result()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@contextlib.contextmanager
def scheduler(announce: Callable[[str], object]) -> Iterator[str]:
    """The address of an API whose scheduler runs: the configured one, or a server of our own that ends with us."""
    from prefect.settings import PREFECT_API_URL

    if configured := PREFECT_API_URL.value():
        announce(f"Using the Prefect API at {configured}")
        yield configured
        return
    port = free_port()
    address = f"http://127.0.0.1:{port}/api"
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    announce("Starting the scheduler on loopback ...")
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - fixed words
    try:
        wait_until_healthy(address, server)
        os.environ["PREFECT_API_URL"] = address  # the flow runs are child processes: they find the API by it
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()
        yield address
    finally:
        server.terminate()
        try:
            server.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_healthy(address: str, server: subprocess.Popen[bytes]) -> None:
    """Raises RunFailed when the server ends or does not answer in time."""
    deadline = time.monotonic() + SERVER_START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RunFailed(
                "the Prefect server ended at once; run `tamis doctor`, then `prefect server start` to see why"
            )
        try:
            with urlopen(f"{address}/health", timeout=2):  # noqa: S310 - our own loopback server
                return
        except (URLError, OSError):
            time.sleep(0.25)
    raise RunFailed(f"the Prefect server did not answer in {SERVER_START_SECONDS:.0f} s; run `tamis doctor`")
