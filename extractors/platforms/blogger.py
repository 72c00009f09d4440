"""Blogger: the definition list of its first templates, and the threaded comments of 2012 and later."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class BloggerList(Markup):
    """`dl#comments-block`: dt.comment-author ("Anna said..."), dd.comment-body, dd.comment-footer with the time."""

    name: ClassVar[str] = "blogger-list"
    signs: ClassVar[frozenset[str]] = frozenset({"#comments-block"})
    items: ClassVar[str] = "dt.comment-author,dt.comment-data"
    headed: ClassVar[bool] = True
    recipe: ClassVar[Recipe] = Recipe(
        author="dt.comment-author",
        date=".comment-timestamp",
        date_attribute="",
        body="dd.comment-body",
        removed=".deleted-comment",
        staff=".blog-author",
    )


class BloggerThreads(Markup):
    """`li.comment` with cite.user, span.datetime and p.comment-content; answers nest in div.comment-replies."""

    name: ClassVar[str] = "blogger-threads"
    signs: ClassVar[frozenset[str]] = frozenset({"comment-replies", "comment-thread"})
    items: ClassVar[str] = "li.comment"
    recipe: ClassVar[Recipe] = Recipe(
        author="cite.user", date="span.datetime", date_attribute="", body="p.comment-content", staff=".icon.blog-author"
    )
