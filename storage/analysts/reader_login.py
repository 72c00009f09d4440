"""The login of PostgreSQL that reads the views and nothing else: for the console of the desk and for BI tools."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from storage.analysts.views import READERS, grant_views, readers_of
from storage.database.engine import Database
from storage.database.errors import DatabaseError

DEFAULT_NAME = "tamis_reader"
SETTINGS = (
    "default_transaction_read_only = on",
    "timezone = 'UTC'",
    "statement_timeout = '60s'",
    "idle_in_transaction_session_timeout = '60s'",
    "lock_timeout = '1s'",
)
CONNECTIONS = 20


class ReaderRefused(DatabaseError):
    """The login cannot be made as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLogin:
    """A login and the URL that it gets in with; `made`: it is new, else it has a new password."""

    name: str
    url: str
    made: bool


def make_reader(db: Database, name: str = DEFAULT_NAME, password: str | None = None) -> ReaderLogin:
    """Make the login, or give it a new password, and let it read every view of this version and of later ones.

    Raises ReaderRefused on SQLite (whose file is opened read-only), for a name that is no plain word, for a login that
    has rights of its own, and where the database's user may not make logins.
    """
    if db.dialect != "postgresql":
        raise ReaderRefused("SQLite has no logins: a BI tool opens the file itself, read-only; see docs/analysts.md")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ReaderRefused(f"{name!r} is no name for a login; use lower-case letters, digits and _")
    password = password or secrets.token_urlsafe(24)
    try:
        with db.write() as connection:
            made = put_login(connection, name, password)
            connection.execute(
                text(
                    "INSERT INTO settings (name, value) VALUES (:name, :value)"
                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
                ),
                {"name": READERS, "value": " ".join(sorted({*readers_of(connection), name}))},
            )
            grant_views(connection)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ReaderRefused(
            f"{name} could not be made ({reason}); let an administrator run: CREATE ROLE {name} LOGIN, then repeat"
        ) from error
    url = make_url(db.url).set(drivername="postgresql", username=name, password=password)
    return ReaderLogin(name=name, url=url.render_as_string(hide_password=False), made=made)


def put_login(connection: Connection, name: str, password: str) -> bool:
    """CREATE or ALTER ROLE with no right but to log in; True if it is new."""
    found = connection.execute(
        text(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
            " OR EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid)"
            " OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid) FROM pg_roles r WHERE rolname = :name"
        ),
        {"name": name},
    ).scalar()
    if found:
        raise ReaderRefused(f"{name} has rights of its own already; choose another name")
    sentence = "'" + password.replace("'", "''") + "'"
    verb = "CREATE" if found is None else "ALTER"
    driver = connection.connection.cursor()  # as it is: a password may hold any sign
    driver.execute(f"{verb} ROLE {name} LOGIN NOINHERIT CONNECTION LIMIT {CONNECTIONS} PASSWORD {sentence}")
    for setting in SETTINGS:
        driver.execute(f"ALTER ROLE {name} SET {setting}")
    database = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    driver.execute(f"GRANT CONNECT ON DATABASE {database} TO {name}")
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    driver.execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
    return found is None
