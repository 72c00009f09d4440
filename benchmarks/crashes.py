"""kill -9 and full disks in whatever Tamis does: is anything lost, doubled, overwritten, unreadable afterwards?

    python benchmarks/crashes.py [--kills 200] [--minutes 60] [--only WORD,WORD] [--json OUT]

Operations: run, replay, remoderate, train, backup, upgrade. Victims: the process that does the work (alone, and with
its workers), a worker of its pool, Prefect's server, and on PostgreSQL the database. Between two kills an editor
decides and the site publishes; after each series the work is done to its end and everything is compared with what the
site says and with what was decided. `--only` takes words of a series' name, or disk.

`--minutes` bounds the whole: the kills of each series are as many as fit into its share. How many there were is said.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.crashes_parts.databases import Sqlite, postgresql
from benchmarks.crashes_parts.operations import (
    Backup,
    Operation,
    Remoderate,
    Replay,
    Run,
    Train,
    Upgrade,
    World,
    Wrong,
)
from benchmarks.crashes_parts.site import Server
from benchmarks.crashes_parts.victims import VICTIMS, undisturbed
from benchmarks.isolation import isolate
from benchmarks.table import Figure, show
from tests.flows.test_full_disk import OWN_MOUNTS

ROOT = Path(__file__).parents[1]
SERIES: tuple[tuple[str, type[Operation], str, int], ...] = (
    ("SQLite", Run, "coordinator", 35),
    ("SQLite", Replay, "coordinator", 16),
    ("SQLite", Remoderate, "coordinator", 12),
    ("SQLite", Train, "coordinator", 8),
    ("SQLite", Backup, "coordinator", 12),
    ("SQLite", Upgrade, "coordinator", 14),
    ("SQLite", Run, "coordinator with its workers", 8),
    ("SQLite", Run, "pool worker", 15),
    ("SQLite", Replay, "pool worker", 9),
    ("SQLite", Run, "Prefect server", 5),
    ("PostgreSQL", Run, "coordinator", 12),
    ("PostgreSQL", Run, "database", 14),
    ("PostgreSQL", Replay, "database", 8),
    ("PostgreSQL", Remoderate, "database", 6),
    ("PostgreSQL", Train, "database", 5),
    ("PostgreSQL", Backup, "database", 6),
    ("PostgreSQL", Upgrade, "database", 8),
    ("PostgreSQL", Upgrade, "coordinator", 7),
)
"""Database, operation, victim, and the kills of 200."""

MISSES = 4  # tries a kill: the work may be over before the blow falls


@dataclass
class Series:
    name: str
    kills: int = 0
    wrong: Wrong = field(default_factory=Counter)


def series(world: World, operation: Operation, victim: str, kills: int, until: float) -> Series:
    """Kills until there are enough of them or the time is over, then the work to its end, and what is wrong."""
    found = Series(f"{operation.name}: {victim}, {world.database.name}")
    operation.prepare(world)
    lasts = undisturbed(world, operation)
    tries = 0
    while found.kills < kills and tries < MISSES * kills and time.monotonic() < until:
        tries += 1
        world.turn += 1
        operation.prepare(world)
        hit, wrong = VICTIMS[victim](world, operation, lasts)
        found.kills += hit
        found.wrong += wrong
    world.turn += 1
    operation.prepare(world)
    undisturbed(world, operation)
    found.wrong += operation.wrong(world)
    return found


def all_series(folder: Path, kills: int, minutes: float, only: list[str]) -> Iterator[Series]:
    chosen = [one for one in SERIES if not only or any(word in f"{one[1].name} {one[2]} {one[0]}" for word in only)]
    began, budget, done = time.monotonic(), 60 * minutes, 0.0
    total = sum(share for *_, share in chosen)
    with ExitStack() as stack:
        server = stack.enter_context(Server())
        pick = random.Random(7)
        worlds: dict[str, World] = {}
        for database, kind, victim, share in chosen:
            done += share
            if database not in worlds:
                place = folder / database
                place.mkdir()
                opened = Sqlite(place) if database == "SQLite" else stack.enter_context(postgresql(place))
                if opened is None:
                    print(f"{database}: not here, its series are left out", flush=True)
                    continue
                worlds[database] = World(place, opened, server, pick)
                undisturbed(worlds[database], Run())
            until = began + budget * done / total
            yield series(worlds[database], kind(), victim, max(1, round(kills * share / 200)), until)


def disk() -> tuple[int, int, int]:
    """Attempts on a disk that fills up, those that met it, and those after which something was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        words = [*OWN_MOUNTS, sys.executable, "-m", "tests.flows.full_disk", folder]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for one in found:
        if one["wrong"]:
            print(f"full disk: {one['command']} with {one['free']} kB: {one['wrong']} {one['said']}", flush=True)
    if done.returncode:
        print(done.stderr[-500:], flush=True)
    return (
        len(found),
        sum(one["code"] != "0" for one in found),
        sum(bool(one["wrong"]) for one in found) + done.returncode,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    isolate()
    only = [word for word in given.only.split(",") if word]
    wrong: Wrong = Counter()
    kills: Counter[str] = Counter()
    if only != ["disk"]:
        with tempfile.TemporaryDirectory(prefix="tamis-crashes-", ignore_cleanup_errors=True) as folder:
            for one in all_series(Path(folder), given.kills, given.minutes, only):
                kills[one.name] += one.kills
                wrong += one.wrong
                print(f"{one.name}: {one.kills} kills, {dict(one.wrong) or 'nothing wrong'}", flush=True)
    figures = [Figure("kill -9 that hit work under way", f"{given.kills}", f"{kills.total():,}")]
    for word in ("lost", "doubled", "overwritten", "unreadable", "unsound", "hung", "failed", "left behind"):
        number = sum(count for what, count in wrong.items() if what.startswith(word))
        figures.append(Figure(word, "0", f"{number:,}", number == 0))
    if not only or "disk" in only:
        attempts, met, bad = disk()
        figures.append(Figure("full disks: attempts, met, wrong", "-, -, 0", f"{attempts}, {met}, {bad}", bad == 0))
    return 0 if show("Crashes", figures, given.json, {"kills": dict(kills), "wrong": dict(wrong)}) else 1


if __name__ == "__main__":
    sys.exit(main())
