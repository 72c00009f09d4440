"""Which pages a site has: the addresses given, its sitemaps, its feeds, the links of its pages.

What cannot be read becomes a warning, one sentence for the operator, and the rest goes on. Addresses on other hosts
and on addresses that are not public are left out: a sitemap is written by strangers too.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from extractors.urls import absolute, host_of, normalised
from flows.clock import utc_now
from flows.fetching import guard
from flows.fetching.client import Fetcher
from flows.fetching.errors import FetchError, Refused, printable
from flows.fetching.links import page_feeds, page_links
from flows.fetching.listings import ListedPages, ListingKind, NotAListing, listed_pages
from flows.fetching.policy import Expect, FetchRequest, FetchResult
from flows.fetching.traps import Traps
from storage.crawl.frontier import DiscoveredUrl, Source

__all__ = ["Discovery", "DiscoverySource", "discover_urls", "page_links"]

MAX_SITEMAPS = 1_000
USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap.txt")
USUAL_FEEDS = ("/feed/", "/feeds/posts/default", "/rss.xml", "/atom.xml", "/index.xml", "/feed.xml", "/rss")
"""Asked for in turn until one answers with a listing: a friendly page that says "not found" is none."""

MAX_SITEMAP_DEPTH = 3
"""Indexes within indexes. The protocol allows one level; some sites have two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverySource:
    """Where to look. A sitemap whose path is /robots.txt stands for every sitemap that this robots.txt names.

    `include` and `exclude` are regular expressions searched in the normalised address; `exclude` wins. `hosts` may be
    named besides those of `urls`, `sitemaps` and `feeds`. `link_depth` counts the clicks from `urls` when
    `follow_links`.
    """

    urls: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    follow_links: bool = False
    link_depth: int = 1
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    limit: int = 1_000_000
    find: bool = False  # look for sitemaps and feeds: what robots.txt and the start pages name, else the usual places
    traps: Traps | None = None  # says which links not to follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Each address once, in the order found; what was wrong on the way, in whole sentences."""

    urls: tuple[DiscoveredUrl, ...]
    warnings: tuple[str, ...] = ()


async def discover_urls(fetcher: Fetcher, source: DiscoverySource, now: Callable[[], datetime] = utc_now) -> Discovery:
    """Every page that the source names. Raises nothing for what a site can answer: that becomes a warning."""
    search = _Search(fetcher, source, now())
    for url in source.urls:
        search.add(url, "given", None, given=True)
    for url in source.sitemaps:
        await search.sitemap(url)
    for url in source.feeds:
        await search.feed(url)
    if source.find:
        await search.find()
    if source.follow_links:
        await search.follow()
    return search.result()


