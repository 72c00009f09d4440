"""What a whole night costs: CPU of all processes a page, beside crawlers written by hand for the same magazine.

    python benchmarks/pipeline.py [--pages 200] [--few 20] [--no-prefect] [--json OUT]

All is measured in one call, on a loopback magazine of our own writing (pipeline_parts/magazine.py). The peers are
in peers.py; those that are not installed are left out: pip install scrapy trafilatura lxml_html_clean.

Each program runs with few and with many pages: what a page costs is the difference, what a start costs is the rest. CPU
seconds are user and system time of the program and of everything that it started, so a busy machine changes little; the
ratios are what to quote. Memory is what all its processes held together at the peak (PSS), with few pages and with
many. Runs in a network namespace with loopback only.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.isolation import isolate
from benchmarks.pipeline_parts.magazine import COMMENTS
from benchmarks.pipeline_parts.process_tree import Memory, parents, reap_orphans
from benchmarks.table import Figure, show

PARTS = Path(__file__).parent / "pipeline_parts"
TAMIS = (str(Path(sys.executable).with_name("tamis")), "run", "--json")
MOST_MEMORY = 600  # MB of all processes at 2 workers
_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER: what a program leaves behind becomes our child, and its CPU counts


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds: of the start, and of one page. Bytes at the peak: with few pages, and with many."""

    start: float
    page: float
    memory_few: int
    memory_many: int


@dataclass(frozen=True, slots=True)
class Run:
    """CPU seconds, and bytes at the peak, of a program and of all that it started."""

    seconds: float
    memory: int


def cost_of(command: Sequence[str], cwd: Path, home: Path) -> Run:
    """What a program costs with all that it started. Prefect keeps its database in `home`. Exits when it fails."""
    servers = frozenset(one for one, up in parents().items() if up == os.getpid())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"PREFECT_HOME": str(home), "PYTHONPATH": str(PARTS.parents[1])}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody compiles an installed package at every start
    with Memory(servers) as memory:
        child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
        complaint = child.communicate()[1].decode("utf-8", "replace")
    if child.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)} failed with {child.returncode}:\n{complaint}")
    reap_orphans(servers)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory.peak)


