"""How each site is doing: its pages, its last run, its queue, and whether the extractor still finds what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.crawl.runs import NIGHTS, Run, recent_runs
from storage.database.engine import Database
from storage.database.tables import articles, fetches, pages, quarantine, reviews, sites
from storage.upkeep.looks import textless, warnings_of

YIELD_PAGES = 50  # the newest pages of a site that are compared with those before them
SAID = {
    "failed": "the last run failed",
    "abandoned": "the last run died",
    "held": "the last run was held back",
    "degraded": "the last run was incomplete",
}
YIELD_LEAST = 8  # fewer say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What the extractor finds on a page on average; `share_read` is the share of answers that were readable."""

    pages: int
    comments: float
    text_length: float
    sections: float
    share_read: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Pages of a site in quarantine for one reason: how many, and what is said of the newest."""

    reason: str
    pages: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """One site's health. `alarms` are sentences; none means well."""

    site: str
    pages: dict[str, int]  # by state
    kinds: dict[str, int]  # pages that were read, by what they are: article, list, ...
    due: int
    oldest_due: datetime | None
    last_run: Run | None
    articles: int
    comments: dict[str, int]  # by the action that holds
    waiting: int
    oldest_waiting: datetime | None
    quarantined: int
    set_aside: tuple[SetAside, ...]  # the commonest reason first
    yield_now: Yield | None
    yield_before: Yield | None
    alarms: tuple[str, ...]
    textless: int = 0  # pages that look like articles and have no text
    warnings: tuple[str, ...] = ()  # what looks wrong about the pages; shown, not sent

    @property
    def sentence(self) -> str:
        """What the site's pages are: "142 articles, 311 lists, 6 login pages, 2 errors; ...". Empty before a run."""
        counts = {kind: self.kinds.get(kind, 0) for kind in NAMES}
        said = [named(self.articles, "article", "articles")] if self.kinds else []
        said += [named(number, *NAMES[kind]) for kind, number in counts.items() if number]
        look = "look like articles and have" if self.textless != 1 else "looks like an article and has"
        tail = f"; {named(self.textless, 'page', 'pages')} {look} no text" if self.textless else ""
        return ", ".join(said) + tail if said else tail.removeprefix("; ")


NAMES = {
    "list": ("list", "lists"),
    "comments": ("further page of an article", "further pages of articles"),
    "static": ("static page", "static pages"),
    "login": ("login page", "login pages"),
    "media": ("picture or file", "pictures or files"),
    "error": ("error", "errors"),
}


