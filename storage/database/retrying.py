"""Transactions that PostgreSQL ends because two workers got in each other's way: they are simply done again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

Done = TypeVar("Done")

RETRIES = 5
COLLISIONS = ("40001", "40P01", "23505")  # not serialisable, deadlock, and somebody else made the same row first


def again_on_collision(attempt: Callable[[], Done]) -> Done:
    """What a transaction returns; it is run again if another worker's made PostgreSQL choose it as the victim."""
    for pause in range(RETRIES - 1):
        try:
            return attempt()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in COLLISIONS:
                raise
            time.sleep(0.05 * 2**pause)
    return attempt()
