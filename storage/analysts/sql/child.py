"""The process that answers statements: `python -m storage.analysts.sql.child`, a job on stdin, the answers on stdout.

It holds nothing but the reader's way into the database, has limits of the operating system on memory, time and the size
of files, and dies by an alarm when its time is up, wherever it is: no function of a database can hold it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import orjson

from storage.analysts.sql.files import FileTooLarge, write_file
from storage.analysts.sql.refusals import refused
from storage.analysts.sql.statement import told_apart
from storage.database.errors import QueryRefused

ALARM_AFTER = 0.5  # seconds beyond the statement's own time: what cannot be interrupted is killed then
BASE_BYTES = 400_000_000  # of address space, for Python and the drivers themselves
SPILL_BYTES = 2_000_000_000  # of a temporary file that a sort makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Statements to answer one after another. `seconds` is for each, `in_all` for all of them.

    `target` is the path of a SQLite file or the URL of a PostgreSQL login. `file`: write the only statement's rows
    there in the format `kind`, at most `file_bytes`.
    """

    dialect: str
    target: str
    views: dict[str, list[str]]
    statements: list[str]
    parameters: dict[str, str] = field(default_factory=dict)
    seconds: float
    in_all: float
    rows: int
    bytes: int
    memory_bytes: int
    file: str | None = None
    kind: str = "csv"
    file_bytes: int = 0


class Session(Protocol):
    def rows(self, sql: str, given: dict[str, str], seconds: float) -> tuple[tuple[str, ...], Iterator[Any]]: ...

    def close(self) -> None: ...


def main() -> None:
    job = Job(**orjson.loads(sys.stdin.buffer.read()))
    limit_process(job)
    out = sys.stdout.buffer
    try:
        session = opened(job)
    except QueryRefused as error:
        out.write(said(error))
        return
    ends = time.monotonic() + job.in_all
    for sql in job.statements:
        left = min(job.seconds, ends - time.monotonic())
        if left <= 0:
            break
        signal.setitimer(signal.ITIMER_REAL, left + ALARM_AFTER)
        try:
            out.write(answer(session, sql, job, left))
        except QueryRefused as error:
            out.write(said(error))
        except MemoryError:
            out.write(said(refused("memory", megabytes=job.memory_bytes // 1_000_000)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        out.flush()
    session.close()


def opened(job: Job) -> Session:
    if job.dialect == "sqlite":
        from storage.analysts.sql.on_sqlite import SqliteSession

        return SqliteSession(job.target, job.views, job.memory_bytes)
    from storage.analysts.sql.on_postgresql import PostgresqlSession

    return PostgresqlSession(job.target)


def limit_process(job: Job) -> None:
    cpu = int(job.in_all + ALARM_AFTER) + 5
    for what, value in (
        (resource.RLIMIT_AS, job.memory_bytes + BASE_BYTES),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, max(SPILL_BYTES, job.file_bytes * 2)),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (wanted, wanted))
    os.nice(10)  # a question waits for the editors' pages, never they for it
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the kernel ends the process; Python need not come to its turn


def answer(session: Session, sql: str, job: Job, seconds: float) -> bytes:
    """One answer as a line of JSON. Raises QueryRefused."""
    began = time.monotonic()
    names, rows = session.rows(sql, job.parameters, seconds)
    columns = told_apart(names)
    if job.file is not None:
        try:
            count, size = write_file(job.file, job.kind, columns, map(plain_row, rows), job.file_bytes)
        except FileTooLarge:
            raise refused("file_bytes", megabytes=f"{job.file_bytes / 1e6:g}") from None
        return line({"columns": columns, "count": count, "bytes": size, "seconds": time.monotonic() - began})
    found: list[Any] = []
    room, cut = job.bytes, None
    for row in rows:
        values = plain_row(row)
        room -= len(orjson.dumps(values))
        if len(found) == job.rows or room < 0:
            cut = "rows" if len(found) == job.rows else "bytes"
            break
        found.append(values)
    return line({"columns": columns, "rows": found, "cut": cut, "seconds": time.monotonic() - began})


def plain_row(row: Sequence[Any]) -> list[Any]:
    return [plain(value) for value in row]


def plain(value: Any) -> Any:
    """A value as JSON has it: moments and days as ISO texts, exact numbers as numbers, bytes in hex."""
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")[:26] + "Z" if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, dict) else str(value)


def line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS) + b"\n"


def said(error: QueryRefused) -> bytes:
    return line({"refused": error.why, "values": {name: str(value) for name, value in error.values.items()}})


def as_json(job: Job) -> bytes:
    return orjson.dumps(asdict(job))


if __name__ == "__main__":
    main()