def named(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def reachable(db: Database) -> None:
    """Raises StorageError unless the database answers."""
    with db.read() as connection:
        connection.execute(select(func.count()).select_from(sites.select().limit(1).subquery()))


def site_status(db: Database, now: datetime, site: str | None = None) -> tuple[SiteStatus, ...]:
    """The status of one site or of all, by name."""
    query = select(sites).order_by(sites.c.name)
    if site is not None:
        query = query.where(sites.c.name == site)
    with db.read() as connection:
        rows = connection.execute(query).all()
        found = [(row, status_of_site(connection, row.id, now, row.name)) for row in rows]
    nights = {row.name: recent_runs(db, row.name, 1, commands=NIGHTS) for row, _ in found}
    return tuple(completeness(row.name, facts, next(iter(nights[row.name]), None)) for row, facts in found)


def status_of_site(connection: Connection, site_id: int, now: datetime, site: str) -> dict[str, Any]:
    mine = pages.c.site_id == site_id
    due = (mine, pages.c.next_due <= now)
    return {
        "pages": counts_of(
            connection.execute(select(pages.c.state, func.count()).where(mine).group_by(pages.c.state)).all()
        ),
        "kinds": counts_of(
            connection.execute(
                select(pages.c.kind, func.count()).where(mine, pages.c.kind.is_not(None)).group_by(pages.c.kind)
            ).all()
        ),
        "due": connection.execute(select(func.count()).where(*due)).scalar_one(),
        "oldest_due": connection.execute(
            select(pages.c.next_due).where(*due).order_by(pages.c.next_due).limit(1)
        ).scalar(),
        "articles": connection.execute(select(func.count()).where(articles.c.site_id == site_id)).scalar_one(),
        "comments": counts_of(
            connection.execute(
                select(reviews.c.action, func.count()).where(reviews.c.site_id == site_id).group_by(reviews.c.action)
            ).all()
        ),
        "waiting": connection.execute(
            select(func.count()).where(reviews.c.site_id == site_id, reviews.c.waiting_since.is_not(None))
        ).scalar_one(),
        "oldest_waiting": connection.execute(
            select(reviews.c.waiting_since)
            .where(reviews.c.site_id == site_id, reviews.c.waiting_since.is_not(None))
            .order_by(reviews.c.waiting_since)
            .limit(1)
        ).scalar(),
        "quarantined": connection.execute(
            select(func.count())
            .select_from(quarantine.join(pages, pages.c.id == quarantine.c.page_id))
            .where(mine, quarantine.c.resolved_at.is_(None))
        ).scalar_one(),
        "textless": textless(connection, site_id),
        "warnings": warnings_of(connection, site, site_id),
        "set_aside": set_aside(connection, site_id),
        "yields": yields(connection, site_id),
    }


def counts_of(rows: Any) -> dict[str, int]:
    return {str(name): int(number) for name, number in rows}


def set_aside(connection: Connection, site_id: int) -> tuple[SetAside, ...]:
    """The site's open cases by reason."""
    mine = (pages.c.site_id == site_id, quarantine.c.resolved_at.is_(None))
    cases = quarantine.join(pages, pages.c.id == quarantine.c.page_id)
    found = connection.execute(
        select(quarantine.c.reason, func.count().label("number"), func.max(quarantine.c.id).label("newest"))
        .select_from(cases)
        .where(*mine)
        .group_by(quarantine.c.reason)
        .order_by(func.count().desc(), quarantine.c.reason)
    ).all()
    newest = select(quarantine.c.id, quarantine.c.message).where(quarantine.c.id.in_([row.newest for row in found]))
    said = {row.id: row.message for row in connection.execute(newest)} if found else {}
    return tuple(SetAside(reason=row.reason, pages=row.number, message=said[row.newest]) for row in found)


def yields(connection: Connection, site_id: int) -> tuple[Yield | None, Yield | None]:
    """What the newest answers of the site gave, and what those before them gave."""
    newest = (
        select(fetches)
        .join(pages, pages.c.id == fetches.c.page_id)
        .where(
            pages.c.site_id == site_id,
            ~pages.c.is_continuation,
            fetches.c.outcome.in_(("extracted", "quarantined")),
        )
        .order_by(fetches.c.id.desc())
        .limit(2 * YIELD_PAGES)
    )
    answers = connection.execute(newest).all()
    half = min(YIELD_PAGES, len(answers) // 2)
    if half < YIELD_LEAST:
        return None, None
    return average(answers[:half]), average(answers[half:])


def average(answers: Sequence[Row[Any]]) -> Yield:
    read = [row for row in answers if row.outcome == "extracted"]

    def mean(name: str) -> float:
        return sum(getattr(row, name) or 0 for row in read) / len(read) if read else 0.0

    return Yield(
        pages=len(answers),
        comments=mean("comments"),
        text_length=mean("text_length"),
        sections=mean("sections"),
        share_read=len(read) / len(answers),
    )


def completeness(site: str, facts: dict[str, Any], last_run: Run | None) -> SiteStatus:
    now, before = facts.pop("yields")
    return SiteStatus(
        site=site,
        last_run=last_run,
        yield_now=now,
        yield_before=before,
        alarms=tuple(alarms(last_run)),
        **facts,
    )


def alarms(last_run: Run | None) -> list[str]:
    """What a person should look at."""
    found = []
    if last_run is not None and last_run.status in SAID:
        found.append(f"{SAID[last_run.status]}: {last_run.message or 'it gave no reason'}")
    return found


def site_names(db: Database) -> tuple[str, ...]:
    """Every site that was ever crawled, by name."""
    with db.read() as connection:
        return tuple(connection.execute(select(sites.c.name).order_by(sites.c.name)).scalars())
