"""Finds the discussion of a page."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urljoin

from lxml.html import HtmlElement

from extractors.comments.thread import Thread
from extractors.dates import find_date, resolved
from extractors.html import Document, classes, line_of, text_of
from extractors.records import Comment, CommentKind, Discussion

_ITEM_ID = re.compile(r"^(?:li-)?comment-\d+$")


def find_thread(document: Document, fetched_at: datetime | None = None) -> Thread:
    """The page's discussion: its comments in page order, what the page says about them, and the nodes that hold them."""
    items = [node for node in document.tree.iter("li", "div", "article") if _ITEM_ID.match(node.get("id") or "")]
    if not items:
        return Thread()
    positions = {node: number for number, node in enumerate(items, start=1)}
    comments = tuple(_comment(document, node, positions, fetched_at) for node in items)
    roots = tuple(node for node in items if not any(above in positions for above in node.iterancestors()))
    return Thread(discussion=Discussion(platform="wordpress", found=len(comments)), comments=comments, nodes=roots)


def _comment(
    document: Document, node: HtmlElement, positions: dict[HtmlElement, int], fetched_at: datetime | None
) -> Comment:
    inner = [child for child in node.iterdescendants() if child in positions]
    own = [
        child for child in node.iterdescendants() if not any(child is x or x in inner for x in child.iterancestors())
    ]
    names = [child for child in own if "fn" in classes(child) or child.tag == "cite"]
    heads = [
        child
        for child in own
        if {"comment-author", "comment-meta", "comment-metadata", "reply", "says"} & set(classes(child))
    ]
    dates = [find_date(line_of(child)) for child in heads]
    date = next((found for found in dates if found), None)
    body = text_of(node, [*inner, *heads, *names])
    links = [link for child in names for link in child.iter("a")]
    parent = next((positions[above] for above in node.iterancestors() if above in positions), None)
    return Comment(
        position=positions[node],
        id=node.get("id"),
        author=line_of(names[0]) if names else None,
        author_url=urljoin(document.url, links[0].get("href", "")) if links else None,
        date=resolved(date, fetched_at) if date else None,
        date_precision=date.precision if date else None,
        body=body,
        parent=parent,
        kind=CommentKind.PINGBACK if "pingback" in classes(node) else CommentKind.COMMENT,
        by_site="bypostauthor" in classes(node),
    )
