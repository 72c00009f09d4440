"""Twitter widgets rendered by the server, found by what they hold: no list of plugins.

Traces of tweets (permalinks dressed as dates, t.co addresses, linked mentions and hashtags, reply buttons) are
gathered once. Going up from each, the parents under which the same shape of element repeats are candidates for the
list; the one with most items that each hold at most one tweet is it. A list counts if its items carry permalinks, or
if something around it names Twitter (a class, an id, a heading) and its items say what tweets say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet
from extractors.tweets.addresses import handle_in
from extractors.tweets.items import named_at_start, tweet_in
from extractors.tweets.reading import label
from extractors.tweets.traces import Trace, Weight, fits, ids_in, is_named, text_before, traces

_ITEM_TAGS = frozenset("li p div article section tr td dd blockquote".split())
_HEADING = re.compile(r"\btwitter\b|\btweets?\b|gazouill", re.IGNORECASE)
_PASSING = re.compile(
    r"^(?:odd|even|alt\w*|first|last|active|current|clear\w*|\w*[-_]?(?:odd|even|first|last|\d+))$", re.IGNORECASE
)
_MAX_HEADING = 60
_MAX_CLIMB = 10

Shape = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A tweet and the element that shows it."""

    node: HtmlElement
    tweet: Tweet


@dataclass(frozen=True, slots=True)
class Widget:
    """`nodes` are the roots to keep out of the article."""

    nodes: tuple[HtmlElement, ...]
    tweets: tuple[Placed, ...]


@dataclass(slots=True)
class _Group:
    """Children of one parent that have the same shape, and the heaviest trace found in each."""

    parent: HtmlElement
    shape: Shape
    items: dict[HtmlElement, int] = field(default_factory=dict)

    @property
    def siblings(self) -> list[HtmlElement]:
        return [child for child in self.parent if isinstance(child.tag, str) and _shape(child) == self.shape]


def widgets(tree: HtmlElement, taken: Collection[HtmlElement], language: str | None = None) -> Iterator[Widget]:
    """Every widget outside the elements `taken`, in no particular order."""
    found = [trace for trace in traces(tree) if not _inside(trace.node, taken)]
    if not found:
        return
    covered: set[HtmlElement] = set()
    for group in _groups(found):
        if any(_inside(item, covered) or any(part in covered for part in item.iter()) for item in group.items):
            continue
        if widget := _read(group, language):
            covered.update(placed.node for placed in widget.tweets)
            yield widget
    for item in _single_items(found, covered):
        if tweet := tweet_in(item, language):
            covered.add(item)
            yield Widget((item,), (Placed(item, tweet),))


def _inside(node: HtmlElement, roots: Collection[HtmlElement]) -> bool:
    return bool(roots) and (node in roots or any(ancestor in roots for ancestor in node.iterancestors()))


def _shape(node: HtmlElement) -> Shape:
    return node.tag, tuple(sorted(name for name in classes(node) if not _PASSING.match(name)))


def _groups(found: list[Trace]) -> list[_Group]:
    """Candidates for the list of tweets, best first: most items, then the outermost."""
    groups: dict[tuple[HtmlElement, Shape], _Group] = {}
    short: dict[HtmlElement, bool] = {}
    for trace in found:
        child = trace.node
        for _ in range(_MAX_CLIMB):
            parent = child.getparent()
            if parent is None or parent.tag == "html":
                break
            if child.tag in _ITEM_TAGS or (child.tag == "span" and is_named(child)):
                if child not in short:
                    short[child] = fits(child)
                if not short[child]:
                    break
                shape = _shape(child)
                group = groups.setdefault((parent, shape), _Group(parent, shape))
                group.items[child] = group.items.get(child, 0) + trace.weight
            child = parent
    lists = [group for group in groups.values() if len(group.items) > 1]
    lists = [group for group in lists if all(len(ids_in(item)) <= 1 for item in group.items)]
    depth = {group.parent: sum(1 for _ in group.parent.iterancestors()) for group in lists}
    return sorted(lists, key=lambda group: (-len(group.items), depth[group.parent]))


def _read(group: _Group, language: str | None) -> Widget | None:
    items = [item for item in _items(group) if fits(item)]
    placed = _placed(group, items, language, None)
    account = _account(group, placed)
    if account:
        placed = _placed(group, items, language, account)
    return Widget(_roots(group, placed), tuple(placed)) if placed else None


