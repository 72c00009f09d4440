"""Twitter widgets rendered by the server, found by what they hold: no list of plugins.

Traces of tweets are gathered once (`traces`). Going up from each, parents under which the same shape of element
repeats are candidates for the list. Lists of the same shape at the same depth are one family (three authors with a
list each); families are read, and the one that yields most tweets with most of their fields wins. A list counts if
its items carry permalinks, or if something around it names Twitter (a class, an id, a heading) and its items say what
tweets say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet
from extractors.tweets.accounts import account_around, opening_names
from extractors.tweets.entities import entities_of
from extractors.tweets.items import tweet_in
from extractors.tweets.lines import names_people, tweets_by_line
from extractors.tweets.nesting import alone, nested_items
from extractors.tweets.reading import label_of
from extractors.tweets.traces import Trace, Weight, fits, ids_in, is_named, named_above, text_before, traces

_ITEM_TAGS = frozenset("li p div article section tr td dd blockquote figure".split())
_PASSING = re.compile(
    r"^(?:alt\w*|active|current|clear\w*|(?:[\w-]*[-_])?(?:odd|even|first|last)|[\w-]*\d)$", re.IGNORECASE
)
_ABOUT_TWEETS = re.compile(r"(?<![\w@/.])(?:tweets?|tweeted|twitter)(?![\w/]|\.\w)", re.IGNORECASE)
_MAX_CLIMB = 10
_ODD_ONES = 5  # one item in so many may hold two permalinks: a quoted tweet, an answer with what it answers

MAX_TRACES = 3_000
"""Traces looked at: 30 times what the richest page of the evaluation data holds."""

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
    """Children of one parent that have the same shape, and the weight of the traces found in each."""

    parent: HtmlElement
    shape: Shape
    items: dict[HtmlElement, int] = field(default_factory=dict)
    is_certain: bool = False  # whether more than mentions and hashtags were found: lists of accounts hold those too

    @property
    def siblings(self) -> list[HtmlElement]:
        return [child for child in self.parent if isinstance(child.tag, str) and shape_of(child) == self.shape]


@dataclass(slots=True)
class _Family:
    """Groups of one shape at one depth, and what was read in them."""

    depth: int
    groups: list[_Group] = field(default_factory=list)
    widgets: list[Widget] = field(default_factory=list)

    def rank(self) -> tuple[int, int, bool, int]:
        placed = [item for widget in self.widgets for item in widget.tweets]
        fields = sum((item.tweet.id is not None) + (item.tweet.date_text is not None) for item in placed)
        return -len(placed), -fields, not any(is_named(item.node) for item in placed[:1]), self.depth


def widgets(tree: HtmlElement, taken: Collection[HtmlElement], language: str | None = None) -> Iterator[Widget]:
    """Every widget outside the elements `taken`, in no particular order."""
    found = [trace for trace in islice(traces(tree), MAX_TRACES) if not is_inside(trace.node, taken)]
    if not found:
        return
    covered: set[HtmlElement] = set()
    families = _families(found)
    for family in families:
        family.widgets = [widget for group in family.groups if (widget := _read(group, language))]
    for family in sorted((family for family in families if family.widgets), key=_Family.rank):
        for widget in family.widgets:
            if not any(_is_met(placed.node, covered) for placed in widget.tweets):
                covered.update(placed.node for placed in widget.tweets)
                yield widget
    for node in nested_items(found):
        item = alone(node)
        tweet = tweet_in(item, language) if node not in covered and fits(item) else None
        if tweet and _is_message(tweet, Weight.FAIR) and not any(part in covered for part in item.iter()):
            covered.add(node)
            yield Widget((node,), (Placed(node, tweet),))
    for node, tweet in _single_tweets(found, covered, language):
        covered.add(node)
        yield Widget((node,), (Placed(node, tweet),))
    for node in _line_nodes(found, covered):
        if tweets := tweets_by_line(node, language):
            covered.add(node)
            yield Widget((node,), tuple(Placed(node, tweet) for tweet in tweets))


def is_inside(node: HtmlElement, roots: Collection[HtmlElement]) -> bool:
    return bool(roots) and (node in roots or any(ancestor in roots for ancestor in node.iterancestors()))


def _is_met(node: HtmlElement, covered: Collection[HtmlElement]) -> bool:
    return is_inside(node, covered) or any(part in covered for part in node.iter())


def shape_of(node: HtmlElement) -> Shape:
    """Tag and classes, without those that only number or alternate."""
    return node.tag, tuple(sorted(name for name in classes(node) if not _PASSING.match(name)))


def _families(found: Iterable[Trace]) -> list[_Family]:
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
                shape = shape_of(child)
                group = groups.setdefault((parent, shape), _Group(parent, shape))
                group.items[child] = group.items.get(child, 0) + trace.weight
                group.is_certain = group.is_certain or trace.weight >= Weight.FAIR
            child = parent
    families: dict[tuple[int, Shape, Shape], _Family] = {}
    for group in groups.values():
        if sum(len(ids_in(item)) > 1 for item in group.items) * _ODD_ONES > len(group.items):
            continue
        depth = sum(1 for _ in group.parent.iterancestors())
        families.setdefault((depth, shape_of(group.parent), group.shape), _Family(depth)).groups.append(group)
    return [
        family
        for family in families.values()
        if sum(len(group.items) for group in family.groups) > 1 and any(group.is_certain for group in family.groups)
    ]


def _read(group: _Group, language: str | None) -> Widget | None:
    items = [item for item in _items(group) if fits(item)]
    placed = _placed(group, items, language, {})
    if placed and not any(item.tweet.handle for item in placed):
        around = account_around(group.parent, frozenset(group.items))
        names = opening_names([item.tweet.text for item in placed], around)
        accounts = dict(zip((item.node for item in placed), names, strict=True))
        if any(names):
            placed = _placed(group, items, language, accounts)
    if names_people([item.tweet for item in placed]):
        return None
    return Widget(_roots(group, placed), tuple(placed)) if placed else None


def _placed(
    group: _Group, items: list[HtmlElement], language: str | None, accounts: dict[HtmlElement, str | None]
) -> list[Placed]:
    read = ((item, tweet_in(alone(item), language, accounts.get(item))) for item in items)
    return [Placed(item, tweet) for item, tweet in read if tweet and _is_message(tweet, group.items.get(item, 0))]


def _items(group: _Group) -> list[HtmlElement]:
    """The elements of the list that are tweets, none if it is no list of tweets."""
    siblings = group.siblings
    stamped = [item for item in siblings if ids_in(item)]
    first = next(iter(group.items))
    is_of_twitter = is_named(first) or named_above(first) is not None
    if 2 * len(stamped) > len(group.items):
        return stamped if is_of_twitter or not _cites_tweets(stamped) else []
    if not is_of_twitter:
        siblings = [item for item in siblings if _holds_named(item)]
    weight = sum(min(_weight(group, item), Weight.FAIR) for item in siblings)
    return siblings if weight >= len(siblings) else []


def _cites_tweets(items: list[HtmlElement]) -> bool:
    """Whether a list is about tweets: references say "tweet" where tweets themselves do not."""
    return 2 * sum(bool(_ABOUT_TWEETS.search(label_of(item))) for item in items) > len(items)


def _weight(group: _Group, item: HtmlElement) -> int:
    """How much an item says what tweets say; unlinked mentions and hashtags are no traces, but count here."""
    known = group.items.get(item)
    if known is not None or not fits(item):
        return known or 0
    said = entities_of(label_of(item))
    return Weight.WEAK if said.mentions or said.hashtags else 0


def _holds_named(item: HtmlElement) -> bool:
    return any(is_named(node) for node in item.iterdescendants() if isinstance(node.tag, str) and node.tag != "a")


def _is_message(tweet: Tweet, weight: int) -> bool:
    """Whether it says something: buttons and invitations to follow stand in the same lists."""
    words = len(tweet.text.split())
    return words > 3 or (weight > 0 and (words > 1 or tweet.id is not None))


def _roots(group: _Group, placed: list[Placed]) -> tuple[HtmlElement, ...]:
    """What to keep out of the article: the whole list if it holds nothing else, else its items and heading."""
    shown = {item.node for item in placed}
    others = [child for child in group.parent if isinstance(child.tag, str) and child not in shown and label_of(child)]
    if shown and not others and not any(text_before(child).strip() for child in group.parent):
        return (group.parent,)
    above = named_above(placed[0].node) if placed else None
    heading = () if above is None or above in placed[0].node.iterancestors() else (above,)
    return (*heading, *(item.node for item in placed))


def _single_tweets(
    found: list[Trace], covered: Collection[HtmlElement], language: str | None
) -> Iterator[tuple[HtmlElement, Tweet]]:
    """Tweets that stand alone: the smallest element around a permalink that is called a tweet and says something."""
    seen: set[HtmlElement] = set()
    for trace in found:
        node = trace.node.getparent() if trace.node.tag == "a" else trace.node
        if trace.weight is not Weight.SURE or node is None or is_inside(trace.node, covered):
            continue
        for _ in range(_MAX_CLIMB):
            if node is None or node in seen or node.tag in ("body", "html"):
                break
            seen.add(node)
            if not fits(node) or len(ids_in(node)) > 1:
                break
            tweet = tweet_in(node, language) if is_named(node) else None
            if tweet and _is_message(tweet, trace.weight) and not _is_met(node, covered):
                yield node, tweet
                break
            node = node.getparent()


def _line_nodes(found: list[Trace], covered: Collection[HtmlElement]) -> Iterator[HtmlElement]:
    """Elements that hold several traces directly, between line breaks, under a name of Twitter."""
    seen: dict[HtmlElement, int] = {}
    for trace in found:
        node = trace.node if trace.node.tag != "a" else trace.node.getparent()
        if node is not None and node.find("br") is not None:
            seen[node] = seen.get(node, 0) + 1
    for node, number in seen.items():
        if number > 1 and not _is_met(node, covered):
            yield node
