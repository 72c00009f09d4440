"""Signing in through an OpenID provider: authorization code flow with PKCE, state and nonce.

OpenID Connect Core 1.0, section 3.1, and Discovery 1.0; RFC 7636 (PKCE, S256 only); RFC 9207 (issuer in the answer).
What a sign-in needs on its way back waits in a cookie of the browser that began it, for ten minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flows.clock import utc_now
from flows.desk.pages.i18n import Texts
from flows.desk.signing_in.passwords import ACCOUNT_NAME
from flows.desk.signing_in.sessions import enter, login_form, safe_next
from flows.errors import FlowError
from flows.observe import log
from flows.settings_tables import OidcSettings, is_secure_address
from storage.database.engine import Database
from storage.desk.editors import ROLES, Editor, Role, change_editor, note_event
from storage.desk.identities import identity_of, link_identity, make_linked

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

COOKIE = "tamis_sign_in"
PATH = "/login/oidc"
BEGUN_SECONDS = 600
PROVIDER_SECONDS = 10.0  # how long the provider may take to answer
KEPT_SECONDS = 3600.0  # how long its description and its keys are kept
LEEWAY_SECONDS = 60  # how far its clock may be off
MOST_BYTES = 1_000_000
# signatures with a key of the provider's own; never "none", never one that the client's secret could make
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class OidcMissing(FlowError):
    exit_code = 2


class SignInRefused(Exception):
    """Nobody is signed in. `why` is a stable word for the audit log, `status` that of the page."""

    def __init__(self, why: str, status: int = 401, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why, self.status, self.detail = why, status, detail


class Provider:
    """The provider of the settings: where it signs people in, and whether what it says of them is its own word."""

    def __init__(self, settings: OidcSettings) -> None:
        """Raises OidcMissing when the extra is not installed."""
        try:
            import joserfc  # noqa: F401 - asked for at the start, not at the first sign-in
        except ModuleNotFoundError:
            raise OidcMissing("[desk.oidc] needs another package; install it with: pip install 'tamis[oidc]'") from None
        self.settings = settings
        self._described: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def address(self, state: str, nonce: str, verifier: str, back: str) -> str:
        """Where the browser goes to sign in. Raises Refused when the provider does not answer."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._description())["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def claims(self, code: str, verifier: str, nonce: str, back: str) -> dict[str, Any]:
        """What the provider says of who came back with that code. Raises Refused unless all of it holds."""
        token = await self._id_token(code, verifier, back)
        from joserfc.errors import JoseError
        from joserfc.jwt import JWTClaimsRegistry

        rules = JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = await self._verified(token)
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise SignInRefused("bad_token", detail=type(error).__name__) from error
        others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (others or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise SignInRefused("bad_token", detail="azp")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise SignInRefused("bad_token", detail="sub")
        return claims

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that a key of the provider's signed; its keys are fetched anew for an unknown one."""
        from joserfc import jwt
        from joserfc.errors import BadSignatureError, InvalidKeyIdError

        try:
            return dict(jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS).claims)
        except (InvalidKeyIdError, BadSignatureError):
            if self._keys is not None and time.monotonic() - self._keys[0] < LEEWAY_SECONDS:
                raise  # they are fresh: nobody makes us ask the provider again and again
            return dict(jwt.decode(token, await self._key_set(anew=True), algorithms=ALGORITHMS).claims)

    async def _id_token(self, code: str, verifier: str, back: str) -> str:
        described = await self._description()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }
        headers = {}
        if self.settings.client_secret is not None:
            secret = self.settings.client_secret.get_secret_value()
            methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in methods:  # RFC 6749, 2.3.1: both are form-encoded first
                pair = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
                headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            else:
                form["client_secret"] = secret
        answer = await self._ask("POST", described["token_endpoint"], data=form, headers=headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused("no_token")
        return token

    async def _description(self) -> dict[str, Any]:
        """Its discovery document. Raises Refused if it is of another issuer or leads to insecure places."""
        if self._described is None or time.monotonic() - self._described[0] > KEPT_SECONDS:
            found = await self._ask("GET", self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
            places = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            if found.get("issuer") != self.settings.issuer:
                raise SignInRefused("provider_away", 502, "its discovery document names another issuer")
            if not all(isinstance(place, str) and is_secure_address(place) for place in places):
                raise SignInRefused("provider_away", 502, "its discovery document lacks an https endpoint")
            self._described = (time.monotonic(), found)
        return self._described[1]

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        if anew or self._keys is None or time.monotonic() - self._keys[0] > KEPT_SECONDS:
            from joserfc.errors import JoseError
            from joserfc.jwk import KeySet

            found = await self._ask("GET", (await self._description())["jwks_uri"])
            try:
                self._keys = (time.monotonic(), KeySet.import_key_set(found))  # type: ignore[arg-type]
            except (JoseError, KeyError, ValueError, TypeError) as error:
                raise SignInRefused("provider_away", 502, "its keys cannot be read") from error
        return self._keys[1]

    async def _ask(self, method: str, url: str, **content: Any) -> dict[str, Any]:
        """One JSON object from the provider. Raises Refused."""
        try:
            async with httpx.AsyncClient(timeout=PROVIDER_SECONDS, follow_redirects=False) as client:
                answer = await client.request(method, url, **content)
            found = answer.json() if len(answer.content) <= MOST_BYTES else None
        except (httpx.HTTPError, ValueError) as error:
            raise SignInRefused("provider_away", 502, type(error).__name__) from error
        if method == "POST" and answer.status_code in (400, 401):
            raise SignInRefused("bad_code", detail=str(found.get("error", ""))[:60] if isinstance(found, dict) else "")
        if answer.status_code != 200 or not isinstance(found, dict):
            raise SignInRefused("provider_away", 502, f"HTTP {answer.status_code}")
        return found


async def begin(request: Request) -> Response:
    """Send the browser to the provider."""
    from flows.desk.pages.rendering import is_secure, not_found, texts_for

    provider: Provider | None = request.state.desk.provider
    if provider is None:
        return await not_found(request, LookupError())
    begun = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    try:
        there = await provider.address(begun["state"], begun["nonce"], begun["verifier"], back_to(request))
    except SignInRefused as refused:
        return await turned_away(request, refused, texts_for(request))
    begun["next"] = safe_next(request.query_params.get("next", "/"))
    response = RedirectResponse(there, status_code=303)
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(json.dumps(begun).encode()).decode(),
        max_age=BEGUN_SECONDS,
        path=PATH,
        httponly=True,
        samesite="lax",  # it has to come along when the provider sends the browser back
        secure=is_secure(request),
    )
    return response


async def callback(request: Request) -> Response:
    """The browser is back from the provider: let it in, or say why not."""
    from flows.desk.pages.rendering import not_found, texts_for

    provider: Provider | None = request.state.desk.provider
    if provider is None:
        return await not_found(request, LookupError())
    try:
        begun, code = came_back(request, provider.settings.issuer)
        claims = await provider.claims(code, begun["verifier"], begun["nonce"], back_to(request))
        editor = await run_in_threadpool(whose, request.state.desk.db, provider.settings, claims)
    except SignInRefused as refused:
        return await turned_away(request, refused, texts_for(request))
    response = await enter(request, editor, begun["next"])
    response.delete_cookie(COOKIE, path=PATH)
    return response


def came_back(request: Request, issuer: str) -> tuple[dict[str, str], str]:
    """What this browser began, and the code that it brings. Raises Refused unless they belong together."""
    try:
        begun = json.loads(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")))
        kept = {name: str(begun[name]) for name in ("state", "nonce", "verifier", "next")}
    except (ValueError, KeyError, TypeError):
        raise SignInRefused("not_begun", 403) from None
    asked = request.query_params
    if not hmac.compare_digest(asked.get("state", "").encode(), kept["state"].encode()):
        raise SignInRefused("not_begun", 403)
    if asked.get("iss", issuer) != issuer:
        raise SignInRefused("bad_token", detail="iss")
    if "error" in asked or not asked.get("code"):
        raise SignInRefused("denied", detail=re.sub(r"\W", "_", asked.get("error", ""))[:60])
    return kept, asked["code"]


def whose(db: Database, settings: OidcSettings, claims: dict[str, Any]) -> Editor:
    """The account of this person: the one linked, the one made for the name, or one that the roles give.

    Raises Refused when there is none or it is closed.
    """
    now, subject = utc_now(), claims["sub"]
    role = role_of(settings, claims)
    known = identity_of(db, settings.issuer, subject)
    if known is not None:
        editor = known.editor
        if known.by_role and role is None:
            raise SignInRefused("no_role", 403, editor.name)
        if known.by_role and role is not None and role != editor.role:
            editor = change_editor(db, editor.name, now, "single sign-on", role=role)
        if editor.disabled_at is not None:
            raise SignInRefused("closed", 403, editor.name)
        return editor
    name = name_of(settings, claims)
    made = link_identity(db, name, settings.issuer, subject, now) if name else None
    if made is None and name and role is not None:
        made = make_linked(db, name, role, settings.issuer, subject, now)
    if made is None:
        raise SignInRefused("no_account", 403, name or "")
    if made.disabled_at is not None:
        raise SignInRefused("closed", 403, made.name)
    return made


def name_of(settings: OidcSettings, claims: dict[str, Any]) -> str | None:
    """The name that an account may have; an e-mail address only if the provider has verified it."""
    name = claims.get(settings.name_claim)
    if not isinstance(name, str) or not re.fullmatch(ACCOUNT_NAME, name):
        return None
    return None if settings.name_claim == "email" and claims.get("email_verified") is not True else name


def role_of(settings: OidcSettings, claims: dict[str, Any]) -> Role | None:
    """The highest role that the claims give; None: none."""
    if settings.role_claim is None:
        return None
    found: Any = claims
    for part in settings.role_claim.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    roles = [settings.roles[value] for value in values if isinstance(value, str) and value in settings.roles]
    return max(roles, key=ROLES.index, default=None)


async def turned_away(request: Request, refused: SignInRefused, t: Texts) -> Response:
    """The login page with one sentence, and a line in the audit log."""
    _ = t.gettext
    words = {
        "provider_away": _("The sign-in service does not answer. Try again in a minute, or ask your administrator."),
        "not_begun": _("This sign-in took too long, or was begun in another window. Please try again."),
        "denied": _("The sign-in was cancelled or refused there."),
        "no_account": _("You are signed in there, but have no account here. Ask your administrator for one."),
        "no_role": _("You no longer have a role here. Ask your administrator."),
        "closed": _("Your account here is closed. Ask your administrator."),
    }.get(refused.why, _("The sign-in failed: its answer cannot be trusted. Please try again."))
    log("sign_in_refused", why=refused.why, detail=refused.detail)
    if refused.why != "provider_away":
        detail = {"why": refused.why, "detail": refused.detail, "by": "single sign-on"}
        await run_in_threadpool(note_event, request.state.desk.db, "sign_in_refused", None, detail, utc_now())
    response = login_form(request, words, refused.status)
    response.delete_cookie(COOKIE, path=PATH)
    return response


def back_to(request: Request) -> str:
    """The address that the provider sends the browser back to; it must be registered there."""
    settings = request.state.desk.settings
    base = settings.desk.address or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base.rstrip('/')}{PATH}/callback"
