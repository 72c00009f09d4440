"""What editors taught: site layers, certifications and rules, each kept as JSON text that moderation reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import delete, insert, select

from storage.crawl.site_numbers import site_number
from storage.database.engine import Database
from storage.database.tables import learned, sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """One thing that was learned. `content` is JSON text; `site` None: for all sites."""

    id: int
    site: str | None
    kind: str
    version: str
    content: str
    made_at: datetime
    made_by: str


def keep_learned(
    db: Database,
    site: str | None,
    kind: str,
    version: str,
    content: str,
    made_by: str,
    now: datetime,
    *,
    only_newest: bool = False,
) -> int:
    """Keep a newer one; the older ones stay as history unless `only_newest`. Raises ValueError if `content` is no
    JSON."""
    value = orjson.loads(content)
    with db.write(durable=True) as connection:
        number = None if site is None else site_number(connection, site, now)
        if only_newest:
            connection.execute(delete(learned).where(learned.c.site_id == number, learned.c.kind == kind))
        return int(
            connection.execute(
                insert(learned)
                .values(site_id=number, kind=kind, version=version, content=value, made_at=now, made_by=made_by)
                .returning(learned.c.id)
            ).scalar_one()
        )


def newest_learned(db: Database, kind: str, site: str | None = None) -> Learned | None:
    """The newest of this kind for the site (None: for all sites), or None."""
    found = all_learned(db, kind, site, limit=1)
    return found[0] if found else None


def all_learned(db: Database, kind: str, site: str | None = None, limit: int = 100) -> tuple[Learned, ...]:
    """Those of this kind for the site, the newest first."""
    query = (
        select(learned, sites.c.name.label("site"))
        .outerjoin(sites, sites.c.id == learned.c.site_id)
        .where(learned.c.kind == kind, sites.c.name == site if site is not None else learned.c.site_id.is_(None))
        .order_by(learned.c.id.desc())
        .limit(limit)
    )
    with db.read() as connection:
        return tuple(
            Learned(
                id=row.id,
                site=row.site,
                kind=row.kind,
                version=row.version,
                content=orjson.dumps(row.content).decode(),
                made_at=row.made_at,
                made_by=row.made_by,
            )
            for row in connection.execute(query)
        )
