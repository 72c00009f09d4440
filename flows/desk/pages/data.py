"""The analysts' pages: data dictionary, read-only SQL, downloads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from flows.desk.pages import charts
from flows.desk.pages.rendering import not_found, render, texts_for
from flows.desk.signing_in.sessions import requires
from storage.analysts.console import LIMIT_ROWS, LIMIT_SECONDS, Answer, query, rows_of
from storage.analysts.exports.cells import csv_cell
from storage.analysts.gallery import GALLERY, Query, query_named
from storage.analysts.views import VIEWS, AnalystView
from storage.database.engine import Database
from storage.database.errors import QueryRefused, UnknownItem

VIEW_NAMES = tuple(view.name for view in VIEWS)
PROFILE_SECONDS = 5.0  # for the null shares of one view
DOWNLOAD_SECONDS = 60.0
GALLERY_SECONDS = 20.0
READER = requires("viewer", open_without_accounts=True)
FIRST_QUERY = (
    "SELECT site, action, count(*) AS comments\n  FROM judged_comments\n GROUP BY site, action\n ORDER BY 1, 2"
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column as the data have it. `null_share` is 0 to 1; None: not measured in time."""

    name: str
    description: str
    null_share: float | None


def database(request: Request) -> Database:
    db: Database = request.state.desk.db
    return db


@READER
async def overview(request: Request) -> Response:
    def sizes() -> dict[str, int | None]:
        return {view.name: size_of(database(request), view) for view in VIEWS}

    return render(request, "data.html", {"views": VIEWS, "sizes": await run_in_threadpool(sizes)})


def size_of(db: Database, view: AnalystView) -> int | None:
    """Rows of a view; None if counting them takes too long."""
    try:
        answer = query(db, f"SELECT count(*) FROM {view.name}", VIEW_NAMES)  # noqa: S608 - a name of ours
    except QueryRefused:
        return None
    return int(answer.rows[0][0])


@READER
async def dictionary_page(request: Request) -> Response:
    view = next((one for one in VIEWS if one.name == request.path_params["view"]), None)
    if view is None:
        return await not_found(request, Exception())
    profiles = await run_in_threadpool(profile, database(request), view)
    sample = f"SELECT *\n  FROM {view.name}\n LIMIT 20"  # noqa: S608 - a name of ours
    return render(request, "view.html", {"view": view, "profiles": profiles, "sample": sql_link(sample)})


def profile(db: Database, view: AnalystView) -> list[ColumnProfile]:
    """Every column of the view with the share of rows in which it is null."""
    nulls = ", ".join(f"sum(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)" for column in view.columns)
    try:
        row = query(
            db,
            f"SELECT count(*), {nulls} FROM {view.name}",  # noqa: S608 - names of ours
            VIEW_NAMES,
            seconds=PROFILE_SECONDS,
        ).rows[0]
    except QueryRefused:
        row = (0,) * (len(view.columns) + 1)
    total, *missing = (value or 0 for value in row)
    return [
        ColumnProfile(name, words, number / total if total else None)
        for (name, words), number in zip(view.columns.items(), missing, strict=True)
    ]


def sql_link(sql: str) -> str:
    return "/data/sql?" + urlencode({"q": sql})


@READER
async def gallery(request: Request) -> Response:
    return render(request, "gallery.html", {"queries": GALLERY})


@READER
async def named_query(request: Request) -> Response:
    """One named question: its chart, the same figures as a table, and its SQL to go on from."""
    try:
        asked = query_named(request.path_params["name"])
    except UnknownItem:
        return await not_found(request, Exception())
    db = database(request)
    sql = asked.sql_for(db.dialect)
    t = texts_for(request)
    values: dict[str, object] = {"query": asked, "sql": sql, "link": sql_link(sql), "download": urlencode({"q": sql})}
    try:
        answer = await run_in_threadpool(query, db, sql, VIEW_NAMES, seconds=GALLERY_SECONDS)
    except QueryRefused as error:
        return render(request, "query.html", {**values, "answer": None, "chart": None, "fault": str(error)}, 503)
    chart = chart_of(asked, answer, t.gettext(asked.title))
    return render(request, "query.html", {**values, "answer": answer, "chart": chart, "fault": None})


