"""What an adapter knows of its markup: where the fields of a record stand. What it does not say is voted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.comments.finding.outline import CommentOutline
from extractors.comments.finding.selector import selector
from extractors.comments.reading.label import Fields
from extractors.comments.reading.names import name_in
from extractors.comments.reading.record import InlineRun, Line, Record
from extractors.comments.reading.roles import without_roles
from extractors.dates import find_date
from extractors.records import CommentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Selectors of fields (see `extractors.comments.finding.selector`); an empty one leaves the field to the vote."""

    author: str = ""
    author_attribute: str = ""  # of the record's element: XenForo writes the name there
    date: str = ""
    date_attribute: str = "datetime"  # read before the text where the date's element has it
    body: str = ""
    drop: str = ""  # parts of the body that are no text of the comment
    staff: str = ""  # what marks a record (or a part of it) of the site's own people
    removed: str = ""
    kind: CommentKind | None = None  # of every record: POST for forums
    indent: str = ""  # an element whose width or `indent` attribute grows with the depth


def apply(recipe: Recipe, outline: CommentOutline, records: Sequence[Record], fields: Sequence[Fields]) -> None:
    """Puts the fields that the recipe finds in place of those that were voted for."""
    authors, dates, bodies, drops = (
        selector(text).on(outline) for text in (recipe.author, recipe.date, recipe.body, recipe.drop)
    )
    for record, labels in zip(records, fields, strict=True):
        span = (record.start, record.stop)
        _author(recipe, outline, record, labels, authors.first(*span))
        _date(recipe, outline, record, labels, dates.first(*span))
        roots = bodies.best(*span)
        named = labels.author_element
        if roots and not (named is not None and any(_inside(outline, named, root) for root in roots)):
            # a theme that gives the whole record the body's name is left to the vote
            labels.body_runs = _body(outline, record, roots, drops.every(*span))


def _author(recipe: Recipe, outline: CommentOutline, record: Record, labels: Fields, element: int | None) -> None:
    stated = outline.elements[record.start].get(recipe.author_attribute) if recipe.author_attribute else None
    if element is None and not stated:
        return
    name = stated or name_in(_first_line(outline, record, element or record.start))
    if name:
        labels.author = " ".join(name.split())
        labels.author_element = element if element is not None else labels.author_element


def _date(recipe: Recipe, outline: CommentOutline, record: Record, labels: Fields, element: int | None) -> None:
    if element is None:
        return
    stated = outline.elements[element].get(recipe.date_attribute) if recipe.date_attribute else None
    machine = find_date(stated) if stated else None
    text = _text(outline, record, element, " ")
    shown = find_date(text)
    if machine is not None and machine.year is not None:
        labels.stated = machine
    if shown is not None:
        labels.date, labels.date_text = shown, text[shown.start : shown.end]
    elif machine is not None:
        labels.date, labels.date_text = machine, text.strip() or stated


def _body(outline: CommentOutline, record: Record, roots: list[int], dropped: list[int]) -> list[list[InlineRun]]:
    kept = []
    for line in record.lines:
        runs = [
            run
            for run in line.runs
            if any(_inside(outline, run.owner, root) for root in roots)
            and not any(_inside(outline, run.owner, drop) for drop in dropped)
        ]
        if any(run.text.strip() for run in runs):
            kept.append(runs)
    return kept


def _first_line(outline: CommentOutline, record: Record, root: int) -> str:
    """What stands in the element up to the first break: badges follow names."""
    for line in record.lines:
        text = "".join(run.text for run in without_roles(_runs_in(outline, line, root)))
        if text.strip():
            return text
    return ""


def _text(outline: CommentOutline, record: Record, root: int, glue: str = "") -> str:
    return glue.join(run.text for line in record.lines for run in _runs_in(outline, line, root))


def _runs_in(outline: CommentOutline, line: Line, root: int) -> list[InlineRun]:
    return [run for run in line.runs if _inside(outline, run.owner, root)]


def _inside(outline: CommentOutline, number: int, root: int) -> bool:
    return root <= number < outline.end[root]
