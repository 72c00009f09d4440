"""The links of a page, found without building a tree: a hostile page cannot make this slow."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from extractors.charset import decode
from extractors.urls import absolute, host_of, normalised

MAX_LINKS = 5_000
"""A page. A calendar that links to every day of every year is a trap, not a table of contents."""

# Nothing here is read twice, so that the time is linear in the page: no "<" inside a tag, every repeat possessive.
_TAG = re.compile(r"<(?:(!--)|(script|style|textarea|template)\b|(a|base)\s([^<>]{1,4000}+)>)", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}\s*+>", re.IGNORECASE) for name in ("script", "style", "textarea", "template")} | {
    "!--": re.compile("-->")
}
_VALUE = r"""\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
_HREF = re.compile(rf"(?:^|\s)href{_VALUE}", re.IGNORECASE)
_REL = re.compile(rf"(?:^|\s)rel{_VALUE}", re.IGNORECASE)
_NOT_A_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|js|mjs|json|xml|rss|atom|txt|pdf|docx?|xlsx?|pptx?|od[tsp]|csv"
    r"|zip|gz|tgz|bz2|xz|7z|rar|exe|dmg|apk|mp[34]|m4[av]|ogg|og[av]|wav|flac|avi|mov|mkv|webm|woff2?|ttf|otf|eot)$",
    re.IGNORECASE,
)


def page_links(body: bytes, url: str, content_type: str | None = None) -> list[str]:
    """Where a page links to on its own host: normalised, each once, in page order, at most MAX_LINKS.

    Left out: other hosts ("www." apart), the page itself, rel=nofollow, files that are no pages.
    """
    base = url
    host, own = host_of(url), normalised(url)
    found: dict[str, None] = {}
    stated_base = False
    for kind, attributes in _tags(decode(body, content_type)):
        written = _value(_HREF, attributes)
        if kind == "base":
            if not stated_base:
                base, stated_base = absolute(written or "", url) or url, True
            continue
        if not written or "nofollow" in (_value(_REL, attributes) or "").lower().split():
            continue
        address = absolute(written, base)
        if address is None or host_of(address) != host:
            continue
        address = normalised(address)
        if address != own and not _NOT_A_PAGE.search(address.partition("?")[0]):
            found[address] = None
            if len(found) >= MAX_LINKS:
                break
    return list(found)


_LINK = re.compile(r"<link\s([^<>]{1,4000}+)>", re.IGNORECASE)
_TYPE = re.compile(rf"(?:^|\s)type{_VALUE}", re.IGNORECASE)
_TITLE = re.compile(rf"(?:^|\s)title{_VALUE}", re.IGNORECASE)
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_OF_COMMENTS = re.compile(r"comment|kommentar|komentarz|replies", re.IGNORECASE)
MAX_FEEDS = 5
HEAD_BYTES = 200_000


def page_feeds(body: bytes, url: str, content_type: str | None = None) -> list[str]:
    """The feeds of articles that a page states in its head, at most MAX_FEEDS; those of comments are left out."""
    named = [address for address, about in _stated_feeds(body, url, content_type) if not _OF_COMMENTS.search(about)]
    return list(dict.fromkeys(named))[:MAX_FEEDS]


def all_feeds(body: bytes, url: str, content_type: str | None = None) -> list[str]:
    """The feeds that the head of a page states on its own host, those of comments included."""
    named = (address for address, _ in _stated_feeds(body[:HEAD_BYTES], url, content_type))
    return list(dict.fromkeys(normalised(address) for address in named if host_of(address) == host_of(url)))


def _stated_feeds(body: bytes, url: str, content_type: str | None) -> Iterator[tuple[str, str]]:
    """Each with what is said about it: its title and its address."""
    for tag in _LINK.finditer(decode(body, content_type)):
        attributes = tag.group(1)
        if "alternate" not in (_value(_REL, attributes) or "").lower().split():
            continue
        if (_value(_TYPE, attributes) or "").strip().lower() not in _FEED_TYPES:
            continue
        address = absolute(_value(_HREF, attributes) or "", url)
        if address is not None:
            yield address, f"{_value(_TITLE, attributes) or ''} {address}"


def names_page(body: bytes, url: str, target: str, content_type: str | None = None) -> bool:
    """Whether a page of any host links to that address, nofollow or not; scheme, "www." and fragment aside."""
    base, wanted = url, place(target)
    for kind, attributes in _tags(decode(body, content_type)):
        written = _value(_HREF, attributes)
        if kind == "base":
            base = absolute(written or "", url) or url
        elif written and (address := absolute(written, base)) and place(address) == wanted:
            return True
    return False


def place(url: str) -> str:
    """An address without what differs between two addresses of one page."""
    return normalised(url).partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")


def _tags(text: str) -> Iterator[tuple[str, str]]:
    """The <a> and <base> tags of a page with their attributes, those in comments, scripts and the like left out.

    An end that is not there is sought once: a page of unclosed <style> costs no more than one.
    """
    at = 0
    endless: set[str] = set()
    while tag := _TAG.search(text, at):
        at = tag.end()
        comment, raw, kind, attributes = tag.groups()
        if kind:
            yield kind.lower(), attributes
            continue
        name = (comment or raw).lower()
        if name in endless:
            continue
        if end := _ENDS[name].search(text, at):
            at = end.end()
        else:
            endless.add(name)


def _value(attribute: re.Pattern[str], attributes: str) -> str | None:
    found = attribute.search(attributes)
    return html.unescape(next(text for text in (*found.groups(), "") if text is not None)) if found else None
