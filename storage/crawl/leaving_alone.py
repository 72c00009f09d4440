"""Pages that are due and may be left alone, because their site says that nothing changed on them.

No page is left alone for longer than a turn, counted from its last visit: each night those that waited longest are
visited whatever the site says, as many as the night's share of the turn. So what a site does not say is found, no night
has to visit everything, and each has pages by which the site can be judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, func, select, update

from extractors.records import CommentKind
from extractors.urls import normalised
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.tables import articles, comments, pages, sites

COVERED = 0.95  # of a site's articles, and of its comments, that it must list; less: it lists something else
SLACK = timedelta(days=1)  # a page may have come from a cache: it is looked at once more after its change
FORMS = ("comment-{}", "{}", "div-comment-{}", "li-comment-{}")  # of a comment's id on its page
IN_TURN_LEAST = 3  # pages a night: with fewer a site that broke could not be told from a page that did
NEXT_NIGHT = timedelta(seconds=1)  # a run takes what was due when it began
AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a site says: its posts by number, with address and last change; its newest comments, the newest first, by
    number with their post's; whether those are all there are."""

    posts: Mapping[int, tuple[str, datetime]]
    comments: Mapping[int, int]
    every_comment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How long a page may be left alone after it was fetched, and when the night before this one began."""

    longest: timedelta
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """How many due pages were left alone, and the addresses of posts that are not known yet."""

    pages: int
    new_posts: tuple[str, ...]


def leave_alone(db: Database, site: str, stated: Stated, turn: Turn, now: datetime) -> LeftAlone | None:
    """Puts off to the next night the due pages of which the site says that nothing changed since they were fetched.

    Only pages that are well and whose turn it is not. None, and nothing is put off, where what the site says cannot be
    relied on: it lists other things than its articles, fewer comments than are known, or more new ones than can be
    told apart.
    """
    told = told_posts(db, site, stated)
    if told is None:
        return None
    known = known_pages(db, site)
    # By address: in the folders of one host there may be several WordPress sites, each with a post 17
    numbers = {bare(url): number for number, (url, _) in stated.posts.items()}
    post_of = {row.id: numbers.get(bare(row.url), numbers.get(bare(row.canonical_url or ""))) for row in known}
    of_article = {row.article_id: post_of[row.id] for row in known if row.article_id and post_of[row.id] is not None}
    well = [row for row in known if row.kind == "article" and row.state == "ok" and not row.is_continuation]
    if sum(post_of[row.id] is not None for row in well) < COVERED * len(well) or not well:
        return None
    quiet, called = [], []
    once = seen_once(known)
    for row in known:
        if row.state != "ok" or row.last_fetched is None or row.id in once:
            continue
        post = post_of[row.id] if row.article_id is None else of_article.get(row.article_id)
        if post is not None and (post in told or stated.posts[post][1] + SLACK > row.last_fetched):
            called.append(row.id)
        # A list, a login: what such pages would lead to, the site has said
        elif (post is not None or row.article_id is None) and row.next_due is not None and row.next_due <= now:
            quiet.append((row.last_fetched, row.id))
    call_up(db, called, now)
    left = put_off(db, quiet, turn, now)
    have = {number for number in post_of.values() if number is not None}
    new = tuple(url for number, (url, _) in sorted(stated.posts.items()) if number not in have)
    return LeftAlone(pages=left, new_posts=new)


def known_pages(db: Database, site: str) -> Sequence[Row[Any]]:
    """The site's pages, each with the address and the day of the article that it shows."""
    query = (
        select(
            pages.c.id,
            pages.c.url,
            pages.c.state,
            pages.c.kind,
            pages.c.is_continuation,
            pages.c.article_id,
            pages.c.last_fetched,
            pages.c.next_due,
            articles.c.canonical_url,
            articles.c.published_on,
            articles.c.first_seen_at,
        )
        .outerjoin(articles, articles.c.id == pages.c.article_id)
        .where(of_site(site))
    )
    with db.read() as connection:
        return connection.execute(query).all()


