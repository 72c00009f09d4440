"""Joomla's comment extensions JComments, JomComment and Komento."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class JComments(Markup):
    """`div#comment-item-N`: .comment-author, .comment-date, div.comment-body#comment-body-N."""

    name: ClassVar[str] = "jcomments"
    signs: ClassVar[frozenset[str]] = frozenset({"#comment-item-#"})
    items: ClassVar[str] = "div#comment-item-%"
    recipe: ClassVar[Recipe] = Recipe(
        author=".comment-author,.author-homepage",
        date=".comment-date",
        date_attribute="",
        body="#comment-body-%,.comment-body",
    )


class JomComment(Markup):
    """`div.jomentry1`, `div.jomentry2`: "written by Anna, October 12, 2012" in a small span, div.comment-text."""

    name: ClassVar[str] = "jomcomment"
    signs: ClassVar[frozenset[str]] = frozenset({"jomentry#"})
    items: ClassVar[str] = "div.jomentry1,div.jomentry2"
    recipe: ClassVar[Recipe] = Recipe(body=".comment-text,.jomcomment-text")


class Komento(Markup):
    """`li.kmt-item`: .kmt-author, time, .kmt-body; answers by a class kmt-child-N."""

    name: ClassVar[str] = "komento"
    signs: ClassVar[frozenset[str]] = frozenset({"kmt-item"})
    items: ClassVar[str] = "li.kmt-item,div.kmt-item"
    recipe: ClassVar[Recipe] = Recipe(author=".kmt-author", date="time", body=".kmt-text,.kmt-body")
