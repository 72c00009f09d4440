"""phpBB 3: forum topics (div.post#pN, prosilver and what derives from it)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe
from extractors.records import CommentKind


class PhpBB(Markup):
    """p.author "by Anna » 12 Oct 2012, 10:15", div.content, div.signature, div.postprofile."""

    name: ClassVar[str] = "phpbb"
    signs: ClassVar[frozenset[str]] = frozenset({"postprofile", "postbody"})
    items: ClassVar[str] = "div#p%.post"
    recipe: ClassVar[Recipe] = Recipe(
        author="a.username,a.username-coloured,span.username,span.username-coloured,p.author",
        date="p.author,.author",
        date_attribute="",
        body="div.content",
        drop=".signature,.notice,.codebox-head",
        kind=CommentKind.POST,
    )
