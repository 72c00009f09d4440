"""Who answers whom: parents from nesting, depth classes, indents, sibling containers and "in reply to" links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from extractors.comments.finding.outline import CommentOutline
from extractors.comments.finding.selector import selector
from extractors.comments.reading.label import Fields
from extractors.comments.reading.recipe import Recipe
from extractors.comments.reading.record import Record

_DEPTH_CLASS: Final = re.compile(
    r"(?:^|\s)(?:[a-z]+-)?(?:depth|level|lvl|indent|nivel|niveau|ebene|child)[-_]?(\d{1,3})(?:\s|$)", re.IGNORECASE
)
_INDENT: Final = re.compile(r"(?:margin|padding)-left\s*:\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_ALTERNATE: Final = re.compile(r"(?:^|\s)(?:(odd|alt)|even|([a-z]*?)([01]))(?:\s|$)")
_FRAGMENT: Final = re.compile(r"#[^\d#]*+(\d++)\s*+$")
_IN_REPLY: Final = re.compile(
    r"(?:in )?(?:reply|replied|replying|response|responding|responded|answer) to|en réponse à|réponse à|répond à|a "
    r"répondu à|als antwort auf|antwort auf|antwortet|"
    r"en respuesta a|respuesta a|in risposta a|risponde a|em resposta a|als reactie op|reactie op|@",
    re.IGNORECASE,
)
_REPLIES: Final = re.compile(r"child|repl|indent|nest|sub|answer|respon|thread|antwort|enfant|hijo|level|depth")
_MAX_CLIMB: Final = 12
_MAX_WRAPPERS: Final = 4
_ITEM_TAGS: Final = frozenset("li dt dd tr".split())
_LIST_TAGS: Final = frozenset("ul ol dl table tbody".split())


def parents(
    outline: CommentOutline,
    records: Sequence[Record],
    fields: Sequence[Fields],
    ids: Sequence[str | None],
    recipe: Recipe | None = None,
) -> list[int | None]:
    """For each record the index of the one it answers, or null. An answer always comes after what it answers."""
    answers = _linked(outline, records, fields, ids)
    if any(answer is not None for answer in answers):
        return answers
    depths = _indents(outline, records, recipe.indent) if recipe is not None and recipe.indent else None
    depths = depths or _depths(outline, records)
    starts = [record.start for record in records]
    if depths is not None:
        return _by_depth(depths) if len(set(depths)) > 1 else _nested(outline, starts, records)
    for _ in range(_MAX_WRAPPERS):
        nested = _nested(outline, starts, records)
        inside = any(outline.end[earlier] > later for earlier, later in pairwise(starts))
        if inside or any(parent is not None for parent in nested):
            return nested  # also where what is inside got there by accident
        starts = [outline.parent[start] for start in starts]
        if len(set(starts)) < len(starts) or min(starts, default=-1) < 0:
            break
    return _beside(outline, records)


def _linked(
    outline: CommentOutline, records: Sequence[Record], fields: Sequence[Fields], ids: Sequence[str | None]
) -> list[int | None]:
    """Parents from "in reply to" links, which stand outside the body and lead to another record's anchor."""
    places = {identity: place for place, identity in enumerate(ids) if identity}
    found: list[int | None] = [None] * len(records)
    if not places:
        return found
    for place, record in enumerate(records):
        body_owners = {run.owner for line in fields[place].body_runs for run in line}
        for line in record.lines:
            for run in line.runs:
                number = run.owner
                element = outline.elements[number]
                href = element.get("href") if element.tag == "a" else None
                fragment = _FRAGMENT.search(href) if href and "#" in href else None
                if fragment is None or number in body_owners or "replytocom" in (href or ""):
                    continue
                target = places.get(fragment[1])
                if target is not None and target < place and _IN_REPLY.search(line.text):
                    found[place] = target
    return found


def _depths(outline: CommentOutline, records: Sequence[Record]) -> list[float] | None:
    """The depth that each record states by class or indent; null unless all do (by indent: unless they differ)."""
    for pattern in (_DEPTH_CLASS, _INDENT):
        values: list[float] = []
        for record in records:
            value = _stated_depth(outline, record.start, pattern)
            if value is None and pattern is _DEPTH_CLASS:
                break
            values.append(value or 0.0)
        if len(values) == len(records) and (len(set(values)) > 1 or pattern is _DEPTH_CLASS):
            return values
    return None


