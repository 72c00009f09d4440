"""Who is at the desk: passwords, sessions, roles, and the check that a write was meant (CSRF).

Until the first account exists the desk serves its read-only pages to anybody on this machine and takes no decision.
"""

from __future__ import annotations

import asyncio
import functools
import hmac
import os
import secrets
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flows.clock import utc_now
from flows.desk.signing_in.passwords import _nobodys_hash, is_right, token_hash
from flows.observe import log
from storage.database.engine import Database
from storage.desk.editors import (
    ROLES,
    Editor,
    Role,
    Session,
    editor_named,
    editor_with_token,
    end_session,
    failures_since,
    note_event,
    session_of,
    start_session,
)

SESSION_COOKIE = "tamis_session"
LOGIN_COOKIE = "tamis_login"
LASTING = timedelta(hours=12)
MAX_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)

Handler = Callable[[Request], Awaitable[Response]]


class TooManyFailures(Exception):
    """The name is locked for a while."""


class TooManyGuesses(Exception):
    """More people are logging in at this moment than the machine checks passwords for."""


_turns = tuple(threading.Lock() for _ in range(16))
GUESSES, MOST_GUESSES = 2, 24
"""Guesses looked into at a time, and those that may wait with them. A check takes 64 MB and all processors on purpose:
in the threads that everybody shares, a crowd at the door would keep the editors who are in from their queue."""


class Door:
    """Where passwords are checked: in threads of its own, a few at a time."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(GUESSES, thread_name_prefix="login")
        self.waiting = 0

    async def known(self, db: Database, name: str, password: str, now: datetime) -> Editor | None:
        """`right_editor`. Raises TooManyFailures, TooManyGuesses."""
        if self.waiting >= MOST_GUESSES:
            raise TooManyGuesses
        self.waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.threads, right_editor, db, name, password, now)
        finally:
            self.waiting -= 1


door = Door()


def right_editor(db: Database, name: str, password: str, now: datetime) -> Editor | None:
    """Whose name and password these are, or None. Raises TooManyFailures.

    The lock counts by name, so it also holds against many machines guessing at one account; guesses at one name wait
    for each other, so that a hundred at once are not all let through before the first failure is written down.
    """
    with _turns[hash(name) % len(_turns)]:
        return guess(db, name, password, now)


def step_back() -> None:
    """Let the desk's other threads go before this one and those that it starts; only Linux gives threads priorities."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
        except OSError as error:  # a sandbox that forbids it: people log in all the same
            log("priority_refused", because=str(error))


checks = ThreadPoolExecutor(1, thread_name_prefix="password", initializer=step_back)
"""Where passwords are hashed, one at a time. The hashing is done outside of Python's lock: nobody waits for it."""


def guess(db: Database, name: str, password: str, now: datetime) -> Editor | None:
    if failures_since(db, name, now - FAILURE_WINDOW) >= MAX_FAILURES:
        raise TooManyFailures
    found = editor_named(db, name)
    right = checks.submit(is_right, found[1] if found else _nobodys_hash(), password).result()
    if found is None or not right or found[0].disabled_at is not None:
        note_event(db, "login_failed", name[:100], {}, now)
        return None
    return found[0]


def current(request: Request) -> Session | None:
    """The session of this request, looked up once. A program's token makes a session of one request."""
    if not hasattr(request.state, "session"):
        db: Database = request.state.desk.db
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        request.state.by_token = kind.lower() == "bearer"
        if request.state.by_token:
            request.state.session = session_by_token(db, bearer.strip(), utc_now())
        else:
            token = request.cookies.get(SESSION_COOKIE)
            request.state.session = session_of(db, token_hash(token), utc_now(), LASTING) if token else None
    found: Session | None = request.state.session
    return found


def session_by_token(db: Database, token: str, now: datetime) -> Session | None:
    editor = editor_with_token(db, token_hash(token), now)
    return Session(editor=editor, csrf_token="", created_at=now, expires_at=now) if editor else None


def requires(
    role: Role, *, open_without_accounts: bool = False, all_sites: bool = False
) -> Callable[[Handler], Handler]:
    """Lets a handler run for that role and higher ones only, and for writes only with the session's CSRF token.

    For pages, which send the reader to the login; the JSON interface has its own in `access`.
    `open_without_accounts`: readable by anybody as long as the desk has no account (it is bound to loopback then).
    `all_sites`: the page shows what belongs to any site, so accounts that are limited to some do not get it.
    """

    def around(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Request) -> Response:
            session = await run_in_threadpool(current, request)
            if session is None:
                if open_without_accounts and request.method in ("GET", "HEAD") and not request.state.desk.accounts():
                    return await handler(request)
                return refused_page(request, 401, "login")
            if ROLES.index(session.editor.role) < ROLES.index(role):
                return refused_page(request, 403, "role", role=role, mine=session.editor.role)
            if all_sites and session.editor.sites is not None:
                return refused_page(request, 403, "sites", sites=", ".join(session.editor.sites))
            if request.method not in ("GET", "HEAD") and not await is_meant(request, session):
                return refused_page(request, 403, "form")
            return await handler(request)

        guarded.role = role  # type: ignore[attr-defined]
        return guarded

    return around


