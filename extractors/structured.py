"""What the page states for machines: JSON-LD objects, meta tags, microdata."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson
from lxml.html import HtmlElement

from extractors.html import Document

ARTICLE_TYPES = frozenset(
    "article newsarticle blogposting reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "
    "askpublicnewsarticle reviewnewsarticle advertisercontentarticle scholarlyarticle techarticle report "
    "socialmediaposting discussionforumposting liveblogposting satiricalarticle review recipe howto".split()
)
_PAGE_TYPES = frozenset("webpage itempage aboutpage faqpage medicalwebpage qapage creativework".split())
OF_OTHERS = re.compile(r"comment|\breviews?\b", re.IGNORECASE)  # what readers wrote has authors and dates of its own
_CONTROL = re.compile(r"[\x00-\x1f]+")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_WRAPPERS = ("<!--", "/*<![CDATA[*/", "/* <![CDATA[ */", "//<![CDATA[", "// <![CDATA[", "<![CDATA[")
_ENDINGS = ("-->", "/*]]>*/", "/* ]]> */", "//]]>", "// ]]>", "]]>")
MAX_JSON_LD = 2_000_000  # characters of one script
_MAX_OBJECTS = 5_000
_MAX_ABOVE = 30  # elements around one that are looked at

Json = dict[str, Any]


class Statements:
    """The statements of one page, read once."""

    def __init__(self, document: Document) -> None:
        self._tree = document.tree

    @functools.cached_property
    def metas(self) -> dict[str, tuple[str, ...]]:
        """The contents of meta tags by lower-case name, property, itemprop or http-equiv, in page order, none empty.

        An attribute may hold several names: "og:title twitter:title".
        """
        found: dict[str, list[str]] = {}
        for meta in self._tree.iter("meta"):
            content = " ".join((meta.get("content") or "").split())
            if not content:
                continue
            for attribute in ("name", "property", "itemprop", "http-equiv"):
                for key in (meta.get(attribute) or "").lower().split():
                    found.setdefault(key.replace("dc:", "dc.", 1), []).append(content)
        return {key: tuple(contents) for key, contents in found.items()}

    def meta(self, *names: str) -> str | None:
        """The first content of the first of these names that the page has."""
        for name in names:
            if contents := self.metas.get(name):
                return contents[0]
        return None

    @functools.cached_property
    def objects(self) -> tuple[Json, ...]:
        """Every JSON-LD object on the page, nested ones too, in page order."""
        found: list[Json] = []
        for script in self._tree.iter("script"):
            if "ld+json" in (script.get("type") or "").lower() and script.text and len(script.text) <= MAX_JSON_LD:
                found.extend(_objects_in(json_ld(script.text), _MAX_OBJECTS - len(found)))
        return tuple(found)

    @functools.cached_property
    def article(self) -> Json:
        """The JSON-LD object that describes the article, else the page, else an empty one."""
        for wanted in (ARTICLE_TYPES, _PAGE_TYPES):
            candidates = [thing for thing in self.objects if types_of(thing) & wanted]
            if candidates:
                return max(candidates, key=_completeness)
        return {}

    def resolved(self, thing: object) -> list[Json]:
        """The objects behind a JSON-LD value: a reference by @id is followed, a list is flattened."""
        things = thing if isinstance(thing, list) else [thing]
        found = []
        for one in things:
            if isinstance(one, dict):
                reference = one.get("@id")
                if len(one) <= 2 and isinstance(reference, str) and "name" not in one:
                    found.append(self._by_id.get(reference, one))
                else:
                    found.append(one)
            elif isinstance(one, str):
                found.append(self._by_id.get(one) or {"name": one})
        return found

    @functools.cached_property
    def _by_id(self) -> dict[str, Json]:
        known: dict[str, Json] = {}
        for thing in self.objects:
            key = thing.get("@id")
            if isinstance(key, str) and len(thing) > len(known.get(key, {})):
                known[key] = thing
        return known

    @functools.cached_property
    def properties(self) -> dict[str, list[HtmlElement]]:
        """Elements with an itemprop by its lower-case name, in page order, without those of comments and reviews."""
        found: dict[str, list[HtmlElement]] = {}
        for element in self._tree.xpath("//*[@itemprop]"):
            if any(
                OF_OTHERS.search(around.get("itemprop") or "") for around in islice(element.iterancestors(), _MAX_ABOVE)
            ):
                continue
            for name in (element.get("itemprop") or "").lower().split():
                found.setdefault(name, []).append(element)
        return found


def types_of(thing: Json) -> set[str]:
    """The lower-case names of an object's types, without any vocabulary address."""
    kinds = thing.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for kind in kinds if isinstance(kind, str)}


def text_in(value: object) -> str | None:
    """A JSON-LD value as one line of text: the first string of a list, the name or @value of an object."""
    if isinstance(value, list):
        return next((text for item in value if (text := text_in(item))), None)
    if isinstance(value, dict):
        return text_in(value.get("name") or value.get("@value") or value.get("headline"))
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return None


def _completeness(thing: Json) -> int:
    return sum(
        bool(thing.get(key)) for key in ("headline", "datePublished", "author", "articleBody", "mainEntityOfPage")
    )


def json_ld(script: str) -> object:
    """The JSON of a script, mended where publishers usually break it; None if it cannot be read."""
    text = script.strip()
    for wrapper in _WRAPPERS:
        text = text.removeprefix(wrapper).lstrip()
    for ending in _ENDINGS:
        text = text.removesuffix(ending).rstrip()
    text = text.rstrip(";")
    for attempt in (text, _CONTROL.sub(" ", text), _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", text))):
        try:
            return orjson.loads(attempt)
        except (orjson.JSONDecodeError, RecursionError):
            continue
    return None


def _objects_in(value: object, limit: int) -> Iterator[Json]:
    stack = [value]
    while stack and limit > 0:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            if item.get("@type") or item.get("@id"):
                limit -= 1
                yield item
            stack.extend(reversed([part for part in item.values() if isinstance(part, (dict, list))]))
