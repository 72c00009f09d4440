"""Campaigns: near-duplicate comments found across pages and sites, kept from run to run.

Comments that are new since the last time are signed, looked up by their bands, compared, and joined to a group; the
hosts that they give are written down beside their bands. Only
bands of the last KEEP_DAYS days are looked up: a campaign is a matter of weeks, and the table stays bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, or_, select, text, update

from extractors.records import CommentKind
from moderation.campaigns import alike, bands, signature
from storage.crawl.history import forget_hosts, hosts_given
from storage.database.batches import batched
from storage.database.bulk import insert_new_rows
from storage.database.engine import Database
from storage.database.retrying import again_on_collision
from storage.database.tables import (
    articles,
    campaign_members,
    campaigns,
    comment_bands,
    comment_hosts,
    comment_signatures,
    comments,
    reviews,
    sites,
)
from storage.database.values import upsert

AT_ONCE = 40  # comments a transaction: each is looked up by its bands, and an editor may be waiting
KEEP_DAYS = 180
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7413, 1)")  # a number of ours; it ends with the transaction
MOST_IN_BAND = 50  # a band that more comments share says too little to compare them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A group of near-duplicates, with how many of its members hold which action."""

    id: int
    size: int
    sites: int
    sample: str
    first_seen_at: datetime
    last_seen_at: datetime
    waiting: int


class Signed(NamedTuple):
    """A comment as it is taken in: its number, version, signature, and the hosts that it gives."""

    number: int
    version: int
    signature: bytes
    hosts: list[str]


def find_campaigns(db: Database, now: datetime) -> int:
    """Take in every comment that is new or edited since the last time; return how many joined a campaign."""
    joined = 0
    while True:
        with db.read() as connection:
            rows = connection.execute(unsigned(now)).all()
        if not rows:
            return joined
        signed = [  # outside of the write lock
            Signed(row.id, row.version, signature(row.body), sorted(hosts_given(row))) for row in rows
        ]
        joined += again_on_collision(partial(taken_in, db, signed, now))


def taken_in(db: Database, signed: Sequence[Signed], now: datetime) -> int:
    """One transaction of `take_in`. Workers take turns: what two would group at once are the same comments, and each
    would wait for rows that the other has changed."""
    with db.write() as connection:
        if db.dialect == "postgresql":
            connection.execute(ONE_AT_A_TIME)
        return take_in(connection, signed, now)


def unsigned(now: datetime) -> Any:
    """Comments without a signature of their present version."""
    return (
        select(
            comments.c.id,
            comments.c.version,
            comments.c.body,
            comments.c.author,
            comments.c.author_url,
            comments.c.links,
            comments.c.by_site,
            articles.c.canonical_url,
        )
        .join(articles, articles.c.id == comments.c.article_id)
        .outerjoin(comment_signatures, comment_signatures.c.comment_id == comments.c.id)
        .where(
            comments.c.kind == CommentKind.COMMENT,
            comments.c.erased_at.is_(None),
            comments.c.first_seen_at >= now - timedelta(days=KEEP_DAYS),
            or_(
                comment_signatures.c.comment_id.is_(None),
                comment_signatures.c.comment_version < comments.c.version,
            ),
        )
        .order_by(comments.c.id)
        .limit(AT_ONCE)
    )


