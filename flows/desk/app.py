"""The web application of `tamis desk`: one Starlette app, pages made on the server, no build step.

`create_app` wires it; each subject (data, review, ...) brings its own routes.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from flows.desk import accounts, oidc
from flows.desk.i18n import LANGUAGES, Texts, preferred, texts
from flows.desk.oidc import Provider
from flows.desk.security import AllowedHosts, SecurityHeaders
from flows.settings import Settings
from flows.watching import watched
from storage.editors import all_editors
from storage.engine import Database

HERE = Path(__file__).parent
LANGUAGE_COOKIE = "tamis_language"
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(slots=True, kw_only=True)
class DeskState:
    """What every page may use."""

    db: Database
    settings: Settings | None = None
    provider: Provider | None = None
    _guarded: bool = False

    def accounts(self) -> bool:
        """Whether anybody can log in. Once true it stays true: closing the last account does not open the desk."""
        self._guarded = self._guarded or self.provider is not None or bool(all_editors(self.db))
        return self._guarded


def create_app(
    db: Database, hosts: Sequence[str] = ("127.0.0.1", "localhost", "::1"), settings: Settings | None = None
) -> Starlette:
    """The desk on that database, answering to those host names only. The caller closes the database."""
    from flows.desk.api import api
    from flows.desk.data import routes as data_routes
    from flows.desk.review import routes as review_routes

    routes: list[BaseRoute] = [
        Route("/", home, name="home"),
        Route("/login", accounts.login_page, methods=["GET"]),
        Route("/login", accounts.login, methods=["POST"]),
        Route(oidc.PATH, oidc.begin, methods=["GET"]),
        Route(f"{oidc.PATH}/callback", oidc.callback, methods=["GET"]),
        Route("/logout", accounts.requires("viewer")(accounts.logout), methods=["POST"]),
        *data_routes,
        *review_routes,
        Mount("/api", api, name="api"),
        Mount("/static", CachedFiles(directory=HERE / "static"), name="static"),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, DeskState]]:
        async with watched(settings) if settings else nullcontext():
            # request.state.desk, in the mounted interface too
            yield {"desk": DeskState(db=db, settings=settings, provider=provider_of(settings))}

    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(AllowedHosts, hosts=frozenset(hosts)),
            Middleware(GZipMiddleware, minimum_size=1024),
        ],
        exception_handlers={404: not_found},
        lifespan=lifespan,
    )


def provider_of(settings: Settings | None) -> Provider | None:
    """The OpenID provider of the settings. Raises OidcMissing when its extra is not installed."""
    return Provider(settings.desk.oidc) if settings and settings.desk.oidc else None


class CachedFiles(StaticFiles):
    """Static files in a folder that is named for their contents, so that browsers may keep them for a year.

    Modules import each other by relative addresses, so they come from the same folder. A page of an older version that
    is still open gets today's files, which nothing keeps.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, name = path.partition("/")
        response = await super().get_response(name, scope)
        kept = f"public, max-age={YEAR_SECONDS}, immutable" if version == static_version() else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


@functools.cache
def static_version() -> str:
    """A digest of all static files."""
    digest = hashlib.sha256()
    for file in sorted((HERE / "static").iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file."""
    return f"/static/{static_version()}/{name}"


@functools.cache
def environment() -> Environment:
    """Templates with escaping always on; an unknown name in one is an error, not an empty string."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals["static"] = static
    return made


def language_of(request: Request) -> Texts:
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return texts(preferred(request.headers.get("accept-language"), chosen))


def render(request: Request, template: str, values: Mapping[str, Any] | None = None, status: int = 200) -> HTMLResponse:
    """A page in the reader's language. A language chosen in the address is remembered in a cookie."""
    t = language_of(request)
    _ = t.gettext

    def language_link(code: str) -> str:
        kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        return f"{request.url.path}?{urlencode([*kept, ('lang', code)])}"

    page = (
        environment()
        .get_template(template)
        .render(
            {
                "t": t,
                "_": _,
                "ngettext": t.ngettext,
                "path": request.url.path,
                "now": accounts.utc_now(),
                "sections": [("/review", _("Review")), ("/quality", _("Quality")), ("/data", _("Data"))],
                "languages": [("en", "English"), ("fr", "Français")],
                "language_link": language_link,
                **accounts.reader(request),
                **(values or {}),
            }
        )
    )
    response = HTMLResponse(page, status_code=status, headers={"Vary": "Accept-Language, Cookie"})
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, t.language, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=is_secure(request)
        )
    return response


def is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


async def home(request: Request) -> Response:
    """Editors go to the queue, everybody else to the data."""
    session = await run_in_threadpool(accounts.current, request)
    first = "/review" if session and session.editor.role != "viewer" else "/data"
    return RedirectResponse(first, status_code=303)


async def not_found(request: Request, error: Exception) -> Response:
    return render(
        request, "message.html", {"heading": "404", "words": language_of(request).gettext("No such page.")}, 404
    )
