"""XenForo 1 (li.message) and 2 (article.message): forum topics, each post with its author's name as an attribute."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.recipe import Recipe
from extractors.records import CommentKind


class XenForo(Markup):
    """`@data-author` on the record; time.u-dt or .DateTime; .bbWrapper or .messageText; .message-signature: no text."""

    name: ClassVar[str] = "xenforo"
    signs: ClassVar[frozenset[str]] = frozenset({"bbWrapper", "messageText", "message--post"})
    items: ClassVar[str] = "article.message,li.message,div.message--post"
    recipe: ClassVar[Recipe] = Recipe(
        author=".username",
        author_attribute="data-author",
        date="time.u-dt,abbr.DateTime,span.DateTime,.datePermalink",
        body=".bbWrapper,.messageText",
        drop=".signature,.message-signature,.bbCodeBlock-expandLink,.messageTextEndMarker,.js-lbImage",
        staff=".is-staff,.userBanner--staff,.message--staff",
        kind=CommentKind.POST,
    )

    def wanted(self, outline: CommentOutline, found: list[int]) -> list[int]:
        """Posts name their author on the element; profile posts and notices do not."""
        return [number for number in found if outline.elements[number].get("data-author")]
