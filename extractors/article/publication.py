"""When an article was published and last changed: stated data first, then what the page shows beside its headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from extractors.article.bylines import Byline
from extractors.dates import parse_page_date
from extractors.html import Document, line_of
from extractors.records import DatePrecision
from extractors.structured import Statements, text_in

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "dc.date.issued", "dcterms.issued",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "publish_date", "published_time",
    "published-date", "publication_date", "publication-date", "pubdate", "originalpublicationdate",
    "article_date_original", "article.published", "cxenseparse:recs:publishtime", "bt:pubdate",
    "citation_publication_date", "citation_date", "dc.date.created", "dcterms.created", "datecreated", "dc.date",
    "dcterms.date", "og:published_time", "rnews:datepublished", "created", "displaydate", "date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dc.date.modified", "dcterms.modified", "lastmod",
    "article.updated", "last-modified", "revised", "og:modified_time",
)  # fmt: skip
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?!\d)")
_DATE_NAMES = re.compile(r"date|time|publi|posted|meta|byline|info", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:updated|modified|last (?:edit|review)|aktualisiert|geändert|mis à jour|modifié|actualizado|modificado|"
    r"aggiornato|atualizado|bijgewerkt|gewijzigd|revised)\b|更新",
    re.IGNORECASE,
)
_MAX_PLAIN = 120  # characters of a block that is a date line although nothing names it one
_DAYS = frozenset({DatePrecision.DAY, DatePrecision.MINUTE})


def published(document: Document, statements: Statements, shown: Sequence[Byline], language: str | None) -> str | None:
    """ISO 8601 at the precision the page gives; None if it says no full date."""
    return _first(_published_texts(document, statements, shown), language)


def modified(statements: Statements, language: str | None) -> str | None:
    """ISO 8601 of the last change that the page states for machines."""
    return _first(_modified_texts(statements), language)


def _first(texts: Iterator[str | None], language: str | None) -> str | None:
    for text in texts:
        found = parse_page_date(text, language) if text else None
        if found and found[1] in _DAYS:
            return found[0]
    return None


def _modified_texts(statements: Statements) -> Iterator[str | None]:
    yield text_in(statements.article.get("dateModified"))
    yield statements.meta(*_MODIFIED)
    for element in statements.properties.get("datemodified", ()):
        yield _machine_text(element)


def _published_texts(document: Document, statements: Statements, shown: Sequence[Byline]) -> Iterator[str | None]:
    yield text_in(statements.article.get("datePublished"))
    yield statements.meta(*_PUBLISHED[:3])
    for element in statements.properties.get("datepublished", ()):
        yield _machine_text(element)
    for name in _PUBLISHED[3:]:
        yield statements.meta(name)
    yield text_in(statements.article.get("dateCreated"))
    changed: list[str | None] = []
    for line in shown:
        into = changed if _CHANGED.search(line.block.text) else None
        for text in _texts_of(line):
            if into is None:
                yield text
            else:
                into.append(text)
    yield _date_in_url(document.url)
    yield from changed
    yield text_in(statements.article.get("uploadDate"))
    for element in document.tree.iter("time"):
        if element.get("pubdate") is not None:
            yield element.get("datetime") or line_of(element)
    yield from _modified_texts(statements)


def _texts_of(line: Byline) -> Iterator[str | None]:
    for element in line.marked:
        if element.tag == "time":
            yield element.get("datetime")
        elif _DATE_NAMES.search(f"{element.get('class')} {element.get('itemprop')}"):
            yield element.get("content") or element.get("title")
            yield line_of(element)
    text = line.block.text
    if len(text) <= _MAX_PLAIN or _DATE_NAMES.search(line.names) or any(one.tag == "time" for one in line.marked):
        yield text


def _machine_text(element: HtmlElement) -> str | None:
    return element.get("content") or element.get("datetime") or element.get("title") or line_of(element)


def _date_in_url(url: str) -> str | None:
    if found := _URL_DATE.search(url):
        year, month, day = found.groups()
        return f"{year}-{int(month):02d}-{int(day):02d}"
    return None
