"""Who writes next to a SQLite file: the processes take turns instead of racing.

SQLite lets waiting writers poll, at growing intervals; whoever has just written and wants to go on nearly always wins,
and an editor beside a crawler waits for seconds. Here every writer first queues at a gate, and whoever is through the
gate is the only one to wait for the current writer: a crawler that wants to go on stands behind him. The locks are the
operating system's, so those of a killed process are free at once. SQLite's own locks still guard the file.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storage.database.errors import DatabaseUnreachable

if sys.platform != "win32":  # there, threads of one process take turns, and processes poll as SQLite does
    from storage.file_locks import NoLocks, lock, unlock


class WriteTurns:
    """The turns of one database; for any number of threads. `path` None: writers need no turns."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._gate = threading.Lock()
        self._turn = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and keep it until the end of the block."""
        if self.path is None:
            yield
            return
        self._gate.acquire()
        try:
            self._turn.acquire()
        finally:
            self._gate.release()
        try:
            with self._among_processes():
                yield
        finally:
            self._turn.release()

    @contextmanager
    def _among_processes(self) -> Iterator[None]:
        if sys.platform == "win32":
            yield
            return
        with self._file("gate") as gate, self._file("turn") as turn:
            try:
                lock(gate, wait=True)
                lock(turn, wait=True)
                unlock(gate)
            except NoLocks as error:
                raise DatabaseUnreachable(
                    f"{self.path} lies on a file system without locks, where no SQLite file is safe; "
                    "move it to a disk of this machine, or use PostgreSQL"
                ) from error
            yield

    def _file(self, name: str) -> IO[bytes]:
        assert self.path is not None
        return self.path.with_name(f"{self.path.name}-{name}").open("ab")
