"""Who is killed: the process that does the work, a worker of its pool, Prefect's server, the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from benchmarks.crashes_parts.databases import Postgresql, below, children, words
from benchmarks.crashes_parts.operations import Operation, World, Wrong
from flows.runs.workers import ATTEMPTS
from tests.nightly_site import InlinePool

ENDS = 240.0  # seconds in which what was hurt must have ended, on a busy machine
GONE = 60.0  # seconds in which the children of a killed process must have ended


def started(world: World, work: Callable[[World], None], own_workers: bool) -> int:
    """The process, of this one's memory and a session of its own, that does the work."""
    number = os.fork()
    if number:
        return number
    code = 9
    try:
        os.setsid()
        log = os.open(world.folder / "children.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        if own_workers:
            work(world)
        else:
            with patch("flows.runs.processing.WorkerPool", InlinePool):
                work(world)
        code = 0
    except BaseException as fault:
        print(f"{world.turn}: {type(fault).__name__}: {str(fault)[:400]}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def ended(number: int, seconds: float) -> int | None:
    """Its exit code within so many seconds (at least one look); None if it goes on."""
    deadline = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(number, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.002)


def undisturbed(world: World, operation: Operation) -> float:
    """Does the work to its end; how long that took. Raises RuntimeError when it fails."""
    began = time.monotonic()
    code = ended(started(world, operation.work, False), ENDS)
    if code != 0:
        said = (world.folder / "children.log").read_text("utf-8", "replace")[-600:]
        raise RuntimeError(f"{operation.name} on {world.database.name} ended with {code} undisturbed: {said}")
    return time.monotonic() - began


def of_session(session: int) -> list[int]:
    """The living processes of that session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def coordinator(world: World, operation: Operation, lasts: float) -> tuple[int, Wrong]:
    """Kills the process that does the work at any moment of it; how many kills hit, and what was wrong at once."""
    number = started(world, operation.work, False)
    if ended(number, world.pick.uniform(0.03, 1.0) * lasts) is not None:
        return 0, Wrong()
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
    return 1, operation.after_kill(world)


def database(world: World, operation: Operation, lasts: float) -> tuple[int, Wrong]:
    """Kills the PostgreSQL server, or the process of it that serves us: the work must come to an end by itself."""
    assert isinstance(world.database, Postgresql)
    number = started(world, operation.work, False)
    if ended(number, world.pick.uniform(0.03, 1.0) * lasts) is not None:
        return 0, Wrong()
    world.database.kill(world.pick)
    found = Wrong()
    world.database.comes_back()
    if ended(number, ENDS) is None:
        found["hung: after the database died"] += 1
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
    return 1, found + operation.after_kill(world)


def pool_worker(world: World, operation: Operation, lasts: float) -> tuple[int, Wrong]:
    """Kills workers while they read pages; the run goes on to a good end.

    One fewer in one run than a page is tried: on a busy machine they all meet the same page, which is then given up, as
    a page that kills its workers should be.
    """
    number = started(world, operation.work, True)
    kills, code = 0, None
    while code is None and kills < ATTEMPTS - 1:
        workers = [one for server in children(number) for one in children(server) if b"forkserver" in words(server)]
        if workers and busy(workers[0]):
            time.sleep(world.pick.uniform(0.2, 1.0))  # one that is killed as it starts, again and again, ends the run
            try:
                os.kill(workers[0], signal.SIGKILL)
            except ProcessLookupError:
                continue
            kills += 1
            deadline = time.monotonic() + 10
            while workers[0] in below(number) and time.monotonic() < deadline:
                time.sleep(0.01)
        code = ended(number, 0.02)
    code = ended(number, ENDS) if code is None else code
    found = Wrong({"hung: after a worker died": int(code is None), "failed: after a worker died": int(code == 9)})
    if code is None:
        os.killpg(number, signal.SIGKILL)
        os.waitpid(number, 0)
    return kills, +found


def busy(pid: int) -> bool:
    """Whether it has begun to work: its own CPU is past its start."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return int(fields[11]) + int(fields[12]) > 2


def with_its_workers(world: World, operation: Operation, lasts: float) -> tuple[int, Wrong]:
    """Kills the coordinator of a run with real workers: nothing of it may go on living."""
    number = started(world, operation.work, True)
    deadline = time.monotonic() + ENDS
    while not any(busy(one) for server in children(number) for one in children(server)):
        if ended(number, 0.02) is not None or time.monotonic() > deadline:
            return 0, Wrong()
    time.sleep(world.pick.uniform(0.0, lasts))
    if ended(number, 0.0) is not None:
        return 0, Wrong()
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
    until = time.monotonic() + GONE
    while (left := of_session(number)) and time.monotonic() < until:
        time.sleep(0.1)
    for one in left:
        os.kill(one, signal.SIGKILL)
    return 1, Wrong({"left behind: processes": len(left)})


def prefect_server(world: World, operation: Operation, lasts: float) -> tuple[int, Wrong]:
    """Kills the server that `tamis run` started for itself. The run may fail, but it ends, and in one sentence."""
    config = world.folder / "tamis.toml"
    config.write_text(
        f'jobs = 1\nbatch_pages = 10\ndatabase_url = "{world.database.url}"\n[moderation]\nlean = true\n'
        f'[fetch]\nattempts = 2\n[sites.press]\nsitemaps = ["http://127.0.0.1:{world.server.port}/sitemap.xml"]\n'
        "local = true\nrobots = false\npace = 0.05\nconcurrency = 1\nrecheck_hours = 0\n",
        "utf-8",
    )
    home = {"PREFECT_HOME": str(world.folder / "prefect"), "PREFECT_API_URL": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "run", "--config", str(config)],
        env=os.environ | home, cwd=Path(__file__).parents[2], start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    found, kills = Wrong(), 0
    deadline = time.monotonic() + ENDS
    before = asked(world)
    while process.poll() is None and asked(world) == before and time.monotonic() < deadline:
        time.sleep(0.05)  # until it has claimed its first pages, with the server up
    time.sleep(world.pick.uniform(0.0, 1.5))
    servers = [one for one in below(process.pid) if b"prefect\0server" in words(one) and b"-c\0" not in words(one)]
    if process.poll() is None and servers:
        os.kill(servers[0], signal.SIGKILL)
        kills = 1
    try:
        out, said = process.communicate(timeout=ENDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, said = process.communicate()
        found["hung: after Prefect's server died"] += 1
    if "Traceback" in said or "Traceback" in out:
        found["failed: traceback after Prefect's server died"] += 1
        (world.folder / "prefect.log").write_text(out + said, "utf-8")
    return kills, found


def asked(world: World) -> int:
    from tests.press import rows

    return int(rows(world.database.url, "SELECT coalesce(max(id), 0) FROM runs")[0][0])


VICTIMS = {
    "coordinator": coordinator,
    "coordinator with its workers": with_its_workers,
    "pool worker": pool_worker,
    "database": database,
    "Prefect server": prefect_server,
}
