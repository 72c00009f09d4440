"""Pages set aside, with the reason: at most one open case a page, closed when the page is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, insert, or_, select, update

from storage.crawl.archive import ArchiveRef
from storage.crawl.outcomes import HELD, Quarantined
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.database.tables import pages, quarantine, sites
from storage.database.values import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page in quarantine. `archived` is where its bytes are, if there were any."""

    id: int
    site: str
    page_id: int
    url: str
    reason: str
    message: str
    opened_at: datetime
    last_seen_at: datetime
    times: int
    archived: ArchiveRef | None


def open_case(connection: Connection, outcome: Quarantined, run_id: int | None) -> None:
    """Open a case for the page, or note that the open one was met again; the same answer counts once."""
    exchange = outcome.exchange
    row = connection.execute(
        select(quarantine).where(quarantine.c.page_id == exchange.page_id, quarantine.c.resolved_at.is_(None))
    ).one_or_none()
    seen = {
        "reason": outcome.reason,
        "message": storable(outcome.message),
        "last_seen_at": exchange.fetched_at,
        "content_hash": exchange.content_hash,
        "warc_file": exchange.warc_file,
        "warc_offset": exchange.warc_offset,
        "run_id": run_id,
        "signs": f" {' '.join(outcome.signs)} " if outcome.signs else None,
    }
    if row is None:
        connection.execute(
            insert(quarantine).values(page_id=exchange.page_id, opened_at=exchange.fetched_at, times=1, **seen)
        )
    elif exchange.fetched_at > row.last_seen_at:
        new_sign = not set(outcome.signs) <= set((row.signs or "").split())
        another = outcome.reason in HELD and (row.reason not in HELD or new_sign)  # how long it lasts counts from here
        if another:
            seen["opened_at"] = exchange.fetched_at
        times = 1 if another else row.times + 1
        connection.execute(update(quarantine).where(quarantine.c.id == row.id).values(times=times, **seen))


OPEN = select(quarantine.c.id).where(
    quarantine.c.page_id.in_(bindparam("numbers", expanding=True)), quarantine.c.resolved_at.is_(None)
)


def close_cases(connection: Connection, page_ids: Sequence[int], now: datetime) -> None:
    """The pages were read: their open cases are over."""
    if page_ids and (found := connection.execute(OPEN, {"numbers": page_ids}).scalars().all()):
        connection.execute(
            update(quarantine).where(quarantine.c.id.in_(found)).values(resolved_at=now, resolved_by="crawl")
        )


def cases_query() -> Select[Any]:
    return (
        select(quarantine, pages.c.url, sites.c.name.label("site"))
        .join(pages, pages.c.id == quarantine.c.page_id)
        .join(sites, sites.c.id == pages.c.site_id)
        .where(quarantine.c.resolved_at.is_(None))
    )


def open_cases(
    db: Database, site: str | None = None, limit: int = 1000, *, reason: str | None = None, before: int | None = None
) -> tuple[Case, ...]:
    """The open cases, the newest met first, of one site or of all, for one reason or for any.

    `before`: those after the case of that number, in this order.
    """
    query = cases_query().order_by(quarantine.c.last_seen_at.desc(), quarantine.c.id.desc()).limit(limit)
    if site is not None:
        query = query.where(sites.c.name == site)
    if reason is not None:
        query = query.where(quarantine.c.reason == reason)
    if before is not None:
        seen = select(quarantine.c.last_seen_at).where(quarantine.c.id == before).scalar_subquery()
        later = quarantine.c.last_seen_at < seen
        query = query.where(or_(later, and_(quarantine.c.last_seen_at == seen, quarantine.c.id < before)))
    with db.read() as connection:
        return tuple(as_case(row) for row in connection.execute(query))


def open_case_numbered(db: Database, number: int) -> Case:
    """Raises UnknownItem if no such case is open."""
    with db.read() as connection:
        row = connection.execute(cases_query().where(quarantine.c.id == number)).one_or_none()
    if row is None:
        raise UnknownItem(f"no open case {number}")
    return as_case(row)


def nights_too_slow(db: Database, page_id: int) -> int:
    """How often in a row the page was too slow to be read; 0 for one that is not set aside for it."""
    query = select(quarantine.c.times).where(
        quarantine.c.page_id == page_id, quarantine.c.resolved_at.is_(None), quarantine.c.reason == "too_slow"
    )
    with db.read() as connection:
        return connection.execute(query).scalar() or 0


def as_case(row: Any) -> Case:
    return Case(
        id=row.id,
        site=row.site,
        page_id=row.page_id,
        url=row.url,
        reason=row.reason,
        message=row.message,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        times=row.times,
        archived=None if row.warc_file is None else ArchiveRef(file=row.warc_file, offset=row.warc_offset),
    )


def resolve(db: Database, case_id: int, editor: str, now: datetime) -> None:
    """Close a case by hand: its page is not tried again until somebody asks. Raises UnknownItem if none is open."""
    with db.write() as connection:
        page_id = connection.execute(
            update(quarantine)
            .where(quarantine.c.id == case_id, quarantine.c.resolved_at.is_(None))
            .values(resolved_at=now, resolved_by=editor)
            .returning(quarantine.c.page_id)
        ).scalar()
        if page_id is None:
            raise UnknownItem(f"no open case {case_id}")
        connection.execute(update(pages).where(pages.c.id == page_id).values(next_due=None))
