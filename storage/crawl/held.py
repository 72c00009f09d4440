"""Pages that are held back: what they were held back for, and how a site's pages did since a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, and_, func, or_, select, update

from storage.crawl.archive import ArchiveRef
from storage.crawl.outcomes import HELD, MACHINE, Exchange, Extracted
from storage.crawl.quarantine import Case
from storage.database.engine import Database
from storage.database.tables import articles, comments, fetches, pages, quarantine, sites

BROKEN = ("text", "title", "sections", "comments", "kind", "gone", "same_text")
"""Signs that a page as a whole is not what it was; the others are about single comments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage:
    """A page that is held back, with the answer that it was held back for. `times`: nights in a row that showed it."""

    case: Case
    exchange: Exchange
    signs: frozenset[str]
    kind: str | None
    kind_by: str | None


def held_pages(
    db: Database, site: str, *, run_id: int | None = None, from_run: int | None = None
) -> tuple[HeldPage, ...]:
    """The site's pages that are held back, in the order found.

    `run_id`: those that this run met; `from_run`: those that it or a later one met."""
    query = (
        select(quarantine, pages.c.url, pages.c.kind, pages.c.kind_by, fetches)
        .join(pages, pages.c.id == quarantine.c.page_id)
        .join(sites, sites.c.id == pages.c.site_id)
        .join(
            fetches,
            and_(fetches.c.page_id == quarantine.c.page_id, fetches.c.fetched_at == quarantine.c.last_seen_at),
        )
        .where(sites.c.name == site, quarantine.c.resolved_at.is_(None), quarantine.c.reason.in_(sorted(HELD)))
        .order_by(quarantine.c.id)
        .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
    )
    if run_id is not None:
        query = query.where(quarantine.c.run_id == run_id)
    if from_run is not None:
        query = query.where(quarantine.c.run_id >= from_run)
    with db.read() as connection:
        return tuple(held_page(site, row) for row in connection.execute(query))


def held_page(site: str, row: Any) -> HeldPage:
    place = None
    if row.quarantine_warc_file is not None:
        place = ArchiveRef(file=row.quarantine_warc_file, offset=row.quarantine_warc_offset)
    return HeldPage(
        case=Case(
            id=row.quarantine_id,
            site=site,
            page_id=row.quarantine_page_id,
            url=row.pages_url,
            reason=row.quarantine_reason,
            message=row.quarantine_message,
            opened_at=row.quarantine_opened_at,
            last_seen_at=row.quarantine_last_seen_at,
            times=row.quarantine_times,
            archived=place,
        ),
        exchange=Exchange(
            page_id=row.quarantine_page_id,
            url=row.pages_url,
            fetched_at=row.fetches_fetched_at,
            final_url=row.fetches_final_url or row.pages_url,
            status=row.fetches_status,
            bytes=row.fetches_bytes,
            elapsed_ms=row.fetches_elapsed_ms,
            etag=row.fetches_etag,
            last_modified=row.fetches_last_modified,
            content_hash=row.fetches_content_hash,
            warc_file=row.fetches_warc_file,
            warc_offset=row.fetches_warc_offset,
        ),
        signs=frozenset((row.quarantine_signs or "").split()),
        kind=row.pages_kind,
        kind_by=row.pages_kind_by,
    )


def hold(db: Database, held: Mapping[int, str]) -> None:
    """Give cases, by number, the reason for which they stay held back."""
    with db.write() as connection:
        for number, reason in sorted(held.items()):
            connection.execute(update(quarantine).where(quarantine.c.id == number).values(reason=reason))


def note_read(db: Database, read: Sequence[Extracted]) -> None:
    """Answers that were held back and are applied now: the log of answers says that they were read."""
    with db.write() as connection:
        for outcome in read:
            connection.execute(
                update(fetches)
                .where(
                    fetches.c.page_id == outcome.exchange.page_id, fetches.c.fetched_at == outcome.exchange.fetched_at
                )
                .values(
                    outcome="extracted",
                    comments=len(outcome.page.comments),
                    sections=sum(section.heading is not None for section in outcome.page.sections),
                    text_length=len(outcome.page.text),
                    kind=str(outcome.page.page_kind),
                )
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """What a site's pages with a past did since a moment: how many were asked for and answered, how many of those are
    not what they were, and how many comments stand on them. `changed` and `gone` are the most that broke within a span,
    of the `around` pages that were answered in it: what broke long ago, and is asked for each night because it is held
    back, is no part of what happens tonight."""

    pages: int
    around: int
    broken: int
    changed: int
    gone: int
    comments: int


def looked_at(db: Database, site: str, since: datetime, span: timedelta) -> LookedAt:
    """Pages that were answered since then. What a machine set aside, or a refusal, says nothing about a page."""
    known = and_(
        pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery(),
        pages.c.article_id.is_not(None),
    )
    mine = and_(known, pages.c.last_fetched >= since)
    lately = and_(known, pages.c.last_fetched >= since - span)
    signs = func.coalesce(quarantine.c.signs, "")
    broken = or_(
        and_(quarantine.c.reason.in_(sorted(HELD)), or_(*(signs.contains(f" {sign} ") for sign in BROKEN))),
        and_(quarantine.c.reason.not_in(sorted(HELD | MACHINE)), quarantine.c.warc_file.is_not(None)),
    )
    open_case = and_(quarantine.c.page_id == pages.c.id, quarantine.c.resolved_at.is_(None))
    cases = select(quarantine.c.opened_at, signs.contains(" gone ").label("gone"))
    cases = cases.select_from(pages.join(quarantine, open_case)).where(mine, broken).order_by(quarantine.c.opened_at)
    with db.read() as connection:
        broke = connection.execute(cases).all()
        return LookedAt(
            pages=int(connection.execute(select(func.count()).where(mine)).scalar_one()),
            around=int(connection.execute(select(func.count()).where(lately)).scalar_one()),
            broken=len(broke),
            changed=most_within([row.opened_at for row in broke if not row.gone], span),
            gone=most_within([row.opened_at for row in broke if row.gone], span),
            comments=int(
                connection.execute(
                    select(func.count())
                    .select_from(comments.join(pages, pages.c.id == comments.c.page_id))
                    .where(mine, comments.c.missing_since.is_(None))
                ).scalar_one()
            ),
        )


def most_within(moments: Sequence[datetime], span: timedelta) -> int:
    """How many of these moments, the earliest first, lie within one span at most."""
    first = most = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > span:
            first += 1
        most = max(most, last - first + 1)
    return most


def last_good(db: Database, page_id: int) -> tuple[ArchiveRef, str] | None:
    """Where the answer is archived that a page's stored article was read from, and the article's text."""
    query = (
        select(fetches.c.warc_file, fetches.c.warc_offset, articles.c.text)
        .select_from(articles.join(fetches, fetches.c.page_id == articles.c.page_id))
        .where(
            articles.c.page_id == page_id,
            fetches.c.content_hash == articles.c.raw_hash,
            fetches.c.outcome == "extracted",
            fetches.c.warc_file.is_not(None),
        )
        .order_by(fetches.c.id.desc())
        .limit(1)
    )
    with db.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else (ArchiveRef(file=row.warc_file, offset=row.warc_offset), row.text)
