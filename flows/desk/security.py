"""What every answer of the desk carries and every request must satisfy, whatever page it is about."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class SecurityHeaders:
    """Adds HEADERS to every answer; pages may not be stored by caches, static files may."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class AllowedHosts:
    """Refuses requests whose Host header names another machine: DNS rebinding cannot reach a desk on loopback."""

    def __init__(self, app: App, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            named = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            host = named.rpartition(":")[0] if named.rpartition(":")[2].isdigit() else named
            if host.strip("[]") not in self.hosts:
                answer = PlainTextResponse(f"This desk does not answer to the name {host!r}.\n", status_code=421)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


BODY_LIMITS = (("/api/decisions", 256_000), ("/api/undo", 256_000), ("/api/release", 64_000), ("/login", 16_000))
"""Bytes of a request's body by the start of its path; the largest honest one holds 500 decisions."""

MAX_BODY = 32_000


class MeasuredBodies:
    """Authentication, then size, then parsing: nobody's body is read for the interface before it is known whose it is,
    and no body is read beyond its route's limit, whatever length it announces."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith("/api/"):
            from flows.desk.signing_in.sessions import current  # the pages import this module

            if await run_in_threadpool(current, Request(scope)) is None:
                await unread({"error": "log in first"}, 401)(scope, receive, send)
                return
        limit = next((limit for start, limit in BODY_LIMITS if path.startswith(start)), MAX_BODY)
        refusal = unread({"error": f"the request is longer than {limit:,} bytes"}, 413)
        if announced(scope) > limit:
            await refusal(scope, receive, send)
            return
        size, answered = 0, False

        async def measured() -> MutableMapping[str, Any]:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise TooLong
            return message

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, measured, noted)
        except TooLong:
            if answered:
                raise
            await refusal(scope, receive, send)
        except ClientDisconnect:
            return  # nobody waits for the answer, and a stranger's hanging up is no fault to write down


def unread(words: dict[str, str], status: int) -> JSONResponse:
    """A refusal before the body has been read. The connection ends with it: what still comes is nobody's to read."""
    return JSONResponse(words, status_code=status, headers={"Connection": "close"})


PAGES_AT_ONCE, PAGES_WAITING = 3, 200
"""Pages that are made at a time, and those that may wait for their turn."""

PATIENCE_SECONDS = 0.5
"""For so long at most a page waits for the editors' requests, so that a busy newsroom has pages too."""

URGENT = "/api/"
FREE = (URGENT, "/static/", "/healthz", "/metrics")
"""What editors and monitors wait for: never behind a page."""


class PagesInTurn:
    """Makes a few pages at a time, and begins none while an editor's request is under way: however many pages are asked
    for, the queue waits for the rest of those that were begun and for no other.

    A page's turn ends with the first line of its answer: who reads it slowly holds nobody up. Answers of the SQL
    console have processes and a queue of their own, and are waited for `aside`.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.turns = asyncio.Semaphore(PAGES_AT_ONCE)
        self.waiting = 0
        self.urgent = 0
        self.quiet = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"].startswith(URGENT):
            await self.at_once(scope, receive, send)
        elif scope["path"].startswith(FREE) or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
        elif self.waiting >= PAGES_WAITING:
            words = PlainTextResponse("Too many pages are asked for; try again in a moment.\n", status_code=503)
            words.headers["Retry-After"] = "5"
            await words(scope, receive, send)
        else:
            await self.in_turn(scope, receive, send)

    async def at_once(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.urgent += 1
        self.quiet.clear()
        try:
            await self.app(scope, receive, send)
        finally:
            self.urgent -= 1
            if not self.urgent:
                self.quiet.set()

    async def in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        turn = Turn(self)
        await turn.take()
        scope[TURN] = turn

        async def sent(message: MutableMapping[str, Any]) -> None:
            turn.end()
            await send(message)

        try:
            await self.app(scope, receive, sent)
        finally:
            turn.end()

    async def acquire(self) -> None:
        """Wait for a turn, then until no editor waits for an answer."""
        self.waiting += 1
        try:
            await self.turns.acquire()
        finally:
            self.waiting -= 1
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self.urgent:
                    await self.quiet.wait()
        except TimeoutError:
            return
        except BaseException:
            self.turns.release()
            raise


TURN = "tamis.turn"


class Turn:
    """One page's turn. Ending it twice is the same as once."""

    def __init__(self, pages: PagesInTurn) -> None:
        self.pages = pages
        self.taken = False

    async def take(self) -> None:
        await self.pages.acquire()
        self.taken = True

    def end(self) -> None:
        if self.taken:
            self.pages.turns.release()
            self.taken = False


@asynccontextmanager
async def aside(scope: Scope) -> AsyncIterator[None]:
    """For a page that waits for something else than this process: others have their turn meanwhile, and it has another
    one afterwards."""
    turn: Turn | None = scope.get(TURN)
    if turn is None or not turn.taken:  # an application without the middleware, or an answer that has begun
        yield
        return
    turn.end()
    try:
        yield
    finally:
        await turn.take()


class TooLong(BaseException):
    """A body went beyond its limit; no handler may take it for a fault of its own."""


def announced(scope: Scope) -> int:
    """The Content-Length of a request; 0 for one that states none."""
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0


def is_loopback(host: str) -> bool:
    """Whether a bind address keeps the desk on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