def _placed(group: _Group, items: list[HtmlElement], language: str | None, account: str | None) -> list[Placed]:
    read = ((item, tweet_in(item, language, account)) for item in items)
    return [Placed(item, tweet) for item, tweet in read if tweet and _is_message(tweet, group.items.get(item, 0))]


def _account(group: _Group, placed: list[Placed]) -> str | None:
    """Whose tweets these are, where no item says so: the name that opens every text, or the one linked around them."""
    if not placed or any(item.tweet.handle for item in placed):
        return None
    opening = {named_at_start(item.tweet.text) for item in placed}
    if len(opening) == 1 and len(placed) > 1:
        return opening.pop()
    items = frozenset(group.items)
    node: HtmlElement | None = group.parent
    for _ in range(3):
        if node is None or node.tag == "body":
            return None
        linked = {
            handle.lower(): handle
            for anchor in node.iter("a")
            if (handle := handle_in(anchor.get("href"))) and not _inside(anchor, items)
        }
        if linked or is_named(node):
            return linked.popitem()[1] if len(linked) == 1 else None
        node = node.getparent()
    return None


def _items(group: _Group) -> list[HtmlElement]:
    """The elements of the list that are tweets, none if it is no list of tweets."""
    siblings = group.siblings
    stamped = [item for item in siblings if ids_in(item)]
    if 2 * len(stamped) > len(group.items):
        return stamped
    if _heading(group.items) is None and not _is_named_around(group.parent) and not is_named(next(iter(group.items))):
        siblings = [item for item in siblings if _holds_named(item)]
    weight = sum(min(group.items.get(item, 0), Weight.FAIR) for item in siblings)
    return siblings if weight >= len(siblings) else []


def _holds_named(item: HtmlElement) -> bool:
    return any(is_named(node) for node in item.iterdescendants() if isinstance(node.tag, str) and node.tag != "a")


def _is_message(tweet: Tweet, weight: int) -> bool:
    """Whether it says something: buttons and invitations to follow stand in the same lists."""
    words = len(tweet.text.split())
    return words > 3 or (weight > 0 and (words > 1 or tweet.id is not None))


def _is_named_around(node: HtmlElement | None) -> bool:
    for _ in range(4):
        if node is None or node.tag == "body":
            return False
        if is_named(node):
            return True
        node = node.getparent()
    return False


def _heading(items: Collection[HtmlElement]) -> HtmlElement | None:
    """The nearest short text before the first item, at its level or up to three above, if it names Twitter."""
    node = next(iter(items))
    for _ in range(4):
        for before in node.itersiblings(preceding=True):
            words = label(before) if isinstance(before.tag, str) else ""
            if words:
                if len(words) <= _MAX_HEADING and _HEADING.search(words):
                    return before
                if before in items:
                    continue
                break
        parent = node.getparent()
        if parent is None or parent.tag == "body":
            return None
        node = parent
    return None


def _roots(group: _Group, placed: list[Placed]) -> tuple[HtmlElement, ...]:
    """What to keep out of the article: the whole list if it holds nothing else, else its items and heading."""
    shown = {item.node for item in placed}
    others = [child for child in group.parent if isinstance(child.tag, str) and child not in shown and label(child)]
    if not others and not any(text_before(child).strip() for child in group.parent):
        return (group.parent,)
    heading = _heading(group.items)
    return (*((heading,) if heading is not None else ()), *(item.node for item in placed))


def _single_items(found: list[Trace], covered: Collection[HtmlElement]) -> Iterator[HtmlElement]:
    """Tweets that stand alone: the largest element around a permalink that holds no other and is called a tweet."""
    seen: set[HtmlElement] = set()
    for trace in found:
        if trace.weight is not Weight.SURE or _inside(trace.node, covered):
            continue
        best: HtmlElement | None = None
        node = trace.node.getparent()
        for _ in range(_MAX_CLIMB):
            if node is None or node.tag in ("body", "html") or not fits(node) or len(ids_in(node)) > 1:
                break
            if is_named(node):
                best = node
            node = node.getparent()
        if best is not None and best not in seen and not any(part in covered for part in best.iter()):
            seen.add(best)
            yield best
