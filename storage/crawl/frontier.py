"""The frontier: which addresses a site has, which of them are due, and who works on which.

Several workers share one frontier: a claim is a lease, and a lease that has run out is anybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urldefrag

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from extractors.kinds.addresses import kind_of_address
from storage.crawl.revisits import Rank, rank_of_new
from storage.crawl.site_numbers import site_number
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.tables import pages, sites
from storage.database.values import upsert

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

CLOCKS_DIFFER = timedelta(hours=1)  # between the machines that share a frontier
MOST_PARAMETERS = 900  # of one query: SQLite's old limit is 999

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
    stored_url: str | None  # where redirects led to the stored copy; None: nowhere else
    attempts: int
    last_fetched: datetime | None
    kind: str | None = None
    kind_by: str | None = None  # editor or settings, if a person said what it is
    article_id: int | None = None  # set once it was read: it has a past
    moved_at: datetime | None = None  # when its article or its comments last changed
    rank: int = Rank.QUIET


def discover(db: Database, site: str, urls: Sequence[DiscoveredUrl], now: datetime) -> int:
    """Add what is not known yet, due at once; return how many that were.

    A known page becomes due again when a sitemap or feed states a newer modification than at its last fetch.
    """
    unique: dict[str, DiscoveredUrl] = {}
    for found in urls:
        address = urldefrag(found.url).url
        known = unique.setdefault(address, found)
        if found.modified and (known.modified is None or found.modified > known.modified):
            unique[address] = replace(known, modified=found.modified)
    with db.read() as connection:
        stated = dict(
            row._tuple()
            for part in batched(unique, MOST_PARAMETERS)
            for row in connection.execute(select(pages.c.url, pages.c.stated_modified).where(pages.c.url.in_(part)))
        )
    news = {
        url: found for url, found in unique.items() if url not in stated or newer(found.modified, stated[url])
    }  # mostly empty: the links of a site are known after its first pages, and finding that out takes no write lock
    if news:
        with db.write() as connection:
            site_id = site_number(connection, site, now)
            connection.execute(
                discovery(connection),
                [
                    {
                        "site_id": site_id,
                        "url": url,
                        "source": found.source,
                        "state": "new",
                        "discovered_at": now,
                        "stated_modified": found.modified,
                        "next_due": now,
                        "attempts": 0,
                        "is_continuation": False,
                        "rank": int(rank_of_new(found.source, kind_of_address(url))),
                    }
                    for url, found in sorted(news.items(), key=lambda item: item[0] in stated)
                ],
            )
    return sum(url not in stated for url in news)


def newer(modified: datetime | None, known: datetime | None) -> bool:
    return modified is not None and (known is None or modified > known)


def discovery(connection: Connection) -> postgresql.Insert | sqlite.Insert:
    """Insert pages; a known one takes the newer stated time, and is due if that is newer than its last fetch."""
    statement = upsert(connection, pages)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[pages.c.url],
        set_={
            "stated_modified": new.stated_modified,
            "next_due": case(
                (or_(pages.c.last_fetched.is_(None), new.stated_modified > pages.c.last_fetched), new.next_due),
                else_=pages.c.next_due,
            ),
        },
        where=and_(
            new.stated_modified.is_not(None),
            or_(pages.c.stated_modified.is_(None), new.stated_modified > pages.c.stated_modified),
        ),
    )


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
    """Up to `limit` due pages by rank, the longest due first, which nobody else gets until the lease has run out.

    `due_by` (default: now) is the start of a run for a run that visits each page once at most; pages that were found
    since and never visited are due all the same.
    `load` ends the lease of each page it is given an outcome for; `release` gives back the rest.
    """
    with db.write() as connection:
        site_id = site_number(connection, site, now)
        ids: list[int] = []
        for rank in Rank:  # one query a rank reads the index in its order, however many pages are not due
            due = (
                select(pages.c.id)
                .where(pages.c.site_id == site_id, pages.c.rank == int(rank), due_and_free(now, due_by))
                .order_by(pages.c.next_due, pages.c.id)
                .limit(limit - len(ids))
            )
            if db.dialect == "postgresql":
                due = due.with_for_update(skip_locked=True)
            ids += connection.execute(due).scalars()
            if len(ids) >= limit:
                break
        if not ids:
            return ()
        connection.execute(
            update(pages)
            .where(pages.c.id.in_(ids))
            .values(lease_worker=worker, lease_until=now + timedelta(seconds=lease_seconds))
        )
        rows = connection.execute(DUE_PAGE.where(pages.c.id.in_(ids)).order_by(*IN_ORDER)).mappings()
        return tuple(DuePage(site=site, **row) for row in rows)


DUE_PAGE = select(*(pages.c[field.name] for field in fields(DuePage) if field.name != "site"))
IN_ORDER = (pages.c.rank, pages.c.next_due, pages.c.id)


def due_and_free(now: datetime, due_by: datetime | None) -> ColumnElement[bool]:
    """The pages that `claim` takes from."""
    due = pages.c.next_due <= now
    if due_by is not None:
        due = and_(due, or_(pages.c.next_due <= due_by, pages.c.state == "new"))
    return and_(due, or_(pages.c.lease_until.is_(None), pages.c.lease_until <= now))


def due_pages(db: Database, site: str, now: datetime, limit: int | None = None) -> tuple[DuePage, ...]:
    """The pages that a run would take, in its order; nothing is claimed."""
    mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
    query = DUE_PAGE.where(mine, due_and_free(now, None)).order_by(*IN_ORDER).limit(limit)
    with db.read() as connection:
        return tuple(DuePage(site=site, **row) for row in connection.execute(query).mappings())


def known_addresses(db: Database, site: str, containing: str = "") -> tuple[str, ...]:
    """The addresses of the site's pages that have that text in them."""
    mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
    query = select(pages.c.url).where(mine, pages.c.url.contains(containing, autoescape=True))
    with db.read() as connection:
        return tuple(connection.execute(query.order_by(pages.c.id)).scalars())


