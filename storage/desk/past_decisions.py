"""Past decisions with the comments they were on: what rules are tried on before they are switched on."""

from __future__ import annotations

from sqlalchemy import select

from moderation.rules import PastDecision
from moderation.verdict import Action
from storage.crawl.submissions import submission_of
from storage.database.engine import Database
from storage.database.tables import comments, reviews, sites

MOST_PAST_DECISIONS = 20_000


def past_decisions(db: Database, site: str | None = None, limit: int = MOST_PAST_DECISIONS) -> tuple[PastDecision, ...]:
    """The newest comments that an editor's decision holds for, on one site or (None) on all."""
    query = (
        select(
            comments.c.id,
            comments.c.body,
            comments.c.author,
            comments.c.author_url,
            comments.c.links,
            comments.c.kind,
            reviews.c.action,
        )
        .join(reviews, reviews.c.comment_id == comments.c.id)
        .where(reviews.c.decision_id.is_not(None), comments.c.erased_at.is_(None))
        .order_by(reviews.c.decision_id.desc())
        .limit(limit)
    )
    if site is not None:
        query = query.join(sites, sites.c.id == reviews.c.site_id).where(sites.c.name == site)
    with db.read() as connection:
        return tuple(
            PastDecision(submission=submission_of(row, row.id), action=Action(row.action))
            for row in connection.execute(query)
        )
