"""What somebody was told already: several processes may notice the same thing, and one of them tells it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_, update

from storage.database.engine import Database
from storage.database.tables import notices
from storage.database.values import storable, upsert

CLAIM = timedelta(minutes=5)  # who has not said by then that it was told has failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell about a site. `subject` tells apart several of a kind; it may be empty."""

    kind: str
    site: str
    subject: str


def claim_notices(
    db: Database, matters: Sequence[Notice], now: datetime, remind_after: timedelta, once: Collection[str] = ()
) -> list[Notice]:
    """Those that this process is to tell now: never told, or last told so long ago; kinds in `once` have no reminder.

    Nobody else gets them for CLAIM; `confirm` says that they were told.
    """
    if not matters:
        return []
    free = or_(notices.c.claimed_until.is_(None), notices.c.claimed_until <= now)
    again = and_(notices.c.told_at <= now - remind_after, notices.c.kind.not_in(list(once)))
    mine = []
    with db.write() as connection:
        for matter in sorted(matters, key=key):  # in one order, so that two processes never wait for each other
            kind, site, subject = key(matter)
            statement = upsert(connection, notices).values(
                kind=kind, site=site, subject=subject, claimed_until=now + CLAIM
            )
            statement = statement.on_conflict_do_update(
                index_elements=[notices.c.kind, notices.c.site, notices.c.subject],
                set_={"claimed_until": now + CLAIM},
                where=and_(free, or_(notices.c.told_at.is_(None), again)),
            )
            if connection.execute(statement.returning(notices.c.kind)).first() is not None:
                mine.append(matter)
    return mine


def confirm_sent(db: Database, matters: Sequence[Notice], now: datetime) -> None:
    """They were told."""
    with db.write() as connection:
        connection.execute(
            update(notices)
            .where(among(matters))
            .values(told_at=now, claimed_until=None, since=func.coalesce(notices.c.since, now))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice that is out: the sentence that was told last, and since when."""

    notice: Notice
    sentence: str
    since: datetime
    told_at: datetime


def told_notices(db: Database, site: str, kinds: Collection[str]) -> tuple[Told, ...]:
    """What of these kinds somebody was told about the site and is not over."""
    query = select(notices).where(
        notices.c.site == site, notices.c.kind.in_(sorted(kinds)), notices.c.told_at.is_not(None)
    )
    with db.read() as connection:
        return tuple(
            Told(
                notice=Notice(kind=row.kind, site=row.site, subject=row.subject),
                sentence=row.sentence or "",
                since=row.since or row.told_at,
                told_at=row.told_at,
            )
            for row in connection.execute(query.order_by(notices.c.kind, notices.c.subject))
        )


def keep_told(db: Database, told: Sequence[tuple[Notice, str]], now: datetime) -> None:
    """They were told now, in these words."""
    with db.write() as connection:
        for notice, sentence in sorted(told, key=lambda pair: key(pair[0])):
            kind, site, subject = key(notice)
            statement = upsert(connection, notices).values(
                kind=kind, site=site, subject=subject, told_at=now, since=now, sentence=storable(sentence)
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[notices.c.kind, notices.c.site, notices.c.subject],
                    set_={
                        "told_at": now,
                        "sentence": storable(sentence),
                        "since": func.coalesce(notices.c.since, now),
                        "claimed_until": None,
                    },
                )
            )


def clear_notices(db: Database, matters: Sequence[Notice]) -> None:
    """They are over: when they come back, they are news again."""
    with db.read() as connection:  # most looks find nothing to write
        found = connection.execute(select(notices.c.kind).where(among(matters)).limit(1)).first()
    if found is not None:
        with db.write() as connection:
            connection.execute(delete(notices).where(among(matters)))


def among(matters: Sequence[Notice]) -> ColumnElement[bool]:
    return tuple_(notices.c.kind, notices.c.site, notices.c.subject).in_([key(matter) for matter in matters])


def key(matter: Notice) -> tuple[str, str, str]:
    return str(matter.kind), matter.site, matter.subject
