"""After a run: what was learned of the site, and the pages that this changes, read again from the archive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from flows.observe import log
from flows.runs.replay import replay_site
from flows.runs.site_run import SiteRun
from storage.crawl.replaying import ArchivedPage, archived_pages
from storage.crawl.site_profiles import learn_site
from storage.database.errors import ArchiveUnreachable

READ_AGAIN = 2_000
"""Pages read again after one run; the rest is read with the profile when it is due, or by `tamis replay`."""


async def learn_and_read_again(site_run: SiteRun) -> None:
    """Learn the site's profile; read again, without the network, the pages it changes. Others are left alone."""
    name = site_run.site.name
    learned = await asyncio.to_thread(learn_site, site_run.db, name, site_run.now())
    if learned.is_new:
        log("profile_learned", site=name, run=site_run.run_id, version=learned.version, changes=len(learned.read_again))
    if not learned.read_again:
        return
    again = learned.read_again[:READ_AGAIN]
    if len(again) < len(learned.read_again):
        site_run.warnings.append(
            f"the profile of {name} changes {len(learned.read_again):,} pages and {len(again):,} of them were read "
            f"again; `tamis replay --site {name}` reads the rest"
        )
    site_run.archive.sync()
    try:
        done = await replay_site(
            site_run.settings,
            site_run.site,
            site_run.db,
            archived(site_run, again),
            False,
            False,
            lambda done, total: None,
        )
    except ArchiveUnreachable as error:
        site_run.warnings.append(f"the profile of {name} changes pages that were not read again: {error}")
        return
    site_run.counts["read_again"] += done.pages


def archived(site_run: SiteRun, numbers: tuple[int, ...]) -> Iterator[ArchivedPage]:
    """The newest archived answers of these pages."""
    for number in numbers:
        yield from archived_pages(site_run.db, page_id=number)
