"""Who wrote the article: stated names first, then the byline beside the headline, without its trimmings."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from extractors.html import Document, line_of
from extractors.structured import Statements, text_in

_METAS = (
    "author", "article:author", "og:article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
    "byl", "citation_author", "cxenseparse:author", "rbauthors", "article.author", "creator",
)  # fmt: skip
_BY = re.compile(
    r"^\W*(?:written by|posted by|published by|story by|text by|reported by|by|par|von|por|di|door|av|af|przez|"
    r"écrit par|publié par|rédigé par|propos recueillis par|geschrieben von|veröffentlicht von|escrito por|publicado por|"
    r"scritto da|a cura di|pubblicato da|geschreven door|da|de|text|texte|texto|autor(?:in|en|es)?|auteurs?|author\(?s?\)?|autore)\b[\s:：·|-]+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:\||·|•|–|—|\s-\s|\(|@|,\s*(?:staff|updated|publi|posted|le \d|am \d|on \d|\d)|\bon\s+\w+ \d|\ble\s+\d|\bam\s+\d|"
    r"\bfor\s+(?:the\s+)?[A-Z]|\d{1,2}[/.:]\d|\bupdated\b|\bpublished\b|\bposted\b).*$",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"https?:|www\.|@\w+\.|\d{2,}|[<>{}\[\]=]|\b(?:admin|administrator|webmaster|anonymous|unknown|null|undefined|none)\b|^\W*$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"\b(?:byline|author|auteur|autor|autore|writer|post-?author|entry-?author|article-?author)")
_NOT_BYLINE = re.compile(r"comment|bio|avatar|related|widget|footer|box|sidebar|social|follow|image|photo|desc")
_MAX_NAME = 60


def author(document: Document, statements: Statements) -> str | None:
    """The names, separated by "; ", or None."""
    for names in _candidates(document, statements):
        if cleaned := _distinct(names):
            return "; ".join(cleaned)
    return None


def _candidates(document: Document, statements: Statements) -> list[list[str]]:
    stated = [text_in(one) or "" for one in statements.resolved(statements.article.get("author"))]
    found = [stated]
    for name in _METAS:
        found.append([text for text in statements.metas.get(name, ()) if "://" not in text])
    found.append([_name_of(element) for element in statements.properties.get("author", ())])
    tree = document.tree
    found.append([line_of(link) for link in tree.xpath("//*[@rel='author']")][:3])
    bylines = [
        element
        for element in tree.iter("a", "span", "p", "div", "address", "li", "strong", "b")
        if (names := f"{element.get('class') or ''} {element.get('id') or ''}".lower().strip())
        and _BYLINE.search(names)
        and not _NOT_BYLINE.search(names)
    ]
    found.extend([line_of(element)] for element in bylines[:5])
    return found


def _name_of(element: HtmlElement) -> str:
    for inner in element.iterdescendants():
        if "name" in (inner.get("itemprop") or "").split():
            return inner.get("content") or line_of(inner)
    return element.get("content") or line_of(element)


def _distinct(names: list[str]) -> list[str]:
    found: dict[str, str] = {}
    for text in names:
        for part in re.split(r"\s*[;/]\s*|\s+(?:&|and|und|et|y)\s+|,\s+(?=\w+\s+\w)", text):
            if name := cleaned_name(part):
                found.setdefault(name.casefold(), name)
    return list(found.values())


def cleaned_name(text: str) -> str | None:
    """One name without "by", dates, roles and mail addresses; None if what is left is no name."""
    name = " ".join(text.split())
    name = _BY.sub("", name)
    name = _TAIL.sub("", name).strip(" ,.:;-–—|·•*\u200b")
    if not name or len(name) > _MAX_NAME or _NOT_A_NAME.search(name):
        return None
    return name
