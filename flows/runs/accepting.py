"""`tamis accept`: the site means it. What a night held back is applied from the archive, without the network."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from flows.archive import archive_of
from flows.clock import utc_now
from flows.errors import FlowError
from flows.fetching.client import Fetcher
from flows.runs.holding import applied
from flows.runs.judging import moderator_of
from flows.runs.manners import fetch_policy
from flows.runs.processing import judging_pool
from flows.runs.site_run import SiteRun
from flows.runs.tidying import tidy
from flows.runs.worker_name import worker_name
from flows.settings import Settings, SiteSettings
from storage.crawl.held import HeldPage, held_pages
from storage.crawl.runs import finish_run, start_run
from storage.database.engine import Database
from storage.opening import open_database


class NothingHeld(FlowError):
    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What accepting did: pages applied, what that changed by name, and pages that could not be read again."""

    site: str
    run_id: int
    pages: int
    counts: dict[str, int]
    unreadable: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        return 3 if self.unreadable else 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def accept(settings: Settings, name: str, run: int | None = None) -> Accepted:
    """Applies what `run` of the site and later ones held back; without a run all that is held back.

    Raises UnknownSite, NothingHeld, StorageError.
    """
    site = settings.site(name)
    with open_database(settings.database_url) as db:
        waiting = held_pages(db, site.name, from_run=run)
        if not waiting:
            since = f" by run {run} or a later one" if run is not None else ""
            raise NothingHeld(f"{site.name}: no page is held back{since}; see `tamis runs {site.name}`")
        return asyncio.run(accepted(settings, site, db, waiting))


async def accepted(settings: Settings, site: SiteSettings, db: Database, waiting: tuple[HeldPage, ...]) -> Accepted:
    started = utc_now()
    with ExitStack() as stack:
        judge = moderator_of(settings, site, db)
        async with Fetcher(fetch_policy(settings, site)) as fetcher:
            site_run = SiteRun(
                settings=settings,
                site=site,
                db=db,
                fetcher=fetcher,
                pool=stack.enter_context(judging_pool(settings, site, judge, started)),
                archive=stack.enter_context(archive_of(settings)),
                run_id=start_run(db, site.name, "accept", started, worker_name()),
                started=started,
            )
            status = "failed"
            try:
                pages = await applied(site_run, waiting)
                await asyncio.to_thread(tidy, settings, db, site_run.archive)
                status = "quarantined" if site_run.warnings else "finished"
            finally:
                site_run.counts.pop("second_look", None)
                said = "; ".join(site_run.warnings) or None
                finish_run(db, site_run.run_id, +site_run.counts, status, utc_now(), said)
    return Accepted(
        site=site.name,
        run_id=site_run.run_id,
        pages=pages,
        counts=dict(+site_run.counts),
        unreadable=tuple(site_run.warnings),
    )
