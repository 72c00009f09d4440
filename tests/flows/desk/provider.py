"""An OpenID provider on loopback for tests: it keeps the rules of the code flow, and breaks the one it is told to."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "tamis"
SECRET = "s3cret/with:signs"


KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})  # once: it takes its time


class TestProvider:
    """`person` is who signs in. `spoil` changes the claims before they are signed; `sign` replaces the signing."""

    __test__ = False

    def __init__(self) -> None:
        self.issuer = ""  # set once its port is known
        self.person: dict[str, Any] = {"sub": "person-1", "preferred_username": "marie"}
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.sign: Callable[[dict[str, Any]], str] | None = None
        self.denies: str | None = None
        self.keys = KeySet([KEY])
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/keys", self.show_keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    async def describe(self, request: Request) -> Response:
        self.asked.append("description")
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def show_keys(self, request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(self.keys.as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["code_challenge_method"] == "S256"
        if self.denies:
            return RedirectResponse(
                f"{asked['redirect_uri']}?{urlencode({'error': self.denies, 'state': asked['state']})}"
            )
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        query = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(query)}")

    async def token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        pair = base64.b64decode(request.headers.get("authorization", "Basic ").removeprefix("Basic ")).decode()
        asked = self.codes.pop(form["code"], None)  # a code works once
        if pair != "tamis:s3cret%2Fwith%3Asigns":
            return JSONResponse({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != form["redirect_uri"] or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = self.spoil(claims | self.person)
        return JSONResponse(
            {"access_token": "unused", "token_type": "Bearer", "id_token": (self.sign or self.signed)(claims)}
        )

    def signed(self, claims: dict[str, Any]) -> str:
        key = self.keys.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
