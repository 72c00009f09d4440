"""Which date of a record is when it was written: the one that stands where the others' dates stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.comments.reading.markup import DATE_NAMED
from extractors.comments.reading.record import Record
from extractors.comments.reading.template import Template
from extractors.dates import FoundDate, find_date

MAX_LINE = 300  # characters: longer lines are prose
_MACHINE_ATTRIBUTES = (
    "datetime", "title", "data-datetime", "data-date", "data-time", "data-timestamp", "data-created", "data-created-at",
    "data-published", "data-original-title", "aria-label",
)  # fmt: skip
_MAX_STATED = 60  # characters of a machine-readable date
_MAX_CONTINUED = 25  # characters of a line that holds nothing but the time or the year
_NOT_AT_ALL = -1.0


@dataclass(slots=True)
class Dated:
    """The date of a record: as shown, its text, its line (-1: none), and what the page tells machines beside it."""

    shown: FoundDate | None = None
    text: str | None = None
    line: int = -1
    stated: FoundDate | None = None


@dataclass(frozen=True, slots=True)
class _Vote:
    record: int
    found: FoundDate
    text: str
    line: int
    worth: float


def dates_in(template: Template) -> list[Dated]:
    """The date of each record."""
    dated = [Dated() for _ in template.records]
    votes: dict[tuple[str, int], list[_Vote]] = defaultdict(list)
    for record in template.records:
        for slot, vote in _shown(template, record):
            votes["line", slot].append(vote)
        for slot, vote in _stated(template, record):
            votes["stated", slot].append(vote)
            dated[record.number].stated = dated[record.number].stated or vote.found
    size = len(template.records)

    def worth(group: list[_Vote]) -> float:
        return 3.0 * len({vote.record for vote in group}) / size + sum(vote.worth for vote in group) / len(group)

    for group in sorted(votes.values(), key=worth, reverse=True):
        for vote in group:
            mine = dated[vote.record]
            if mine.shown is None and vote.worth > _NOT_AT_ALL:
                mine.shown, mine.text, mine.line = vote.found, vote.text, vote.line
    return dated


def _shown(template: Template, record: Record) -> list[tuple[int, _Vote]]:
    """(slot, date) of each line that holds one."""
    found = []
    for place, line in enumerate(record.lines):
        text = line.spaced
        date = find_date(text) if len(text) <= MAX_LINE else None
        if date is None:
            continue
        for after in record.lines[place + 1 : place + 3]:
            text, date = _continued(text, date, after.text)
        owner = line.run_at(date.start).owner
        worth = _worth(template, record, owner, date, text, place)
        vote = _Vote(record.number, date, text[date.start : date.end], place, worth)
        found.append((record.slots.get(owner, 0), vote))
    return found


def _continued(text: str, found: FoundDate, following: str) -> tuple[str, FoundDate]:
    """Text and date with the year or time that stands alone on the next line."""
    complete = found.ago is not None or (found.hour is not None and found.year is not None)
    if complete or len(following) > _MAX_CONTINUED or not any(character.isdigit() for character in following):
        return text, found
    joined = f"{text.rstrip()} {following.strip()}"
    more = find_date(joined)
    if more is None or (more.month, more.day) != (found.month, found.day) or more == found:
        return text, found
    return joined, more


def _worth(template: Template, record: Record, owner: int, found: FoundDate, text: str, place: int) -> float:
    outline = template.outline
    named = " ".join(outline.named[n] for n in (owner, outline.parent[owner]) if n >= record.start)
    worth = 1.2 if DATE_NAMED.search(named) else 0.0
    worth += 1.0 if outline.elements[owner].tag == "time" else 0.0
    worth += 0.8 if found.year is not None or found.ago is not None else -0.5
    worth += 0.4 if found.hour is not None else 0.0
    worth += 0.6 if place <= 3 else (0.3 if place >= len(record.lines) - 3 else -0.4)
    rest = len(text) - (found.end - found.start)
    return worth - (0.0 if rest < 60 else 1.5)


def _stated(template: Template, record: Record) -> list[tuple[int, _Vote]]:
    """(slot, date) of each element that tells machines a date."""
    found = []
    for number in record.elements:
        for stated in _told_to_machines(template.outline.elements[number]):
            date = find_date(stated) if len(stated) <= _MAX_STATED else None
            if date is not None and date.year is not None:
                found.append((record.slots.get(number, 0), _Vote(record.number, date, stated, -1, 0.0)))
                break
    return found


def _told_to_machines(element: HtmlElement) -> Iterator[str]:
    """What an element says of a date beside its text; a title stands on any, a content on a property."""
    for name in _MACHINE_ATTRIBUTES:
        if stated := element.get(name):
            yield stated
    if element.get("itemprop") and (stated := element.get("content")):
        yield stated
