"""Sitemaps and feeds read without trusting them: which addresses they name, and when those changed.

Most are XML from strangers. No DTD is loaded, no entity is resolved, nothing is fetched while parsing, depth and size
have libxml2's limits; a document that declares entities of its own is refused whole, since honest ones never do.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin

import orjson
from lxml import etree

from flows.fetching import codings
from flows.fetching.mending import mended

MAX_LISTING_BYTES = 52_428_800
"""Decompressed; the limit of the sitemap protocol (sitemaps.org/protocol.html)."""

MAX_ENTRIES = 50_000
"""The limit of the sitemap protocol for one file; feeds hold far fewer."""

MAX_ELEMENTS_OF_ENTRY = 5_000
"""Elements within one entry; they are kept in memory until it ends. Feeds have some tens."""

MAX_ELEMENTS = 3_000_000
"""Of a listing: 60 for each entry that the protocol allows."""

_LONG_TAG = re.compile(rb"<(?!!\[CDATA\[|!--|\?)[^<>]{65536}")  # thousands of attributes cost a parser quadratic time
_FUTURE = timedelta(days=1)
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web, a date is a fault
_ENTRIES = frozenset({"url", "sitemap", "item", "entry"})
_DATES = ("lastmod", "updated", "modified", "pubDate", "published", "date", "issued")  # the best first


class ListingKind(StrEnum):
    SITEMAP = "sitemap"
    INDEX = "index"  # a sitemap of sitemaps
    FEED = "feed"


class NotAListing(Exception):
    """The bytes are no sitemap and no feed. The message says what they are instead, without a subject."""


@dataclass(frozen=True, slots=True)
class ListedPage:
    address: str  # as written: perhaps relative, perhaps hostile
    modified: datetime | None = None  # UTC; None if the listing states none that can be true


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPages:
    kind: ListingKind
    entries: tuple[ListedPage, ...]
    cut: bool = False  # it holds more than MAX_ENTRIES, or breaks off
    mended: bool = False  # it was not well-formed, and readable all the same


def listed_pages(body: bytes, now: datetime) -> ListedPages:
    """What a sitemap (XML or plain text), a sitemap index, an RSS, Atom or JSON feed names, in its order.

    A gzip file is unpacked first. One that is not well-formed is looked at again without its faults, and is `mended`;
    where that does not help, it gives what stands before its first fault, and is `cut`.
    Raises NotAListing.
    """
    if body.startswith(b"\x1f\x8b"):
        try:
            body = codings.decoded(body, "gzip", MAX_LISTING_BYTES)
        except codings.OverCap as error:
            raise NotAListing(f"unpacks to more than {MAX_LISTING_BYTES:,} bytes") from error
        except codings.Damaged as error:
            raise NotAListing(f"is a damaged gzip file ({error})") from error
    if not body.strip():
        raise NotAListing("is empty")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"http://", b"https://")):
        return _plain(body)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json(body, now)
    if body.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise NotAListing("is an HTML page")
    try:
        found = _xml(body, now)
    except _NotWellFormed:
        return replace(_xml(mended(body), now), mended=True)
    if not found.cut or len(found.entries) >= MAX_ENTRIES:
        return found
    try:
        again = _xml(mended(body), now)
    except NotAListing:
        return found
    return replace(again, mended=True) if len(again.entries) > len(found.entries) else found


class _NotWellFormed(NotAListing):
    """Nothing could be read before the first fault."""


def _plain(body: bytes) -> ListedPages:
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines() if line.strip()]
    entries = tuple(ListedPage(line) for line in lines[:MAX_ENTRIES])
    return ListedPages(kind=ListingKind.SITEMAP, entries=entries, cut=len(lines) > MAX_ENTRIES)


def _json(body: bytes, now: datetime) -> ListedPages:
    """A JSON Feed of version 1 or 1.1 (jsonfeed.org/version/1.1)."""
    try:
        feed = orjson.loads(body.lstrip(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise NotAListing(f"is not well-formed JSON ({str(error)[:200]})") from error
    items = feed.get("items")
    if "jsonfeed.org/version/1" not in str(feed.get("version", "")) or not isinstance(items, list):
        raise NotAListing("is JSON of another kind")
    entries = []
    for item in items[:MAX_ENTRIES]:
        said = item if isinstance(item, dict) else {}
        addresses = [
            said.get("url"),
            *(one for one in (said.get("id"),) if str(one).startswith(("http://", "https://"))),
        ]
        address = next((one.strip() for one in addresses if isinstance(one, str) and one.strip()), None)
        dates = (said.get("date_modified"), said.get("date_published"))
        if address is not None:
            written = next((one for one in dates if isinstance(one, str)), None)
            entries.append(ListedPage(address, modified(written, now)))
    return ListedPages(kind=ListingKind.FEED, entries=tuple(entries), cut=len(items) > MAX_ENTRIES)


def _xml(body: bytes, now: datetime) -> ListedPages:
    kind: ListingKind | None = None
    entries: list[ListedPage] = []
    cut = False
    if _LONG_TAG.search(body):
        raise NotAListing("holds a tag of more than 64 kB, which no honest one has")
    events: Any = etree.iterparse(
        io.BytesIO(body.lstrip(b"\xef\xbb\xbf \t\r\n") if body[:3] == b"\xef\xbb\xbf" else body.lstrip()),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = held = seen = 0  # levels within an entry, elements of it, elements at all
    try:
        for event, element in events:
            if kind is None:
                kind = _kind(element)
            if event == "start":
                depth += depth > 0 or _name(element) in _ENTRIES
                held, seen = held + (depth > 0), seen + 1
                if held > MAX_ELEMENTS_OF_ENTRY:
                    raise NotAListing(f"holds an entry of more than {MAX_ELEMENTS_OF_ENTRY:,} elements")
                if seen > MAX_ELEMENTS:
                    cut = True
                    break
                continue
            depth -= depth > 0
            if depth:
                continue
            if (name := _name(element)) in _ENTRIES:
                if len(entries) >= MAX_ENTRIES:
                    cut = True
                    break
                if (found := _entry(element, name, now)) is not None:
                    entries.append(found)
            held = 0
            _forget(element)
    except etree.XMLSyntaxError as error:
        if not entries:
            raise _NotWellFormed(f"is not well-formed XML ({str(error)[:200]})") from error
        cut = True
    if kind is None:
        raise NotAListing("is not XML")
    return ListedPages(kind=kind, entries=tuple(entries), cut=cut)


def _kind(root: etree._Element) -> ListingKind:
    document: Any = root.getroottree()  # the stubs know neither the entities of a DTD nor that there may be none
    declared = document.docinfo.internalDTD
    if declared is not None and declared.entities():
        raise NotAListing("declares XML entities of its own, which is how XML bombs are made")
    match _name(root):
        case "urlset":
            return ListingKind.SITEMAP
        case "sitemapindex":
            return ListingKind.INDEX
        case "rss" | "feed" | "RDF":
            return ListingKind.FEED
        case "html":
            raise NotAListing("is an HTML page")
        case name:
            raise NotAListing(f"is XML of another kind (<{name[:40]}>)")


def _name(element: etree._Element) -> str:
    tag: object = element.tag  # a function for comments and the like, whatever the stubs say
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _entry(element: etree._Element, name: str, now: datetime) -> ListedPage | None:
    children = [(_name(child), child) for child in element]
    if name in ("url", "sitemap"):
        address = next((child.text for key, child in children if key == "loc"), None)
    elif name == "entry":
        links = [child for key, child in children if key == "link" and child.get("rel", "alternate") == "alternate"]
        address = _based(links[0], links[0].get("href")) if links else None
        if not links:  # an id may be the entry's address, and in old feeds nothing else is
            ids = ((child.text or "").strip() for key, child in children if key == "id")
            address = next((text for text in ids if text.startswith(("http://", "https://"))), None)
    else:
        named = (_based(child, child.text) for key, child in children if key == "link" and (child.text or "").strip())
        address = next(named, None)
        if address is None:
            permanent = [child.text for key, child in children if key == "guid" and child.get("isPermaLink") != "false"]
            address = next((text for text in permanent if (text or "").strip().startswith("http")), None)
    if not (address or "").strip():
        return None
    stated = {key: child.text for key, child in reversed(children) if key in _DATES}
    written = next((stated[key] for key in _DATES if stated.get(key)), None)
    return ListedPage((address or "").strip(), modified(written, now))


def _based(element: etree._Element, address: str | None) -> str | None:
    """The address from where the feed says that its addresses start (xml:base), if it says so."""
    base = element.base
    if not base or not address:
        return address
    try:
        return urljoin(base, address.strip())
    except ValueError:  # no address at all: what is written must do
        return address


def _forget(element: etree._Element) -> None:
    """Keeps memory flat: drop what was read, and the siblings before it."""
    element.clear()
    parent: Any = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def modified(text: str | None, now: datetime) -> datetime | None:
    """The time (ISO 8601 or RFC 5322) in UTC; None for what is no date, before 1990 or later than tomorrow.

    A date without a time zone counts as UTC.
    """
    written = (text or "").strip()
    if not written or len(written) > 60:
        return None
    try:
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            found = parsedate_to_datetime(written)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if _OLDEST <= found <= now + _FUTURE else None
