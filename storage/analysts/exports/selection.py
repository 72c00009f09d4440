"""Which rows an export holds: whole views, what changed since a watermark, or the state at a moment in the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.analysts.exports.past import PAST
from storage.analysts.views import VIEWS, AnalystView, column_type
from storage.database.columns import Moment

ROWS_AT_ONCE = 2000

CHANGED = {  # rows of the view that were written since :since, found by the tables underneath
    "clean_articles": "article_id IN (SELECT id FROM articles WHERE changed_at > :since)",
    "clean_sections": "article_id IN (SELECT id FROM articles WHERE changed_at > :since)",
    "clean_comments": "comment_id IN (SELECT id FROM comments WHERE changed_at > :since"
    " UNION SELECT comment_id FROM reviews WHERE changed_at > :since)",
    "clean_tweets": "tweet_id IN (SELECT id FROM tweets WHERE changed_at > :since"
    " UNION SELECT tweet_id FROM tweet_sightings WHERE seen_at > :since)",
    "clean_hashtags": "tweet_id IN (SELECT id FROM tweets WHERE changed_at > :since)",
}
CHANGED["judged_comments"] = CHANGED["clean_comments"]

WITHDRAWN = AnalystView(
    name="withdrawn_comments",
    comment="Comments that changed since the watermark and are not in clean_comments: take them out of your copy.",
    columns={"comment_id": "Number of the comment."},
    sql="""
SELECT comment_id FROM reviews
 WHERE comment_id IN (SELECT id FROM comments WHERE changed_at > :since
                       UNION SELECT comment_id FROM reviews WHERE changed_at > :since)
   AND comment_id NOT IN (SELECT comment_id FROM clean_comments)
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of an export: its name, its columns with type and description, and how its rows are selected."""

    name: str
    comment: str
    columns: dict[str, str]  # name -> description
    types: tuple[str, ...]  # integer, number, boolean, date, datetime or string; in the order of the columns
    sql: str
    key: tuple[str, ...]


KEYS = {
    "clean_articles": ("article_id",),
    "clean_sections": ("article_id", "position"),
    "clean_comments": ("comment_id",),
    "judged_comments": ("comment_id",),
    "withdrawn_comments": ("comment_id",),
    "clean_tweets": ("tweet_id",),
    "clean_hashtags": ("tweet_id", "position"),
    "site_daily": ("site", "day"),
    "spam_daily": ("site", "day"),
    "language_daily": ("site", "day", "language"),
    "clean_campaigns": ("campaign_id",),
    "authors_daily": ("site", "day"),
    "changes_daily": ("site", "day"),
    "fetch_daily": ("site", "day"),
    "sections_coverage": ("site", "section"),
    "site_pages": ("page_id",),
    "salary_ranges_by_profession": ("site", "profession", "salary_currency", "salary_period"),
}


def tables(since: datetime | None, as_of: datetime | None) -> tuple[Table, ...]:
    """The tables of an export: all views; with `as_of` those that have a past; with `since` changed rows only.

    Counts by day are always whole: a day's count replaces the one before.
    """
    if as_of is not None:
        return tuple(table(view, view.sql) for view in PAST)
    chosen = []
    for view in VIEWS:
        only = f" WHERE {CHANGED[view.name]}" if since is not None and view.name in CHANGED else ""
        chosen.append(table(view, f"SELECT * FROM {view.name}{only}"))  # noqa: S608 - names of ours
    if since is not None:
        chosen.append(table(WITHDRAWN, WITHDRAWN.sql))
    return tuple(chosen)


def table(view: AnalystView, sql: str) -> Table:
    return Table(
        name=view.name,
        comment=view.comment,
        columns=view.columns,
        types=tuple(column_type(view.name, name) for name in view.columns),
        sql=sql,
        key=KEYS[view.name],
    )


def rows(
    connection: Connection, chosen: Table, since: datetime | None, as_of: datetime | None
) -> Iterator[tuple[Any, ...]]:
    """The table's rows in no promised order, a few at a time: memory stays flat however many there are."""
    values = {name: value for name, value in (("since", since), ("as_of", as_of)) if f":{name}" in chosen.sql}
    statement = text(chosen.sql).bindparams(*(bindparam(name, type_=Moment()) for name in values))
    streaming = connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    result = streaming.execute(statement, values)
    for part in result.partitions(ROWS_AT_ONCE):
        yield from map(tuple, part)


def row_count(connection: Connection, chosen: Table, since: datetime | None, as_of: datetime | None) -> int:
    """How many rows the table has, counted by the database itself."""
    values = {name: value for name, value in (("since", since), ("as_of", as_of)) if f":{name}" in chosen.sql}
    statement = text(f"SELECT count(*) FROM ({chosen.sql}) q").bindparams(  # noqa: S608
        *(bindparam(name, type_=Moment()) for name in values)
    )
    return int(connection.execute(statement, values).scalar_one())
