"""What somebody was told already: several processes may notice the same thing, and one of them tells it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_, update

from storage.engine import Database
from storage.frontier import upsert
from storage.tables import told

CLAIM = timedelta(minutes=5)  # who has not said by then that it was told has failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something to tell about a site. `subject` tells apart several of a kind; it may be empty."""

    kind: str
    site: str
    subject: str


def claim(
    db: Database, matters: Sequence[Matter], now: datetime, remind_after: timedelta, once: Collection[str] = ()
) -> list[Matter]:
    """Those that this process is to tell now: never told, or last told so long ago; kinds in `once` have no reminder.

    Nobody else gets them for CLAIM; `confirm` says that they were told.
    """
    if not matters:
        return []
    free = or_(told.c.claimed_until.is_(None), told.c.claimed_until <= now)
    again = and_(told.c.told_at <= now - remind_after, told.c.kind.not_in(list(once)))
    mine = []
    with db.write() as connection:
        for matter in sorted(matters, key=key):  # in one order, so that two processes never wait for each other
            kind, site, subject = key(matter)
            statement = upsert(connection, told).values(
                kind=kind, site=site, subject=subject, claimed_until=now + CLAIM
            )
            statement = statement.on_conflict_do_update(
                index_elements=[told.c.kind, told.c.site, told.c.subject],
                set_={"claimed_until": now + CLAIM},
                where=and_(free, or_(told.c.told_at.is_(None), again)),
            )
            if connection.execute(statement.returning(told.c.kind)).first() is not None:
                mine.append(matter)
    return mine


def confirm(db: Database, matters: Sequence[Matter], now: datetime) -> None:
    """They were told."""
    with db.write() as connection:
        connection.execute(update(told).where(among(matters)).values(told_at=now, claimed_until=None))


def settle(db: Database, matters: Sequence[Matter]) -> None:
    """They are over: when they come back, they are news again."""
    with db.read() as connection:  # most looks find nothing to write
        found = connection.execute(select(told.c.kind).where(among(matters)).limit(1)).first()
    if found is not None:
        with db.write() as connection:
            connection.execute(delete(told).where(among(matters)))


def among(matters: Sequence[Matter]) -> ColumnElement[bool]:
    return tuple_(told.c.kind, told.c.site, told.c.subject).in_([key(matter) for matter in matters])


def key(matter: Matter) -> tuple[str, str, str]:
    return str(matter.kind), matter.site, matter.subject
