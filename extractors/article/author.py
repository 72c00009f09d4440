"""Who wrote the article: stated names first, then the byline beside the headline, without its trimmings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from extractors.article.bylines import Byline
from extractors.article.metadata import words
from extractors.html import line_of
from extractors.structured import Json, Statements, text_in, types_of

_METAS = (
    "author", "article:author", "og:article:author", "dc.creator", "dcterms.creator", "parsely-author",
    "sailthru.author", "byl", "citation_author", "cxenseparse:author", "rbauthors", "article.author", "creator",
    "dc.creator.name", "twitter:data1",
)  # fmt: skip
_BY = (
    r"by|par|von|por|di|door|av|af|przez|door|text(?:e|o)?(?: (?:by|von|par|por|di))?|"
    r"(?:written|posted|published|story|text|reported|words|article|submitted|created) by|"
    r"(?:écrit|publié|rédigé|posté|proposé) par|propos recueillis par|un article de|"
    r"(?:geschrieben|veröffentlicht|verfasst|erstellt|gepostet) von|ein (?:artikel|beitrag|gastbeitrag) von|"
    r"(?:escrito|publicado) por|(?:scritto|pubblicato) da|a cura di|(?:geschreven|geplaatst) door|"
    r"autor(?:in|en|es|a|as)?|auteurs?|author\(?s?\)?|autor[ei]|redaktion|editor|文|著者|執筆者?|作者|記者"
)
_PREFIX = re.compile(rf"^\W*(?:{_BY})(?:\b|(?<=\W))[\s:：·|-]*", re.IGNORECASE)
# This and the next but one, _TAIL and _SPLIT, read texts whose blanks are single ones.
_ALL_POSTS = re.compile(
    r"^(?:view|see|read|show|zeige|voir|ver|more|alle?|all|mehr|tous|todos)\b.{0,30}?"
    r"\b(?:by|von|de|par|por|di|of) (?=\S)|(?: |(?<![→›»]))[→›»]++ ?$",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"(?:^|[\s|•·–—-])(?:posted|published|written|story|publié|rédigé|écrit|geschrieben|veröffentlicht|gepostet|"
    r"publicado|"
    r"escrito|pubblicato|geplaatst)?[^.]{0,40}?\b(?:by|par|von|por|"
    r"door)\s+(?P<name>[^\W\d_][\w.'’-]*(?:\s+[\w.'’-]+){0,4}?)"
    r"(?=\s*(?:$|[|•·,–—(\n@]|\s-\s|\bon\b|\bam\b|\bin\b|\ble\b|\bel\b|\bunter\b|\bvom\b|\bat\b|\bum\b|\d))",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r" ?(?:[|•·]|[–—]| - |\(|@| [/] |, ?(?:staff|updated|publi|posted|le \d|am \d|on \d|\d|[A-Z]{3,}$)|"
    r",? ?(?:contributor|editor|reporter|correspondent|staff writer|senior|associate|founder|journalist|redakteur)\b|"
    r"\b(?:on|am|in|under|vom|le|el|at|um|for|unter)(?:$| (?:the )?(?:[A-Z]|\d|\w+tag\b))|"
    r"\d{1,2}[/.:-]\d|\b\d{4}\b|(?<!\d)\d++ min|\b(?:updated|published|posted|follow|veröffentlicht|publié)\b|"
    r"\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\w*[,.]? \d|"
    r" (?:illustration|foto|photo|bilder|text)\w* (?:von|by|par)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_GLUED = re.compile(r"^(?:Post author\s*)?(?:Author|By|Von|Par|Autor)(?=[A-ZÄÖÜÉ])")
_PARTICLES = frozenset(
    "de del della der den des di da do dos das du la le van von zu zur zum y e bin ben al el ibn ter ten and und et "
    "& mit".split()
)
_SPLIT = re.compile(r" ?[;/] ?| (?:&|and|und|et|y) |, (?:and )?(?=[^\W\d_]+\.? [^\W\d_])")
_NOT_A_NAME = re.compile(
    r"https?:|www\.|\.(?:com|de|org|net|fr)\b|\w@\w|\d{2,}|[<>{}\[\]=?!]|"
    r"\b(?:wordpress)?(?:admin|administrator|webmaster|anonymous|unknown|null|undefined|none|full bio|read more|share|"
    r"subscribe|comments?|newsletter|contact|view|posts?|bio|signing|veröffentlicht|data)\b|^\W*$|^(?:by|von|par|"
    r"author|editor|staff|autor|the|a|an)$",
    re.IGNORECASE,
)
_AUTHOR_NAMES = re.compile(r"author|auteur|autor|byline|writer|\bvcard\b|\bfn\b", re.IGNORECASE)
_NOT_AUTHOR_NAMES = re.compile(
    r"date|time|publi(?:sh|c|é)|bio|avatar|desc|social|follow|image|photo|role|title|comment", re.I
)
_MAX_AUTHOR_LINE = 100  # characters
_MAX_NAME = 60  # characters
_MAX_NAME_WORDS = 7
_MAX_NAMES = 8
_MAX_STATED = 50  # names looked at
_MAX_LINE = 500  # characters; longer is no list of names


def author(statements: Statements, shown: Sequence[Byline], site_name: str | None) -> str | None:
    """The names, separated by "; ", or None. The site's own name is no author as long as there is another."""
    site = words(site_name or "")
    fallback = None
    for names in _candidates(statements, shown):
        people = _distinct(names)
        if people and all(words(name) == site for name in people):
            fallback = fallback or people
            continue
        if people:
            return "; ".join(people[:_MAX_NAMES])
    return "; ".join(fallback) if fallback else None


