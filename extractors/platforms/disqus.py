"""Disqus as its WordPress plug-in prints it into the page for readers without scripts."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe


class DisqusStatic(Markup):
    """`li#dsq-comment-N`: #dsq-author-user-N (or a link of id dsq-author-N), #dsq-comment-message-N. No dates."""

    name: ClassVar[str] = "disqus-static"
    signs: ClassVar[frozenset[str]] = frozenset({"#dsq-comment-#"})
    items: ClassVar[str] = "li#dsq-comment-%"
    recipe: ClassVar[Recipe] = Recipe(
        author="#dsq-author-user-%,#dsq-author-%,#dsq-cite-%",
        body="#dsq-comment-message-%,#dsq-comment-body-%",
        drop=".cluv",
        staff=".bypostauthor",
    )
