"""Which parts of the page a thread takes up: its box with heading and form, if it has one, else its records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lxml.html import HtmlElement

from extractors.comments.finding.outline import CommentOutline, thread_named
from extractors.comments.reading.record import Record

_MAX_CLIMB: Final = 6
_MAX_REST: Final = 600  # characters of heading, form and buttons that a box holds besides its records
_NEVER: Final = frozenset("html body main article".split())


def nodes_of(outline: CommentOutline, records: Sequence[Record]) -> tuple[HtmlElement, ...]:
    """Subtree roots that hold the whole thread and nothing of the article, in page order."""
    box = _box(outline, records)
    if box is not None:
        return (outline.elements[box],)
    roots: list[int] = []
    covered = -1
    for record in records:
        number = record.start
        while number < record.stop:
            if number >= covered:
                roots.append(number)
                covered = outline.end[number]
            number = max(outline.end[number], number + 1)
    return tuple(outline.elements[number] for number in roots)


def _box(outline: CommentOutline, records: Sequence[Record]) -> int | None:
    """The outermost element around all records that is named for them and holds little else."""
    first, last = records[0].start, max(record.stop for record in records)
    inside = sum(outline.text_length(record.start, record.stop) for record in records)
    best = None
    for steps, up in enumerate(outline.ancestors(first)):
        if steps >= _MAX_CLIMB or outline.elements[up].tag in _NEVER:
            break
        if outline.end[up] < last:
            continue
        if outline.text_length(up, outline.end[up]) - inside > max(_MAX_REST, inside):
            break
        if thread_named(outline.named[up]) and "post-" not in outline.named[up]:
            best = up
    return best
