"""The story of one page: how it was found, each answer and what became of it, the cases it had, what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.database.tables import articles, comments, fetches, pages, quarantine, sites

NEWEST = 20  # answers and cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the site. `outcome`: extracted, quarantined, failed or gone; an unchanged page leaves none."""

    run_id: int | None
    fetched_at: datetime
    status: int | None
    bytes: int
    outcome: str
    kind: str | None
    comments: int | None
    text_length: int | None
    error: str | None
    warc_file: str | None
    warc_offset: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """A time in quarantine; `resolved_at` is None while it lasts."""

    reason: str
    message: str
    opened_at: datetime
    last_seen_at: datetime
    times: int
    resolved_at: datetime | None
    resolved_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is known of a page, the newest answers and cases first; `title` and `version` are those of its article."""

    url: str
    site: str
    source: str
    state: str
    discovered_at: datetime
    last_fetched: datetime | None
    next_due: datetime | None
    lease_worker: str | None
    attempts: int
    kind: str | None
    kind_because: tuple[str, ...]
    kind_by: str | None
    extractor_version: str | None
    shortfall: str | None
    canonical_url: str | None
    title: str | None
    version: int | None
    gone_at: datetime | None
    comments: int
    removed_comments: int
    answers: tuple[Answer, ...]
    cases: tuple[PastCase, ...]


def page_story(db: Database, url: str) -> Story:
    """Raises UnknownItem for an address that no site ever named."""
    query = (
        select(pages, sites.c.name.label("site"), articles.c.canonical_url, articles.c.title, articles.c.version)
        .add_columns(articles.c.gone_at)
        .join(sites, sites.c.id == pages.c.site_id)
        .outerjoin(articles, articles.c.id == pages.c.article_id)
        .where(or_(pages.c.url == url, articles.c.canonical_url == url))
        .order_by((pages.c.url == url).desc(), pages.c.is_continuation, pages.c.id)
        .limit(1)
    )
    with db.read() as connection:
        row = connection.execute(query).one_or_none()
        if row is None:
            raise UnknownItem(
                f"{url}: no site has named this address, and no pattern let it in; see `tamis run --dry-run`"
            )
        here = comments.c.page_id == row.id
        counts = connection.execute(select(func.count(), func.count(comments.c.removed_at)).where(here)).one()
        answers = connection.execute(
            select(*(fetches.c[name] for name in Answer.__dataclass_fields__))
            .where(fetches.c.page_id == row.id)
            .order_by(fetches.c.id.desc())
            .limit(NEWEST)
        )
        cases = connection.execute(
            select(*(quarantine.c[name] for name in PastCase.__dataclass_fields__))
            .where(quarantine.c.page_id == row.id)
            .order_by(quarantine.c.id.desc())
            .limit(NEWEST)
        )
        return Story(
            **plain(row),
            kind_because=tuple(row.kind_because or ()),
            comments=int(counts[0]),
            removed_comments=int(counts[1]),
            answers=tuple(Answer(**answer._mapping) for answer in answers),
            cases=tuple(PastCase(**case._mapping) for case in cases),
        )


DERIVED = {"kind_because", "comments", "removed_comments", "answers", "cases"}


def plain(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Story.__dataclass_fields__ if name not in DERIVED}
