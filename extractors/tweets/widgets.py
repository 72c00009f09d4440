"""Twitter widgets rendered by the server, found by what they hold: no list of plugins.

Traces of tweets (permalinks dressed as dates, t.co addresses, linked mentions and hashtags, reply buttons) are
gathered once. Going up from each, the parents under which the same shape of element repeats are candidates for the
list; the one with most items that each hold at most one tweet is it. A list counts if its items carry permalinks, or
if something around it names Twitter: a class, an id, or a heading.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet
from extractors.tweets.addresses import handle_in, is_search, status_in
from extractors.tweets.items import MAX_ITEM_TEXT, is_stamp, refers_to, tweet_in
from extractors.tweets.reading import label

_ITEM_TAGS = frozenset("li p div article section tr td dd blockquote".split())
_NAMES = re.compile(r"tweet|twitter|twtr|(?:^|[\s_-])tw(?:[_-]|$)", re.IGNORECASE)
_HEADING = re.compile(r"\btwitter\b|\btweets?\b|gazouill", re.IGNORECASE)
_PASSING = re.compile(r"^(?:odd|even|alt\w*|first|last|active|current|clear\w*|item-?\d+|\w*\d+)$", re.IGNORECASE)
_MAX_HEADING = 60
_MAX_CLIMB = 10
_SHARE_WITH_TRACES = 0.5


@dataclass(frozen=True, slots=True)
class Placed:
    """A tweet and the element that shows it."""

    node: HtmlElement
    tweet: Tweet


@dataclass(frozen=True, slots=True)
class Widget:
    nodes: tuple[HtmlElement, ...]
    tweets: tuple[Placed, ...]


@dataclass(slots=True)
class _Group:
    parent: HtmlElement
    shape: tuple[str, tuple[str, ...]]
    items: list[HtmlElement]


def widgets(tree: HtmlElement, taken: Collection[HtmlElement], language: str | None = None) -> Iterator[Widget]:
    """Every widget outside the elements `taken`, in no particular order."""
    traces = [node for node in _traces(tree) if not _inside(node, taken)]
    if not traces:
        return
    covered: set[HtmlElement] = set()
    for group in _groups(traces):
        if any(item in covered or _inside(item, covered) for item in group.items):
            continue
        widget = _read(group, traces, language)
        if widget:
            covered.update(placed.node for placed in widget.tweets)
            yield widget
    for item in _single_items(traces, covered):
        tweet = tweet_in(item, language)
        if tweet:
            covered.add(item)
            yield Widget((item,), (Placed(item, tweet),))


def _inside(node: HtmlElement, roots: Collection[HtmlElement]) -> bool:
    return node in roots or any(ancestor in roots for ancestor in node.iterancestors())


def _traces(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The smallest elements that show something of a tweet."""
    for anchor in tree.iter("a"):
        href = anchor.get("href") or ""
        if "//t.co/" in href or is_stamp(anchor) or refers_to(anchor):
            yield anchor
        elif (handle_in(href) and _is_mention(anchor)) or (is_search(href) and label(anchor).startswith(("#", "＃"))):
            yield anchor
    for node in tree.xpath("//*[not(self::script or self::style or self::a)][text()[contains(., '//t.co/')]]"):
        yield node


def _is_mention(anchor: HtmlElement) -> bool:
    if label(anchor).startswith(("@", "＠")):
        return True
    previous, parent = anchor.getprevious(), anchor.getparent()
    before = previous.tail if previous is not None else (parent.text if parent is not None else "")
    return (before or "").endswith(("@", "＠"))


def _shape(node: HtmlElement) -> tuple[str, tuple[str, ...]]:
    return node.tag, tuple(sorted(name for name in classes(node) if not _PASSING.match(name)))


