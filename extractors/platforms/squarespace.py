"""Squarespace 5 (div.comment with a signature) and 6/7 (div.comment#comment-... with header, body, date)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class Squarespace5(Markup):
    """div.comment-wrapper > div.comment: div.body, div.signature ("October 9, 2012 | Anna")."""

    name: ClassVar[str] = "squarespace-5"
    signs: ClassVar[frozenset[str]] = frozenset({"journal-comment-area"})
    items: ClassVar[str] = "div.comment"
    recipe: ClassVar[Recipe] = Recipe(author="div.signature", date="div.signature", body="div.body", date_attribute="")


class Squarespace7(Markup):
    """div.comment-list > div.comment: .author or .commenter-name, .date, .comment-body; answers: .comment-list."""

    name: ClassVar[str] = "squarespace-7"
    signs: ClassVar[frozenset[str]] = frozenset({"squarespace-comments", "sqs-comments"})
    items: ClassVar[str] = "div.comment"
    recipe: ClassVar[Recipe] = Recipe(
        author=".author,.commenter-name",
        date=".date,.comment-date,time",
        body=".comment-body,.body",
        staff=".is-author",
    )
