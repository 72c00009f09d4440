"""Counts by day, kept ready so that a chart over years does not read every comment.

What changes a comment's state marks its site and day as stale in the same transaction; the daily views count stale
days afresh and take the others from the kept counts, so they are right at any moment. `refresh` turns stale days into
kept counts again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, text

from storage.database.batches import batched
from storage.database.bulk import insert_new_rows, insert_rows
from storage.database.dialects import in_dialect
from storage.database.engine import Database
from storage.database.tables import metadata, stale_days

DAYS_AT_ONCE = 5  # a day of 200 comments takes about 10 ms: an editor hardly waits
ROWS_AT_ONCE = 5000

SUMS = {
    "comments": "count(*)",
    "published": "sum(CASE WHEN r.action = 'publish' THEN 1 ELSE 0 END)",
    "waiting": "sum(CASE WHEN r.action = 'review' THEN 1 ELSE 0 END)",
    "rejected": "sum(CASE WHEN r.action = 'reject' THEN 1 ELSE 0 END)",
    "spam": "sum(CASE WHEN r.action = 'reject' OR r.labels LIKE '% spam %' THEN 1 ELSE 0 END)",
    "off_language": "sum(CASE WHEN r.labels LIKE '% off_language %' THEN 1 ELSE 0 END)",
    "staff_answers": "sum(CASE WHEN q.id IS NOT NULL THEN 1 ELSE 0 END)",
    "staff_days": "sum(CASE WHEN q.id IS NOT NULL THEN CAST(DAYS_APART AS integer) ELSE 0 END)",
}
KEPT = {  # the tables of counts: their keys beside the site, and what they count
    "site_days": (("day",), tuple(SUMS)),
    "language_days": (("day", "language"), ("comments", "published", "off_language")),
}
KEYS = {"day": "c.day", "language": "coalesce(r.language, '')"}


def counted_days(table: str, dialect: str, where: str = "") -> str:
    """SQL that counts the readers' comments of stale days afresh, in the columns of that table of counts.

    Notices of other sites (pingbacks) are nobody's opinion and are not counted. CROSS JOIN keeps SQLite to this order:
    it would read every comment to find that no day is stale.
    """
    keys, sums = KEPT[table]
    columns = ["r.site_id", *(f"{KEYS[key]} AS {key}" for key in keys), *(f"{SUMS[name]} AS {name}" for name in sums)]
    apart = "julianday(c.day) - julianday(q.day)" if dialect == "sqlite" else "c.day - q.day"
    answered = "c.by_site = 1" if dialect == "sqlite" else "c.by_site"
    return f"""
    SELECT {", ".join(columns)}
      FROM stale_days s
     CROSS JOIN comments c
     CROSS JOIN reviews r
      LEFT JOIN comments q ON q.id = c.parent_id AND {answered}
     WHERE c.day = s.day AND r.comment_id = c.id AND r.site_id = s.site_id AND c.kind IN ('comment', 'post') {where}
     GROUP BY {", ".join(str(n) for n in range(1, len(keys) + 2))}
""".replace("DAYS_APART", apart)  # noqa: S608 - words of ours


FETCHED = """
    SELECT p.site_id, DAY_OF(f.fetched_at) AS day, count(*) AS answers,
           sum(CASE WHEN f.outcome = 'extracted' THEN 1 ELSE 0 END) AS extracted,
           sum(CASE WHEN f.outcome = 'quarantined' THEN 1 ELSE 0 END) AS quarantined,
           sum(CASE WHEN f.outcome = 'failed' THEN 1 ELSE 0 END) AS failed,
           coalesce(sum(f.comments), 0) AS comments, coalesce(sum(f.sections), 0) AS sections
      FROM fetches f JOIN pages p ON p.id = f.page_id
     WHERE f.id > coalesce((SELECT m.up_to FROM counted m WHERE m.name = 'fetches'), 0)
     GROUP BY p.site_id, DAY_OF(f.fetched_at)
