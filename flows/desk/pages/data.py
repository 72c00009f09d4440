"""The analysts' pages: data dictionary, read-only SQL, downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from flows.clock import utc_now
from flows.desk.pages.asking import fault_words, file_of, questions
from flows.desk.pages.drawing import OWN_CHARTS, cell, charts_of, choice_of, numeric_columns, own_chart
from flows.desk.pages.rendering import not_found, render, texts_for
from flows.desk.signing_in.sessions import requires
from storage.analysts.console import Answer, Console
from storage.analysts.gallery import GALLERY, query_named
from storage.analysts.saved_questions import LONGEST_TITLE, all_questions, forget_question, save_question, title_of
from storage.analysts.sql.files import KINDS
from storage.analysts.sql.statement import MAX_CHARACTERS
from storage.analysts.sql.statement import parameters as parameters_of
from storage.analysts.view import AnalystView
from storage.analysts.views import VIEWS
from storage.database.errors import QueryRefused, UnknownItem

COUNT_SECONDS, COUNTS_SECONDS = 1.0, 6.0  # for the rows of one view, and of all of them
PROFILE_SECONDS = 5.0  # for the null shares of one view
GALLERY_SECONDS = 20.0
READER = requires("viewer", open_without_accounts=True, all_sites=True)
WRITER = requires("viewer", all_sites=True)
LONGEST_NAME = 200  # of a column that a chart is drawn from
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


def sql_link(sql: str, chart: str | None = None) -> str:
    """The address of the query; `chart` is how it is drawn, as `chart_in` gives it."""
    return "/data/sql?" + urlencode({"q": sql}) + (f"&{chart}" if chart else "")


CHART = ("chart", "x", "y", "by")


def chart_in(given: Mapping[str, Any]) -> str | None:
    """The choice of a chart among the values of a form, as part of an address; None: no chart."""
    chosen = {name: str(given[name])[:LONGEST_NAME] for name in CHART if given.get(name)}
    return urlencode(chosen) if chosen.get("chart") in OWN_CHARTS else None


@READER
async def gallery(request: Request) -> Response:
    saved = await run_in_threadpool(all_questions, request.state.desk.db)
    session = getattr(request.state, "session", None)
    values = {
        "queries": GALLERY,
        "saved": [(one, sql_link(one.sql, one.chart)) for one in saved],
        "mine": session.editor.name if session else None,
        "may_forget_all": session is not None and session.editor.role == "admin",
    }
    return render(request, "gallery.html", values)


@WRITER
async def save(request: Request) -> Response:
    """Give the question a title under which everybody with the data pages finds it."""
    form = await request.form()
    sql, title = str(form.get("q", "")).strip(), " ".join(str(form.get("title", "")).split())
    if not sql or not 1 <= len(title) <= LONGEST_TITLE or len(sql) > MAX_CHARACTERS:
        t = texts_for(request)
        words = t.gettext("A question needs SQL and a title of at most %(n)s characters.", n=LONGEST_TITLE)
        return render(request, "message.html", {"heading": t.gettext("Not saved"), "words": words}, 422)
    editor = request.state.session.editor
    chart = chart_in(form)
    await run_in_threadpool(save_question, request.state.desk.db, editor.id, title, sql, utc_now(), chart)
    return RedirectResponse(sql_link(sql, chart), status_code=303)


@WRITER
async def forget(request: Request) -> Response:
    """Take a saved question away: one's own, an administrator anybody's."""
    editor = request.state.session.editor
    whose = None if editor.role == "admin" else editor.id
    number = request.path_params["number"]
    if not await run_in_threadpool(forget_question, request.state.desk.db, number, whose):
        return await not_found(request, Exception())
    return RedirectResponse("/data/gallery#saved", status_code=303)


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
            request, "query.html", {**values, "answer": None, "charts": [], "fault": fault_words(t, error)}, 503
        )
    charts = charts_of(t, asked, answer)
    shares = asked.y if asked.unit == "share" else ()
    known: dict[str, object] = {
        "answer": answer,
        "charts": charts,
        "fault": None,
        "cell": lambda column, value: cell(t, column, value, shares),
        "cut_by_query": asked.most is not None and len(answer.rows) >= asked.most,
    }
    return render(request, "query.html", {**values, **known})


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
            if status_of(error) == 429:  # the editor with all views would cost more than the question
                t = texts_for(request)
                why = t.gettext("The query was not answered: %(why)s", why=fault_words(t, error))
                return refusal(request, error, why)
            fault = fault_words(texts_for(request), error)
    given_chart = {name: request.query_params.get(name, "") for name in CHART}
    choice = choice_of(given_chart, answer) if answer else None
    title = await run_in_threadpool(title_of, request.state.desk.db, sql) if sql else None
    t = texts_for(request)
    values = {
        "title": title,
        "chart": own_chart(t, choice, answer) if answer and choice else None,
        "choice": choice,
        "given_chart": given_chart,
        "numeric": numeric_columns(answer) if answer else [],
        "may_save": getattr(request.state, "session", None) is not None,
        "longest_title": LONGEST_TITLE,
        "cell": lambda column, value: value,
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


def refusal(request: Request, error: QueryRefused, words: str) -> Response:
    """A short page with these words, and when to come back where it was too much at a time."""
    status = status_of(error)
    response = render(request, "message.html", {"heading": str(status), "words": words}, status)
    if status == 429:
        response.headers["Retry-After"] = "5"
    return response


def status_of(error: QueryRefused) -> int:
    """Too many questions are the reader's to ask again; everything else is the statement's fault."""
    return 429 if error.why in ("busy", "one_file") else 400


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
        why = t.gettext("The download failed: %(why)s", why=fault_words(t, error))
        return refusal(request, error, why)


routes: list[BaseRoute] = [
    Route("/data", overview),
    Route("/data/dictionary/{view}", dictionary_page),
    Route("/data/gallery", gallery),
    Route("/data/gallery/{name}", named_query),
    Route("/data/questions", save, methods=["POST"]),
    Route("/data/questions/{number:int}/forget", forget, methods=["POST"]),
    Route("/data/sql", sql_page),
    Route("/data/sql.{kind}", download),
]
