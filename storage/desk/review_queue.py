"""The queue of comments that wait for an editor: pages by key (never by offset), capped counts, leases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from extractors.records import CommentKind
from moderation.verdict import Evidence
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.database.tables import articles, campaign_members, comments, decisions, reviews, sections, sites, verdicts

CAP = 10_000
LARGEST = 2**63 - 1  # that either database takes as a number
EDITOR_LEASE_SECONDS = 240

QueueOrder = Literal["oldest", "newest", "doubt", "impact"]
SORTED_BY: dict[QueueOrder, ColumnElement[Any]] = {
    "oldest": reviews.c.waiting_since,
    "newest": reviews.c.waiting_since,
    "doubt": reviews.c.doubt,
    "impact": reviews.c.impact,
}
Place = tuple[Any, int]  # where a page of the queue ended: the value sorted by, and the comment


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which waiting comments to show; everything given must hold. `sites` None: all. `reason`: a signal's name.

    `article`: words of its title or of its address. `since` and `until`: the days on which the comment was written.
    """

    sites: tuple[str, ...] | None = None
    label: str | None = None
    reason: str | None = None
    language: str | None = None
    author_key: str | None = None
    campaign: int | None = None
    text: str | None = None
    older_than: datetime | None = None
    article: str | None = None
    kind: CommentKind | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
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
    impact: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the queue; `next` is what to pass as `after` for the following one, None at the end."""

    items: tuple[QueueItem, ...]
    next: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """A count that stops somewhere: `more` says that there are more than `count`."""

    count: int
    more: bool


def review_queue(
    db: Database, chosen: QueueFilter, *, after: Place | None = None, limit: int = 50, order: QueueOrder = "oldest"
) -> QueuePage:
    """The next comments that wait, from `after` on."""
    query = whole_page(db.dialect, order, given(chosen), after is not None)
    with db.read() as connection:
        rows = connection.execute(query, values_of(db.dialect, chosen) | place_values(after) | {"most": limit}).all()
    last = (rows[-1].place, rows[-1].comment_id) if len(rows) == limit else None
    return QueuePage(items=tuple(map(as_item, rows)), next=last)


def waiting_count(db: Database, chosen: QueueFilter, most: int = CAP) -> Capped:
    """How many wait, up to `most`."""
    with db.read() as connection:
        query = count_query(db.dialect, given(chosen))
        count = int(connection.execute(query, values_of(db.dialect, chosen) | {"most": most + 1}).scalar_one())
    return Capped(count=min(count, most), more=count > most)


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
    chosen: QueueFilter,
    now: datetime,
    *,
    limit: int = 20,
    order: QueueOrder = "oldest",
    seconds: float = EDITOR_LEASE_SECONDS,
) -> tuple[QueueItem, ...]:
    """The next comments nobody else has on screen, leased to this editor, those that he holds already among them."""
    return lease_page(db, editor, chosen, now, limit=limit, order=order, seconds=seconds).items


def lease_page(
    db: Database,
    editor: str,
    chosen: QueueFilter,
    now: datetime,
    *,
    after: Place | None = None,
    limit: int = 20,
    order: QueueOrder = "oldest",
    seconds: float = EDITOR_LEASE_SECONDS,
) -> QueuePage:
    """As `lease`, from `after` on, with the place where the next page begins."""
    query = free_page(db.dialect, order, given(chosen), after is not None)
    wanted = {"most": limit, "editor": editor, "now": now}
    with db.write() as connection:
        found = connection.execute(query, values_of(db.dialect, chosen) | place_values(after) | wanted).tuples().all()
        numbers = [number for number, _ in found]
        connection.execute(
            update(reviews)
            .where(reviews.c.comment_id.in_(numbers))
            .values(lease_editor=editor, lease_until=now + timedelta(seconds=seconds))
        )
        shown = numbered(connection, numbers)
    last = (found[-1][1], found[-1][0]) if len(found) == limit else None
    return QueuePage(items=tuple(shown[number] for number in numbers), next=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What became of the comments that an editor has on his screen. `gone` are not his to decide on any more."""

    kept: tuple[int, ...]
    gone: tuple[QueueItem, ...]