def _indents(outline: CommentOutline, records: Sequence[Record], indent: str) -> list[float] | None:
    """The depths that an element of each record shows by its width or its `indent` attribute."""
    depths = []
    matches = selector(indent).on(outline)
    for record in records:
        number = matches.first(record.start, record.stop)
        element = outline.elements[number] if number is not None else None
        value = (element.get("indent") or element.get("width") or "") if element is not None else ""
        depths.append(float(value) if value.isdigit() else 0.0)
    return depths if len(set(depths)) > 1 else None


def _stated_depth(outline: CommentOutline, number: int, pattern: re.Pattern[str]) -> float | None:
    element = outline.elements[number]
    nearby = [element, *([outline.elements[outline.parent[number]]] if outline.parent[number] >= 0 else [])]
    for node in nearby:
        text = (node.get("class") or "") if pattern is _DEPTH_CLASS else (node.get("style") or "")
        match = pattern.search(text) if text else None
        if match:
            return float(match[1])
    return None


def _by_depth(depths: Sequence[float]) -> list[int | None]:
    found: list[int | None] = []
    above: list[tuple[float, int]] = []
    for place, depth in enumerate(depths):
        while above and above[-1][0] >= depth:
            above.pop()
        found.append(above[-1][1] if above else None)
        above.append((depth, place))
    return found


def _nested(outline: CommentOutline, starts: Sequence[int], records: Sequence[Record]) -> list[int | None]:
    """Parents by nesting of the records, or of the elements `starts` that wrap one record each."""
    found: list[int | None] = []
    open_records: list[int] = []
    for place, start in enumerate(starts):
        while open_records and outline.end[starts[open_records[-1]]] <= start:
            open_records.pop()
        above = open_records[-1] if open_records else None
        if above is not None and _swallowed(outline, start, starts[above]):
            above = found[above]
        found.append(above)
        open_records.append(place)
    return [None] * len(records) if _runs_on(outline, starts, records, found) else found


def _swallowed(outline: CommentOutline, start: int, above: int) -> bool:
    """Did a list item get into another only because a tag inside that was not closed: is there no list between them?"""
    if outline.elements[start].tag not in _ITEM_TAGS:
        return False
    number = outline.parent[start]
    while number > above:
        if outline.elements[number].tag in _LIST_TAGS:
            return False
        number = outline.parent[number]
    return True


def _runs_on(
    outline: CommentOutline, starts: Sequence[int], records: Sequence[Record], found: Sequence[int | None]
) -> bool:
    """Is the nesting an accident of unclosed tags?

    An element that was not closed swallows everything up to the end of the list, directly and not in a list of its
    own; a true reply is followed by comments beside its parent. Numbers that run on from the first record to the last
    settle the rest, as alternating classes (c0, c1) do.
    """
    answers = [(place, parent) for place, parent in enumerate(found) if parent is not None]
    if not answers or len(records) < 3:
        return False
    swallowing = {parent for place, parent in answers if outline.parent[starts[place]] == starts[parent]}
    if any(parent not in swallowing for _, parent in answers):
        return False
    if any(outline.end[starts[parent]] <= starts[-1] for parent in swallowing):
        return False
    return numbers(records) is not None or _alternating(outline, records) or len(swallowing) > 1


def numbers(records: Sequence[Record]) -> list[int] | None:
    """The numbers that the records show ("1.", "2.", ...), or null unless each shows one and they run on."""
    shown = [next((line.number for line in record.lines[:3] if line.number is not None), None) for record in records]
    known = [number for number in shown if number is not None]
    steps = {later - earlier for earlier, later in pairwise(known)}
    return known if len(known) == len(records) > 1 and steps in ({1}, {-1}) else None


def _alternating(outline: CommentOutline, records: Sequence[Record]) -> bool:
    kinds = []
    for record in records:
        match = _ALTERNATE.search(outline.elements[record.start].get("class") or "")
        if match is None:
            return False
        kinds.append(match[0].strip())
    return len(set(kinds)) == 2 and all(a != b for a, b in pairwise(kinds))


def _beside(outline: CommentOutline, records: Sequence[Record]) -> list[int | None]:
    """Parents of replies that stand in a container of their own after the record they answer (div.indented)."""
    found: list[int | None] = []
    last_in: dict[int, int] = {}  # element -> the last record directly in it
    for place, record in enumerate(records):
        answer = None
        box = outline.parent[record.start]
        for _ in range(_MAX_CLIMB):
            above = outline.parent[box] if box >= 0 else -1
            if above < 0 or (above not in last_in and box < records[0].start):
                break
            if above in last_in and (outline.elements[box].tag in _LIST_TAGS or _REPLIES.search(outline.named[box])):
                answer = last_in[above]
                break
            box = above
        found.append(answer)
        last_in[outline.parent[record.start]] = place
    return found
