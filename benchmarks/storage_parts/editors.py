"""Eight editors who decide while a crawler loads: lock errors, lost edits, and how long an editor waits."""

from __future__ import annotations

import multiprocessing
import random
import time
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from benchmarks.storage_parts.workload import NOW, know_pages, outcome
from benchmarks.table import Figure
from moderation.verdict import Action
from storage.crawl.loading import load
from storage.database.errors import DecisionConflict, StorageError
from storage.desk.decisions import decide, undo
from storage.desk.review_queue import QueueFilter, item, lease
from storage.opening import open_database
from storage.schema import upgrade
from storage.upkeep.checking import check

EDITORS = 8
PAUSE = 0.05  # seconds between two decisions of one editor: twenty a second, far more than a person


def crawl(url: str, stop: Any, results: Queue[Any]) -> None:
    """Load pages without a pause, first new ones, then the same again and again with other comments."""
    done, errors, turn = 0, 0, 0
    with open_database(url) as db:
        numbers = know_pages(db, 600)
        while not stop.is_set():
            for first in range(0, 600, 20):
                if stop.is_set():
                    break
                chosen = range(first, first + 20)
                outcomes = [outcome(n, numbers[n], comments=6 + turn % 5, words=60) for n in chosen]
                try:
                    load(db, outcomes, None, NOW)
                except StorageError:
                    errors += 1
                done += 20
            turn += 1
    results.put(("crawler", done, errors, [], []))


def edit(url: str, name: str, stop: Any, results: Queue[Any]) -> None:
    """Lease comments, decide on them, now and then take a decision back; remember what was confirmed and how long."""
    pick = random.Random(name)
    waits: list[float] = []
    confirmed: list[int] = []
    errors = 0
    with open_database(url) as db:
        while not stop.is_set():
            try:
                found = lease(db, name, QueueFilter(), NOW, limit=20)
                for one in found or [item(db, pick.randrange(1, 500))]:
                    began = time.perf_counter()
                    made = decide(
                        db,
                        one.comment_id,
                        name,
                        pick.choice((Action.PUBLISH, Action.REJECT, Action.REVIEW)),
                        "spam",
                        one.version,
                        NOW,
                        f"{name}-{pick.random()}",
                    )
                    waits.append(time.perf_counter() - began)
                    confirmed.append(made.id)
                    if pick.random() < 0.1:
                        confirmed.append(undo(db, made.id, name, NOW, f"{name}-{pick.random()}").id)
                    time.sleep(PAUSE)
                    if stop.is_set():
                        break
            except DecisionConflict:
                continue
            except StorageError as error:
                errors += "no comment" not in str(error)
    results.put((name, len(confirmed), errors, waits, confirmed))


def figures(folder: Path, seconds: float) -> list[Figure]:
    url = f"sqlite:///{folder / 'editors.db'}"
    upgrade(url)
    with open_database(url) as db:
        numbers = know_pages(db, 600)
        for first in range(0, 200, 20):
            load(db, [outcome(n, numbers[n], comments=6, words=60) for n in range(first, first + 20)], None, NOW)
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    people = [context.Process(target=crawl, args=(url, stop, results))]
    people += [context.Process(target=edit, args=(url, f"editor-{n}", stop, results)) for n in range(EDITORS)]
    for person in people:
        person.start()
    time.sleep(seconds)
    stop.set()
    reports = [results.get(timeout=120) for _ in people]
    for person in people:
        person.join()
    waits = sorted(wait for report in reports for wait in report[3])
    confirmed = {number for report in reports for number in report[4]}
    errors = sum(report[2] for report in reports)
    with open_database(url) as db:
        with db.read() as connection:
            stored = set(connection.exec_driver_sql("SELECT id FROM decisions").scalars())
        problems = check(db)
    lost = len(confirmed - stored) + sum(problem.rows for problem in problems)
    crawled = next(report[1] for report in reports if report[0] == "crawler")
    p99 = waits[int(len(waits) * 0.99)] * 1000 if waits else float("inf")
    what = f"8 editors beside a crawler, {seconds:.0f} s"
    return [
        Figure(f"{what}: lock errors", "0", str(errors), errors == 0),
        Figure(f"{what}: edits lost or undone by the crawl", "0", str(lost), lost == 0),
        Figure(f"{what}: p99 of an editor's write", "<= 300 ms", f"{p99:.0f} ms", p99 <= 300),
        Figure(f"{what}: decisions, pages loaded", "", f"{len(confirmed):,}, {crawled:,}"),
    ]
