"""Connections that go only where the guard said: the lowest layer of fetching, under httpx.

httpcore asks a network backend for every new connection, with the host and port of the URL at hand. Ours resolves the
host, has every answer judged, and connects to the very address that was judged. Host header, SNI and certificate check
keep the name. Whatever happens above (redirects, retries, a pool), no other road leads to a socket.
"""

from __future__ import annotations

import asyncio
import functools
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from flows.fetching import guard
from flows.fetching.errors import Unreachable

MAX_HEAD = 64 << 10
"""Bytes from the status line to the end of the headers, informational answers (1xx) included."""

_HEAD_READ = 16 << 10
_BLANK_LINE = re.compile(rb"\n\r?\n")
_INFORMATIONAL = re.compile(rb"HTTP/1\.[01] 1\d\d")


@dataclass(slots=True)
class Wire:
    """What one exchange saw on its connection. Only HTTP/1.1 fills more than `ip`."""

    ip: str | None = None
    received: int = 0  # bytes since the request was sent
    ended: bool = False  # the other side closed
    in_head: bool = True
    head: bytearray = field(default_factory=bytearray)
    on_sent: Callable[[], None] = lambda: None  # told when its first bytes leave

    def surplus(self, length: int) -> int:
        """How many bytes arrived beyond the head and a body of `length` bytes: an honest server sends none."""
        at = 0
        while found := _BLANK_LINE.search(self.head, at):
            informational = _INFORMATIONAL.match(self.head, at)
            at = found.end()
            if not informational:
                return self.received - at - length
        return 0


wire: ContextVar[Wire | None] = ContextVar("wire", default=None)
"""The exchange that the current task is in. A connection belongs to one exchange from its request to its last byte."""


class GuardedStream(httpcore.AsyncNetworkStream):
    """One connection: keeps a limit on the head of an answer and tells the exchange what it saw."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, ip: str, *, watch: bool = True) -> None:
        self._stream = stream
        self._ip = ip
        self._watch = watch  # False: HTTP/2, whose frames have limits of their own
        self._wire = Wire()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 (httpcore's signature)
        seen = self._wire
        if not (self._watch and seen.in_head):
            data = await self._stream.read(max_bytes, timeout)
        else:
            if seen.received >= MAX_HEAD:
                raise httpcore.RemoteProtocolError(f"the head of the answer is over {MAX_HEAD:,} bytes")
            data = await self._stream.read(min(max_bytes, _HEAD_READ), timeout)
            seen.head += data
        seen.received += len(data)
        seen.ended = not data
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if buffer:
            current = wire.get()
            if current is not None:
                if current.ip is None:
                    current.on_sent()
                current.ip = self._ip
                if self._watch:
                    self._wire = current
            await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        secured = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        protocol = secured.get_extra_info("ssl_object").selected_alpn_protocol()
        return GuardedStream(secured, self._ip, watch=protocol != "h2")

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to judged addresses only; unix sockets never."""

    def __init__(self, local: frozenset[str], resolve: guard.Resolve = guard.resolved_addresses) -> None:
        self._local = local
        self._resolve = resolve
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises Refused, Unreachable, httpcore.ConnectTimeout.

        The addresses share the timeout, so that a dead one (IPv6 that leads nowhere) leaves time for the next.
        """
        failed: Exception | None = None
        try:
            async with asyncio.timeout(timeout):
                addresses = await guard.addresses(host, port, self._local, self._resolve)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name was not resolved within {timeout:g} s") from error
        share = None if timeout is None else timeout / len(addresses)
        for ip in addresses:
            try:
                async with asyncio.timeout(share):
                    stream = await self._backend.connect_tcp(ip, port, None, local_address, socket_options)
            except (httpcore.ConnectError, TimeoutError) as error:
                failed = error
            else:
                return GuardedStream(stream, ip)
        if isinstance(failed, TimeoutError):
            raise httpcore.ConnectTimeout(f"no connection within {timeout:g} s") from failed
        raise Unreachable(host, f"no connection to port {port} ({failed})") from failed

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.UnsupportedProtocol("unix sockets are not for web pages")


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


@functools.cache
def _trust(http2: bool, ca_file: str | None) -> ssl.SSLContext:
    """The public certificate authorities, and the operator's own. Loading them costs 30 ms: once a process is enough.

    One a protocol, because httpcore writes the protocols it offers into the context.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's transport over guarded connections.

    Used without httpx.AsyncClient: what that adds (cookies, redirects, proxies and credentials from the environment)
    is what a crawler of hostile pages must not have. Errors are httpcore's.
    """

    def __init__(
        self,
        local: frozenset[str],
        *,
        max_connections: int,
        http2: bool,
        resolve: guard.Resolve,
        ca_file: str | None = None,
        proxy: str | None = None,
    ) -> None:
        """A `proxy` is the only host connected to, and the only one that may be private without being in `local`.

        It resolves names itself, so it must keep private addresses out itself; what is an address already, or a name
        that is local by its form, is still refused by `guard.target`.
        """
        address = httpx.Proxy(proxy) if proxy is not None else None
        if address is not None:
            local = frozenset({guard.authority(address.url.host, address.url.port or 80)})
        options: dict[str, Any] = {
            "ssl_context": _trust(http2, ca_file),
            "max_connections": max_connections,
            "max_keepalive_connections": max_connections,
            "keepalive_expiry": 15.0,
            "http2": http2,
            "network_backend": GuardedBackend(local, resolve),
        }
        self._pool: httpcore.AsyncConnectionPool
        if address is None:
            self._pool = httpcore.AsyncConnectionPool(**options)
        else:
            self._pool = httpcore.AsyncHTTPProxy(str(address.url), proxy_auth=address.raw_auth, **options)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()
