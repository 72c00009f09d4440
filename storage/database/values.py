"""Values as both databases take them, and the statement that inserts or updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def storable(text: str | None) -> str | None:
    """The text without what a database refuses: NUL (PostgreSQL) and lone surrogates (both)."""
    if text is None:
        return None
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace").decode("utf-8")
    return text


def json_text(value: object) -> str:
    """A value as JSON text that both databases store."""
    try:
        text = orjson.dumps(value).decode()
        refused = "\\u0000" in text  # or a backslash before "u0000", which is left alone
    except orjson.JSONEncodeError:  # a lone surrogate somewhere in it
        refused = True
    return orjson.dumps(cleaned(value)).decode() if refused else text


def cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: cleaned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: cleaned(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens on a conflict, in the database's own dialect."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert(table)
    from sqlalchemy.dialects import postgresql  # SQLite does without that dialect

    return postgresql.insert(table)
