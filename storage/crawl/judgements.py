"""Writing verdicts, and what holds for a comment after them.

A verdict row is added only when it differs from the one before. An editor's decision holds against any later verdict
on the same text; when the text itself was edited and is judged differently, or is in substance another one than the
editor saw (`moderation.edits`), the comment goes back to review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select

from moderation.verdict import Action, Evidence, Verdict
from storage.analysts.rollups import mark_stale, mark_stale_days
from storage.crawl.edited import overtaken
from storage.crawl.identity import fingerprint
from storage.database.batches import batched
from storage.database.bulk import insert_rows, reserve, update_rows
from storage.database.engine import Database
from storage.database.tables import reviews, verdicts
from storage.database.values import json_text

VERDICT = (
    "id",
    "comment_id",
    "comment_version",
    "judged_at",
    "run_id",
    "action",
    "labels",
    "spam_probability",
    "language",
    "language_relation",
    "evidence",
    "model_version",
    "policy_version",
    "held",
    "decision_id",
)
CURRENT = (
    "action",
    "decision_id",
    "verdict_id",
    "verdict_key",
    "verdict_action",
    "spam_probability",
    "language",
    "labels",
    "doubt",
    "version",
    "waiting_since",
    "changed_at",
)


class Judged(NamedTuple):
    """A comment's new verdict; `site_id` is its site's number.

    `edited`: its text is new since the last one. `known`: it was judged before. `hidden`: its author asked to be
    erased, so evidence, which quotes the text, is not kept.
    """

    comment_id: int
    comment_version: int
    site_id: int
    verdict: Verdict
    edited: bool = False
    known: bool = True
    hidden: bool = False
    day: Any = None  # the comment's day as the driver takes it, if it is at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementsWritten:
    verdicts: int
    waiting: int  # comments that joined the queue


def write_judgements(
    db: Database,
    connection: Connection,
    judged: Sequence[Judged],
    run_id: int | None,
    now: datetime,
) -> JudgementsWritten:
    """Write the verdicts that are new, and what holds after them."""
    current = current_reviews(connection, [item.comment_id for item in judged if item.known])
    changed = []
    for item in judged:
        verdict = item.verdict
        labels = labels_text(verdict.labels)
        evidence = evidence_text(verdict.evidence) if verdict.evidence and not item.hidden else "[]"
        key = verdict_key(db, verdict, labels, evidence)
        row = current.get(item.comment_id)
        if row is None or row.verdict_key != key or item.edited:
            changed.append((item, key, row, labels, evidence))
    decided = [row for item, _, row, *_ in changed if item.edited and row is not None and row.decision_id is not None]
    again = overtaken(connection, decided) if decided else set()
    at = db.moment(now)
    numbers = reserve(connection, verdicts, len(changed))
    rows, inserts, updates, waiting = [], [], [], 0
    for number, (item, key, row, labels, evidence) in zip(numbers, changed, strict=True):
        verdict = item.verdict
        said, spam = str(verdict.action), verdict.spam_probability
        action, decision_id, since = after(item, row, at, item.comment_id in again)
        rows.append(
            (
                number,
                item.comment_id,
                item.comment_version,
                at,
                run_id,
                said,
                labels,
                spam,
                verdict.language,
                str(verdict.language_relation),
                evidence,
                verdict.model_version,
                verdict.policy_version,
                action,
                decision_id,
            )
        )
        verdict_now = (number, key, said, spam, verdict.language, spaced(verdict.labels), 1 - abs(2 * spam - 1))
        if row is None:
            waiting += since is not None
            inserts.append((item.comment_id, item.site_id, action, decision_id, *verdict_now, 1, since, at))
            continue
        waiting += since is not None and row.waiting_since is None
        stays = not item.edited and (row.action, row.decision_id) == (action, decision_id)
        version = row.version + (0 if stays else 1)
        since = since if since is None or row.waiting_since is None else db.moment(row.waiting_since)
        updates.append((action, decision_id, *verdict_now, version, since, at, item.comment_id))
    insert_rows(connection, verdicts, VERDICT, rows)
    insert_rows(connection, reviews, ("comment_id", "site_id", *CURRENT), inserts)
    update_rows(connection, reviews, CURRENT, updates, by="comment_id")
    mark_stale_days(connection, {(item.site_id, item.day) for item, *_ in changed if item.day is not None})
    mark_stale(connection, [item.comment_id for item, *_ in changed if item.day is None])
    return JudgementsWritten(verdicts=len(rows), waiting=waiting)


KNOWN = (
    select(reviews).where(reviews.c.comment_id.in_(bindparam("numbers", expanding=True))).order_by(reviews.c.comment_id)
)
KNOWN_LOCKED = KNOWN.with_for_update()


def current_reviews(connection: Connection, comment_ids: Sequence[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    query = KNOWN_LOCKED if connection.dialect.name == "postgresql" else KNOWN
    for part in batched(comment_ids, 900):
        found |= {row.comment_id: row for row in connection.execute(query, {"numbers": part})}
    return found


def after(item: Judged, row: Row[Any] | None, at: Any, overtaken: bool) -> tuple[str, int | None, Any]:
    """What holds after a verdict: the action, the decision that is in force, and since when it waits for an editor.

    `overtaken`: the decision was on another text.
    """
    verdict = item.verdict
    by_verdict = (str(verdict.action), None, at if verdict.action is Action.REVIEW else None)
    if row is None or row.decision_id is None:
        if row is not None and row.action == Action.REVIEW and row.verdict_action != Action.REVIEW and not item.edited:
            return row.action, None, at  # back in the queue since an edit: a new model does not take it out
        return by_verdict
    judged_alike = (row.verdict_action, row.labels) == (str(verdict.action), spaced(verdict.labels))
    if overtaken or (item.edited and not judged_alike):
        return str(Action.REVIEW), None, at
    return row.action, row.decision_id, None if row.waiting_since is None else at


def verdict_key(db: Database, verdict: Verdict, labels: str, evidence: str) -> str:
    return fingerprint(
        db.secret,
        verdict.action,
        labels,
        repr(verdict.spam_probability),
        verdict.language,
        verdict.language_relation,
        evidence,
        verdict.model_version,
        verdict.policy_version,
    )


def evidence_text(evidence: Sequence[Evidence]) -> str:
    """Reasons as JSON text. From dicts: orjson takes longer for the records themselves."""
    return json_text(
        [
            {"signal": one.signal, "log_odds": one.log_odds, "because": one.because, "spans": one.spans}
            for one in evidence
        ]
    )


@lru_cache(maxsize=1024)
def labels_text(labels: tuple[str, ...]) -> str:
    """Labels as JSON text. The same few come with every comment."""
    return json_text(labels)


def spaced(labels: Sequence[str]) -> str:
    """Labels between spaces, so that one of them is found by `LIKE '% spam %'`."""
    return f" {' '.join(labels)} " if labels else ""
