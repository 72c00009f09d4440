"""Pages in the reader's language: templates, static files, language."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from flows.clock import utc_now
from flows.desk.pages.i18n import LANGUAGES, Texts, preferred, texts
from storage.desk.editors import (
    Editor,
    Session,
)

HERE = Path(__file__).parents[1]
LANGUAGE_COOKIE = "tamis_language"
YEAR_SECONDS = 365 * 24 * 3600


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
    """Templates with escaping always on; an unknown name in one is an error, not an empty string.

    All are read at once and kept: those of a version that is installed under a running desk are not for its code.
    """
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
        auto_reload=False,
    )
    made.globals["static"] = static
    for name in made.list_templates():
        made.get_template(name)
    return made


def texts_for(request: Request) -> Texts:
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return texts(preferred(request.headers.get("accept-language"), chosen))


def render(request: Request, template: str, values: Mapping[str, Any] | None = None, status: int = 200) -> HTMLResponse:
    """A page in the reader's language. A language chosen in the address is remembered in a cookie."""
    t = texts_for(request)
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
                "now": utc_now(),
                "sections": [
                    ("/review", _("Review")),
                    ("/find", _("Find")),
                    *([("/rules", _("Rules"))] if may_review(request) else []),
                    ("/quality", _("Quality")),
                    ("/data", _("Data")),
                    ("/ops", _("Operations")),
                    *([("/people", _("Accounts"))] if is_admin(request) else []),
                ],
                "languages": [("en", "English"), ("fr", "Français")],
                "language_link": language_link,
                **reader(request),
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


async def not_found(request: Request, error: Exception) -> Response:
    return render(
        request, "message.html", {"heading": "404", "words": texts_for(request).gettext("No such page.")}, 404
    )


def is_admin(request: Request) -> bool:
    """Whether the accounts and the log of what was done are this reader's to see."""
    session: Session | None = getattr(request.state, "session", None)
    return session is not None and session.editor.role == "admin" and session.editor.sites is None


def may_review(request: Request) -> bool:
    session: Session | None = getattr(request.state, "session", None)
    return session is not None and session.editor.role != "viewer"


def reader(request: Request) -> dict[str, Any]:
    """What templates show of the reader: name, role and CSRF token, or nothing."""
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        return {"editor": None, "csrf_token": ""}
    editor: Editor = session.editor
    return {"editor": editor, "csrf_token": session.csrf_token}
