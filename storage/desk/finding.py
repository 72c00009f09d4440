"""Finding any comment again, whatever holds for it and however old it is: by words, author, article, date, state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Text, bindparam, func, select, text

from storage.analysts.search import matching, numbers_matching, parsed_query
from storage.crawl.identity import author_key
from storage.database.columns import Day
from storage.database.engine import Database
from storage.database.tables import articles, campaign_members, campaigns, comments, decisions, reviews, sites
from storage.desk.review_queue import QueueItem, items_of

State = Literal["publish", "review", "reject"]
Decided = Literal["editor", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; everything given must hold. `sites` None: all.

    `words` as `storage.analysts.search` reads them; `author` is a name as shown, `author_key` a pseudonym; `article` a
    number or an address; `editor` the name of who made the decision that holds; `since` and `until` are days written.
    """

    words: str | None = None
    author: str | None = None
    author_key: str | None = None
    article: str | None = None
    sites: Sequence[str] | None = None
    state: State | None = None
    decided: Decided | None = None
    editor: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundComments:
    """A page of what was found, the newest first; `next` is what to pass as `before` for the following one."""

    items: tuple[QueueItem, ...]
    next: int | None


def find_comments(db: Database, wanted: Wanted, *, before: int | None = None, limit: int = 25) -> FoundComments:
    """The comments with a smaller number than `before` that match, the newest first."""
    conditions, values = conditions_of(wanted, db)
    with db.read() as connection:
        source = "reviews r JOIN comments c ON c.id = r.comment_id"
        number = "r.comment_id"
        if terms := parsed_query(wanted.words or ""):
            match, given = matching(connection, "comment", terms)
            values |= given
            hits = numbers_matching("comment", db.dialect, match)
            source = f"({hits}) h JOIN reviews r ON r.comment_id = h.id JOIN comments c ON c.id = h.id"
            if db.dialect == "sqlite":  # the index gives its rows in order of their numbers, the newest first too
                number = "h.id"
        elif wanted.words and wanted.words.strip():
            return FoundComments(items=(), next=None)  # signs only: no word to look for
        if before is not None:
            conditions.append(f"{number} < :before")
            values["before"] = before
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        statement = text(f"SELECT r.comment_id FROM {source}{where} ORDER BY {number} DESC LIMIT :most")  # noqa: S608 - names of ours
        days = [bindparam(name, type_=Day()) for name in ("since", "until") if name in values]
        statement = statement.bindparams(*days)
        if "sites" in values:
            statement = statement.bindparams(bindparam("sites", type_=Text(), expanding=True))
        numbers = list(connection.execute(statement, values | {"most": limit + 1}).scalars())
    shown = {one.comment_id: one for one in items_of(db, numbers[:limit])}
    return FoundComments(
        items=tuple(shown[one] for one in numbers[:limit] if one in shown),
        next=numbers[limit - 1] if len(numbers) > limit else None,
    )


def conditions_of(wanted: Wanted, db: Database) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = ["c.erased_at IS NULL"]
    values: dict[str, Any] = {}
    if (key := wanted.author_key or (author_key(db.secret, wanted.author) if wanted.author else None)) is not None:
        conditions.append("c.author_key = :author_key")
        values["author_key"] = key
    if wanted.article is not None:
        if wanted.article.isdecimal():
            conditions.append("c.article_id = :article")
            values["article"] = int(wanted.article)
        else:
            conditions.append(
                "c.article_id IN (SELECT a.id FROM articles a WHERE a.canonical_url = :article"
                " UNION ALL SELECT p.article_id FROM pages p WHERE p.url = :article)"
            )
            values["article"] = wanted.article
    if wanted.sites is not None:
        conditions.append("r.site_id IN (SELECT s.id FROM sites s WHERE s.name IN :sites)")
        values["sites"] = list(wanted.sites)
    if wanted.state is not None:
        conditions.append("r.action = :state")
        values["state"] = wanted.state
    if wanted.decided is not None:
        conditions.append(f"r.decision_id IS {'NOT NULL' if wanted.decided == 'editor' else 'NULL'}")
    if wanted.editor is not None:
        conditions.append("EXISTS (SELECT 1 FROM decisions d WHERE d.id = r.decision_id AND d.editor = :editor)")
        values["editor"] = wanted.editor
    if wanted.since is not None:
        conditions.append("c.day >= :since")
        values["since"] = wanted.since
    if wanted.until is not None:
        conditions.append("c.day <= :until")
        values["until"] = wanted.until
    return conditions, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A decision as its editor looks at it again. `taken_back`: it does not hold any more."""

    comment_id: int
    site: str
    author: str | None
    body: str
    action: str
    reason: str | None
    decided_at: datetime
    taken_back: bool


def decided_between(
    db: Database, editor: str, begins: datetime, ends: datetime, allowed: Sequence[str] | None, limit: int = 500
) -> tuple[Made, ...]:
    """The editor's decisions in that time, the newest first; takings back are told by what they took back."""
    query = (
        select(
            decisions.c.comment_id,
            sites.c.name.label("site"),
            comments.c.author,
            comments.c.body,
            decisions.c.action,
            decisions.c.reason,
            decisions.c.decided_at,
            (reviews.c.decision_id.is_distinct_from(decisions.c.id)).label("taken_back"),
        )
        .join(reviews, reviews.c.comment_id == decisions.c.comment_id)
        .join(comments, comments.c.id == decisions.c.comment_id)
        .join(sites, sites.c.id == reviews.c.site_id)
        .where(
            decisions.c.editor == editor,
            decisions.c.undoes.is_(None),
            decisions.c.decided_at >= begins,
            decisions.c.decided_at < ends,
        )
        .order_by(decisions.c.id.desc())
        .limit(limit)
    )
    if allowed is not None:
        query = query.where(sites.c.name.in_(allowed))
    with db.read() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(Made(**{**row, "taken_back": bool(row["taken_back"])}) for row in rows)


