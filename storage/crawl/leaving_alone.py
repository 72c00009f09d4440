"""Pages that are due and may be left alone, because their site says that nothing changed on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update

from extractors.records import CommentKind
from extractors.urls import normalised
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.tables import articles, comments, pages, sites

COVERED = 0.95  # of a site's articles, and of its comments, that it must list; less: it lists something else
SLACK = timedelta(days=1)  # a page may have come from a cache: it is looked at once more after its change
FORMS = ("comment-{}", "{}", "div-comment-{}", "li-comment-{}")  # of a comment's id on its page
AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a site says: its posts by number, with address and last change; its newest comments, the newest first, by
    number with their post's; whether those are all there are."""

    posts: Mapping[int, tuple[str, datetime]]
    comments: Mapping[int, int]
    every_comment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """How many due pages were left alone, and the addresses of posts that are not known yet."""

    pages: int
    new_posts: tuple[str, ...]


def leave_alone(
    db: Database, site: str, stated: Stated, longest: timedelta, now: datetime, until: datetime
) -> LeftAlone | None:
    """Puts the due pages off until then of which the site says that nothing changed since they were fetched.

    Only pages that are well, and none for longer than `longest` after it was fetched. None, and nothing is put off,
    where what the site says cannot be relied on: it lists other things than its articles, fewer comments than are
    known, or more new ones than can be told apart.
    """
    told = told_posts(db, site, stated)
    if told is None:
        return None
    with db.read() as connection:
        mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        query = select(
            pages.c.id,
            pages.c.url,
            pages.c.state,
            pages.c.kind,
            pages.c.is_continuation,
            pages.c.article_id,
            pages.c.last_fetched,
            pages.c.next_due,
            articles.c.canonical_url,
        ).outerjoin(articles, articles.c.id == pages.c.article_id)
        known = connection.execute(query.where(mine)).all()
    # By address: in the folders of one host there may be several WordPress sites, each with a post 17
    numbers = {bare(url): number for number, (url, _) in stated.posts.items()}
    post_of = {row.id: numbers.get(bare(row.url), numbers.get(bare(row.canonical_url or ""))) for row in known}
    of_article = {row.article_id: post_of[row.id] for row in known if row.article_id and post_of[row.id] is not None}
    well = [row for row in known if row.kind == "article" and row.state == "ok" and not row.is_continuation]
    if sum(post_of[row.id] is not None for row in well) < COVERED * len(well) or not well:
        return None
    quiet = []
    for row in known:
        if row.state != "ok" or row.next_due is None or row.next_due > now or row.last_fetched + longest <= now:
            continue
        post = post_of[row.id] if row.article_id is None else of_article.get(row.article_id)
        silent = post is not None and post not in told and stated.posts[post][1] + SLACK <= row.last_fetched
        # A list, a login: what such pages would lead to, the site has said
        if silent or (post is None and row.article_id is None):
            quiet.append({"page": row.id, "until": min(until, row.last_fetched + longest)})
    still_due = (
        pages.c.id == bindparam("page"),
        pages.c.state == "ok",
        pages.c.next_due <= now,
    )  # another run may be on
    for part in batched(quiet, AT_ONCE):
        with db.write() as connection:
            connection.execute(update(pages).where(*still_due).values(next_due=bindparam("until")), part)
    have = {number for number in post_of.values() if number is not None}
    new = tuple(url for number, (url, _) in sorted(stated.posts.items()) if number not in have)
    return LeftAlone(pages=len(quiet), new_posts=new)


def bare(url: str) -> str:
    """The address without what a site may write now so and now so: scheme, "www.", the last slash."""
    return normalised(url).partition("://")[2].removeprefix("www.").rstrip("/")


def told_posts(db: Database, site: str, stated: Stated) -> set[int] | None:
    """The posts with comments that are not known; None where older ones may be unknown too, or known ones unsaid."""
    known: set[str] = set()
    with db.read() as connection:
        mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        there = (comments.c.kind == CommentKind.COMMENT, comments.c.missing_since.is_(None))
        standing = select(func.count()).select_from(comments.join(pages, pages.c.id == comments.c.page_id))
        number = connection.execute(standing.where(mine, *there, comments.c.removed_at.is_(None))).scalar_one()
        if stated.every_comment and len(stated.comments) < COVERED * number:
            return None  # they are kept elsewhere, or not told to everybody
        query = select(comments.c.site_comment_id).join(pages, pages.c.id == comments.c.page_id).where(mine)
        for part in batched((form.format(number) for number in stated.comments for form in FORMS), AT_ONCE):
            known.update(connection.execute(query.where(comments.c.site_comment_id.in_(part))).scalars())
    unknown = [number for number in stated.comments if not any(form.format(number) in known for form in FORMS)]
    oldest = next(reversed(list(stated.comments)), None)
    if not stated.every_comment and (oldest is None or oldest in unknown):
        return None
    return {stated.comments[number] for number in unknown}
