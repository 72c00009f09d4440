"""Nights on a loopback site without processes and without waiting: pages are read in this process, and the clock is
moved by days."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Any
from unittest.mock import patch

import flows.clock
import flows.fetching.client
from flows.runs.nightly import run_site
from flows.runs.site_run import RunReport
from flows.settings import Settings


class InlinePool:
    """Reads pages in this process, one after the other: a night of a few pages is over before a worker has started."""

    prepared: Any = None

    def __init__(self, workers: int, page_seconds: float, prepare: Any, *arguments: Any, ready: str = "") -> None:
        self.page_seconds = page_seconds
        prepare(*arguments)

    def __enter__(self) -> InlinePool:
        return self

    def __exit__(self, *fault: object) -> None:
        pass

    def submit(self, work: Any, raw: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(raw))
        return done

    def settled(self, work: Any, raw: Any, future: Future[Any]) -> Any:
        return future.result()

    async def run(self, work: Any, raw: Any, *rest: Any) -> Any:
        return work(raw)


@contextmanager
def nights_later(days: float) -> Iterator[None]:
    """The clock of runs and of the fetcher, so many days ahead; pages are read in this process."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(days=days)

    with ExitStack() as stack:
        for module in (flows.clock, flows.fetching.client):
            stack.enter_context(patch.object(module, "datetime", Later))
        stack.enter_context(patch("flows.runs.processing.WorkerPool", InlinePool))
        yield


def night(settings: Settings, number: float, **options: Any) -> RunReport:
    """The run of the settings' first site on the night of that number."""
    with nights_later(number):
        return asyncio.run(run_site(settings, settings.sites[0], **options))
