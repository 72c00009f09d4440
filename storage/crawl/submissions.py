"""A stored comment as moderation takes it."""

from __future__ import annotations

from typing import Any

from moderation.verdict import Submission


def submission_of(row: Any, comment_id: int) -> Submission:
    """What a comment says by itself. `row` has its body, author, author_url, links and kind; what stands around it and
    what is known of its author is for the caller to add."""
    return Submission(
        id=str(comment_id),
        text=row.body,
        author=row.author,
        author_url=row.author_url,
        links=tuple(row.links),
        kind=row.kind,
    )
