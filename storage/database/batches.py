"""Cutting what is long into parts: statements have a limit of values, transactions are short, memory is bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Batched = TypeVar("Batched")


def batched(items: Iterable[Batched], size: int) -> Iterator[list[Batched]]:
    """The items in lists of at most `size`, read no further than the list that is asked for."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