def take_in(connection: Connection, signed: Sequence[Signed], now: datetime) -> int:
    joined = 0
    numbers = [one.number for one in signed]
    connection.execute(delete(comment_bands).where(comment_bands.c.comment_id.in_(numbers)))
    forget_hosts(connection, numbers)
    statement = upsert(connection, comment_signatures)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[comment_signatures.c.comment_id],
            set_={
                "comment_version": statement.excluded.comment_version,
                "signature": statement.excluded.signature,
            },
        ),
        [{"comment_id": one.number, "comment_version": one.version, "signature": one.signature} for one in signed],
    )
    given = [(host, one.number) for one in signed for host in one.hosts]
    insert_new_rows(connection, comment_hosts, ("host", "comment_id"), given)
    touched: set[int] = set()
    keys = {one.number: bands(one.signature) for one in signed}
    taken = taken_bands(connection, {band for mine in keys.values() for band in mine})
    waiting: list[tuple[int, int]] = []  # bands that nobody has asked for yet
    for number, _, sign, _ in signed:
        mine = keys[number]
        if not taken.isdisjoint(mine):
            insert_new_rows(connection, comment_bands, ("band", "comment_id"), waiting)
            waiting = []
            if alike := near_duplicates(connection, number, sign, mine):
                touched.add(join(connection, [number, *alike], now))
                joined += 1
        taken.update(mine)
        waiting += [(band, number) for band in sorted(mine)]
    insert_new_rows(connection, comment_bands, ("band", "comment_id"), waiting)
    for campaign in sorted(touched):
        summarise(connection, campaign)
    return joined


def taken_bands(connection: Connection, asked: Collection[int]) -> set[int]:
    """Those of the bands that a known comment has. Nearly all comments share none, and need no look at the others."""
    if connection.dialect.name == "postgresql":
        rows = connection.exec_driver_sql(TAKEN_ON_POSTGRESQL, (sorted(asked),))
    else:
        rows = connection.exec_driver_sql(TAKEN_ON_SQLITE, (orjson.dumps(sorted(asked)).decode(),))
    return set(rows.scalars())


def near_duplicates(connection: Connection, number: int, sign: bytes, mine: Sequence[int]) -> list[int]:
    """The known comments that resemble this one, the oldest first."""
    if not mine:
        return []
    rows = connection.execute(SHARING_BANDS, {"bands": mine, "number": number})
    return [other for other, theirs in rows if alike(sign, bytes(theirs))]


def sharing_bands() -> Select[Any]:
    """The signatures of the comments that share most of `bands`, without comment `number`."""
    shared = (
        select(comment_bands.c.comment_id, func.count().label("shared"))
        .where(
            comment_bands.c.band.in_(bindparam("bands", expanding=True)),
            comment_bands.c.comment_id != bindparam("number"),
        )
        .group_by(comment_bands.c.comment_id)
        .order_by(func.count().desc())
        .limit(MOST_IN_BAND)
        .subquery()
    )
    return (
        select(comment_signatures.c.comment_id, comment_signatures.c.signature)
        .join(shared, shared.c.comment_id == comment_signatures.c.comment_id)
        .order_by(comment_signatures.c.comment_id)
    )


SHARING_BANDS = sharing_bands()
"""Asked once a comment that shares a band: made anew each time it would cost several times what the database needs to
answer."""
TAKEN_ON_POSTGRESQL = "SELECT DISTINCT band FROM comment_bands WHERE band = ANY(%s)"
TAKEN_ON_SQLITE = "SELECT DISTINCT band FROM comment_bands WHERE band IN (SELECT value FROM json_each(?))"


def join(connection: Connection, numbers: Sequence[int], now: datetime) -> int:
    """Put these comments into one campaign, merging those they are in; return its number."""
    known = select(campaign_members.c.campaign_id).where(campaign_members.c.comment_id.in_(numbers)).distinct()
    groups = sorted(connection.execute(known).scalars())
    if groups:
        group = groups[0]
    else:
        group = connection.execute(
            insert(campaigns)
            .values(first_seen_at=now, last_seen_at=now, size=0, sites=0, sample="")
            .returning(campaigns.c.id)
        ).scalar_one()
    if groups[1:]:
        moved = campaign_members.c.campaign_id.in_(groups[1:])
        connection.execute(update(campaign_members).where(moved).values(campaign_id=group))
        connection.execute(delete(campaigns).where(campaigns.c.id.in_(groups[1:])))
    insert_new_rows(
        connection, campaign_members, ("comment_id", "campaign_id"), [(number, group) for number in numbers]
    )
    return int(group)


