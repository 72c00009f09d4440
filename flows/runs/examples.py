"""One example of what a held night would have changed, and the block of the page that is not there any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.lost_block import lost_block
from flows.runs.site_run import SiteRun
from flows.runs.workers import RawPage, Unprocessable, guarded
from storage.crawl.held import HeldPage, last_good
from storage.database.errors import ArchiveError

TRIED = 3  # pages; of one that was replaced whole no block can be named


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoAnswers(RawPage):
    """A page's answer that was held back, with the one of its last good record and the text that stood there."""

    before: bytes
    text: str


def missing_block(pair: TwoAnswers) -> str | Unprocessable | None:
    """The selector that matched on the former answer and matches nothing on this one; run in a worker process."""
    return guarded(pair, compared_blocks)


def compared_blocks(pair: TwoAnswers) -> str | None:
    after = pair.html if isinstance(pair.html, bytes) else pair.html.encode()
    return lost_block(pair.before, after, pair.text, pair.url)


async def example_of(site_run: SiteRun, held: Sequence[HeldPage]) -> str:
    """The page that shows it best, in words: what it said before and says now, and which block is missing."""
    telling = sorted(held, key=lambda page: ("text" not in page.signs, page.case.archived is None))
    for page in telling[:TRIED]:
        block = await block_of(site_run, page)
        if block is not None:
            return f"{page.case.message}; the block {block}, which held the text, is not on the page any more"
    return telling[0].case.message


async def block_of(site_run: SiteRun, page: HeldPage) -> str | None:
    good = await asyncio.to_thread(last_good, site_run.db, page.case.page_id)
    if good is None or page.case.archived is None:
        return None
    place, text = good
    try:
        before = await asyncio.to_thread(site_run.archive.read, place)
        after = await asyncio.to_thread(site_run.archive.read, page.case.archived)
    except ArchiveError:
        return None  # the sentence does without; `tamis db check` tells of the archive
    pair = TwoAnswers(url=page.case.url, html=after.body, before=before.body, text=text)
    found = await site_run.pool.run(missing_block, pair)
    return found if isinstance(found, str) else None