def chart_of(asked: Query, answer: Answer, label: str) -> Markup | None:
    """The chart that fits the query; None for a table, or without rows."""
    if not answer.rows or asked.chart == "table":
        return None

    def column(name: str) -> list[Any]:
        at = answer.columns.index(name)
        return [row[at] for row in answer.rows]

    names = [str(value) if value not in (None, "") else "–" for value in column(asked.x)]
    if asked.chart == "range":
        low, high = (as_numbers(column(name)) for name in asked.y[:2])
        return charts.ranges(label, names, low, high)
    if asked.chart == "bar":
        return charts.bars(label, names, as_numbers(column(asked.y[0])))
    if asked.series is None:
        series = [charts.Series(name.replace("_", " "), tuple(as_numbers(column(name)))) for name in asked.y]
        return charts.chart_lines(label, names, series)
    return charts.chart_lines(label, *by_series(names, column(asked.series), as_numbers(column(asked.y[0]))))


def as_numbers(values: list[Any]) -> list[float | None]:
    return [float(value) if value is not None else None for value in values]


def by_series(names: list[str], groups: list[Any], values: list[float | None]) -> tuple[list[str], list[charts.Series]]:
    """Rows of (name, group, value) as one series a group over all names, the largest groups first."""
    table: dict[str, dict[str, float]] = {}
    for name, group, value in zip(names, groups, values, strict=True):
        table.setdefault(str(group or "–"), {})[name] = value or 0.0
    ordered = list(dict.fromkeys(names))
    largest = sorted(table, key=lambda group: -sum(table[group].values()))
    return ordered, [charts.Series(group, tuple(table[group].get(name, 0.0) for name in ordered)) for group in largest]


@READER
async def console(request: Request) -> Response:
    """The query is in the address: a link is a query."""
    sql = request.query_params.get("q", "").strip()
    answer: Answer | None = None
    fault = None
    if sql:
        try:
            answer = await run_in_threadpool(query, database(request), sql, VIEW_NAMES)
        except QueryRefused as error:
            fault = str(error)
    values = {
        "sql": sql or FIRST_QUERY,
        "answer": answer,
        "fault": fault,
        "limit_rows": LIMIT_ROWS,
        "limit_seconds": LIMIT_SECONDS,
        "download": urlencode({"q": sql}),
        "views": VIEWS,
    }
    return render(request, "sql.html", values, 200 if fault is None else 400)


@READER
async def download(request: Request) -> Response:
    """The complete answer as a file: all rows or an error, never a silently shorter file.

    It is computed before the first byte is sent, because a status cannot be taken back.
    """
    sql, kind = request.query_params.get("q", ""), request.path_params["kind"]
    if kind not in ("csv", "jsonl"):
        return await not_found(request, Exception())
    try:
        body = await run_in_threadpool(complete_download, database(request), sql, kind)
    except QueryRefused as error:
        words = texts_for(request).gettext("The download failed: %(why)s", why=str(error))
        return render(request, "message.html", {"heading": "400", "words": words}, 400)
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/x-ndjson"
    headers = {"Content-Disposition": f'attachment; filename="tamis-query.{kind}"', "Content-Length": str(len(body))}
    return StreamingResponse(pieces(body), media_type=media, headers=headers)


def complete_download(db: Database, sql: str, kind: str) -> bytes:
    with rows_of(db, sql, VIEW_NAMES, seconds=DOWNLOAD_SECONDS) as (columns, rows):
        if kind == "csv":
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(columns)
            writer.writerows([csv_cell(value) for value in row] for row in rows)
            return text.getvalue().encode()
        out = io.BytesIO()
        for row in rows:
            out.write(orjson.dumps(dict(zip(columns, row, strict=True)), default=str))
            out.write(b"\n")
        return out.getvalue()


def pieces(body: bytes, size: int = 1 << 16) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


routes: list[BaseRoute] = [
    Route("/data", overview),
    Route("/data/dictionary/{view}", dictionary_page),
    Route("/data/gallery", gallery),
    Route("/data/gallery/{name}", named_query),
    Route("/data/sql", console),
    Route("/data/sql.{kind}", download),
]
