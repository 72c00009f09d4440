"""A dry run: which pages a run would fetch, in its order, and why each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from extractors.kinds.addresses import kind_of_address
from extractors.records import PageKind
from flows.runs.said_kinds import by_pattern
from flows.runs.site_run import PlannedPage
from flows.settings import SiteSettings
from storage.crawl.frontier import DiscoveredUrl, DuePage
from storage.crawl.revisits import Rank, rank_of_new

FOUND = {
    "given": "it is given in tamis.toml",
    "sitemap": "a sitemap names it",
    "feed": "a feed names it",
    "link": "a page links to it",
    "next_page": "a comment thread goes on there",
}


def planned(
    site: SiteSettings,
    found: Sequence[DiscoveredUrl],
    due: Sequence[DuePage],
    known: Collection[str],
    now: datetime,
) -> list[PlannedPage]:
    """The pages that are due and the found ones that are not known yet, by rank, as a run takes them."""
    ranked = [(page.rank, PlannedPage(url=page.url, kind=kind_of(site, page), because=why(page, now))) for page in due]
    for one in found:
        if one.url not in known:
            kind = expected(site, one.url)
            new = PlannedPage(url=one.url, kind=kind, because=f"new: {FOUND[one.source]}")
            ranked.append((rank_of_new(one.source, kind), new))
    return [page for _, page in sorted(ranked, key=lambda item: item[0])]


def kind_of(site: SiteSettings, page: DuePage) -> str | None:
    return page.kind or expected(site, page.url)


def expected(site: SiteSettings, url: str) -> PageKind | None:
    said = by_pattern(site, url)
    return said.kind if said is not None else kind_of_address(url)


def why(page: DuePage, now: datetime) -> str:
    """Why a known page is due, in words."""
    if page.last_fetched is None:
        return f"new: {FOUND.get(page.source, page.source)}" if page.attempts == 0 else "it could not be fetched yet"
    if page.state in ("failed", "gone", "quarantined"):
        return f"it is tried again: {page.state}"
    if page.rank == Rank.LIST:
        return "lists are looked at in each run: they name new articles"
    if page.moved_at is None:
        return "its time has come"
    quiet = (now - page.moved_at).days
    if page.rank == Rank.MOVING:
        return "it changed today" if quiet < 1 else f"it changed {quiet} days ago"
    return f"quiet for {quiet} days; last looked at {(now - page.last_fetched).days} days ago"
