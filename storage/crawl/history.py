"""What the database knows of senders of comments: the context that one page alone does not give a verdict.

Looked up in a few queries for a whole page or batch, never one a comment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from extractors.records import CommentKind
from moderation.host_names import FEWEST_PAGES, own_hosts
from moderation.signals.view import NOTICE_KINDS
from moderation.verdict import Action, Submission
from storage.crawl.identity import author_key
from storage.database.batches import batched
from storage.database.columns import stated_day
from storage.database.engine import Database
from storage.database.tables import comment_hosts, comments, reviews, site_authors, sites

AT_ONCE = 500
SETTLED = timedelta(hours=12)  # what came later may still be taken back, and is not known to every run of a night
A_NAME_OF_MANY = 1_000  # comments on a site under one name: "Anonymous" is nobody
TELLING_NAMES = 3  # so many names give one address before it tells anything


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """Where the history of one site is kept; small enough to be sent to worker processes."""

    url: str
    site: str
    now: datetime


@dataclass(slots=True)
class Accepted:
    """What was published under one name: how many comments a day, and the hosts that they gave."""

    days: dict[date, int] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)


def with_history(db: Database, site: str, submissions: Sequence[Submission], now: datetime) -> list[Submission]:
    """The comments of one site, each with what was known of its sender half a day before `now`.

    The same whatever else the night has loaded so far: only what has stood for SETTLED counts.
    """
    if not submissions:
        return []
    with db.read() as connection:
        return with_senders(connection, db.secret, site, submissions, until=now - SETTLED)


def with_senders(
    connection: Connection, secret: bytes, site: str, submissions: Sequence[Submission], *, until: datetime | None
) -> list[Submission]:
    """`with_history` on a connection; `until`: only what was first seen by then counts (None: everything)."""
    readers = [one for one in submissions if one.kind not in NOTICE_KINDS and not one.by_site and one.author]
    names = {one.author: author_key(secret, one.author) for one in readers}
    known = accepted(connection, site, {key for key in names.values() if key}, until)
    hosts = {id(one): own_hosts(one) for one in readers}
    given = names_of_hosts(connection, frozenset().union(*hosts.values()), until)
    found = []
    for one in submissions:
        if id(one) in hosts:
            key = names[one.author]
            one = replace(
                one,
                earlier_published=earlier(known[key], one, hosts[id(one)]) if key in known else None,
                host_names=max((len(given[host] | {key}) for host in hosts[id(one)] if host in given), default=None),
            )
        found.append(one)
    return found


def earlier(known: Accepted, submission: Submission, hosts: Collection[str]) -> int | None:
    """How many comments of this author were published on earlier days; None where that cannot be told.

    A name proves nothing by itself: whoever gives an address that the name never gave is not known by it.
    """
    day = stated_day(submission.date)
    if day is None or not known.hosts.issuperset(hosts):
        return None
    return sum(number for other, number in known.days.items() if other < day) or None


def accepted(connection: Connection, site: str, keys: Collection[str], until: datetime | None) -> dict[str, Accepted]:
    """What was published of these authors on the site and still stands; those of whom nothing was are left out."""
    found: defaultdict[str, Accepted] = defaultdict(Accepted)
    site_id = select(sites.c.id).where(sites.c.name == site).scalar_subquery()
    for part in batched(sorted(keys), AT_ONCE):
        one_person = select(site_authors.c.author_key).where(
            site_authors.c.site_id == site_id,
            site_authors.c.author_key.in_(part),
            site_authors.c.number <= A_NAME_OF_MANY,
        )
        people = list(connection.execute(one_person).scalars())
        if not people:
            continue
        theirs = (
            select(comments.c.author_key, comments.c.day, func.count())
            .join(reviews, reviews.c.comment_id == comments.c.id)
            .group_by(comments.c.author_key, comments.c.day)
        )
        for key, day, number in connection.execute(still_published(theirs, people, site_id, until)):
            found[key].days[day] = number
        led = (
            select(comments.c.author_key, comment_hosts.c.host)
            .join(reviews, reviews.c.comment_id == comments.c.id)
            .join(comment_hosts, comment_hosts.c.comment_id == comments.c.id)
            .distinct()
        )
        for key, host in connection.execute(still_published(led, people, site_id, until)):
            found[key].hosts.add(host)
    return found


def still_published(query: Select[Any], people: Sequence[str], site_id: Any, until: datetime | None) -> Select[Any]:
    """The query, of published comments of these authors that their site still shows."""
    query = query.where(
        comments.c.author_key.in_(people),
        comments.c.kind == CommentKind.COMMENT,
        comments.c.removed_at.is_(None),
        reviews.c.site_id == site_id,
        reviews.c.action == Action.PUBLISH,
    )
    return query if until is None else query.where(comments.c.first_seen_at <= until)


def names_of_hosts(connection: Connection, hosts: Collection[str], until: datetime | None) -> dict[str, frozenset[str]]:
    """The pseudonyms that gave each of these hosts, on whatever site; hosts seen on one page only are left out."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    pages: defaultdict[str, set[int]] = defaultdict(set)
    for part in batched(sorted(hosts), AT_ONCE):
        query = (
            select(comment_hosts.c.host, comments.c.author_key, comments.c.article_id)
            .join(comments, comments.c.id == comment_hosts.c.comment_id)
            .where(comment_hosts.c.host.in_(part), comments.c.author_key.is_not(None))
            .distinct()
        )
        if until is not None:
            query = query.where(comments.c.first_seen_at <= until)
        for host, key, article in connection.execute(query):
            names[host].add(key)
            pages[host].add(article)
    return {host: frozenset(keys) for host, keys in names.items() if len(pages[host]) >= FEWEST_PAGES}


def comments_with_new_company(since: datetime) -> Select[Any]:
    """Numbers of the comments whose hosts are given under many names, one of which came since then."""
    shared = (
        select(comment_hosts.c.host)
        .join(comments, comments.c.id == comment_hosts.c.comment_id)
        .group_by(comment_hosts.c.host)
        .having(
            func.count(comments.c.author_key.distinct()) >= TELLING_NAMES,
            func.count(comments.c.article_id.distinct()) >= FEWEST_PAGES,
            func.max(comments.c.first_seen_at, type_=comments.c.first_seen_at.type) >= since,
        )
    )
    return select(comment_hosts.c.comment_id).where(comment_hosts.c.host.in_(shared))


def hosts_given(row: Any) -> frozenset[str]:
    """The hosts that a stored comment gives as somebody's own; `row` has its fields and its article's address."""
    if row.by_site or not row.author:
        return frozenset()
    return own_hosts(
        Submission(
            id=str(row.id),
            text=row.body,
            author=row.author,
            author_url=row.author_url,
            links=tuple(row.links),
            site=row.canonical_url,
        )
    )


def forget_hosts(connection: Connection, numbers: Any) -> None:
    connection.execute(delete(comment_hosts).where(comment_hosts.c.comment_id.in_(numbers)))
