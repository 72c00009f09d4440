"""Whether a site runs as often as it should: by its cron line, or, without one, within five days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from flows.settings import SiteSettings
from storage.crawl.runs import Run

GRACE = timedelta(hours=1)  # a scheduler may be late, a queue long, a clock off
EARLY = timedelta(minutes=5)  # who runs so long before its time runs for it
QUIET = timedelta(days=5)  # without a run, where no cron line says how often


def last_due(site: SiteSettings, now: datetime) -> datetime | None:
    """When the site's newest run should have begun, aware UTC; None without a cron line."""
    return next(iter(fires(site, now, 1, backwards=True)), None)


def next_due(site: SiteSettings, now: datetime) -> datetime | None:
    """When the site's next run begins, aware UTC; None without a cron line."""
    return next(iter(fires(site, now, 1)), None)


def fires(site: SiteSettings, now: datetime, number: int, backwards: bool = False) -> tuple[datetime, ...]:
    """When the site's next runs begin (or its newest should have begun), aware UTC; none without a cron line."""
    if site.cron is None:
        return ()
    try:
        times = CronSim(site.cron, now.astimezone(ZoneInfo(site.timezone)), reverse=backwards)
        return tuple(time.astimezone(UTC) for time in islice(times, number))
    except CronSimError:  # Prefect knows forms that this one does not; it is the one that fires them
        return ()


def lateness(site: SiteSettings, runs: Sequence[Run], now: datetime) -> str | None:
    """Why the site should have run by now, in one sentence; None if it did, or has never run. `runs`: newest first."""
    began = next((run.started_at for run in runs if run.command == "run"), None)
    if began is None:
        return None
    due = last_due(site, now - GRACE)
    if due is not None and began < due - EARLY:
        words = f"no run since {began:%d %b %H:%M} UTC, although one was due on {due:%d %b %H:%M} UTC ({site.cron})"
        return f"{words}; is `tamis schedule`, or its worker, alive?"
    if due is None and now - began > QUIET:
        return f"no run since {began:%d %b %H:%M} UTC, which is {(now - began).days} days; is what starts it alive?"
    return None
