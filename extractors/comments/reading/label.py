"""Which part of a record is its author, its date, its body: decided by what stands in the same slot of all records."""

from __future__ import annotations

from dataclasses import dataclass, field

from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.author_slot import authors_in
from extractors.comments.reading.bodies import body_of, body_slot
from extractors.comments.reading.dating import dates_in
from extractors.comments.reading.record import InlineRun, Record
from extractors.comments.reading.template import Template
from extractors.dates import FoundDate


@dataclass(slots=True)
class Fields:
    """What was found in one record: texts, and the elements and runs they came from."""

    author: str | None = None
    author_element: int | None = None
    date: FoundDate | None = None
    date_text: str | None = None
    stated: FoundDate | None = None  # a machine-readable date beside the visible one
    body_runs: list[list[InlineRun]] = field(default_factory=list)  # lines


def label(outline: CommentOutline, records: list[Record]) -> list[Fields]:
    """The fields of each record, in their order."""
    template = Template(outline, records)
    dated = dates_in(template)
    slot = body_slot(template, dated)
    signed = authors_in(template, dated, slot)
    return [
        Fields(
            author=name.value if name else None,
            author_element=name.element if name else None,
            date=date.shown,
            date_text=date.text,
            stated=date.stated,
            body_runs=body_of(template, record, slot, date, name.runs if name else frozenset()),
        )
        for record, date, name in zip(records, dated, signed, strict=True)
    ]
