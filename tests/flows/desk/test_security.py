"""The desk's doors: roles, meant writes, sessions, guesses at passwords, headers."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from datetime import timedelta

import pytest
from starlette.routing import Mount, Route

from flows.clock import utc_now
from flows.desk import security
from flows.desk.api.app import api
from flows.desk.app import create_app
from flows.desk.pages.rendering import environment
from flows.desk.security import PAGES_AT_ONCE, PAGES_WAITING, PagesInTurn, aside
from flows.desk.signing_in import passwords
from flows.desk.signing_in import sessions as accounts
from flows.desk.signing_in.sessions import right_editor
from storage.desk.editors import add_token, change_editor, end_token
from tests.flows.desk.room import PASSWORD, account, editor, put, session, visitor

ROLES = ("nobody", "viewer", "editor", "admin")
# The lowest role that each route answers; nobody: no login needed. A route that is missing here fails the test.
LEAST = {
    ("GET", "/"): "nobody",
    ("GET", "/login"): "nobody",
    ("GET", "/healthz"): "nobody",
    ("GET", "/metrics"): "viewer",
    ("POST", "/login"): "nobody",
    ("GET", "/login/oidc"): "nobody",
    ("GET", "/login/oidc/callback"): "nobody",
    ("POST", "/logout"): "viewer",
    ("GET", "/review"): "editor",
    ("GET", "/sample"): "editor",
    ("GET", "/find"): "viewer",
    ("GET", "/account"): "viewer",
    ("POST", "/account"): "viewer",
    ("GET", "/decided"): "editor",
    ("GET", "/rules"): "editor",
    ("POST", "/rules"): "editor",
    ("POST", "/rules/earlier"): "admin",
    ("GET", "/rules/waiting"): "editor",
    ("POST", "/rules/waiting"): "admin",
    ("POST", "/rules/back"): "admin",
    ("GET", "/quality"): "viewer",
    ("GET", "/people"): "admin",
    ("GET", "/ops"): "viewer",
    ("GET", "/ops/runs"): "viewer",
    ("GET", "/ops/aside"): "viewer",
    ("GET", "/ops/aside/{case}"): "viewer",
    ("GET", "/ops/aside/{case}/page"): "viewer",
    ("POST", "/ops/aside/{case}/replay"): "admin",
    ("GET", "/static/{path}"): "nobody",
    ("GET", "/api/openapi.json"): "nobody",
    ("GET", "/api/session"): "viewer",
    ("GET", "/api/queue"): "editor",
    ("POST", "/api/leases"): "editor",
    ("POST", "/api/release"): "editor",
    ("GET", "/api/campaigns/{campaign}"): "editor",
    ("GET", "/api/comments/{comment_id}"): "viewer",
    ("GET", "/api/comments/{comment_id}/context"): "viewer",
    ("GET", "/api/authors/{author_key}"): "viewer",
    ("GET", "/api/counts"): "viewer",
    ("POST", "/api/decisions"): "editor",
    ("GET", "/api/decisions"): "editor",
    ("POST", "/api/undo"): "editor",
    ("GET", "/api/sample"): "editor",
    ("POST", "/api/sample/{look}"): "editor",
    ("GET", "/api/sample/progress"): "viewer",
    ("GET", "/api/views"): "editor",
    ("POST", "/api/views"): "editor",
    ("DELETE", "/api/views/{name}"): "editor",
    ("POST", "/api/pages/{page_id}/kind"): "editor",
    ("POST", "/api/articles/{article_id}/language"): "editor",
    ("GET", "/api/rules"): "editor",
    ("POST", "/api/rules"): "editor",
    ("POST", "/api/rules/try"): "editor",
    ("POST", "/api/rules/remove"): "editor",
    ("POST", "/api/rules/undo"): "editor",
}


def all_routes(database) -> set[tuple[str, str]]:
    found = set()
    for route in create_app(database).routes:
        if isinstance(route, Route):
            found |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
        elif isinstance(route, Mount) and route.path == "/static":
            found.add(("GET", "/static/{path}"))
    described = api.openapi()["paths"]
    found |= {(method.upper(), f"/api{path}") for path, methods in described.items() for method in methods}
    found.add(("GET", "/api/openapi.json"))
    return found


def least(method: str, path: str) -> str:
    return "viewer" if path.startswith("/data") else LEAST[method, path]


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: {"view": "clean_comments", "kind": "csv"}.get(found[1], "1"), path)


def test_every_route_has_a_row_in_the_role_matrix(database):
    missing = {(method, path) for method, path in all_routes(database) if not path.startswith("/data")} - set(LEAST)
    gone = set(LEAST) - all_routes(database)
    assert (missing, gone) == (set(), set())


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_opens_to_its_role_and_closes_to_lower_ones(database, role):
    account(database, "someone", "admin" if role == "nobody" else role)
    async with visitor(database) if role == "nobody" else editor(database, "someone") as client:
        for method, path in sorted(all_routes(database) - {("POST", "/logout"), ("POST", "/login")}):
            answer = await client.request(method, filled(path), json={} if method == "POST" else None)
            open_to_me = ROLES.index(role) >= ROLES.index(least(method, path))
            closed = answer.status_code in (401, 403) or answer.headers.get("location", "").startswith("/login")
            assert closed is not open_to_me, f"{role} {method} {path}: {answer.status_code}"
            off = (
                database.dialect == "postgresql" and answer.status_code == 503
            )  # no reader's login: data pages are off
            assert answer.status_code < 500 or (off and path.startswith("/data")), f"{method} {path}"


async def test_every_write_is_refused_without_the_sessions_own_token(database):
    account(database, "marie", "admin")
    async with editor(database, "marie") as client:
        mine = client.headers.pop("X-CSRF-Token")
        writes = [(method, path) for method, path in all_routes(database) if method != "GET" and path != "/login"]
        assert len(writes) > 10
        for method, path in writes:
            for headers in (
                {},
                {"X-CSRF-Token": "csrf-of-somebody-else"},
                {"X-CSRF-Token": mine, "Origin": "http://evil.example"},
                {"X-CSRF-Token": mine, "Sec-Fetch-Site": "cross-site"},
            ):
                answer = await client.request(method, filled(path), json={}, headers=headers)
                assert answer.status_code == 403, f"{method} {path} {headers}"


async def test_a_login_gives_a_new_session_and_ends_the_one_that_was_planted(database):
    account(database, "marie")
    account(database, "mallory")
    planted, _ = session(database, "mallory")
    async with visitor(database) as client:
        client.cookies.set(accounts.SESSION_COOKIE, planted)
        answer = await log_in(client, "marie", PASSWORD)
        fresh = answer.cookies[accounts.SESSION_COOKIE]
        assert (answer.status_code, fresh != planted) == (303, True)
        client.cookies.clear()
        client.cookies.set(accounts.SESSION_COOKIE, planted)
        assert (await client.get("/api/session")).status_code == 401
        client.cookies.set(accounts.SESSION_COOKIE, fresh)
        assert (await client.get("/api/session")).json()["editor"] == "marie"


async def log_in(client, name: str, password: str, **form: str):
    await client.get("/login")
    token = client.cookies[accounts.LOGIN_COOKIE]
    return await client.post("/login", data={"name": name, "password": password, "token": token, **form})


async def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(database):
    account(database, "marie")
    async with visitor(database) as client:
        cookie = (await log_in(client, "marie", PASSWORD)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(database):
    account(database, "marie")
    async with visitor(database) as client:
        for _ in range(accounts.MAX_FAILURES):
            assert (await log_in(client, "marie", "wrong password")).status_code == 401
        assert (await log_in(client, "marie", PASSWORD)).status_code == 429


async def test_many_guesses_at_once_are_counted_one_by_one(database):
    account(database, "marie")

    def guess(_):
        try:
            return accounts.right_editor(database, "marie", "wrong password", accounts.utc_now())
        except accounts.TooManyFailures:
            return "locked"

    answers = await asyncio.gather(*(asyncio.to_thread(guess, n) for n in range(12)))
    assert answers.count(None) == accounts.MAX_FAILURES
    assert answers.count("locked") == 12 - accounts.MAX_FAILURES


async def test_a_crowd_at_the_door_leaves_the_editors_who_are_in_their_threads(database, monkeypatch):
    """Forty logins in the threads that all share would be all of them: the queue would wait for the door."""
    account(database, "marie")
    opened, inside = threading.Event(), []

    def slow(db, name, password, now):
        inside.append(name)
        assert opened.wait(60)

    async def knock(number):
        async with visitor(database) as client:
            return await log_in(client, f"name-{number}", "wrong password")

    monkeypatch.setattr(accounts, "right_editor", slow)
    async with editor(database, "marie") as marie:
        knocks = [asyncio.create_task(knock(n)) for n in range(60)]
        while len(inside) < accounts.GUESSES or sum(knock.done() for knock in knocks) < 60 - accounts.MOST_GUESSES:
            assert (await marie.get("/api/queue")).status_code == 200  # while the door is full
        refused = [knock.result().status_code for knock in knocks if knock.done()]
        at_once = len(inside)
        opened.set()
        others = [answer.status_code for answer in await asyncio.gather(*knocks)]
    assert set(refused) == {429}
    assert (at_once, others.count(401)) == (accounts.GUESSES, accounts.MOST_GUESSES)


async def asked(app, path: str, method: str = "GET") -> int:
    """The status of the answer of an ASGI application that has only its middleware."""
    statuses: list[int] = []

    async def send(message) -> None:
        statuses.append(message.get("status", 0))

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    await app({"type": "http", "path": path, "method": method, "headers": []}, receive, send)
    return statuses[0]


async def test_pages_take_turns_and_the_queue_is_behind_none_of_them() -> None:
    begun: list[str] = []
    finish = asyncio.Event()

    async def slow(scope, receive, send) -> None:
        begun.append(scope["path"])
        if scope["path"] == "/people":
            await finish.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app = PagesInTurn(slow)
    pages = [asyncio.create_task(asked(app, "/people")) for _ in range(PAGES_AT_ONCE + PAGES_WAITING + 5)]
    await asyncio.sleep(0)
    assert await asked(app, "/api/queue") == 200
    assert await asked(app, "/login", "POST") == 200
    assert begun.count("/people") == PAGES_AT_ONCE
    finish.set()
    answers = await asyncio.gather(*pages)
    assert (answers.count(200), answers.count(503)) == (PAGES_AT_ONCE + PAGES_WAITING, 5)


async def test_who_reads_a_page_slowly_keeps_nobody_from_his_turn() -> None:
    gone, answered = asyncio.Event(), asyncio.Event()

    async def page(scope, receive, send) -> None:
        if scope["path"] == "/console":
            async with aside(scope):
                await answered.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/slow":
            await gone.wait()
        await send({"type": "http.response.body", "body": b""})

    app = PagesInTurn(page)
    readers = [asyncio.create_task(asked(app, path)) for path in ("/slow", "/console") for _ in range(PAGES_AT_ONCE)]
    await asyncio.sleep(0)
    assert await asked(app, "/data") == 200
    gone.set()
    answered.set()
    assert set(await asyncio.gather(*readers)) == {200}
    assert app.turns._value == PAGES_AT_ONCE  # every turn was given back, and once


async def test_no_page_begins_while_an_editor_waits_for_an_answer(monkeypatch) -> None:
    begun: list[str] = []
    decided = asyncio.Event()

    async def work(scope, receive, send) -> None:
        begun.append(scope["path"])
        if scope["path"].startswith("/api/"):
            await decided.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(security, "PATIENCE_SECONDS", 60.0)
    app = PagesInTurn(work)
    editors = [asyncio.create_task(asked(app, "/api/queue")) for _ in range(2)]
    await asyncio.sleep(0)
    page = asyncio.create_task(asked(app, "/quality"))
    assert await asked(app, "/static/x/desk.css") == 200
    assert begun == ["/api/queue", "/api/queue", "/static/x/desk.css"]
    decided.set()
    assert await page == 200
    assert await asyncio.gather(*editors) == [200, 200]

    decided.clear()
    monkeypatch.setattr(security, "PATIENCE_SECONDS", 0.01)
    busy = asyncio.create_task(asked(app, "/api/queue"))
    await asyncio.sleep(0)
    assert await asked(app, "/quality") == 200  # a newsroom that never rests has its pages all the same
    decided.set()
    await busy


async def test_passwords_are_hashed_behind_everything_else() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    if sys.platform == "linux":
        assert accounts.checks.submit(priority).result() > priority()


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(database):
    account(database, "marie")
    async with visitor(database) as client:
        pages = [(await log_in(client, name, "wrong password")).text for name in ("marie", "nobody-of-that-name")]
    without_token = [re.sub(r'name="token" value="[^"]+"', "", page) for page in pages]
    assert without_token[0] == without_token[1]


@pytest.mark.parametrize(
    ("next_page", "lands"),
    [
        ("/review", "/review"),
        ("/review?site=mag&order=newest", "/review?site=mag&order=newest"),
        ("https://evil.example/", "/"),
        ("//evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
async def test_a_login_leads_to_our_own_pages_only(database, next_page, lands):
    account(database, "marie")
    async with visitor(database) as client:
        assert (await log_in(client, "marie", PASSWORD, next=next_page)).headers["location"] == lands


async def test_a_login_form_of_another_page_is_refused(database):
    account(database, "marie")
    async with visitor(database) as client:
        form = {"name": "marie", "password": PASSWORD, "token": "made-up"}
        assert (await client.post("/login", data=form)).status_code == 403


async def test_a_logout_and_a_changed_password_end_the_session(database):
    account(database, "marie")
    async with editor(database, "marie") as client:
        assert (await client.post("/logout")).status_code == 303
        assert (await client.get("/api/session")).status_code == 401
    async with editor(database, "marie") as client:
        change_editor(database, "marie", accounts.utc_now(), "test", password_hash=passwords.hashed("another password"))
        assert (await client.get("/api/session")).status_code == 401


async def test_a_closed_account_cannot_log_in(database):
    account(database, "marie")
    change_editor(database, "marie", accounts.utc_now(), "test", disabled_at=accounts.utc_now())
    async with visitor(database) as client:
        assert (await log_in(client, "marie", PASSWORD)).status_code == 401


@pytest.mark.parametrize("path", ["/login", "/review", "/api/queue", "/static/x/review.js", "/nothing-here"])
async def test_every_answer_carries_the_headers_that_keep_scripts_and_frames_out(database, path):
    account(database, "marie")
    async with editor(database, "marie") as client:
        headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


async def test_pages_hold_no_script_style_or_handler_of_their_own(database):
    account(database, "marie", "admin")
    async with editor(database, "marie") as client:
        for path in ("/login", "/review", "/sample", "/quality", "/people", "/ops"):
            page = (await client.get(path)).text
            assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
            for script in re.findall(r"<script[^>]*>", page):
                assert 'type="application/json"' in script or "src=" in script


async def test_a_host_name_that_is_not_ours_is_refused(database):
    async with visitor(database) as client:
        assert (await client.get("/login", headers={"Host": "rebound.example"})).status_code == 421


async def test_a_programs_token_works_without_cookie_and_until_it_is_withdrawn(database):
    account(database, "robot")
    now = accounts.utc_now()
    made = add_token(database, "robot", "nightly report", passwords.token_hash("secret-token"), now, "test")
    async with visitor(database) as client:
        client.headers["Authorization"] = "Bearer secret-token"
        assert (await client.get("/api/session")).json()["editor"] == "robot"
        assert (await client.post("/api/release")).status_code == 200
        end_token(database, made.id, now + timedelta(minutes=1), "test")
        assert (await client.get("/api/session")).status_code == 401


async def test_an_editor_of_one_site_sees_and_changes_nothing_of_another(database):
    (here,) = put(database, ["ici"], site="mag", url="https://mag.example/a", authors=["Léa"])
    (there,) = put(database, ["là-bas"], site="autre", url="https://autre.example/a", authors=["Tom"])
    account(database, "boss")
    account(database, "marie", sites=["mag"])
    decision = {"items": [{"id": there, "version": 1, "key": "k-12345678"}], "action": "publish"}
    async with editor(database, "boss") as boss:
        made = (await boss.post("/api/decisions", json=decision)).json()["decisions"][0]["id"]
    async with editor(database, "marie") as marie:
        assert [card["id"] for card in (await marie.get("/api/queue")).json()["items"]] == [here]
        assert (await marie.get("/api/queue?site=autre")).json()["items"] == []
        assert (await marie.get(f"/api/comments/{there}")).status_code == 404
        assert (await marie.get(f"/api/comments/{there}/context")).status_code == 404
        assert (await marie.post("/api/decisions", json=decision)).status_code == 404
        assert (await marie.post("/api/undo", json={"decisions": [made], "key": "u-12345678"})).status_code == 404
        assert (await marie.post("/api/leases", json={"items": {str(there): 2}})).status_code == 404
        assert (await marie.get("/api/rules?site=autre")).status_code == 403
        assert (await marie.get("/api/rules")).status_code == 403
        assert (await marie.get("/api/counts")).json()["count"] == 1


def test_passwords_are_hashed_slowly_and_with_salt(monkeypatch):
    from argon2 import PasswordHasher

    monkeypatch.setattr(passwords, "hasher", PasswordHasher())
    first, second = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert passwords.hasher.memory_cost >= 19 * 1024  # KiB: what OWASP asks for at least
    with pytest.raises(passwords.WeakPassword):
        passwords.hashed("short")


async def test_ones_own_password_is_changed_by_who_knows_it(database):
    account(database, "marie")
    account(database, "tom")
    async with editor(database, "marie") as client:
        token = client.headers["X-CSRF-Token"]

        async def change(**given):
            return await client.post("/account", data={"csrf_token": token, **given})

        assert (await change(now="wrong", wanted="a" * 12, again="a" * 12)).status_code == 422
        assert (await change(now=PASSWORD, wanted="a" * 12, again="b" * 12)).status_code == 422
        assert (await change(now=PASSWORD, wanted="short", again="short")).status_code == 422
        done = await change(now=PASSWORD, wanted="a new long one", again="a new long one")
        assert (done.status_code, done.headers["location"]) == (303, "/account?changed=1")
    assert right_editor(database, "marie", "a new long one", utc_now()) is not None
    assert right_editor(database, "tom", PASSWORD, utc_now()) is not None


async def test_a_desk_keeps_its_pages_while_another_version_is_installed_under_it(database, monkeypatch):
    def another_version(*_: object) -> None:
        raise AssertionError("read while the desk runs")

    account(database, "marie")
    async with editor(database, "marie") as client:
        monkeypatch.setattr(environment().loader, "get_source", another_version)
        assert (await client.get("/review")).status_code == 200


def test_who_may_not_give_threads_priorities_has_a_desk_that_checks_passwords(monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError("not in this sandbox")

    monkeypatch.setattr(os, "setpriority", refused)
    accounts.step_back()
