"""The inside of one record: its visible text as lines of runs, each run with the element that holds it and its slot.

A slot is a place in the template: the path of tags and folded class names from the record down to an element. Records
of one thread come from one template, so what stands in the same slot of each of them is the same field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extractors.comments.finding.listing import Listing
from extractors.comments.finding.outline import CommentOutline, count
from extractors.html import BLOCK_TAGS

MAX_SLOT_DEPTH = 40
"""Deeper elements share the slot of the 40th: templates are shallow, hostile pages are not."""

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_NUMBER = re.compile(r"^\s*+[#№(]?\s*+(\d{1,5})\s*+[.):]?\s*+$")
_SMILEY = re.compile(r"smil|emoji|emot", re.IGNORECASE)
_MAX_SMILEY_ALT = 12
_PASSING = re.compile(
    r"^(?:odd|even|alt|first|last|(?:thread-)?(?:odd|even|alt)|depth-#|by(?:user|postauthor|author)|parent|level-?#|"
    r"hidden|active|new|own|item-(?:odd|even)|row-?#|clearfix)$"
)


@dataclass(frozen=True, slots=True)
class InlineRun:
    """A piece of text between two tags."""

    text: str
    owner: int  # the element that holds it
    after: int  # the child of `owner` that it follows, or -1: it opens its owner


@dataclass(slots=True)
class Line:
    """What stands between two breaks (block edges, <br>)."""

    runs: list[InlineRun] = field(default_factory=list)
    _text: str | None = None

    @property
    def number(self) -> int | None:
        """The number that is all the line says: "16."."""
        match = _NUMBER.match(self.text)
        return int(match[1]) if match else None

    @property
    def spaced(self) -> str:
        """The text with a blank between runs, for what is set apart by design only: <b>Anna</b><i>5 March</i>."""
        return " ".join(run.text for run in self.runs)

    def run_at(self, offset: int) -> InlineRun:
        """The run that holds that place of `spaced`."""
        for run in self.runs:
            offset -= len(run.text) + 1
            if offset < 0:
                return run
        return self.runs[-1]

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "".join(run.text for run in self.runs)
        return self._text


@dataclass(slots=True)
class Record:
    """One record: its root element, its own elements in order, its lines, and the slot of each own element."""

    number: int
    start: int
    elements: list[int] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    stop: int = 0  # where its own part ends: at the first record nested in it, or with the record
    slots: dict[int, int] = field(default_factory=dict)


class Slots:
    """Gives every path of (tag, class names) one number; the record's root is 0."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str, tuple[str, ...], int], int] = {}
        self._depths = [0]

    def of(self, above: int, tag: str, shapes: tuple[str, ...], ordinal: int) -> int:
        if self._depths[above] >= MAX_SLOT_DEPTH:
            return above
        key = (above, tag, tuple(name for name in shapes if not _PASSING.match(name)), ordinal)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._depths)
            self._depths.append(self._depths[above] + 1)
        return number


def records(outline: CommentOutline, listing: Listing) -> list[Record]:
    """The records of a list, each read once."""
    slots = Slots()
    nested = dict(zip(listing.starts, listing.stops, strict=True))
    return [
        _read(outline, Record(number, start), stop, nested, slots, listing.headed)
        for number, (start, stop) in enumerate(zip(listing.starts, listing.stops, strict=True))
    ]


def _read(
    outline: CommentOutline, record: Record, stop: int, nested: dict[int, int], slots: Slots, headed: bool
) -> Record:
    elements, end, parent, start = outline.elements, outline.end, outline.parent, record.start
    lines = [Line()]
    stack: list[int] = []
    verbatim = 0
    ordinals: dict[tuple[int, str, tuple[str, ...]], int] = {}

    def say(text: str | None, owner: int, after: int) -> None:
        if text:
            lines[-1].runs.append(InlineRun(text if verbatim else _BLANKS.sub(" ", text), owner, after))

    def end_line() -> None:
        if lines[-1].runs:
            lines.append(Line())

    def close(number: int) -> None:
        if elements[number].tag in BLOCK_TAGS:
            end_line()
        after(number)

    def after(number: int) -> None:
        if parent[number] >= start or (headed and end[number] < stop):
            say(elements[number].tail, parent[number], number)

    number = start
    while number < stop:
        while stack and end[stack[-1]] <= number:
            done = stack.pop()
            verbatim -= elements[done].tag == "pre"
            close(done)
        element = elements[number]
        tag = element.tag
        if number in nested and number != start:
            break  # what follows an answer is the answer's, or no comment at all: forms, or a page with unclosed tags
        if outline.silent[number] or (tag == "form" and _is_reply_form(outline, number)):
            after(number)
            number = end[number]
            continue
        above = record.slots.get(parent[number], 0)
        shapes = outline.shapes[number]
        if number == start and not headed:
            slot = 0
        else:
            place = (parent[number], tag, shapes)
            ordinal = 0
            if not shapes:
                ordinal = ordinals.get(place, 0)
                ordinals[place] = min(ordinal + 1, 0 if tag == "p" else 3)
            slot = slots.of(above, tag, shapes, ordinal)
        record.slots[number] = slot
        record.elements.append(number)
        if tag == "br":
            end_line()
        elif tag == "img":
            alt = element.get("alt") or ""
            known = (element.get("class") or "") + (element.get("src") or "")
            if alt and len(alt) <= _MAX_SMILEY_ALT and _SMILEY.search(known):
                say(alt, number, -1)
        else:
            if tag in BLOCK_TAGS:
                end_line()
            verbatim += tag == "pre"
            say(element.text, number, -1)
        stack.append(number)
        number += 1
    record.stop = min(number, stop)
    if record.stop == stop:
        while stack:
            close(stack.pop())
    record.lines = [line for line in lines if line.text.strip()]
    return record


def _is_reply_form(outline: CommentOutline, number: int) -> bool:
    return count(outline.fields, number, outline.end[number]) > 1
