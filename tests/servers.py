"""A real web server on loopback for tests and benchmarks: serves what it is told, counts what it is asked, fails on
order.

    with SiteServer({"/": "<h1>Bonjour</h1>", "/a": Reply(body=..., etag='"1"')}) as site:
        ...  # ask site.url("/"); then look at site.hits["/"], site.requests

Works the same from async and sync tests: it runs in a thread of its own and stops with the `with` block. HTTP/1.1 with
keep-alive. A page is a str or bytes (HTML), a Reply, or a function from a Request to one of these. Faults are Replies
too: `failing_then`, `slow`, `redirect`, `bomb`, Reply(wire=...).
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import brotli
import zstandard

REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found", 410: "Gone"}


@dataclass(frozen=True, slots=True)
class Request:
    """What the client sent. Header names are in lower case."""

    method: str
    path: str  # with its query
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. A matching If-None-Match or If-Modified-Since turns it into a 304 without a body.

    `coding` compresses the body (gzip, deflate, br, zstd) if the client accepts it. `wire`, if given, is sent byte for
    byte instead of everything else. `pause_s` waits before the head, `drip_s` between the bytes of the body.
    `close_after` cuts the connection after that many bytes of the body; `hang_up` closes without one byte.
    """

    body: str | bytes = b""
    status: int = 200
    content_type: str | None = "text/html; charset=utf-8"
    headers: Sequence[tuple[str, str]] = ()
    etag: str | None = None
    last_modified: str | None = None
    coding: str | None = None
    chunked: bool = False
    wire: bytes | None = None
    pause_s: float = 0.0
    drip_s: float = 0.0
    close_after: int | None = None
    hang_up: bool = False


Page = str | bytes | Reply | Callable[[Request], "str | bytes | Reply"]
Pages = Mapping[str, Page] | Callable[[Request], "str | bytes | Reply | None"]


def redirect(to: str, status: int = 302) -> Reply:
    return Reply(status=status, headers=(("Location", to),))


def failing_then(page: str | bytes | Reply, *failures: Reply) -> Callable[[Request], str | bytes | Reply]:
    """The failures one after the other, one a request, then the page for ever."""
    left: Iterator[Reply] = iter(failures or (Reply(status=500, body="oops"),))
    return lambda request: next(left, page)


def slow(seconds_a_byte: float = 0.05, length: int = 10_000) -> Reply:
    """A slow-loris: one byte at a time for longer than anybody should wait."""
    return Reply(body=b"<" + b"a" * (length - 1), drip_s=seconds_a_byte)


def compressed(body: bytes, coding: str) -> bytes:
    match coding:
        case "gzip":
            return gzip.compress(body, mtime=0)
        case "deflate":
            return zlib.compress(body)
        case "br":
            return bytes(brotli.compress(body, quality=4))
        case "zstd":
            return zstandard.ZstdCompressor().compress(body)
    raise ValueError(f"no such coding here: {coding}")


def bomb(coding: str, mib: int = 64) -> Reply:
    """A few kB that unpack to `mib` MiB."""
    body = compressed(b"\0" * (mib << 20), coding)
    return Reply(body=body, headers=(("Content-Encoding", coding),))


@dataclass
class SiteServer:
    """Serves `pages` (path with or without its query -> page) on a free port of 127.0.0.1, from `with` to its end.

    `hits` counts requests by path, `header_hits` by (path, header name in lower case); `requests` keeps them all, in
    order of arrival. `pages` may be changed while it runs. `most_at_once` is the greatest number of requests that were
    being answered together.
    """

    pages: Pages = field(default_factory=dict)
    host: str = "127.0.0.1"
    hits: Counter[str] = field(default_factory=Counter)
    header_hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="site-server", daemon=True)

    def url(self, path: str = "/") -> str:
        return f"http://{self.authority}{path}"

    @property
    def authority(self) -> str:
        """host:port, as `FetchPolicy.local_addresses` wants it."""
        return f"{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the site server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Closes the port and every connection; a second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, self.host, self.port))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await _request(reader):
                self._count(request)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    if not await self._answer(request, writer):
                        break
                finally:
                    self._at_once -= 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    def _count(self, request: Request) -> None:
        self.requests.append(request)
        path = request.path.partition("?")[0]
        self.hits[path] += 1
        self.header_hits.update((path, name) for name in request.headers)

    def _reply(self, request: Request) -> Reply:
        if callable(self.pages):
            page: Page | None = self.pages(request)
        else:
            page = self.pages.get(request.path, self.pages.get(request.path.partition("?")[0]))
        if callable(page):
            page = page(request)
        if page is None:
            return Reply(status=404, body="<h1>404</h1>")
        return page if isinstance(page, Reply) else Reply(body=page)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Sends the reply; is the connection still good?"""
        reply = self._reply(request)
        if reply.pause_s:
            await asyncio.sleep(reply.pause_s)
        if reply.hang_up or reply.wire is not None:
            writer.write(reply.wire or b"")
            await writer.drain()
            return False
        head, body = _message(request, reply)
        writer.write(head)
        if reply.drip_s or reply.close_after is not None:
            for at in range(len(body) if reply.close_after is None else reply.close_after):
                writer.write(body[at : at + 1])
                if reply.drip_s:
                    await writer.drain()
                    await asyncio.sleep(reply.drip_s)
        else:
            writer.write(body)
        await writer.drain()
        return reply.close_after is None and request.headers.get("connection") != "close"


async def _request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:-2])}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, body)


def _message(request: Request, reply: Reply) -> tuple[bytes, bytes]:
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    status = reply.status
    headers = list(reply.headers)
    if reply.etag:
        headers.append(("ETag", reply.etag))
    if reply.last_modified:
        headers.append(("Last-Modified", reply.last_modified))
    if status == 200 and _unchanged(request, reply):
        status, body = 304, b""
    elif reply.content_type:
        headers.append(("Content-Type", reply.content_type))
    if status == 200 and reply.coding and reply.coding in request.headers.get("accept-encoding", ""):
        body = compressed(body, reply.coding)
        headers.append(("Content-Encoding", reply.coding))
    if reply.chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif status != 304 and not any(name.lower() == "content-length" for name, _ in headers):
        headers.append(("Content-Length", str(len(body))))
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), b"" if request.method == "HEAD" else body


def _unchanged(request: Request, reply: Reply) -> bool:
    if "if-none-match" in request.headers:  # RFC 9110 section 13.2.2: then the date is not looked at
        return reply.etag is not None and reply.etag in request.headers["if-none-match"]
    return reply.last_modified is not None and request.headers.get("if-modified-since") == reply.last_modified
