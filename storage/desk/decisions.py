"""Editors' decisions: every one is a row that stays; what holds is the newest that was not taken back.

A decision names the version of the item that the editor saw. If something else has happened meanwhile it is refused
with who and what, and nothing is written. The same idempotency key is the same decision, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from moderation.edits import CommentText
from moderation.verdict import Action
from storage.analysts.rollups import mark_stale
from storage.crawl.edited import still_speaks, text_of_version
from storage.crawl.identity import editor_key
from storage.database.engine import Database
from storage.database.errors import DecisionConflict, UnknownItem
from storage.database.secret import secret
from storage.database.tables import comments, decisions, reviews, sites
from storage.database.values import storable
from storage.desk.outbox import put_down


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `version` is the item's version after it: the next decision on the item has to name it."""

    id: int
    comment_id: int
    comment_version: int
    editor: str
    action: str
    reason: str | None
    note: str | None
    decided_at: datetime
    undoes: int | None
    version: int
    idempotency_key: str

    @property
    def group(self) -> str:
        """The same for decisions that were sent together: their keys differ by the comment's number only."""
        return self.idempotency_key.removesuffix(f":{self.comment_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A decision to be made: on this comment, at the version that the editor saw."""

    comment_id: int
    expected_version: int
    idempotency_key: str


def decide(
    db: Database,
    comment_id: int,
    editor: str,
    action: Action,
    reason: str | None,
    expected_version: int,
    now: datetime,
    idempotency_key: str,
    note: str | None = None,
) -> Decision:
    """Publish or reject a comment, or put it back into the queue (`review`). On disk when it returns.

    Raises DecisionConflict if the item is not at `expected_version` any more, UnknownItem if there is none.
    """
    wanted = Wanted(comment_id=comment_id, expected_version=expected_version, idempotency_key=idempotency_key)
    return decide_all(db, [wanted], editor, action, reason, now, note)[0]


def decide_all(
    db: Database,
    wanted: Sequence[Wanted],
    editor: str,
    action: Action,
    reason: str | None,
    now: datetime,
    note: str | None = None,
) -> list[Decision]:
    """The same decision on several comments (a campaign): all of them or, raising as `decide` does, none."""
    with db.write(durable=True) as connection:
        return [one_decision(connection, item, editor, action, reason, now, note) for item in wanted]


def one_decision(
    connection: Connection,
    wanted: Wanted,
    editor: str,
    action: Action,
    reason: str | None,
    now: datetime,
    note: str | None,
) -> Decision:
    current = locked(connection, wanted.comment_id)
    if (made := with_key(connection, wanted.idempotency_key)) is not None:
        return as_decision(made, current.version)
    if current.version != wanted.expected_version:
        raise conflict(connection, current)
    values: dict[str, Any] = {
        "comment_id": wanted.comment_id,
        "comment_version": version_of(connection, wanted.comment_id),
        "editor": editor,
        "action": str(action),
        "reason": reason,
        "note": storable(note),
        "decided_at": now,
        "undoes": None,
        "idempotency_key": wanted.idempotency_key,
    }
    code = editor_key(secret(connection), editor)
    waited = waited_for(current, str(action))
    number = connection.execute(
        insert(decisions).values(**values, editor_key=code, waiting_since=waited).returning(decisions.c.id)
    ).scalar_one()
    connection.execute(update(decisions).where(decisions.c.id == number).values(held_id=number))
    apply_action(connection, current, str(action), number, now)
    put_down(connection, number, now)
    return Decision(id=number, version=current.version + 1, **values)


def undo(db: Database, decision_id: int, editor: str, now: datetime, idempotency_key: str) -> Decision:
    """Take back a decision of any age, or take back a taking back; a new row says so. On disk when it returns.

    What holds then is the newest decision on this text that was not taken back, else the verdict.
    Raises UnknownItem if there is no such decision.
    """
    with db.write(durable=True) as connection:
        return one_undo(connection, decision_id, editor, now, idempotency_key)


def undo_all(
    db: Database, decision_ids: Sequence[int], editor: str, now: datetime, idempotency_key: str
) -> list[Decision]:
    """Take back several decisions (a campaign's): all of them or, raising as `undo` does, none."""
    with db.write(durable=True) as connection:
        return [
            one_undo(connection, number, editor, now, f"{idempotency_key}:{number}")
            for number in dict.fromkeys(decision_ids)
        ]


def one_undo(connection: Connection, decision_id: int, editor: str, now: datetime, idempotency_key: str) -> Decision:
    target = connection.execute(select(decisions).where(decisions.c.id == decision_id)).one_or_none()
    if target is None:
        raise UnknownItem(f"no decision {decision_id}")
    current = locked(connection, target.comment_id)
    if (made := with_key(connection, idempotency_key)) is not None:
        return as_decision(made, current.version)
    version = version_of(connection, target.comment_id)
    in_force = newest_in_force(connection, target.comment_id, version, without=decision_id)
    action = in_force.action if in_force is not None else current.verdict_action
    values: dict[str, Any] = {
        "comment_id": target.comment_id,
        "comment_version": version,
        "editor": editor,
        "action": action,
        "reason": None,
        "note": None,
        "decided_at": now,
        "undoes": decision_id,
        "idempotency_key": idempotency_key,
    }
    code = editor_key(secret(connection), editor)
    held, waited = in_force.id if in_force is not None else None, waited_for(current, action)
    number = connection.execute(
        insert(decisions)
        .values(**values, editor_key=code, held_id=held, waiting_since=waited)
        .returning(decisions.c.id)
    ).scalar_one()
    apply_action(connection, current, action, held, now)
    put_down(connection, number, now)
    return Decision(id=number, version=current.version + 1, **values)


def locked(connection: Connection, comment_id: int) -> Row[Any]:
    """What holds for the comment, so that nobody else changes it before this transaction ends."""
    query = select(reviews).where(reviews.c.comment_id == comment_id)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownItem(f"no comment {comment_id}")
    return row


def with_key(connection: Connection, idempotency_key: str) -> Row[Any] | None:
    return connection.execute(select(decisions).where(decisions.c.idempotency_key == idempotency_key)).one_or_none()


def waited_for(current: Row[Any], action: str) -> datetime | None:
    """Since when the comment had waited for this action; None if it did not, or still does."""
    since: datetime | None = current.waiting_since
    return None if action == Action.REVIEW else since


def version_of(connection: Connection, comment_id: int) -> int:
    return int(connection.execute(select(comments.c.version).where(comments.c.id == comment_id)).scalar_one())


def apply_action(
    connection: Connection, current: Row[Any], action: str, decision_id: int | None, now: datetime
) -> None:
    """Let this action hold from now on."""
    connection.execute(
        update(reviews)
        .where(reviews.c.comment_id == current.comment_id)
        .values(
            action=action,
            decision_id=decision_id,
            version=current.version + 1,
            waiting_since=(current.waiting_since or now) if action == Action.REVIEW else None,
            changed_at=now,
            lease_editor=None,
            lease_until=None,
        )
    )
    mark_stale(connection, [current.comment_id])


def newest_in_force(connection: Connection, comment_id: int, version: int, without: int) -> Row[Any] | None:
    """The newest decision on this text of the comment that is not taken back, if `without` were taken back too."""
    query = select(decisions).where(decisions.c.comment_id == comment_id).order_by(decisions.c.id.desc())
    undone = {without}
    for row in connection.execute(query).all():  # newest first: what takes back comes before what is taken back
        if row.id in undone:
            continue
        if row.undoes is not None:
            undone.add(row.undoes)
        elif still_speaks(connection, comment_id, row.comment_version, version):
            return row
    return None


def conflict(connection: Connection, current: Row[Any]) -> DecisionConflict:
    who = None
    if current.decision_id is not None:
        who = connection.execute(select(decisions.c.editor).where(decisions.c.id == current.decision_id)).scalar()
    return DecisionConflict(current.comment_id, editor=who, action=current.action, version=current.version)


def as_decision(row: Row[Any], version: int) -> Decision:
    return Decision(
        id=row.id,
        comment_id=row.comment_id,
        comment_version=row.comment_version,
        editor=row.editor,
        action=row.action,
        reason=row.reason,
        note=row.note,
        decided_at=row.decided_at,
        undoes=row.undoes,
        version=version,
        idempotency_key=row.idempotency_key,
    )


def decisions_on(db: Database, comment_id: int) -> tuple[Decision, ...]:
    """Every decision on a comment, the oldest first; `version` is the item's present one."""
    with db.read() as connection:
        current = connection.execute(select(reviews.c.version).where(reviews.c.comment_id == comment_id)).scalar()
        query = select(decisions).where(decisions.c.comment_id == comment_id).order_by(decisions.c.id)
        return tuple(as_decision(row, int(current or 0)) for row in connection.execute(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedSince:
    """A comment that is not any more the one that somebody decided on: that decision, and both texts."""

    decision: Decision
    before: CommentText
    after: CommentText


def edited_since(db: Database, comment_ids: Sequence[int]) -> dict[int, EditedSince]:
    """Those of the comments whose newest decision (not a taking back) was on another version of the text."""
    newest = (
        select(func.max(decisions.c.id))
        .where(decisions.c.comment_id.in_(list(comment_ids)), decisions.c.undoes.is_(None))
        .where(decisions.c.action != Action.REVIEW)
        .group_by(decisions.c.comment_id)
    )
    query = (
        select(decisions, reviews.c.version, comments.c.version.label("text_version"))
        .join(reviews, reviews.c.comment_id == decisions.c.comment_id)
        .join(comments, comments.c.id == decisions.c.comment_id)
        .where(decisions.c.id.in_(newest), decisions.c.comment_version != comments.c.version)
        .where(comments.c.erased_at.is_(None))
    )
    found = {}
    with db.read() as connection:
        for row in connection.execute(query).all():
            before = text_of_version(connection, row.comment_id, row.comment_version)
            after = text_of_version(connection, row.comment_id, row.text_version)
            if before is not None and after is not None:
                decision = as_decision(row, row.version)
                found[row.comment_id] = EditedSince(decision=decision, before=before, after=after)
    return found


def decisions_with_keys(db: Database, keys: Sequence[str]) -> dict[str, Decision]:
    """Those of the idempotency keys under which a decision was made, with it."""
    query = (
        select(decisions, reviews.c.version)
        .join(reviews, reviews.c.comment_id == decisions.c.comment_id)
        .where(decisions.c.idempotency_key.in_(keys))
    )
    with db.read() as connection:
        return {row.idempotency_key: as_decision(row, row.version) for row in connection.execute(query)}


def sites_decided_on(db: Database, decision_ids: Sequence[int]) -> dict[int, str]:
    """The site of each of the decisions that exist."""
    query = (
        select(decisions.c.id, sites.c.name)
        .join(reviews, reviews.c.comment_id == decisions.c.comment_id)
        .join(sites, sites.c.id == reviews.c.site_id)
        .where(decisions.c.id.in_(decision_ids))
    )
    with db.read() as connection:
        return dict(connection.execute(query).tuples().all())


def latest_decisions(db: Database, editor: str, limit: int = 20) -> tuple[Decision, ...]:
    """The editor's newest decisions that hold still, the newest first: what "undo" goes through."""
    query = (
        select(decisions, reviews.c.version)
        .join(reviews, reviews.c.decision_id == decisions.c.id)
        .where(decisions.c.editor == editor, decisions.c.undoes.is_(None))
        .order_by(decisions.c.id.desc())
        .limit(limit)
    )
    with db.read() as connection:
        return tuple(as_decision(row, row.version) for row in connection.execute(query))
