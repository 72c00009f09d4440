"""What the records of a list have in common: the furniture of their template, and where a slot is in each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from extractors.comments.finding.outline import CommentOutline, count
from extractors.comments.reading.markup import (
    BODY_NAMED,
    FURNITURE,
    NAMES_ANSWERED,
    STRONG_FURNITURE,
    has_letter,
    is_action,
)
from extractors.comments.reading.record import MAX_SLOT_DEPTH, InlineRun, Record

_LONG = 120  # characters: furniture is short
_SAYING = 25  # characters of what may be the text of a comment
_LABEL = 60  # characters: texts that all records share are labels
_ENOUGH = 4  # records before a text that they share proves anything
_MOST, _NEARLY_ALL = 0.6, 0.8


class Template:
    """The records of one list and what is no field of theirs."""

    def __init__(self, outline: CommentOutline, records: list[Record]) -> None:
        self.outline = outline
        self.records = records
        self._paths: dict[int, list[int]] = {}  # an element is in one record only
        self.numbered = self._are_numbered()
        self._furniture = [self._furniture_of(record) for record in records]
        if prose := self._prose():
            self._furniture = [self._furniture_of(record, prose) for record in records]
        self._labels = self._shared_texts()

    def is_furniture(self, record: Record, run: InlineRun) -> bool:
        """Is the run a button, a vote, a badge, a signature, or a label that most records share?"""
        if run.owner in self._furniture[record.number]:
            return True
        return bool(self._labels) and (record.slots.get(run.owner, 0), run.text.strip()) in self._labels

    def path(self, record: Record, number: int) -> list[int]:
        """The element and those around it in the record, its root left out."""
        known = self._paths.get(number)
        if known is not None:
            return known
        path: list[int] = []
        above = number
        while above > record.start and above in record.slots and len(path) < MAX_SLOT_DEPTH:
            path.append(above)
            above = self.outline.parent[above]
        self._paths[number] = path
        return path

    def in_slot(self, record: Record, number: int, slot: int | None) -> bool:
        """Does the element stand in that slot, at any depth?"""
        if slot is None:
            return False
        slots = record.slots
        return any(slots[above] == slot for above in self.path(record, number))

    def _prose(self) -> set[int]:
        """The slots that are named as furniture and hold most of the text of most records: "reply-con", "edit-hide"."""
        outline = self.outline
        seen: Counter[int] = Counter()
        for record, furniture in zip(self.records, self._furniture, strict=True):
            whole = outline.text_length(record.start, record.stop)
            for number in furniture:
                if STRONG_FURNITURE.search(outline.named[number]):
                    continue
                size = outline.text_length(number, outline.end[number])
                if size >= _SAYING and 2 * size > whole and not is_action(outline.elements[number].text_content()):
                    seen[record.slots[number]] += 1
        return {slot for slot, times in seen.items() if times >= _MOST * len(self.records)}

    def _furniture_of(self, record: Record, prose: Collection[int] = ()) -> set[int]:
        outline = self.outline
        found: set[int] = set()
        for number in record.elements:
            if number == record.start or record.slots[number] in prose:
                continue
            name = outline.named[number]
            if outline.parent[number] in found or (name and FURNITURE.search(name) and self._is_minor(number, name)):
                found.add(number)
        return found

    def _is_minor(self, number: int, name: str) -> bool:
        """Too short and too plain for a part of the record that counts, or furniture by any measure."""
        if STRONG_FURNITURE.search(name):
            return True
        outline, stop = self.outline, self.outline.end[number]
        if outline.text_length(number, stop) > _LONG or BODY_NAMED.search(outline.elements[number].get("class") or ""):
            return False
        return not (count(outline.dates, number, stop) and count(outline.authors, number, stop))

    def _is_said(self, run: InlineRun) -> bool:
        """Is it the "In reply to" before a name inside the text, or an excerpt? It is part of what was said."""
        named = self.outline.elements[run.owner].get("class") or ""
        if run.text.rstrip().endswith(("[…]", "[...]")):
            return True
        return bool(NAMES_ANSWERED.fullmatch(run.text) and BODY_NAMED.search(named))

    def _are_numbered(self) -> bool:
        """Does (nearly) every record open with a line that is its number?"""
        numbered = sum(any(line.number is not None for line in record.lines[:2]) for record in self.records)
        return len(self.records) > 1 and numbered >= _NEARLY_ALL * len(self.records)

    def _shared_texts(self) -> set[tuple[int, str]]:
        """(slot, text) pairs that most records share word for word."""
        if len(self.records) < _ENOUGH:
            return set()
        seen: Counter[tuple[int, str]] = Counter()
        for record in self.records:
            seen.update(
                {
                    (record.slots.get(run.owner, 0), run.text.strip())
                    for line in record.lines
                    for run in line.runs
                    if len(run.text) < _LABEL and has_letter(run.text) and not self._is_said(run)
                }
            )
        return {pair for pair, times in seen.items() if times >= _MOST * len(self.records)}
