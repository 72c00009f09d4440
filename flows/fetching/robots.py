"""robots.txt as RFC 9309 says, one answer a host, kept for a day.

An answer of 4xx means that there are no rules; 5xx, silence and nonsense mean that everything is disallowed for now,
which is no verdict on the pages: they are tried again later (Transient).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from flows.fetching.errors import Busy, FetchError, Permanent, RedirectLoop, Refused, TooLarge, Transient
from flows.fetching.robots_text import RobotsText, parse

MAX_ROBOTS_BYTES = 500 << 10
"""RFC 9309 section 2.5: at least 500 KiB must be parsed; the rest is left."""

UNREACHABLE_TTL_S = 300.0
"""How long "everything is disallowed" is believed before robots.txt is asked for again."""

MANY_RULES = 500
"""Beyond these an address is tried on them in a thread, not on the event loop."""

Get = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What one robots.txt says to us. `unreachable` is set while everything is disallowed for want of an answer."""

    url: str
    parsed: RobotsText | None  # None: no rules at all
    expires: float
    unreachable: FetchError | None = None

    def allow(self, url: str) -> bool:
        return self.unreachable is None and (self.parsed is None or self.parsed.can_fetch(url))

    def crawl_delay(self, cap: float) -> float:
        """Seconds between requests that the host asks for, 0 to `cap`; 0 if it asks nothing sensible."""
        return min((self.parsed.delay if self.parsed else None) or 0.0, cap)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        return self.parsed.sitemaps if self.parsed else ()


class Robots:
    """The rules of every host asked so far. `get` fetches at most MAX_BYTES of a robots.txt, or raises FetchError."""

    def __init__(self, get: Get, user_agent: str, *, ttl_s: float, clock: Callable[[], float]) -> None:
        self._get = get
        self._agent = product_token(user_agent)
        self._ttl = ttl_s
        self._clock = clock
        self._rules: dict[str, RobotsRules] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def rules(self, host: str) -> RobotsRules:
        """The rules of scheme://host:port, fetched once for all who ask. Raises Refused if the host itself is."""
        known = self._rules.get(host)
        if known is None or known.expires <= self._clock():
            async with self._locks.setdefault(host, asyncio.Lock()):
                known = self._rules.get(host)
                if known is None or known.expires <= self._clock():
                    known = self._rules[host] = await self._fetched(host)
        return known

    async def check(self, url: str, host: str) -> RobotsRules:
        """The rules of the host, if they let us fetch the URL. Raises Refused, or Busy while there is no answer."""
        rules = await self.rules(host)
        if rules.unreachable is not None:
            raise Busy(
                url,
                f"{rules.url} gave no answer ({rules.unreachable.reason}), so nothing may be fetched now (RFC 9309);"
                " the page is tried again later",
                reason="robots_unreachable",
                retry_after=max(1.0, rules.expires - self._clock()),
                at_once=False,
            )
        many = rules.parsed is not None and len(rules.parsed.rules) > MANY_RULES
        if not (await asyncio.to_thread(rules.allow, url) if many else rules.allow(url)):
            raise Refused(url, f"{rules.url} asks robots to stay away from this page; it is skipped", reason="robots")
        return rules

    async def _fetched(self, host: str) -> RobotsRules:
        url = f"{host}/robots.txt"
        try:
            body = await self._get(url)
        except Refused as error:
            if error.url == url:  # the host itself may not be asked
                raise
            return RobotsRules(url, None, self._clock() + UNREACHABLE_TTL_S, error)  # it sends us where we may not go
        except (Transient, TooLarge) as error:
            return RobotsRules(url, None, self._clock() + UNREACHABLE_TTL_S, error)
        except Permanent as error:
            no_rules = isinstance(error, RedirectLoop) or error.reason in ("gone", "forbidden", "status")
            if no_rules:
                return RobotsRules(url, None, self._clock() + self._ttl)
            return RobotsRules(url, None, self._clock() + UNREACHABLE_TTL_S, error)
        parsed = await asyncio.to_thread(parsed_robots, body, self._agent)  # half a megabyte, not on the event loop
        return RobotsRules(url, parsed, self._clock() + self._ttl)


def parsed_robots(body: bytes, agent: str) -> RobotsText:
    """The rules in a robots.txt: UTF-8 with or without a byte order mark, what follows MAX_BYTES left out."""
    if len(body) > MAX_ROBOTS_BYTES:
        body = body[:MAX_ROBOTS_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] or body
    return parse(body.decode("utf-8-sig", "replace"), agent)


def product_token(user_agent: str) -> str:
    """The name that robots.txt files call us by: "Tamis" of "Tamis/1.0 (+https://...)"."""
    return user_agent.split("/", 1)[0].split(" ", 1)[0].strip() or "*"
