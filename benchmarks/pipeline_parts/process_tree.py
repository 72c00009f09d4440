"""The processes that a program has started: their end, and the memory that they hold together."""

from __future__ import annotations

import os
import threading
from pathlib import Path

EVERY = 0.5  # seconds between two looks


def parents() -> dict[int, int]:
    """Every process of the machine with its parent."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it ended while we looked
    return found


def descendants(root: int, without: frozenset[int]) -> set[int]:
    """The processes under one, without some of its children and what is under those."""
    above = parents()
    found: set[int] = set()
    grown = True
    while grown:
        new = {one for one, up in above.items() if (up == root or up in found) and one not in without} - found
        found |= new
        grown = bool(new)
    return found


def proportional_memory(process: int) -> int:
    """Bytes that a process holds, its share of what it holds with others; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def reap_orphans(without: frozenset[int]) -> None:
    """Waits for what a program left behind (we are its subreaper), so that its CPU counts as our children's."""
    while left := {one for one, up in parents().items() if up == os.getpid()} - without:
        for one in left:
            os.waitpid(one, 0)


class Memory:
    """The greatest memory that the processes under us held together for two looks; `peak` is in bytes."""

    def __init__(self, without: frozenset[int]) -> None:
        self.peak = 0
        self._without = without
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch)

    def __enter__(self) -> Memory:
        self._watcher.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._watcher.join()

    def _watch(self) -> None:
        before = 0
        while not self._over.wait(EVERY):
            now = sum(map(proportional_memory, descendants(os.getpid(), self._without)))
            self.peak = max(self.peak, min(before, now))  # a fork between two readings of one look counts twice
            before = now
