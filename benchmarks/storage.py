"""The figures of storage: speed against the bare drivers, editors beside a crawler, kill -9, a million comments.

    python benchmarks/storage.py [--only PART,PART] [--full] [--json OUT]

Parts: load, flat, postgresql, editors, kills, export, gallery, search, questions.

Without --full: 3,000 pages, 20,000 for flatness, editors for 30 s, 300 kills, 200,000 comments. With it, the issue's
sizes: 200,000 pages, 5 minutes, 1,000 kills, 1 million comments (about 25 minutes and 6 GB below TMPDIR).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.storage_parts import editors, kills, loading, million
from benchmarks.storage_parts.postgresql import two_databases
from benchmarks.storage_parts.workload import scratch
from benchmarks.table import Figure, show

PARTS = ("load", "postgresql", "flat", "editors", "kills", "export", "gallery", "search", "questions")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default=",".join(PARTS))
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--seconds", type=float)
    arguments.add_argument("--kills", type=int)
    arguments.add_argument("--comments", type=int)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    chosen = given.only.split(",")
    figures: list[Figure] = []
    if "load" in chosen:
        with scratch() as folder:
            figures += loading.sqlite_ratio(folder, 3000)
    if "postgresql" in chosen:
        with two_databases() as urls:
            if urls is None:
                figures.append(Figure("load, PostgreSQL", ">= 50 % of COPY", "skipped: no PostgreSQL", None))
            else:
                figures += loading.postgresql_ratio(*urls, 1500)
    if "flat" in chosen:
        with scratch() as folder:
            figures += loading.flatness(folder, 200_000 if given.full else 20_000)
    if "editors" in chosen:
        with scratch() as folder:
            figures += editors.figures(folder, given.seconds or (300 if given.full else 30))
    if "kills" in chosen:
        with scratch() as folder:
            figures += kills.figures(folder, given.kills or (1000 if given.full else 300))
    if {"export", "gallery", "search", "questions"} & set(chosen):
        with scratch() as folder:
            count = given.comments or (1_000_000 if given.full else 200_000)
            parts = {part: part in chosen for part in ("export", "gallery", "search", "questions")}
            figures += million.figures(folder, count, **parts)
    return 0 if show("storage", figures, given.json) else 1


if __name__ == "__main__":
    sys.exit(main())
