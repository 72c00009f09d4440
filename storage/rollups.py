"""Counts by day, kept ready so that a chart over years does not read every comment.

What changes a comment's standing marks its site and day as stale in the same transaction; the daily views count stale
days afresh and take the others from the kept counts, so they are right at any moment. `refresh` turns stale days into
kept counts again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.bulk import batched, insert_new_rows
from storage.engine import Database
from storage.tables import stale_days

DAYS_AT_ONCE = 200

COUNTED = """
    SELECT r.site_id, c.day, coalesce(r.language, '') AS language, r.action,
           (r.action = 'reject' OR r.labels LIKE '% spam %') AS is_spam,
           (r.labels LIKE '% off_language %') AS is_off_language, count(*) AS number
      FROM stale_days s
      JOIN comments c ON c.day = s.day
      JOIN reviews r ON r.comment_id = c.id AND r.site_id = s.site_id
     WHERE c.kind IN ('comment', 'post')
     GROUP BY 1, 2, 3, 4, 5, 6
"""
"""Readers' comments of the stale days. Notices of other sites (pingbacks) are nobody's opinion and are not counted."""


STALE = text(
    "INSERT INTO stale_days (site_id, day)"
    " SELECT DISTINCT r.site_id, c.day FROM reviews r JOIN comments c ON c.id = r.comment_id"
    " WHERE r.comment_id IN :numbers ON CONFLICT DO NOTHING"
).bindparams(bindparam("numbers", expanding=True))


def mark_stale_days(connection: Connection, days: Collection[tuple[int, Any]]) -> None:
    """Something has changed on these days; each is a site's number and a day as the driver takes it."""
    insert_new_rows(connection, stale_days, ("site_id", "day"), sorted(days))


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
    with db.write() as connection:
        refresh_authors(connection)
    return done


def refresh_span(connection: Connection, first: object, last: object) -> int:
    span = {"first": first, "last": last}
    if connection.dialect.name == "postgresql":  # no loader may mark a day that is being counted without it
        connection.execute(text("LOCK TABLE stale_days IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(
        text(
            "DELETE FROM comment_days WHERE day BETWEEN :first AND :last AND EXISTS (SELECT 1 FROM stale_days s"
            " WHERE s.site_id = comment_days.site_id AND s.day = comment_days.day)"
        ),
        span,
    )
    counted = COUNTED.replace("WHERE c.kind", "WHERE s.day BETWEEN :first AND :last AND c.kind")
    connection.execute(
        text(f"INSERT INTO comment_days (site_id, day, language, action, is_spam, is_off_language, number) {counted}"),
        span,
    )
    gone = connection.execute(text("DELETE FROM stale_days WHERE day BETWEEN :first AND :last"), span)
    return int(gone.rowcount)


def refresh_authors(connection: Connection) -> None:
    """Add the authors of comments that came since the last refresh."""
    last = connection.execute(text("SELECT value FROM settings WHERE name = 'authors_counted_to'")).scalar()
    newest = connection.execute(text("SELECT coalesce(max(id), 0) FROM comments")).scalar_one()
    span = {"last": int(last or 0), "newest": newest}
    connection.execute(
        text(
            "INSERT INTO site_authors (site_id, author_key, first_day, number)"
            " SELECT a.site_id, c.author_key, min(c.day), count(*) FROM comments c"
            " JOIN articles a ON a.id = c.article_id"
            " WHERE c.id > :last AND c.id <= :newest AND c.author_key IS NOT NULL AND c.kind IN ('comment', 'post')"
            " GROUP BY 1, 2"
            " ON CONFLICT (site_id, author_key) DO UPDATE SET number = site_authors.number + excluded.number,"
            " first_day = CASE WHEN excluded.first_day < site_authors.first_day"
            " THEN excluded.first_day ELSE site_authors.first_day END"
        ),
        span,
    )
    connection.execute(
        text(
            "INSERT INTO settings (name, value) VALUES ('authors_counted_to', :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"value": str(newest)},
    )
