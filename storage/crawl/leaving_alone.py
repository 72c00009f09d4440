"""Pages that are due and may be left alone, because their site says that nothing changed on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.tables import articles, comments, pages, sites

COVERED = 0.95  # of a site's articles that the site itself must list; less: it lists something else
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
    db: Database, site: str, stated: Stated, since: datetime, now: datetime, until: datetime
) -> LeftAlone | None:
    """Puts the due pages off until then of which the site says that nothing changed since they were fetched.

    Only pages that are well and were fetched since `since`. None, and nothing is put off, where what the site says
    cannot be relied on: it lists other things than its articles, or more new comments than can be told apart.
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
            articles.c.post_key,
        ).outerjoin(articles, articles.c.id == pages.c.article_id)
        known = connection.execute(query.where(mine)).all()
    numbers = {url: number for number, (url, _) in stated.posts.items()}
    post_of = {row.id: number_of(row.post_key, row.url, numbers, stated.posts) for row in known}
    of_article = {row.article_id: post_of[row.id] for row in known if row.article_id and post_of[row.id] is not None}
    well = [row for row in known if row.kind == "article" and row.state == "ok" and not row.is_continuation]
    if sum(post_of[row.id] is not None for row in well) < COVERED * len(well) or not well:
        return None
    quiet = []
    for row in known:
        if row.state != "ok" or row.next_due is None or row.next_due > now or row.last_fetched < since:
            continue
        post = of_article.get(row.article_id)
        silent = post is not None and post not in told and stated.posts[post][1] + SLACK <= row.last_fetched
        if silent or row.article_id is None:  # a list, a login: what such pages would lead to, the site has said
            quiet.append(row.id)
    for part in batched(quiet, AT_ONCE):
        with db.write() as connection:
            connection.execute(update(pages).where(pages.c.id.in_(part)).values(next_due=until))
    have = {number for number in post_of.values() if number is not None}
    new = tuple(url for number, (url, _) in sorted(stated.posts.items()) if number not in have)
    return LeftAlone(pages=len(quiet), new_posts=new)


def number_of(post_key: str | None, url: str, numbers: Mapping[str, int], posts: Collection[int]) -> int | None:
    """The number of the post that a page shows, if the site lists it."""
    stated = (post_key or "").removeprefix("postid-")
    if stated.isdecimal() and int(stated) in posts:
        return int(stated)
    return numbers.get(url)


def told_posts(db: Database, site: str, stated: Stated) -> set[int] | None:
    """The posts with comments that are not known; None where older ones may be unknown too."""
    known: set[str] = set()
    with db.read() as connection:
        mine = pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        query = select(comments.c.site_comment_id).join(pages, pages.c.id == comments.c.page_id).where(mine)
        for part in batched((form.format(number) for number in stated.comments for form in FORMS), AT_ONCE):
            known.update(connection.execute(query.where(comments.c.site_comment_id.in_(part))).scalars())
    unknown = [number for number in stated.comments if not any(form.format(number) in known for form in FORMS)]
    oldest = next(reversed(list(stated.comments)), None)
    if not stated.every_comment and oldest in unknown:
        return None
    return {stated.comments[number] for number in unknown}
