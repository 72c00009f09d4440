"""Politeness towards a host, shared by every task, event loop and thread of the process.

Two promises: a host is asked at most once an interval, and not at all before the time it asked us to wait for.
Arithmetic under a lock; the waiting is the caller's (`await sleep(...)`), so it works in any event loop.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Stopwatch = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

CLOSE_ENOUGH = 0.001
"""Seconds by which a clock and a sleep may differ."""

FORGET_AFTER = 3_600.0
"""Seconds after which nobody needs to know when a host was asked last: no interval is so long."""

MAX_HOSTS = 10_000
"""Hosts remembered before those without a pending promise are forgotten."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a host is left alone, and for how many seconds more."""

    seconds: float
    because: str


class Pace:
    def __init__(self, clock: Stopwatch = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}  # host -> when it may be asked again
        self._last: dict[str, float] = {}  # host -> when it was asked last
        self._holds: dict[str, tuple[float, str]] = {}  # host -> until, because

    async def turn(self, host: str, interval: float, patience: float) -> Hold | None:
        """Wait for our turn at a host (first come, first served), then return None; the request may be sent.

        Returns at once with the hold, and takes no turn, if the host is to be left alone for longer than `patience`
        seconds. Times are in seconds.
        """
        while True:
            hold = self.hold_on(host)
            if hold is None:
                break
            if hold.seconds > patience:
                return hold
            await self._sleep(hold.seconds)
        if interval <= 0:
            return None
        at = self._reserve(host, interval)
        while True:
            await self._sleep_until(at)
            if (later := self._start(host, interval, at)) is None:
                break
            at = later  # who was before us woke late: the machine is busy
        # A hold may have come while we waited for our turn: then wait it out as well, or give up.
        hold = self.hold_on(host)
        return None if hold is None else await self.turn(host, interval, patience)

    def sent(self, host: str) -> None:
        """A request leaves now: its turn came earlier, but finding and reaching the host took its time."""
        with self._lock:
            if host in self._last:
                self._last[host] = max(self._last[host], self._clock())

    def hold(self, host: str, seconds: float, because: str) -> None:
        """Leave a host alone for so long; a longer hold that is already there stays."""
        until = self._clock() + seconds
        with self._lock:
            if until > self._holds.get(host, (float("-inf"), ""))[0]:
                self._holds[host] = (until, because)

    def hold_on(self, host: str) -> Hold | None:
        """The hold that is on a host now, if any."""
        found = self._holds.get(host)
        if found is None:
            return None
        left = found[0] - self._clock()
        if left > 0:
            return Hold(left, found[1])
        with self._lock:
            if self._holds.get(host) == found:
                del self._holds[host]
        return None

    def _reserve(self, host: str, interval: float) -> float:
        with self._lock:
            now = self._clock()
            at = max(now, self._next.get(host, now))
            self._next[host] = at + interval
            if len(self._next) > MAX_HOSTS:
                self._next = {name: when for name, when in self._next.items() if when > now}
            return at

    def _start(self, host: str, interval: float, at: float) -> float | None:
        """Notes that the host is asked now, which is `at` or later; or says from when on it may be."""
        with self._lock:
            now = max(self._clock(), at)
            earliest = self._last.get(host, float("-inf")) + interval
            if earliest - now > CLOSE_ENOUGH:
                return earliest
            self._last[host] = now
            if len(self._last) > MAX_HOSTS:
                self._last = {name: when for name, when in self._last.items() if now - when < FORGET_AFTER}
        return None

    async def _sleep_until(self, at: float) -> None:
        if (seconds := at - self._clock()) > 0:
            await self._sleep(seconds)


PROCESS = Pace()
"""The promises of this process. Every Fetcher shares them unless it is given another Pace."""
