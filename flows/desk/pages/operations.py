"""What operators look at: sites with their yields, runs, pages set aside, manners towards hosts, and the schedule.

Accounts that are limited to some sites see those. Reading a page again is for administrators: it changes what holds.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from extractors.charset import decode
from flows.archive import archive_of
from flows.clock import utc_now
from flows.commands.health import BAD, Group, SiteState, as_it_is, grouped, in_words, states_in
from flows.commands.pages import read_again
from flows.desk.pages import charts
from flows.desk.pages.find import number_of
from flows.desk.pages.i18n import Texts
from flows.desk.pages.rendering import not_found, render, texts_for
from flows.desk.signing_in.sessions import requires
from flows.fetching.errors import printable
from flows.runs.lateness import fires
from flows.runs.replay import Replayed
from flows.settings import Settings, SiteSettings
from storage.crawl.archive import ArchiveRef
from storage.crawl.outcomes import HELD
from storage.crawl.quarantine import Case, open_case_numbered, open_cases
from storage.crawl.runs import Run, recent_runs
from storage.crawl.warc import ArchivedResponse
from storage.database.errors import ArchiveError, RecordMissing, StorageError, UnknownItem
from storage.desk.editors import note_event
from storage.upkeep.health import SetAside
from storage.upkeep.operations import HostManners, RunYield, host_manners, run_yields

MANNERS_DAYS = 7
NEXT_RUNS = 3
SHOWN_RUNS = 15
PAGE = 50  # cases on one page
READER = requires("viewer", open_without_accounts=True)
FRAMED = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SANDBOXED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""For an archived page, which is hostile: no script, no form, no request to anybody; its own inline styles only."""
LINK = re.compile(r"<link(?![a-z-])", re.IGNORECASE)
_replaying = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    """One site on the screen. `yields`: name, newest value in words, small chart."""

    state: SiteState
    verdict: str
    tone: str  # good, warn or bad
    yields: tuple[tuple[str, str, Markup], ...]
    aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One site's line in the schedule; no times without a cron line."""

    site: str
    cron: str | None
    timezone: str
    times: tuple[datetime, ...]


def visible(request: Request) -> list[SiteSettings]:
    """The sites of the settings that the reader may see."""
    settings, session = request.state.desk.settings, getattr(request.state, "session", None)
    only = session.editor.sites if session else None
    return [site for site in settings.sites if only is None or site.name in only] if settings else []


@READER
async def overview(request: Request) -> Response:
    return render(request, "operations.html", await run_in_threadpool(overlooked, request))


def overlooked(request: Request) -> dict[str, Any]:
    """All that the first screen shows, the worst site first."""
    t, desk, now = texts_for(request), request.state.desk, utc_now()
    chosen = visible(request)
    states = states_in(desk.settings, desk.db, chosen, now) if chosen else []
    groups: list[Group] = grouped(states)
    manners: tuple[HostManners, ...] = ()
    runs: list[Run] = []
    if chosen:
        names = [site.name for site in chosen]
        manners = host_manners(desk.db, now - timedelta(days=MANNERS_DAYS), names)
        runs = [as_it_is(run) for run in recent_runs(desk.db, only=names, limit=SHOWN_RUNS)]
    return {
        "cards": [card(t, state, run_yields(desk.db, state.site)) for state in states],
        "groups": groups,
        "bad": any(group.trouble.gravity == BAD for group in groups),
        "plan": [
            Planned(site=site.name, cron=site.cron, timezone=site.timezone, times=fires(site, now, NEXT_RUNS))
            for site in chosen
        ],
        "manners": manners,
        "days": MANNERS_DAYS,
        "runs": told(t, runs),
    }


def card(t: Texts, state: SiteState, yields: tuple[RunYield, ...]) -> SiteCard:
    verdict, tone = verdict_of(t, state.verdict)
    return SiteCard(
        state=state,
        verdict=verdict,
        tone=tone,
        yields=sparklines(t, yields),
        aside=state.status.set_aside if state.status else (),
    )


