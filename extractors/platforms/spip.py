"""SPIP: forums under articles, flat or in threads (squelettes-dist of SPIP 2 to 4)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class Spip(Markup):
    """`li.comment-li` or `li.forum-fil`: div.comment-meta with abbr.dtreviewed and .fn, div.comment-texte; nested."""

    name: ClassVar[str] = "spip"
    signs: ClassVar[frozenset[str]] = frozenset(
        {"forum-fil", "forum-message", "comment-fil", "comment-li", "spip_comment"}
    )
    items: ClassVar[str] = "li.forum-fil,li.comment-fil,li.comment-li,li.comment-item,div.spip_comment"
    recipe: ClassVar[Recipe] = Recipe(
        author=".fn,.forum-auteur,.comment-auteur,.nickname",
        date="abbr.dtreviewed,abbr.published,.forum-date,time,.comment-date",
        date_attribute="title",
        body=".forum-texte,.comment-texte,.comment-content",
        drop=".forum-repondre-message,.repondre,.comment-reply",
    )
