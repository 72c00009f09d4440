"""What a monitoring system asks the desk: /healthz, whether it is well, and /metrics, how the sites do.

/healthz says nothing but yes or no and needs no account. /metrics names sites and numbers, so it asks for an account
of any role: a program sends the token of `tamis user token` as `Authorization: Bearer ...`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from flows.clock import utc_now
from flows.desk.signing_in import sessions as accounts
from flows.figures import CONTENT_TYPE, exposition
from storage.database.engine import Database
from storage.database.errors import StorageError
from storage.upkeep.health import reachable, site_status


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
    return Response(body, media_type=CONTENT_TYPE)


def measured(db: Database, only: Collection[str] | None) -> bytes:
    """The figures of all sites, or of those that the account may see."""
    return exposition([one for one in site_status(db, utc_now()) if only is None or one.site in only])


routes: Sequence[BaseRoute] = (Route("/healthz", healthz, methods=["GET"]), Route("/metrics", metrics, methods=["GET"]))
