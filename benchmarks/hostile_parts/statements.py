"""Hostile statements through the SQL console on both databases, and the same ones where nobody stops them."""

from __future__ import annotations

import resource
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.storage_parts.postgresql import two_databases
from storage.analysts.console import Console, Limits
from storage.analysts.reader_login import make_reader
from storage.analysts.sql.child import ALARM_AFTER
from storage.database.engine import Database, sqlite_file
from storage.database.errors import QueryRefused
from storage.opening import open_database
from storage.schema import upgrade
from tests.flows.desk import room
from tests.postgresql import run
from tests.storage.hostile_statements import BOTH, POSTGRESQL, SECRET_TABLES, SQLITE

SECONDS = 1.0
HARMLESS = ("SELECT 1,1,1", "SELECT ((((", "SELECT count(*) FROM (SELECT regexp_matches")
"""Answered within the limits: they want much and get nothing that is not theirs."""

NEVER_ENDING = 3.0  # seconds of work after which a control is called endless


@dataclass(frozen=True, slots=True, kw_only=True)
class Siege:
    """What became of the statements on one database. `late`: those that cost more than their limit allows."""

    dialect: str
    statements: int
    through: tuple[str, ...]
    late: tuple[str, ...]
    changed: bool
    honest: int  # statements over the views that were answered: the console is open
    controls: int  # of the same statements, those that get a secret, write or never end where nobody stops them


@contextmanager
def databases() -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory(prefix="tamis-siege-") as folder, two_databases() as urls:
        yield [f"sqlite:///{folder}/desk.db", *([urls[0]] if urls else [])]


def sieges() -> list[Siege]:
    with databases() as urls:
        return [siege(url) for url in urls]


def siege(url: str) -> Siege:
    upgrade(url)
    with open_database(url) as db:
        room.put(db, [f"Merci pour la fiche {n}" for n in range(5)])
        room.account(db, "marie")
        login = f"tamis_siege_{secrets.token_hex(4)}"
        reader = make_reader(db, login).url if db.dialect == "postgresql" else None
        try:
            console = Console(db=db, reader_url=reader, limits=Limits(seconds=SECONDS))
            return besieged(db, console)
        finally:
            if reader is not None:
                run(url, f"DROP OWNED BY {login}")
                run(url, f"DROP ROLE {login}")


def besieged(db: Database, console: Console) -> Siege:
    statements = (*BOTH, *(SQLITE if db.dialect == "sqlite" else POSTGRESQL))
    before = contents(db)
    honest = sum(
        len(console.query(f"SELECT * FROM {view}").columns) > 0
        for view in ("clean_articles", "clean_comments", "judged_comments")
    )
    started = children_cpu()
    console.query("SELECT 1 AS one")
    start = children_cpu() - started
    through, late = [], []
    for sql in statements:
        began = children_cpu()
        try:
            answer = console.query(sql)
        except QueryRefused:
            pass
        else:
            if db.secret.hex() in repr(answer) or not sql.startswith(HARMLESS):
                through.append(sql[:100])
        if children_cpu() - began > SECONDS + ALARM_AFTER + 4 * start or still_working(db):
            late.append(sql[:100])
    return Siege(
        dialect=db.dialect,
        statements=len(statements),
        through=tuple(through),
        late=tuple(late),
        changed=contents(db) != before,
        honest=honest,
        controls=sum(fires(db, sql) for sql in statements),
    )


def children_cpu() -> float:
    """CPU seconds of the children that ended: what a busy machine does besides does not count."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def still_working(db: Database) -> bool:
    """Whether the server goes on for a statement that its console has given up."""
    if db.dialect == "sqlite":
        return False
    with db.read() as connection:
        connection.execute(text("SELECT pg_sleep(0.05)"))
        return bool(
            connection.execute(
                text("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'tamis_siege_%' AND state = 'active'")
            ).scalar_one()
        )


def contents(db: Database) -> tuple[int, ...]:
    with db.read() as connection:
        return tuple(
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("comments", "pages", "settings", "editors")
        )


def fires(db: Database, sql: str) -> bool:
    """Whether the statement, given to the database with the owner's rights, reads a table of secrets, writes, or has to
    be stopped: a siege with bad catapults proves nothing. Nothing that it does is kept."""
    if db.dialect == "sqlite":
        return fires_on_sqlite(sqlite_file(db.url), sql)
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        try:
            driver.execute(f"SET LOCAL statement_timeout = {int(NEVER_ENDING * 1000)}")
            driver.execute(sql)
            return True  # it was carried out: with the owner's rights it reads, writes or reaches the machine
        except Exception as error:
            return "statement timeout" in str(error) or "out of memory" in str(error)
        finally:
            connection.rollback()
            connection.invalidate()


def fires_on_sqlite(file: Path, sql: str) -> bool:
    touched: list[str] = []
    stopped: list[bool] = []

    def look(action: int, one: str | None, two: str | None, *rest: object) -> int:
        writes = action in (
            sqlite3.SQLITE_DELETE,
            sqlite3.SQLITE_INSERT,
            sqlite3.SQLITE_UPDATE,
            sqlite3.SQLITE_DROP_VIEW,
            sqlite3.SQLITE_CREATE_TABLE,
            sqlite3.SQLITE_CREATE_VIEW,
            sqlite3.SQLITE_ATTACH,
            sqlite3.SQLITE_PRAGMA,
        )
        if one in SECRET_TABLES or (one or "").startswith("sqlite_") or writes:
            touched.append(str(one))
        return sqlite3.SQLITE_OK

    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        db.set_authorizer(look)
        began = time.thread_time()

        def late() -> int:
            if time.thread_time() - began > NEVER_ENDING:
                stopped.append(True)
            return len(stopped)

        db.set_progress_handler(late, 1_000)
        try:
            if not sql.startswith(("SELECT instr", "SELECT length(printf", "SELECT length(replace", "SELECT zeroblob")):
                db.execute(sql).fetchmany(50)
        except (sqlite3.Error, sqlite3.Warning, MemoryError):
            pass
        return bool(touched or stopped)
