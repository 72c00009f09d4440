"""Small selectors over the outline: what adapters need of CSS, without a second walk over the page.

`li.comment`, `.fn`, `#comment-%` (% stands for digits, in classes too), `time`, `@itemprop=comment`, `@data-author`;
several conditions may follow each other (`div.thing.comment`), alternatives are separated by commas.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.comments.finding.outline import CommentOutline, shape

_PART = re.compile(
    r"(?P<tag>^[a-z][a-z0-9]*)|\.(?P<cls>[^.#@]+)|#(?P<id>[^.@]+)|@(?P<attr>[\w-]+)(?:=(?P<value>[^@]*))?"
)


@dataclass(frozen=True, slots=True)
class _Test:
    tag: str | None
    classes: frozenset[str]
    folded: frozenset[str]  # class names in which digits are folded to #
    identity: str | None
    attributes: tuple[tuple[str, str | None], ...]

    def find(self, outline: CommentOutline) -> list[int]:
        """The matching elements of the page, in order."""
        known = [shape(name) for name in self.classes] + list(self.folded)
        if known:
            wanted: Sequence[int] = min((outline.by_shape.get(name, []) for name in known), key=len)
        else:
            wanted = range(len(outline.elements))
        return [number for number in wanted if self.holds(outline, number)]

    def holds(self, outline: CommentOutline, number: int) -> bool:
        element = outline.elements[number]
        if self.tag is not None and element.tag != self.tag:
            return False
        if self.classes and not self.classes.issubset((element.get("class") or "").split()):
            return False
        if self.folded and not self.folded.issubset(outline.shapes[number]):
            return False
        if self.identity is not None and shape(element.get("id") or "") != self.identity:
            return False
        for name, value in self.attributes:
            given = element.get(name)
            if given is None or (value is not None and value not in given.split()):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Selector:
    """Alternatives, the first of which is preferred."""

    tests: tuple[_Test, ...]

    def all(self, outline: CommentOutline) -> list[int]:
        """All matching elements of the page, in order."""
        return sorted({number for test in self.tests for number in test.find(outline)})

    def on(self, outline: CommentOutline) -> Matches:
        """The matches on that page, to be asked record by record."""
        return Matches([test.find(outline) for test in self.tests])


@dataclass(frozen=True, slots=True)
class Matches:
    """Matching elements for each alternative of a selector, in page order."""

    found: list[list[int]]

    def first(self, start: int, stop: int) -> int | None:
        """The first element in the interval that the earliest alternative matches."""
        return next(iter(self.best(start, stop)), None)

    def best(self, start: int, stop: int) -> list[int]:
        """All elements in the interval that the earliest matching alternative matches."""
        for numbers in self.found:
            if inside := numbers[bisect_left(numbers, start) : bisect_left(numbers, stop)]:
                return inside
        return []

    def every(self, start: int, stop: int) -> list[int]:
        """All elements in the interval that any alternative matches."""
        return sorted(
            {n for numbers in self.found for n in numbers[bisect_left(numbers, start) : bisect_left(numbers, stop)]}
        )


@functools.cache
def selector(text: str) -> Selector:
    """The selector that the text describes (see the module's docstring). Raises ValueError for anything else."""
    return Selector(tuple(_parsed(part.strip()) for part in text.split(",") if part.strip()))


def _parsed(text: str) -> _Test:
    tag, identity, place = None, None, 0
    names: list[str] = []
    attributes: list[tuple[str, str | None]] = []
    for match in _PART.finditer(text):
        if match.start() != place:
            break
        place = match.end()
        tag = match["tag"] or tag
        if match["cls"]:
            names.append(match["cls"].replace("%", "#"))
        if match["id"]:
            identity = match["id"].replace("%", "#")
        if match["attr"]:
            attributes.append((match["attr"], match["value"]))
    if place != len(text) or not text:
        raise ValueError(f"not a selector: {text!r}")
    folded = frozenset(name for name in names if "#" in name)
    return _Test(tag, frozenset(names) - folded, folded, identity, tuple(attributes))