"""

STALE = text(
    "INSERT INTO stale_days (site_id, day)"
    " SELECT DISTINCT r.site_id, c.day FROM reviews r JOIN comments c ON c.id = r.comment_id"
    " WHERE r.comment_id IN :numbers ON CONFLICT DO NOTHING"
).bindparams(bindparam("numbers", expanding=True))


MARK_SQLITE = (
    "INSERT INTO stale_days (site_id, day)"
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?) WHERE true"
    " ON CONFLICT DO NOTHING"
)


def mark_stale_days(connection: Connection, days: Collection[tuple[int, Any]]) -> None:
    """Something has changed on these days; each is a site's number and a day as the driver takes it."""
    if connection.dialect.name == "postgresql":
        insert_new_rows(connection, stale_days, ("site_id", "day"), sorted(days))
    elif days:  # most are marked already: one statement finds that out at less cost than one a row
        connection.exec_driver_sql(MARK_SQLITE, (orjson.dumps(sorted(days)).decode(),))


def mark_stale(connection: Connection, comment_ids: Sequence[int]) -> None:
    """Something has changed about these comments that the daily counts depend on."""
    for part in batched(comment_ids, 900):
        connection.execute(STALE, {"numbers": part})


def refresh(db: Database) -> int:
    """Bring the kept counts up to date, in short transactions; return how many stale days there were."""
    done = 0
    while True:
        with db.write() as connection:
            days = connection.execute(
                text("SELECT DISTINCT day FROM stale_days ORDER BY day LIMIT :limit"), {"limit": DAYS_AT_ONCE}
            ).scalars()
            span = list(days)
            if not span:
                break
            done += refresh_span(connection, span[0], span[-1])
    follow_decisions(db, "comments", count_authors)
    follow_decisions(db, "fetches", count_fetches)
    recount(db)
    return done


def follow_decisions(db: Database, table: str, count: Callable[[Connection, dict[str, int]], None]) -> None:
    """Count the rows of a table that came since the last time, a few thousand a transaction."""
    while True:
        with db.write() as connection:
            if db.dialect == "postgresql":  # loads under way first: smaller numbers than ours may still be committed
                connection.execute(text("LOCK TABLE pages IN EXCLUSIVE MODE"))
            known = connection.execute(text("SELECT up_to FROM counted WHERE name = :name"), {"name": table}).scalar()
            newest = int(connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one())  # noqa: S608 - names of ours
            first = int(known or 0)
            last = min(newest, first + ROWS_AT_ONCE)
            if last == first:
                return
            count(connection, {"first": first, "last": last})
            connection.execute(
                text(
                    "INSERT INTO counted (name, up_to) VALUES (:name, :last)"
                    " ON CONFLICT (name) DO UPDATE SET up_to = excluded.up_to"
                ),
                {"name": table, "last": last},
            )


def refresh_span(connection: Connection, first: object, last: object) -> int:
    span = {"first": first, "last": last}
    if connection.dialect.name == "postgresql":  # no loader may mark a day that is being counted without it
        connection.execute(text("LOCK TABLE stale_days IN SHARE ROW EXCLUSIVE MODE"))
    for table, (keys, sums) in KEPT.items():
        connection.execute(
            text(
                f"DELETE FROM {table} WHERE day BETWEEN :first AND :last AND EXISTS (SELECT 1 FROM stale_days s"  # noqa: S608 - names of ours
                f" WHERE s.site_id = {table}.site_id AND s.day = {table}.day)"
            ),
            span,
        )
        fresh = counted_days(table, connection.dialect.name, "AND s.day BETWEEN :first AND :last")
        connection.execute(
            text(f"INSERT INTO {table} (site_id, {', '.join((*keys, *sums))}) {fresh}"),
            span,
        )
    gone = connection.execute(text("DELETE FROM stale_days WHERE day BETWEEN :first AND :last"), span)
    return int(gone.rowcount)


def count_authors(connection: Connection, span: dict[str, int]) -> None:
    connection.execute(
        text(
            "INSERT INTO site_authors (site_id, author_key, first_day, number)"
            " SELECT a.site_id, c.author_key, min(c.day), count(*) FROM comments c"
            " JOIN articles a ON a.id = c.article_id"
            " WHERE c.id > :first AND c.id <= :last AND c.author_key IS NOT NULL AND c.kind IN ('comment', 'post')"
            " GROUP BY 1, 2"
            " ON CONFLICT (site_id, author_key) DO UPDATE SET number = site_authors.number + excluded.number,"
            " first_day = CASE WHEN excluded.first_day < site_authors.first_day"
            " THEN excluded.first_day ELSE site_authors.first_day END"
        ),
        span,
    )


