"""The two databases of the campaign: a SQLite file, and a PostgreSQL server that can be killed and comes back."""

from __future__ import annotations

import os
import shutil
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from subprocess import SubprocessError
from typing import Any

from storage.database.engine import connect
from storage.database.errors import StorageError
from storage.database.revisions import migrate
from storage.upkeep.backup import fill, verified
from tests.postgresql import embedded, in_database, run
from tests.press import rows

OLDEST = Path(__file__).parents[2] / "tests" / "storage" / "schemas" / "0001.zip"
RECOVERS = 120.0  # seconds that a server may need after a kill, on a busy machine


def filled_of_old(url: str) -> None:
    """The rows that are kept of the first schema, in that schema."""
    with zipfile.ZipFile(OLDEST) as source:
        manifest = verified(source, OLDEST)
        with connect(url) as db, db.write(durable=True) as connection:
            migrate(connection, manifest.schema)
            fill(db, connection, source, manifest)


class Sqlite:
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'tamis.sqlite'}"
        filled_of_old(f"sqlite:///{folder / 'old.sqlite'}")

    def old_copy(self) -> str:
        """The URL of a database of the first schema, made anew."""
        for left in self.folder.glob("upgraded.sqlite*"):
            left.unlink()
        shutil.copy(self.folder / "old.sqlite", self.folder / "upgraded.sqlite")
        return f"sqlite:///{self.folder / 'upgraded.sqlite'}"


class Postgresql:
    name = "PostgreSQL"

    def __init__(self, server: Any) -> None:
        self.server = server
        run(server.get_uri(), "CREATE DATABASE tamis")
        run(server.get_uri(), "CREATE DATABASE tamis_old")
        self.url = self.named("tamis")
        filled_of_old(self.named("tamis_old"))
        self.copies = 0

    def named(self, database: str) -> str:
        return in_database(self.server.get_uri(), database)

    def old_copy(self) -> str:
        self.copies += 1
        name = f"upgraded_{self.copies}"
        run(self.server.get_uri(), f"CREATE DATABASE {name} TEMPLATE tamis_old")
        return self.named(name)

    def kill(self, pick: Random) -> None:
        """SIGKILL for a process that serves a client, or for the server itself, which is started again."""
        self.server._postmaster_info = None
        self.server.ensure_postgres_running()
        master = int(self.server.get_pid())
        if pick.random() < 0.5:
            serving = [pid for pid in children(master) if b"tamis" in words(pid) or b"upgraded" in words(pid)]
            os.kill(pick.choice(serving or [master]), signal.SIGKILL)
        else:
            os.kill(master, signal.SIGKILL)

    def comes_back(self) -> None:
        deadline = time.monotonic() + RECOVERS
        while True:
            try:
                self.server._postmaster_info = None
                self.server.ensure_postgres_running()
                rows(self.named("postgres"), "SELECT 1")
                time.sleep(1.0)  # a server that has not noticed the death of its child yet answers, and then recovers
                rows(self.named("postgres"), "SELECT 1")
                return
            except (StorageError, RuntimeError, AssertionError, OSError, SubprocessError):  # the last: it starts slowly
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)


def words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def children(pid: int) -> list[int]:
    """The processes that this one's threads started and that live."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that ended meanwhile
            found += [int(word) for word in file.read_text().split()]
    return found


def below(pid: int) -> list[int]:
    """Those, and what they started."""
    found = children(pid)
    return found + [one for child in found for one in below(child)]


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgresql | None]:
    """A server of our own; None where there is no embedded PostgreSQL."""
    with embedded(folder) as server:
        yield None if server is None else Postgresql(server)
