"""Many comments: exports at flat memory, and the gallery's queries against count(*)."""

from __future__ import annotations

import multiprocessing
import random
import re
import resource
import statistics
import time
from datetime import date
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from benchmarks.storage_parts.workload import NOW, WORDS, know_pages, outcome, text
from benchmarks.table import Figure
from storage.analysts.console import Console, Limits
from storage.analysts.exports.export import export
from storage.analysts.gallery import GALLERY, gallery_answer
from storage.analysts.rollups import refresh
from storage.analysts.search import index_new
from storage.crawl.loading import load
from storage.database.engine import Database
from storage.database.errors import QueryRefused
from storage.desk.finding import Wanted, find_comments
from storage.opening import open_database
from storage.schema import upgrade

SEED_PAGES = 1000
PER_PAGE = 11


def fill(db: Database, count: int) -> None:
    """About `count` comments: a thousand pages are loaded, then copied under other numbers with texts of their own."""
    numbers = know_pages(db, SEED_PAGES)
    for first in range(0, SEED_PAGES, 50):
        load(db, [outcome(n, numbers[n], words=120) for n in range(first, first + 50)], None, NOW)
    pick = random.Random(5)
    copies = max(0, count // (SEED_PAGES * PER_PAGE) - 1)
    comments = SEED_PAGES * PER_PAGE
    for copy in range(1, copies + 1):
        with db.write() as connection:
            shift, said = copy * SEED_PAGES, copy * comments
            copied(
                connection,
                "pages",
                {"id": f"id + {shift}", "url": f"url || '-{copy}'", "article_id": f"article_id + {shift}"},
            )
            copied(
                connection,
                "articles",
                {
                    "id": f"id + {shift}",
                    "page_id": f"page_id + {shift}",
                    "canonical_url": f"canonical_url || '-{copy}'",
                    "url": f"url || '-{copy}'",
                    "profession": f"'Profession {copy}'",
                    "salary_min": "20000 + id",
                    "salary_max": "30000 + id",
                    "salary_currency": "'EUR'",
                    "salary_period": "'year'",
                },
            )
            copied(connection, "sections", {"article_id": f"article_id + {shift}", "canonical": "lower(heading)"})
            copied(
                connection,
                "fetches",
                {
                    "id": f"id + {shift}",
                    "page_id": f"page_id + {shift}",
                    "fetched_at": f"strftime('%Y-%m-%dT%H:%M:%f000Z', fetched_at, '-{copy} days')",
                },
            )
            copied(
                connection,
                "comments",
                {
                    "id": f"id + {said}",
                    "article_id": f"article_id + {shift}",
                    "page_id": f"page_id + {shift}",
                    "parent_id": f"parent_id + {said}",
                    "key": f"key || '-{copy}'",
                },
            )
            copied(connection, "verdicts", {"id": f"id + {said}", "comment_id": f"comment_id + {said}"})
            copied(connection, "reviews", {"comment_id": f"comment_id + {said}", "verdict_id": f"verdict_id + {said}"})
            own = [
                (
                    text(pick, pick.randrange(8, 60)),
                    f"{pick.getrandbits(128):032x}" if pick.random() < 0.3 else f"{pick.randrange(60000):032x}",
                    f"{pick.choice(WORDS)} {pick.randrange(900)}",
                    number,
                )
                for number in range(said + 1, said + comments + 1)
            ]
            connection.exec_driver_sql("UPDATE comments SET body = ?, author_key = ?, author = ? WHERE id = ?", own)


def copied(connection: Any, table: str, changes: dict[str, str]) -> None:
    """Copy the first thousand pages' rows of a table, with these columns computed otherwise."""
    names = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
    key = {"sections": "article_id", "reviews": "comment_id"}.get(table, "id")
    most = SEED_PAGES * (PER_PAGE if table in {"comments", "verdicts", "reviews"} else 1)
    values = ", ".join(changes.get(name, name) for name in names)
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {key} <= {most}"
    )


def run_export(url: str, folder: str, format_: str, results: Queue[Any]) -> None:
    began = time.perf_counter()
    with open_database(url) as db:
        done = export(db, Path(folder), format_, NOW)  # type: ignore[arg-type]
    size = (Path(folder) / f"judged_comments.{format_}").stat().st_size
    results.put(
        (done.rows, size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.perf_counter() - began)
    )


def figures(folder: Path, count: int, *, export: bool, gallery: bool, search: bool, questions: bool) -> list[Figure]:
    url = f"sqlite:///{folder / 'million.db'}"
    upgrade(url)
    with open_database(url) as db:
        fill(db, count)

        refresh(db)
        with db.read() as connection:
            stored = int(connection.exec_driver_sql("SELECT count(*) FROM comments").scalar_one())
    found: list[Figure] = []
    if gallery:
        found += gallery_figures(url, stored)
    if search:
        found += search_figures(url, stored)
    if questions:
        found += question_figures(url, stored)
    if export:
        found += export_figures(folder, url, stored)
    return found


