"""Hacker News: one table row a comment, the depth by the width of an empty image (or an `indent` attribute)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class HackerNews(Markup):
    """tr.comtr: a.hnuser, span.age with the time in its title, .commtext, td.ind."""

    name: ClassVar[str] = "hacker-news"
    signs: ClassVar[frozenset[str]] = frozenset({"comtr", "hnuser"})
    items: ClassVar[str] = "tr.comtr"
    recipe: ClassVar[Recipe] = Recipe(
        author="a.hnuser",
        date="span.age",
        date_attribute="title",
        body=".commtext",
        drop=".reply",
        indent="td.ind@indent,img",
    )
