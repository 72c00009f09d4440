"""Which rows an export holds: whole views, what changed since a watermark, or the state at a moment in the past."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.analysts.exports.past import as_it_was
from storage.analysts.judgement_views import VERDICT_REASONS
from storage.analysts.view import AnalystView
from storage.analysts.views import VIEWS, column_type
from storage.database.columns import Moment
from storage.database.errors import ExportRefused

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
CHANGED["comment_links"] = CHANGED["campaign_comments"] = CHANGED["comment_answers"] = CHANGED["clean_comments"]
CHANGED["editor_decisions"] = (
    "decision_id IN (SELECT id FROM decisions WHERE decided_at > :since"
    " UNION SELECT undoes FROM decisions WHERE decided_at > :since AND undoes IS NOT NULL)"
)
CHANGED["model_verdicts"] = "verdict_id IN (SELECT id FROM verdicts WHERE judged_at > :since)"
CHANGED["verdict_reasons"] = CHANGED["model_verdicts"]
CHANGED["page_fetches"] = "fetched_at > :since"
CHANGED["article_history"] = CHANGED["clean_articles"]
CHANGED["comment_history"] = "comment_id IN (SELECT id FROM comments WHERE changed_at > :since)"
ON_REQUEST = frozenset({VERDICT_REASONS.name})  # ten rows a comment: not in an export unless it is named

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
    types: tuple[str, ...]  # integer, number, boolean, date, datetime, list or string; in the order of the columns
    sql: str  # as a view, with `:since` or `:as_of`
    key: tuple[str, ...]
    past: bool = False  # the view's own SELECT, to be made of the tables as they were


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
    "editor_decisions": ("decision_id",),
    "model_verdicts": ("verdict_id",),
    "verdict_reasons": ("verdict_id", "position"),
    "editor_audits": ("audit_id",),
    "queue_daily": ("site", "day"),
    "article_history": ("article_id", "version"),
    "comment_history": ("comment_id", "version"),
    "comment_answers": ("comment_id",),
    "comment_links": ("comment_id", "position"),
    "spam_hosts": ("site", "host", "place"),
    "authors_on_sites": ("site", "author"),
    "campaign_comments": ("comment_id",),
    "tweets_on_articles": ("tweet_id", "article_id"),
    "page_fetches": ("fetch_id",),
    "quarantined_pages": ("case_id",),
}

REFERENCES = {  # a column, and the table whose key it is
    "article_id": "clean_articles",
    "comment_id": "judged_comments",
    "question_id": "judged_comments",
    "tweet_id": "clean_tweets",
    "campaign_id": "clean_campaigns",
    "verdict_id": "model_verdicts",
    "page_id": "site_pages",
    "undoes": "editor_decisions",
}
LOOSE = frozenset({("site_pages", "article_id"), ("page_fetches", "article_id")})  # it may be no article any more


def tables(since: datetime | None, as_of: datetime | None, only: Collection[str] | None = None) -> tuple[Table, ...]:
    """The tables of an export: all views but those on request, or those of `only`; with `since` changed rows only.

    Counts by day are always whole: a day's count replaces the one before. Raises ExportRefused for an unknown name.
    """
    known = {view.name: view for view in (*VIEWS, *([WITHDRAWN] if since is not None else []))}
    if unknown := set(only or ()) - known.keys():
        raise ExportRefused(f"no table {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = []
    for name, view in known.items():
        if name not in only if only is not None else name in ON_REQUEST:
            continue
        if as_of is not None or view is WITHDRAWN:
            sql = view.sql
        else:
            where = f" WHERE {CHANGED[name]}" if since is not None and name in CHANGED else ""
            sql = f"SELECT * FROM {name}{where}"  # noqa: S608 - names of ours
        chosen.append(
            Table(
                name=name,
                comment=view.comment,
                columns=view.columns,
                types=tuple(column_type(name, column) for column in view.columns),
                sql=sql,
                key=KEYS[name],
                past=as_of is not None,
            )
        )
    return tuple(chosen)


def references(chosen: Table, others: Collection[str]) -> tuple[tuple[str, str, str], ...]:
    """Columns of the table that hold the key of another one (or of itself): column, table, its column."""
    found = []
    for column, target in REFERENCES.items():
        key = KEYS[target][0]
        own = target == chosen.name and column == key
        if column in chosen.columns and target in others and not own and (chosen.name, column) not in LOOSE:
            found.append((column, target, key))
    return tuple(found)


def statement(connection: Connection, chosen: Table) -> str:
    """The table's SELECT in the database's words, as `text` takes it."""
    sql = chosen.sql
    if chosen.past:
        sqlite = connection.dialect.name == "sqlite"
        schema = "main" if sqlite else connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
        sql = as_it_was(sql, connection.dialect.name, schema)
    return re.sub(r":(?!(?:since|as_of)\b)", r"\:", sql)


def values_of(sql: str, since: datetime | None, as_of: datetime | None) -> dict[str, datetime | None]:
    given = (("since", since), ("as_of", as_of))
    return {name: value for name, value in given if re.search(rf"(?<!\\):{name}\b", sql)}


def rows(
    connection: Connection, chosen: Table, since: datetime | None, as_of: datetime | None
) -> Iterator[tuple[Any, ...]]:
    """The table's rows in no promised order, a few at a time: memory stays flat however many there are."""
    sql = statement(connection, chosen)
    values = values_of(sql, since, as_of)
    wanted = text(sql).bindparams(*(bindparam(name, type_=Moment()) for name in values))
    streaming = connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    result = streaming.execute(wanted, values)
    for part in result.partitions(ROWS_AT_ONCE):
        yield from map(tuple, part)


def row_count(connection: Connection, chosen: Table, since: datetime | None, as_of: datetime | None) -> int:
    """How many rows the table has, counted by the database itself."""
    sql = statement(connection, chosen)
    values = values_of(sql, since, as_of)
    wanted = text(f"SELECT count(*) FROM ({sql}) q").bindparams(  # noqa: S608 - names of ours
        *(bindparam(name, type_=Moment()) for name in values)
    )
    return int(connection.execute(wanted, values).scalar_one())
