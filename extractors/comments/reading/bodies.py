"""Which part of a record is its text: the slot that holds the prose of all records, else what no other field took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from extractors.comments.reading.author_slot import names_author
from extractors.comments.reading.dating import Dated
from extractors.comments.reading.markup import BODY_NAMED, NOT_BODY_NAMED, TITLE_NAMED, has_letter, is_action
from extractors.comments.reading.names import OPENS_WITH_SAYS
from extractors.comments.reading.record import InlineRun, Line, Record
from extractors.comments.reading.template import Template
from extractors.dates import find_date

_NEVER: Final = frozenset("a b strong cite em i span font u p li".split())
_NO_BODY: Final = -1.0
_STATED: Final = frozenset("text description commentText reviewBody".split())
_META_LINE: Final = 150  # characters
_BARE: Final = 25  # characters left of a line without name or date that make it prose
_SEPARATORS: Final = " ,;:.()|·•–—-#0123456789"
_PROSE: Final = 4  # words
_BUTTON: Final = 60  # characters
_NEAR: Final = 3  # elements around a text whose names are asked


def body_slot(template: Template, dated: Sequence[Dated]) -> int | None:
    """The slot that holds the prose of most records, if the template has one that holds neither author nor date."""
    outline = template.outline
    held: dict[int, dict[int, int]] = defaultdict(dict)  # slot -> record -> characters of kept text
    soiled: Counter[int] = Counter()  # slot -> records in which it holds the author or the date too
    elements: dict[int, int] = {}  # slot -> an element of it
    for record in template.records:
        dirty: set[int] = set()
        for place, line in enumerate(record.lines):
            if is_action(line.text):
                continue
            is_date = place == dated[record.number].line and len(line.text) < _META_LINE
            for run in line.runs:
                path = template.path(record, run.owner)
                slots = [record.slots[number] for number in path]
                elements.update(zip(slots, path, strict=True))
                if is_date or (path and names_author(outline, path[0])):
                    dirty.update(slots)
                elif not template.is_furniture(record, run):
                    weight = len(run.text.strip())
                    for slot in (*slots, 0):
                        held[slot][record.number] = held[slot].get(record.number, 0) + weight
        soiled.update(dirty)
    size = len(template.records)
    grand = sum(held.pop(0, {}).values()) or 1
    best, best_worth = None, 0.0
    for slot, shares in held.items():
        named = _named(template, elements[slot])
        coverage, share, clean = len(shares) / size, sum(shares.values()) / grand, 1.0 - soiled[slot] / size
        worth = share + 0.6 * coverage + named + 0.5 * clean
        enough = share >= (0.35 if named > 0 else 0.75)
        if named > _NO_BODY and coverage >= 0.6 and enough and clean > 0.5 and worth > best_worth:
            best, best_worth = slot, worth
    return best


def _named(template: Template, number: int) -> float:
    """What the name of an element says for (or against) its being the body."""
    name, element = template.outline.named[number], template.outline.elements[number]
    against = bool(name and NOT_BODY_NAMED.search(name))
    if name and not against and BODY_NAMED.search(name):
        return 0.35
    if element.get("itemprop") in _STATED:
        return 0.6
    if element.tag in _NEVER:
        return _NO_BODY
    return -0.3 if against else 0.0


def body_of(
    template: Template, record: Record, slot: int | None, dated: Dated, taken: frozenset[int]
) -> list[list[InlineRun]]:
    """The lines of a record's text. `taken` are the ids of the runs that hold its author."""
    inside = [
        [run for run in line.runs if template.in_slot(record, run.owner, slot)] if slot is not None else []
        for line in record.lines
    ]
    has_body = any(run.text.strip() for runs in inside for run in runs)
    kept: list[list[InlineRun]] = []
    titles: list[list[InlineRun]] = []
    for place, line in enumerate(record.lines):
        wanted = inside[place] if has_body else line.runs
        runs = [run for run in wanted if id(run) not in taken and not template.is_furniture(record, run)]
        if not has_body and not _is_prose(template, line, runs, place, dated, taken):
            continue
        if any(run.text.strip() for run in runs):
            (titles if not has_body and _is_title(template, record, runs) else kept).append(runs)
    kept = kept or titles
    if not kept and not has_body and dated.line >= 0:
        said = _after_date(record.lines[dated.line], taken)
        kept = [said] if said else []
    trimmed = _trimmed(kept)
    return trimmed or (kept if has_body else [])  # "Like" can be all that somebody wrote


def _is_prose(
    template: Template, line: Line, runs: Sequence[InlineRun], place: int, dated: Dated, taken: frozenset[int]
) -> bool:
    """Is what is left of the line text, and not the rest of a line of author, date and buttons?"""
    text = "".join(run.text for run in runs)
    if (template.numbered and place < 2 and line.number is not None) or is_action(text):
        return False
    if place == dated.line:
        found = find_date(line.spaced)
        if found and len(line.text) - (found.end - found.start) < _META_LINE - _BUTTON:
            return False
    if any(id(run) in taken for run in line.runs):
        return len(OPENS_WITH_SAYS.sub("", text).strip(_SEPARATORS)) >= _BARE
    return True


def _is_title(template: Template, record: Record, runs: Sequence[InlineRun]) -> bool:
    """Does the line stand in an element that is called the title of the comment?"""
    outline = template.outline
    return all(
        any(TITLE_NAMED.search(outline.named[number]) for number in template.path(record, run.owner)[:_NEAR])
        for run in runs
        if run.text.strip()
    )


def _after_date(line: Line, taken: frozenset[int]) -> list[InlineRun]:
    """The prose of a line that begins with name and date: "Anna (5 March 2012): We tried it yesterday"."""
    found = find_date(line.spaced)
    if found is None or len(line.spaced) - found.end < _BARE:
        return []
    offset, said = 0, list[InlineRun]()
    for run in line.runs:
        cut = max(0, found.end - offset)
        offset += len(run.text) + 1
        text = run.text[cut:] if said else run.text[cut:].lstrip(_SEPARATORS[:-11])
        if text and id(run) not in taken:
            said.append(InlineRun(text, run.owner, run.after))
    prose = "".join(run.text for run in said)
    return said if len(prose.split()) > _PROSE and not is_action(prose) else []


def _trimmed(lines: list[list[InlineRun]]) -> list[list[InlineRun]]:
    """Without lines of buttons at either end."""
    first, last = 0, len(lines)
    while first < last and _is_button(lines[first]):
        first += 1
    while last > first and _is_button(lines[last - 1]):
        last -= 1
    return lines[first:last]


def _is_button(runs: Sequence[InlineRun]) -> bool:
    text = "".join(run.text for run in runs)
    return len(text) < _BUTTON and has_letter(text) and is_action(text)