def export_figures(folder: Path, url: str, stored: int) -> list[Figure]:
    context = multiprocessing.get_context("spawn")
    sizes, found = {}, []
    for format_ in ("parquet", "csv"):
        results: Queue[Any] = context.Queue()
        process = context.Process(target=run_export, args=(url, str(folder / format_), format_, results))
        process.start()
        while results.empty():
            if process.exitcode not in (None, 0):
                raise RuntimeError(f"the export to {format_} ended with {process.exitcode}")
            time.sleep(0.05)
        rows, size, memory, seconds = results.get()
        process.join()
        sizes[format_] = size
        what = f"export of {stored:,} comments to {format_}"
        found += [
            Figure(f"{what}: memory", "<= 300 MB", f"{memory:.0f} MB", memory <= 300),
            Figure(f"{what}: rows", f"{stored:,}", f"{rows['judged_comments']:,}", rows["judged_comments"] == stored),
            Figure(f"{what}: all tables, seconds here", "", f"{seconds:.0f}"),
        ]
    share = sizes["parquet"] / sizes["csv"]
    found.append(Figure("Parquet / CSV size of the comments", "<= 20 %", f"{share:.0%}", share <= 0.2))
    return found


def gallery_figures(url: str, stored: int) -> list[Figure]:
    with open_database(url) as db:
        count = best(lambda: counted(db))
        times = {query.name: best(lambda query=query: gallery_answer(db, query)) for query in GALLERY}  # type: ignore[misc]
    slowest = max(times, key=lambda name: times[name])
    worst = times[slowest] / count
    table = ", ".join(f"{name} {seconds / count:.1f}" for name, seconds in sorted(times.items(), key=lambda t: -t[1]))
    return [
        Figure(
            f"12 gallery queries on {stored:,} comments, slowest / count(*)", "<= 10x", f"{worst:.1f}x", worst <= 10
        ),
        Figure("  each, as multiples of count(*)", "", table),
    ]


def counted(db: Database) -> int:
    with db.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM comments").scalar_one())


PAGE = Path(__file__).resolve().parents[2] / "docs" / "questions.md"
PATIENCE = 120.0  # seconds for one question; the console's own limits are 5 for the page and 60 for a download


def question_figures(url: str, stored: int) -> list[Figure]:
    """Each question of docs/questions.md, once, as the desk's console asks it."""
    asked = re.findall(r"^### (\d+)\..+?```sql\n(.+?)\n```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    times: dict[str, float] = {}
    with open_database(url) as db:
        console = Console(db=db, limits=Limits(seconds=PATIENCE))
        for number, sql in asked:
            try:
                times[number] = console.query(sql, {"comment": "1"}).seconds
            except QueryRefused:
                times[number] = PATIENCE
    quick = sum(seconds <= 60 for seconds in times.values())
    slowest = sorted(times.items(), key=lambda pair: -pair[1])[:5]
    return [
        Figure(f"questions answered on {stored:,} comments within 60 s", "20", str(quick), quick == 20),
        Figure("  the slowest, number: seconds here", "", ", ".join(f"{one}: {taken:.1f}" for one, taken in slowest)),
    ]


SEARCHES = 200


def search_figures(url: str, stored: int) -> list[Figure]:
    """Words of every frequency, alone and in pairs, with and without filters; the first page of each."""
    pick, times = random.Random(3), []
    with open_database(url) as db:
        began = time.perf_counter()
        index_new(db)
        taken = time.perf_counter() - began
        for number in range(SEARCHES):
            words = " ".join(pick.choice(WORDS[: 10 ** pick.randrange(1, 4)]) for _ in range(1 + number % 2))
            wanted = Wanted(
                words=words,
                state=pick.choice(("publish", "review", "reject")) if number % 3 == 0 else None,
                since=date(2019, 1, 1) if number % 5 == 0 else None,
            )
            began = time.perf_counter()
            find_comments(db, wanted)
            times.append((time.perf_counter() - began) * 1000)
    p95 = sorted(times)[int(len(times) * 0.95)]
    return [
        Figure(f"search of the desk over {stored:,} comments: p95", "<= 150 ms", f"{p95:.0f} ms", p95 <= 150),
        Figure("search: median", "", f"{statistics.median(times):.0f} ms"),
        Figure("search: index of all comments, seconds here", "", f"{taken:.0f}"),
    ]


def best(attempt: Any) -> float:
    """Seconds of the fastest of three attempts."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        attempt()
        times.append(time.perf_counter() - began)
    return min(times)
