"""What a fetch may cost and whom it may ask, as values; what comes back, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flows import __version__


class Expect(StrEnum):
    """What the caller can use; anything else is refused as NotAPage."""

    PAGE = "page"  # HTML
    XML = "xml"  # a sitemap or a feed, gzip-compressed or not
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Times are in seconds, sizes in bytes."""

    user_agent: str = f"Tamis/{__version__} (+https://github.com/tamis-data/tamis)"
    total_deadline_s: float = 30.0  # one attempt: connections, heads, bodies and redirects; not the waiting for a turn
    connect_s: float = 10.0
    max_bytes: int = 16_000_000  # decompressed; also the cap on what arrives
    max_listing_bytes: int = 52_428_800  # the same for sitemaps and feeds: the limit of the sitemap protocol
    max_redirects: int = 5
    attempts: int = 3
    backoff_base_s: float = 0.5  # doubled with each attempt
    backoff_cap_s: float = 20.0
    retry_after_cap_s: float = 3_600.0  # what a host may ask for at most
    patience_s: float = 20.0  # longer waits are the frontier's: the error is raised with its `retry_after`
    pace_s: float = 1.0  # between two requests to a host
    local_pace_s: float = 0.0  # the same for hosts among `local_addresses`
    share: int = 1  # processes that ask the same hosts at once: each waits so many times as long
    crawl_delay_cap_s: float = 30.0
    concurrency_per_host: int = 2
    local_concurrency: int | None = None  # the same for hosts among `local_addresses`; None: `max_connections`
    breaker_failures: int = 5  # fetches that failed in a row before a host is left alone
    breaker_hold_s: float = 60.0
    respect_robots: bool = True
    robots_ttl_s: float = 86_400.0  # RFC 9309 section 2.4
    local_addresses: frozenset[str] = frozenset()  # host:port of sites on the operator's own machine or network
    max_connections: int = 8  # httpx costs 3 times the CPU a request at 32 and 12 times at 100
    http2: bool = True
    proxy: str | None = None  # http://[user:password@]host:port; it then judges names, we judge addresses only
    ca_file: str | None = None  # PEM file with certificate authorities to trust besides the public ones


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One page to get. `etag` and `last_modified` are those of the stored copy, which came from `stored_url`
    (None: from `url`); they are sent to that address only, since they say nothing about another.

    `aside`: no page but what a site says beside its pages, in its interface or feeds. Many sites limit those by
    themselves: where one asks for rest there (Retry-After), such requests rest, and pages go on until one of them is
    answered so."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    stored_url: str | None = None
    expect: Expect = Expect.PAGE
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """One answer. `body` is empty if `not_modified`."""

    url: str  # as asked
    final_url: str  # after redirects
    status: int  # 200 or another 2xx with a body, or 304
    reason: str
    headers: tuple[tuple[str, str], ...]  # names in lower case, in order
    body: bytes  # without content codings
    fetched_at: datetime  # UTC
    elapsed_ms: float
    ip: str | None  # where it came from
    redirects: tuple[str, ...] = ()  # the addresses passed on the way, `url` first
    not_modified: bool = False

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    @property
    def content_type(self) -> str | None:
        return self.header("content-type")

    @property
    def etag(self) -> str | None:
        return self.header("etag")

    @property
    def last_modified(self) -> str | None:
        return self.header("last-modified")
