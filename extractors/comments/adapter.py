"""The base of adapters: one publishing system each, found by walking `extractors.platforms`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar

from extractors.comments.finding.listing import Listing, headed
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.finding.selector import selector
from extractors.comments.reading.read import read_thread
from extractors.comments.reading.recipe import Recipe
from extractors.comments.thread import Thread


class Platform(ABC):
    """A publishing system whose markup is known. Adapters hold no state: one instance reads every page."""

    name: ClassVar[str]

    @abstractmethod
    def matches(self, outline: CommentOutline) -> bool:
        """Could the page be of this system? Cheap: called for every page."""

    @abstractmethod
    def thread(self, outline: CommentOutline, fetched_at: datetime | None) -> Thread | None:
        """The page's thread, or null if there is none of this system's."""


class Markup(Platform):
    """A system told by its markup: where records are (`items`) and where their fields stand (`recipe`).

    `signs` are class names and ids ("#...", digits of both folded to #) one of which every thread of the system has;
    `items` is a selector of `extractors.comments.finding.selector`; with `headed` a record runs on over the siblings
    that follow its element.
    """

    signs: ClassVar[frozenset[str]]
    items: ClassVar[str]
    recipe: ClassVar[Recipe]
    headed: ClassVar[bool] = False

    def matches(self, outline: CommentOutline) -> bool:
        return not outline.tokens.isdisjoint(self.signs)

    def listing(self, outline: CommentOutline) -> Listing | None:
        """The records of the page, or null if there are none."""
        found = [
            number
            for number in selector(self.items).all(outline)
            if not outline.silent[number] and not outline.aside[number] and not outline.in_form[number]
        ]
        starts = tuple(self.wanted(outline, found))
        if not starts:
            return None
        listing = Listing(self.name, starts, tuple(outline.end[start] for start in starts))
        return (headed(outline, listing) or listing) if self.headed else listing

    def wanted(self, outline: CommentOutline, found: list[int]) -> list[int]:
        """Those of the found elements that are records; for systems whose selector alone finds too many."""
        return found

    def thread(self, outline: CommentOutline, fetched_at: datetime | None) -> Thread | None:
        listing = self.listing(outline)
        return read_thread(outline, listing, self.name, fetched_at, self.recipe) if listing else None
