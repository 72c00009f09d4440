"""How a site is fetched: pace, robots and limits, from its settings."""

from __future__ import annotations

from flows.errors import SettingsError
from flows.fetching.policy import FetchPolicy
from flows.settings import Settings, SiteSettings


def fetch_policy(settings: Settings, site: SiteSettings) -> FetchPolicy:
    """The site's manners: pace, robots and limits; a site configured as local may answer from its start addresses."""
    fetch = settings.fetch
    if fetch.ca_file is not None and not fetch.ca_file.is_file():
        raise SettingsError(f"fetch.ca_file: {fetch.ca_file} is not there; name a PEM file")
    return FetchPolicy(
        user_agent=fetch.user_agent,
        total_deadline_s=fetch.total_deadline,
        connect_s=fetch.connect_timeout,
        max_bytes=fetch.max_bytes,
        max_redirects=fetch.max_redirects,
        attempts=fetch.attempts,
        http2=fetch.http2,
        proxy=fetch.proxy,
        ca_file=str(fetch.ca_file) if fetch.ca_file else None,
        pace_s=site.pace,
        local_pace_s=site.pace if "pace" in site.model_fields_set else 0.0,  # who says nothing of it is in a hurry
        concurrency_per_host=site.concurrency,
        local_concurrency=site.concurrency if "concurrency" in site.model_fields_set else None,
        respect_robots=site.robots,
        local_addresses=site.addresses if site.local else frozenset(),
    )
