"""Read-only SQL for analysts: the documented views and nothing else, within limits, in a process of its own.

Each question starts a child process (`storage.analysts.sql.child`) that gets the way into the database and the limits,
and nothing of ours: no settings, no environment, no open file. It is killed when its time is up or nobody waits for the
answer any more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from storage.analysts.sql.child import ALARM_AFTER, Job, as_json
from storage.analysts.sql.refusals import refused
from storage.analysts.sql.statement import single, values_of
from storage.analysts.views import VIEWS
from storage.database.engine import Database, sqlite_file

GRACE_SECONDS = 20.0  # for a busy machine to start the process: its own clocks end it long before
LOOK_SECONDS = 0.1  # between two looks at whether somebody still waits
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one question may cost. Bytes are those of the answer on the page and of a downloaded file."""

    seconds: float = 5.0
    rows: int = 1000
    bytes: int = 5_000_000
    memory_bytes: int = 256_000_000
    download_seconds: float = 60.0
    download_bytes: int = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of a query; moments and days are ISO texts. `cut`: rows or bytes, what there were too many of."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A downloaded answer: all rows, in a file."""

    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where statements go. On PostgreSQL only with `reader_url`, a login that may read the views and nothing else."""

    db: Database
    reader_url: str | None = None
    limits: Limits = field(default_factory=Limits)

    def query(
        self,
        sql: str,
        parameters: Mapping[str, str] | None = None,
        *,
        rows: int | None = None,
        seconds: float | None = None,
        stop: threading.Event | None = None,
    ) -> Answer:
        """At most `rows` rows of one SELECT over the views; `parameters` are the values of its :names.

        Raises QueryRefused with one sentence: what the statement may not do, its mistake, or which limit it met. `stop`
        set by another thread kills it.
        """
        values_of(single(sql), parameters or {})  # what is no statement starts no process
        job = self.job([sql], parameters, seconds or self.limits.seconds, rows or self.limits.rows)
        return answer_of(one(self.run(job, stop), job))

    def several(self, statements: Sequence[str], *, seconds: float, in_all: float) -> list[Answer | None]:
        """Short answers of several statements, for pages of ours; None where one was not answered in time."""
        job = self.job(statements, None, seconds, self.limits.rows, in_all)
        found: list[Answer | None] = []
        for said in self.run(job, None):
            if said.get("refused") in ("no_reader", "reader_too_strong", "reader_unreachable"):
                raise refused(said["refused"], **said["values"])
            found.append(None if "refused" in said else answer_of(said))
        return [*found, *[None] * (len(statements) - len(found))]

    def download(
        self,
        sql: str,
        parameters: Mapping[str, str] | None,
        path: Path,
        kind: str,
        *,
        stop: threading.Event | None = None,
    ) -> Written:
        """Every row of one SELECT as a file of that kind (see `sql.files.KINDS`), or QueryRefused and no file."""
        values_of(single(sql), parameters or {})
        job = self.job([sql], parameters, self.limits.download_seconds, self.limits.rows, file=path, kind=kind)
        try:
            said = one(self.run(job, stop), job)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Written(rows=said["count"], bytes=said["bytes"])

    def job(
        self,
        statements: Sequence[str],
        parameters: Mapping[str, str] | None,
        seconds: float,
        rows: int,
        in_all: float | None = None,
        file: Path | None = None,
        kind: str = "csv",
    ) -> Job:
        return Job(
            dialect=self.db.dialect,
            target=self.target(),
            views={view.name: list(view.columns) for view in VIEWS},
            statements=list(statements),
            parameters=dict(parameters or {}),
            seconds=seconds,
            in_all=in_all or seconds,
            rows=rows,
            bytes=self.limits.bytes,
            memory_bytes=self.limits.memory_bytes,
            file=str(file) if file else None,
            kind=kind,
            file_bytes=self.limits.download_bytes,
        )

    def target(self) -> str:
        """What the child opens. Raises QueryRefused on PostgreSQL without a reader's login."""
        if self.db.dialect == "sqlite":
            return str(sqlite_file(self.db.url).absolute())
        if not self.reader_url:
            raise refused("no_reader")
        return self.reader_url.replace("postgresql+psycopg://", "postgresql://", 1)

    def check(self) -> None:
        """Raises QueryRefused unless statements would be answered: no login, a wrong one, or one that may too much."""
        self.query("SELECT 1 AS one")

    def run(self, job: Job, stop: threading.Event | None) -> list[dict[str, Any]]:
        """What the child said, one for each statement it came to. Raises QueryRefused when it had to be killed."""
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "storage.analysts.sql.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=bare_environment(),
            # A group of its own, so that Ctrl-C is ours alone, but no session: Linux gives each session an equal share
            # of the processor, whatever its processes' nice values, so that every child would get as much as the desk.
            process_group=0,
        )
        began = time.monotonic()
        sent: bytes | None = as_json(job)
        while True:
            try:
                out, err = child.communicate(sent, timeout=LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                sent = None
                late = time.monotonic() - began > job.in_all + ALARM_AFTER + GRACE_SECONDS
                if late or (stop is not None and stop.is_set()):
                    child.kill()
                    child.communicate()
                    raise refused("time", seconds=f"{job.in_all:g}") if late else refused("cancelled") from None
        said: list[dict[str, Any]] = [orjson.loads(line) for line in out.splitlines()]
        if child.returncode < 0 and len(said) < len(job.statements):  # its alarm, or the kernel's limit on its time
            said.append({"refused": "time", "values": {"seconds": f"{job.seconds:g}"}})
        elif child.returncode > 0:
            if b"MemoryError" in err:
                raise refused("memory", megabytes=job.memory_bytes // 1_000_000)
            raise RuntimeError(f"the process of the SQL console failed: {err.decode(errors='replace')[-2000:]}")
        return said


def one(said: Sequence[dict[str, Any]], job: Job) -> dict[str, Any]:
    if not said:
        raise refused("time", seconds=f"{job.seconds:g}")
    if "refused" in said[0]:
        raise refused(said[0]["refused"], **said[0]["values"])
    return said[0]


def answer_of(said: dict[str, Any]) -> Answer:
    return Answer(
        columns=tuple(said["columns"]),
        rows=tuple(tuple(row) for row in said["rows"]),
        cut=said["cut"],
        seconds=said["seconds"],
    )


def bare_environment() -> dict[str, str]:
    """What a child needs to start and nothing else: variables of ours may hold passwords."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TMPDIR": tempfile.gettempdir(),
        "PYTHONPATH": str(ROOT),
        "MALLOC_ARENA_MAX": "1",
        "OMP_NUM_THREADS": "1",
    }
