"""How much hangs on a decision: the measure by which editors may sort their queue."""

from __future__ import annotations

from sqlalchemy import func, select

from storage.database.batches import batched
from storage.database.bulk import update_rows
from storage.database.engine import Database
from storage.database.tables import articles, campaign_members, campaigns, comments, reviews

AT_ONCE = 400


def measure_impact(db: Database) -> int:
    """Bring `impact` of the waiting comments up to date; return of how many it changed.

    It is the number of comments in the article's discussion (how many people a wrong decision meets) and of members
    of its campaign (how many comments one decision settles), added up.
    """
    discussion = func.coalesce(articles.c.comments_claimed, articles.c.comments_found)
    impact = discussion + func.coalesce(campaigns.c.size, 0)
    query = (
        select(impact, reviews.c.comment_id)
        .join(comments, comments.c.id == reviews.c.comment_id)
        .join(articles, articles.c.id == comments.c.article_id)
        .outerjoin(campaign_members, campaign_members.c.comment_id == reviews.c.comment_id)
        .outerjoin(campaigns, campaigns.c.id == campaign_members.c.campaign_id)
        .where(reviews.c.waiting_since.is_not(None), reviews.c.impact != impact)
        .order_by(reviews.c.comment_id)
    )
    with db.read() as connection:
        changed = [tuple(row) for row in connection.execute(query)]
    for part in batched(changed, AT_ONCE):
        with db.write() as connection:
            update_rows(connection, reviews, ("impact",), part, by="comment_id")
    return len(changed)
