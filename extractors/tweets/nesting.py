"""Items that hold the next ones, because a closing tag was lost: each read without the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.tweets.traces import Trace, Weight, is_named, named_above

_BOXES = ("div", "td", "section", "article")
_MAX_BOXES = 60


def alone(item: HtmlElement) -> HtmlElement:
    """The item itself; or, if it holds elements with its own tag and classes, a copy without them and what follows.

    Elements without a class are left as they are: a <div> in a <div> means nothing.
    """
    if not _holds_its_like(item):
        return item
    own = classes(item)
    bare = item.makeelement(item.tag, dict(item.attrib))
    bare.text = item.text
    stack = [(item, bare)]
    while stack:
        source, target = stack.pop()
        for child in source:
            if child.tag == item.tag and classes(child) == own:
                continue
            is_element = isinstance(child.tag, str)  # a comment is left out, what follows it stays
            twin = target.makeelement(child.tag if is_element else "span", dict(child.attrib) if is_element else {})
            twin.tail = child.tail
            target.append(twin)
            if is_element:
                twin.text = child.text
                stack.append((child, twin))
    return bare


def _holds_its_like(item: HtmlElement) -> bool:
    own = classes(item)
    return bool(own) and any(classes(node) == own for node in item.iterdescendants(item.tag))


def nested_items(found: Iterable[Trace]) -> Iterator[HtmlElement]:
    """Elements called after tweets around traces that hold, or stand in, an element with the same tag and classes."""
    chains = [(trace, _boxes_around(trace.node)) for trace in found]
    nesting = {key for _, chain in chains for key, times in Counter(key for key, _ in chain).items() if times > 1}
    if not nesting:
        return
    seen: set[HtmlElement] = set()
    for trace, chain in chains:
        node = next((box for key, box in chain if key in nesting), None)
        if node is None or node in seen:
            continue
        seen.add(node)
        if is_named(node) or (trace.weight >= Weight.FAIR and named_above(node) is not None):
            yield node


def _boxes_around(node: HtmlElement) -> list[tuple[tuple[str, str], HtmlElement]]:
    """The elements around a node that have classes, by tag and classes, innermost first."""
    around = islice(node.iterancestors(*_BOXES), _MAX_BOXES)
    return [((box.tag, box.get("class")), box) for box in around if box.get("class")]
