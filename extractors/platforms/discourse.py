"""Discourse as it serves crawlers: schema.org markup, one div.crawler-post a post."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe
from extractors.records import CommentKind


class Discourse(Markup):
    """span.creator with @itemprop=name, time.post-time, div.post (@itemprop=articleBody or text)."""

    name: ClassVar[str] = "discourse"
    signs: ClassVar[frozenset[str]] = frozenset({"crawler-post"})
    items: ClassVar[str] = "div.crawler-post"
    recipe: ClassVar[Recipe] = Recipe(
        author="span@itemprop=name,.creator",
        date="time.post-time,time@itemprop=datePublished,time",
        body="div.post",
        drop=".crawler-post-infos",
        kind=CommentKind.POST,
    )
