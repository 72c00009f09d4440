"""The queue of comments that wait for an editor: pages by key (never by offset), capped counts, leases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, update

from extractors.records import CommentKind
from moderation.verdict import Evidence
from storage.engine import Database
from storage.errors import UnknownItem
from storage.tables import articles, campaign_members, comments, decisions, reviews, sections, sites, verdicts

CAP = 1000
LEASE_SECONDS = 240

Order = Literal["oldest", "newest", "doubt"]
Place = tuple[Any, int]  # where a page of the queue ended: the value sorted by, and the comment


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which waiting comments to show; everything given must hold. `sites` None: all."""

    sites: tuple[str, ...] | None = None
    label: str | None = None
    language: str | None = None
    author_key: str | None = None
    campaign: int | None = None
    text: str | None = None
    older_than: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """All that an editor needs to decide on one comment. `version` goes back with the decision."""

    comment_id: int
    version: int
    comment_version: int
    site: str
    article_id: int
    article_url: str
    article_title: str | None
    article_language: str | None
    kind: CommentKind
    author: str | None
    author_key: str | None
    author_url: str | None
    date: str | None
    date_text: str | None
    body: str
    links: tuple[str, ...]
    position: int
    parent_id: int | None
    by_site: bool
    permalink: str | None
    removed_at: datetime | None
    first_seen_at: datetime
    action: str
    decided_by: str | None
    waiting_since: datetime | None
    labels: tuple[str, ...]
    spam_probability: float
    language: str | None
    language_relation: str
    evidence: tuple[Evidence, ...]
    model_version: str
    policy_version: str
    campaign: int | None
    lease_editor: str | None
    lease_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the queue; `next` is what to pass as `after` for the following one, None at the end."""

    items: tuple[Item, ...]
    next: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """A count that stops at CAP: `more` says that there are at least so many."""

    count: int
    more: bool


def waiting(
    db: Database, chosen: Filter, *, after: Place | None = None, limit: int = 50, order: Order = "oldest"
) -> Page:
    """The next comments that wait, from `after` on."""
    by = reviews.c.doubt if order == "doubt" else reviews.c.waiting_since
    query = items().add_columns(by.label("place")).where(*conditions(chosen))
    query = (
        query.order_by(by, reviews.c.comment_id)
        if order == "oldest"
        else query.order_by(by.desc(), reviews.c.comment_id.desc())
    )
    if after is not None:
        query = query.where(beyond(by, after, order))
    with db.read() as connection:
        rows = [dict(row) for row in connection.execute(query.limit(limit)).mappings()]
    places = [row.pop("place") for row in rows]
    found = [as_item(row) for row in rows]
    last = (places[-1], found[-1].comment_id) if len(found) == limit else None
    return Page(items=tuple(found), next=last)


def waiting_count(db: Database, chosen: Filter) -> Capped:
    """How many wait, up to CAP."""
    inner = narrow().where(*conditions(chosen)).limit(CAP + 1).subquery()
    with db.read() as connection:
        count = int(connection.execute(select(func.count()).select_from(inner)).scalar_one())
    return Capped(count=min(count, CAP), more=count > CAP)


def oldest_waiting(db: Database, chosen: Sequence[str] | None = None) -> datetime | None:
    """Since when the longest-waiting comment waits, on any of these sites (None: on all)."""
    query = select(reviews.c.waiting_since).where(reviews.c.waiting_since.is_not(None))
    if chosen is not None:
        query = query.where(reviews.c.site_id.in_(select(sites.c.id).where(sites.c.name.in_(chosen))))
    with db.read() as connection:
        return connection.execute(query.order_by(reviews.c.waiting_since).limit(1)).scalar()


def lease(
    db: Database,
    editor: str,
    chosen: Filter,
    now: datetime,
    *,
    limit: int = 20,
    order: Order = "oldest",
    seconds: float = LEASE_SECONDS,
) -> tuple[Item, ...]:
    """The next comments nobody else has on screen, leased to this editor, those that he holds already among them."""
    return lease_page(db, editor, chosen, now, limit=limit, order=order, seconds=seconds).items


def lease_page(
    db: Database,
    editor: str,
    chosen: Filter,
    now: datetime,
    *,
    after: Place | None = None,
    limit: int = 20,
    order: Order = "oldest",
    seconds: float = LEASE_SECONDS,
) -> Page:
    """As `lease`, from `after` on, with the place where the next page begins."""
    by = reviews.c.doubt if order == "doubt" else reviews.c.waiting_since
    sorting = (by, reviews.c.comment_id) if order == "oldest" else (by.desc(), reviews.c.comment_id.desc())
    free = or_(reviews.c.lease_editor.is_(None), reviews.c.lease_editor == editor, reviews.c.lease_until <= now)
    query = narrow().add_columns(by).where(*conditions(chosen), free).order_by(*sorting).limit(limit)
    if after is not None:
        query = query.where(beyond(by, after, order))
    if db.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True, of=reviews)
    with db.write() as connection:
        places = [(value, number) for number, value in connection.execute(query).tuples()]
        numbers = [number for _, number in places]
        connection.execute(
            update(reviews)
            .where(reviews.c.comment_id.in_(numbers))
            .values(lease_editor=editor, lease_until=now + timedelta(seconds=seconds))
        )
        rows = connection.execute(items().where(reviews.c.comment_id.in_(numbers))).mappings()
        found = {row["comment_id"]: as_item(row) for row in rows}
    last = places[-1] if len(places) == limit else None
    return Page(items=tuple(found[number] for number in numbers), next=last)


def beyond(by: ColumnElement[Any], after: Place, order: Order) -> ColumnElement[bool]:
    """What comes after that place in the order."""
    here = tuple_(by, reviews.c.comment_id)
    there = tuple_(literal(after[0], by.type), literal(after[1]))
    return here > there if order == "oldest" else here < there


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What became of the comments that an editor has on his screen. `gone` are not his to decide on any more."""

    kept: tuple[int, ...]
    gone: tuple[Item, ...]


