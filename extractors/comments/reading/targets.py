"""Answers that name whom they answer: "@Anna", "In reply to Anna", "回复 Anna:"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.label import Fields
from extractors.comments.reading.markup import NAMES_ANSWERED
from extractors.comments.reading.names import MAX_NAME
from extractors.comments.reading.record import Line, Record

_AT: Final = re.compile(r"^\s*[@＠]\s?")
_GOES_ON: Final = re.compile(r"[\w'’-]")
_MAX_LINE: Final = 120  # characters of a line in the head of a record that names whom it answers
_MOST: Final = 0.6
_INLINE: Final = frozenset("a span em i b strong cite u small".split())
_MIN_NAME: Final = 2
_SPACELESS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def answered_by_name(
    outline: CommentOutline, records: Sequence[Record], fields: Sequence[Fields], answers: Sequence[int | None]
) -> list[int | None]:
    """The answers with what names say more than the markup does.

    Systems that show two levels hang every answer on the first comment of its branch; a name says which of them is
    meant. Only what the system writes counts: a line beside the text, a name in an element of its own, or what most
    answers open with. A reader who types "@Anna" speaks to Anna and may answer somebody else. In a branch only its own
    comments are asked, and "@" counts on the deepest level only: above that the markup knows better.
    """
    authors = [_folded(field.author) for field in fields]
    depths = _depths(answers)
    deepest = max(depths, default=0)
    branches = _branches(answers)
    openings = [_opening(outline, record, field) for record, field in zip(records, fields, strict=True)]
    asked = [opening for opening, depth in zip(openings, depths, strict=True) if depth == deepest]
    is_custom = sum(opening is not None and opening.is_label for opening in asked) >= max(
        2, _MOST * (len(asked) - (deepest == 0))
    )
    found = list(answers)
    for place, opening in enumerate(openings):
        above = answers[place]
        if opening is None or not (opening.by_system or (opening.is_label and is_custom)):
            continue
        if not opening.is_label and (depths[place] < deepest or (above is None and deepest)):
            continue
        if above is not None and authors[above] and _opens_with(opening.said, authors[above]):
            continue
        named = [
            other
            for other in range(place)
            if (branches[other] == branches[place] or (above is None and not deepest))
            and _opens_with(opening.said, authors[other])
        ]
        if named:
            longest = max(len(authors[other]) for other in named)
            found[place] = max(other for other in named if len(authors[other]) == longest)
    return found


class _Opening(NamedTuple):
    """What follows "In reply to" (a label) or "@" at the start of a text or in a line beside it."""

    said: str
    is_label: bool
    by_system: bool


def _opening(outline: CommentOutline, record: Record, fields: Fields) -> _Opening | None:
    own = {id(run) for line in fields.body_runs for run in line}
    first: Line | None = None
    for line in record.lines:
        if any(id(run) in own for run in line.runs):
            first = first or line
        elif len(line.text) <= _MAX_LINE and (label := NAMES_ANSWERED.match(line.text)):
            return _Opening(_folded(line.text[label.end() :]), True, True)
    if first is None:
        return None
    for pattern, is_label in ((NAMES_ANSWERED, True), (_AT, False)):
        if found := pattern.match(first.text):
            return _Opening(_folded(first.text[found.end() :]), is_label, _is_set_apart(outline, record, first, found))
    return None


def _is_set_apart(outline: CommentOutline, record: Record, line: Line, found: re.Match[str]) -> bool:
    """Does the name stand in an element of its own, which holds no more than it and what comes before it?"""
    at = len(line.text[: found.end()].rstrip(" @＠"))
    for run in line.runs:
        at -= len(run.text)
        if at < 0 or not run.text.strip():
            tag = outline.elements[run.owner].tag
            return run.owner != record.start and tag in _INLINE and len(run.text) <= MAX_NAME
    return False


def _opens_with(said: str, author: str) -> bool:
    """Does the text open with the whole name?"""
    if len(author) < _MIN_NAME or not said.startswith(author):
        return False
    following = said[len(author) : len(author) + 1]
    return not following or bool(_SPACELESS.match(author[-1])) or not _GOES_ON.match(following)


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _depths(answers: Sequence[int | None]) -> list[int]:
    depths: list[int] = []
    for above in answers:
        depths.append(0 if above is None else depths[above] + 1)
    return depths


def _branches(answers: Sequence[int | None]) -> list[int]:
    """For each comment the first one of its branch."""
    roots: list[int] = []
    for place, above in enumerate(answers):
        roots.append(place if above is None else roots[above])
    return roots
