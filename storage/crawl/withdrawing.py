"""Taking back what a page gave that turned out to be no article: a list, a login page, an error.

Its row among the articles, its sections, its sightings of short messages and the teasers that were taken for comments
go, with everything that hangs on them; the archived answer stays, so a replay brings them back if that was wrong.
Where an editor decided on one of the comments nothing is deleted: the article is marked as gone and its comments as
removed, and none of them waits any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, and_, bindparam, case, delete, select, update

from storage.analysts.rollups import mark_stale
from storage.analysts.search import forget_texts
from storage.crawl.campaigns import summarise
from storage.database.batches import batched
from storage.database.tables import (
    articles,
    campaign_members,
    campaigns,
    comments,
    counted,
    decisions,
    metadata,
    pages,
    reviews,
    site_authors,
)

AT_ONCE = 500


def withdraw(connection: Connection, article_ids: Collection[int], now: datetime) -> int:
    """Take these articles back; return how many there were."""
    numbers = sorted(article_ids)
    if not numbers:
        return 0
    of_them = comments.c.article_id.in_(numbers)
    decided = set(
        connection.execute(
            select(comments.c.article_id).join(decisions, decisions.c.comment_id == comments.c.id).where(of_them)
        ).scalars()
    )
    theirs = list(connection.execute(select(comments.c.id).where(of_them).order_by(comments.c.id)).scalars())
    mark_stale(connection, theirs)
    connection.execute(update(pages).where(pages.c.article_id.in_(numbers)).values(article_id=None))
    retire(connection, sorted(decided), now)
    delete_articles(connection, [number for number in numbers if number not in decided])
    return len(numbers)


def retire(connection: Connection, numbers: Sequence[int], now: datetime) -> None:
    """Mark articles as gone and their comments as removed: an editor's decision is never deleted."""
    mine = comments.c.article_id.in_(numbers)
    connection.execute(
        update(articles).where(articles.c.id.in_(numbers), articles.c.gone_at.is_(None)).values(gone_at=now)
    )
    connection.execute(
        update(comments)
        .where(mine, comments.c.removed_at.is_(None))
        .values(removed_at=now, missing_since=now, changed_at=now)
    )
    connection.execute(
        update(reviews)
        .where(reviews.c.comment_id.in_(select(comments.c.id).where(mine)), reviews.c.waiting_since.is_not(None))
        .values(waiting_since=None, version=reviews.c.version + 1, changed_at=now)
    )


def delete_articles(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete articles and comments that nobody decided on, and every row of any table that refers to them."""
    mine = comments.c.article_id.in_(numbers)
    delete_comments(connection, connection.execute(select(comments.c.id).where(mine).order_by(comments.c.id)).scalars())
    for part in batched(numbers, AT_ONCE):
        for column in references("articles"):
            connection.execute(delete(column.table).where(column.in_(part)))
        forget_texts(connection, "article", part)
        connection.execute(delete(articles).where(articles.c.id.in_(part)))


def take_back_comments(connection: Connection, page_id: int, keys: Collection[str], now: datetime) -> int:
    """Take back the comments of a page that are not among `keys`: they were the site's newest, not the article's.

    Those on which an editor decided are kept, as removed. Return how many there were.
    """
    rows = connection.execute(
        select(comments.c.id, comments.c.key, reviews.c.decision_id)
        .outerjoin(reviews, reviews.c.comment_id == comments.c.id)
        .where(comments.c.page_id == page_id, comments.c.removed_at.is_(None))
        .order_by(comments.c.id)
    ).all()
    wrong = [row for row in rows if row.key not in keys]
    mark_stale(connection, [row.id for row in wrong])
    decided = select(decisions.c.comment_id).where(decisions.c.comment_id.in_([row.id for row in wrong]))
    kept = set(connection.execute(decided).scalars())
    connection.execute(
        update(comments).where(comments.c.id.in_(kept)).values(removed_at=now, missing_since=now, changed_at=now)
    )
    delete_comments(connection, [row.id for row in wrong if row.id not in kept])
    return len(wrong)


def delete_comments(connection: Connection, numbers: Iterable[int]) -> None:
    """Delete comments that nobody decided on, and every row of any table that refers to them."""
    theirs = list(numbers)
    connection.execute(update(comments).where(comments.c.parent_id.in_(theirs)).values(parent_id=None))
    forget_authors(connection, theirs)
    members = select(campaign_members.c.campaign_id).where(campaign_members.c.comment_id.in_(theirs)).distinct()
    groups = list(connection.execute(members).scalars())
    for part in batched(theirs, AT_ONCE):
        for column in references("comments"):
            connection.execute(delete(column.table).where(column.in_(part)))
        forget_texts(connection, "comment", part)
        connection.execute(delete(comments).where(comments.c.id.in_(part)))
    for group in groups:
        summarise(connection, group)
        left = select(campaign_members.c.campaign_id).where(campaign_members.c.campaign_id == group).limit(1)
        if connection.execute(left).scalar() is None:
            connection.execute(delete(campaigns).where(campaigns.c.id == group))


def references(table: str) -> list[Column[int]]:
    """The columns of other tables that hold numbers of that table's rows."""
    return [
        key.parent
        for other in reversed(metadata.sorted_tables)
        for key in sorted(other.foreign_keys, key=lambda key: str(key.parent))
        if key.column.table.name == table and other.name not in (table, "comments")
    ]


def forget_authors(connection: Connection, comment_ids: Sequence[int]) -> None:
    """Take these comments out of the counts of their authors, as far as those hold them."""
    up_to = connection.execute(select(counted.c.up_to).where(counted.c.name == "comments")).scalar() or 0
    per_author: dict[tuple[int, str], int] = {}
    for part in batched([number for number in comment_ids if number <= up_to], AT_ONCE):
        query = (
            select(articles.c.site_id, comments.c.author_key)
            .join(articles, articles.c.id == comments.c.article_id)
            .where(
                comments.c.id.in_(part),
                comments.c.author_key.is_not(None),
                comments.c.kind.in_(("comment", "post")),
            )
        )
        for site_id, key in connection.execute(query):
            per_author[site_id, key] = per_author.get((site_id, key), 0) + 1
    if not per_author:
        return
    theirs = and_(site_authors.c.site_id == bindparam("of_site"), site_authors.c.author_key == bindparam("of_author"))
    rows = [{"of_site": site, "of_author": key, "less": less} for (site, key), less in sorted(per_author.items())]
    rest = site_authors.c.number - bindparam("less")
    connection.execute(update(site_authors).where(theirs).values(number=case((rest > 0, rest), else_=0)), rows)
    connection.execute(delete(site_authors).where(site_authors.c.number <= 0))