def renew(
    db: Database, editor: str, shown: Mapping[int, int], now: datetime, *, seconds: float = EDITOR_LEASE_SECONDS
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
        gone = tuple(numbered(connection, lost).values())
    return Renewed(kept=kept, gone=gone)


def release_items(db: Database, editor: str) -> int:
    """End every lease of the editor; return how many."""
    with db.write() as connection:
        done = connection.execute(
            update(reviews).where(reviews.c.lease_editor == editor).values(lease_editor=None, lease_until=None)
        )
    return int(done.rowcount)


def item(db: Database, comment_id: int) -> QueueItem:
    """One comment, waiting or not. Raises UnknownItem."""
    found = items_of(db, [comment_id])
    if not found:
        raise UnknownItem(f"no comment {comment_id}")
    return found[0]


def items_of(db: Database, comment_ids: Sequence[int]) -> tuple[QueueItem, ...]:
    """These comments, waiting or not, in the order of the numbers; unknown ones are left out."""
    with db.read() as connection:
        found = numbered(connection, comment_ids)
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
class ArticleContext:
    """An article for the one who judges its comments. `sections` are (heading, text)."""

    lead: str | None
    sections: tuple[tuple[str | None, str], ...]


def article_context(db: Database, article_id: int) -> ArticleContext:
    """The article's lead and its titled parts; empty for an unknown one."""
    with db.read() as connection:
        lead = connection.execute(select(articles.c.lead).where(articles.c.id == article_id)).scalar()
        query = select(sections.c.heading, sections.c.text).where(sections.c.article_id == article_id)
        parts = connection.execute(query.order_by(sections.c.position)).tuples().all()
    return ArticleContext(lead=lead, sections=tuple((heading, text) for heading, text in parts))


def by_author(
    db: Database, author_key: str, allowed: Sequence[str] | None = None, *, limit: int = 50
) -> tuple[QueueItem, ...]:
    """What an author wrote on these sites (None: all), the newest first."""
    query = items().where(comments.c.author_key == author_key)
    if allowed is not None:
        query = query.where(sites.c.name.in_(allowed))
    with db.read() as connection:
        return tuple(map(as_item, connection.execute(query.order_by(comments.c.id.desc()).limit(limit))))


def thread(db: Database, comment_id: int, around: int = 5) -> tuple[QueueItem, ...]:
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
        return tuple(map(as_item, connection.execute(query.order_by(comments.c.page_id, comments.c.position))))


def items() -> Select[Any]:
    """Whole items: the columns are the fields of `Item`, in their order."""
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
            reviews.c.impact,
        )
        .join(comments, comments.c.id == reviews.c.comment_id)
        .join(articles, articles.c.id == comments.c.article_id)
        .join(sites, sites.c.id == reviews.c.site_id)
        .join(verdicts, verdicts.c.id == reviews.c.verdict_id)
        .outerjoin(decisions, decisions.c.id == reviews.c.decision_id)
        .outerjoin(campaign_members, campaign_members.c.comment_id == reviews.c.comment_id)
    )


BY_NUMBER = items().where(reviews.c.comment_id.in_(bindparam("numbers", expanding=True)))


def numbered(connection: Connection, comment_ids: Sequence[int]) -> dict[int, QueueItem]:
    """These comments by number; unknown ones are left out."""
    return {row[0]: as_item(row) for row in connection.execute(BY_NUMBER, {"numbers": list(comment_ids)})}


# Statements of the queue are built once for each kind of question: building one costs as much as its answer.


@lru_cache(maxsize=256)
def whole_page(dialect: str, order: QueueOrder, names: frozenset[str], after: bool) -> Select[Any]:
    """A page of whole items, and the value sorted by as `place`."""
    query = items().add_columns(SORTED_BY[order].label("place")).where(*conditions(dialect, names))
    return paged(query, order, after)


@lru_cache(maxsize=256)
def free_page(dialect: str, order: QueueOrder, names: frozenset[str], after: bool) -> Select[Any]:
    """A page of comments that nobody else has on screen: number, and value sorted by; on PostgreSQL locked."""
    free = or_(
        reviews.c.lease_editor.is_(None),
        reviews.c.lease_editor == bindparam("editor"),
        reviews.c.lease_until <= bindparam("now"),
    )
    query = paged(narrow(names, SORTED_BY[order]).where(*conditions(dialect, names), free), order, after)
    return query.with_for_update(skip_locked=True, of=reviews) if dialect == "postgresql" else query


@lru_cache(maxsize=256)
def count_query(dialect: str, names: frozenset[str]) -> Select[Any]:
    """How many wait, up to `most`."""
    wanted = narrow(names).where(*conditions(dialect, names))
    inner = wanted.limit(bindparam("most", type_=Integer())).subquery()
    return select(func.count()).select_from(inner)


OF_COMMENTS = frozenset({"author_key", "text", "article", "kind", "since", "until"})


def narrow(names: frozenset[str], *columns: ColumnElement[Any]) -> Select[Any]:
    """The numbers of comments, joined with what these filters need and nothing else."""
    query = select(reviews.c.comment_id, *columns)
    if names & OF_COMMENTS:
        query = query.join(comments, comments.c.id == reviews.c.comment_id)
    if "campaign" in names:
        query = query.join(campaign_members, campaign_members.c.comment_id == reviews.c.comment_id)
    if "reason" in names:
        query = query.join(verdicts, verdicts.c.id == reviews.c.verdict_id)
    return query


def paged(query: Select[Any], order: QueueOrder, after: bool) -> Select[Any]:
    by, number = SORTED_BY[order], reviews.c.comment_id
    if after:
        here = tuple_(by, number)
        there = tuple_(bindparam("place", type_=by.type), bindparam("place_number", type_=number.type))
        query = query.where(here > there if order == "oldest" else here < there)
    sorting = (by, number) if order == "oldest" else (by.desc(), number.desc())
    return query.order_by(*sorting).limit(bindparam("most", type_=Integer()))


