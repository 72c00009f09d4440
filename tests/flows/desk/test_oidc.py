"""Signing in through an OpenID provider: who gets in, who does not, and what no answer of a provider can do."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from flows.commands.accounts import BadAccount, add
from flows.desk.app import create_app
from flows.desk.signing_in import oidc
from flows.desk.signing_in import sessions as accounts
from flows.errors import SettingsError
from flows.settings_file import build
from storage.desk.editors import add_editor, audit_entries, change_editor, editor_named
from storage.desk.identities import NO_PASSWORD
from tests.flows.desk.browser import chromium, need_chromium
from tests.flows.desk.provider import CLIENT, SECRET, TestProvider
from tests.flows.desk.room import HOST, PASSWORD, account, served, session, visitor

ANOTHER_KEY = RSAKey.generate_key(2048)


@pytest.fixture
def provider(database):
    made = TestProvider()
    with served(database, made.app) as place:
        made.issuer = place.url
        yield made


@pytest.fixture
def settings(provider, tmp_path, database_url):
    def make(**oidc):
        given = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET} | oidc
        return build({"database_url": database_url, "desk": {"oidc": given}}, base=tmp_path, environment={})

    return make


def invited(db, name="marie", role="editor"):
    add_editor(db, name, role, NO_PASSWORD, accounts.utc_now(), "test")


async def sign_in(client, follow="/review"):
    """From the link on the login page to the answer on the way back."""
    begun = await client.get("/login/oidc", params={"next": follow})
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient() as browser:
        there = await browser.get(begun.headers["location"])
    return await client.get(there.headers["location"])


async def who(client) -> str | None:
    answer = await client.get("/api/session")
    return answer.json().get("editor") if answer.status_code == 200 else None


def reasons(db):
    return [entry.detail["why"] for entry in audit_entries(db) if entry.event == "sign_in_refused"]


async def test_an_invited_person_gets_in_and_stays_who_he_is(database, provider, settings):
    invited(database)
    async with visitor(database, settings()) as client:
        answer = await sign_in(client)
        assert (answer.status_code, answer.headers["location"], await who(client)) == (303, "/review", "marie")
    provider.person = {"sub": "person-1", "preferred_username": "renamed"}
    async with visitor(database, settings()) as client:
        await sign_in(client)
        assert await who(client) == "marie"
    provider.person = {"sub": "person-2", "preferred_username": "marie"}  # another one takes the freed name
    async with visitor(database, settings()) as client:
        assert (await sign_in(client)).status_code == 403
        assert await who(client) is None


async def test_an_account_with_a_password_is_nobodys_by_its_name(database, provider, settings):
    account(database, "marie", "admin")
    async with visitor(database, settings()) as client:
        answer = await sign_in(client)
        assert (answer.status_code, await who(client)) == (403, None)
        assert "have no account here" in answer.text
    assert reasons(database) == ["no_account"]


async def test_a_closed_account_stays_closed(database, provider, settings):
    invited(database)
    async with visitor(database, settings()) as client:
        await sign_in(client)
        change_editor(database, "marie", accounts.utc_now(), "test", disabled_at=accounts.utc_now())
        assert await who(client) is None
        assert (await sign_in(client)).status_code == 403
    assert reasons(database) == ["closed"]


async def test_an_address_counts_only_when_the_provider_has_verified_it(database, provider, settings):
    invited(database, "marie@mag.example")
    given = settings(name_claim="email")
    provider.person = {"sub": "1", "email": "marie@mag.example"}
    async with visitor(database, given) as client:
        assert (await sign_in(client)).status_code == 403
        provider.person["email_verified"] = True
        assert (await sign_in(client)).status_code == 303


async def test_roles_make_govern_and_end_an_account(database, provider, settings):
    given = settings(role_claim="realm_access.roles", roles={"press": "editor", "chief": "admin"})
    async with visitor(database, given) as client:
        assert (await sign_in(client)).status_code == 403
        provider.person |= {"realm_access": {"roles": ["press", "other"]}}
        assert (await sign_in(client)).status_code == 303
        provider.person |= {"realm_access": {"roles": ["press", "chief"]}}
        await sign_in(client)
        assert (await client.get("/api/session")).json()["role"] == "admin"
        provider.person |= {"realm_access": {"roles": []}}
        answer = await sign_in(client)
        assert (answer.status_code, "no longer have a role" in answer.text) == (403, True)
    account(database, "tom")
    provider.person = {"sub": "tom-there", "preferred_username": "tom", "realm_access": {"roles": ["chief"]}}
    async with visitor(database, given) as client:  # the name is taken: a role does not open another's account
        assert (await sign_in(client)).status_code == 403
    assert editor_named(database, "tom")[0].role == "editor"


def forged(key, **header):
    return lambda claims: jwt.encode(header, claims, key, algorithms=[header["alg"]])


def unsigned(claims):
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


WRONG = [
    ("nonce", "of-another-sign-in"),
    ("nonce", None),
    ("aud", "another-client"),
    ("aud", ["tamis", "another-client"]),
    ("azp", "another-client"),
    ("iss", "https://evil.example"),
    ("exp", 1_700_000_000),
    ("exp", None),
    ("iat", None),
    ("sub", ""),
    ("sub", None),
    ("sub", 7),
]


async def test_a_token_with_a_wrong_claim_lets_nobody_in(database, provider, settings):
    invited(database)
    async with visitor(database, settings()) as client:
        for claim, value in WRONG:
            provider.spoil = lambda claims, spoilt={claim: value}: {
                name: found for name, found in (claims | spoilt).items() if found is not None
            }
            answer = await sign_in(client)
            assert (answer.status_code, await who(client)) == (401, None), (claim, value)
        provider.spoil = lambda claims: claims
        assert (await sign_in(client)).status_code == 303
    assert reasons(database) == ["bad_token"] * len(WRONG)


async def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(database, provider, settings):
    invited(database)
    public = base64.b64encode(provider.keys.keys[0].as_pem(private=False))
    async with visitor(database, settings()) as client:
        for sign in (
            forged(ANOTHER_KEY, alg="RS256", kid="first"),
            unsigned,
            forged(OctKey.import_key(SECRET), alg="HS256", kid="first"),
            forged(OctKey.import_key(public), alg="HS256", kid="first"),
        ):
            provider.sign = sign
            assert (await sign_in(client)).status_code == 401
            assert await who(client) is None


async def test_a_key_that_the_provider_has_changed_is_fetched_once(database, provider, settings, monkeypatch):
    invited(database)
    async with visitor(database, settings()) as client:
        await sign_in(client)
        provider.keys.keys[:] = [RSAKey.import_key(ANOTHER_KEY.as_dict(private=True), {"kid": "second"})]
        assert (await sign_in(client)).status_code == 401  # fetched a moment ago: not again yet
        monkeypatch.setattr(oidc, "LEEWAY_SECONDS", 0)
        assert (await sign_in(client)).status_code == 303
    assert provider.asked.count("keys") == 2


async def test_an_answer_counts_once_and_in_the_browser_that_began(database, provider, settings):
    invited(database)
    async with visitor(database, settings()) as client, visitor(database, settings()) as other:
        begun = await client.get("/login/oidc")
        async with httpx.AsyncClient() as browser:
            back = (await browser.get(begun.headers["location"])).headers["location"]
        assert (await other.get(back)).status_code == 403
        await other.get("/login/oidc")  # a sign-in of its own has another state
        assert (await other.get(back)).status_code == 403
        assert "token" not in provider.asked  # nobody makes us ask the provider by making up answers
        kept = client.cookies[oidc.COOKIE]
        assert (await client.get(back)).status_code == 303
        client.cookies.set(oidc.COOKIE, kept, domain=HOST, path=oidc.PATH)
        assert (await client.get(back)).status_code == 401
    assert sorted(reasons(database)) == ["bad_code", "not_begun", "not_begun"]


async def test_consent_that_was_denied_is_said(database, provider, settings):
    provider.denies = "access_denied"
    async with visitor(database, settings()) as client:
        answer = await sign_in(client)
    assert (answer.status_code, "cancelled or refused" in answer.text) == (401, True)


async def test_a_provider_that_is_away_is_said(database, provider, settings):
    given = settings(issuer=f"http://{HOST}:9")
    async with visitor(database, given) as client:
        answer = await client.get("/login/oidc?lang=fr")
        assert (answer.status_code, "ne répond pas" in answer.text) == (502, True)
    given = settings(issuer=f"{provider.issuer}/")  # its own description names another issuer
    async with visitor(database, given) as client:
        assert (await client.get("/login/oidc")).status_code == 502


async def test_it_leads_to_our_own_pages_with_a_session_of_its_own(database, provider, settings):
    invited(database)
    account(database, "mallory")
    planted, _ = session(database, "mallory")
    async with visitor(database, settings()) as client:
        client.cookies.set(accounts.SESSION_COOKIE, planted)
        answer = await sign_in(client, "https://evil.example/")
        assert answer.headers["location"] == "/"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert client.cookies.get(oidc.COOKIE) is None
    async with visitor(database) as client:
        client.cookies.set(accounts.SESSION_COOKIE, planted)
        assert await who(client) is None


async def test_only_switches_passwords_off(database, provider, settings):
    account(database, "marie")
    async with visitor(database, settings(only=True, name="Mag Connect")) as client:
        page = (await client.get("/login?next=/review")).text
        assert "password" not in page
        assert 'href="/login/oidc?next=%2Freview"' in page
        assert "Sign in with Mag Connect" in page
        form = {"name": "marie", "password": PASSWORD, "token": client.cookies[accounts.LOGIN_COOKIE]}
        assert (await client.post("/login", data=form)).status_code == 403
        assert await who(client) is None


async def test_without_a_provider_there_is_nothing_to_sign_in_with(database):
    async with visitor(database) as client:
        assert (await client.get("/login/oidc")).status_code == 404
        assert (await client.get("/login/oidc/callback?code=1&state=2")).status_code == 404


async def test_the_request_asks_for_a_code_with_all_that_protects_it(database, provider, settings):
    async with visitor(database, settings(scopes=["openid", "groups"])) as client:
        begun = await client.get("/login/oidc")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid groups"]
    assert asked["redirect_uri"] == [f"http://{HOST}/login/oidc/callback"]
    assert len(asked["state"][0]) > 40
    assert SECRET not in begun.headers["location"]


def test_settings_that_cannot_be_safe_are_refused(settings):
    for wrong, words in {
        "http": {"issuer": "http://sso.example"},
        "openid": {"scopes": ["email"]},
        "go together": {"roles": {"x": "editor"}},
    }.items():
        with pytest.raises(SettingsError, match=wrong):
            settings(**words)
    assert SECRET not in repr(settings())


def test_an_account_without_a_password_needs_a_provider(database, database_url, settings, tmp_path):
    assert add(settings(), "marie", "editor", None, None)["name"] == "marie"
    assert not accounts.is_right(editor_named(database, "marie")[1], "")
    with pytest.raises(BadAccount, match=r"\[desk.oidc\]"):
        add(build({"database_url": database_url}, base=tmp_path, environment={}), "tom", "editor", None, None)


@pytest.mark.browser
def test_a_browser_signs_in(database, provider, settings):
    need_chromium()
    invited(database)
    app = create_app(database, hosts=(HOST,), settings=settings(name="Mag Connect"))
    with served(database, app) as desk, chromium() as browser:
        page = browser.new_context(locale="en-GB").new_page()
        page.goto(f"{desk.url}/review")
        page.click("text=Sign in with Mag Connect")
        page.wait_for_url(f"{desk.url}/review")
        page.locator("#card .empty").wait_for()
