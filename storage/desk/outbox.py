"""Decisions on their way to other software: put down with the decision, in one transaction, taken away in their order.

Each consumer that is registered gets every decision made from then on, at least once. While one cannot be delivered
those behind it wait, so what a consumer heard last is what holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.database.engine import Database
from storage.database.tables import articles, comments, decisions, outbox, reviews, settings, sites
from storage.database.values import storable, upsert

CONSUMERS = "outbox_consumers"  # the row of `settings`: names, separated by spaces
CLAIM = timedelta(minutes=2)  # who has not said by then what became of it has failed
LONGEST_PAUSE = timedelta(hours=1)
KEPT = timedelta(days=30)  # what was delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A decision to deliver. `action` is what holds for the comment after it; `undoes` the decision it takes back."""

    id: int
    decision_id: int
    comment_id: int
    site: str
    site_comment_id: str | None
    permalink: str | None
    article_url: str
    action: str
    reason: str | None
    editor: str
    decided_at: datetime
    undoes: int | None
    attempts: int


def register(db: Database, consumer: str) -> None:
    """From now on every decision is put down for this consumer; doing it again changes nothing."""
    with db.write() as connection:
        keep(connection, sorted({*consumers(connection), consumer}))


def withdraw(db: Database, consumer: str) -> None:
    """Nothing more is put down for it, and what waited is dropped."""
    with db.read() as connection:
        if consumer not in consumers(connection):
            return
    with db.write() as connection:
        keep(connection, sorted(set(consumers(connection)) - {consumer}))
        connection.execute(delete(outbox).where(outbox.c.consumer == consumer, outbox.c.sent_at.is_(None)))


def consumers(connection: Connection) -> list[str]:
    stored = connection.execute(select(settings.c.value).where(settings.c.name == CONSUMERS)).scalar()
    return str(stored).split() if stored else []


def keep(connection: Connection, names: Sequence[str]) -> None:
    statement = upsert(connection, settings).values(name=CONSUMERS, value=" ".join(names))
    connection.execute(
        statement.on_conflict_do_update(index_elements=[settings.c.name], set_={"value": statement.excluded.value})
    )


def put_down(connection: Connection, decision_id: int, now: datetime) -> None:
    """In the transaction of the decision: it leaves if and only if it was made."""
    for consumer in consumers(connection):
        connection.execute(insert(outbox).values(consumer=consumer, decision_id=decision_id, put_at=now))


def claim(db: Database, consumer: str, now: datetime, limit: int = 50) -> tuple[Outgoing, ...]:
    """The next ones in their order, for this process alone until CLAIM has passed; none while the first has to wait."""
    head = (
        select(outbox.c.id, outbox.c.next_try_at)
        .where(outbox.c.consumer == consumer, outbox.c.sent_at.is_(None))
        .order_by(outbox.c.id)
        .limit(limit)
    )
    with db.read() as connection:  # most looks find nothing to deliver
        if connection.execute(head.limit(1)).first() is None:
            return ()
    with db.write() as connection:
        rows = connection.execute(head.with_for_update() if db.dialect == "postgresql" else head).all()
        if not rows or (rows[0].next_try_at is not None and rows[0].next_try_at > now):
            return ()
        numbers = [row.id for row in rows]
        connection.execute(update(outbox).where(outbox.c.id.in_(numbers)).values(next_try_at=now + CLAIM))
        query = (
            select(
                outbox.c.id,
                outbox.c.decision_id,
                decisions.c.comment_id,
                sites.c.name.label("site"),
                comments.c.site_comment_id,
                comments.c.permalink,
                articles.c.canonical_url.label("article_url"),
                decisions.c.action,
                decisions.c.reason,
                decisions.c.editor,
                decisions.c.decided_at,
                decisions.c.undoes,
                outbox.c.attempts,
            )
            .join(decisions, decisions.c.id == outbox.c.decision_id)
            .join(comments, comments.c.id == decisions.c.comment_id)
            .join(reviews, reviews.c.comment_id == comments.c.id)
            .join(articles, articles.c.id == comments.c.article_id)
            .join(sites, sites.c.id == reviews.c.site_id)
            .where(outbox.c.id.in_(numbers))
            .order_by(outbox.c.id)
        )
        return tuple(Outgoing(**row) for row in connection.execute(query).mappings())


def delivered(db: Database, numbers: Sequence[int], now: datetime) -> None:
    with db.write() as connection:
        connection.execute(
            update(outbox).where(outbox.c.id.in_(numbers)).values(sent_at=now, next_try_at=None, error=None)
        )
        connection.execute(delete(outbox).where(outbox.c.sent_at < now - KEPT))


def refused(db: Database, one: Outgoing, behind: Sequence[int], error: str, now: datetime) -> datetime:
    """It was not taken: when it is tried again. Those behind it wait with it, for anybody to take."""
    pause = min(LONGEST_PAUSE, timedelta(seconds=5 * 2 ** min(one.attempts, 12)))
    with db.write() as connection:
        connection.execute(update(outbox).where(outbox.c.id.in_(behind)).values(next_try_at=None))
        connection.execute(
            update(outbox)
            .where(outbox.c.id == one.id)
            .values(attempts=one.attempts + 1, next_try_at=now + pause, error=storable(error))
        )
    return now + pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a consumer has not taken yet: how many, since when, and why the first was refused last."""

    count: int
    since: datetime | None
    error: str | None


def waiting(db: Database, consumer: str) -> Waiting:
    mine = (outbox.c.consumer == consumer, outbox.c.sent_at.is_(None))
    query = select(func.count(), func.min(outbox.c.put_at, type_=outbox.c.put_at.type)).where(*mine)
    with db.read() as connection:
        count, since = connection.execute(query).one()
        error = connection.execute(select(outbox.c.error).where(*mine).order_by(outbox.c.id).limit(1)).scalar()
    return Waiting(count=int(count), since=since, error=error)
