"""`tamis user`: accounts of the desk, from the command line."""

from __future__ import annotations

import getpass
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flows.clock import utc_now
from flows.desk.signing_in.passwords import ACCOUNT_NAME, hashed, token_hash
from flows.errors import FlowError
from flows.settings import Settings
from storage.desk.editors import ROLES, Role, add_editor, add_token, all_editors, change_editor, end_token
from storage.desk.identities import NO_PASSWORD
from storage.opening import open_database

CLOSED = "closed"


class BadAccount(FlowError):
    exit_code = 2


def add(settings: Settings, name: str, role: str, sites: Sequence[str] | None, password: str | None) -> dict[str, Any]:
    """Makes the account; without a password it is for whoever signs in first under that name at the OpenID provider.

    Raises BadAccount, WeakPassword, UnknownSite, AccountExists.
    """
    if password is None and settings.desk.oidc is None:
        raise BadAccount("single sign-on needs an OpenID provider; describe it in [desk.oidc] of tamis.toml")
    if not re.fullmatch(ACCOUNT_NAME, name):
        raise BadAccount(f"{name!r} cannot be an account's name; use letters, digits, '.', '-', '_' and '@'")
    chosen = [settings.site(site).name for site in sites] if sites else None
    with open_database(settings.database_url) as db:
        stored = NO_PASSWORD if password is None else hashed(password)
        return asdict(add_editor(db, name, known_role(role), stored, utc_now(), by_shell(), chosen))


def account_rows(settings: Settings) -> list[dict[str, Any]]:
    with open_database(settings.database_url) as db:
        return [asdict(editor) for editor in all_editors(db)]


def change_role(settings: Settings, name: str, role: str) -> dict[str, Any]:
    """Changes the role; `closed` shuts the account, another role opens it again."""
    now = utc_now()
    changes: dict[str, Any] = (
        {"disabled_at": now} if role == CLOSED else {"role": known_role(role), "disabled_at": None}
    )
    with open_database(settings.database_url) as db:
        return asdict(change_editor(db, name, now, by_shell(), **changes))


def change_password(settings: Settings, name: str, password: str) -> dict[str, Any]:
    with open_database(settings.database_url) as db:
        return asdict(change_editor(db, name, utc_now(), by_shell(), password_hash=hashed(password)))


def add_program(settings: Settings, name: str, purpose: str) -> tuple[str, dict[str, Any]]:
    """A token for a program with the rights of that account: the token, which is shown once, and its row.

    Raises UnknownItem.
    """
    token = secrets.token_urlsafe(32)
    with open_database(settings.database_url) as db:
        made = add_token(db, name, purpose, token_hash(token), utc_now(), by_shell())
    return token, asdict(made)


def end_program(settings: Settings, number: int) -> None:
    """Withdraws a token. Raises UnknownItem."""
    with open_database(settings.database_url) as db:
        end_token(db, number, utc_now(), by_shell())


def known_role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise BadAccount(f"there is no role {role!r}; use {', '.join(ROLES)}")


def by_shell() -> str:
    """Who the audit log names for what is done on the command line."""
    return f"shell:{getpass.getuser()}"
