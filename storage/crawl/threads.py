"""Comment threads that go on over several pages."""

from __future__ import annotations

from urllib.parse import urldefrag, urlsplit

from extractors.records import Page
from extractors.urls import article_address, is_thread_page, normalised


def continuation(page: Page, url: str) -> str | None:
    """The address of the thread's next page without its fragment; None if there is none on the page's own host.

    A link back to the article itself (the thread's first page) is none: it would make a page out of the article.
    """
    following = page.discussion.next_page
    if following is None:
        return None
    address = urldefrag(following).url
    if urlsplit(address).hostname != urlsplit(url).hostname or urlsplit(address).scheme not in {"http", "https"}:
        return None
    if is_thread_page(address):
        return None if address in {page.url, url} else address
    return None if article_address(normalised(address)) in {page.canonical_url, page.url, url} else address
