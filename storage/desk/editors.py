"""Accounts of the desk, their sessions, and the log of what was done with them.

Passwords arrive hashed (Argon2, made in the desk), session tokens as their SHA-256: nothing kept here opens a door.
Accounts are never deleted, because decisions name them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.database.engine import Database
from storage.database.errors import AccountExists, UnknownItem
from storage.database.tables import api_tokens, audit_log, editors, sessions

Role = Literal["viewer", "editor", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "editor", "admin")
SEEN_EVERY = timedelta(minutes=1)  # how exactly a session's last use is known: not one write a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """One account. `sites` None: it may see all of them."""

    id: int
    name: str
    role: Role
    sites: tuple[str, ...] | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is logged in. Forms of the session carry `csrf_token`."""

    editor: Editor
    csrf_token: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    at: datetime
    editor: str | None
    event: str
    detail: dict[str, Any]


def add_editor(
    db: Database,
    name: str,
    role: Role,
    password_hash: str,
    now: datetime,
    by: str,
    sites: Sequence[str] | None = None,
) -> Editor:
    """A new account. Raises AccountExists."""
    with db.write(durable=True) as connection:
        if connection.execute(select(editors.c.id).where(editors.c.name == name)).scalar() is not None:
            raise AccountExists(f"there is an account {name!r} already; change its password with: tamis user passwd")
        allowed = list(sites) if sites is not None else None
        values = {"name": name, "role": role, "password_hash": password_hash, "sites": allowed, "created_at": now}
        number = connection.execute(insert(editors).values(**values).returning(editors.c.id)).scalar_one()
        log_event(connection, "user_added", by, {"name": name, "role": role, "sites": allowed}, now)
    return Editor(
        id=number, name=name, role=role, sites=tuple(sites) if sites else None, created_at=now, disabled_at=None
    )


def all_editors(db: Database) -> tuple[Editor, ...]:
    """Every account, by name."""
    with db.read() as connection:
        return tuple(as_editor(row) for row in connection.execute(select(editors).order_by(editors.c.name)).mappings())


def editor_named(db: Database, name: str) -> tuple[Editor, str] | None:
    """The account and its password hash, closed accounts too."""
    with db.read() as connection:
        row = connection.execute(select(editors).where(editors.c.name == name)).mappings().one_or_none()
    return (as_editor(row), str(row["password_hash"])) if row is not None else None


def change_editor(db: Database, name: str, now: datetime, by: str, **changes: Any) -> Editor:
    """Change `role`, `password_hash`, `sites` or `disabled_at`; its sessions end. Raises UnknownItem."""
    assert set(changes) <= {"role", "password_hash", "sites", "disabled_at"}
    with db.write(durable=True) as connection:
        changed = connection.execute(
            update(editors).where(editors.c.name == name).values(**changes).returning(editors)
        ).mappings()
        row = changed.one_or_none()
        if row is None:
            raise UnknownItem(f"no account {name!r}; `tamis user list` shows them")
        connection.execute(delete(sessions).where(sessions.c.editor_id == row["id"]))
        shown = {key: value for key, value in changes.items() if key in ("role", "sites")}
        log_event(connection, "user_changed", by, {"name": name, "what": sorted(changes), **shown}, now)
        return as_editor(row)


def start_session(
    db: Database, editor: Editor, token_hash: str, csrf_token: str, now: datetime, lasting: timedelta
) -> Session:
    """A new session; expired ones of anybody are cleared on the way."""
    expires = now + lasting
    with db.write() as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
        connection.execute(
            insert(sessions).values(
                token_hash=token_hash,
                editor_id=editor.id,
                csrf_token=csrf_token,
                created_at=now,
                seen_at=now,
                expires_at=expires,
            )
        )
        log_event(connection, "login", editor.name, {}, now)
    return Session(editor=editor, csrf_token=csrf_token, created_at=now, expires_at=expires)


def session_of(db: Database, token_hash: str, now: datetime, lasting: timedelta) -> Session | None:
    """The live session with that token, its end moved to `lasting` from now; None if there is none any more."""
    query = (
        select(
            editors,
            sessions.c.csrf_token,
            sessions.c.seen_at,
            sessions.c.expires_at,
            sessions.c.created_at.label("began"),
        )
        .join(sessions, sessions.c.editor_id == editors.c.id)
        .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now, editors.c.disabled_at.is_(None))
    )
    with db.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    expires = row["expires_at"]
    if now - row["seen_at"] >= SEEN_EVERY:
        expires = now + lasting
        with db.write() as connection:
            connection.execute(
                update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now, expires_at=expires)
            )
    return Session(editor=as_editor(row), csrf_token=row["csrf_token"], created_at=row["began"], expires_at=expires)