def decided_since(db: Database, editor: str, begins: datetime) -> tuple[int, datetime | None]:
    """How many decisions the editor made since then, and when the first of them."""
    query = select(func.count(), func.min(decisions.c.decided_at, type_=decisions.c.decided_at.type)).where(
        decisions.c.editor == editor, decisions.c.undoes.is_(None), decisions.c.decided_at >= begins
    )
    with db.read() as connection:
        count, first = connection.execute(query).one()
    return int(count), first


def waiting_by_site(db: Database, allowed: Sequence[str] | None) -> dict[str, int]:
    """How many comments wait on each site where any does."""
    query = (
        select(sites.c.name, func.count())
        .join(reviews, reviews.c.site_id == sites.c.id)
        .where(reviews.c.waiting_since.is_not(None))
        .group_by(sites.c.name)
        .order_by(sites.c.name)
    )
    if allowed is not None:
        query = query.where(sites.c.name.in_(allowed))
    with db.read() as connection:
        return dict(connection.execute(query).tuples().all())


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingGroup:
    """A campaign or an article some of whose comments wait: its number, its words, and how many."""

    id: int
    words: str
    count: int


def waiting_campaigns(db: Database, allowed: Sequence[str] | None, limit: int = 50) -> tuple[WaitingGroup, ...]:
    """The campaigns of which most comments wait."""
    number = func.count().label("number")
    query = (
        select(campaigns.c.id, campaigns.c.sample, number)
        .join(campaign_members, campaign_members.c.campaign_id == campaigns.c.id)
        .join(reviews, reviews.c.comment_id == campaign_members.c.comment_id)
        .group_by(campaigns.c.id, campaigns.c.sample)
    )
    return largest(db, query, number, allowed, limit)


def waiting_articles(db: Database, allowed: Sequence[str] | None, limit: int = 50) -> tuple[WaitingGroup, ...]:
    """The articles of which most comments wait, by title, or by address where there is none."""
    number = func.count().label("number")
    title = func.coalesce(articles.c.title, articles.c.canonical_url)
    query = (
        select(articles.c.id, title, number)
        .join(comments, comments.c.article_id == articles.c.id)
        .join(reviews, reviews.c.comment_id == comments.c.id)
        .group_by(articles.c.id, title)
    )
    return largest(db, query, number, allowed, limit)


def largest(
    db: Database, query: Select[Any], number: ColumnElement[int], allowed: Sequence[str] | None, limit: int
) -> tuple[WaitingGroup, ...]:
    query = query.where(reviews.c.waiting_since.is_not(None)).order_by(number.desc(), query.selected_columns[0])
    if allowed is not None:
        query = query.where(reviews.c.site_id.in_(select(sites.c.id).where(sites.c.name.in_(allowed))))
    with db.read() as connection:
        rows = connection.execute(query.limit(limit)).tuples().all()
    return tuple(WaitingGroup(id=group, words=words, count=count) for group, words, count in rows)


def waiting_languages(db: Database) -> tuple[str, ...]:
    """The languages of the comments that wait."""
    query = select(reviews.c.language).where(reviews.c.waiting_since.is_not(None), reviews.c.language.is_not(None))
    with db.read() as connection:
        return tuple(connection.execute(query.distinct()).scalars())