def seen_once(rows: Sequence[Row[Any]]) -> set[int]:
    """Pages found since the site's first night that were visited in one night only: whatever that one showed in their
    place, an outage or a wall, is seen to be gone in the next."""
    found = [row for row in rows if row.first_seen_at is not None and row.last_fetched is not None]
    if not found:
        return set()
    first = min(row.first_seen_at for row in found) + SLACK / 2
    return {row.id for row in found if row.first_seen_at > first and row.last_fetched < row.first_seen_at + SLACK / 2}


def of_site(site: str) -> ColumnElement[bool]:
    return pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()


def call_up(db: Database, numbers: Collection[int], now: datetime) -> None:
    """Makes pages due that are well and have something new: quiet ones would wait for weeks."""
    for part in batched(numbers, AT_ONCE):
        quiet = (pages.c.id.in_(part), pages.c.state == "ok", pages.c.next_due > now)
        with db.write() as connection:
            connection.execute(update(pages).where(*quiet).values(next_due=now))


def put_off(db: Database, quiet: Sequence[tuple[datetime, int]], turn: Turn, now: datetime) -> int:
    """Leaves these pages, by last fetch and number, to the next night, but for those whose turn it is; how many."""
    share = round(len(quiet) * min(1.0, (now - turn.since) / turn.longest))
    waiting = sorted(quiet)[max(IN_TURN_LEAST, share) :]
    left = [page for fetched, page in waiting if fetched + turn.longest > now]
    for part in batched(left, AT_ONCE):
        still_due = (pages.c.id.in_(part), pages.c.state == "ok", pages.c.next_due <= now)  # another run may be on
        with db.write() as connection:
            connection.execute(update(pages).where(*still_due).values(next_due=now + NEXT_NIGHT))
    return len(left)


def bare(url: str) -> str:
    """The address without what a site may write now so and now so: scheme, "www.", the last slash."""
    return normalised(url).partition("://")[2].removeprefix("www.").rstrip("/")


def told_posts(db: Database, site: str, stated: Stated) -> set[int] | None:
    """The posts with comments that are not known; None where older ones may be unknown too, or known ones unsaid."""
    with db.read() as connection:
        mine, there = standing_comments(site)
        number = connection.execute(select(func.count()).select_from(mine).where(*there)).scalar_one()
        if stated.every_comment and len(stated.comments) < COVERED * number:
            return None  # they are kept elsewhere, or not told to everybody
        known = ids_known(connection, site, [form.format(number) for number in stated.comments for form in FORMS])
    unknown = [number for number in stated.comments if not any(form.format(number) in known for form in FORMS)]
    oldest = next(reversed(list(stated.comments)), None)
    if not stated.every_comment and (oldest is None or oldest in unknown):
        return None
    return {stated.comments[number] for number in unknown}


def take_back(db: Database, site: str, now: datetime) -> int:
    """Makes due what the run that began at `now` put off to the next night; how many pages."""
    left = (of_site(site), pages.c.state == "ok", pages.c.next_due > now, pages.c.next_due <= now + NEXT_NIGHT)
    with db.write() as connection:
        return int(connection.execute(update(pages).where(*left).values(next_due=now)).rowcount)


def standing_comments(site: str) -> tuple[FromClause, tuple[ColumnElement[bool], ...]]:
    """What the comments on a site's pages are selected from, and by which conditions."""
    there = (of_site(site), comments.c.kind == CommentKind.COMMENT, comments.c.missing_since.is_(None))
    return comments.join(pages, pages.c.id == comments.c.page_id), (*there, comments.c.removed_at.is_(None))


def ids_known(connection: Connection, site: str, ids: Collection[str]) -> set[str]:
    """Those of these ids that comments on the site's pages have."""
    query = select(comments.c.site_comment_id).join(pages, pages.c.id == comments.c.page_id).where(of_site(site))
    known: set[str] = set()
    for part in batched(sorted(ids), AT_ONCE):
        known.update(connection.execute(query.where(comments.c.site_comment_id.in_(part))).scalars())
    return known
