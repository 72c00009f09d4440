"""`tamis status`: how each site of the settings is doing, as a person or a script wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flows.clock import utc_now
from flows.runs.agreements import overdue, sentences
from flows.runs.judging import moderation_of, policy_of, standing_of
from flows.settings import Settings
from storage.crawl.quarantine import Case, open_cases
from storage.opening import open_database
from storage.upkeep.health import SiteStatus, site_status


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """One site: what the database says of it, and its open quarantine cases. `status` is None before its first run."""

    site: str
    status: SiteStatus | None
    open_cases: tuple[Case, ...]
    late: tuple[str, ...] = ()  # what editors have left for longer than agreed
    guarantee: str = ""  # what is missing until the site may reject unseen

    @property
    def alarms(self) -> tuple[str, ...]:
        return (*self.status.alarms, *self.late) if self.status else ("it has never run; run: tamis run",)

    def cells(self) -> tuple[str, ...]:
        """One row of the table of sites."""
        status = self.status
        if status is None:
            return (self.site, *("-",) * 7)
        last = status.last_run
        return (
            self.site,
            f"{sum(status.pages.values()):,}",
            f"{status.articles:,}",
            f"{sum(status.comments.values()):,}",
            f"{status.waiting:,}",
            f"{status.quarantined:,}",
            moment(last.started_at) if last else "-",
            last.status if last else "-",
        )

    def as_json(self) -> dict[str, Any]:
        found = asdict(self.status) if self.status else {"site": self.site}
        return {
            **found,
            "sentence": self.status.sentence if self.status else "",
            "alarms": list(self.alarms),
            "open_cases": [asdict(case) for case in self.open_cases],
            "guarantee": self.guarantee,
        }


def moment(value: datetime) -> str:
    return value.strftime("%d %b %H:%M")


def site_states(settings: Settings, names: Sequence[str] | None) -> list[SiteState]:
    """The state of the chosen sites, in the order of the settings. Raises UnknownSite, StorageError."""
    chosen = settings.chosen(list(names) if names else None)
    with open_database(settings.database_url) as db:
        now = utc_now()
        known = {status.site: status for status in site_status(db, now)}
        return [
            SiteState(
                site=site.name,
                status=known.get(site.name),
                open_cases=tuple(open_cases(db, site.name)),
                late=sentences(overdue(settings, db, [site.name], now)),
                guarantee=standing_of(db, site.name, policy_of(moderation_of(settings, site))).sentence,
            )
            for site in chosen
        ]
