# ruff: noqa: S608 - names of ours
"""The few words in which our SQL differs between the databases."""

from __future__ import annotations

import re

# Of an address: what stands between :// and the next / ? or #, without the name before @, the port and www.
SQLITE_AUTHORITY = r"replace(replace(lower(substr(\1, instr(\1, '://') + 3)) || '/', '?', '/'), '#', '/')"
SQLITE_HOST = (
    r"(SELECT substr(replace('//' || substr(y.it, 1, instr(y.it || ':', ':') - 1), '//www.', '//'), 3)"
    r" FROM (SELECT substr(x.it, instr(x.it, '@') + 1) AS it"
    rf" FROM (SELECT substr(z.it, 1, instr(z.it, '/') - 1) AS it FROM (SELECT {SQLITE_AUTHORITY} AS it) z) x) y"
    r" WHERE instr(\1, '://') > 0)"
)
POSTGRESQL_HOST = r"substring(lower(\1) from '^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)')"

# A stated time of day stands in the text of an ISO date; the day of a comment is a valid one, whatever the page says.
TIMED = "____-__-__T__:__%"
SQLITE_HOURS = (
    rf"CASE WHEN \1.date LIKE '{TIMED}' AND \2.date LIKE '{TIMED}'"
    r" THEN (julianday(\2.day) - julianday(\1.day)) * 24"
    r" + CAST(substr(\2.date, 12, 2) AS integer) - CAST(substr(\1.date, 12, 2) AS integer)"
    r" + (CAST(substr(\2.date, 15, 2) AS integer) - CAST(substr(\1.date, 15, 2) AS integer)) / 60.0 END"
)
CLOCK = r"^\d{4}-\d\d-\d\dT\d\d:\d\d"
POSTGRESQL_HOURS = (
    rf"CASE WHEN \1.date ~ '{CLOCK}' AND \2.date ~ '{CLOCK}'".replace("\\d", "[0-9]")
    + r" THEN CAST((\2.day - \1.day) * 24"
    r" + CAST(substr(\2.date, 12, 2) AS integer) - CAST(substr(\1.date, 12, 2) AS integer)"
    r" + (CAST(substr(\2.date, 15, 2) AS integer) - CAST(substr(\1.date, 15, 2) AS integer)) / 60.0"
    r" AS double precision) END"
)


def in_dialect(sql: str, dialect: str) -> str:
    """A view's or a query's SQL with its few words of ours put into the database's own.

    DAY_OF(moment): its calendar day, UTC. WEEK_OF(day): the Monday of its week. MONTH_OF(day): the first of its month.
    SECONDS_APART(a, b), DAYS_APART(a, b): from moment or day a to b. HOURS_APART(q, c): between two rows of `comments`.
    EACH_OF(json, e), PLACE_OF(e), TEXT_OF(e): the items of a JSON list as rows `e`, an item's place from 1, an item
    that is a text. FIELD_OF(json, name): a field as text (SQLite takes ->> and json_extract for unsafe in a view).
    SPACED(json): a JSON list of words, each between spaces. HOST_OF(url): its host. NO_MOMENT: null.
    """
    for pattern, words in OURS[dialect]:
        sql = re.sub(pattern, words, sql)
    return sql


ONE, TWO = r"\(([\w.]+)\)", r"\(([\w.]+), ([\w.]+)\)"
VALUE = r"\(((?:[\w.]+|\([^()]*\)|[^()])+)\)"
SPACES = """CASE WHEN {0} = '[]' THEN '' ELSE replace(replace(replace({0}, '["', ' '), '"]', ' '), '{1}', ' ') END"""
OURS = {
    "sqlite": (
        (rf"DAY_OF{ONE}", r"substr(\1, 1, 10)"),
        (rf"WEEK_OF{ONE}", r"date(\1, 'weekday 0', '-6 days')"),
        (rf"MONTH_OF{ONE}", r"substr(\1, 1, 7) || '-01'"),
        (rf"SECONDS_APART{TWO}", r"CAST(round((julianday(\2) - julianday(\1)) * 86400) AS integer)"),
        (rf"DAYS_APART{TWO}", r"CAST(julianday(\2) - julianday(\1) AS integer)"),
        (rf"HOURS_APART{TWO}", SQLITE_HOURS),
        (rf"EACH_OF{TWO}", r"json_each(\1) \2"),
        (rf"PLACE_OF{ONE}", r"\1.key + 1"),
        (rf"TEXT_OF{ONE}", r"\1.value"),
        (rf"FIELD_OF{TWO}", r"(SELECT f.value FROM json_each(\1) f WHERE f.key = '\2')"),
        (rf"SPACED{ONE}", SPACES.format(r"\1", r'","')),
        (rf"HOST_OF{VALUE}", SQLITE_HOST),
        (r"\bNO_MOMENT\b", "NULL"),
    ),
    "postgresql": (
        (rf"DAY_OF{ONE}", r"CAST(\1 AT TIME ZONE 'UTC' AS date)"),
        (rf"WEEK_OF{ONE}", r"CAST(date_trunc('week', \1) AS date)"),
        (rf"MONTH_OF{ONE}", r"CAST(date_trunc('month', \1) AS date)"),
        (rf"SECONDS_APART{TWO}", r"CAST(round(extract(epoch FROM \2 - \1)) AS bigint)"),
        (rf"DAYS_APART{TWO}", r"(\2 - \1)"),
        (rf"HOURS_APART{TWO}", POSTGRESQL_HOURS),
        (rf"EACH_OF{TWO}", r"LATERAL jsonb_array_elements(\1) WITH ORDINALITY AS \2(value, key)"),
        (rf"PLACE_OF{ONE}", r"\1.key"),
        (rf"TEXT_OF{ONE}", r"\1.value #>> '{}'"),
        (rf"FIELD_OF{TWO}", r"\1 ->> '\2'"),
        (rf"SPACED{ONE}", SPACES.format(r"CAST(\1 AS text)", r'", "')),
        (rf"HOST_OF{VALUE}", POSTGRESQL_HOST),
        (r"\bNO_MOMENT\b", "CAST(NULL AS timestamptz)"),
    ),
}
