"""WordPress 2.7 to 6: the legacy walker (li > div.comment-body) and the html5 one (li > article.comment-body)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.recipe import Recipe
from extractors.platforms.wpdiscuz import WpDiscuz


class WordPress(Markup):
    """Records are `li` (div in some themes) of class comment, pingback or trackback; answers nest in `ul.children`.

    Themes rewrite the inside freely, so only what the two walkers of WordPress print themselves is taken for granted.
    """

    name: ClassVar[str] = "wordpress"
    signs: ClassVar[frozenset[str]] = frozenset({"commentlist", "comment-list", "comment-reply-link", "thread-even"})
    items: ClassVar[str] = (
        "li.comment,li.pingback,li.trackback,div.comment.depth-%,div.comment.thread-even,div.comment.thread-odd,"
        "div.pingback.depth-%"
    )
    recipe: ClassVar[Recipe] = Recipe(
        author=".comment-author-name,cite.fn,b.fn,strong.fn,span.fn",
        date="",
        body="div.comment-content,section.comment-content",
        drop=".reply,.comment-awaiting-moderation,.sharedaddy,.cluv,.comment-likes,.pd-rating,.edit-link",
        staff=".bypostauthor",
    )

    def matches(self, outline: CommentOutline) -> bool:
        return super().matches(outline) and outline.tokens.isdisjoint(WpDiscuz.signs)

    def wanted(self, outline: CommentOutline, found: list[int]) -> list[int]:
        """Records carry the walker's depth or an id with a number; other systems use `li.comment` too."""
        wanted = [
            n for n in found if "depth-" in outline.named[n] or "comment-" in (outline.elements[n].get("id") or "")
        ]
        return wanted if len(wanted) == len(found) else []
