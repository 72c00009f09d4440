"""TypePad and Movable Type: body first, then "Posted by: Anna | date"; or a byline in a header (Movable Type 4, 5)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class TypePad(Markup):
    """`div.comment#comment-...` in div.comments-content: div.comment-content and p.comment-footer; threads are flat."""

    name: ClassVar[str] = "typepad"
    signs: ClassVar[frozenset[str]] = frozenset({"comment-footer"})
    items: ClassVar[str] = "div.comment.comment-odd,div.comment.comment-even,div.comment.comment-row"
    recipe: ClassVar[Recipe] = Recipe(body="div.comment-content", drop=".comment-footer,.comment-reply-link")


class MovableType(Markup):
    """`div.comment#comment-N`: .byline with .vcard.author and abbr.published; "replied to comment from" links."""

    name: ClassVar[str] = "movable-type"
    signs: ClassVar[frozenset[str]] = frozenset({"byline", "comments-content", "mt-comments"})
    items: ClassVar[str] = "div#comment-%.comment"
    recipe: ClassVar[Recipe] = Recipe(
        author=".byline-author,.vcard.author,.comment-author",
        date="abbr.published,.byline-date",
        date_attribute="",
        body="div.comment-content",
        drop=".comment-reply-link,.comment-footer",
    )
