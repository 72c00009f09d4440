"""How fast pages are loaded, against the bare driver writing the same rows; and whether the cost grows."""

from __future__ import annotations

import sqlite3
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.storage_parts.workload import NOW, know_pages, outcome
from benchmarks.table import Figure
from storage.crawl.loading import load
from storage.database.engine import Database
from storage.opening import open_database
from storage.schema import upgrade

CHUNK = 36  # pages of 11 comments: one transaction of `load`
TABLES = (
    "pages articles sections comments verdicts reviews tweets tweet_sightings tweet_entities fetches stale_days".split()
)
BY_ARTICLE = {"tweet_sightings": "article_id", "reviews": "comment_id"}
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def timed_load(db: Database, numbers: dict[int, int], chosen: range) -> float:
    """Seconds that `load` takes for these pages; making them up is not counted, nor is the first transaction.

    (In the first one every statement is prepared once: a run of a night does not notice, a round of seconds does. The
    peers' first transactions are not counted either.)
    """
    seconds = 0.0
    for first in range(chosen.start, chosen.stop, CHUNK):
        outcomes = [outcome(n, numbers[n]) for n in range(first, min(first + CHUNK, chosen.stop))]
        began = time.perf_counter()
        load(db, outcomes, None, NOW)
        seconds += time.perf_counter() - began if first > chosen.start else 0.0
    return seconds


ROUNDS = 5


