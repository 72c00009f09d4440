"""Whether the pages that pingbacks and trackbacks come from really link to the article; off by default.

Through the same fetcher as pages: pace, robots.txt and the guard against private addresses hold, since the address is a
stranger's word. Each notice is looked at once, at most MOST a run.
"""

from __future__ import annotations

import asyncio

from flows.fetching.errors import FetchError
from flows.fetching.links import names_page
from flows.fetching.policy import FetchRequest
from flows.observe import log
from flows.runs.site_run import SiteRun
from storage.crawl.notices import UnseenNotice, keep_look, unseen_notices

MOST = 50


async def look_at_notices(site_run: SiteRun) -> None:
    """Look at the senders of new notices; what is found is in the database for the next judgement."""
    if not site_run.site.check_notices:
        return
    for notice in await asyncio.to_thread(unseen_notices, site_run.db, site_run.site.name, MOST):
        found = await links_back(site_run, notice)
        await asyncio.to_thread(keep_look, site_run.db, notice.comment_id, found, site_run.now())
        site_run.counts["notices_looked_at"] += 1


async def links_back(site_run: SiteRun, notice: UnseenNotice) -> bool | None:
    """Whether the sender's page links to the article; None when it cannot be read."""
    try:
        answer = await site_run.fetcher.fetch(FetchRequest(url=notice.source))
    except FetchError as error:
        log("notice", site=site_run.site.name, run=site_run.run_id, url=notice.source, words=str(error))
        return None
    return await asyncio.to_thread(names_page, answer.body, answer.final_url, notice.article, answer.content_type)