@dataclass
class _Search:
    fetcher: Fetcher
    source: DiscoverySource
    now: datetime
    found: dict[str, DiscoveredUrl] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    foreign: Counter[str] = field(default_factory=Counter)  # host -> addresses left out
    unsafe: list[Refused] = field(default_factory=list)
    full: bool = False
    starts: dict[str, FetchResult | None] = field(default_factory=dict)  # start pages that were asked for already

    def __post_init__(self) -> None:
        starts = (*self.source.urls, *self.source.sitemaps, *self.source.feeds)
        self.hosts = {host_of(url) for url in starts} | {host.removeprefix("www.") for host in self.source.hosts}
        self.include = [re.compile(pattern) for pattern in self.source.include]
        self.exclude = [re.compile(pattern) for pattern in self.source.exclude]

    def add(self, address: str, kind: Source, modified: datetime | None, *, given: bool = False) -> None:
        """Keeps the address if it may be fetched and is wanted; a page named twice keeps its newest date."""
        url = normalised(address)
        known = self.found.get(url)
        if known is not None:
            if modified is not None and (known.modified is None or modified > known.modified):
                self.found[url] = DiscoveredUrl(url=url, source=known.source, modified=modified)
            return
        try:
            guard.target(url, self.fetcher.policy.local_addresses)
        except Refused as error:
            self.unsafe.append(error)
            return
        if host_of(url) not in self.hosts:
            self.foreign[host_of(url)] += 1
        elif given or self.is_wanted(url):
            if len(self.found) < self.source.limit:
                self.found[url] = DiscoveredUrl(url=url, source=kind, modified=modified)
            else:
                self.full = True

    def is_wanted(self, url: str) -> bool:
        if any(pattern.search(url) for pattern in self.exclude):
            return False
        return not self.include or any(pattern.search(url) for pattern in self.include)

    def warn(self, url: str, sentence: str) -> None:
        self.warnings.append(f"{printable(url)}: {printable(sentence, limit=500)}")

    async def find(self) -> None:
        """Sitemaps and feeds of the start pages' hosts, where nobody names them."""
        named: set[str] = set()
        for url in self.source.urls:
            home = urljoin(url, "/")
            if home in named:
                continue
            named.add(home)
            start = await self.start_page(url)
            home = urljoin(start.final_url, "/") if start is not None else home
            await self.find_sitemaps(home)
            feeds = page_feeds(start.body, start.final_url, start.content_type) if start is not None else []
            for feed in (feed for feed in feeds if self.is_near(feed)):
                await self.feed(feed)
            if not feeds:
                await self.first_of([urljoin(home, path) for path in USUAL_FEEDS], ListingKind.FEED)

    async def start_page(self, url: str) -> FetchResult | None:
        """A start page, fetched once; where it leads belongs to the site. None after a warning."""
        url = normalised(url)
        if url not in self.starts:
            try:
                result = await self.fetcher.fetch(FetchRequest(url=url))
            except FetchError as error:
                self.warnings.append(f"{error} (start page)")
                self.starts[url] = None
                return None
            self.starts[url] = result
            led = host_of(result.final_url)
            if led not in self.hosts:
                self.hosts.add(led)
                self.warn(url, f"it leads to {led}, whose pages are taken for the site's; name that address instead")
        return self.starts[url]

    async def find_sitemaps(self, home: str) -> None:
        try:
            rules = await self.fetcher.rules(home)
        except FetchError:
            return  # the pages themselves are asked for later, and say what is wrong
        named = [absolute(address, home) for address in rules.sitemaps]
        if named:
            for address in named:
                if address and self.is_near(address):
                    await self.sitemap(address)
            return
        usual = [urljoin(home, path) for path in USUAL_SITEMAPS]
        await self.first_of(usual, ListingKind.SITEMAP, ListingKind.INDEX)

    async def first_of(self, addresses: Sequence[str], *kinds: ListingKind) -> None:
        """Read the first of these addresses that has a listing of one of these kinds; the others are no news."""
        for address in addresses:
            try:
                result = await self.fetcher.fetch(FetchRequest(url=address, expect=Expect.XML))
                found = await asyncio.to_thread(listed_pages, result.body, self.now)
            except (FetchError, NotAListing):
                continue
            if found.kind in kinds and found.entries:
                await (self.feed(address) if found.kind is ListingKind.FEED else self.sitemap(address))
                return

    async def read(self, url: str, what: str) -> tuple[ListedPages, str] | None:
        """What a sitemap or feed says, and the address that its relative ones start from; None after a warning."""
        try:
            result = await self.fetcher.fetch(FetchRequest(url=url, expect=Expect.XML))
            return await asyncio.to_thread(listed_pages, result.body, self.now), result.final_url
        except FetchError as error:
            self.warnings.append(f"{error} ({what})")
        except NotAListing as error:
            self.warn(url, f"the {what} {error}; correct its address or ask the site's owner")
        return None

    async def sitemap(self, start: str) -> None:
        """A sitemap, or every sitemap below an index, each read once."""
        todo = deque((url, 0) for url in await self.named_by_robots(start))
        seen: set[str] = set()
        silent = True  # until one of them names a page or says what is wrong with it
        while todo:
            url, depth = todo.popleft()
            if url in seen:
                continue
            if len(seen) >= MAX_SITEMAPS or depth > MAX_SITEMAP_DEPTH:
                self.warn(
                    start, f"more than {MAX_SITEMAPS:,} sitemaps or {MAX_SITEMAP_DEPTH} levels; the rest is left out"
                )
                break
            seen.add(url)
            answer = await self.read(url, "sitemap")
            if answer is None:
                silent = False
                continue
            found, base = answer
            if found.kind is ListingKind.INDEX:
                below = [absolute(entry.address, base) for entry in found.entries]
                todo.extend((address, depth + 1) for address in below if address and self.is_near(address))
            else:
                silent = silent and not found.entries
                await asyncio.to_thread(self.take, found, base, "sitemap")
            if found.cut:
                self.warn(url, "the sitemap breaks off or names over 50,000 addresses; the rest is left out")
            elif found.mended:
                self.warn(url, "the sitemap is not well-formed XML; it was read all the same, tell its owner")
        if seen and silent:
            self.warn(start, "the sitemap names no page; check that it is the right one")

    async def named_by_robots(self, url: str) -> list[str]:
        if urlsplit(url).path != "/robots.txt":
            return [url]
        try:
            rules = await self.fetcher.rules(url)
        except FetchError as error:
            self.warnings.append(f"{error} (robots.txt)")
            return []
        if rules.unreachable is not None:
            self.warnings.append(f"{rules.unreachable} (robots.txt)")
        elif not rules.sitemaps:
            self.warn(url, "it names no sitemap; give the address of one")
        named = [absolute(address, url) for address in rules.sitemaps]
        return [address for address in named if address and self.is_near(address)]

    def is_near(self, url: str) -> bool:
        """A sitemap may stand on the host that the site named only; others are counted as left out."""
        if host_of(url) in self.hosts:
            return True
        self.foreign[host_of(url)] += 1
        return False

    async def feed(self, url: str) -> None:
        answer = await self.read(url, "feed")
        if answer is None:
            return
        found, base = answer
        await asyncio.to_thread(self.take, found, base, "feed")
        if not found.entries:
            self.warn(url, "the feed has no entries; check that it is the right one")
        elif found.cut:
            self.warn(url, "the feed breaks off; what stands after the fault is left out")
        elif found.mended:
            self.warn(url, "the feed is not well-formed XML; it was read all the same, tell its owner")

    def take(self, found: ListedPages, base: str, kind: Source) -> None:
        """Run in a thread: 50,000 addresses take a second or two."""
        for entry in found.entries:
            # An address of another scheme stays as written, so that the guard names it.
            self.add(absolute(entry.address, base) or entry.address, kind, entry.modified)

    async def follow(self) -> None:
        """Pages linked from the given ones, breadth first, on their own host."""
        todo = deque((url, 1) for url, known in list(self.found.items()) if known.source == "given")
        seen = {url for url, _ in todo}
        while todo and not self.full:
            url, depth = todo.popleft()
            if url in self.starts and self.starts[url] is None:
                continue  # a warning told of it
            result = self.starts.get(url)
            try:
                result = result or await self.fetcher.fetch(FetchRequest(url=url))
            except FetchError as error:
                self.warnings.append(f"{error} (links)")
                continue
            links = await asyncio.to_thread(page_links, result.body, result.final_url, result.content_type)
            for link in links:
                if self.source.traps is not None and not self.source.traps.keeps(link):
                    continue
                self.add(link, "link", None)
                if depth < self.source.link_depth and link in self.found and link not in seen:
                    seen.add(link)
                    todo.append((link, depth + 1))

    def result(self) -> Discovery:
        if self.full:
            self.warnings.append(f"more than {self.source.limit:,} addresses; the rest is left out")
        if self.foreign:
            self.warnings.append(_left_out(self.foreign.total(), self.foreign))
        if self.unsafe:
            first = self.unsafe[0]
            self.warnings.append(
                f"{len(self.unsafe):,} addresses may not be fetched and are left out; the first: {first}"
            )
        return Discovery(urls=tuple(self.found.values()), warnings=tuple(self.warnings))


def _left_out(count: int, hosts: Iterable[str]) -> str:
    some = ", ".join(printable(host, limit=60) for host in list(hosts)[:3])
    return (
        f"{count:,} addresses are on other hosts ({some}) and are left out; name those hosts if they belong to the site"
    )
