"""The sample site on a loopback port, for `tamis demo`, for tests and for trying things out.

with DemoServer() as site:
    print(site.url)
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from flows.demo.magazine import magazine
from flows.demo.pages import Resource, demo_pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One line of the site's log. `conditional`: it asked for the page only if it had changed."""

    method: str
    path: str
    status: int
    conditional: bool
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: HTTPStatus
    resource: Resource | None = None


class DemoServer:
    """Serves one edition of the sample site on 127.0.0.1 until it is stopped; a context manager.

    `port` 0 asks the system for a free one; a port that is taken falls back to a free one, too. `edition` may be set
    while the server runs: the next request sees the other edition. `requests` is the log, oldest first.
    """

    def __init__(self, *, edition: int = 1, port: int = 0) -> None:
        self._lock = threading.Lock()
        self._log: list[Request] = []
        self._failed: set[str] = set()
        self._server = self._bind(port)
        self._sites: dict[int, dict[str, Resource]] = {}
        self._thread: threading.Thread | None = None
        self.edition = edition

    def _bind(self, port: int) -> ThreadingHTTPServer:
        handler = _handler(self._answer, self._note)
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            if port == 0:
                raise
            server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        return server

    @property
    def url(self) -> str:
        """The site's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def edition(self) -> int:
        return self._edition

    @edition.setter
    def edition(self, edition: int) -> None:
        if edition not in self._sites:
            self._sites[edition] = demo_pages(magazine(edition), self.url)
        self._edition = edition

    @property
    def requests(self) -> tuple[Request, ...]:
        with self._lock:
            return tuple(self._log)

    def start(self) -> Self:
        """Answers requests from now on, in a thread of its own."""
        # 20 ms: how long stop() may take to be noticed
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="demo-site", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Closes the port. A second call does nothing."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answer(self, path: str, headers: _Conditions) -> _Answer:
        resource = self._sites[self._edition].get(path)
        if resource is None:
            return _Answer(status=HTTPStatus.NOT_FOUND)
        if resource.fails_first and self._fails_now(path):
            return _Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        if headers.are_met_by(resource):
            return _Answer(status=HTTPStatus.NOT_MODIFIED, resource=resource)
        return _Answer(status=HTTPStatus.OK, resource=resource)

    def _fails_now(self, path: str) -> bool:
        with self._lock:
            first = path not in self._failed
            self._failed.add(path)
        return first

    def _note(self, request: Request) -> None:
        with self._lock:
            self._log.append(request)


def demo_sitemap(url: str) -> str:
    """The address of the sitemap of the sample site that is served at `url`."""
    return f"{url.rstrip('/')}/sitemap.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conditions:
    """The conditional headers of one request."""

    etags: str | None
    since: str | None

    def are_met_by(self, resource: Resource) -> bool:
        """Whether the client already has this very resource. An ETag decides alone (RFC 9110, section 13.2.2)."""
        if self.etags is not None:
            known = {tag.strip().removeprefix("W/") for tag in self.etags.split(",")}
            return bool(known & {"*", resource.etag})
        if self.since is None:
            return False
        try:
            return resource.modified <= parsedate_to_datetime(self.since)
        except (ValueError, TypeError):  # an unreadable date or one without a zone: as if it were not there
            return False


def _handler(
    answer: Callable[[str, _Conditions], _Answer], note: Callable[[Request], None]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # headers and body in one packet
        timeout = 30

        def do_GET(self) -> None:
            headers = _Conditions(etags=self.headers["If-None-Match"], since=self.headers["If-Modified-Since"])
            path = urlsplit(self.path).path
            answered = answer(path, headers)
            note(
                Request(
                    method=self.command,
                    path=path,
                    status=answered.status,
                    conditional=headers.etags is not None or headers.since is not None,
                    user_agent=self.headers.get("User-Agent", ""),
                )
            )
            self._send(answered)

        def do_HEAD(self) -> None:
            self.do_GET()

        def _send(self, answered: _Answer) -> None:
            resource = answered.resource
            self.send_response(answered.status)
            if resource is None:
                body, content_type = _error_page(answered.status), "text/html; charset=UTF-8"
            else:
                body, content_type = resource.body, resource.content_type
                self.send_header("ETag", resource.etag)
                self.send_header("Last-Modified", resource.last_modified)
                self.send_header("Cache-Control", "max-age=0, must-revalidate")
            if answered.status != HTTPStatus.NOT_MODIFIED:
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD" and answered.status != HTTPStatus.NOT_MODIFIED:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal: the log is `DemoServer.requests`."""

    return Handler


def _error_page(status: HTTPStatus) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>Erreur {status.value}</title></head>'
        f"<body><h1>Erreur {status.value}</h1><p>Cette page n’est pas disponible.</p></body></html>\n"
    ).encode()
