"""A batch of pages done by itself, in any process on any machine that reaches the database and the archive's folder.

The nightly run works through its batches in its own process; on a cluster each batch is an errand instead: a value that
says which site and which run, and whoever gets it claims its own pages and opens everything it needs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flows.archive import archive_of
from flows.clock import utc_now
from flows.fetching.client import Fetcher
from flows.fetching.policy import FetchPolicy
from flows.observe import configure_once
from flows.runs.handing_over import hand_over
from flows.runs.ingest import ingest
from flows.runs.judging import moderator_of
from flows.runs.manners import fetch_policy
from flows.runs.processing import judging_pool
from flows.runs.site_run import LEASE_SECONDS, SiteRun
from flows.runs.worker_name import worker_name
from flows.settings_file import load
from storage.crawl.frontier import claim, release
from storage.crawl.runs import note_hosts
from storage.opening import open_database

CLAIMED = "claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterBatch:
    """One batch. `config` is the tamis.toml as the worker sees it; `share` says how many work on the site at once."""

    number: int
    config: str
    site: str
    run_id: int
    started: datetime
    pages: int
    full: bool = False
    share: int = 1


async def run_cluster_batch(errand: ClusterBatch) -> Counter[str]:
    """Claims at most `pages` due pages and brings them up to date; what was done, by name, and how many were claimed.

    Raises StorageError, SettingsError, UnknownSite; the pages not loaded by then stay due.
    """
    settings = load(Path(errand.config))
    configure_once(settings)
    site = settings.site(errand.site)
    worker = f"{worker_name()}:{errand.number}"  # one process may run several errands at a time
    with ExitStack() as stack:
        db = stack.enter_context(open_database(settings.database_url))
        pages = claim(db, site.name, worker, errand.pages, utc_now(), LEASE_SECONDS, due_by=errand.started)
        if not pages:
            return Counter()
        stack.callback(release, db, worker)
        allow_children()
        judge = moderator_of(settings, site, db)
        async with Fetcher(shared(fetch_policy(settings, site), errand.share)) as fetcher:
            site_run = SiteRun(
                settings=settings,
                site=site,
                db=db,
                fetcher=fetcher,
                pool=stack.enter_context(judging_pool(settings, site, judge, errand.started)),
                archive=stack.enter_context(archive_of(settings)),
                run_id=errand.run_id,
                started=errand.started,
                full=errand.full,
            )
            done = await ingest(site_run, pages) + Counter({CLAIMED: len(pages)})
            await asyncio.to_thread(hand_over, settings, db, site_run.archive)  # others read what was set aside
            note_hosts(db, errand.run_id, fetcher.tallies.as_json())
            return done


def shared(policy: FetchPolicy, share: int) -> FetchPolicy:
    """The site's manners for one of `share` processes that ask its host at once: together they are as polite as one."""
    local = policy.local_concurrency
    return replace(
        policy,
        share=share,
        concurrency_per_host=max(1, policy.concurrency_per_host // share),
        local_concurrency=None if local is None else max(1, local // share),
    )


def allow_children() -> None:
    """A Dask worker is a daemon process, which may have no children by Python's rules; ours are ended with the batch.

    The rule keeps children from outliving a parent that is told to stop; the pool's end with the pipe to their parent.
    """
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
