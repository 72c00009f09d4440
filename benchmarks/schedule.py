"""Do schedules fire with the releases that are installed here? A healthy server proves nothing: runs are counted.

    python benchmarks/schedule.py [--seconds 180] [--kill] [--json OUT]

Starts a Prefect server on loopback with a home of its own, serves a tiny flow every few seconds and, beside it,
`tamis schedule` with the sample site on a cron line of every minute, and waits until the scheduler itself has brought
a run of each to its end. Exits 1 when it does not: some SQLAlchemy and FastAPI releases break exactly this, in silence.

With --kill `tamis schedule` has a server of its own, which is killed (SIGKILL) after the first night: is there another?
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.crashes_parts.databases import below
from benchmarks.crashes_parts.databases import words as words_of
from benchmarks.table import Figure, show
from flows.demo.server import DemoServer, demo_sitemap

EVERY_SECONDS = 10  # each run is a process that imports Prefect: more often only heats the machine
SERVER_SECONDS = 120
SETTINGS = """[sites.sample]
sitemaps = ["{sitemap}"]
local = true
pace = 0
max_pages = 3
cron = "* * * * *"
"""


@dataclass(frozen=True, slots=True)
class Fired:
    """What the scheduler did with the flow of that name: seconds from the start to its first finished run."""

    flow: str
    completed: int
    failed: int
    first_after: float | None


def environment(home: Path, api: str) -> dict[str, str]:
    """The parent's, without its Prefect and Tamis settings, with telemetry off and a scheduler that looks often."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "TAMIS_"))}
    return mine | {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1",
    }


