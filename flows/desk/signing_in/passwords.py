"""Passwords and tokens: hashed, checked, and what a name may be."""

from __future__ import annotations

import functools
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from flows.errors import FlowError

LEAST_PASSWORD = 10  # characters
ACCOUNT_NAME = r"[\w.@-]{1,64}"
hasher = PasswordHasher()


class WeakPassword(FlowError):
    exit_code = 2


def hashed(password: str) -> str:
    """Argon2id with the library's parameters (RFC 9106, low memory). Raises WeakPassword."""
    if len(password) < LEAST_PASSWORD:
        raise WeakPassword(f"the password is too short: give at least {LEAST_PASSWORD} characters")
    return hasher.hash(password)


@functools.cache
def _nobodys_hash() -> str:
    """Checked for names that do not exist, so that a login takes as long for them as for others."""
    return hasher.hash(secrets.token_hex(16))


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_right(stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
