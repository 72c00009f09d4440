"""kill -9 at random moments, hundreds of times: is a page lost, a comment doubled, a decision overwritten?

A child claims pages, archives them, loads them; the parent kills it and starts the next one, and decides on comments
in between. When the campaign is over a last child finishes what is left, and everything is compared with what was to
be loaded. Two loaders that are wrong on purpose go through the same: the harness has to catch both.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.storage_parts.workload import NOW, SITE, know_pages, outcome
from benchmarks.table import Figure
from moderation.verdict import Action
from storage.crawl.archive import ArchiveRef, WarcArchive
from storage.crawl.frontier import claim, make_due
from storage.crawl.loading import load
from storage.crawl.outcomes import Extracted
from storage.database.engine import Database
from storage.database.errors import DecisionConflict, RecordMissing
from storage.desk.decisions import decide
from storage.opening import open_database
from storage.schema import upgrade
from storage.upkeep.checking import check

PAGES = 400
COMMENTS = 6
AT_ONCE = 10
LEASE = 5.0

Loader = Callable[[Database, list[Extracted], datetime], None]


def ours(db: Database, outcomes: list[Extracted], now: datetime) -> None:
    load(db, outcomes, None, now)


def naive_inserts(db: Database, outcomes: list[Extracted], now: datetime) -> None:
    """Wrong on purpose: one commit a statement and no natural keys, so what is done again is there twice."""
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for one in outcomes:
            raw.execute("INSERT INTO naive (page, position, body) VALUES (?, 0, 'page')", (one.exchange.page_id,))
            for said in one.page.comments:
                raw.execute(
                    "INSERT INTO naive (page, position, body) VALUES (?, ?, ?)",
                    (one.exchange.page_id, said.position, said.body),
                )
            raw.execute("UPDATE pages SET next_due = NULL, lease_until = NULL WHERE id = ?", (one.exchange.page_id,))


def naive_marks(db: Database, outcomes: list[Extracted], now: datetime) -> None:
    """Wrong on purpose: the pages are marked as done first, so what dies after that is never done."""
    with db.write() as connection:
        for one in outcomes:
            connection.exec_driver_sql(
                "UPDATE pages SET next_due = NULL, lease_until = NULL WHERE id = ?", (one.exchange.page_id,)
            )
    for one in outcomes:
        with db.write() as connection:
            for said in one.page.comments:
                connection.exec_driver_sql(
                    "INSERT INTO naive (page, position, body) VALUES (?, ?, ?) ON CONFLICT (page, position) DO NOTHING",
                    (one.exchange.page_id, said.position, said.body),
                )


def work(url: str, folder: Path, loader: Loader, now: datetime, forever: bool) -> None:
    """A worker: claim, archive, load, until nothing is due."""
    numbers_of: dict[str, int] = {}
    with open_database(url) as db, WarcArchive(folder / "archive") as archive:
        while pages := claim(db, SITE, str(os.getpid()), AT_ONCE, now, LEASE):
            outcomes = []
            for page in pages:
                number = numbers_of.setdefault(page.url, int(page.url.rsplit("-", 1)[1]))
                made = outcome(number, page.id, comments=COMMENTS, words=30, fetched_at=now)
                place = archive.append(page.url, 200, "OK", [], made.page.text.encode(), now)
                exchange = replace(made.exchange, warc_file=place.file, warc_offset=place.offset)
                outcomes.append(replace(made, exchange=exchange, next_due=now + timedelta(days=1)))
            archive.sync()
            loader(db, outcomes, now)


def child(url: str, folder: Path, loader: Loader, now: datetime) -> int:
    number = os.fork()
    if number == 0:
        try:
            work(url, folder, loader, now, forever=False)
            os._exit(0)
        except BaseException:
            os._exit(9)
    return number


def campaign(
    folder: Path, kills: int, loader: Loader, *, until: Callable[[Database], int] | None = None
) -> tuple[int, int, dict[str, int]]:
    """Kill workers until `kills` is reached, or until `until` finds something wrong.

    Returns how many kills there were, how many hit a worker that was at it, and what is wrong at the end.
    """
    pick = random.Random(3)
    url = f"sqlite:///{folder / 'kills.db'}"
    upgrade(url)
    decided: dict[int, str] = {}
    now = NOW
    with open_database(url) as db:
        know_pages(db, PAGES)
        with db.write() as connection:
            key = ", PRIMARY KEY (page, position)" if loader is naive_marks else ""
            connection.exec_driver_sql(f"CREATE TABLE naive (page int, position int, body text{key})")
    done = hits = 0
    while done < kills:
        number = child(url, folder, loader, now)
        time.sleep(pick.uniform(0.005, 0.12))
        ended, _ = os.waitpid(number, os.WNOHANG)
        if not ended:
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
            hits += 1
        done += 1
        now += timedelta(seconds=LEASE + 1)
        with open_database(url) as db:
            if loader is ours:
                decide_some(db, decided, pick, now, done)
            if until is not None and until(db):
                break
            if ended:  # it was done before the kill came: begin again
                if loader is not ours:
                    with db.write() as connection:
                        connection.exec_driver_sql("DELETE FROM naive")
                make_due(db, SITE, now)
    finished = child(url, folder, loader, now + timedelta(seconds=LEASE + 1))
    os.waitpid(finished, 0)
    with open_database(url) as db:
        return done, hits, wrong(db, folder, loader, decided)


def decide_some(db: Database, decided: dict[int, str], pick: random.Random, now: datetime, turn: int) -> None:
    with db.read() as connection:
        rows = connection.exec_driver_sql("SELECT comment_id, version FROM reviews ORDER BY random() LIMIT 2").all()
    for number, version in rows:
        action = pick.choice((Action.PUBLISH, Action.REJECT))
        try:
            decide(db, number, "ana", action, None, version, now, f"{turn}-{number}")
        except DecisionConflict:
            continue
        decided[number] = str(action)


def wrong(db: Database, folder: Path, loader: Loader, decided: dict[int, str]) -> dict[str, int]:
    """Pages lost, comments doubled or lost, decisions overwritten, archived answers unreadable."""
    table = "comments" if loader is ours else "naive"
    with db.read() as connection:
        if loader is ours:
            query = (
                "SELECT p.url, count(*), count(DISTINCT c.key) FROM comments c JOIN pages p ON p.id = c.page_id"
                " GROUP BY 1"
            )
        else:
            query = (
                "SELECT p.url, count(*), count(DISTINCT c.position) FROM naive c JOIN pages p ON p.id = c.page"
                " WHERE c.position > 0 GROUP BY 1"
            )
        counts = {url: (int(number), int(different)) for url, number, different in connection.exec_driver_sql(query)}
        actions = dict(connection.exec_driver_sql("SELECT comment_id, action FROM reviews").tuples().all())
        places = connection.exec_driver_sql(
            "SELECT warc_file, warc_offset FROM fetches WHERE warc_file IS NOT NULL ORDER BY random() LIMIT 200"
        ).all()
    assert table
    archive = WarcArchive(folder / "archive")
    unreadable = 0
    for file, offset in places:
        try:
            archive.read(ArchiveRef(file=file, offset=offset))
        except RecordMissing:
            unreadable += 1
    problems = check(db) if loader is ours else ()
    return {
        "lost": PAGES - len(counts) + sum(different < COMMENTS for _, different in counts.values()),
        "doubled": sum(max(0, number - different) for number, different in counts.values()),
        "overwritten": sum(actions.get(number) != action for number, action in decided.items()),
        "unreadable": unreadable,
        "unsound": sum(problem.rows for problem in problems),
    }


def naive_found(db: Database) -> int:
    """Whether a naive loader has already done visible damage (of the kind that cannot mend itself)."""
    with db.read() as connection:
        doubled = connection.exec_driver_sql(
            "SELECT count(*) FROM (SELECT 1 FROM naive GROUP BY page, position HAVING count(*) > 1)"
        ).scalar_one()
        lost = connection.exec_driver_sql(
            "SELECT count(*) FROM pages p WHERE next_due IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM naive n WHERE n.page = p.id)"
        ).scalar_one()
    return int(doubled) + int(lost)


def figures(folder: Path, kills: int) -> list[Figure]:
    (folder / "ours").mkdir()
    done, hits, found = campaign(folder / "ours", kills, ours)
    figures = [
        Figure(
            f"kill -9, {done} times ({hits} in the midst of work): pages lost",
            "0",
            str(found["lost"]),
            found["lost"] == 0,
        ),
        Figure("kill -9: comments doubled", "0", str(found["doubled"]), found["doubled"] == 0),
        Figure("kill -9: decisions overwritten", "0", str(found["overwritten"]), found["overwritten"] == 0),
        Figure(
            "kill -9: archived answers unreadable, rows unsound",
            "0, 0",
            f"{found['unreadable']}, {found['unsound']}",
            found["unreadable"] + found["unsound"] == 0,
        ),
    ]
    for name, loader in (("commits every row", naive_inserts), ("marks pages first", naive_marks)):
        place = folder / name.replace(" ", "-")
        place.mkdir()
        done, _, found = campaign(place, 60, loader, until=naive_found)
        caught = found["lost"] + found["doubled"] > 0
        told = f"after {done} kills: {found['lost']} lost, {found['doubled']} doubled" if caught else "not caught"
        figures.append(Figure(f"a naive loader that {name} is caught", "<= 60 kills", told, caught))
    return figures