def verdict_of(t: Texts, verdict: str) -> tuple[str, str]:
    """How a site's nights go, in the reader's language, and how much that matters."""
    _ = t.gettext
    return {
        "well": (_("well"), "good"),
        "running": (_("running"), "good"),
        "never ran": (_("never ran"), "warn"),
        "held back": (_("held back"), "warn"),
        "degraded": (_("incomplete"), "warn"),
        "died": (_("died"), "bad"),
        "failed": (_("failed"), "bad"),
    }.get(verdict, (verdict, "warn"))


def sparklines(t: Texts, yields: tuple[RunYield, ...]) -> tuple[tuple[str, str, Markup], ...]:
    """What the pages of each run gave, run by run."""
    if not yields:
        return ()
    _ = t.gettext
    shown = (
        (_("Comments a page"), [one.comments for one in yields], 1),
        (_("Characters a page"), [one.text_length for one in yields], 0),
        (_("Sections a page"), [one.sections for one in yields], 1),
        (_("Readable (%)"), [100 * one.share_read for one in yields], 0),
    )
    made = []
    for name, values, digits in shown:
        now = t.number(round(values[-1], digits) if digits else round(values[-1]))
        label = _(
            "%(name)s: %(now)s at the last of %(n)s runs, from %(low)s to %(high)s",
            name=name,
            now=now,
            n=t.number(len(values)),
            low=t.number(round(min(values), 1)),
            high=t.number(round(max(values), 1)),
        )
        made.append((name, now, charts.sparkline(label, values)))
    return tuple(made)


def told(t: Texts, runs: list[Run]) -> list[dict[str, Any]]:
    """Runs as the table shows them."""
    found = []
    for run in runs:
        verdict, tone = verdict_of(t, in_words(run.status))
        found.append(
            {
                "run": run,
                "verdict": verdict,
                "tone": tone,
                "message": printable(run.message, limit=600) if run.message else "",
                "seconds": round((run.finished_at - run.started_at).total_seconds()) if run.finished_at else None,
            }
        )
    return found


@READER
async def runs_page(request: Request) -> Response:
    """The runs of one site, the newest first."""
    site = request.query_params.get("site", "")
    if site not in {one.name for one in visible(request)}:
        return await not_found(request, Exception())
    found = await run_in_threadpool(recent_runs, request.state.desk.db, site, 200)
    values = {"site": site, "runs": told(texts_for(request), [as_it_is(run) for run in found])}
    return render(request, "ops_runs.html", values)


@READER
async def aside(request: Request) -> Response:
    """The pages of one site that are set aside, the newest first, for one reason or for any."""
    query = request.query_params
    site, reason = query.get("site", ""), query.get("reason") or None
    if site not in {one.name for one in visible(request)}:
        return await not_found(request, Exception())
    found = await run_in_threadpool(
        lambda: open_cases(request.state.desk.db, site, PAGE + 1, reason=reason, before=number_of(query.get("before")))
    )
    kept = {"site": site} | ({"reason": reason} if reason else {})
    more = f"/ops/aside?{urlencode(kept | {'before': found[PAGE - 1].id})}" if len(found) > PAGE else None
    values = {
        "site": site,
        "reason": reason,
        "cases": found[:PAGE],
        "more": more,
        "read": query.get("read", "")[:500],
    }
    return render(request, "ops_aside.html", values)


def case_of(request: Request) -> Case:
    """The open case that the address names. Raises UnknownItem, for those of other people's sites too."""
    number = number_of(request.path_params["case"])
    if number is None:
        raise UnknownItem("no such case")
    found = open_case_numbered(request.state.desk.db, number)
    if found.site not in {one.name for one in visible(request)}:
        raise UnknownItem(f"no open case {number}")
    return found


