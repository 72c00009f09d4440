"""Pingbacks and trackbacks whose sender's page is still to look at, and what was found there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from extractors.records import CommentKind
from storage.database.engine import Database
from storage.database.tables import articles, comments, notice_looks, sites
from storage.database.values import upsert

NOTICES = (CommentKind.PINGBACK, CommentKind.TRACKBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenNotice:
    """A notice of which nobody knows yet whether its sender's page (`source`) links to the article."""

    comment_id: int
    source: str
    article: str


def unseen_notices(db: Database, site: str, most: int) -> tuple[UnseenNotice, ...]:
    """The newest notices of a site that name their sender's page and were never looked at."""
    query = (
        select(comments.c.id, comments.c.author_url, articles.c.canonical_url)
        .join(articles, articles.c.id == comments.c.article_id)
        .join(sites, sites.c.id == articles.c.site_id)
        .outerjoin(notice_looks, notice_looks.c.comment_id == comments.c.id)
        .where(
            sites.c.name == site,
            comments.c.kind.in_(NOTICES),
            comments.c.author_url.is_not(None),
            comments.c.removed_at.is_(None),
            notice_looks.c.comment_id.is_(None),
        )
        .order_by(comments.c.id.desc())
        .limit(most)
    )
    with db.read() as connection:
        rows = connection.execute(query).tuples().all()
    return tuple(UnseenNotice(comment_id=number, source=source, article=article) for number, source, article in rows)


def keep_look(db: Database, comment_id: int, links_back: bool | None, now: datetime) -> None:
    """Write down what was found; None: the page could not be read. A later look replaces an earlier one."""
    with db.write() as connection:
        statement = upsert(connection, notice_looks)
        values = {"looked_at": now, "links_back": links_back}
        connection.execute(
            statement.values(comment_id=comment_id, **values).on_conflict_do_update(
                index_elements=[notice_looks.c.comment_id], set_=values
            )
        )