def end_session(db: Database, token_hash: str, now: datetime) -> None:
    with db.write() as connection:
        name = connection.execute(
            select(editors.c.name)
            .join(sessions, sessions.c.editor_id == editors.c.id)
            .where(sessions.c.token_hash == token_hash)
        ).scalar()
        if name is not None:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))
            log_event(connection, "logout", name, {}, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A program's key to the interface, without the key. `ended_at` None: it works."""

    id: int
    editor: str
    name: str
    created_at: datetime
    seen_at: datetime | None
    ended_at: datetime | None


def add_token(db: Database, editor: str, name: str, token_hash: str, now: datetime, by: str) -> ApiToken:
    """A new token with the rights of that account. Raises UnknownItem."""
    found = editor_named(db, editor)
    if found is None:
        raise UnknownItem(f"no account {editor!r}; `tamis user list` shows them")
    values = {"token_hash": token_hash, "editor_id": found[0].id, "name": name, "created_at": now}
    with db.write(durable=True) as connection:
        number = connection.execute(insert(api_tokens).values(**values).returning(api_tokens.c.id)).scalar_one()
        log_event(connection, "token_added", by, {"editor": editor, "token": number, "name": name}, now)
    return ApiToken(id=number, editor=editor, name=name, created_at=now, seen_at=None, ended_at=None)


def all_tokens(db: Database) -> tuple[ApiToken, ...]:
    """Every token, the newest first."""
    columns = [column for column in api_tokens.c if column.name not in ("token_hash", "editor_id")]
    query = select(*columns, editors.c.name.label("editor")).join(editors, editors.c.id == api_tokens.c.editor_id)
    with db.read() as connection:
        return tuple(ApiToken(**row) for row in connection.execute(query.order_by(api_tokens.c.id.desc())).mappings())


def end_token(db: Database, number: int, now: datetime, by: str) -> None:
    """Withdraw a token. Raises UnknownItem if there is none that works."""
    with db.write(durable=True) as connection:
        ended = connection.execute(
            update(api_tokens).where(api_tokens.c.id == number, api_tokens.c.ended_at.is_(None)).values(ended_at=now)
        )
        if ended.rowcount == 0:
            raise UnknownItem(f"no token {number} that works")
        log_event(connection, "token_ended", by, {"token": number}, now)


def editor_with_token(db: Database, token_hash: str, now: datetime) -> Editor | None:
    """Whose token that is, if it works and the account is open."""
    query = (
        select(editors, api_tokens.c.id.label("token"), api_tokens.c.seen_at)
        .join(api_tokens, api_tokens.c.editor_id == editors.c.id)
        .where(api_tokens.c.token_hash == token_hash, api_tokens.c.ended_at.is_(None), editors.c.disabled_at.is_(None))
    )
    with db.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    if row["seen_at"] is None or now - row["seen_at"] >= SEEN_EVERY:
        with db.write() as connection:
            connection.execute(update(api_tokens).where(api_tokens.c.id == row["token"]).values(seen_at=now))
    return as_editor(row)


def note_event(db: Database, event: str, editor: str | None, detail: dict[str, Any], now: datetime) -> None:
    """One line of the audit log."""
    with db.write(durable=True) as connection:
        log_event(connection, event, editor, detail, now)


def failures_since(db: Database, name: str, since: datetime) -> int:
    """Failed logins under that name since then, not counting those before its last good login."""
    with db.read() as connection:
        good = connection.execute(
            select(func.max(audit_log.c.at)).where(audit_log.c.event == "login", audit_log.c.editor == name)
        ).scalar()
        query = select(func.count()).where(
            audit_log.c.event == "login_failed",
            audit_log.c.editor == name,
            audit_log.c.at > max(since, good) if good is not None else audit_log.c.at > since,
        )
        return int(connection.execute(query).scalar_one())


def audit_entries(db: Database, limit: int = 200) -> tuple[AuditEntry, ...]:
    """The newest entries first."""
    query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    with db.read() as connection:
        rows = connection.execute(query).mappings()
        return tuple(
            AuditEntry(at=row["at"], editor=row["editor"], event=row["event"], detail=row["detail"]) for row in rows
        )


def log_event(connection: Connection, event: str, editor: str | None, detail: dict[str, Any], now: datetime) -> None:
    connection.execute(insert(audit_log).values(at=now, editor=editor, event=event, detail=detail))


def as_editor(row: Any) -> Editor:
    return Editor(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        sites=tuple(row["sites"]) if row["sites"] is not None else None,
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
    )
