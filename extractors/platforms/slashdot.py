"""Slashdot: li.comment in nested lists; folded comments have no body on the page."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.recipe import Recipe


class Slashdot(Markup):
    """ul#commentlisting li.comment: .by, .otherdetails ("on Friday October 12, @10:15AM"), .commentBody > div."""

    name: ClassVar[str] = "slashdot"
    signs: ClassVar[frozenset[str]] = frozenset({"#commentlisting"})
    items: ClassVar[str] = "li.comment"
    recipe: ClassVar[Recipe] = Recipe(
        date=".otherdetails", date_attribute="", body="div.commentBody", drop=".sig,.quotedText-toggle"
    )

    def wanted(self, outline: CommentOutline, found: list[int]) -> list[int]:
        """Those that hold a body: hidden ones are placeholders for a script."""
        return [
            n for n in found if any("commentbody" in outline.named[k] for k in range(n, min(outline.end[n], n + 60)))
        ]
