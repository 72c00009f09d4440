"""The Prefect server that a long-lived process brings along."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.error import URLError
from urllib.request import urlopen

from flows.errors import RunFailed

SERVER_START_SECONDS = 120.0
SERVER_STOP_SECONDS = 20.0


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
