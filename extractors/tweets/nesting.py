"""Items that hold the next ones, because a closing tag was lost: each read without the others."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.tweets.traces import Trace, Weight, is_named, named_above

Shape = tuple[str, tuple[str, ...]]


def alone(item: HtmlElement) -> HtmlElement:
    """The item itself; or, if it holds elements with its own tag and classes, a copy without them and what follows.

    Elements without a class are left as they are: a <div> in a <div> means nothing.
    """
    if not _holds_its_like(item):
        return item
    bare = copy.deepcopy(item)
    bare.tail = None
    for other in [node for node in bare.iterdescendants(item.tag) if classes(node) == classes(item)]:
        parent = other.getparent()
        if parent is not None:
            parent.remove(other)
    return bare


def _holds_its_like(item: HtmlElement) -> bool:
    own = classes(item)
    return bool(own) and any(classes(node) == own for node in item.iterdescendants(item.tag))


def nested_items(found: Iterable[Trace]) -> Iterator[HtmlElement]:
    """Elements called after tweets around traces that hold, or stand in, an element with the same tag and classes."""
    seen: set[HtmlElement] = set()
    for trace in found:
        for node in trace.node.iterancestors("div", "td", "section", "article"):
            if node in seen:
                break
            if not classes(node):
                continue
            above = next((up for up in node.iterancestors(node.tag) if classes(up) == classes(node)), None)
            if (above is not None or _holds_its_like(node)) and (
                is_named(node) or (trace.weight >= Weight.FAIR and named_above(node) is not None)
            ):
                seen.add(node)
                yield node
                break