async def is_meant(request: Request, session: Session) -> bool:
    """Whether a write comes from one of our own pages: same origin, and the session's token in header or form.

    A program's token is proof enough: no browser adds it to somebody else's request.
    """
    if request.state.by_token:
        return True
    if not same_origin(request):
        return False
    sent = request.headers.get("x-csrf-token")
    if sent is None and is_form(request):
        form: FormData = await request.form()
        sent = str(form.get("csrf_token", ""))
    return hmac.compare_digest((sent or "").encode(), session.csrf_token.encode())


def is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data"))


def same_origin(request: Request) -> bool:
    """A browser that names another origin is refused; one that names none is left to the token."""
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.headers.get("host")
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def refused_page(request: Request, status: int, why: str, **values: object) -> Response:
    """The login for who has not logged in, else a page that says why not."""
    if status == 401:
        return RedirectResponse(f"/login?{urlencode({'next': own_address(request)})}", status_code=303)
    from flows.desk.pages.rendering import render, texts_for  # the app imports this module

    _ = texts_for(request).gettext
    if why == "role":
        words = _("This page needs the role %(role)s; yours is %(mine)s.", **values)
    elif why == "sites":
        words = _(
            "This page shows what belongs to all sites; your account is for %(sites)s only. An administrator can give "
            "you an account without that limit.",
            **values,
        )
    else:
        words = _("The form is too old; load the page again.")
    return render(request, "message.html", {"heading": str(status), "words": words}, status)


def own_address(request: Request) -> str:
    """The page that was asked for, with what it was asked for: filters hold after the login."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def safe_next(address: str) -> str:
    """Where to go after the login: one of our own pages, or the first one."""
    parts = urlsplit(address)
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not address.startswith(("//", "/\\"))
    return (f"{parts.path}?{parts.query}" if parts.query else parts.path) if own else "/"


async def login_page(request: Request) -> Response:
    return login_form(request, "", 200)


def login_form(request: Request, words: str, status: int) -> Response:
    from flows.desk.pages.rendering import is_secure, render

    token = secrets.token_urlsafe(32)
    provider = request.state.desk.provider
    following = safe_next(request.query_params.get("next", "/"))
    values = {
        "words": words,
        "token": token,
        "next": following,
        "provider": provider.settings.name if provider else None,
        "sign_in": f"/login/oidc?{urlencode({'next': following})}",
        "passwords": provider is None or not provider.settings.only,
    }
    response = render(request, "login.html", values, status)
    response.set_cookie(LOGIN_COOKIE, token, httponly=True, samesite="strict", secure=is_secure(request))
    return response


async def login(request: Request) -> Response:
    from flows.desk.pages.rendering import texts_for

    _ = texts_for(request).gettext
    if (provider := request.state.desk.provider) is not None and provider.settings.only:
        return login_form(request, _("Passwords are switched off here. Sign in below."), 403)
    form = await request.form()
    sent, kept = str(form.get("token", "")), request.cookies.get(LOGIN_COOKIE, "")
    if not kept or not same_origin(request) or not hmac.compare_digest(sent.encode(), kept.encode()):
        return login_form(request, _("This form is too old. Please try again."), 403)
    db: Database = request.state.desk.db
    name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
    try:
        editor = await door.known(db, name, password, utc_now())
    except TooManyGuesses:
        return login_form(request, _("Too many people are logging in. Try again in a moment."), 429)
    except TooManyFailures:
        return login_form(request, _("Too many failed logins. Wait 15 minutes."), 429)
    if editor is None:
        return login_form(request, _("Wrong name or password."), 401)
    response = await enter(request, editor, str(form.get("next", "/")))
    response.delete_cookie(LOGIN_COOKIE)
    return response


async def enter(request: Request, editor: Editor, following: str) -> Response:
    """A new session for who has shown who he is; whoever planted a session in the browser gets nothing from it."""
    from flows.desk.pages.rendering import is_secure

    db: Database = request.state.desk.db
    if before := request.cookies.get(SESSION_COOKIE):
        await run_in_threadpool(end_session, db, token_hash(before), utc_now())
    token = secrets.token_urlsafe(32)
    await run_in_threadpool(start_session, db, editor, token_hash(token), secrets.token_urlsafe(32), utc_now(), LASTING)
    response = RedirectResponse(safe_next(following), status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(LASTING.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )
    return response


async def logout(request: Request) -> Response:
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await run_in_threadpool(end_session, request.state.desk.db, token_hash(token), utc_now())
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response