@READER
async def case_page(request: Request) -> Response:
    try:
        found = await run_in_threadpool(case_of, request)
    except UnknownItem:
        return await gone(request)
    return shown(request, found)


def shown(request: Request, case: Case, fault: str = "", status: int = 200) -> Response:
    session = getattr(request.state, "session", None)
    values = {
        "case": case,
        "message": printable(case.message, limit=2_000),
        "held": case.reason in HELD,
        "may_replay": session is not None and session.editor.role == "admin" and case.archived is not None,
        "fault": fault,
        "command": f"tamis accept {case.site}",
    }
    response = render(request, "ops_case.html", values, status)
    response.headers["Content-Security-Policy"] = FRAMED
    return response


async def gone(request: Request) -> Response:
    words = texts_for(request).gettext("This page is not set aside any more, or never was.")
    return render(request, "message.html", {"heading": "404", "words": words}, 404)


@READER
async def archived_page(request: Request) -> Response:
    """The archived answer as a browser may show it: in a sandbox, without a single request."""
    t = texts_for(request)
    try:
        case = await run_in_threadpool(case_of, request)
        if case.archived is None:
            raise RecordMissing("nothing is archived of it")
        kept = await run_in_threadpool(read_archived, request.state.desk.settings, case.archived)
    except UnknownItem:
        return await gone(request)
    except ArchiveError as error:
        body, kind = t.gettext("The archived page cannot be shown: %(why)s", why=str(error)), "text/plain"
    else:
        stated = kept.header("content-type") or "text/html"
        as_source = "source" in request.query_params or "html" not in stated.lower()
        body, kind = decode(kept.body, stated), "text/plain" if as_source else "text/html"
        if not as_source:  # no policy keeps a browser from opening connections that <link> asks for
            body = LINK.sub("<x-link", body)
    headers = {"Content-Security-Policy": SANDBOXED, "X-DNS-Prefetch-Control": "off", "Referrer-Policy": "no-referrer"}
    return Response(body.encode("utf-8", "replace"), headers=headers, media_type=f"{kind}; charset=utf-8")


def read_archived(settings: Settings, place: ArchiveRef) -> ArchivedResponse:
    with archive_of(settings) as archive:
        return archive.read(place)


@requires("admin")
async def replay(request: Request) -> Response:
    """Reads the archived page again with today's extractor; one at a time, and the desk goes on meanwhile."""
    t = texts_for(request)
    try:
        case = await run_in_threadpool(case_of, request)
    except UnknownItem:
        return await gone(request)
    if not _replaying.acquire(blocking=False):
        return shown(request, case, t.gettext("Another page is being read again; try in a moment."), 503)
    try:
        again = await run_in_threadpool(read_noted, request, case)
    except StorageError as error:
        return shown(request, case, str(error), 503)
    finally:
        _replaying.release()
    try:
        case = await run_in_threadpool(case_of, request)
    except UnknownItem:
        return RedirectResponse(f"/ops/aside?{urlencode({'site': case.site, 'read': case.url})}", status_code=303)
    why = again.unreadable[0] if again.unreadable else case.message
    return shown(request, case, t.gettext("It is still set aside: %(why)s", why=printable(why, limit=500)))


def read_noted(request: Request, case: Case) -> Replayed:
    """Reads the page again; who asked for it stands in the log of what was done."""
    desk, editor = request.state.desk, request.state.session.editor
    note_event(desk.db, "page_read_again", editor.name, {"page": case.url}, utc_now())
    return read_again(desk.settings, desk.db, case.site, case.page_id)


routes: list[BaseRoute] = [
    Route("/ops", overview),
    Route("/ops/runs", runs_page),
    Route("/ops/aside", aside),
    Route("/ops/aside/{case}", case_page),
    Route("/ops/aside/{case}/page", archived_page),
    Route("/ops/aside/{case}/replay", replay, methods=["POST"]),
]
