"""Which block of a page is not there any more: from a page as it was, what stood on it, and the page as it is."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.html import HtmlElement

from extractors.charset import decode
from extractors.errors import PageError
from extractors.html import Document, classes, folded

PARTS = 6  # parts of the text that are looked for
OPENING = 40  # characters of a part by which it is found
NAMED = 3  # classes of an element that are shown
UNSEEN = ("script", "style", "template", "noscript")


def lost_block(before: bytes, after: bytes, text: str, url: str) -> str | None:
    """The selector of the innermost block that held `text` on the page as it was and matches nothing on the page as it
    is; None if every such block is still there, or nothing of the text is found. Selectors are CSS: div#body.entry.

    The blocks around it are tried from the inside out: what a theme renames is near the text.
    """
    try:
        old, new = (Document(decode(page), url).tree for page in (before, after))
    except PageError:
        return None
    block = block_of(old, text)
    while block is not None and block.tag not in ("body", "html"):
        name, known = block.get("id"), classes(block)
        if (name or known) and not any(matches(one, name, known) for one in new.iter(block.tag)):
            return f"{block.tag}{f'#{name}' if name else ''}{''.join(f'.{one}' for one in known[:NAMED])}"
        block = block.getparent()
    return None


def block_of(tree: HtmlElement, text: str) -> HtmlElement | None:
    """The innermost element that holds what is found of the text."""
    wanted = [opening for part in text.split("\n") if len(opening := squeezed(part)[:OPENING]) >= OPENING // 2]
    found = [one for one in (innermost(tree, opening) for opening in wanted[:PARTS]) if one is not None]
    return common(found) if found else None


def innermost(tree: HtmlElement, opening: str) -> HtmlElement | None:
    here = tree if tree.find("body") is None else tree.find("body")
    if not holds(here, opening):
        return None
    while (inner := next((one for one in here if holds(one, opening)), None)) is not None:
        here = inner
    return here


def holds(element: HtmlElement, opening: str) -> bool:
    seen = isinstance(element.tag, str) and element.tag not in UNSEEN
    return seen and opening in squeezed(element.text_content())


def squeezed(text: str) -> str:
    return "".join(folded(text).split())


def common(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The innermost element around all of them, or the one there is."""
    around = [[*reversed([one, *one.iterancestors()])] for one in elements]
    shared = around[0][0]
    for level in zip(*around, strict=False):
        if any(one is not level[0] for one in level):
            break
        shared = level[0]
    return shared


def matches(element: HtmlElement, name: str | None, known: Sequence[str]) -> bool:
    return (name is None or element.get("id") == name) and set(known[:NAMED]) <= set(classes(element))
