"""atelier-des-metiers.example, our own sample magazine: the theme of its guides, 2026.

Its other pages are read by generic means. The guides are laid out by a page builder: headings are `div.gt-title`, small
ones `div.gt-subtitle`; the text is `div.gt-column`, with boxes of partners in it (`div.gt-partner`), which are
no text of the magazine; what readers say stands in `div.gt-voice`, without a list, and begins like an article's box.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from lxml.html import HtmlElement

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe
from extractors.page import PageObject


class Voices(Markup):
    """`div.gt-voice#voice-N`: .gt-who, time, .gt-words; the magazine's own answers have .gt-house too."""

    name: ClassVar[str] = "atelier-des-metiers"
    signs: ClassVar[frozenset[str]] = frozenset({"gt-voice"})
    items: ClassVar[str] = "div.gt-voice"
    recipe: ClassVar[Recipe] = Recipe(author=".gt-who", date="time", body=".gt-words", staff=".gt-house")


class Guide(PageObject):
    hosts = ("atelier-des-metiers.example",)
    paths = r"^/guides/"
    comments = Voices

    def headings(self) -> Mapping[HtmlElement, int]:
        titles = dict.fromkeys(self.with_class("gt-title"), 2)
        return titles | dict.fromkeys(self.with_class("gt-subtitle"), 3)

    def article_element(self) -> HtmlElement | None:
        return next(iter(self.with_class("gt-column")), None)

    def left_out(self) -> Collection[HtmlElement]:
        return self.with_class("gt-partner")
