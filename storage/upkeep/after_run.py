"""What is due after a run: job profiles, campaigns, the queue's order, counts by day, the search index.

Every part is idempotent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from storage.analysts.rollups import refresh
from storage.analysts.search import index_new
from storage.crawl.campaigns import find_campaigns
from storage.crawl.profiles import derive_profiles
from storage.database.engine import Database
from storage.database.retrying import again_on_collision
from storage.desk.impact import measure_impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """How many articles were looked at for a profile, comments joined a campaign, days were counted, texts indexed."""

    profiled: int
    joined: int
    days: int
    indexed: int


def after_upgrade(db: Database, now: datetime) -> int:
    """Fill what an upgrade has emptied or made anew, so that nobody waits for the next run; return of texts indexed."""
    again_on_collision(partial(derive_profiles, db, now))
    again_on_collision(partial(refresh, db))
    return again_on_collision(partial(index_new, db))


def after_run(db: Database, now: datetime) -> Upkeep:
    """Bring everything that is derived from the loaded pages up to date, in short transactions.

    Two runs may end at the same moment, and each part may meet the rows of the other.
    """
    profiled = again_on_collision(partial(derive_profiles, db, now))
    joined = find_campaigns(db, now)
    again_on_collision(partial(measure_impact, db))
    return Upkeep(
        profiled=profiled,
        joined=joined,
        days=again_on_collision(partial(refresh, db)),
        indexed=again_on_collision(partial(index_new, db)),
    )
