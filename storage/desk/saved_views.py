"""Filters of the review queue that editors have given names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from storage.database.engine import Database
from storage.database.tables import saved_views
from storage.database.values import upsert

MOST_VIEWS = 50  # views an editor may keep


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A named filter; `chosen` as the desk's address carries it."""

    name: str
    chosen: dict[str, Any]


def views_of(db: Database, editor_id: int) -> tuple[SavedView, ...]:
    """The editor's views, by name."""
    query = (
        select(saved_views).where(saved_views.c.editor_id == editor_id).order_by(saved_views.c.name).limit(MOST_VIEWS)
    )
    with db.read() as connection:
        return tuple(SavedView(name=row.name, chosen=row.chosen) for row in connection.execute(query))


def save_view(db: Database, editor_id: int, view: SavedView, now: datetime) -> None:
    """Keep a view; one of the same name is replaced."""
    with db.write() as connection:
        statement = upsert(connection, saved_views).values(
            editor_id=editor_id, name=view.name, chosen=view.chosen, saved_at=now
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[saved_views.c.editor_id, saved_views.c.name],
                set_={"chosen": statement.excluded.chosen, "saved_at": statement.excluded.saved_at},
            )
        )


def forget_view(db: Database, editor_id: int, name: str) -> None:
    with db.write() as connection:
        connection.execute(delete(saved_views).where(saved_views.c.editor_id == editor_id, saved_views.c.name == name))
