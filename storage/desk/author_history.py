"""What is known of a comment's author: context for moderation and for the desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select

from moderation.verdict import Action
from storage.crawl.identity import author_key
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.tables import comments, reviews, sites


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorHistory:
    """An author's comments on one site, by what holds for them now. `hosts`: those behind the name so far."""

    published: int = 0
    waiting: int = 0
    rejected: int = 0
    first_seen_at: datetime | None = None
    hosts: tuple[str, ...] = ()


UNKNOWN = AuthorHistory()


def author_history(db: Database, site: str, authors: Collection[str]) -> dict[str, AuthorHistory]:
    """What is known of each of these names on the site; UNKNOWN for a name never seen."""
    keys = {name: author_key(db.secret, name) for name in authors}
    wanted = sorted({key for key in keys.values() if key is not None})
    found: dict[str, AuthorHistory] = {}
    with db.read() as connection:
        site_id = connection.execute(select(sites.c.id).where(sites.c.name == site)).scalar()
        for part in batched(wanted, 500):
            rows = connection.execute(
                select(
                    comments.c.author_key,
                    reviews.c.action,
                    comments.c.author_url,
                    func.count().label("number"),
                    func.min(comments.c.first_seen_at, type_=comments.c.first_seen_at.type).label("first"),
                )
                .join(reviews, reviews.c.comment_id == comments.c.id)
                .where(comments.c.author_key.in_(part), reviews.c.site_id == site_id)
                .group_by(comments.c.author_key, reviews.c.action, comments.c.author_url)
            )
            for row in rows:
                found[row.author_key] = with_row(
                    found.get(row.author_key, UNKNOWN), row.action, row.author_url, row.number, row.first
                )
    return {name: found.get(key, UNKNOWN) if key else UNKNOWN for name, key in keys.items()}


def with_row(known: AuthorHistory, action: str, url: str | None, number: int, first: datetime) -> AuthorHistory:
    host = urlsplit(url).hostname if url else None
    return AuthorHistory(
        published=known.published + (number if action == Action.PUBLISH else 0),
        waiting=known.waiting + (number if action == Action.REVIEW else 0),
        rejected=known.rejected + (number if action == Action.REJECT else 0),
        first_seen_at=min(first, known.first_seen_at) if known.first_seen_at else first,
        hosts=known.hosts if host is None or host in known.hosts else tuple(sorted((*known.hosts, host))),
    )