def sqlite_ratio(folder: Path, pages: int) -> list[Figure]:
    """`load` against sqlite3.executemany with an upsert of the same rows: the median of ROUNDS rounds, in turns."""
    ratios, speeds = [], []
    for number in range(ROUNDS):
        ours, theirs, count = sqlite_round(folder / str(number), pages // ROUNDS)
        ratios.append(theirs / ours)
        speeds.append((count / ours, pages / ROUNDS / ours))
    ratio = statistics.median(ratios)
    told = f"{ratio:.0%} ({min(ratios):.0%} to {max(ratios):.0%})"
    rows, each = sorted(speeds)[ROUNDS // 2]
    return [
        Figure(f"load: share of bare sqlite3.executemany's rows/s, {ROUNDS} rounds", ">= 60 %", told, ratio >= 0.6),
        Figure("load: rows/s here, pages/s here", "", f"{rows:,.0f}, {each:,.0f}"),
    ]


def sqlite_round(folder: Path, pages: int) -> tuple[float, float, int]:
    """Seconds of ours, seconds of the bare driver, and how many rows each wrote."""
    folder.mkdir()
    loaded, bare = folder / "loaded.db", folder / "bare.db"
    for path in (loaded, bare):
        upgrade(f"sqlite:///{path}")
    with open_database(f"sqlite:///{loaded}") as db:
        numbers = know_pages(db, pages)
        ours = timed_load(db, numbers, range(pages))
    with open_database(f"sqlite:///{bare}") as db:
        know_pages(db, pages)
    rows = stored_rows(loaded)
    theirs = bare_upsert(bare, rows, pages)
    return ours, theirs, sum(len(found) for _, found in rows.values())


def stored_rows(path: Path) -> Rows:
    with sqlite3.connect(path) as connection:
        found: Rows = {}
        for table in TABLES:
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {BY_ARTICLE.get(table, '1')}")
            found[table] = ([column[0] for column in cursor.description], cursor.fetchall())
    return found


def bare_upsert(path: Path, rows: Rows, pages: int) -> float:
    """Seconds that the driver alone takes for the same rows in transactions of the same size."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    statements = {table: upsert(connection, table, columns) for table, (columns, _) in rows.items()}
    seconds = 0.0
    for first in range(0, pages, CHUNK):
        parts = {}
        for table, (_, found) in rows.items():
            each = len(found) // pages if len(found) % pages == 0 else 0  # what many pages share goes first
            parts[table] = found[first * each : (first + CHUNK) * each] if each else found if first == 0 else []
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for table, part in parts.items():
            connection.executemany(statements[table], part)
        connection.execute("COMMIT")
        seconds += time.perf_counter() - began if first > 0 else 0.0
    connection.close()
    return seconds


def upsert(connection: sqlite3.Connection, table: str, columns: list[str]) -> str:
    keys = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    what = f"UPDATE SET {sets}" if sets else "NOTHING"
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT ({', '.join(keys)}) DO {what}"


def postgresql_ratio(url: str, bare_url: str, pages: int) -> list[Figure]:
    """`load` against COPY of the same rows into the same tables."""
    for one in (url, bare_url):
        upgrade(one)
    with open_database(url) as db:
        numbers = know_pages(db, pages)
        ours = timed_load(db, numbers, range(pages))
        with db.read() as connection:
            rows = {
                table: (list(result.keys()), [tuple(row) for row in result])
                for table in TABLES
                if (
                    result := connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY {BY_ARTICLE.get(table, '1')}")
                )
            }
    with open_database(bare_url) as db:
        know_pages(db, 0)
        with db.write() as connection:
            connection.exec_driver_sql("INSERT INTO sites (name, added_at) VALUES ('bench', now())")
        theirs = copy_all(db, rows, pages)
    count = sum(len(found) for _, found in rows.values())
    ratio = theirs / ours
    return [
        Figure("load, PostgreSQL: share of COPY's rows/s", ">= 50 %", f"{ratio:.0%}", ratio >= 0.5),
        Figure("load, PostgreSQL: rows/s here", "", f"{count / ours:,.0f}"),
    ]


def copy_all(db: Database, rows: Rows, pages: int) -> float:
    from psycopg.types.json import Jsonb

    wrapped = {
        table: (columns, [tuple(Jsonb(v) if isinstance(v, list | dict) else v for v in row) for row in found])
        for table, (columns, found) in rows.items()
    }
    seconds = 0.0
    for first in range(0, pages, CHUNK):
        began = time.perf_counter()
        with db.write() as connection, connection.connection.cursor() as cursor:
            for table, (columns, found) in wrapped.items():
                each = len(found) // pages if len(found) % pages == 0 else 0
                part = found[first * each : (first + CHUNK) * each] if each else found if first == 0 else []
                if part:
                    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                        for row in part:
                            copy.write_row(row)
        seconds += time.perf_counter() - began if first > 0 else 0.0
    return seconds


def flatness(folder: Path, pages: int) -> list[Figure]:
    """The cost of a page when the database holds 1,000 of them, and when it holds `pages`."""
    path = folder / "flat.db"
    upgrade(f"sqlite:///{path}")
    costs: list[tuple[int, float]] = []
    with open_database(f"sqlite:///{path}") as db:
        numbers: dict[int, int] = {}
        for first in range(0, pages, 1000):
            numbers |= new_pages(db, first)
            began = time.process_time()
            making = 0.0
            for start in range(first, first + 1000, 100):
                made = time.process_time()
                outcomes = [outcome(n, numbers[n], comments=4, words=40) for n in range(start, start + 100)]
                making += time.process_time() - made
                load(db, outcomes, None, NOW)
            costs.append((first, (time.process_time() - began - making) / 1000))
    early = statistics.median(cost for first, cost in costs if 1000 <= first < 6000)
    late = statistics.median(cost for first, cost in costs[-5:])
    ratio = late / early
    return [
        Figure(f"cost of a page at {pages:,} pages / at 1,000 (CPU)", "<= 1.2x", f"{ratio:.2f}x", ratio <= 1.2),
    ]


def new_pages(db: Database, first: int) -> dict[int, int]:
    from benchmarks.storage_parts.workload import SITE, url_of
    from storage.crawl.frontier import DiscoveredUrl, discover

    urls = [DiscoveredUrl(url=url_of(n), source="sitemap") for n in range(first, first + 1000)]
    discover(db, SITE, urls, NOW)
    with db.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, url FROM pages ORDER BY id DESC LIMIT 1000")
        return {int(url.rsplit("-", 1)[1]): number for number, url in rows}
