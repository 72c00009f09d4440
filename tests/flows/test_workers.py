"""The process pool: a clock on each page, and no page that can end a run."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from extractors.errors import AmbiguousSite, NoArticle
from flows.errors import RunFailed
from flows.runs.warming import warm_extraction
from flows.runs.workers import RawPage, Unprocessable, WorkerPool, extract_page, guarded
from storage.database.errors import DatabaseLocked

PAGE = RawPage(url="https://example.org/a", html="<h1>x</h1>")


def sleepy(raw: RawPage) -> str:
    time.sleep(60)
    return "awake"


def deadly(raw: RawPage) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def busy(raw: RawPage) -> str:
    while True:
        pass


def waiting(raw: RawPage) -> str:
    time.sleep(1.5)
    return raw.url


def echo(raw: RawPage) -> str:
    return raw.url


def test_a_page_fault_is_told_by_its_reason() -> None:
    def work(raw: RawPage) -> str:
        raise NoArticle(f"{raw.url}: no text on the page")

    outcome = guarded(PAGE, work)
    assert isinstance(outcome, Unprocessable)
    assert (outcome.reason, outcome.message) == ("no_article", "https://example.org/a: no text on the page")


def test_a_fault_of_ours_names_its_place_and_harms_one_page_only() -> None:
    def work(raw: RawPage) -> str:
        raise KeyError("lost")

    outcome = guarded(PAGE, work)
    assert isinstance(outcome, Unprocessable)
    assert outcome.reason == "fault"
    assert "KeyError at test_workers.py:" in outcome.message


def deadlocked(raw: RawPage) -> str:
    raise DatabaseLocked("sqlite:///tamis.db is locked")


def torn(raw: RawPage) -> str:
    raise AmbiguousSite(f"{raw.url}: a and b are both for it")


@pytest.mark.parametrize(("work", "stops"), [(deadlocked, DatabaseLocked), (torn, RunFailed)])
def test_what_is_no_fault_of_the_page_stops_the_run_and_leaves_the_page_due(work, stops) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(stops):
        guarded(PAGE, work)


def test_an_empty_page_is_unprocessable() -> None:
    outcome = extract_page(RawPage(url="https://example.org/", html=b""))
    assert isinstance(outcome, Unprocessable)
    assert outcome.reason == "empty"


@pytest.mark.integration
def test_a_slow_page_is_stopped_a_deadly_one_survived_and_the_pool_goes_on() -> None:
    async def work() -> list[object]:
        with WorkerPool(1, 1.0) as pool:
            return [await pool.run(job, PAGE) for job in (sleepy, echo, deadly, echo)]

    slow, first, dead, second = asyncio.run(work())
    assert isinstance(slow, Unprocessable)
    assert slow.reason == "too_slow"
    assert isinstance(dead, Unprocessable)
    assert dead.reason == "worker_died"
    assert first == second == PAGE.url


class Noting(WorkerPool):
    """Answers at once, and notes the threads in which it was asked."""

    asked: list[threading.Thread]

    def submit(self, work, raw, longer=1.0):  # type: ignore[no-untyped-def]
        self.asked.append(threading.current_thread())
        answer: Future[object] = Future()
        answer.set_result(work(raw))
        return answer


def test_the_start_of_the_workers_does_not_hold_up_what_is_being_fetched() -> None:
    async def work() -> list[object]:
        return list(await asyncio.gather(*(pool.run(echo, PAGE) for _ in range(3))))

    pool = Noting(1, 60.0)
    pool.asked = []
    assert asyncio.run(work()) == [PAGE.url] * 3
    first, *later = pool.asked
    assert first is not threading.main_thread()
    assert set(later) == {threading.main_thread()}


def deadly_at_first(raw: RawPage) -> str:
    """Its first two workers are killed from without, as a kernel without memory does."""
    kills = Path(str(raw.html))
    if len(kills.read_text()) < 2:
        with kills.open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return raw.url


@pytest.mark.integration
def test_a_page_whose_worker_was_killed_is_read_again_in_the_same_run(tmp_path: Path) -> None:
    pages = [RawPage(url=f"{PAGE.url}{name}", html=str(tmp_path / name)) for name in "abc"]
    for page in pages:
        Path(str(page.html)).write_text("")

    async def work() -> list[object]:
        with WorkerPool(2, 60.0) as pool:
            return list(await asyncio.gather(*(pool.run(deadly_at_first, page) for page in pages)))

    assert asyncio.run(work()) == [f"{PAGE.url}{name}" for name in "abc"]


def its_process(raw: RawPage) -> int:
    return os.getpid()


def die() -> None:
    os._exit(1)


@pytest.mark.integration
def test_a_worker_that_is_killed_while_it_has_no_page_harms_nobody() -> None:
    async def work() -> list[object]:
        with WorkerPool(1, 60.0) as pool:
            first = await pool.run(its_process, PAGE)
            assert isinstance(first, int)
            os.kill(first, signal.SIGKILL)
            return [first, await pool.run(its_process, PAGE)]

    first, second = asyncio.run(work())
    assert isinstance(second, int)
    assert second != first


def die_at_first(kills: Path) -> None:
    if not kills.exists():
        kills.touch()
        time.sleep(0.5)  # until the pages wait for it
        os._exit(1)


def length(raw: RawPage) -> int:
    return len(raw.html)


@pytest.mark.integration
def test_large_pages_that_wait_for_a_worker_that_dies_are_given_to_the_next(tmp_path: Path) -> None:
    page = RawPage(url=PAGE.url, html=b"x" * 300_000)  # more than a pipe holds: the pool keeps the others itself

    async def work() -> list[object]:
        with WorkerPool(1, 60.0, die_at_first, tmp_path / "killed") as pool:
            async with asyncio.timeout(30):
                return list(await asyncio.gather(*(pool.run(length, page) for _ in range(4))))

    assert asyncio.run(work()) == [300_000] * 4


@pytest.mark.integration
def test_workers_that_cannot_start_stop_the_run() -> None:
    async def work() -> list[object]:
        with WorkerPool(1, 60.0, die) as pool:
            return [await pool.run(echo, PAGE) for _ in range(3)]

    with pytest.raises(BrokenProcessPool):
        asyncio.run(work())


@pytest.mark.integration
def test_a_page_of_tamis_extract_whose_worker_was_killed_is_read_again(tmp_path: Path) -> None:
    page = RawPage(url=PAGE.url, html=str(tmp_path / "kills"))
    (tmp_path / "kills").write_text("")
    with WorkerPool(1, 60.0) as pool:
        assert pool.settled(deadly_at_first, page, pool.submit(deadly_at_first, page)) == PAGE.url


@pytest.mark.integration
def test_the_clock_of_a_page_counts_what_it_costs_and_not_how_long_it_waits() -> None:
    async def work() -> list[object]:
        with WorkerPool(1, 0.5) as pool:
            return [await pool.run(job, PAGE) for job in (waiting, busy, waiting, echo)]

    waited, spun, again, last = asyncio.run(work())
    assert waited == again == last == PAGE.url
    assert isinstance(spun, Unprocessable)
    assert spun.reason == "too_slow"
    assert "0.5 s of CPU" in spun.message


def test_the_page_that_warms_a_worker_is_read_whole() -> None:
    page = warm_extraction()
    assert (page.title, page.page_kind, len(page.comments)) == ("Le moulin", "article", 3)
