"""Finds the discussion of a page: generic detection, then the adapters whose systems the page could be of."""

from __future__ import annotations

import functools
from datetime import datetime

from extractors.comments.adapter import Markup, Platform
from extractors.comments.finding.choose import best_listing
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.read import empty_thread, read_thread
from extractors.comments.thread import Thread
from extractors.html import Document
from extractors.plugins import classes_in

GENERIC = "generic"
_AGREES = 3.0
"""What agreement with the stated number of comments is worth, in comments."""


def find_thread(
    document: Document, fetched_at: datetime | None = None, *, without: frozenset[str] = frozenset()
) -> Thread:
    """The page's discussion: its comments in page order, what the page says of them, the nodes that hold them.

    `fetched_at` turns "3 days ago" into a date. `without` names adapters to leave out ("generic" leaves out the
    generic reading), for measuring what each of them is worth.
    """
    outline = CommentOutline(document)
    adapters = [adapter for adapter in platforms() if adapter.name not in without and adapter.matches(outline)]
    listing = best_listing(outline) if GENERIC not in without else None
    threads: list[Thread] = []
    for adapter in adapters:
        if isinstance(adapter, Markup):
            known = adapter.listing(outline)
            if known is None:
                continue
            if listing is not None and set(known.starts) < set(listing.starts):
                known = listing  # the page has records that the adapter does not know: notices in a theme's own markup
            read = read_thread(outline, known, adapter.name, fetched_at, adapter.recipe)
            if known.starts == (listing.starts if listing else None):
                listing = None  # the generic reading of the same records has nothing to add
            threads.append(read)
        elif found := adapter.thread(outline, fetched_at):
            threads.append(found)
    if listing is not None:
        threads.append(read_thread(outline, listing, GENERIC, fetched_at))
    best = max(threads, key=worth, default=None)
    return best if best is not None and best.comments else empty_thread(outline)


def thread_of(adapter: Platform, document: Document, fetched_at: datetime | None = None) -> Thread:
    """The page's discussion as one adapter reads it, for a site that says where its comments stand."""
    outline = CommentOutline(document)
    return adapter.thread(outline, fetched_at) or empty_thread(outline)


def worth(thread: Thread) -> float:
    """How much a reading of the page found: comments with their fields, and agreement with the page's own count."""
    found = sum(
        bool(comment.body) + 0.5 * bool(comment.author) + 0.25 * bool(comment.date or comment.date_text)
        for comment in thread.comments
    )
    claimed = thread.discussion.claimed
    return found + (_AGREES if claimed and claimed == len(thread.comments) else 0.0)


@functools.cache
def platforms() -> tuple[Platform, ...]:
    """One of every adapter, in the order of their files."""
    return tuple(kind() for kind in classes_in("extractors.platforms", Platform))  # type: ignore[type-abstract]