@contextmanager
def child(words: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child process with its output in that file; ended by its own id."""
    with log.open("wb") as stream:
        process = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def post(api: str, path: str, data: dict[str, object]) -> list[dict[str, object]]:
    request = Request(
        f"{api}{path}", data=json.dumps(data).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urlopen(request, timeout=20) as answer:
        found: list[dict[str, object]] = json.load(answer)
    return found


def wait_for_server(api: str, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(f"{api}/health", timeout=2):
                return True
        except (URLError, OSError):
            time.sleep(0.25)
    return False


def runs_of(api: str, flow: str) -> tuple[int, int]:
    """How many runs that the scheduler made (no person did) are completed, and how many failed or crashed."""
    states = [
        run["state_type"]
        for run in post(api, "/flow_runs/filter", {"flows": {"name": {"any_": [flow]}}, "limit": 200})
        if run["auto_scheduled"]
    ]
    return states.count("COMPLETED"), states.count("FAILED") + states.count("CRASHED")


def answered(api: str, flow: str) -> tuple[int, int]:
    """`runs_of`, and nothing yet from a server that is too busy to answer."""
    try:
        return runs_of(api, flow)
    except OSError:
        return 0, 0


def wait_for_runs(api: str, flows: list[str], seconds: float) -> list[Fired]:
    start = time.monotonic()
    first: dict[str, float] = {}
    while time.monotonic() - start < seconds and len(first) < len(flows):
        for flow in flows:
            if flow not in first and answered(api, flow)[0]:
                first[flow] = time.monotonic() - start
        time.sleep(1)
    return [Fired(flow, *answered(api, flow), first.get(flow)) for flow in flows]


def serve_a_tiny_flow() -> None:
    """Runs in a child process: a flow on an interval, until the process is ended."""
    from prefect import flow

    flow(tick, name="tick").serve(
        name="every-few-seconds", interval=timedelta(seconds=EVERY_SECONDS), limit=1, print_starting_message=False
    )


async def tick() -> str:
    return "tock"


def measure(seconds: float, folder: Path) -> list[Fired]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    env = environment(folder / "prefect", api)
    names = ["tick", "nightly"]
    with ExitStack() as stack:
        words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        server = stack.enter_context(child([*words, "--no-ui"], env, folder / "server.log"))
        if not wait_for_server(api, server):
            return [Fired(name, 0, 0, None) for name in names]
        site = stack.enter_context(DemoServer())
        config = folder / "tamis.toml"
        config.write_text(SETTINGS.format(sitemap=demo_sitemap(site.url)), "utf-8")
        stack.enter_context(child([sys.executable, __file__, "--serve"], env, folder / "tick.log"))
        tamis = [sys.executable, "-m", "flows.cli", "schedule", "--config", str(config)]
        stack.enter_context(child(tamis, env, folder / "nightly.log"))
        return wait_for_runs(api, names, seconds)


def survive(seconds: float, folder: Path) -> list[Figure]:
    """The nights of `tamis schedule` before and after its server was killed, within so many seconds each."""
    env = environment(folder / "prefect", "")
    with ExitStack() as stack:
        site = stack.enter_context(DemoServer())
        config = folder / "tamis.toml"
        config.write_text(SETTINGS.format(sitemap=demo_sitemap(site.url)), "utf-8")
        words = [sys.executable, "-m", "flows.cli", "schedule", "--config", str(config)]
        schedule = stack.enter_context(child(words, env, folder / "nightly.log"))
        before = wait_for_night(folder, datetime.min.replace(tzinfo=UTC), seconds)
        servers = [one for one in below(schedule.pid) if b"prefect\0server" in words_of(one)]
        for server in servers[-1:]:  # the first of two holds the other
            os.kill(server, signal.SIGKILL)
        killed, began = datetime.now(UTC), time.monotonic()
        after = bool(servers) and wait_for_night(folder, killed, seconds)
        told = f"{'one' if after else 'none'}, after {time.monotonic() - began:.0f} s"
    return [
        Figure("nights of `tamis schedule` with a server of its own", ">= 1", "one" if before else "none", before),
        Figure("nights begun after that server was killed", ">= 1", told, after),
    ]


def nights(folder: Path, since: datetime) -> int:
    """How many runs that began since then have ended well."""
    if not (folder / "tamis.sqlite").exists():
        return 0
    query = (
        "SELECT count(*) FROM runs WHERE command = 'run' AND status IN ('finished', 'quarantined') AND started_at > ?"
    )
    with closing(sqlite3.connect(f"file:{folder}/tamis.sqlite?mode=ro", uri=True, timeout=20)) as db:
        try:
            return int(db.execute(query, (since.isoformat(),)).fetchone()[0])
        except sqlite3.OperationalError:  # the tables are being made
            return 0


def wait_for_night(folder: Path, since: datetime, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if nights(folder, since):
            return True
        time.sleep(1)
    return False


def last_lines(folder: Path) -> Iterator[str]:
    for log in sorted(folder.glob("*.log")):
        yield f"--- the end of {log.name}"
        yield from log.read_text("utf-8", errors="replace").splitlines()[-25:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180, help="how long to wait for the runs")
    parser.add_argument("--kill", action="store_true", help="kill the server of `tamis schedule` instead")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve_a_tiny_flow()
        return
    with tempfile.TemporaryDirectory(prefix="tamis-schedule-") as scratch:
        if options.kill:
            held = show("A schedule whose server dies", survive(options.seconds, Path(scratch)), options.json)
            if not held:
                print(*last_lines(Path(scratch)), sep="\n", file=sys.stderr)
            sys.exit(0 if held else 1)
        fired = measure(options.seconds, Path(scratch))
        figures = [
            Figure(
                f"runs of {one.flow!r} that the scheduler started and that completed",
                ">= 1",
                f"{one.completed}" + ("" if one.first_after is None else f", the first after {one.first_after:.0f} s"),
                one.completed >= 1,
            )
            for one in fired
        ]
        title = (
            "Schedules (" + ", ".join(f"{name} {version(name)}" for name in ("prefect", "sqlalchemy", "fastapi")) + ")"
        )
        held = show(title, figures, options.json, {"failed": {one.flow: one.failed for one in fired}})
        if not held:
            print(*last_lines(Path(scratch)), sep="\n", file=sys.stderr)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
