"""The few words in which our SQL differs between the databases."""

from __future__ import annotations

import re


def in_dialect(sql: str, dialect: str) -> str:
    """A view's or a query's SQL with its few words of ours put into the database's own.

    DAY_OF(moment): its calendar day, UTC. WEEK_OF(day): the Monday of its week. MONTH_OF(day): the first of its month.
    """
    for pattern, words in OURS[dialect]:
        sql = re.sub(pattern, words, sql)
    return sql


OURS = {
    "sqlite": (
        (r"DAY_OF\(([\w.]+)\)", r"substr(\1, 1, 10)"),
        (r"WEEK_OF\(([\w.]+)\)", r"date(\1, 'weekday 0', '-6 days')"),
        (r"MONTH_OF\(([\w.]+)\)", r"substr(\1, 1, 7) || '-01'"),
    ),
    "postgresql": (
        (r"DAY_OF\(([\w.]+)\)", r"CAST(\1 AS date)"),
        (r"WEEK_OF\(([\w.]+)\)", r"CAST(date_trunc('week', \1) AS date)"),
        (r"MONTH_OF\(([\w.]+)\)", r"CAST(date_trunc('month', \1) AS date)"),
    ),
}
