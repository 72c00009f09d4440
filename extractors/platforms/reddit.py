"""Old Reddit: div.thing.comment, answers nested in div.child."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class OldReddit(Markup):
    """p.tagline with a.author and time, div.usertext-body with div.md; a.author.submitter is the poster."""

    name: ClassVar[str] = "old-reddit"
    signs: ClassVar[frozenset[str]] = frozenset({"usertext-body"})
    items: ClassVar[str] = "div.thing.comment"
    recipe: ClassVar[Recipe] = Recipe(
        author="a.author", date="time", body="div.md,div.usertext-body", staff="a.moderator,a.admin", removed=".grayed"
    )
