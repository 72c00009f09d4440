"""Which account a person of an OpenID provider has, by issuer and subject: a provider never gives these twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage.database.engine import Database
from storage.database.tables import editors, identities
from storage.desk.editors import Editor, Role, as_editor, log_event

NO_PASSWORD = "!"  # noqa: S105 - no password has this hash: the account is for single sign-on


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person of a provider. `by_role`: the provider's roles made the account, so they also govern it."""

    editor: Editor
    by_role: bool


def identity_of(db: Database, issuer: str, subject: str) -> Identity | None:
    """The account linked with that person; closed ones too."""
    query = (
        select(editors, identities.c.by_role)
        .join(identities, identities.c.editor_id == editors.c.id)
        .where(identities.c.issuer == issuer, identities.c.subject == subject)
    )
    with db.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    return Identity(editor=as_editor(row), by_role=bool(row["by_role"])) if row is not None else None


def link_identity(db: Database, name: str, issuer: str, subject: str, now: datetime) -> Editor | None:
    """Give the account that was made for that name's first sign-in to this person.

    None unless it was made without a password and nobody has signed in with it yet.
    """
    with db.write(durable=True) as connection:
        wanted = select(editors).where(editors.c.name == name, editors.c.password_hash == NO_PASSWORD)
        row = connection.execute(wanted.with_for_update()).mappings().one_or_none()
        if row is None:
            return None
        if connection.execute(select(identities.c.subject).where(identities.c.editor_id == row["id"])).first():
            return None
        keep_identity(connection, row["id"], issuer, subject, now, by_role=False)
        log_event(connection, "user_linked", name, {"issuer": issuer, "subject": subject}, now)
        return as_editor(row)


def make_linked(db: Database, name: str, role: Role, issuer: str, subject: str, now: datetime) -> Editor | None:
    """A new account for that person, whom the provider gives this role; None if the name is taken."""
    with db.write(durable=True) as connection:
        if connection.execute(select(editors.c.id).where(editors.c.name == name)).first() is not None:
            return None
        values = {"name": name, "role": role, "password_hash": NO_PASSWORD, "sites": None, "created_at": now}
        row = connection.execute(insert(editors).values(**values).returning(editors)).mappings().one()
        keep_identity(connection, row["id"], issuer, subject, now, by_role=True)
        log_event(connection, "user_added", "single sign-on", {"name": name, "role": role, "subject": subject}, now)
        return as_editor(row)


def keep_identity(
    connection: Connection, editor_id: int, issuer: str, subject: str, now: datetime, *, by_role: bool
) -> None:
    connection.execute(
        insert(identities).values(issuer=issuer, subject=subject, editor_id=editor_id, by_role=by_role, linked_at=now)
    )