def _groups(traces: list[HtmlElement]) -> list[_Group]:
    """Candidates for the list of tweets, best first: most items, then the outermost."""
    members: dict[tuple[HtmlElement, tuple[str, tuple[str, ...]]], dict[HtmlElement, None]] = defaultdict(dict)
    depths: dict[HtmlElement, int] = {}
    for trace in traces:
        child = trace
        for _ in range(_MAX_CLIMB):
            parent = child.getparent()
            if parent is None or parent.tag == "html":
                break
            if child.tag in _ITEM_TAGS or (child.tag == "span" and _is_named(child)):
                if len(label(child)) > MAX_ITEM_TEXT:
                    break
                members[parent, _shape(child)][child] = None
            child = parent
    groups = [_Group(parent, shape, list(items)) for (parent, shape), items in members.items() if len(items) > 1]
    for group in groups:
        depths[group.parent] = sum(1 for _ in group.parent.iterancestors())
    groups = [group for group in groups if all(len(_ids(item)) <= 1 for item in group.items)]
    return sorted(groups, key=lambda group: (-len(group.items), depths[group.parent]))


def _ids(item: HtmlElement) -> set[str]:
    found = {status.id for anchor in item.iter("a") if is_stamp(anchor) and (status := status_in(anchor.get("href")))}
    return found or {found_id for anchor in item.iter("a") if (found_id := refers_to(anchor))}


def _is_named(node: HtmlElement) -> bool:
    return bool(_NAMES.search(node.get("class") or "") or _NAMES.search(node.get("id") or ""))


def _read(group: _Group, traces: list[HtmlElement], language: str | None) -> Widget | None:
    stamped = [item for item in group.items if _ids(item)]
    siblings = [child for child in group.parent if isinstance(child.tag, str) and _shape(child) == group.shape]
    if 2 * len(stamped) > len(group.items):
        items = [item for item in siblings if _ids(item)]
        nodes_named = True
    else:
        heading = _heading(group.items[0])
        outside = heading is not None or _named_around(group.parent) or _is_named(group.items[0])
        inside = [
            item
            for item in siblings
            if any(_is_named(node) for node in item.iterdescendants() if isinstance(node.tag, str))
        ]
        items = siblings if outside else inside
        nodes_named = outside or bool(inside)
        with_traces = sum(item in group.items for item in items)
        if not items or with_traces < _SHARE_WITH_TRACES * len(items):
            return None
    if not nodes_named:
        return None
    placed = [
        Placed(item, tweet)
        for item in items
        if len(label(item)) <= MAX_ITEM_TEXT
        and (tweet := tweet_in(item, language))
        and _is_message(tweet, item, group.items)
    ]
    if not placed:
        return None
    return Widget(_roots(group, placed), tuple(placed))


def _is_message(tweet: Tweet, item: HtmlElement, traced: list[HtmlElement]) -> bool:
    """Buttons and invitations to follow stand in the same lists."""
    if item in traced and (tweet.id or tweet.urls):
        return True
    return len(tweet.text.split()) > 3 or (item in traced and len(tweet.text.split()) > 1)


def _named_around(node: HtmlElement) -> bool:
    for _ in range(4):
        if node is None or node.tag == "body":
            return False
        if _is_named(node):
            return True
        node = node.getparent()
    return False


def _heading(first: HtmlElement) -> HtmlElement | None:
    """The nearest short text before the first item, at its level or up to three above, if it names Twitter."""
    node = first
    for _ in range(4):
        for before in node.itersiblings(preceding=True):
            words = label(before) if isinstance(before.tag, str) else ""
            if words:
                if len(words) <= _MAX_HEADING and _HEADING.search(words):
                    return before
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
    if not others and not any((child.tail or "").strip() for child in group.parent):
        return (group.parent,)
    heading = _heading(placed[0].node)
    return (*((heading,) if heading is not None else ()), *(item.node for item in placed))


def _single_items(traces: list[HtmlElement], covered: set[HtmlElement]) -> Iterator[HtmlElement]:
    """Tweets that stand alone: the largest element around a permalink that holds no other and is called a tweet."""
    seen: set[HtmlElement] = set()
    for trace in traces:
        if trace.tag != "a" or _inside(trace, covered) or not (is_stamp(trace) or refers_to(trace)):
            continue
        best: HtmlElement | None = None
        node = trace.getparent()
        for _ in range(_MAX_CLIMB):
            if node is None or node.tag in ("body", "html") or len(label(node)) > MAX_ITEM_TEXT or len(_ids(node)) > 1:
                break
            if _is_named(node):
                best = node
            node = node.getparent()
        if best is not None and best not in seen and not any(part in covered for part in best.iter()):
            seen.add(best)
            yield best
