"""The analysts' pages: data dictionary, read-only SQL, downloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from flows.desk.pages import charts
from flows.desk.pages.asking import fault_words, file_of, questions
from flows.desk.pages.rendering import not_found, render, texts_for
from flows.desk.signing_in.sessions import requires
from storage.analysts.console import Answer, Console
from storage.analysts.gallery import GALLERY, Query, query_named
from storage.analysts.sql.files import KINDS
from storage.analysts.sql.statement import parameters as parameters_of
from storage.analysts.view import AnalystView
from storage.analysts.views import VIEWS
from storage.database.errors import QueryRefused, UnknownItem

COUNT_SECONDS, COUNTS_SECONDS = 1.0, 6.0  # for the rows of one view, and of all of them
PROFILE_SECONDS = 5.0  # for the null shares of one view
GALLERY_SECONDS = 20.0
READER = requires("viewer", open_without_accounts=True, all_sites=True)
FIRST_QUERY = (
    "SELECT site, action, count(*) AS comments\n  FROM judged_comments\n GROUP BY site, action\n ORDER BY 1, 2"
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column as the data have it. `null_share` is 0 to 1; None: not measured in time."""

    name: str
    description: str
    null_share: float | None


def console_of(request: Request) -> Console:
    console: Console = request.state.desk.console
    return console


@READER
async def overview(request: Request) -> Response:
    console = console_of(request)
    counts = [f"SELECT count(*) FROM {view.name}" for view in VIEWS]  # noqa: S608 - names of ours
    try:
        answers = await questions.run(
            request, lambda stop: console.several(counts, seconds=COUNT_SECONDS, in_all=COUNTS_SECONDS)
        )
    except QueryRefused as error:
        return switched_off(request, error)
    sizes = {view.name: answer.rows[0][0] if answer else None for view, answer in zip(VIEWS, answers, strict=True)}
    return render(request, "data.html", {"views": VIEWS, "sizes": sizes})


def switched_off(request: Request, error: QueryRefused) -> Response:
    """The data pages cannot be had, and why."""
    t = texts_for(request)
    words = t.gettext("The data pages are off: %(why)s", why=fault_words(t, error))
    return render(request, "message.html", {"heading": t.gettext("Data"), "words": words}, 503)


@READER
async def dictionary_page(request: Request) -> Response:
    view = next((one for one in VIEWS if one.name == request.path_params["view"]), None)
    if view is None:
        return await not_found(request, Exception())
    console = console_of(request)
    nulls = ", ".join(f"sum(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)" for column in view.columns)
    sql = f"SELECT count(*), {nulls} FROM {view.name}"  # noqa: S608 - names of ours
    try:
        answer = await questions.run(request, lambda stop: console.query(sql, seconds=PROFILE_SECONDS, stop=stop))
        row: tuple[Any, ...] = answer.rows[0]
    except QueryRefused:
        row = (0,) * (len(view.columns) + 1)
    sample = f"SELECT *\n  FROM {view.name}\n LIMIT 20"  # noqa: S608 - a name of ours
    return render(request, "view.html", {"view": view, "profiles": profiles(view, row), "sample": sql_link(sample)})


def profiles(view: AnalystView, counts: tuple[Any, ...]) -> list[ColumnProfile]:
    """Every column of the view with the share of rows in which it is null."""
    total, *missing = (value or 0 for value in counts)
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
    console = console_of(request)
    sql = asked.sql_for(console.db.dialect)
    t = texts_for(request)
    values: dict[str, object] = {"query": asked, "sql": sql, "link": sql_link(sql), "download": urlencode({"q": sql})}
    try:
        answer = await questions.run(request, lambda stop: console.query(sql, seconds=GALLERY_SECONDS, stop=stop))
    except QueryRefused as error:
        return render(
            request, "query.html", {**values, "answer": None, "chart": None, "fault": fault_words(t, error)}, 503
        )
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
async def sql_page(request: Request) -> Response:
    """The query is in the address: a link is a query. Values of its parameters are there too, as p_NAME."""
    sql = request.query_params.get("q", "").strip()
    named = parameters_of(sql)
    given = values_given(request)
    console = console_of(request)
    answer: Answer | None = None
    fault = None
    if sql and all(name in given for name in named):
        try:
            answer = await questions.run(request, lambda stop: console.query(sql, given, stop=stop))
        except QueryRefused as error:
            fault = fault_words(texts_for(request), error)
    values = {
        "sql": sql or FIRST_QUERY,
        "answer": answer,
        "fault": fault,
        "asked": bool(sql),
        "named": [(name, given.get(name, "")) for name in named],
        "limits": console.limits,
        "download": urlencode({"q": sql, **{f"p_{name}": value for name, value in given.items()}}),
        "views": VIEWS,
    }
    return render(request, "sql.html", values, 200 if fault is None else 400)


def values_given(request: Request) -> dict[str, str]:
    """The values of the statement's parameters in the address."""
    return {name[2:]: value for name, value in request.query_params.items() if name.startswith("p_")}


@READER
async def download(request: Request) -> Response:
    """The complete answer as a file: all rows or an error, never a silently shorter file."""
    sql, kind = request.query_params.get("q", ""), request.path_params["kind"]
    if kind not in KINDS:
        return await not_found(request, Exception())
    try:
        return await file_of(request, console_of(request), sql, values_given(request), kind)
    except QueryRefused as error:
        t = texts_for(request)
        words = t.gettext("The download failed: %(why)s", why=fault_words(t, error))
        status = 429 if error.why in ("busy", "one_file") else 400
        return render(request, "message.html", {"heading": str(status), "words": words}, status)


routes: list[BaseRoute] = [
    Route("/data", overview),
    Route("/data/dictionary/{view}", dictionary_page),
    Route("/data/gallery", gallery),
    Route("/data/gallery/{name}", named_query),
    Route("/data/sql", sql_page),
    Route("/data/sql.{kind}", download),
]
