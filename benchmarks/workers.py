"""Two workers against one on PostgreSQL, and two of a Dask cluster: how much sooner, no page twice, equal rows.

    python benchmarks/workers.py [--pages 160] [--comments 30] [--only postgresql,dask] [--json OUT]

A worker is a `tamis run` in a process of its own with one process that reads pages. The time is from the first answer
to the last in the database's own log, so that the start of Python counts for neither. What the machine allows is
measured beside it: two processes that only compute against one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.isolation import isolate
from benchmarks.storage_parts.postgresql import two_databases
from benchmarks.table import Figure, show
from flows.orchestration.environment import prepare_prefect
from storage.schema import upgrade
from tests.press import article, comment, found_in, rows, settings_file, tagged
from tests.servers import SiteServer

ROOT = Path(__file__).parents[1]
SPINS = 4_000_000
WANTED = 1.7


def serving(pipe: Connection, pages: int, comments: int) -> None:
    """The site's process; it tells what it was asked for."""
    links = "".join(f'<p><a href="/fiche-{n}">Fiche {n}</a></p>' for n in range(pages))
    site: dict[str, Any] = {"/": tagged(article(9999, extra=links))}
    for n in range(pages):
        thread = "".join(
            comment(100 * n + m, f"Lecteur {n} {m}", f"Merci pour la fiche {n}, et le métier numéro {m} ?")
            for m in range(comments)
        )
        site[f"/fiche-{n}"] = tagged(article(n, thread))
    with SiteServer(site) as server:
        pipe.send(server.port)
        while pipe.recv() == "asked":
            pipe.send([request.path for request in server.requests])


@contextmanager
def site(pages: int, comments: int) -> Iterator[Any]:
    """Its start address, and what it was asked so far as `asked()`."""
    ours, theirs = Pipe()
    process = Process(target=serving, args=(theirs, pages, comments), daemon=True)
    process.start()

    class Site:
        port = ours.recv()

        def url(self, path: str = "") -> str:
            return f"http://127.0.0.1:{self.port}{path}"

        def asked(self) -> Counter[str]:
            ours.send("asked")
            return Counter(path for path in ours.recv() if path.startswith("/fiche-"))

    yield Site()
    ours.send("stop")
    process.join()


def started(config: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flows.cli", "run", "--config", str(config), *(words or ["--direct"])]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def done(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        _, said = process.communicate()
        if process.returncode not in (0, 3):
            sys.exit(f"a run ended with {process.returncode}: {said[-600:]}")


def seconds_of(url: str) -> float:
    """From the first answer that was read to the last."""
    first, last = rows(url, "SELECT min(fetched_at), max(fetched_at) FROM fetches WHERE outcome = 'extracted'")[0]
    both = [datetime.fromisoformat(str(moment)) for moment in (first, last)]
    return (both[1] - both[0]).total_seconds()


def spin(number: int) -> None:
    for _ in range(number):
        pass


def allowed() -> float:
    """How much more two computing processes get done than one, on this machine as busy as it is."""

    def seconds(processes: int) -> float:
        began = time.monotonic()
        started = [Process(target=spin, args=(SPINS * 10,)) for _ in range(processes)]
        for process in started:
            process.start()
        for process in started:
            process.join()
        return time.monotonic() - began

    alone, both = seconds(1), seconds(2)
    return 2 * alone / both


def on_postgresql(folder: Path, given: argparse.Namespace) -> list[Figure]:
    with two_databases() as urls:
        if urls is None:
            return [Figure("two workers on PostgreSQL", f">= {WANTED}", "skipped: no PostgreSQL", None)]
        seconds, found, twice = [], [], 0
        for workers, url in enumerate(urls, start=1):
            upgrade(url)
            with site(given.pages, given.comments) as served:
                config = settings_file(folder / f"{workers}", served, url, batch_pages=10)
                done([started(config) for _ in range(workers)])
                twice += sum(number > 1 for number in served.asked().values())
            seconds.append(seconds_of(url))
            found.append([len(kind) for kind in found_in(url)])
    room = allowed()
    gain = seconds[0] / seconds[1]
    wanted = f">= {WANTED} where the CPU allows it"
    return [
        Figure(
            f"two workers against one on PostgreSQL, {given.pages:,} pages of {given.comments} comments",
            wanted,
            f"{gain:.2f} ({seconds[0]:.0f} s, {seconds[1]:.0f} s); the machine allows {room:.2f}",
            gain >= min(WANTED, WANTED / 2 * room),
        ),
        Figure("pages fetched twice", "0", f"{twice:,}", not twice),
        Figure("articles, comments, verdicts", "equal", f"{found[0]}, {found[1]}", found[0] == found[1]),
    ]


def on_dask(folder: Path, given: argparse.Namespace) -> list[Figure]:
    try:
        import distributed
        import prefect_dask  # noqa: F401 - the runner needs it
    except ImportError:
        return [Figure("two workers of a Dask cluster", "equal rows", "skipped: no Dask", None)]
    prepare_prefect()
    os.environ["PREFECT_HOME"] = str(folder / "prefect")
    from flows.orchestration.server import scheduler

    found, twice = [], 0
    with (
        scheduler(lambda words: None, "--no-services") as api,
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as cluster,
    ):
        address = "dask://" + str(cluster.scheduler_address).removeprefix("tcp://")
        for name, words in (("here", ["--direct"]), ("dask", ["--runner", address])):
            url = f"sqlite:///{folder / name}.sqlite"
            with site(given.pages // 4, given.comments) as served:
                config = settings_file(folder / name, served, url, batch_pages=10)
                done([started(config, *words, PREFECT_API_URL=api)])
                twice += sum(number > 1 for number in served.asked().values())
            here = f"http://127.0.0.1:{served.port}"
            found.append([[row.replace(here, "") for row in kind] for kind in found_in(url)])
    return [
        Figure(
            f"two workers of a Dask cluster, {given.pages // 4:,} pages: rows as of one process",
            "equal",
            "equal"
            if found[0] == found[1]
            else f"{[len(kind) for kind in found[0]]}, {[len(kind) for kind in found[1]]}",
            found[0] == found[1],
        ),
        Figure("pages fetched twice with Dask", "0", f"{twice:,}", not twice),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=160)
    parser.add_argument("--comments", type=int, default=30)
    parser.add_argument("--only", default="postgresql,dask")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    isolate()
    figures: list[Figure] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        if "postgresql" in given.only:
            figures += on_postgresql(folder, given)
        if "dask" in given.only:
            figures += on_dask(folder, given)
    return 0 if show("Workers", figures, given.json) else 1


if __name__ == "__main__":
    sys.exit(main())
