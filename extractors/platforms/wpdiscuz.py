"""wpDiscuz, a comment system for WordPress: version 7 (`wpd-` classes) and the one before (`wc-`)."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class WpDiscuz(Markup):
    """Records are boxes that follow each other, each with its depth; the exact date is the title of "1 year ago"."""

    name: ClassVar[str] = "wpdiscuz"
    signs: ClassVar[frozenset[str]] = frozenset({"wpd-comment", "wc-comment", "#wpdcom"})
    items: ClassVar[str] = "div.wpd-comment,div.wc-comment"
    recipe: ClassVar[Recipe] = Recipe(
        author=".wpd-comment-author,.wc-comment-author",
        date=".wpd-comment-date,.wc-comment-date",
        date_attribute="title",
        body=".wpd-comment-text,.wc-comment-text",
        drop=".wpd-comment-last-edited,.wc-comment-last-edited,.wpd-comment-media,.wpd-reply-to,.wc-reply-to",
        staff=".wpd-blog-administrator,.wpd-blog-editor,.wpd-blog-author,.wpd-blog-post_author,.wc-blog-administrator,"
        ".wc-blog-post_author",
    )
