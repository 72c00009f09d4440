"""Finds the discussion of a page."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urljoin

from extractors.comments.choose import best_listing
from extractors.comments.label import Fields, label
from extractors.comments.listing import Listing
from extractors.comments.names import is_cut
from extractors.comments.outline import Outline
from extractors.comments.record import Record, records
from extractors.comments.thread import Thread
from extractors.dates import resolved
from extractors.html import Document, folded
from extractors.records import Comment, CommentKind, Discussion


_EXCERPT = re.compile(r"^\W{0,3}\[(?:\.\.\.|…)\].*|\[(?:\.\.\.|…)\]\W{0,3}$", re.DOTALL)


def find_thread(document: Document, fetched_at: datetime | None = None) -> Thread:
    """The page's discussion: its comments in page order, what the page says of them, the nodes that hold them."""
    outline = Outline(document)
    listing = best_listing(outline)
    if listing is None:
        return Thread()
    rows = records(outline, listing)
    fields = label(outline, rows)
    comments = []
    for record, labels in zip(rows, fields, strict=True):
        comment = _comment(outline, listing, record, labels, fetched_at)
        if comment.body or (comment.author and comment.date):
            comments.append(comment)
    roots = tuple(outline.elements[start] for start in listing.starts)
    return Thread(discussion=Discussion(platform="generic", found=len(comments)), comments=tuple(comments), nodes=roots)


def _comment(
    outline: Outline, listing: Listing, record: Record, fields: Fields, fetched_at: datetime | None
) -> Comment:
    node = outline.elements[record.start]
    body = folded("\n".join("".join(run.text for run in line) for line in fields.body_runs))
    date = fields.date
    names = set((node.get("class") or "").split())
    parent = None
    for above in outline.ancestors(record.start):
        if above in listing.starts:
            parent = listing.starts.index(above) + 1
            break
    href = outline.elements[fields.author_element].get("href") if fields.author_element is not None else None
    kind = (
        CommentKind.PINGBACK
        if "pingback" in names
        else (CommentKind.TRACKBACK if "trackback" in names else CommentKind.COMMENT)
    )
    return Comment(
        position=record.number + 1,
        id=node.get("id"),
        author=fields.author,
        author_url=urljoin(outline.url, href) if href else None,
        author_truncated=bool(fields.author and is_cut(fields.author)),
        date=resolved(date, fetched_at) if date else None,
        date_text=fields.date_text,
        date_precision=date.precision if date else None,
        body=body,
        parent=parent,
        kind=kind,
        by_site="bypostauthor" in names,
    )
