"""The one client that asks other people's servers: guarded, polite, bounded, and the only place that knows httpx.

    async with Fetcher(FetchPolicy(...)) as fetcher:
        result = await fetcher.fetch(FetchRequest(url="https://example.org/article"))

Every failure is a FetchError (errors.py); nothing else is raised on purpose.
"""

from __future__ import annotations

import asyncio
import random
import re
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpcore
import httpx

from flows.clock import Clock
from flows.fetching import answers, codings, connect, guard, robots
from flows.fetching.errors import (
    BadAnswer,
    Busy,
    DeadlineExceeded,
    FetchError,
    RedirectLoop,
    Refused,
    TooLarge,
    Transient,
    Truncated,
    Unreachable,
)
from flows.fetching.pace import PROCESS, Pace, Sleep, Stopwatch
from flows.fetching.policy import Expect, FetchPolicy, FetchRequest, FetchResult
from flows.fetching.tally import Tallies

_ACCEPT = {
    Expect.PAGE: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    Expect.XML: (
        "application/xml,application/rss+xml,application/atom+xml,application/feed+json,text/xml;q=0.9,*/*;q=0.5"
    ),
    Expect.ANY: "*/*",
}


@dataclass(frozen=True, slots=True)
class _Errand:
    """A request and how this client runs it."""

    request: FetchRequest
    cap: int  # bytes
    for_robots: bool = False  # a robots.txt: asks no robots.txt, is cut at the cap, comes uncompressed


