"""The number of a site, which other rows name it by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from storage.database.tables import sites
from storage.database.values import upsert


def site_number(connection: Connection, site: str, now: datetime) -> int:
    """The site's number; a site is made when it is first named."""
    found = connection.execute(select(sites.c.id).where(sites.c.name == site)).scalar()
    if found is not None:
        return int(found)
    connection.execute(upsert(connection, sites).values(name=site, added_at=now).on_conflict_do_nothing())
    return int(connection.execute(select(sites.c.id).where(sites.c.name == site)).scalar_one())