class Magazine:
    """A magazine of so many pages, served by a process of its own whose CPU is nobody's."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self._server = subprocess.Popen(
            [sys.executable, str(PARTS / "magazine.py"), str(pages)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._server.stdout is not None
        self.sitemap = self._server.stdout.readline().decode().strip()

    def settings(self, folder: Path) -> Path:
        folder.mkdir()
        path = folder / "tamis.toml"
        site = f'sitemaps = ["{self.sitemap}"]\nlocal = true\npace = 0\nconcurrency = 8\nrecheck_hours = 0\n'
        path.write_text(f"jobs = 2\npage_seconds = 300\n[sites.bench]\n{site}", "utf-8")
        return path


def measured(run: Callable[[Magazine], Run], few: Magazine, many: Magazine) -> Cost:
    little, much = run(few), run(many)
    page = (much.seconds - little.seconds) / (many.pages - few.pages)
    return Cost(little.seconds - few.pages * page, page, little.memory, much.memory)


def peer(name: str, scratch: Path) -> Callable[[Magazine], Run]:
    def run(magazine: Magazine) -> Run:
        database = scratch / f"{name}-{magazine.pages}.sqlite"
        return cost_of(
            [sys.executable, str(PARTS / "peers.py"), name, magazine.sitemap, str(database)], scratch, scratch
        )

    return run


def night(scratch: Path, name: str, *flags: str) -> Callable[[Magazine], Run]:
    """The first night of a site, checked: every comment must be there."""

    def run(magazine: Magazine) -> Run:
        folder = scratch / f"{name}-{magazine.pages}"
        cost = cost_of([*TAMIS, *flags, "--config", str(magazine.settings(folder))], folder, scratch / "prefect")
        with sqlite3.connect(folder / "tamis.sqlite") as db:
            stored = db.execute("SELECT count(*) FROM comments").fetchone()[0]
        if stored != COMMENTS * magazine.pages:
            sys.exit(f"{stored} comments of {COMMENTS * magazine.pages} were stored: nothing here may be quoted")
        return cost

    return run


def next_night(scratch: Path, name: str, *flags: str) -> Callable[[Magazine], Run]:
    """The night after `night` of that name: nothing has changed."""

    def run(magazine: Magazine) -> Run:
        folder = scratch / f"{name}-{magazine.pages}"
        return cost_of([*TAMIS, *flags, "--config", str(folder / "tamis.toml")], folder, scratch / "prefect")

    return run


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--few", type=int, default=20)
    parser.add_argument(
        "--only", help="programs, separated by commas: soup,scrapy,trafilatura,direct,unchanged,prefect"
    )
    parser.add_argument("--no-prefect", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    isolate()
    ctypes.CDLL(None, use_errno=True).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    few, many = Magazine(options.few), Magazine(options.pages)
    costs: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as place:
        scratch = Path(place)
        programs = {name: peer(name, scratch) for name, needs in (("soup", "bs4"), ("scrapy", "scrapy"),
                    ("trafilatura", "trafilatura")) if installed(needs)}  # fmt: skip
        programs |= {"direct": night(scratch, "direct", "--direct")}
        programs |= {"unchanged": next_night(scratch, "direct", "--direct")}
        if not options.no_prefect:
            programs |= {"prefect": night(scratch, "prefect")}
        for name, run in programs.items():
            if options.only and name not in options.only.split(","):
                continue
            if name == "prefect":  # a first run makes Prefect's database: what each later one costs is measured
                night(scratch, "first")(few)
            costs[name] = measured(run, few, many)
            start, page, memory = costs[name].start, 1000 * costs[name].page, costs[name].memory_many / 1e6
            print(f"  {name}: start {start:.1f} s, page {page:.1f} ms, {memory:.0f} MB", file=sys.stderr)
    sys.exit(0 if show("Whole nights, CPU of all processes", figures(costs, options.pages), options.json,
                       {name: list(astuple(cost)) for name, cost in costs.items()}) else 1)  # fmt: skip


def figures(costs: dict[str, Cost], pages: int) -> list[Figure]:
    found: list[Figure] = []
    if "direct" not in costs:
        return found
    direct = costs["direct"]
    for name, target in (("scrapy", 0.5), ("soup", None), ("trafilatura", None)):
        if name in costs:
            ratio = direct.page / costs[name].page
            found.append(
                Figure(f"a page, run --direct : {name}", f"<= {target}x" if target else "-", f"{ratio:.2f}x",
                       ratio <= target if target else None)
            )  # fmt: skip
            found.append(Figure(f"the start, run --direct : {name}", "-", f"{direct.start / costs[name].start:.1f}x"))
    for name in ("direct", "prefect"):
        if name in costs:
            few, many = costs[name].memory_few / 1e6, costs[name].memory_many / 1e6
            label = "run --direct" if name == "direct" else "run"
            held = many <= MOST_MEMORY if name == "direct" else None
            found.append(
                Figure(f"peak memory of {label}, all processes", f"<= {MOST_MEMORY} MB", f"{many:.0f} MB", held)
            )
            grown = many / few - 1
            found.append(Figure(f"peak memory of {label}, many : few pages", "<= +10 %", f"{grown:+.0%}", grown <= 0.1))
    if "unchanged" in costs:
        ratio = costs["unchanged"].page / direct.page
        found.append(Figure("a page, unchanged : changed", "<= 1/12", f"1/{1 / ratio:.1f}", ratio <= 1 / 12))
    if "prefect" in costs:
        prefect = costs["prefect"]
        share = (prefect.start + 2000 * prefect.page) / (direct.start + 2000 * direct.page) - 1
        found += [
            Figure("the start, run : run --direct", "-", f"{prefect.start / direct.start:.1f}x"),
            Figure("a page, run : run --direct", "-", f"{prefect.page / direct.page:.2f}x"),
            Figure("Prefect's share of a run of 2,000 pages, reckoned", "<= 3 %", f"{share:.1%}", share <= 0.03),
        ]
    return found


if __name__ == "__main__":
    main()
