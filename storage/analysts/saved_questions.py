"""Questions of analysts that were given a title, so that colleagues find and ask them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, insert, select

from storage.database.engine import Database
from storage.database.tables import editors, saved_questions

MOST_QUESTIONS = 500  # that are listed
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuestion:
    """A statement under a title; `editor` saved it. `chart`: how it is drawn, as in the address of its page."""

    id: int
    title: str
    sql: str
    editor: str
    saved_at: datetime
    chart: str | None


def all_questions(db: Database) -> tuple[SavedQuestion, ...]:
    """The newest first."""
    with db.read() as connection:
        query = whole().order_by(saved_questions.c.id.desc()).limit(MOST_QUESTIONS)
        return tuple(SavedQuestion(**row) for row in connection.execute(query).mappings())


def title_of(db: Database, sql: str) -> str | None:
    """The title under which this very statement was saved last; None: it was not."""
    with db.read() as connection:
        query = select(saved_questions.c.title).where(saved_questions.c.sql == sql)
        return connection.execute(query.order_by(saved_questions.c.id.desc()).limit(1)).scalar()


def save_question(db: Database, editor_id: int, title: str, sql: str, now: datetime, chart: str | None = None) -> int:
    """Keep it; a statement that the same editor saved before gets the new title and chart. Return its number."""
    with db.write(durable=True) as connection:
        mine = (saved_questions.c.editor_id == editor_id, saved_questions.c.sql == sql)
        connection.execute(delete(saved_questions).where(*mine))
        values = {"editor_id": editor_id, "title": title, "sql": sql, "saved_at": now, "chart": chart}
        return int(
            connection.execute(insert(saved_questions).values(values).returning(saved_questions.c.id)).scalar_one()
        )


def forget_question(db: Database, number: int, editor_id: int | None) -> bool:
    """Take one away if it is that editor's, or (None) whoever's it is; whether there was one."""
    with db.write(durable=True) as connection:
        query = delete(saved_questions).where(saved_questions.c.id == number)
        if editor_id is not None:
            query = query.where(saved_questions.c.editor_id == editor_id)
        return bool(connection.execute(query).rowcount)


def whole() -> Select[tuple[int, str, str, str, datetime, str | None]]:
    return select(
        saved_questions.c.id,
        saved_questions.c.title,
        saved_questions.c.sql,
        editors.c.name.label("editor"),
        saved_questions.c.saved_at,
        saved_questions.c.chart,
    ).join(editors, editors.c.id == saved_questions.c.editor_id)
