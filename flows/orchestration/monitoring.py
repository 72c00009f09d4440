"""What a monitoring system asks `tamis schedule --port N`: /healthz, whether it would start a night, and /metrics.

It listens on this machine unless told otherwise; the figures name sites and numbers, nothing that was read.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import URLError
from urllib.request import urlopen

from flows.clock import utc_now
from flows.errors import RunFailed
from flows.figures import CONTENT_TYPE, exposition
from flows.observe import log
from flows.orchestration.server import died
from flows.runs.lateness import next_due
from flows.settings import Settings
from storage.database.errors import StorageError
from storage.opening import open_database
from storage.upkeep.health import reachable, site_status

ASK_SECONDS = 5.0


def fault(settings: Settings, scheduler: str) -> str | None:
    """Why no night would start now, in one sentence; None while all is well. `scheduler`: the Prefect API's address."""
    try:
        with open_database(settings.database_url) as db:
            reachable(db)
    except StorageError:
        return "the database does not answer"
    try:
        with urlopen(f"{scheduler}/health", timeout=ASK_SECONDS):  # noqa: S310 - the address of our own scheduler
            return None
    except (URLError, OSError, ValueError):
        return "the Prefect server does not answer"


def figures(settings: Settings) -> bytes:
    """The figures of every site, and when each runs next. Raises StorageError."""
    now = utc_now()
    with open_database(settings.database_url) as db:
        states = site_status(db, now)
    times = {site.name: next_due(site, now) for site in settings.sites}
    following = {name: time for name, time in times.items() if time is not None}
    return exposition(states, following, server_deaths=died())


@contextlib.contextmanager
def monitored(
    settings: Settings, scheduler: str, host: str, port: int | None, announce: Callable[[str], object]
) -> Iterator[int]:
    """Answers on that port until the block ends; yields the port that was taken. Raises RunFailed if it is taken.

    None: nobody asks, and nothing listens.
    """
    if port is None:
        yield 0
        return

    class Answers(BaseHTTPRequestHandler):
        timeout = ASK_SECONDS

        def do_GET(self) -> None:
            try:
                if self.path == "/healthz":
                    ill = fault(settings, scheduler)
                    self.answer(503 if ill else 200, f"{ill or 'ok'}\n".encode())
                elif self.path == "/metrics":
                    self.answer(200, figures(settings), CONTENT_TYPE)
                else:
                    self.answer(404, b"/healthz and /metrics are here\n")
            except StorageError as error:
                log("not_measured", because=str(error))
                self.answer(503, b"the database does not answer\n")

        def answer(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody wants a line for each question."""

    try:
        server = ThreadingHTTPServer((host, port), Answers)
    except OSError as error:
        raise RunFailed(f"{host}:{port}: nothing can listen there ({error.strerror}); choose another --port") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    taken = int(server.server_address[1])
    announce(f"http://{host}:{taken}/healthz and /metrics answer.")
    try:
        yield taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
