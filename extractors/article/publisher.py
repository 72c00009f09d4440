"""Which organisation stands behind an article: what the page states about it."""

from __future__ import annotations

from extractors.structured import Statements, text_in

_METAS = ("publisher", "dc.publisher", "dcterms.publisher", "citation_publisher", "article:publisher")
_MAX_NAME = 120  # characters


def publisher(statements: Statements, signed: str | None) -> str | None:
    """The organisation's name as JSON-LD or a meta tag states it, else the one that signs the article as its author."""
    stated = [text_in(thing) for thing in statements.resolved(statements.article.get("publisher"))]
    stated += [statements.meta(name) for name in _METAS]
    return next((name for name in stated if name and "://" not in name and len(name) <= _MAX_NAME), signed)