def renew(
    db: Database, editor: str, shown: Mapping[int, int], now: datetime, *, seconds: float = LEASE_SECONDS
) -> Renewed:
    """Keep the leases of comments (number: version seen) that still wait as they were and that nobody else holds."""
    mine = and_(
        reviews.c.comment_id.in_(list(shown)),
        reviews.c.waiting_since.is_not(None),
        or_(reviews.c.lease_editor.is_(None), reviews.c.lease_editor == editor, reviews.c.lease_until <= now),
    )
    with db.write() as connection:
        rows = connection.execute(select(reviews.c.comment_id, reviews.c.version).where(mine)).tuples()
        kept = tuple(number for number, version in rows if version == shown[number])
        connection.execute(
            update(reviews)
            .where(reviews.c.comment_id.in_(kept))
            .values(lease_editor=editor, lease_until=now + timedelta(seconds=seconds))
        )
        lost = sorted(set(shown).difference(kept))
        gone = tuple(
            as_item(row) for row in connection.execute(items().where(reviews.c.comment_id.in_(lost))).mappings()
        )
    return Renewed(kept=kept, gone=gone)


def give_back(db: Database, editor: str) -> int:
    """End every lease of the editor; return how many."""
    with db.write() as connection:
        done = connection.execute(
            update(reviews).where(reviews.c.lease_editor == editor).values(lease_editor=None, lease_until=None)
        )
    return int(done.rowcount)


def item(db: Database, comment_id: int) -> Item:
    """One comment, waiting or not. Raises UnknownItem."""
    with db.read() as connection:
        row = connection.execute(items().where(reviews.c.comment_id == comment_id)).mappings().one_or_none()
    if row is None:
        raise UnknownItem(f"no comment {comment_id}")
    return as_item(row)


def items_of(db: Database, comment_ids: Sequence[int]) -> tuple[Item, ...]:
    """These comments, waiting or not, in the order of the numbers; unknown ones are left out."""
    with db.read() as connection:
        rows = connection.execute(items().where(reviews.c.comment_id.in_(comment_ids))).mappings()
        found = {row["comment_id"]: as_item(row) for row in rows}
    return tuple(found[number] for number in comment_ids if number in found)


