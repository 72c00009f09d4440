"""Drupal 6 to 10: div.comment or article.comment, answers in a div.indented after the comment they answer."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.recipe import Recipe


class Drupal(Markup):
    """.submitted holds author and date, .content (or .field--name-comment-body) the text, ul.links the buttons."""

    name: ClassVar[str] = "drupal"
    signs: ClassVar[frozenset[str]] = frozenset(
        {"submitted", "comment__meta", "comment-published", "js-comment", "comment-submitted"}
    )
    items: ClassVar[str] = "div.comment,article.comment"
    recipe: ClassVar[Recipe] = Recipe(
        author=".username",
        body=".field-name-comment-body,.field--name-comment-body",
        drop=".links,.comment__links,.user-signature",
        staff=".comment-by-node-author,.by-node-author,.by-author",
    )

    def wanted(self, outline: CommentOutline, found: list[int]) -> list[int]:
        """Those with Drupal's own line of author and date; other systems have div.comment too."""
        own = {"submitted", "comment__meta", "comment-published", "comment-submitted"}
        return found if not outline.tokens.isdisjoint(own) else []
