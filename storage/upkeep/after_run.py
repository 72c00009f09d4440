"""What is due after a run: job profiles, campaigns, the queue's order, counts by day, the search index.

Every part is idempotent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.analysts.rollups import refresh
from storage.analysts.search import index_new
from storage.crawl.campaigns import find_campaigns
from storage.crawl.profiles import derive_profiles
from storage.database.engine import Database
from storage.desk.impact import measure_impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """How many articles were looked at for a profile, comments joined a campaign, days were counted, texts indexed."""

    profiled: int
    joined: int
    days: int
    indexed: int


def after_run(db: Database, now: datetime) -> Upkeep:
    """Bring everything that is derived from the loaded pages up to date, in short transactions."""
    profiled, joined = derive_profiles(db, now), find_campaigns(db, now)
    measure_impact(db)
    return Upkeep(
        profiled=profiled,
        joined=joined,
        days=refresh(db),
        indexed=index_new(db),
    )