def release(db: Database, worker: str) -> int:
    """Give back every page the worker has claimed and not finished; return how many."""
    with db.write() as connection:
        done = connection.execute(
            update(pages).where(pages.c.lease_worker == worker).values(lease_worker=None, lease_until=None)
        )
    return int(done.rowcount)


def release_dead(db: Database, site: str, is_alive: Callable[[str], bool]) -> int:
    """Give back the site's pages whose worker has died, before their leases run out; return how many."""
    with db.write() as connection:
        mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        held = select(pages.c.lease_worker).where(mine, pages.c.lease_worker.is_not(None)).distinct()
        dead = [worker for worker in connection.execute(held).scalars() if not is_alive(worker)]
        done = connection.execute(
            update(pages).where(mine, pages.c.lease_worker.in_(dead)).values(lease_worker=None, lease_until=None)
        )
    return int(done.rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Pages of a site that were looked at later than now: a clock ran ahead. `until`: the latest of those times."""

    pages: int
    until: datetime


def back_to_now(db: Database, site: str, now: datetime, due: datetime) -> Ahead | None:
    """Makes every page due at `due` whose last look lies after `now`, as if it had been now; None if there is none.

    Their next answers would count as older than what is known, and would not be asked for before that time.
    """
    with db.read() as connection:
        mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        ahead = (mine, pages.c.last_fetched > now + CLOCKS_DIFFER)
        number, until = connection.execute(select(func.count(), func.max(pages.c.last_fetched)).where(*ahead)).one()
    if not number:
        return None
    with db.write() as connection:
        connection.execute(
            update(pages).where(*ahead).values(last_fetched=now, next_due=due, lease_worker=None, lease_until=None)
        )
    return Ahead(pages=int(number), until=until)


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
