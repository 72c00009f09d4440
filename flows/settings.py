"""Settings: what an operator can set, as one frozen record that is read once at the edge (`settings_file`).

The tables of one subject each are in `settings_tables`; this is the whole, and what a site can have.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from flows.errors import UnknownSite
from flows.settings_tables import (
    AgreedSettings,
    DeskSettings,
    FetchSettings,
    LanguageCode,
    ModerationSettings,
    RetentionSettings,
    SiteName,
    Table,
    Url,
    address_of,
)
from storage.crawl.object_store import fault_of, is_store

FILE_NAME = "tamis.toml"
HOME_PATHS = ("", "/", "/index.html", "/index.htm", "/index.php")
PUNCTUAL = 0.95  # of a wait until a run that is to be the first after it
DEFAULT_LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "nl", "pl", "ru", "ar", "zh", "ja")

Pattern = str


class SiteSettings(Table):
    """One site: where its articles are found and how often they are looked at."""

    name: SiteName
    urls: tuple[Url, ...] = ()
    sitemaps: tuple[Url, ...] = ()
    feeds: tuple[Url, ...] = ()
    follow_links: bool | None = None  # None: where only a home page is given
    discover: bool | None = None  # sitemaps and feeds; None: where none is named and a home page is given
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    articles: tuple[Pattern, ...] = ()  # addresses that are articles, whatever their pages look like
    lists: tuple[Pattern, ...] = ()
    language: LanguageCode | None = None
    local: bool = False
    robots: bool = True
    pace: float = Field(default=1.0, ge=0, le=3600)
    concurrency: int = Field(default=2, ge=1, le=8)
    recheck_hours: float | None = Field(default=None, ge=0, le=24 * 365)  # None: by need, as each page moves
    hold_nights: int = Field(default=3, ge=1, le=365)  # a loss of comments that lasts for so many is applied by itself
    max_pages: int | None = Field(default=None, ge=1)
    short_nights: bool = True  # leave alone what the site says did not change; each page in its turn within a week
    complete_comments: bool | Literal["check"] = False
    complete_requests: int = Field(default=5, ge=1, le=50)
    check_notices: bool = False  # ask the pages that pingbacks come from whether they link here
    cron: str | None = None
    timezone: str = "UTC"
    heartbeat: Url | None = None  # called after each good run: its silence is an alarm somewhere else
    moderation: ModerationSettings | None = None
    desk: AgreedSettings | None = None

    @field_validator("include", "exclude", "articles", "lists")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        return patterns

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is not a time zone; write one such as Europe/Paris") from error
        return name

    @field_validator("cron")
    @classmethod
    def _cron(cls, expression: str | None) -> str | None:
        if expression is not None and len(expression.split()) != 5:
            raise ValueError(f"{expression!r} is not a cron line; write five fields such as '30 2 * * *'")
        return expression

    @model_validator(mode="after")
    def _has_a_start(self) -> SiteSettings:
        if not (self.urls or self.sitemaps or self.feeds):
            raise ValueError("it has nowhere to start; give it urls, sitemaps or feeds")
        return self

    @property
    def starts_at_home(self) -> bool:
        """Whether a home page is all that is given: the rest is found from there."""
        homes = any(urlsplit(url).path in HOME_PATHS and not urlsplit(url).query for url in self.urls)
        return homes and not (self.sitemaps or self.feeds)

    @property
    def follows(self) -> bool:
        """Whether the links of its pages are followed."""
        return self.starts_at_home if self.follow_links is None else self.follow_links

    @property
    def discovers(self) -> bool:
        """Whether its sitemaps and feeds are looked for."""
        return self.starts_at_home if self.discover is None else self.discover

    @property
    def recheck(self) -> timedelta:
        """After how long a page is due again, counted from the start of a run. A little less than `recheck_hours`: a
        page that is looked at daily must be due when the next night begins, and crons are not punctual to the second.
        """
        return PUNCTUAL * timedelta(hours=self.recheck_hours or 0.0)

    @property
    def addresses(self) -> frozenset[str]:
        """host:port of every start address."""
        return frozenset(address_of(url) for url in (*self.urls, *self.sitemaps, *self.feeds))


class Settings(Table):
    """Everything that an operator can set. Paths are absolute once loaded; relative ones start at the config file."""

    database_url: str = ""
    database_reader_url: SecretStr | None = None  # PostgreSQL: the login of `tamis db reader`, for the SQL console
    archive: Annotated[str, BeforeValidator(str)] = "archive"  # a folder, or the address of an object store
    archive_spool: Path = Path("archive-spool")  # with a store: files that are written, and those not sent yet
    archive_file_mb: int = Field(default=1000, ge=1, le=100_000)  # a WARC file past it is followed by another one
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=2)] = DEFAULT_LANGUAGES
    jobs: int = Field(default=0, ge=0, le=256)  # worker processes; 0 = one a core
    batch_pages: int = Field(default=100, ge=1, le=1000)
    page_seconds: float = Field(default=15.0, gt=0, le=600)  # a page that takes longer is quarantined
    log_format: Literal["text", "json"] = "text"
    otlp_endpoint: Url | None = None  # an OpenTelemetry collector, for spans of runs and pages
    alarms: tuple[str, ...] = ()  # apprise addresses
    fetch: FetchSettings = FetchSettings()
    moderation: ModerationSettings = ModerationSettings()
    retention: RetentionSettings = RetentionSettings()
    desk: DeskSettings = DeskSettings()
    sites: tuple[SiteSettings, ...] = ()
    path: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_sites(cls, data: Any) -> Any:
        """[sites.NAME] tables become records that know their name."""
        if isinstance(data, Mapping) and isinstance(data.get("sites"), Mapping):
            sites = [
                {**site, "name": name} if isinstance(site, Mapping) else site for name, site in data["sites"].items()
            ]
            return {**data, "sites": sites}
        return data

    @field_validator("archive")
    @classmethod
    def _archive(cls, address: str) -> str:
        if is_store(address) and (fault := fault_of(address)) is not None:
            raise ValueError(fault)
        return address

    @property
    def archive_store(self) -> str | None:
        """The address of the object store that holds the archive; None: a folder does."""
        return self.archive if is_store(self.archive) else None

    @property
    def archive_folder(self) -> Path:
        """The folder that raw pages are written to: the archive itself, or the spool of a store."""
        return self.archive_spool if self.archive_store else Path(self.archive)

    @property
    def archive_file_bytes(self) -> int:
        return 1_000_000 * self.archive_file_mb

    @property
    def workers(self) -> int:
        return self.jobs or os.cpu_count() or 1

    def site(self, name: str) -> SiteSettings:
        """Raises UnknownSite naming the sites there are."""
        for site in self.sites:
            if site.name == name:
                return site
        known = ", ".join(site.name for site in self.sites) or "none yet"
        raise UnknownSite(f"no site {name!r} in {self.path or FILE_NAME}; it has: {known}")

    def chosen(self, names: list[str] | None) -> tuple[SiteSettings, ...]:
        """The named sites, or all of them. Raises UnknownSite."""
        if not self.sites:
            raise UnknownSite(f"{self.path or FILE_NAME} has no site; add a [sites.NAME] table with urls or sitemaps")
        return tuple(self.site(name) for name in names) if names else self.sites
