"""Whose site it is, where a site bears its owner's name: "tobylehde.example" that calls itself "Toby Lehde"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from extractors.article.given_names import GIVEN_NAMES, opens_with_given_name
from extractors.article.names import is_name
from extractors.article.outline import Outline
from extractors.html import Document
from extractors.structured import Statements, text_in
from extractors.urls import host_of

_DIVIDED = re.compile(r" [|–—\-·•»«:/~]{1,2} | ?[|｜»] ?|, ")  # in texts whose blanks are single ones
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[\s\d,–—-]{0,20}(?:by )?(?P<name>[^\W\d_][^|•·.\n]{3,40})", re.IGNORECASE
)
_LETTERS = re.compile(r"[^a-z]")
_LEAST_GIVEN, _LEAST_FAMILY = 3, 3  # letters
_MOST_GIVEN = 12
_MAX_LINKS = 200
_LAST_BLOCKS = 12  # where the copyright line stands
_MAX_STATED = 400  # characters of a text in which a name is sought


def owner(document: Document, statements: Statements, page: Outline) -> str | None:
    """The person whose name the site's address is, as the site's name, its title, its feeds or its copyright spell it.

    None where the address opens with no given name: a firm's address may be two words as well.
    """
    labels = [label for label in host_of(document.url).split(".")[:-1] if label not in ("www", "blog")]
    keys = [key for label in labels if (key := _LETTERS.sub("", label))]
    keys = [key for key in keys if any(key[:size] in GIVEN_NAMES for size in range(_LEAST_GIVEN, _MOST_GIVEN + 1))]
    if not keys:
        return None
    for text in _spellings(document, statements, page):
        for part in _DIVIDED.split(" ".join(text[:_MAX_STATED].split())):
            name = _named_like(part, keys)
            if name is not None:
                return name
    return None


def _named_like(text: str, keys: list[str]) -> str | None:
    """A text of two or three words where it is a name that one of the addresses says."""
    words = text.split()
    for size in (3, 2):
        parts = words[:size]
        name = " ".join(parts).strip(" ,.'’")
        if len(words) != size or not all(part[:1].isupper() for part in parts):
            continue
        if not opens_with_given_name(name) or not is_name(name, stated=False):
            continue
        given, family = _LETTERS.sub("", parts[0].casefold()), _LETTERS.sub("", parts[-1].casefold())
        if len(given) < _LEAST_GIVEN or len(family) < _LEAST_FAMILY:
            continue
        for key in keys:
            is_whole = key.startswith(given) and key.endswith(family) and len(key) <= len("".join(words[:size])) + 1
            if is_whole or key == given:
                return name
    return None


def _spellings(document: Document, statements: Statements, page: Outline) -> Iterator[str]:
    """The texts in which a site says its own name."""
    for name in ("og:site_name", "application-name", "apple-mobile-web-app-title", "copyright", "dc.rights", "author"):
        yield from statements.metas.get(name, ())
    for thing in statements.objects:
        yield text_in(thing.get("name")) or ""
    for element in document.tree.iter("title"):
        title = " ".join(element.text_content().split())
        yield from reversed(_DIVIDED.split(title[:_MAX_STATED])[1:])
        break
    for link in islice(document.tree.iter("link"), _MAX_LINKS):
        if "alternate" in (link.get("rel") or "") and "xml" in (link.get("type") or ""):
            yield link.get("title") or ""
    for block in page.blocks[-_LAST_BLOCKS:]:
        if found := _COPYRIGHT.search(block.text[:_MAX_STATED]):
            yield found["name"]