def sites_of(db: Database, comment_ids: Sequence[int]) -> dict[int, str]:
    """The site of each of the comments that exist."""
    query = (
        select(reviews.c.comment_id, sites.c.name)
        .join(sites, sites.c.id == reviews.c.site_id)
        .where(reviews.c.comment_id.in_(comment_ids))
    )
    with db.read() as connection:
        return dict(connection.execute(query).tuples().all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """An article for the one who judges its comments. `sections` are (heading, text)."""

    lead: str | None
    sections: tuple[tuple[str | None, str], ...]


def outline(db: Database, article_id: int) -> Outline:
    """The article's lead and its titled parts; empty for an unknown one."""
    with db.read() as connection:
        lead = connection.execute(select(articles.c.lead).where(articles.c.id == article_id)).scalar()
        query = select(sections.c.heading, sections.c.text).where(sections.c.article_id == article_id)
        parts = connection.execute(query.order_by(sections.c.position)).tuples().all()
    return Outline(lead=lead, sections=tuple((heading, text) for heading, text in parts))


def by_author(
    db: Database, author_key: str, allowed: Sequence[str] | None = None, *, limit: int = 50
) -> tuple[Item, ...]:
    """What an author wrote on these sites (None: all), the newest first."""
    query = items().where(comments.c.author_key == author_key)
    if allowed is not None:
        query = query.where(sites.c.name.in_(allowed))
    with db.read() as connection:
        rows = connection.execute(query.order_by(comments.c.id.desc()).limit(limit)).mappings()
        return tuple(as_item(row) for row in rows)


def thread(db: Database, comment_id: int, around: int = 5) -> tuple[Item, ...]:
    """The comment's neighbours in its thread, itself included, in page order, with its parent and its answers."""
    with db.read() as connection:
        me = connection.execute(select(comments).where(comments.c.id == comment_id)).one_or_none()
        if me is None:
            raise UnknownItem(f"no comment {comment_id}")
        near = and_(
            comments.c.page_id == me.page_id, comments.c.position.between(me.position - around, me.position + around)
        )
        related = or_(near, comments.c.id == me.parent_id, comments.c.parent_id == me.id)
        query = items().where(comments.c.article_id == me.article_id, related)
        rows = connection.execute(query.order_by(comments.c.page_id, comments.c.position)).mappings()
        return tuple(as_item(row) for row in rows)


def narrow() -> Select[Any]:
    """The numbers of comments, joined with what filters need."""
    return (
        select(reviews.c.comment_id)
        .join(comments, comments.c.id == reviews.c.comment_id)
        .outerjoin(campaign_members, campaign_members.c.comment_id == reviews.c.comment_id)
    )


def items() -> Select[Any]:
    """Whole items, with the columns that `as_item` reads."""
    return (
        select(
            reviews.c.comment_id,
            reviews.c.version,
            comments.c.version.label("comment_version"),
            sites.c.name.label("site"),
            comments.c.article_id,
            articles.c.canonical_url.label("article_url"),
            articles.c.title.label("article_title"),
            articles.c.language.label("article_language"),
            comments.c.kind,
            comments.c.author,
            comments.c.author_key,
            comments.c.author_url,
            comments.c.date,
            comments.c.date_text,
            comments.c.body,
            comments.c.links,
            comments.c.position,
            comments.c.parent_id,
            comments.c.by_site,
            comments.c.permalink,
            comments.c.removed_at,
            comments.c.first_seen_at,
            reviews.c.action,
            decisions.c.editor.label("decided_by"),
            reviews.c.waiting_since,
            verdicts.c.labels,
            reviews.c.spam_probability,
            reviews.c.language,
            verdicts.c.language_relation,
            verdicts.c.evidence,
            verdicts.c.model_version,
            verdicts.c.policy_version,
            campaign_members.c.campaign_id.label("campaign"),
            reviews.c.lease_editor,
            reviews.c.lease_until,
        )
        .join(comments, comments.c.id == reviews.c.comment_id)
        .join(articles, articles.c.id == comments.c.article_id)
        .join(sites, sites.c.id == reviews.c.site_id)
        .join(verdicts, verdicts.c.id == reviews.c.verdict_id)
        .outerjoin(decisions, decisions.c.id == reviews.c.decision_id)
        .outerjoin(campaign_members, campaign_members.c.comment_id == reviews.c.comment_id)
    )


def conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [reviews.c.waiting_since.is_not(None)]
    if chosen.sites is not None:
        found.append(reviews.c.site_id.in_(select(sites.c.id).where(sites.c.name.in_(chosen.sites))))
    if chosen.label is not None:
        found.append(reviews.c.labels.contains(f" {chosen.label} ", autoescape=True))
    if chosen.language is not None:
        found.append(reviews.c.language == chosen.language)
    if chosen.author_key is not None:
        found.append(comments.c.author_key == chosen.author_key)
    if chosen.campaign is not None:
        found.append(campaign_members.c.campaign_id == chosen.campaign)
    if chosen.text is not None:
        found.append(comments.c.body.icontains(chosen.text, autoescape=True))
    if chosen.older_than is not None:
        found.append(reviews.c.waiting_since < chosen.older_than)
    return found


def as_item(row: Any) -> Item:
    values = dict(row)
    values["kind"] = CommentKind(values["kind"])
    values["links"] = tuple(values["links"])
    values["labels"] = tuple(values["labels"])
    values["evidence"] = tuple(
        Evidence(
            signal=one["signal"],
            log_odds=one["log_odds"],
            because=one["because"],
            spans=tuple((start, end) for start, end in one["spans"]),
        )
        for one in values["evidence"]
    )
    return Item(**values)


def place_text(place: Place) -> str:
    """A place as text for a link."""
    return orjson.dumps([place[0].isoformat() if isinstance(place[0], datetime) else place[0], place[1]]).decode()


def place_from(text: str) -> Place:
    """The place in a link. Raises ValueError if it is none."""
    match orjson.loads(text):
        case [str(at), int(number)]:
            return datetime.fromisoformat(at), number
        case [float(doubt), int(number)]:
            return doubt, number
    raise ValueError(f"{text!r} is no place in a queue")
