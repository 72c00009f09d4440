"""Articles and comment threads that go on over several pages."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urlsplit

from extractors.records import Page
from extractors.urls import article_address, is_thread_page, normalised
from storage.crawl.outcomes import Extracted

_NUMBER = re.compile(r"(?:comment-page-|[?&](?:cpage|comments?_?page|commentpage|cp)=)(\d{1,4})(?!\d)", re.IGNORECASE)
_SECOND = 2


def continuations(outcome: Extracted) -> list[str]:
    """The addresses of the article's and its thread's other pages that this one leads to, on the page's own host,
    without fragments.

    A link back to the article itself (the thread's first or last page) is none: it would make a page out of the
    article. A page in the middle names the one after it; the one before it has the same address with another number.
    """
    page, url = outcome.page, outcome.exchange.url
    following = page.discussion.next_page
    named = [urldefrag(address).url for address in (following, *outcome.neighbours) if address is not None]
    if following is not None:
        named += _before(named[0], url)
    parts = outcome.parts
    turned = [one for one in parts.others if normalised(one) != parts.first] if parts is not None else []
    host = urlsplit(url).hostname
    return [
        one
        for one in dict.fromkeys([*(one for one in named if not _is_article(one, page, url)), *turned])
        if urlsplit(one).hostname == host and urlsplit(one).scheme in {"http", "https"}
    ]


def _is_article(address: str, page: Page, url: str) -> bool:
    if is_thread_page(address):
        return address in {page.url, url}
    return article_address(normalised(address)) in {page.canonical_url, page.url, url}


def _before(following: str, url: str) -> list[str]:
    """The page before the one at `url`, if the following one is the page after it. Page 1 is left out: where it has a
    number of its own, page 2 names it."""
    own, after = _NUMBER.search(url), _NUMBER.search(following)
    if own is None or after is None or int(after[1]) != int(own[1]) + 1 or int(own[1]) <= _SECOND:
        return []
    return [f"{following[: after.start(1)]}{int(own[1]) - 1}{following[after.end(1) :]}"]
