"""One's own account: what it may, and its password."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from flows.clock import utc_now
from flows.desk.pages.rendering import render, texts_for
from flows.desk.signing_in.passwords import LEAST_PASSWORD, WeakPassword, hashed
from flows.desk.signing_in.sessions import TooManyFailures, TooManyGuesses, door, enter, requires
from storage.desk.editors import Editor, change_editor


@requires("viewer")
async def account(request: Request) -> Response:
    return account_page(request, "")


@requires("viewer")
async def change_password(request: Request) -> Response:
    """Every session of the account ends with it; this browser gets a new one. Wrong guesses count as failed logins."""
    _ = texts_for(request).gettext
    form = await request.form()
    now, wanted = str(form.get("now", "")), str(form.get("wanted", ""))
    db, mine = request.state.desk.db, request.state.session.editor
    if wanted != str(form.get("again", "")):
        return account_page(request, _("The two new passwords differ."), 422)
    try:
        known = await door.known(db, mine.name, now, utc_now())
        if known is None:
            return account_page(request, _("The present password is another one."), 422)
        changed = await run_in_threadpool(keep_password, request, mine, wanted)
    except TooManyGuesses:
        return account_page(request, _("Too many people are logging in. Try again in a moment."), 429)
    except TooManyFailures:
        return account_page(request, _("Too many failed logins. Wait 15 minutes."), 429)
    except WeakPassword:
        return account_page(request, _("Give at least %(n)s characters.", n=LEAST_PASSWORD), 422)
    return await enter(request, changed, "/account?changed=1")


def keep_password(request: Request, editor: Editor, password: str) -> Editor:
    return change_editor(request.state.desk.db, editor.name, utc_now(), editor.name, password_hash=hashed(password))


def account_page(request: Request, fault: str, status: int = 200) -> Response:
    provider = request.state.desk.provider
    values: dict[str, Any] = {
        "fault": fault,
        "changed": "changed" in request.query_params and not fault,
        "passwords": provider is None or not provider.settings.only,
        "least": LEAST_PASSWORD,
    }
    return render(request, "account.html", values, status)


routes: list[BaseRoute] = [
    Route("/account", account, methods=["GET"]),
    Route("/account", change_password, methods=["POST"]),
]