def _candidates(statements: Statements, shown: Sequence[Byline]) -> Iterator[list[str]]:
    people = statements.resolved(statements.article.get("author"))
    yield [text_in(one) or "" for one in people if not _is_organisation(one)]
    for name in _METAS[:-1]:
        yield [text for text in statements.metas.get(name, ()) if "://" not in text]
    if (statements.meta("twitter:label1") or "").casefold() in (
        "written by",
        "écrit par",
        "verfasst von",
        "escrito por",
    ):
        yield [statements.meta("twitter:data1") or ""]
    yield [_name_of(element) for element in _together(statements.properties.get("author", []))]
    yield from ([name for name in names if _is_name_shaped(name)] for names in _shown_names(shown))
    yield [text_in(one) or "" for one in people]
    yield [text_in(one) or "" for one in statements.resolved(statements.article.get("creator"))]


def _is_name_shaped(text: str) -> bool:
    """Whether a shown text reads like names and not like a sentence: capitals, or a single word such as a handle."""
    name = cleaned_name(_SPLIT.split(_PREFIX.sub("", " ".join(text.split())))[0])
    if name is None or (len(text) > 80 and text.rstrip().endswith(".")):
        return False
    parts = name.split()
    if len(parts) == 1:
        return len(name) > 2
    return all(part[0].isupper() or not part[0].isascii() or part.lower() in _PARTICLES for part in parts)


def _is_organisation(thing: Json) -> bool:
    return bool(types_of(thing) & {"organization", "newsmediaorganization", "corporation"})


def _shown_names(shown: Sequence[Byline]) -> Iterator[list[str]]:
    for line in shown:
        marked = [element for element in line.marked if _is_author_mark(element)]
        inner = [element for element in marked if not any(other in marked for other in element.iterancestors())]
        if inner:
            yield [line_of(element) for element in inner]
    for line in shown:
        text = line.block.text
        if _PREFIX.match(text) and len(text) <= 150:
            yield [text.split("\n", 1)[0] if text.lower().strip() not in ("by", "von", "par") else text]
    for line in shown:
        if (
            len(line.block.text) <= _MAX_AUTHOR_LINE
            and _AUTHOR_NAMES.search(line.names)
            and not _NOT_AUTHOR_NAMES.search(line.names)
        ):
            yield [line.block.text]
    for line in shown:
        if found := _INLINE.search(line.block.text[:200]):
            yield [found.group("name")]


def _is_author_mark(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return "author" in (element.get("rel") or "") or (
        _AUTHOR_NAMES.search(names) is not None and not _NOT_AUTHOR_NAMES.search(names)
    )


def _together(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The first element and those beside it: further down the page stand the authors of other articles."""
    if not elements:
        return []
    place = elements[0].getparent()
    return [element for element in elements if element.getparent() is place]


def _name_of(element: HtmlElement) -> str:
    for inner in element.iterdescendants():
        if "name" in (inner.get("itemprop") or "").split():
            return inner.get("content") or line_of(inner)
    return element.get("content") or line_of(element)


def _distinct(names: list[str]) -> list[str]:
    found: dict[str, str] = {}
    for text in names[:_MAX_STATED]:
        if len(text) > _MAX_LINE:
            continue
        text = _ALL_POSTS.sub("", _GLUED.sub("", " ".join(text.split())))
        for part in _SPLIT.split(_PREFIX.sub("", text)):
            if name := cleaned_name(part):
                found.setdefault(name.casefold(), name)
    return list(found.values())


def cleaned_name(text: str) -> str | None:
    """One name without "by", dates, roles and mail addresses; None if what is left is no name."""
    name = _ALL_POSTS.sub("", " ".join(text.split()))
    name = _PREFIX.sub("", name)
    name = _TAIL.sub("", name).strip(" ,.:;-–—|·•*\u200b\"“”'")
    if not name or len(name) > _MAX_NAME or len(name.split()) > _MAX_NAME_WORDS or _NOT_A_NAME.search(name):
        return None
    return name
