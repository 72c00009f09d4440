"""The frontier: which addresses a site has, which of them are due, and who works on which.

Several workers share one frontier: a claim is a lease, and a lease that has run out is anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, and_, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine import Database
from storage.tables import pages, sites

Source = Literal["given", "sitemap", "feed", "link", "next_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredUrl:
    """An address somebody named. `modified` is what a sitemap or feed states about it, aware UTC."""

    url: str
    source: Source
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A claimed page, with what a conditional request needs."""

    id: int
    site: str
    url: str
    state: str  # new, ok, failed, quarantined or gone
    source: str
    etag: str | None
    last_modified: str | None
    content_hash: str | None
    attempts: int
    last_fetched: datetime | None


def site_number(connection: Connection, site: str, now: datetime) -> int:
    """The site's number; a site is made when it is first named."""
    found = connection.execute(select(sites.c.id).where(sites.c.name == site)).scalar()
    if found is not None:
        return int(found)
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(make(sites).values(name=site, added_at=now).on_conflict_do_nothing())
    return int(connection.execute(select(sites.c.id).where(sites.c.name == site)).scalar_one())


def discover(db: Database, site: str, urls: Sequence[DiscoveredUrl], now: datetime) -> int:
    """Add what is not known yet, due at once; return how many that were.

    A known page becomes due again when a sitemap or feed states a newer modification than at its last fetch.
    """
    if not urls:
        return 0
    unique: dict[str, DiscoveredUrl] = {}
    for found in urls:
        known = unique.setdefault(found.url, found)
        if found.modified and (known.modified is None or found.modified > known.modified):
            unique[found.url] = replace(known, modified=found.modified)
    make = sqlite.insert if db.dialect == "sqlite" else postgresql.insert
    with db.write() as connection:
        site_id = site_number(connection, site, now)
        before = connection.execute(select(func.count()).where(pages.c.site_id == site_id)).scalar_one()
        statement = make(pages)
        newer = and_(
            statement.excluded.stated_modified.is_not(None),
            or_(
                pages.c.stated_modified.is_(None),
                statement.excluded.stated_modified > pages.c.stated_modified,
            ),
        )
        after_fetch = or_(pages.c.last_fetched.is_(None), statement.excluded.stated_modified > pages.c.last_fetched)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[pages.c.url],
                set_={
                    "stated_modified": statement.excluded.stated_modified,
                    "next_due": case((after_fetch, statement.excluded.next_due), else_=pages.c.next_due),
                },
                where=newer,
            ),
            [
                {
                    "site_id": site_id,
                    "url": found.url,
                    "source": found.source,
                    "state": "new",
                    "discovered_at": now,
                    "stated_modified": found.modified,
                    "next_due": now,
                    "attempts": 0,
                    "is_continuation": False,
                }
                for found in unique.values()
            ],
        )
        after = connection.execute(select(func.count()).where(pages.c.site_id == site_id)).scalar_one()
    return int(after - before)


def make_due(db: Database, site: str, now: datetime) -> int:
    """Make every page of the site due at once (a full run), whatever its state; return how many."""
    with db.write() as connection:
        site_id = site_number(connection, site, now)
        done = connection.execute(
            update(pages)
            .where(pages.c.site_id == site_id, or_(pages.c.next_due.is_(None), pages.c.next_due > now))
            .values(next_due=now)
        )
    return int(done.rowcount)


def claim(
    db: Database,
    site: str,
    worker: str,
    limit: int,
    now: datetime,
    lease_seconds: float = 600,
    due_by: datetime | None = None,
) -> tuple[DuePage, ...]:
    """Up to `limit` due pages, the longest due first, which nobody else gets until the lease has run out.

    `due_by` (default: now) is the start of a run for a run that visits each page once at most.
    `load` ends the lease of each page it is given an outcome for; `release` gives back the rest.
    """
    with db.write() as connection:
        site_id = site_number(connection, site, now)
        free = or_(pages.c.lease_until.is_(None), pages.c.lease_until <= now)
        due = (
            select(pages.c.id)
            .where(pages.c.site_id == site_id, pages.c.next_due <= (due_by or now), free)
            .order_by(pages.c.next_due, pages.c.id)
            .limit(limit)
        )
        if db.dialect == "postgresql":
            due = due.with_for_update(skip_locked=True)
        ids = connection.execute(due).scalars().all()
        if not ids:
            return ()
        connection.execute(
            update(pages)
            .where(pages.c.id.in_(ids))
            .values(lease_worker=worker, lease_until=now + timedelta(seconds=lease_seconds))
        )
        rows = connection.execute(
            select(
                pages.c.id,
                pages.c.url,
                pages.c.state,
                pages.c.source,
                pages.c.etag,
                pages.c.last_modified,
                pages.c.content_hash,
                pages.c.attempts,
                pages.c.last_fetched,
            )
            .where(pages.c.id.in_(ids))
            .order_by(pages.c.next_due, pages.c.id)
        ).mappings()
        return tuple(DuePage(site=site, **row) for row in rows)


def release(db: Database, worker: str) -> int:
    """Give back every page the worker has claimed and not finished; return how many."""
    with db.write() as connection:
        done = connection.execute(
            update(pages).where(pages.c.lease_worker == worker).values(lease_worker=None, lease_until=None)
        )
    return int(done.rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierCounts:
    """Pages of a site: by state, how many are due now, and how many are claimed."""

    by_state: dict[str, int]
    due: int
    claimed: int


def counts(db: Database, site: str, now: datetime) -> FrontierCounts:
    """How the site's frontier stands."""
    with db.read() as connection:
        mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        states = connection.execute(select(pages.c.state, func.count()).where(mine).group_by(pages.c.state)).all()
        claimed = connection.execute(select(func.count()).where(mine, pages.c.lease_until > now)).scalar_one()
        due = connection.execute(
            select(func.count()).where(
                mine, pages.c.next_due <= now, or_(pages.c.lease_until.is_(None), pages.c.lease_until <= now)
            )
        ).scalar_one()
    return FrontierCounts(by_state={str(state): int(number) for state, number in states}, due=due, claimed=claimed)
