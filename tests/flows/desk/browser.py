"""A real browser for tests and benches of the desk; nothing but this machine can be reached from it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, sync_playwright

from flows.desk.signing_in.sessions import SESSION_COOKIE
from tests.flows.desk.room import CHROMIUM, FLAGS, HOST


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"args": [*FLAGS, f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}"]}
        if CHROMIUM.exists():
            options["executable_path"] = str(CHROMIUM)
        browser = playwright.chromium.launch(**options)
        try:
            yield browser
        finally:
            browser.close()


def need_chromium() -> None:
    """Skip the test, loudly, where no browser can be started."""
    try:
        with chromium():
            pass
    except Error as error:
        pytest.skip(f"NO CHROMIUM: apt-get install chromium, or playwright install chromium ({error})")


def local_only(route: Route) -> None:
    if route.request.url.startswith((f"http://{HOST}:", "data:", "blob:")):
        route.continue_()
    else:
        route.abort()


def visit(browser: Browser, url: str, token: str | None, **options: Any) -> BrowserContext:
    """A context that may reach this machine only, logged in with that session."""
    context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options})
    context.route("**/*", local_only)
    if token is not None:
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": url}])
    return context


def desk(context: BrowserContext, url: str, path: str = "/review") -> Page:
    """The review page with its first card, or with the word that there is none."""
    page = context.new_page()
    page.goto(url + path)
    page.wait_for_selector("#card article, #card .empty, #messages .note")
    return page
