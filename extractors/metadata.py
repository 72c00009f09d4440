"""Title, author, dates and site name: stated data first, then what the page shows next to its headline."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml.html import HtmlElement

from extractors.dates import parse_page_date
from extractors.html import Document, line_of
from extractors.structured import Statements, text_in
from extractors.urls import host_of

_SEPARATOR = re.compile(r"\s+[|–—\-·•»«:/~]{1,2}\s+|\s*[|｜»]\s*")
_WORD = re.compile(r"\w+")
_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "dc.date.issued", "dcterms.issued",
    "dc.date.created", "dcterms.created", "parsely-pub-date", "sailthru.date", "publishdate", "publish-date",
    "publish_date", "published_time", "published-date", "publication_date", "pubdate", "originalpublicationdate",
    "article_date_original", "article.published", "cxenseparse:recs:publishtime", "bt:pubdate", "citation_publication_date",
    "citation_date", "datecreated", "dc.date", "dcterms.date", "og:published_time", "rnews:datepublished", "created", "date",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "dc.date.modified", "dcterms.modified", "lastmod",
    "article.updated", "last-modified", "revised", "og:modified_time",
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a text, case-folded and compatibility-normalised, for comparisons."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def agreement(one: str, other: str) -> float:
    """How much of the shorter text's words the longer one holds, 0 to 1."""
    left, right = set(words(one)), set(words(other))
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def site_name(document: Document, statements: Statements) -> str | None:
    """The publication's name as the page states it."""
    if named := statements.meta("og:site_name", "application-name", "apple-mobile-web-app-title"):
        return named
    for publisher in statements.resolved(statements.article.get("publisher")):
        if name := text_in(publisher):
            return name
    return None


def title(document: Document, statements: Statements) -> str | None:
    """The article's headline, without the site's name."""
    stated = [
        cleaned
        for text in (
            text_in(statements.article.get("headline")),
            statements.meta("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title"),
            _page_title(document),
        )
        if text and (cleaned := without_site_name(text, document, statements))
    ]
    shown = [line for heading in document.tree.iter("h1") if (line := line_of(heading)) and len(line) < 400]
    for line in shown:
        if any(agreement(line, text) >= 0.7 and len(words(line)) * 2 > len(words(text)) for text in stated):
            return line
    if stated:
        return stated[0]
    return shown[0] if shown else None


def _page_title(document: Document) -> str | None:
    for element in document.tree.iter("title"):
        parent = element.getparent()
        if parent is not None and parent.tag in ("head", "html", "body"):
            return " ".join(element.text_content().split()) or None
    return None


def without_site_name(text: str, document: Document, statements: Statements) -> str:
    """A title without the parts that name the site: "Headline | Section - Site" becomes "Headline"."""
    text = " ".join(text.split())
    name = site_name(document, statements) or ""
    host = host_of(document.url)
    brand = "".join(words(host.rsplit(".", 1)[0].rsplit(".", 1)[-1]))
    while True:
        cuts = list(_SEPARATOR.finditer(text))
        if not cuts:
            return text
        head, tail = text[: cuts[-1].start()], text[cuts[-1].end() :]
        if _names_site(tail, name, brand, host) and head.strip():
            text = head.strip()
            continue
        first, rest = text[: cuts[0].start()], text[cuts[0].end() :]
        if _names_site(first, name, brand, host) and rest.strip():
            text = rest.strip()
            continue
        return text


def _names_site(part: str, name: str, brand: str, host: str) -> bool:
    squashed = "".join(words(part))
    if not squashed:
        return True
    named = "".join(words(name))
    return bool(
        (named and (squashed == named or (len(squashed) >= 4 and (squashed in named or named in squashed))))
        or (len(brand) >= 3 and (squashed == brand or (len(squashed) < 2 * len(brand) + 6 and brand in squashed)))
        or squashed == "".join(words(host))
    )


def published(document: Document, statements: Statements, language: str | None) -> str | None:
    """ISO 8601 at the precision the page gives."""
    return _first_date(_published_texts(document, statements), language)


def modified(document: Document, statements: Statements, language: str | None) -> str | None:
    """ISO 8601 of the last change that the page states for machines."""
    texts = [text_in(statements.article.get("dateModified"))]
    texts += [statements.meta(*_MODIFIED_METAS)]
    texts += [_machine_text(element) for element in statements.properties.get("datemodified", ())]
    return _first_date(iter(texts), language)


def _first_date(texts: Iterator[str | None], language: str | None) -> str | None:
    for text in texts:
        if text and (found := parse_page_date(text, language)) and found[0]:
            return found[0]
    return None


def _published_texts(document: Document, statements: Statements) -> Iterator[str | None]:
    yield text_in(statements.article.get("datePublished"))
    yield statements.meta(*_PUBLISHED_METAS[:3])
    for element in statements.properties.get("datepublished", ()):
        yield _machine_text(element)
    for name in _PUBLISHED_METAS[3:]:
        yield statements.meta(name)
    yield text_in(statements.article.get("dateCreated"))
    for element in document.tree.iter("time"):
        yield element.get("datetime")
        yield line_of(element)
    yield _date_in_url(document.url)


def _machine_text(element: HtmlElement) -> str | None:
    return element.get("content") or element.get("datetime") or element.get("title") or line_of(element)


_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?!\d)")


def _date_in_url(url: str) -> str | None:
    if found := _URL_DATE.search(url):
        year, month, day = found.groups()
        return f"{year}-{int(month):02d}-{int(day):02d}"
    return None
