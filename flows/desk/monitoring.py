"""What a monitoring system asks the desk: /healthz, whether it is well, and /metrics, how the sites do.

/healthz says nothing but yes or no and needs no account. /metrics names sites and numbers, so it asks for an account
of any role: a program sends the token of `tamis user token` as `Authorization: Bearer ...`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from flows.clock import utc_now
from flows.desk.signing_in import sessions as accounts
from storage.database.engine import Database
from storage.database.errors import StorageError
from storage.upkeep.health import SiteStatus, reachable, site_status

GOOD = ("finished", "quarantined")


async def healthz(request: Request) -> Response:
    """200 and "ok" while the database answers, else 503; why is for `tamis doctor`, not for strangers."""
    try:
        await run_in_threadpool(reachable, request.state.desk.db)
    except StorageError:
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("ok\n")


async def metrics(request: Request) -> Response:
    """The sites' figures in the text format of Prometheus."""
    session = await run_in_threadpool(accounts.current, request)
    if session is None:
        words = "send the token of `tamis user token NAME` as Authorization: Bearer\n"
        return PlainTextResponse(words, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    body = await run_in_threadpool(measured, request.state.desk.db, session.editor.sites)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def measured(db: Database, only: Collection[str] | None) -> bytes:
    """The figures of all sites, or of those that the account may see."""
    return exposition([one for one in site_status(db, utc_now()) if only is None or one.site in only])


def exposition(states: Sequence[SiteStatus]) -> bytes:
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"tamis_{name}", meaning, ("site", *labels), registry=registry)

    pages = gauge("pages", "Pages known, by state.", "state")
    due = gauge("pages_due", "Pages that are due.")
    aside = gauge("pages_set_aside", "Pages in quarantine, by reason.", "reason")
    articles = gauge("articles", "Articles stored.")
    comments = gauge("comments", "Comments stored, by the action that holds.", "action")
    waiting = gauge("comments_waiting", "Comments that wait for an editor.")
    began = gauge("last_run_start_seconds", "When the last run began, in seconds since 1970.")
    good = gauge("last_run_good", "1 if the last run was good, else 0.")
    did = gauge("last_run", "What the last run did, by name.", "what")
    for one in states:
        due.labels(one.site).set(one.due)
        articles.labels(one.site).set(one.articles)
        waiting.labels(one.site).set(one.waiting)
        for state, number in one.pages.items():
            pages.labels(one.site, state).set(number)
        for action, number in one.comments.items():
            comments.labels(one.site, action).set(number)
        for case in one.set_aside:
            aside.labels(one.site, case.reason).set(case.pages)
        if one.last_run is not None:
            began.labels(one.site).set(one.last_run.started_at.timestamp())
            good.labels(one.site).set(one.last_run.status in GOOD)
            for what, number in one.last_run.counts.items():
                did.labels(one.site, what).set(number)
    return generate_latest(registry)


routes: Sequence[BaseRoute] = (Route("/healthz", healthz, methods=["GET"]), Route("/metrics", metrics, methods=["GET"]))