def place_values(after: Place | None) -> dict[str, Any]:
    return {} if after is None else {"place": after[0], "place_number": after[1]}


def given(chosen: QueueFilter) -> frozenset[str]:
    """The names of the filters that are set."""
    return frozenset(field.name for field in fields(chosen) if getattr(chosen, field.name) is not None)


def conditions(dialect: str, names: frozenset[str]) -> list[ColumnElement[bool]]:
    """What must hold for these filters; `values_of` gives the values."""
    found: list[ColumnElement[bool]] = [reviews.c.waiting_since.is_not(None)]
    if "sites" in names:
        chosen = sites.c.name.in_(bindparam("site_names", expanding=True))
        found.append(reviews.c.site_id.in_(select(sites.c.id).where(chosen)))
    if "label" in names:
        found.append(reviews.c.labels.like(bindparam("label"), escape="/"))
    if "reason" in names and dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB  # SQLite does without that dialect

        found.append(type_coerce(verdicts.c.evidence, JSONB).contains(bindparam("reason", type_=JSONB)))
    elif "reason" in names:
        found.append(type_coerce(verdicts.c.evidence, Text).like(bindparam("reason"), escape="/"))
    if "language" in names:
        found.append(reviews.c.language == bindparam("language"))
    if "author_key" in names:
        found.append(comments.c.author_key == bindparam("author_key"))
    if "campaign" in names:
        found.append(campaign_members.c.campaign_id == bindparam("campaign"))
    if "text" in names:
        found.append(func.lower(comments.c.body).like(func.lower(bindparam("text", type_=Text())), escape="/"))
    if "older_than" in names:
        found.append(reviews.c.waiting_since < bindparam("older_than"))
    if "article" in names:
        wanted = func.lower(bindparam("article", type_=Text()))
        named = or_(
            func.lower(articles.c.title).like(wanted, escape="/"),
            func.lower(articles.c.canonical_url).like(wanted, escape="/"),
        )
        found.append(comments.c.article_id.in_(select(articles.c.id).where(named).correlate(None)))
    if "kind" in names:
        found.append(comments.c.kind == bindparam("kind"))
    if "since" in names:
        found.append(comments.c.day >= bindparam("since"))
    if "until" in names:
        found.append(comments.c.day <= bindparam("until"))
    return found


def values_of(dialect: str, chosen: QueueFilter) -> dict[str, Any]:
    """The values of the filters that are set, as `conditions` names them."""
    found: dict[str, Any] = {name: getattr(chosen, name) for name in given(chosen)}
    if "sites" in found:
        found["site_names"] = found.pop("sites")
    if chosen.label is not None:
        found["label"] = holds(f" {chosen.label} ")
    if chosen.reason is not None:
        signal = {"signal": chosen.reason}
        found["reason"] = [signal] if dialect == "postgresql" else holds(orjson.dumps(signal).decode()[1:-1])
    if chosen.text is not None:
        found["text"] = holds(chosen.text)
    if chosen.article is not None:
        found["article"] = holds(chosen.article)
    return found


def holds(text: str) -> str:
    """The pattern of LIKE, with `/` as its escape, for what holds this text."""
    return "%" + text.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"


NAMES = tuple(field.name for field in fields(QueueItem))
QUEUE_KINDS = {str(kind): kind for kind in CommentKind}


def as_item(row: Sequence[Any]) -> QueueItem:
    """The item of a row of `items`; further columns are left alone."""
    values = dict(zip(NAMES, row, strict=False))
    values["kind"] = QUEUE_KINDS[values["kind"]]
    values["links"] = tuple(values["links"])
    values["labels"] = tuple(values["labels"])
    values["evidence"] = tuple(
        [
            Evidence(
                signal=one["signal"],
                log_odds=one["log_odds"],
                because=one["because"],
                spans=tuple(map(tuple, one["spans"])),
            )
            for one in values["evidence"]
        ]
    )
    return QueueItem(**values)


def place_text(place: Place) -> str:
    """A place as text for a link."""
    return orjson.dumps([place[0].isoformat() if isinstance(place[0], datetime) else place[0], place[1]]).decode()


def place_from(text: str, order: QueueOrder) -> Place:
    """The place in a link of a queue in that order. Raises ValueError if it is none."""
    match order, orjson.loads(text):
        case _, [_, number] if not (isinstance(number, int) and 0 <= number <= LARGEST):
            pass
        case "oldest" | "newest", [str(at), number] if (moment := datetime.fromisoformat(at)).tzinfo is not None:
            return moment, number
        case "doubt", [float(doubt), number]:
            return doubt, number
        case "impact", [int(impact), number] if 0 <= impact <= LARGEST:
            return impact, number
    raise ValueError(f"{text!r} is no place in a queue with the {order} first")
