"""The links of a page to its own site, found without building a tree: a hostile page cannot make this slow."""

from __future__ import annotations

import html
import re

from extractors.charset import decode
from extractors.urls import absolute, host_of, normalised

MAX_LINKS = 5_000
"""A page. A calendar that links to every day of every year is a trap, not a table of contents."""

# Bounded and without nested repeats, so that the time is linear in the page: no "<" inside a tag.
_LINK = re.compile(r"<a\s([^<>]{1,4000})>", re.IGNORECASE)
_BASE = re.compile(r"<base\s([^<>]{1,4000})>", re.IGNORECASE)
_HREF = re.compile(r"""(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NOFOLLOW = re.compile(r"""(?:^|\s)rel\s*=\s*["']?[^"'>]*\bnofollow\b""", re.IGNORECASE)
_UNREAD = re.compile(r"<!--.*?-->|<(script|style|textarea|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_NOT_A_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|js|mjs|json|xml|rss|atom|txt|pdf|docx?|xlsx?|pptx?|od[tsp]|csv"
    r"|zip|gz|tgz|bz2|xz|7z|rar|exe|dmg|apk|mp[34]|m4[av]|ogg|og[av]|wav|flac|avi|mov|mkv|webm|woff2?|ttf|otf|eot)$",
    re.IGNORECASE,
)


def page_links(body: bytes, url: str, content_type: str | None = None) -> list[str]:
    """Where a page links to on its own host: normalised, each once, in page order, at most MAX_LINKS.

    Left out: other hosts ("www." apart), the page itself, rel=nofollow, files that are no pages.
    """
    text = decode(body, content_type)
    if text.count("<!--") + text.lower().count("<script") < 2_000:  # more are an attack on the pattern
        text = _UNREAD.sub(" ", text)
    base = url
    if stated := _BASE.search(text):
        base = absolute(_href(stated.group(1)) or "", url) or url
    host, own = host_of(url), normalised(url)
    found: dict[str, None] = {}
    for tag in _LINK.finditer(text):
        written = _href(tag.group(1))
        if not written or _NOFOLLOW.search(tag.group(1)):
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


def _href(attributes: str) -> str | None:
    found = _HREF.search(attributes)
    return html.unescape(next(text for text in (*found.groups(), "") if text is not None)) if found else None
