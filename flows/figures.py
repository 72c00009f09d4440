"""The figures of all sites in the text format of Prometheus, as the desk and `tamis schedule` give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from storage.upkeep.health import SiteStatus

GOOD = ("finished", "quarantined")
CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition(
    states: Sequence[SiteStatus], next_runs: Mapping[str, datetime] | None = None, server_deaths: int | None = None
) -> bytes:
    """One gauge a figure and site; `next_runs`: when each site's cron line starts it next; `server_deaths`: how often
    the Prefect server of a schedule died and was started again."""
    registry = CollectorRegistry()
    if server_deaths is not None:
        meaning = "How often the Prefect server died and was started again."
        Counter("tamis_prefect_server_deaths", meaning, registry=registry).inc(server_deaths)

    def gauge(name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"tamis_{name}", meaning, ("site", *labels), registry=registry)

    pages = gauge("pages", "Pages known, by state.", "state")
    due = gauge("pages_due", "Pages that are due.")
    aside = gauge("pages_set_aside", "Pages in quarantine, by reason.", "reason")
    articles = gauge("articles", "Articles stored.")
    comments = gauge("comments", "Comments stored, by the action that holds.", "action")
    waiting = gauge("comments_waiting", "Comments that wait for an editor.")
    began = gauge("last_run_start_seconds", "When the last run began, in seconds since 1970.")
    good = gauge("last_run_good", "1 if the last run was good, else 0.")
    did = gauge("last_run", "What the last run did, by name.", "what")
    hosts = gauge("last_run_host", "What the last run asked of a host: requests, waited, busy, errors.", "host", "what")
    following = gauge("next_run_start_seconds", "When the cron line starts the site next, in seconds since 1970.")
    for name, time in (next_runs or {}).items():
        following.labels(name).set(time.timestamp())
    for one in states:
        due.labels(one.site).set(one.due)
        articles.labels(one.site).set(one.articles)
        waiting.labels(one.site).set(one.waiting)
        for state, number in one.pages.items():
            pages.labels(one.site, state).set(number)
        for action, number in one.comments.items():
            comments.labels(one.site, action).set(number)
        for case in one.set_aside:
            aside.labels(one.site, case.reason).set(case.pages)
        if one.last_run is not None:
            began.labels(one.site).set(one.last_run.started_at.timestamp())
            good.labels(one.site).set(one.last_run.status in GOOD)
            for what, number in one.last_run.counts.items():
                did.labels(one.site, what).set(number)
            for host, told in (one.last_run.hosts or {}).items():
                for what, value in told.items():
                    hosts.labels(one.site, host, what).set(value)
    return generate_latest(registry)
