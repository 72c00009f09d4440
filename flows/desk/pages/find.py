"""Finding any comment again: one form, a list, and the way to the comment on the review screen; decisions of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from flows.clock import utc_now
from flows.desk.pages.rendering import render, texts_for
from flows.desk.pages.script_words import reason_names
from flows.desk.signing_in.sessions import requires
from storage.desk.editors import all_editors
from storage.desk.finding import Decided, FoundComments, State, Wanted, decided_between, find_comments
from storage.desk.review_queue import LARGEST
from storage.upkeep.health import site_names

MOST_TEXT = 300  # characters of a query that are looked at
FIELDS = ("words", "author", "author_key", "article", "site", "state", "decided", "editor", "since", "until")


@requires("viewer")
async def find(request: Request) -> Response:
    """What was asked for stands in the address; a fault in it is a sentence beside the form."""
    db, editor, t = request.state.desk.db, request.state.session.editor, texts_for(request)
    given = {name: request.query_params.get(name, "").strip()[:MOST_TEXT] for name in FIELDS}
    asked = any(given.values())
    fault, found = None, FoundComments(items=(), next=None)
    try:
        wanted, before = wanted_of(given, editor.sites), number_of(request.query_params.get("before"))
    except ValueError:
        fault = t.gettext("A date is written 2026-03-01.")
    else:
        if asked:
            found = await run_in_threadpool(find_comments, db, wanted, before=before)
    sites = await run_in_threadpool(site_names, db)
    people = await run_in_threadpool(all_editors, db)
    values: dict[str, Any] = {
        "given": given,
        "asked": asked,
        "fault": fault,
        "found": found.items,
        "more": "/find?" + urlencode({name: value for name, value in given.items() if value} | {"before": found.next})
        if found.next
        else None,
        "sites": [site for site in sites if editor.sites is None or site in editor.sites],
        "people": sorted(one.name for one in people if one.role != "viewer"),
        "may_decide": editor.role != "viewer",
        "states": states(t),
    }
    return render(request, "find.html", values)


@requires("editor")
async def decided(request: Request) -> Response:
    """Your decisions of a day (today), the newest first, each with the way back to its comment."""
    db, editor, t = request.state.desk.db, request.state.session.editor, texts_for(request)
    try:
        day = date.fromisoformat(request.query_params["day"]) if "day" in request.query_params else utc_now().date()
    except ValueError:
        day = utc_now().date()
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    made = await run_in_threadpool(decided_between, db, editor.name, begins, begins + timedelta(days=1), editor.sites)
    values = {"made": made, "day": day, "states": states(t), "reason_names": reason_names(t)}
    return render(request, "decided.html", values)


def states(t: Any) -> dict[str, str]:
    _ = t.gettext
    return {"publish": _("published"), "review": _("waiting"), "reject": _("rejected")}


def wanted_of(given: dict[str, str], sites: tuple[str, ...] | None) -> Wanted:
    """What the form asks for, within the sites that the account may see. Raises ValueError for a date that is none."""
    chosen = sites
    if given["site"]:
        chosen = (given["site"],) if sites is None or given["site"] in sites else ()
    state: State | None = next((one for one in get_args(State) if one == given["state"]), None)
    by: Decided | None = next((one for one in get_args(Decided) if one == given["decided"]), None)
    return Wanted(
        words=given["words"] or None,
        author=given["author"] or None,
        author_key=given["author_key"] or None,
        article=given["article"] or None,
        sites=chosen,
        state=state,
        decided=by,
        editor=given["editor"] or None,
        since=date.fromisoformat(given["since"]) if given["since"] else None,
        until=date.fromisoformat(given["until"]) if given["until"] else None,
    )


def number_of(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and int(text) <= LARGEST else None


routes: list[BaseRoute] = [Route("/find", find), Route("/decided", decided)]
