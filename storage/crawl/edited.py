"""Decided comments that were edited: which of them an editor has to see again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from moderation.edits import CommentText, edited_parts
from storage.database.batches import batched
from storage.database.tables import comment_versions, comments, decisions


def text_of_version(connection: Connection, comment_id: int, version: int) -> CommentText | None:
    """The text of one version of a comment, the newest one too; None if it is not kept."""
    now = connection.execute(
        select(comments.c.version, comments.c.body, comments.c.links, comments.c.author_url).where(
            comments.c.id == comment_id
        )
    ).one()
    if now.version == version:
        return CommentText(body=now.body, links=tuple(now.links), author_url=now.author_url)
    row = connection.execute(
        select(comment_versions.c.body, comment_versions.c.record).where(
            comment_versions.c.comment_id == comment_id, comment_versions.c.version == version
        )
    ).one_or_none()
    if row is None:
        return None
    return CommentText(
        body=row.body, links=tuple(row.record.get("links") or ()), author_url=row.record.get("author_url")
    )


def still_speaks(connection: Connection, comment_id: int, decided: int, version: int) -> bool:
    """Whether a decision on the version `decided` holds for `version`: nothing changed in substance between them.

    Each is compared with the text that was decided on, so that many small corrections do not add up unseen.
    """
    if decided == version:
        return True
    before = text_of_version(connection, comment_id, decided)
    after = text_of_version(connection, comment_id, version)
    return before is not None and after is not None and not edited_parts(before, after)


def overtaken(connection: Connection, edited: Sequence[Row[Any]]) -> set[int]:
    """Of these edited comments (rows of `reviews` with a decision) those whose decision was on another text."""
    by_decision = {row.decision_id: row.comment_id for row in edited}
    gone = set()
    for part in batched(sorted(by_decision), 500):
        query = (
            select(decisions.c.id, decisions.c.comment_version, comments.c.version)
            .join(comments, comments.c.id == decisions.c.comment_id)
            .where(decisions.c.id.in_(part))
        )
        for number, decided, version in connection.execute(query).tuples().all():
            if not still_speaks(connection, by_decision[number], decided, version):
                gone.add(by_decision[number])
    return gone
