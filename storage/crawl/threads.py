"""Comment threads that go on over several pages."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urlsplit

from extractors.records import Page
from extractors.urls import article_address, is_thread_page, normalised

_NUMBER = re.compile(r"(?:comment-page-|[?&](?:cpage|comments?_?page|commentpage|cp)=)(\d{1,4})(?!\d)", re.IGNORECASE)
_SECOND = 2


def continuations(page: Page, url: str) -> list[str]:
    """The addresses of the thread's other pages that this one leads to, without fragments, on the page's own host.

    A link back to the article itself (the thread's first or last page) is none: it would make a page out of the
    article. A page in the middle names the one after it; the one before it has the same address with another number.
    """
    following = page.discussion.next_page
    if following is None:
        return []
    address = urldefrag(following).url
    if urlsplit(address).hostname != urlsplit(url).hostname or urlsplit(address).scheme not in {"http", "https"}:
        return []
    return [one for one in (address, *_before(address, url)) if not _is_article(one, page, url)]


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
