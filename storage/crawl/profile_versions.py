"""The versions of a site's profile, as a person looks at them: read as they are stored, and the newest dropped."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, update

from storage.database.engine import Database
from storage.database.tables import site_profiles, sites


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileVersion:
    """A version of a profile. `content` is its JSON by name; `size` is what it takes in the database, in bytes."""

    version: int
    made_at: datetime
    pages: int
    digest: str
    size: int
    content: dict[str, Any]


def newest_version(db: Database, site: str) -> ProfileVersion | None:
    """The version in use; None while nothing was learned, and after it was dropped."""
    query = (
        select(site_profiles)
        .join(sites, sites.c.id == site_profiles.c.site_id)
        .where(sites.c.name == site)
        .order_by(site_profiles.c.version.desc())
        .limit(1)
    )
    with db.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None or row.ended_at is not None:
        return None
    return ProfileVersion(
        version=row.version,
        made_at=row.made_at,
        pages=row.pages,
        digest=row.digest,
        size=len(row.content),
        content=orjson.loads(zlib.decompress(row.content)),
    )


def drop_profile(db: Database, site: str, now: datetime) -> bool:
    """Drop what was learned of the site: the next run learns it anew. Whether there was something."""
    mine = site_profiles.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
    with db.write() as connection:
        done = connection.execute(
            update(site_profiles).where(mine, site_profiles.c.ended_at.is_(None)).values(ended_at=now)
        )
    return bool(done.rowcount)
