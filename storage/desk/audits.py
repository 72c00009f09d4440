"""The random sample: comments looked at whatever their score, and decisions looked at by a second editor.

The first kind proves the promise about wrongly rejected comments (`moderation.guarantee`). It is drawn from all of them
without regard to their score, so a comment counts whether an editor met it in the queue or in the sample. The second
kind measures how far editors agree; it never changes what holds by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, func, or_, select, update

from extractors.records import CommentKind
from moderation.guarantee import is_audited
from moderation.verdict import Action
from storage.crawl.identity import editor_key
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.database.tables import audits, comments, decisions, reviews, settings, sites
from storage.database.values import upsert

AuditKind = Literal["unseen", "second"]
AUDIT_KINDS: tuple[AuditKind, ...] = ("unseen", "second")
AT_ONCE = 2000  # rows looked at in one transaction
UNSEEN_A_SECOND = 3  # random looks to each second opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """A comment of the sample that waits for a look."""

    id: int
    comment_id: int
    kind: AuditKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A site's sample so far: `would_reject` of its `audited_ham` (published by an editor) scored over the limit."""

    site: str
    drawn: int
    audited_ham: int
    would_reject: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    comment_id: int
    first: str  # editors
    first_action: str
    first_reason: str | None
    second: str
    second_action: str
    second_reason: str | None
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often the second editor said the same; `reason` None: of what was published."""

    reason: str | None
    looked: int
    agreed: int


def draw(db: Database, shares: Mapping[str, float], usual: float, second_share: float, now: datetime) -> int:
    """Draw from the comments and decisions that are new since the last time; return how many were drawn.

    `shares` has the share of comments of each site by its name, `usual` that of any other; `second_share` is that of
    decisions.
    """
    drawn = 0
    with db.read() as connection:
        named = connection.execute(select(sites.c.id, sites.c.name)).tuples().all()
    by_site = {number: shares.get(name, usual) for number, name in named}
    seconds = dict.fromkeys(by_site, second_share)
    while True:
        with db.write() as connection:
            seen, found = draw_some(connection, db.secret, "unseen", by_site, now)
            seen_too, found_too = draw_some(connection, db.secret, "second", seconds, now)
        drawn += found + found_too
        if max(seen, seen_too) < AT_ONCE:
            return drawn


def draw_some(
    connection: Connection, secret: bytes, kind: AuditKind, by_site: Mapping[int, float], now: datetime
) -> tuple[int, int]:
    """Look at the next AT_ONCE candidates; return how many there were, and how many were drawn.

    A site that came after `by_site` was made has to wait for the next draw, with all that comes after it.
    """
    name = f"audit_mark_{kind}"
    mark = int(connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar() or 0)
    number = comments.c.id if kind == "unseen" else decisions.c.id
    query = select(
        number.label("number"), comments.c.id, comments.c.kind, reviews.c.site_id, reviews.c.spam_probability
    ).join(reviews, reviews.c.comment_id == comments.c.id)
    if kind == "second":
        query = query.join(decisions, decisions.c.comment_id == comments.c.id).where(
            decisions.c.undoes.is_(None), decisions.c.action != Action.REVIEW
        )
    rows = connection.execute(query.where(number > mark).order_by(number).limit(AT_ONCE)).all()
    rows = list(takewhile(lambda row: row.site_id in by_site, rows))
    chosen = {
        row.id: {
            "comment_id": row.id,
            "site_id": row.site_id,
            "kind": kind,
            "spam_probability": row.spam_probability,
            "drawn_at": now,
            "first_decision_id": row.number if kind == "second" else None,
        }
        for row in rows
        if row.kind == CommentKind.COMMENT and is_audited(f"{kind}:{row.number}", by_site[row.site_id], secret[:64])
    }
    if chosen:
        connection.execute(upsert(connection, audits).on_conflict_do_nothing(), list(chosen.values()))
    if rows:
        statement = upsert(connection, settings).values(name=name, value=str(rows[-1].number))
        connection.execute(
            statement.on_conflict_do_update(index_elements=[settings.c.name], set_={"value": statement.excluded.value})
        )
    return len(rows), len(chosen)


def to_look_at(
    db: Database,
    editor: str,
    allowed: Sequence[str] | None,
    limit: int = 20,
    only: AuditKind | None = None,
    passed: Collection[int] = (),
) -> tuple[AuditItem, ...]:
    """What of the sample this editor could look at next, the oldest draws first; never his own decisions.

    Of four looks one is a second opinion as long as both kinds wait: many random draws do not keep those back. `only`
    one kind of them, if he wants to; without the comments that he has `passed`.
    """
    wanted: tuple[AuditKind, ...] = (only,) if only else AUDIT_KINDS
    query = open_looks(editor, allowed, audits.c.id, audits.c.comment_id, audits.c.kind)
    query = query.where(audits.c.comment_id.not_in(list(passed))).order_by(audits.c.id).limit(limit)
    found: dict[AuditKind, list[AuditItem]] = {"unseen": [], "second": []}
    with db.read() as connection:
        for kind in wanted:
            rows = connection.execute(query.where(audits.c.kind == kind)).mappings()
            found[kind] = [AuditItem(**row) for row in rows]
    return tuple(mixed(found["unseen"], found["second"]))[:limit]


def looks_waiting(db: Database, editor: str, allowed: Sequence[str] | None) -> dict[AuditKind, int]:
    """How many looks of each kind this editor could take."""
    query = open_looks(editor, allowed, audits.c.kind, func.count()).group_by(audits.c.kind)
    with db.read() as connection:
        counted: dict[AuditKind, int] = dict(connection.execute(query).tuples().all())
    return {kind: counted.get(kind, 0) for kind in AUDIT_KINDS}


def open_looks(editor: str, allowed: Sequence[str] | None, *columns: Any) -> Select[Any]:
    """The looks that nobody has taken and that are this editor's to take."""
    first = decisions.alias()
    query = (
        select(*columns)
        .select_from(audits)
        .join(reviews, reviews.c.comment_id == audits.c.comment_id)
        .outerjoin(first, first.c.id == audits.c.first_decision_id)
        .where(
            or_(
                and_(audits.c.kind == "unseen", reviews.c.decision_id.is_(None)),
                and_(audits.c.kind == "second", audits.c.looked_at.is_(None), first.c.editor != editor),
            )
        )
    )
    if allowed is not None:
        query = query.where(audits.c.site_id.in_(select(sites.c.id).where(sites.c.name.in_(allowed))))
    return query


