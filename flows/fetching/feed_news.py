"""What a site's feeds name: each is asked for under its entity tag, and kept with its entries between nights."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from extractors.urls import absolute
from flows.fetching import guard
from flows.fetching.client import Fetcher
from flows.fetching.errors import FetchError, Refused
from flows.fetching.listings import ListingKind, NotAListing, listed_pages
from flows.fetching.policy import Expect, FetchRequest
from flows.observe import log

MOST_ENTRIES = 200  # the newest of a feed; a longer one goes back further than anybody needs


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFeed:
    """A feed as it was read last. `entries`: address with its fragment, and last change in UTC, in the feed's order."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    stored_url: str | None = None
    entries: tuple[tuple[str, datetime | None], ...] = ()

    def as_json(self) -> dict[str, Any]:
        entries = [(address, moment and moment.isoformat()) for address, moment in self.entries]
        return {
            "url": self.url,
            "etag": self.etag,
            "last_modified": self.last_modified,
            "stored_url": self.stored_url,
            "entries": entries,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ReadFeed:
        entries = ((address, moment and datetime.fromisoformat(moment)) for address, moment in kept["entries"])
        return cls(**{**kept, "entries": tuple(entries)})


async def read_feeds(fetcher: Fetcher, feeds: Sequence[ReadFeed]) -> tuple[ReadFeed, ...]:
    """The feeds as they are now, without those that cannot be read whole: the log has the reason."""
    done: list[ReadFeed] = []
    for feed in feeds:
        try:
            done.append(await read(fetcher, feed))
        except (FetchError, NotAListing) as error:
            log("no_news", feed=feed.url, because=str(error))
    return tuple(done)


async def read(fetcher: Fetcher, feed: ReadFeed) -> ReadFeed:
    """Raises FetchError and NotAListing."""
    request = FetchRequest(
        url=feed.url,
        etag=feed.etag,
        last_modified=feed.last_modified,
        stored_url=feed.stored_url,
        expect=Expect.XML,
        aside=True,
    )
    answer = await fetcher.fetch(request)
    if answer.not_modified:
        return feed
    found = await asyncio.to_thread(listed_pages, answer.body, fetcher.now())
    if found.kind is not ListingKind.FEED or found.cut:
        raise NotAListing(f"{feed.url} is no whole feed")
    entries = [(absolute(entry.address, answer.final_url), entry.modified) for entry in found.entries[:MOST_ENTRIES]]
    local = fetcher.policy.local_addresses
    return ReadFeed(
        url=feed.url,
        etag=answer.etag,
        last_modified=answer.last_modified,
        stored_url=answer.final_url,
        entries=tuple((address, moment) for address, moment in entries if address and may_be_fetched(address, local)),
    )


def may_be_fetched(address: str, local: frozenset[str]) -> bool:
    if len(address) > guard.MAX_URL:
        return False  # its fragment is kept, and is a stranger's as well
    try:
        guard.target(address.partition("#")[0], local)
    except Refused:
        return False
    return True
