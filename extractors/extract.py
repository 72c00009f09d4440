"""One page in, one record out: the whole of extraction, top to bottom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from extractors.charset import decode
from extractors.errors import NoArticle
from extractors.html import Document
from extractors.kinds.judge import kind_of
from extractors.page import PageObject
from extractors.records import Page, PageKind, authors_of
from extractors.registry import site_for


def extract(
    html: str | bytes, url: str, *, content_type: str | None = None, fetched_at: datetime | None = None
) -> Page:
    """Everything the page says. `content_type` is the HTTP header, for its charset; `fetched_at` dates "3 days ago".

    Raises PageError: NotHtml, EmptyPage, NoArticle, TooComplex or LayoutChanged, and nothing else on any input.
    """
    url = url.encode("utf-8", "replace").decode()  # a lone surrogate would make the record unwritable
    text = decode(html, content_type) if isinstance(html, bytes) else html
    page = site_for(url)(Document(text, url), fetched_at)
    verdict, post_key = kind_of(page.document, page.statements)
    stated: dict[str, Any] = {"page_kind": verdict.kind, "kind_cues": verdict.cues, "post_key": post_key}
    try:
        return read(page, url, stated)
    except NoArticle:
        if verdict.kind is PageKind.ARTICLE:
            raise
        return Page(url=url, canonical_url=page.canonical_url(), title=page.title(), **stated)


def read(page: PageObject, url: str, stated: dict[str, Any]) -> Page:
    """Every field of the page's record; `stated` are those that are known already. Raises PageError."""
    thread = page.thread()
    author = page.author()
    return Page(
        url=url,
        canonical_url=page.canonical_url(),
        **stated,
        title=page.title(),
        site_name=page.site_name(),
        publisher=page.publisher(),
        language=page.language(),
        author=author,
        authors=authors_of(author),
        published=page.published(),
        modified=page.modified(),
        lead=page.lead(),
        text=page.text(),
        sections=page.sections(),
        footnotes=page.footnotes(),
        discussion=thread.discussion,
        comments=thread.comments,
        tweets=page.tweets().tweets,
        links=page.links(),
    )
