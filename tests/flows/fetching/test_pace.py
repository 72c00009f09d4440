"""A host is asked at most once an interval, and left alone when it asks for it."""

from __future__ import annotations

import asyncio
import threading

from flows.fetching.pace import Pace


async def test_requests_to_one_host_keep_their_distance_however_many_tasks_ask(time) -> None:
    pace = Pace(time.clock, time.sleep)
    sent: list[float] = []

    async def ask(host: str) -> None:
        assert await pace.turn(host, 2.0, patience=60) is None
        sent.append(time.now)

    for _ in range(4):
        await ask("a")
    assert sent == [1000.0, 1002.0, 1004.0, 1006.0]
    await ask("b")
    assert sent[-1] == 1006.0  # another host is not kept waiting


async def test_tasks_that_ask_together_get_different_turns() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    pace = Pace(lambda: 50.0, sleep)
    await asyncio.gather(*(pace.turn("a", 1.5, patience=60) for _ in range(3)))
    assert waits == [1.5, 3.0]


async def test_an_interval_of_nothing_never_waits(time) -> None:
    pace = Pace(time.clock, time.sleep)
    for _ in range(3):
        await pace.turn("a", 0.0, patience=0)
    assert time.slept == []


async def test_a_short_hold_is_waited_out_and_a_long_one_handed_back(time) -> None:
    pace = Pace(time.clock, time.sleep)
    pace.hold("a", 5.0, "asked to wait")
    assert await pace.turn("a", 1.0, patience=10) is None
    assert time.now == 1005.0
    pace.hold("a", 100.0, "asked to wait")
    hold = await pace.turn("a", 1.0, patience=10)
    assert hold is not None
    assert (hold.seconds, hold.because) == (100.0, "asked to wait")


async def test_a_hold_that_comes_while_waiting_for_the_turn_counts_too(time) -> None:
    pace = Pace(time.clock, time.sleep)
    await pace.turn("a", 3.0, patience=10)

    async def sleep(seconds: float) -> None:
        await time.sleep(seconds)
        if seconds == 3.0:
            pace.hold("a", 99.0, "busy")

    pace._sleep = sleep
    hold = await pace.turn("a", 3.0, patience=10)
    assert hold is not None
    assert hold.seconds == 99.0


def test_a_shorter_hold_does_not_shorten_a_longer_one(time) -> None:
    pace = Pace(time.clock, time.sleep)
    pace.hold("a", 50, "long")
    pace.hold("a", 5, "short")
    assert pace.hold_on("a").because == "long"
    time.now += 51
    assert pace.hold_on("a") is None


def test_threads_with_event_loops_of_their_own_share_the_turns(time) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    pace = Pace(lambda: 0.0, sleep)
    threads = [threading.Thread(target=lambda: asyncio.run(pace.turn("a", 1.0, patience=99))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [1.0, 2.0, 3.0, 4.0]


async def test_the_distance_counts_from_when_a_request_left_and_not_from_its_turn(time) -> None:
    pace = Pace(time.clock, time.sleep)
    assert await pace.turn("a", 2.0, patience=60) is None
    time.now += 1.5  # the connection took so long
    pace.sent("a")
    assert await pace.turn("a", 2.0, patience=60) is None
    assert time.now == 1003.5