class Fetcher:
    """Gets pages under a policy. Belongs to one event loop; the pace is shared by the whole process."""

    def __init__(
        self,
        policy: FetchPolicy | None = None,
        *,
        pace: Pace = PROCESS,
        resolve: guard.Resolve = guard.resolved_addresses,
        clock: Stopwatch = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Clock = lambda: datetime.now(UTC),
        seed: int | None = None,
    ) -> None:
        self.policy = policy or FetchPolicy()
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._jitter = random.Random(seed)  # noqa: S311 (spreads retries, protects nothing)
        self._failures: dict[str, int] = {}  # host -> failed fetches in a row
        self.tallies = Tallies()
        self._slots = asyncio.Semaphore(self.policy.max_connections)
        self._host_slots: dict[str, asyncio.Semaphore] = {}
        self._transport = connect.GuardedTransport(
            self.policy.local_addresses,
            max_connections=self.policy.max_connections,
            http2=self.policy.http2,
            resolve=resolve,
            ca_file=self.policy.ca_file,
            proxy=self.policy.proxy,
        )
        self._robots = robots.Robots(
            self._robots_txt, self.policy.user_agent, ttl_s=self.policy.robots_ttl_s, clock=clock
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    def now(self) -> datetime:
        """The time that its answers are dated by."""
        return self._now()

    async def fetch(self, request: FetchRequest) -> FetchResult:
        """The page, after retries that the policy's patience allows. Raises FetchError."""
        is_listing = request.expect is Expect.XML
        cap = self.policy.max_listing_bytes if is_listing else self.policy.max_bytes
        return await self._with_retries(_Errand(request, cap))

    async def rules(self, url: str) -> robots.RobotsRules:
        """What the robots.txt of a URL's host says (sitemaps, crawl delay). Raises Refused."""
        return await self._robots.rules(guard.target(url, self.policy.local_addresses).authority)

    async def _robots_txt(self, url: str) -> bytes:
        request = FetchRequest(url=url, expect=Expect.ANY)
        return (await self._with_retries(_Errand(request, robots.MAX_ROBOTS_BYTES, for_robots=True))).body

    async def _with_retries(self, errand: _Errand) -> FetchResult:
        failed = 0
        while True:
            try:
                return await self._journey(errand)
            except Transient as error:
                failed += 1
                wait = max(error.retry_after or 0.0, self._backoff(failed))
                if failed >= self.policy.attempts or not error.at_once or wait > self.policy.patience_s:
                    self._note_failure(error)
                    raise
                self.tallies[guard.target(error.url, self.policy.local_addresses).authority].waited += wait
                await self._sleep(wait)

    def _backoff(self, failed: int) -> float:
        """Exponential, with jitter in its upper half: tasks which failed together do not return together."""
        longest = min(self.policy.backoff_cap_s, self.policy.backoff_base_s * 2.0 ** (failed - 1))
        return longest * (0.5 + 0.5 * self._jitter.random())

    async def _journey(self, errand: _Errand) -> FetchResult:
        """One attempt: the page at the end of at most `max_redirects` redirects, each hop judged anew."""
        request = errand.request
        started = self._clock()
        budget = self.policy.total_deadline_s
        url = request.url.partition("#")[0]
        passed: list[str] = []
        while True:
            target = self._target(url, passed)
            interval = await self._interval(target, errand)
            async with self._host_slot(target):
                await self._turn(target, interval, request)
                async with self._slots:
                    began = self._clock()
                    answer = await self._exchange(target, errand, budget)
                    budget -= self._clock() - began
            self._failures.pop(target.authority, None)
            if answer.location is None:
                elapsed_ms = (self._clock() - started) * 1000
                return self._result(errand, str(target.url), answer, elapsed_ms, tuple(passed))
            passed.append(url)
            url = guard.joined_url(url, answer.location)
            if url in passed or len(passed) > self.policy.max_redirects:
                raise RedirectLoop(
                    request.url, f"{len(passed)} redirects and no page (last to {url[:200]}); check the address"
                )

    def _host_slot(self, target: guard.Target) -> asyncio.Semaphore:
        slots = self._host_slots.get(target.authority)
        if slots is None:
            local = self.policy.local_concurrency or self.policy.max_connections
            count = local if target.local else self.policy.concurrency_per_host
            slots = self._host_slots[target.authority] = asyncio.Semaphore(count)
        return slots

    def _target(self, url: str, passed: list[str]) -> guard.Target:
        try:
            return guard.target(url, self.policy.local_addresses)
        except Refused as error:
            if passed:
                raise Refused(url, f"{error.sentence} (redirected from {passed[-1]})", reason=error.reason) from error
            raise

    async def _interval(self, target: guard.Target, errand: _Errand) -> float:
        """Seconds between two requests to the host. Raises Refused or Busy if its robots.txt says no."""
        interval = self.policy.local_pace_s if target.local else self.policy.pace_s
        if self.policy.respect_robots and not errand.for_robots:
            rules = await self._robots.check(str(target.url), target.authority)
            interval = max(interval, rules.crawl_delay(self.policy.crawl_delay_cap_s))
        return interval * self.policy.share

    async def _turn(self, target: guard.Target, interval: float, request: FetchRequest) -> None:
        """Waits for our turn at the host. Raises Busy if it is to be left alone."""
        began = self._clock()
        hold = None
        if request.aside:
            hold = await self._pace.turn(_resting(target, request), 0.0, self.policy.patience_s)
        if hold is None:
            hold = await self._pace.turn(target.authority, interval, self.policy.patience_s)
        self.tallies[target.authority].waited += self._clock() - began
        if hold is not None:
            raise Busy(str(target.url), hold.because, reason="host_on_hold", retry_after=hold.seconds, at_once=False)

    def _note_failure(self, error: Transient) -> None:
        """Leave a host alone that fails fetch after fetch, instead of waiting for each of its pages in turn."""
        if not isinstance(error, Unreachable | DeadlineExceeded):
            return
        try:
            host = guard.target(error.url, self.policy.local_addresses).authority
        except Refused:
            return
        self._failures[host] = self._failures.get(host, 0) + 1
        if self._failures[host] >= self.policy.breaker_failures:
            because = f"{host} failed {self._failures[host]} times in a row ({error.reason}); it is left alone for now"
            self._pace.hold(host, self.policy.breaker_hold_s, because)

    async def _exchange(self, target: guard.Target, errand: _Errand, budget: float) -> _Answer:
        url = str(target.url)
        wire = connect.Wire(on_sent=lambda: self._pace.sent(target.authority))
        token = connect.wire.set(wire)
        sent = True
        try:
            async with asyncio.timeout(max(budget, 0.001)):
                return await self._request(target, errand, wire)
        except FetchError as error:
            sent = not isinstance(error, Refused)  # by our own guard
            # the guard below knows the host only
            raise error if error.url == url else type(error)(url, error.sentence, reason=error.reason) from error
        except TimeoutError as error:
            limit = self.policy.total_deadline_s
            raise DeadlineExceeded(
                url, f"no complete answer within {limit:g} s; it is tried again later", at_once=False
            ) from error
        except httpcore.ConnectTimeout as error:
            raise Unreachable(url, f"{error}; is the site up?", reason="connect_timeout") from error
        except (httpcore.ConnectError, ssl.SSLError) as error:
            raise Unreachable(url, f"no secure connection ({error}); look at its certificate", reason="tls") from error
        except (httpcore.NetworkError, OSError) as error:
            raise Unreachable(url, f"the connection broke off ({str(error) or 'reset'})", reason="reset") from error
        except httpcore.ProtocolError as error:
            raise _protocol_failure(url, wire, error) from error
        finally:
            connect.wire.reset(token)
            self.tallies[target.authority].requests += sent
            self.tallies[target.authority].silent += sent and wire.in_head

    async def _request(self, target: guard.Target, errand: _Errand, wire: connect.Wire) -> _Answer:
        """One request and its answer, body included. Raises FetchError and httpcore's errors."""
        url = str(target.url)
        headers, conditional = self._headers(target, errand)
        response = await self._transport.handle_async_request(
            httpx.Request(
                "GET", target.url, headers=headers, extensions={"timeout": {"connect": self.policy.connect_s}}
            )
        )
        try:
            wire.in_head = False
            status = response.status_code
            self.tallies.answered(target.authority, status)
            fields = _fields(response)
            length = _stated_length(url, fields)
            answer = _Answer(status, response.reason_phrase, fields, b"", wire.ip)
            if status in answers.REDIRECTS:
                await self._drained(response, length)
                if not answer.header("location"):
                    raise BadAnswer(url, f"a redirect (HTTP {status}) that leads nowhere", reason="redirect")
                return answer
            if status == 304:
                await self._drained(response, 0)
                if not conditional:
                    raise BadAnswer(url, "HTTP 304 to a question nobody asked; nothing changes", reason="unasked_304")
                return answer
            if status not in (200, 203):
                await self._drained(response, length)
                self._fail(target, answer, errand.request)
            answers.check_type(url, answer.header("content-type"), errand.request.expect)
            body = await self._body(url, response, length, errand)
            if length is not None and not errand.for_robots and wire.surplus(length) > 0:
                raise BadAnswer(
                    url, f"it says {length:,} bytes and sends more; the page would be cut", reason="bad_http"
                )
        finally:
            await response.aclose()
        coding = answer.header("content-encoding") or ""
        # not on the event loop, which has the other hosts to serve
        answer.body = await asyncio.to_thread(_undone, url, body, coding, errand.cap) if coding else body
        answers.check_body(url, answer.body, answer.header("content-type"), errand.request.expect)
        return answer

    def _headers(self, target: guard.Target, errand: _Errand) -> tuple[list[tuple[str, str]], bool]:
        request = errand.request
        headers = [
            ("Host", target.url.netloc.decode("ascii")),
            ("User-Agent", self.policy.user_agent),
            ("Accept", _ACCEPT[request.expect]),
            ("Accept-Encoding", "identity" if errand.for_robots else codings.ACCEPTED),
        ]
        conditional = False
        validated = request.etag or request.last_modified
        if validated and str(target.url) == str(httpx.URL(request.stored_url or request.url.partition("#")[0])):
            for name, value in (("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified)):
                if value and value.isascii() and value.isprintable():
                    headers.append((name, value))
                    conditional = True
        return headers, conditional

    def _fail(self, target: guard.Target, answer: _Answer, request: FetchRequest) -> None:
        """Raises the error that the status stands for; a host that asks for time is left alone by every task."""
        wait = answers.retry_after(answer.header("retry-after"), self._now(), self.policy.retry_after_cap_s)
        error = answers.failure(str(target.url), answer.status, wait)
        if isinstance(error, Busy) and wait:
            because = f"{target.host} asked for {wait:,.0f} s of rest (Retry-After)"
            self._pace.hold(_resting(target, request), wait, because)
        raise error

    async def _drained(self, response: httpx.Response, length: int | None) -> None:
        """Read an empty body to its end, so that the connection can serve again; a real one is not worth its time."""
        if length == 0:
            async for _ in response.stream:  # type: ignore[union-attr]
                return  # it has a body after all

    async def _body(self, url: str, response: httpx.Response, length: int | None, errand: _Errand) -> bytes:
        """The body as it arrives, still coded, at most the cap."""
        if length is not None and length > errand.cap and not errand.for_robots:
            raise TooLarge(url, f"it announces {length:,} bytes, the limit is {errand.cap:,}; it is skipped")
        pieces: list[bytes] = []
        size = 0
        async for piece in response.stream:  # type: ignore[union-attr]
            pieces.append(piece)
            size += len(piece)
            if size > errand.cap:
                if errand.for_robots:
                    break
                raise TooLarge(url, f"it is longer than {errand.cap:,} bytes; it is skipped")
        return b"".join(pieces)[: errand.cap]

    def _result(
        self, errand: _Errand, url: str, answer: _Answer, elapsed_ms: float, redirects: tuple[str, ...]
    ) -> FetchResult:
        return FetchResult(
            url=errand.request.url,
            final_url=url,
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            body=answer.body,
            fetched_at=self._now(),
            elapsed_ms=elapsed_ms,
            ip=answer.ip,
            redirects=redirects,
            not_modified=answer.status == 304,
        )


@dataclass(slots=True)
class _Answer:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ip: str | None

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def location(self) -> str | None:
        return self.header("location") if self.status in answers.REDIRECTS else None


def _resting(target: guard.Target, request: FetchRequest) -> str:
    """Whom an answer to this request may ask for rest: the whole host, or what it says beside its pages."""
    return f"{target.authority} beside its pages" if request.aside else target.authority


def _fields(response: httpx.Response) -> tuple[tuple[str, str], ...]:
    """Header names in lower case and values as text: UTF-8 if they are, else Latin-1, which never fails."""
    fields = []
    for name, value in response.headers.raw:
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        fields.append((name.decode("ascii", "replace").lower(), text))
    return tuple(fields)


def _stated_length(url: str, fields: tuple[tuple[str, str], ...]) -> int | None:
    """The Content-Length, or None. Raises BadAnswer if the answer states its length in several ways."""
    lengths = {value for name, value in fields if name == "content-length"}
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not re.fullmatch("[0-9]{1,20}", length) or any(name == "transfer-encoding" for name, _ in fields):
        raise BadAnswer(url, "the answer contradicts itself about its length; look at the site", reason="bad_http")
    return int(length)


def _undone(url: str, body: bytes, content_encoding: str, cap: int) -> bytes:
    try:
        return codings.decoded(body, content_encoding, cap)
    except codings.OverCap as error:
        raise TooLarge(url, f"it unpacks to more than {cap:,} bytes; it is skipped") from error
    except codings.Damaged as error:
        raise Truncated(url, f"its compression is damaged ({error}); it is tried again", reason="damaged") from error
    except codings.UnknownCoding as error:
        raise BadAnswer(url, f"{error} cannot be undone; it is skipped", reason="coding") from error


def _protocol_failure(url: str, wire: connect.Wire, error: httpcore.ProtocolError) -> FetchError:
    """Cut short (try again) or not HTTP at all (the server's fault)? What arrived tells."""
    spoke_http = not wire.head or wire.head.startswith(b"HTTP/")
    if spoke_http and (wire.ended or not wire.head):
        return Truncated(url, f"the answer ends too early ({error}); it is tried again")
    return BadAnswer(url, f"the answer is not proper HTTP ({error}); look at the site", reason="bad_http")