def summarise(connection: Connection, campaign: int) -> None:
    """Write down a campaign's size, sites, span and sample; one that was merged away is left alone."""
    facts = connection.execute(
        select(
            func.count().label("size"),
            func.count(articles.c.site_id.distinct()).label("sites"),
            func.min(comments.c.first_seen_at, type_=comments.c.first_seen_at.type).label("first"),
            func.max(comments.c.first_seen_at, type_=comments.c.first_seen_at.type).label("last"),
            func.min(comments.c.id).label("sample"),
        )
        .select_from(campaign_members)
        .join(comments, comments.c.id == campaign_members.c.comment_id)
        .join(articles, articles.c.id == comments.c.article_id)
        .where(campaign_members.c.campaign_id == campaign)
    ).one()
    if facts.size:
        sample = select(comments.c.body).where(comments.c.id == facts.sample).scalar_subquery()
        connection.execute(
            update(campaigns)
            .where(campaigns.c.id == campaign)
            .values(
                size=facts.size, sites=facts.sites, first_seen_at=facts.first, last_seen_at=facts.last, sample=sample
            )
        )


def largest_campaigns(
    db: Database, *, site: str | None = None, least: int = 3, limit: int = 50
) -> tuple[Campaign, ...]:
    """The campaigns of at least `least` members, the largest first; with a site: those seen on it."""
    waits = (
        select(campaign_members.c.campaign_id, func.count().label("number"))
        .join(
            reviews,
            and_(reviews.c.comment_id == campaign_members.c.comment_id, reviews.c.waiting_since.is_not(None)),
        )
        .group_by(campaign_members.c.campaign_id)
        .subquery()
    )
    query = (
        select(campaigns, func.coalesce(waits.c.number, 0).label("waiting"))
        .outerjoin(waits, waits.c.campaign_id == campaigns.c.id)
        .where(campaigns.c.size >= least)
        .order_by(campaigns.c.size.desc(), campaigns.c.id)
        .limit(limit)
    )
    if site is not None:
        here = (
            select(campaign_members.c.campaign_id)
            .join(reviews, reviews.c.comment_id == campaign_members.c.comment_id)
            .join(sites, sites.c.id == reviews.c.site_id)
            .where(sites.c.name == site)
        )
        query = query.where(campaigns.c.id.in_(here))
    with db.read() as connection:
        return tuple(Campaign(**row) for row in connection.execute(query).mappings())


def members(db: Database, campaign: int) -> tuple[int, ...]:
    """The numbers of a campaign's comments, the oldest first."""
    with db.read() as connection:
        query = select(campaign_members.c.comment_id).where(campaign_members.c.campaign_id == campaign)
        return tuple(connection.execute(query.order_by(campaign_members.c.comment_id)).scalars())


def campaign_sizes(db: Database, comment_ids: Sequence[int]) -> dict[int, int]:
    """For those of the comments that are in a campaign: how many members it has."""
    found: dict[int, int] = {}
    with db.read() as connection:
        for part in batched(comment_ids, AT_ONCE):
            query = (
                select(campaign_members.c.comment_id, campaigns.c.size)
                .join(campaigns, campaigns.c.id == campaign_members.c.campaign_id)
                .where(campaign_members.c.comment_id.in_(part))
            )
            found.update(connection.execute(query).tuples().all())
    return found


def forget_bands(db: Database, now: datetime) -> int:
    """Drop what is too old to be looked up; groups and signatures stay. Returns how many bands."""
    old = select(comments.c.id).where(comments.c.first_seen_at < now - timedelta(days=KEEP_DAYS))
    with db.write() as connection:
        forget_hosts(connection, old)
        return int(connection.execute(delete(comment_bands).where(comment_bands.c.comment_id.in_(old))).rowcount)