def count_fetches(connection: Connection, span: dict[str, int]) -> None:
    names = ("answers", "extracted", "quarantined", "failed", "comments", "sections")
    fresh = in_dialect(FETCHED, connection.dialect.name).replace("GROUP BY", "AND f.id <= :last GROUP BY")
    connection.execute(
        text(
            f"INSERT INTO fetch_days (site_id, day, {', '.join(names)}) SELECT * FROM ({fresh}) f WHERE true"  # noqa: S608 - names of ours
            " ON CONFLICT (site_id, day) DO UPDATE SET "
            + ", ".join(f"{name} = fetch_days.{name} + excluded.{name}" for name in names)
        ),
        {"last": span["last"]},
    )


WHOLE = {  # small tables that are counted anew: read first, then written at once
    "author_days": (
        "site_id, day, new_authors, returned",
        "SELECT site_id, first_day, count(*), sum(CASE WHEN number > 1 THEN 1 ELSE 0 END)"
        " FROM site_authors GROUP BY site_id, first_day",
    ),
    "section_counts": (
        "site_id, section, articles",
        "SELECT a.site_id, p.canonical, count(DISTINCT p.article_id) FROM sections p"
        " JOIN articles a ON a.id = p.article_id WHERE p.canonical IS NOT NULL GROUP BY 1, 2",
    ),
    "salary_ranges": (
        "site_id, profession, currency, period, basis, lowest, highest, articles",
        "SELECT site_id, coalesce(profession, ''), coalesce(salary_currency, ''), coalesce(salary_period, ''),"
        " coalesce(salary_basis, ''), min(salary_min), max(salary_max), count(*)"
        " FROM articles WHERE salary_min IS NOT NULL GROUP BY 1, 2, 3, 4, 5",
    ),
    "host_counts": (
        "site_id, host, place, comments",
        "SELECT h.site_id, h.host, h.place, count(DISTINCT h.id) FROM ("
        "SELECT r.site_id, c.id, HOST_OF(TEXT_OF(e)) AS host, 'text' AS place"
        " FROM reviews r JOIN comments c ON c.id = r.comment_id CROSS JOIN EACH_OF(c.links, e)"
        " WHERE (r.action = 'reject' OR r.labels LIKE '% spam %') AND c.erased_at IS NULL"
        " UNION ALL SELECT r.site_id, c.id, HOST_OF(c.author_url), 'name'"
        " FROM reviews r JOIN comments c ON c.id = r.comment_id"
        " WHERE (r.action = 'reject' OR r.labels LIKE '% spam %') AND c.author_url IS NOT NULL"
        ") h WHERE h.host <> '' GROUP BY 1, 2, 3",
    ),
}


def recount(db: Database) -> None:
    """Count authors by day, sections and salaries anew, if a comment came or an article was looked at since."""
    with db.read() as connection:
        state = connection.execute(
            text(
                "SELECT max(changed_at),"
                " (SELECT up_to FROM counted WHERE name = 'comments'),"
                " (SELECT value FROM settings WHERE name = 'recounted_at') FROM articles"
            )
        ).one()
        now = f"{state[0]} {state[1]}"
        if state[2] == now:
            return
        queries = {table: in_dialect(query, db.dialect) for table, (_, query) in WHOLE.items()}
        found = {table: connection.execute(text(query.replace(":", r"\:"))).all() for table, query in queries.items()}
    with db.write() as connection:
        for table, rows in found.items():
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of ours
            names = tuple(WHOLE[table][0].split(", "))
            insert_rows(connection, metadata.tables[table], names, [tuple(row) for row in rows])
        remember_days(connection, "recounted_at", now)


def remember_days(connection: Connection, name: str, value: object) -> None:
    connection.execute(
        text(
            "INSERT INTO settings (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"name": name, "value": str(value)},
    )
