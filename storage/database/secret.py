"""The database's own secret: the key of its fingerprints and pseudonyms. It leaves the database only in a backup."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, select

from storage.database.tables import settings

NAME = "pseudonym_key"


def make_secret(connection: Connection) -> None:
    """Put a new random key into a database that has none."""
    if connection.execute(select(settings.c.value).where(settings.c.name == NAME)).scalar() is None:
        connection.execute(insert(settings).values(name=NAME, value=secrets.token_hex(32)))


def secret(connection: Connection) -> bytes:
    """The key, 32 bytes."""
    return bytes.fromhex(connection.execute(select(settings.c.value).where(settings.c.name == NAME)).scalar_one())
