"""The pages of a site by what they are, and the verdict on one of them set right by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, select, update

from extractors.records import PageKind
from storage.crawl.withdrawing import withdraw
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.database.tables import audit_log, pages, quarantine, sites

BY_EDITOR = "editor"
"""What `pages.kind_by` holds where a person said it: no pattern and no verdict overrules that."""
BY_SETTINGS = "settings"
STATES = ("new", "ok", "failed", "quarantined", "gone")
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """One known page. `because` are the reasons for its kind; both are empty while it was not read."""

    id: int
    site: str
    url: str
    kind: str | None
    kind_by: str | None  # editor, settings, or null: the page's own verdict
    because: tuple[str, ...]
    state: str
    reason: str | None  # why it is set aside, if it is
    found_by: str
    article_id: int | None
    last_fetched: datetime | None
    next_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePages:
    """Pages by address, at most as many as asked for; `number` is how many there are."""

    number: int
    pages: tuple[SitePage, ...]


PAGES = (
    select(pages, sites.c.name.label("site"), quarantine.c.reason)
    .join(sites, sites.c.id == pages.c.site_id)
    .outerjoin(quarantine, and_(quarantine.c.page_id == pages.c.id, quarantine.c.resolved_at.is_(None)))
)


def as_page(row: Row[Any]) -> SitePage:
    return SitePage(
        id=row.id,
        site=row.site,
        url=row.url,
        kind=row.kind,
        kind_by=row.kind_by,
        because=tuple(row.kind_because or ()),
        state=row.state,
        reason=row.reason,
        found_by=row.source,
        article_id=row.article_id,
        last_fetched=row.last_fetched,
        next_due=row.next_due,
    )


def site_pages(
    db: Database, site: str, *, kind: str | None = None, state: str | None = None, limit: int | None = None
) -> SitePages:
    """The site's pages of that kind and in that state, by address."""
    mine = [pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()]
    if kind is not None:
        mine.append(pages.c.kind == kind)
    if state is not None:
        mine.append(pages.c.state == state)
    with db.read() as connection:
        number = connection.execute(select(func.count()).select_from(pages).where(*mine)).scalar_one()
        rows = connection.execute(PAGES.where(*mine).order_by(pages.c.url).limit(limit)).all()
    return SitePages(number=int(number), pages=tuple(map(as_page, rows)))


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSet:
    """What setting a page's kind did. `withdrawn`: it had given an article, which was taken back."""

    page_id: int
    site: str
    url: str
    kind: PageKind | None
    before: str | None
    withdrawn: bool


def set_kind(db: Database, page_id: int, kind: PageKind | None, by: str, now: datetime) -> KindSet:
    """Say what a page is, until somebody says otherwise; None: leave it to the page and the settings again.

    An article that it gave is taken back at once if it is none; a page that is to be read again is due at once.
    Raises UnknownItem.
    """
    with db.write() as connection:
        query = PAGES.where(pages.c.id == page_id)
        if connection.dialect.name == "postgresql":
            query = query.with_for_update(of=pages)
        page = connection.execute(query).one_or_none()
        if page is None:
            raise UnknownItem(f"no page {page_id}")
        if kind is None:
            values: dict[str, object] = {"kind_by": None, **READ_AGAIN, "next_due": now}
        else:
            values = {"kind": str(kind), "kind_by": BY_EDITOR, "kind_because": [f"{by} said so"]}
        withdrawn = 0
        if kind not in (None, PageKind.ARTICLE, PageKind.COMMENTS):
            withdrawn = withdraw(connection, given_by(page), now)
        elif kind is not None and page.kind != kind:
            values |= {**READ_AGAIN, "next_due": now}
        connection.execute(update(pages).where(pages.c.id == page_id).values(**values))
        said = {"url": page.url, "kind": None if kind is None else str(kind), "before": page.kind}
        connection.execute(insert(audit_log).values(at=now, editor=by, event="page_kind", detail=said))
    return KindSet(
        page_id=page_id,
        site=str(page.site),
        url=str(page.url),
        kind=kind,
        before=page.kind,
        withdrawn=bool(withdrawn),
    )


READ_AGAIN = {"etag": None, "last_modified": None, "content_hash": None}
"""Without these the next fetch is a full one, and its answer is read although it did not change."""


def given_by(page: Row[Any]) -> list[int]:
    """The article that a page gave: none of another page whose comment thread it continues."""
    return [page.article_id] if page.article_id is not None and not page.is_continuation else []


def page_at(db: Database, urls: Sequence[str]) -> int:
    """The number of the page with one of these addresses. Raises UnknownItem."""
    with db.read() as connection:
        found = connection.execute(select(pages.c.id).where(pages.c.url.in_(urls)).order_by(pages.c.id)).scalar()
    if found is None:
        raise UnknownItem(f"no page {urls[0]}; `tamis pages SITE` lists the known ones")
    return int(found)


def page_of(db: Database, page_id: int) -> SitePage:
    """Raises UnknownItem."""
    with db.read() as connection:
        row = connection.execute(PAGES.where(pages.c.id == page_id)).one_or_none()
    if row is None:
        raise UnknownItem(f"no page {page_id}")
    return as_page(row)


def page_of_article(db: Database, article_id: int) -> SitePage | None:
    """The page that shows an article; None: none does any more."""
    query = PAGES.where(pages.c.article_id == article_id, ~pages.c.is_continuation).order_by(pages.c.id).limit(1)
    with db.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else as_page(row)


def said_of(db: Database, site: str) -> dict[str, tuple[int, str | None, str | None]]:
    """Number, kind and who said it of every page of a site that was read and that no editor set, by address."""
    query = (
        select(pages.c.url, pages.c.id, pages.c.kind, pages.c.kind_by)
        .join(sites, sites.c.id == pages.c.site_id)
        .where(sites.c.name == site, pages.c.kind.is_not(None))
        .where(pages.c.kind_by.is_(None) | (pages.c.kind_by != BY_EDITOR))
        .order_by(pages.c.id)
    )
    with db.read() as connection:
        return {row.url: (row.id, row.kind, row.kind_by) for row in connection.execute(query)}


def follow_settings(db: Database, wanted: Mapping[int, PageKind | None], now: datetime) -> None:
    """Bring pages in line with changed patterns: by page number the kind that they say now, None where none does.

    What is no article any more is taken back at once; what may be one now is due, to be read in full.
    """
    for part in batched(sorted(wanted), AT_ONCE):
        with db.write() as connection:
            follow(connection, {number: wanted[number] for number in part}, now)


def follow(connection: Connection, wanted: Mapping[int, PageKind | None], now: datetime) -> None:
    lists = [number for number, kind in wanted.items() if kind is PageKind.LIST]
    others = [number for number, kind in wanted.items() if kind is not PageKind.LIST]
    rows = connection.execute(select(pages.c.article_id, pages.c.is_continuation).where(pages.c.id.in_(lists))).all()
    withdraw(connection, {number for row in rows for number in given_by(row)}, now)
    at = pages.c.id == bindparam("number")
    if lists:
        said = {"kind": str(PageKind.LIST), "kind_by": BY_SETTINGS, "kind_because": ["a pattern in lists says so"]}
        connection.execute(update(pages).where(at).values(**said), [{"number": number} for number in lists])
    if others:
        again = update(pages).where(at).values(kind_by=None, next_due=now, **READ_AGAIN)
        connection.execute(again, [{"number": number} for number in others])
