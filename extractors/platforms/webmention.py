"""Webmentions and other answers marked up as h-cite or h-entry comments (microformats 2, indieweb.org)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.recipe import Recipe


class Webmention(Markup):
    """.h-cite (or .u-comment): .p-author, .dt-published, .e-content or .p-content."""

    name: ClassVar[str] = "webmention"
    signs: ClassVar[frozenset[str]] = frozenset({"h-cite", "u-comment"})
    items: ClassVar[str] = ".u-comment,.h-cite.p-comment,.h-cite.comment,li.h-cite,div.h-cite,article.h-cite"
    recipe: ClassVar[Recipe] = Recipe(
        author=".p-author,.p-name", date="time.dt-published,.dt-published", body=".e-content,.p-content,.p-summary"
    )

    def wanted(self, outline: CommentOutline, found: list[int]) -> list[int]:
        """Citations with a text: likes and reposts have none."""
        texts = ("e-content", "p-content", "p-summary")
        return [
            number
            for number in found
            if any(text in outline.named[inner] for inner in range(number, outline.end[number]) for text in texts)
        ]
