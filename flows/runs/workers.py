"""The process pool for everything CPU-bound: one page in, its records and verdicts out, with a clock on each page.

A hostile page can hold a parser for minutes whatever the byte cap, so each page runs in a child that is killed when
its time is up; pebble replaces the child and the other pages of the run are unharmed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from extractors.errors import AmbiguousSite, PageError
from extractors.extract import extract
from extractors.records import Page
from flows.errors import RunFailed
from flows.runs.said_kinds import SaidKind
from storage.database.errors import StorageError

ATTEMPTS = 3
"""At a page whose worker dies: what kills workers from without (the kernel, short of memory) rarely meets it thrice."""
REPLACEMENTS = 5  # of a pool whose workers all died, until a page is read again
PATIENCE = 20  # times page_seconds by the wall: a backstop for a page that waits instead of computing

# Imported by the process that workers are forked from, so that they are loaded once and share the memory
READING = "flows.runs.reading_ready"
JUDGING = "flows.runs.judging_ready"

Result = TypeVar("Result")
Raw = TypeVar("Raw", bound="RawPage")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """One fetched or read page on its way into the pool. `html` is bytes as received or text as decoded elsewhere."""

    url: str
    html: bytes | str
    content_type: str | None = None
    fetched_at: datetime | None = None
    site: str | None = None
    said: SaidKind | None = None  # what people say that it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprocessable:
    """A page that gave no record. `reason` is a stable word, `message` one sentence."""

    url: str
    reason: str
    message: str


def extract_page(raw: RawPage) -> Page | Unprocessable:
    """The page's record, or why there is none; never raises for anything that a page can hold."""
    return guarded(raw, extracted)


def extracted(raw: RawPage) -> Page:
    return extract(raw.html, raw.url, content_type=raw.content_type, fetched_at=raw.fetched_at)


def guarded(raw: Raw, work: Callable[[Raw], Result]) -> Result | Unprocessable:
    """What `work` makes of the page, or why it could not: the one place where a fault of ours is not raised.

    It concerns one page: its bytes and the place of the fault are kept, and the other pages of the run are unharmed.
    """
    try:
        return work(raw)
    except PageError as error:
        return Unprocessable(url=raw.url, reason=error.reason, message=str(error))
    except AmbiguousSite as error:
        raise RunFailed(str(error)) from None
    except StorageError:
        raise  # no fault of the page: the run stops, and the page stays due
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
        message = f"{raw.url}: Tamis failed on this page ({type(error).__name__} at {where}: {error}); please report it"
        return Unprocessable(url=raw.url, reason="fault", message=message)


def no_preparation() -> None:
    """For work that needs nothing loaded beforehand."""


def timed(work: Callable[[Raw], Result], raw: Raw, seconds: float) -> Result:
    """`work(raw)`; the process ends with SIGPROF once the page has cost that many seconds of CPU.

    CPU and not the wall: on a busy machine a good page takes long without costing more.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return work(raw)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def workers_start(ready: str) -> Any:
    """How worker processes start: forked from a server that has imported `ready`, one server for all pools.

    Forking our own process, which has threads, would be unsafe; starting each worker anew, as on other systems than
    Linux, costs each of them the imports and the models.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    start = multiprocessing.get_context("forkserver")
    start.set_forkserver_preload(["__main__", ready])  # heeded by the first pool that starts a worker
    return start


