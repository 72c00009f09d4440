"""What SQLite lacks and analysts need: median, percentile, regexp, unaccent, date_trunc."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

FUNCTIONS = ("median", "percentile", "regexp", "unaccent", "date_trunc")


class Percentile:
    """percentile(x, 90): the value below which so many percent lie, between two values by proportion; no nulls."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.share = 0.5

    def step(self, value: Any, percent: float = 50.0) -> None:
        self.share = min(max(float(percent) / 100, 0.0), 1.0)
        if isinstance(value, int | float):
            self.values.append(float(value))

    def finalize(self) -> float | None:
        if not self.values:
            return None
        ordered = sorted(self.values)
        place = self.share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@lru_cache(maxsize=64)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def regexp(pattern: str | None, text: Any) -> bool | None:
    """`text REGEXP pattern`, in Python's words; upper and lower case are the same."""
    if pattern is None or text is None:
        return None
    return _pattern(pattern).search(str(text)) is not None


def unaccent(text: Any) -> Any:
    """Lower case without accents: prêt, PRÊT and pret are the same."""
    if not isinstance(text, str):
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).lower()


def date_trunc(unit: Any, moment: Any) -> str | None:
    """The first day of the week (Monday), month, quarter or year of a day or a moment, as PostgreSQL has it."""
    if not isinstance(moment, str):
        return None
    day = date.fromisoformat(moment[:10])
    match unit:
        case "day":
            first = day
        case "week":
            first = day - timedelta(days=day.weekday())
        case "month":
            first = day.replace(day=1)
        case "quarter":
            first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            first = day.replace(month=1, day=1)
        case _:
            raise ValueError(f"no unit {unit!r}")
    return first.isoformat()


def add_functions(connection: sqlite3.Connection) -> None:
    connection.create_aggregate("median", 1, Percentile)  # type: ignore[arg-type]
    connection.create_aggregate("percentile", 2, Percentile)  # type: ignore[arg-type]
    connection.create_function("regexp", 2, regexp, deterministic=True)
    connection.create_function("unaccent", 1, unaccent, deterministic=True)
    connection.create_function("date_trunc", 2, date_trunc, deterministic=True)
