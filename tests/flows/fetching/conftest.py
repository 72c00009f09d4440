"""A site on loopback, a clock that is never waited for, and a fetcher that may ask that site."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from flows.fetching.client import Fetcher
from flows.fetching.pace import Pace
from flows.fetching.policy import FetchPolicy
from tests.servers import SiteServer


class FakeTime:
    """A clock that only `sleep` moves; `slept` lists what was asked for."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with SiteServer({}) as server:
        yield server


@pytest.fixture
async def new_fetcher(site: SiteServer, time: FakeTime) -> AsyncIterator[Callable[..., Fetcher]]:
    """Makes fetchers that may ask `site`, without robots.txt unless asked; closes them at the end."""
    made: list[Fetcher] = []

    def make(**changes: Any) -> Fetcher:
        resolve = changes.pop("resolve", None)
        policy = FetchPolicy(local_addresses=frozenset({site.authority}), respect_robots=False, total_deadline_s=5.0)
        more = {"resolve": resolve} if resolve else {}
        pace = Pace(time.clock, time.sleep)
        made.append(Fetcher(replace(policy, **changes), pace=pace, clock=time.clock, sleep=time.sleep, seed=1, **more))
        return made[-1]

    yield make
    for fetcher in made:
        await fetcher.__aexit__(None, None, None)


@pytest.fixture
def fetcher(new_fetcher: Callable[..., Fetcher]) -> Fetcher:
    return new_fetcher()