class WorkerPool:
    """Worker processes, warmed once. Use as a context manager; leaving it stops the children."""

    def __init__(
        self,
        workers: int,
        page_seconds: float,
        prepare: Callable[..., object] = no_preparation,
        *arguments: Any,
        ready: str = READING,
    ) -> None:
        """Each child calls `prepare(*arguments)` once; both must be picklable. `ready`: see `workers_start`."""
        self.page_seconds = page_seconds
        self._again = threading.Lock()  # held while a page is read again
        self._first = asyncio.Lock()  # held while the first page starts the workers
        self._started = False
        self._make: Callable[[], Any] = lambda: ProcessPool(
            max_workers=workers,
            context=workers_start(ready),
            initializer=prepare,
            initargs=arguments,
        )
        self._pool: Any = self._make()
        self._under_way: dict[Future[Any], Any] = {}  # each with the pool that has it
        self._replacing = threading.Lock()
        self._over = False
        self._replacements = REPLACEMENTS

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        with self._replacing:
            self._over = True
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()
        self._give_up(self._pool)

    def submit(self, work: Callable[[Raw], Result], raw: Raw, longer: float = 1.0) -> Future[Result]:
        """Starts `work(raw)` in a child that dies when it has cost `page_seconds` of CPU; read it with `settled`.

        `longer`: so many times the limit, for a page that was too slow before.
        """
        limit = longer * self.page_seconds
        while True:
            pool = self._pool
            try:
                future: Future[Result] = pool.schedule(timed, args=[work, raw, limit], timeout=PATIENCE * limit)
            except RuntimeError:  # it says nothing more exact of itself
                self._replace(pool)
                continue
            self._under_way[future] = pool
            future.add_done_callback(lambda done: self._under_way.pop(done, None))
            if self._pool is not pool:  # replaced in between
                self._give_up(pool)
            return future

    def _replace(self, broken: Any) -> None:
        """Another pool instead of one that gave up: the only worker died while it had no page, starting or waiting.

        Raises BrokenProcessPool when that happens again and again, and no page is read in between.
        """
        with self._replacing:
            if self._pool is not broken:
                return
            if self._over:
                raise BrokenProcessPool("the run is over")
            broken.stop()
            broken.join()
            self._pool = self._make()  # it starts its workers with the first page that it is given
            self._give_up(broken)
            if self._replacements == 0:
                raise BrokenProcessPool("they died again and again")
            self._replacements -= 1

    def _give_up(self, ended: Any) -> None:
        """Fails the pages that a pool had not handed to a worker when it ended: it forgets them, and they would be
        waited for without end."""
        for future, pool in tuple(self._under_way.items()):
            if pool is ended:
                with suppress(InvalidStateError):  # it has just been answered
                    future.set_exception(BrokenProcessPool("before one had it"))

    def settled(
        self, work: Callable[[Raw], Result], raw: Raw, future: Future[Result], longer: float = 1.0
    ) -> Result | Unprocessable:
        """Waits for the result of `submit(work, raw)`; a page that is too slow, or whose workers die, is unprocessable.

        A worker has one page at a time, so one that dies says which page it was. That need not be the page's fault:
        it is read again, up to ATTEMPTS times, one such page at a time. Other errors are raised.
        """
        for _ in range(ATTEMPTS - 1):
            outcome = self._outcome(raw, future, longer)
            if not _died(outcome):
                return outcome
            with self._again:
                future = self.submit(work, raw, longer)
                wait([future])
        return self._outcome(raw, future, longer)

    def _outcome(self, raw: RawPage, future: Future[Result], longer: float) -> Result | Unprocessable:
        limit = longer * self.page_seconds
        try:
            outcome = future.result()
            self._replacements = REPLACEMENTS
            return outcome
        except BrokenProcessPool as error:
            sentence = f"{raw.url}: the worker processes died ({error}); look at the machine's memory"
            return Unprocessable(url=raw.url, reason="worker_died", message=sentence)
        except TimeoutError:
            sentence = (
                f"{raw.url}: not done after {PATIENCE * limit:g} s, most of them waiting; look at the machine and at"
                " the page"
            )
            return Unprocessable(url=raw.url, reason="too_slow", message=sentence)
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGPROF:
                spent = f"not done after {limit:g} s of CPU"
                sentence = f"{raw.url}: {spent}; raise page_seconds or look at the page"
                return Unprocessable(url=raw.url, reason="too_slow", message=sentence)
            sentence = f"{raw.url}: the worker process died on this page ({error}); look at the page and at memory"
            return Unprocessable(url=raw.url, reason="worker_died", message=sentence)

    async def run(self, work: Callable[[Raw], Result], raw: Raw, longer: float = 1.0) -> Result | Unprocessable:
        """`submit` and `settled` for coroutines."""
        async with self._first:  # one thread, however many pages wait: others look up hosts and write the archive
            if self._started:
                future = self.submit(work, raw, longer)
            else:  # it waits until the server that workers are forked from has loaded everything; fetches go on
                future = await asyncio.to_thread(self.submit, work, raw, longer)
                self._started = True
        wrapped = asyncio.wrap_future(future)
        try:
            await asyncio.wait([wrapped])
        except asyncio.CancelledError:
            wrapped.cancel()  # nobody will look at its outcome
            raise
        if isinstance(
            wrapped.exception(), ProcessExpired | BrokenProcessPool
        ):  # looked at: asyncio complains of errors nobody looks at
            return await asyncio.to_thread(self.settled, work, raw, future, longer)
        return self._outcome(raw, future, longer)


def _died(outcome: object) -> bool:
    return isinstance(outcome, Unprocessable) and outcome.reason == "worker_died"
