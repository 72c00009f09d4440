"""Candidate lists of comments: elements that repeat in the same shape, each the start of one record.

A record is an interval of the outline (`finding.outline`). Two kinds of list occur: elements that hold their record
(`li`, `div`), nested ones included, and heads whose record runs on over the siblings that follow (`dt` and `dd`, a
heading and its paragraphs).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from operator import le
from typing import Final

from extractors.caching import kept
from extractors.comments.finding.outline import CommentOutline, thread_named

_NEVER_ITEMS = frozenset(
    "html head body script style link meta br hr img input textarea select option form label button a em strong i u "
    "font "
    "thead tbody colgroup col noscript iframe source svg path use g title base h1 nav footer main sup sub wbr param "
    "object "
    "embed picture figcaption small big code abbr cite time b span".split()
)
PASSING: Final = re.compile(
    r"^(?:(?:thread-)?(?:odd|even|alt)|first|last|by(?:user|postauthor|author)|(?:comment|row|item)[-_]?(?:odd|even|"
    r"alt)|parent|clearfix|"
    r"new|active|hidden|selected|group|pkg|row-?#|col-\S+)$"
)
"""Class names that tell the records of one list apart."""

_UTILITIES = 3  # class names of one element
_MAX_ITEMS = 5_000


@kept(8_192)  # the pages of a site share their class names
def is_passing(name: str) -> bool:
    return PASSING.match(name) is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """Records of one shape: `starts[k]` is the element that record k begins with, `stops[k]` where it ends."""

    key: str
    starts: tuple[int, ...]
    stops: tuple[int, ...]
    headed: bool = False  # records run on over siblings

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def is_flat(self) -> bool:
        """Whether no record is nested in another."""
        return all(map(le, self.stops, self.starts[1:]))

    @property
    def own(self) -> list[list[tuple[int, int]]]:
        """For each record the intervals that are its own: without the records nested in it."""
        if self.is_flat:
            return [[span] for span in zip(self.starts, self.stops, strict=True)]
        owned: list[list[tuple[int, int]]] = [[] for _ in self.starts]
        open_records: list[tuple[int, int]] = []  # (record, where its next own part begins)
        for number, (start, stop) in enumerate(zip(self.starts, self.stops, strict=True)):
            while open_records and self.stops[open_records[-1][0]] <= start:
                _close(self, owned, open_records)
            if open_records:
                record, begun = open_records[-1]
                if begun < start:
                    owned[record].append((begun, start))
                open_records[-1] = (record, min(stop, self.stops[record]))
            open_records.append((number, start))
        while open_records:
            _close(self, owned, open_records)
        return owned


def _close(listing: Listing, owned: list[list[tuple[int, int]]], open_records: list[tuple[int, int]]) -> None:
    record, begun = open_records.pop()
    if begun < listing.stops[record]:
        owned[record].append((begun, listing.stops[record]))


def listings(outline: CommentOutline) -> list[Listing]:
    """Every list that could be a thread, those of the same elements once."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    elements = outline.elements
    keys: dict[tuple[str, ...], list[str]] = {}  # of the class names of an element
    roots: dict[int, int] = {}  # of bare list items: the outermost of the lists in lists
    for number, tag in enumerate(outline.tags):
        if tag in _NEVER_ITEMS or outline.silent[number]:
            continue
        shapes = outline.shapes[number]
        own = keys.get(shapes)
        if own is None:
            own = keys[shapes] = ["." + name for name in shapes if not is_passing(name)]
            if len(shapes) >= _UTILITIES and not any(thread_named(name.lower()) for name in shapes):
                own.append("." + " ".join(shapes))  # classes that say how an element looks are many elements'

        for key in own:
            groups[tag, key].append(number)
        folded = outline.folded_ids.get(number)
        if folded is not None and "#" in folded:
            groups[tag, "#" + folded].append(number)
        element = elements[number]
        kind = element.get("itemtype") or element.get("itemprop")
        if kind:
            groups[tag, "@" + kind].append(number)
        if not shapes or tag in ("li", "dt", "dd", "tr"):
            groups[tag, f">{outline.parent[number]}"].append(number)
            if "-" in tag:  # a custom element, wherever it stands
                groups[tag, "*"].append(number)
            if tag == "li":
                up = outline.parent[number]
                roots[number] = roots.get(outline.parent[up], up) if up > 0 else up
                groups[tag, f"~{roots[number]}"].append(number)
    groups |= _rows(outline, groups)
    found: dict[tuple[int, ...], Listing] = {}
    for (tag, name), members in groups.items():
        if len(members) > _MAX_ITEMS:
            continue
        starts = tuple(members)
        if starts not in found:
            found[starts] = Listing(f"{tag}{name}", starts, tuple(map(outline.end.__getitem__, starts)))
    return list(found.values())


def _rows(outline: CommentOutline, groups: dict[tuple[str, str], list[int]]) -> dict[tuple[str, str], list[int]]:
    """The children of one parent that share a class with what is around them: rows of a grid inside a row of it."""
    found: dict[tuple[str, str], list[int]] = {}
    for (tag, name), members in groups.items():
        if not name.startswith(".") or len(members) > _MAX_ITEMS or thread_named(name.lower()):
            continue
        if all(map(le, map(outline.end.__getitem__, members), members[1:])):
            continue
        by_parent: dict[int, list[int]] = defaultdict(list)
        for member in members:
            by_parent[outline.parent[member]].append(member)
        for parent, rows in by_parent.items():
            if 1 < len(rows) < len(members):
                found[tag, f"{name}>{parent}"] = rows
    return found


def headed(outline: CommentOutline, listing: Listing) -> Listing | None:
    """The same heads with the siblings that follow them; null if nothing follows.

    The last record takes as many siblings as the longest one before it, and none of a shape not seen before.
    """
    starts = set(listing.starts)
    if len(listing) == 1 and not listing.key.startswith("dt"):
        return None
    stops: list[int] = []
    longest, seen = 0, set[tuple[str, tuple[str, ...]]]()
    grown = False
    for place, start in enumerate(listing.starts):
        stop, taken = listing.stops[place], 0
        last = place + 1 == len(listing.starts) or outline.parent[listing.starts[place + 1]] != outline.parent[start]
        for sibling in outline.siblings_after(start):
            kind = (outline.tags[sibling], outline.shapes[sibling])
            if sibling in starts or outline.tags[sibling] == "form":
                break
            if last and len(listing) > 1 and (taken >= max(longest, 1) or (longest and kind not in seen)):
                break
            if last and len(listing) == 1 and taken >= 3:
                break
            stop, taken = outline.end[sibling], taken + 1
            seen.add(kind)
        longest = max(longest, taken)
        grown = grown or taken > 0
        stops.append(stop)
    return Listing(listing.key + "+", listing.starts, tuple(stops), headed=True) if grown else None
