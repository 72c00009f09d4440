"""Rules on the comments that wait already: which fit, deciding on them in one go, and taking all of it back.

A rule acts from the next run on; an editor who made one at noon applies it to the morning's queue with this. What is
decided is a decision like any other: in that editor's name, told to webhooks, taken back by a new row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Subquery, func, select

from moderation.rules import NO_RULES, Rule, Rules
from moderation.verdict import Action
from storage.crawl.submissions import submission_of
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.errors import DecisionConflict
from storage.database.tables import audit_log, comments, decisions, reviews, sites
from storage.desk.decisions import Wanted, one_decision, one_undo
from storage.desk.editors import log_event

EVENT = "rules_applied"  # in the audit log
MOST_WAITING = 20_000  # comments looked at
AT_ONCE = 100  # decisions in a transaction: an editor who decides meanwhile waits for one of them at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A waiting comment that a rule fits. `version` is the item's, as a decision has to name it."""

    comment_id: int
    version: int
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """What rules do to the comments that wait: `decided` would be published or rejected, `held` wait on.

    `waiting` is how many were looked at; `more`: there are further ones.
    """

    decided: tuple[Fit, ...]
    held: int
    waiting: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One time that rules were applied. `site` None: all sites; `holding`: how many of the decisions hold still."""

    key: str
    at: datetime
    editor: str
    site: str | None
    published: int
    rejected: int
    holding: int


def fits_waiting(db: Database, rules: Mapping[str, Rules], seen_at: datetime | None = None) -> Fits:
    """The comments of these sites that wait and that their site's rules fit, the longest-waiting first.

    `seen_at`: only what has not changed since that moment, for somebody who has looked at them then.
    """
    query = (
        select(
            reviews.c.comment_id,
            reviews.c.version,
            sites.c.name.label("site"),
            comments.c.body,
            comments.c.author,
            comments.c.author_url,
            comments.c.links,
            comments.c.kind,
        )
        .join(comments, comments.c.id == reviews.c.comment_id)
        .join(sites, sites.c.id == reviews.c.site_id)
        .where(reviews.c.waiting_since.is_not(None), comments.c.erased_at.is_(None))
        .where(sites.c.name.in_([name for name, lists in rules.items() if lists != NO_RULES]))
        .order_by(reviews.c.waiting_since, reviews.c.comment_id)
        .limit(MOST_WAITING + 1)
    )
    if seen_at is not None:
        query = query.where(reviews.c.changed_at <= seen_at)
    with db.read() as connection:
        rows = connection.execute(query).all()
    decided, held = [], 0
    for row in rows[:MOST_WAITING]:
        rule = rules[row.site].rule_for(submission_of(row, row.comment_id))
        if rule is None:
            continue
        if rule.action is Action.REVIEW:
            held += 1
        else:
            decided.append(Fit(comment_id=row.comment_id, version=row.version, rule=rule))
    return Fits(decided=tuple(decided), held=held, waiting=min(len(rows), MOST_WAITING), more=len(rows) > MOST_WAITING)


def apply_to_waiting(
    db: Database, fits: Sequence[Fit], site: str | None, editor: str, reason: str, now: datetime, key: str
) -> tuple[int, int]:
    """Decide what the rules say; return how many were published and rejected.

    What somebody decided meanwhile stays his. The same key again decides nothing twice. The event is kept before the
    first decision: if the process dies on the way, what it decided can still be taken back as one.
    """
    done = {Action.PUBLISH: 0, Action.REJECT: 0}
    if not fits:
        return 0, 0
    with db.write(durable=True) as connection:
        began = begun(connection, editor, key)
        if began is None:
            log_event(connection, EVENT, editor, {"key": key, "site": site}, now)
    at = began or now
    for part in batched(fits, AT_ONCE):
        with db.write(durable=True) as connection:
            for fit in part:
                wanted = Wanted(
                    comment_id=fit.comment_id,
                    expected_version=fit.version,
                    idempotency_key=f"{group(editor, key)}:{fit.comment_id}",
                )
                why = reason if fit.rule.action is Action.REJECT else None
                note = f"{fit.rule.list}: {fit.rule.entry}"
                try:
                    one_decision(connection, wanted, editor, fit.rule.action, why, at, note)
                except DecisionConflict:  # raised before anything of it is written
                    continue
                done[fit.rule.action] += 1
    return done[Action.PUBLISH], done[Action.REJECT]


def begun(connection: Connection, editor: str, key: str) -> datetime | None:
    """When rules were applied with this key, if they were."""
    query = select(audit_log).where(audit_log.c.event == EVENT, audit_log.c.editor == editor)
    rows = connection.execute(query.order_by(audit_log.c.id.desc()).limit(200))
    return next((row.at for row in rows if row.detail["key"] == key), None)


def applied(db: Database, site: str | None, limit: int = 10) -> tuple[Applied, ...]:
    """The last times that rules were applied on that site, or (None) on all sites, the newest first."""
    query = select(audit_log).where(audit_log.c.event == EVENT).order_by(audit_log.c.id.desc()).limit(20 * limit)
    with db.read() as connection:
        rows = [row for row in connection.execute(query) if row.detail["site"] == site][:limit]
        found = []
        for row in rows:
            made = of_one(row.editor, row.detail["key"], row.at)
            holds = func.count(reviews.c.comment_id)
            counts = connection.execute(
                select(made.c.action, func.count(), holds)
                .outerjoin(reviews, reviews.c.decision_id == made.c.id)
                .group_by(made.c.action)
            ).all()
            number = {action: decided for action, decided, _ in counts}
            if number:
                found.append(
                    Applied(
                        key=row.detail["key"],
                        at=row.at,
                        editor=row.editor,
                        site=site,
                        published=number.get(Action.PUBLISH, 0),
                        rejected=number.get(Action.REJECT, 0),
                        holding=sum(holding for _, _, holding in counts),
                    )
                )
    return tuple(found)


def take_back(db: Database, one: Applied, editor: str, now: datetime) -> int:
    """Take back all that was decided then and holds still; return how many comments that were."""
    with db.read() as connection:
        made = of_one(one.editor, one.key, one.at)
        query = select(made.c.id).join(reviews, reviews.c.decision_id == made.c.id)
        numbers = list(connection.execute(query).scalars())
    for part in batched(numbers, AT_ONCE):
        with db.write(durable=True) as connection:
            for number in part:
                one_undo(connection, number, editor, now, f"{editor}:undo:{one.key}:{number}")
    return len(numbers)


def group(editor: str, key: str) -> str:
    """What the keys of these decisions begin with: the desk takes them back as one group, too."""
    return f"{editor}:rules-{key}"


def of_one(editor: str, key: str, at: datetime) -> Subquery:
    """The decisions of one application, those that were taken back since included."""
    return (
        select(decisions.c.id, decisions.c.action)
        .where(decisions.c.decided_at == at, decisions.c.editor == editor)
        .where(decisions.c.idempotency_key.startswith(f"{group(editor, key)}:", autoescape=True))
        .subquery()
    )
