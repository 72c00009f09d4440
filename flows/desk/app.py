"""The web application of `tamis desk`: one Starlette app, pages made on the server, no build step.

`create_app` wires it; each subject (data, review, ...) brings its own routes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from flows.desk.pages.rendering import HERE, CachedFiles, environment, not_found
from flows.desk.security import AllowedHosts, MeasuredBodies, PagesInTurn, SecurityHeaders
from flows.desk.signing_in import oidc
from flows.desk.signing_in import sessions as accounts
from flows.desk.signing_in.oidc import Provider
from flows.desk.state import DeskState
from flows.desk.webhook import delivering
from flows.runs.agreements import watched
from flows.settings import Settings
from storage.database.engine import Database


def create_app(
    db: Database, hosts: Sequence[str] = ("127.0.0.1", "localhost", "::1"), settings: Settings | None = None
) -> Starlette:
    """The desk on that database, answering to those host names only. The caller closes the database."""
    from flows.desk.api.app import api
    from flows.desk.monitoring import routes as monitoring_routes
    from flows.desk.pages.account import routes as account_routes
    from flows.desk.pages.data import routes as data_routes
    from flows.desk.pages.find import routes as find_routes
    from flows.desk.pages.operations import routes as operations_routes
    from flows.desk.pages.review import routes as review_routes
    from flows.desk.pages.rules import routes as rules_routes

    environment()  # reads the templates now: later they may be of another version
    routes: list[BaseRoute] = [
        Route("/", home, name="home"),
        Route("/login", accounts.login_page, methods=["GET"]),
        Route("/login", accounts.login, methods=["POST"]),
        Route(oidc.PATH, oidc.begin, methods=["GET"]),
        Route(f"{oidc.PATH}/callback", oidc.callback, methods=["GET"]),
        Route("/logout", accounts.requires("viewer")(accounts.logout), methods=["POST"]),
        *monitoring_routes,
        *data_routes,
        *review_routes,
        *find_routes,
        *rules_routes,
        *account_routes,
        *operations_routes,
        Mount("/api", api, name="api"),
        Mount("/static", CachedFiles(directory=HERE / "static"), name="static"),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, DeskState]]:
        async with AsyncExitStack() as stack:
            if settings is not None:
                await stack.enter_async_context(watched(settings))
                await stack.enter_async_context(delivering(settings))
            # request.state.desk, in the mounted interface too
            yield {"desk": DeskState(db=db, settings=settings, provider=provider_of(settings))}

    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(AllowedHosts, hosts=frozenset(hosts)),
            Middleware(PagesInTurn),
            Middleware(GZipMiddleware, minimum_size=1024),
            Middleware(MeasuredBodies),
        ],
        exception_handlers={404: not_found},
        lifespan=lifespan,
    )


def provider_of(settings: Settings | None) -> Provider | None:
    """The OpenID provider of the settings. Raises OidcMissing when its extra is not installed."""
    return Provider(settings.desk.oidc) if settings and settings.desk.oidc else None


async def home(request: Request) -> Response:
    """Editors go to the queue, everybody else to the data that he may see."""
    session = await run_in_threadpool(accounts.current, request)
    if session and session.editor.role != "viewer":
        first = "/review"
    else:  # the data pages show all sites
        first = "/quality" if session and session.editor.sites is not None else "/data"
    return RedirectResponse(first, status_code=303)
