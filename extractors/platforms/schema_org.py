"""schema.org Comment and UserComments in microdata."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.recipe import Recipe


class Microdata(Markup):
    """@itemprop=comment (or an itemtype Comment): author > name, datePublished or dateCreated, text or commentText."""

    name: ClassVar[str] = "schema-org"
    signs: ClassVar[frozenset[str]] = frozenset()
    items: ClassVar[str] = (
        "@itemtype=http://schema.org/Comment,@itemtype=https://schema.org/Comment,"
        "@itemprop=comment@itemscope,@itemtype=http://schema.org/UserComments,@itemtype=https://schema.org/UserComments"
    )
    recipe: ClassVar[Recipe] = Recipe(
        author="@itemprop=name,@itemprop=author,@itemprop=creator",
        date="@itemprop=datePublished,@itemprop=dateCreated,@itemprop=commentTime",
        body="@itemprop=text,@itemprop=commentText,@itemprop=description",
    )

    def matches(self, outline: CommentOutline) -> bool:
        """Microdata has no class names of its own: the vocabulary's name stands in the page."""
        html = outline.document.html
        return any(sign in html for sign in ("schema.org/Comment", "schema.org/UserComments", 'itemprop="comment"'))