def mixed(unseen: Sequence[AuditItem], second: Sequence[AuditItem]) -> Iterator[AuditItem]:
    """One second opinion, then UNSEEN_A_SECOND of the random looks, and so on; the rest of either at the end."""
    for turn in range(max(len(second), -(-len(unseen) // UNSEEN_A_SECOND))):
        yield from second[turn : turn + 1]
        yield from unseen[turn * UNSEEN_A_SECOND : (turn + 1) * UNSEEN_A_SECOND]


def second_opinion(
    db: Database,
    audit_id: int,
    editor: str,
    action: Action,
    reason: str | None,
    now: datetime,
    allowed: Sequence[str] | None = None,
) -> None:
    """Write down what a second editor thinks; the first answer counts.

    Raises UnknownItem for a look that is not open to this editor: his own decision, or not one of his sites.
    """
    mine = select(decisions.c.editor).where(decisions.c.id == audits.c.first_decision_id).scalar_subquery()
    open_to_me = [audits.c.id == audit_id, audits.c.kind == "second", mine != editor]
    if allowed is not None:
        open_to_me.append(audits.c.site_id.in_(select(sites.c.id).where(sites.c.name.in_(allowed))))
    with db.write(durable=True) as connection:
        done = connection.execute(
            update(audits)
            .where(*open_to_me, audits.c.looked_at.is_(None))
            .values(
                editor=editor,
                editor_key=editor_key(db.secret, editor),
                action=str(action),
                reason=reason,
                looked_at=now,
            )
        )
        if done.rowcount:
            return
        before = connection.execute(select(audits.c.editor).where(*open_to_me)).scalar()
    if before != editor:  # else: sent twice, and written down already
        raise UnknownItem(f"no second look {audit_id} that waits for you")


def samples(db: Database, reject: float) -> tuple[Sample, ...]:
    """Every site's sample, by name. `reject`: the probability from which a comment would be rejected unseen."""
    ham = and_(reviews.c.decision_id.is_not(None), reviews.c.action == Action.PUBLISH)
    query = (
        select(
            sites.c.name.label("site"),
            func.count(audits.c.id).label("drawn"),
            func.count().filter(ham).label("audited_ham"),
            func.count().filter(and_(ham, audits.c.spam_probability >= reject)).label("would_reject"),
        )
        .select_from(sites)
        .outerjoin(audits, and_(audits.c.site_id == sites.c.id, audits.c.kind == "unseen"))
        .outerjoin(reviews, reviews.c.comment_id == audits.c.comment_id)
        .group_by(sites.c.name)
        .order_by(sites.c.name)
    )
    with db.read() as connection:
        return tuple(Sample(**row) for row in connection.execute(query).mappings())


def audited_ham(db: Database, site: str) -> tuple[float, ...]:
    """The spam probabilities of the good comments in a site's random sample."""
    query = (
        select(audits.c.spam_probability)
        .join(sites, sites.c.id == audits.c.site_id)
        .join(reviews, reviews.c.comment_id == audits.c.comment_id)
        .where(
            sites.c.name == site,
            audits.c.kind == "unseen",
            reviews.c.decision_id.is_not(None),
            reviews.c.action == Action.PUBLISH,
        )
        .order_by(audits.c.id)
    )
    with db.read() as connection:
        return tuple(float(value) for value in connection.execute(query).scalars())


def second_looks(connection: Connection, allowed: Sequence[str] | None, limit: int) -> list[Any]:
    first = decisions.alias()
    query = (
        select(
            audits.c.comment_id,
            first.c.editor.label("first"),
            first.c.action.label("first_action"),
            first.c.reason.label("first_reason"),
            audits.c.editor.label("second"),
            audits.c.action.label("second_action"),
            audits.c.reason.label("second_reason"),
            audits.c.looked_at,
        )
        .join(first, first.c.id == audits.c.first_decision_id)
        .where(audits.c.kind == "second", audits.c.looked_at.is_not(None))
        .order_by(audits.c.looked_at.desc())
        .limit(limit)
    )
    if allowed is not None:
        query = query.where(audits.c.site_id.in_(select(sites.c.id).where(sites.c.name.in_(allowed))))
    return [dict(row) for row in connection.execute(query).mappings()]


def disagreements(db: Database, allowed: Sequence[str] | None = None, limit: int = 100) -> tuple[Disagreement, ...]:
    """Where a second editor would have acted otherwise, the newest first."""
    with db.read() as connection:
        looks = second_looks(connection, allowed, 10_000)
    return tuple(Disagreement(**one) for one in looks if one["first_action"] != one["second_action"])[:limit]


def agreement(db: Database, allowed: Sequence[str] | None = None) -> tuple[Agreement, ...]:
    """How far editors agree, by the first one's reason."""
    with db.read() as connection:
        looks = second_looks(connection, allowed, 10_000)
    looked = Counter(one["first_reason"] for one in looks)
    agreed = Counter(one["first_reason"] for one in looks if one["first_action"] == one["second_action"])
    reasons = sorted(looked, key=lambda reason: reason or "")
    return tuple(Agreement(reason=reason, looked=looked[reason], agreed=agreed[reason]) for reason in reasons)
