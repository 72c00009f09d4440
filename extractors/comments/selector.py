"""Small selectors over the outline: what adapters need of CSS, without a second walk over the page.

`li.comment`, `.fn`, `#comment-%` (% stands for digits, in classes too), `time`, `@itemprop=comment`, `@data-author`;
several conditions may follow each other (`div.thing.comment`), alternatives are separated by commas.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from extractors.comments.outline import Outline, shape

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

    def holds(self, outline: Outline, number: int) -> bool:
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
    """Alternatives, the first of which is preferred: `first` finds by the first that matches anything."""

    tests: tuple[_Test, ...]

    def matches(self, outline: Outline, number: int) -> bool:
        return any(test.holds(outline, number) for test in self.tests)

    def all(self, outline: Outline, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if self.matches(outline, number)]

    def first(self, outline: Outline, numbers: Iterable[int]) -> int | None:
        """The first of the elements that the earliest alternative matches."""
        numbers = list(numbers)
        for test in self.tests:
            for number in numbers:
                if test.holds(outline, number):
                    return number
        return None

    def best(self, outline: Outline, numbers: Iterable[int]) -> list[int]:
        """All the elements that the earliest matching alternative matches."""
        numbers = list(numbers)
        for test in self.tests:
            if found := [number for number in numbers if test.holds(outline, number)]:
                return found
        return []


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
