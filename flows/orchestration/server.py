"""The Prefect server that a long-lived process brings along."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from urllib.error import URLError
from urllib.request import urlopen

from flows.errors import RunFailed
from flows.observe import log
from flows.orchestration.environment import of_server

SERVER_START_SECONDS = 120.0
SERVER_STOP_SECONDS = 20.0
ONLY_RECORDS = ("--no-services",)
"""Options of a server that records runs and starts none."""
_died = 0

_KEEPER = """
import os, signal, subprocess, sys, threading, time
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
quiet = subprocess.DEVNULL
if sys.argv[1]:
    os.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = sys.argv[1]
answered = stopping = False
times = 0
def start():
    return subprocess.Popen(sys.argv[2:], stdin=quiet, stdout=quiet, stderr=quiet)
server = start()
def keep():
    global server, times
    while True:
        code = server.wait()
        if not answered:
            os._exit(code and 1)
        if stopping:
            return
        times += 1
        os.write(1, b"%d\\n" % code)
        time.sleep(min(times, 30))
        server = start()
threading.Thread(target=keep, daemon=True).start()
try:
    answered = sys.stdin.buffer.read(1) != b""
    sys.stdin.buffer.read()
finally:
    stopping = True
    server.terminate()
    try:
        server.wait(15)
    finally:
        os.killpg(0, signal.SIGKILL)  # whatever it started, and this
"""
"""Holds a server. One that has answered, as a byte on standard input says, is started again at its port when it dies:
how it ended is a line on standard output, and one that dies again and again is given ever more time. It is ended when
standard input ends: with us, also when we are killed and can do nothing."""


@contextlib.contextmanager
def scheduler(
    announce: Callable[[str], object], *services: str, meanwhile: Callable[[], object] = lambda: None
) -> Iterator[str]:
    """The address of an API: the configured one, or a server of our own that ends with this process, however it ends.

    `services` are options for that server; as it is, its scheduler fires schedules. `meanwhile` is done while it
    starts.
    """
    from prefect.settings import PREFECT_API_URL

    if configured := PREFECT_API_URL.value():
        announce(f"Using the Prefect API at {configured}")
        yield configured
        return
    port = free_port()
    address = f"http://127.0.0.1:{port}/api"
    command = f"-m prefect server start --host 127.0.0.1 --port {port} --no-ui".split()
    announce("Starting the scheduler on loopback ...")
    # a session of its own: Ctrl-C in the terminal is for us, who then end the server
    server = subprocess.Popen(  # noqa: S603 - fixed words
        [sys.executable, "-I", "-S", "-c", _KEEPER, _own_database(), sys.executable, *command, *services],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        env=of_server(only_records=services == ONLY_RECORDS),
    )
    assert server.stdin is not None
    assert server.stdout is not None
    listener = threading.Thread(target=note_deaths, args=(server.stdout,), daemon=True)
    listener.start()
    try:
        meanwhile()
        wait_until_healthy(address, server)
        server.stdin.write(b"+")
        server.stdin.flush()
        os.environ["PREFECT_API_URL"] = address  # the flow runs are child processes: they find the API by it
        _refresh()
        try:
            yield address
        finally:
            from prefect.logging.handlers import APILogHandler

            APILogHandler().flush()  # while there is somebody to send them to
            del os.environ["PREFECT_API_URL"]
            _refresh()
    finally:
        server.terminate()
        try:
            server.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        server.stdin.close()
        listener.join(SERVER_STOP_SECONDS)


def note_deaths(endings: Iterable[bytes]) -> None:
    """A line in the log for each time that our server died and is started again; how often is counted for /metrics."""
    global _died
    for line in endings:
        _died += 1
        log("prefect_server_died", level=logging.WARNING, code=int(line), times=_died, then="it is started again")


def died() -> int:
    """How often the Prefect server of this process died and was started again."""
    return _died


def _own_database() -> str:
    """The address of the file in which the server keeps its runs, one for each version of Prefect; "" where Prefect's
    settings name another place.

    Prefect's own prefect.db may belong to another project's newer version, and a server refuses such a file.
    """
    from prefect import __version__
    from prefect.settings import PREFECT_HOME, PREFECT_SERVER_DATABASE_CONNECTION_URL

    home = PREFECT_HOME.value()
    if PREFECT_SERVER_DATABASE_CONNECTION_URL.value() != f"sqlite+aiosqlite:///{home}/prefect.db":
        return ""
    home.mkdir(parents=True, exist_ok=True)
    return f"sqlite+aiosqlite:///{home}/tamis-{__version__}.db"


def _refresh() -> None:
    from prefect.context import refresh_global_settings_context

    refresh_global_settings_context()


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
