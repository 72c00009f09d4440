"""One page in, one record out: the whole of extraction, top to bottom."""

from __future__ import annotations

import inspect
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from extractors.article.parts import Parts
from extractors.charset import decode
from extractors.errors import NoArticle
from extractors.html import Document
from extractors.kinds.judge import kind_of
from extractors.page import PageObject
from extractors.records import Page, PageKind, authors_of
from extractors.registry import site_for
from extractors.urls import is_thread_page
from extractors.whole_site.site_profile import SiteProfile
from extractors.whole_site.traits import PageTraits


class SiteReading(NamedTuple):
    """A page read as one of its site. `traits` is what it adds to the profile; `parts` which page of its article it is,
    None for one that is whole; `neighbours` are further pages of its comment thread that are not numbered."""

    page: Page
    traits: PageTraits
    parts: Parts | None = None
    neighbours: tuple[str, ...] = ()


def extract(
    html: str | bytes, url: str, *, content_type: str | None = None, fetched_at: datetime | None = None
) -> Page:
    """Everything the page says. `content_type` is the HTTP header, for its charset; `fetched_at` dates "3 days ago".

    Raises PageError: NotHtml, EmptyPage, NoArticle, TooComplex or LayoutChanged, and nothing else on any input.
    """
    return extract_of_site(html, url, None, content_type=content_type, fetched_at=fetched_at)[0]


def extract_of_site(
    html: str | bytes,
    url: str,
    profile: SiteProfile | None,
    *,
    content_type: str | None = None,
    fetched_at: datetime | None = None,
) -> SiteReading:
    """The page read with what is known of its site. Raises PageError."""
    url = url.encode("utf-8", "replace").decode()  # a lone surrogate would make the record unwritable
    text = decode(html, content_type) if isinstance(html, bytes) else html
    page = site_for(url)(Document(text, url), fetched_at)
    page.profile = profile
    judged = kind_of(page.document, page.statements, profile)
    verdict = judged.verdict
    stated: dict[str, Any] = {"page_kind": verdict.kind, "kind_cues": verdict.cues, "post_key": judged.post_key}
    try:
        record, parts = read(page, url, stated), page.parts(verdict.kind)
        teaches = judged.own.kind
        if teaches is PageKind.ARTICLE and (is_thread_page(url) or (parts is not None and parts.number > 1)):
            teaches = PageKind.COMMENTS  # it says again what its first page says: that repeats within one article
        traits = page.traits(teaches, judged.own.margin, judged.stated)
        return SiteReading(record, traits, parts, page.thread().neighbours)
    except NoArticle:
        if verdict.kind is PageKind.ARTICLE:
            raise
        bare = Page(url=url, canonical_url=page.canonical_url(), title=page.title(), **stated)
        traits = PageTraits(
            url=bare.canonical_url,
            kind=str(judged.own.kind),
            margin=round(judged.own.margin, 2),
            stated=judged.stated and str(judged.stated),
        )
        return SiteReading(bare, traits)


FIELDS = tuple(
    field.name
    for field in fields(Page)
    if field.name != "tweets" and inspect.isfunction(getattr(PageObject, field.name, None))
)
"""The fields of a page's record that the page object has a method for, by the same name."""


def read(page: PageObject, url: str, stated: dict[str, Any]) -> Page:
    """Every field of the page's record; `stated` are those that are known already. Raises PageError."""
    thread = page.thread()
    said = {name: getattr(page, name)() for name in FIELDS}
    return Page(
        url=url,
        authors=authors_of(said["author"]),
        discussion=thread.discussion,
        comments=thread.comments,
        tweets=page.tweets().tweets,
        **stated,
        **said,
    )
