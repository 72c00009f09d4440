"""Settings: tamis.toml and TAMIS_* variables, read once at the edge into one frozen record.

The only module that reads the environment. A wrong key or value names the file, the line and the nearest right key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from flows import __version__
from flows.errors import UnknownSite

DEFAULT_LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "nl", "pl", "ru", "ar", "zh", "ja")

Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]
Pattern = str


def address_of(url: str) -> str:
    """host:port of a URL, the port of its scheme if it names none."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def is_secure_address(url: str) -> bool:
    """Whether nobody on the way can read or change what goes there: TLS, or this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
    )


FILE_NAME = "tamis.toml"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class FetchSettings(_Model):
    """How politely and how patiently pages are fetched. Times in seconds, sizes in bytes."""

    user_agent: str = f"tamis/{__version__} (+https://github.com/tamis-data/tamis)"
    total_deadline: float = Field(default=30.0, gt=0, le=600)
    connect_timeout: float = Field(default=10.0, gt=0, le=120)
    max_bytes: int = Field(default=16_000_000, ge=10_000, le=200_000_000)
    max_redirects: int = Field(default=5, ge=0, le=20)
    attempts: int = Field(default=3, ge=1, le=10)
    http2: bool = True
    proxy: str | None = Field(default=None, pattern=r"^https?://[^\s/]+/?$")
    ca_file: Path | None = None  # PEM: authorities to trust besides the public ones


class ModerationSettings(_Model):
    """How comments are judged. `lean` leaves the heavy language detector out (less memory, more "undecidable").

    `review_at`: the spam probability from which a person looks. `auto_reject`: reject unseen what is surely spam, on
    sites whose audits have proved that good comments are safe; a random `audit_share` of it is reviewed all the same.
    """

    lean: bool = False
    review_at: float | None = Field(default=None, gt=0, le=0.99)
    auto_reject: bool = False
    audit_share: float = Field(default=0.03, ge=0, le=1)
    allow_words: tuple[str, ...] = ()
    hold_words: tuple[str, ...] = ()
    reject_words: tuple[str, ...] = ()
    allow_authors: tuple[str, ...] = ()
    hold_authors: tuple[str, ...] = ()
    reject_authors: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    hold_hosts: tuple[str, ...] = ()
    reject_hosts: tuple[str, ...] = ()


Days = Annotated[int | None, Field(ge=1)]


class RetentionSettings(_Model):
    """How many days things are kept; null or absent where the default is for ever.

    The newest answer of each page, the newest archived one and what editors decided are always kept.
    """

    fetches: Days = 400  # the log of answers
    archive: Days = None  # raw pages that a newer answer has replaced
    versions: Days = None  # former texts of articles and comments
    closed_cases: Days = 400  # quarantine cases that were mended
    runs: Days = 800


class OidcSettings(_Model):
    """The OpenID provider that signs people in. Without `client_secret` it is a public client; PKCE is always used.

    `name_claim` is matched with the name of an account that `tamis user add NAME --sso` made. `roles` gives whoever has
    that value in `role_claim` (dots lead into objects) an account with that role. `only`: no passwords any more.
    """

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    name: str = Field(default="single sign-on", min_length=1, max_length=40)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = "preferred_username"
    role_claim: str | None = None
    roles: dict[str, Literal["viewer", "editor", "admin"]] = Field(default_factory=dict)
    only: bool = False

    @field_validator("issuer")
    @classmethod
    def _secure(cls, issuer: str) -> str:
        if not is_secure_address(issuer):
            raise ValueError(f"{issuer!r} is no https address; only a provider on this machine may do without")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise ValueError('without "openid" among them the provider says nothing about the person; add it')
        return scopes

    @model_validator(mode="after")
    def _both(self) -> OidcSettings:
        if bool(self.roles) != (self.role_claim is not None):
            raise ValueError("role_claim and roles go together: give both or none")
        return self


class AgreedSettings(_Model):
    """What was agreed with the editors; an alarm tells when it does not hold. None: nothing was agreed.

    `queue_over`: so many comments may wait. `wait_hours`: so long may one wait. `campaign_from`: a group of nearly
    alike comments is told from this size on.
    """

    queue_over: int | None = Field(default=None, ge=1)
    wait_hours: float | None = Field(default=None, gt=0, le=24 * 366)
    campaign_from: int | None = Field(default=30, ge=3)


class SqlSettings(_Model):
    """What one question of an analyst may cost. Times in seconds, sizes in bytes."""

    seconds: float = Field(default=5.0, gt=0, le=600)
    rows: int = Field(default=1000, ge=1, le=100_000)
    page_bytes: int = Field(default=5_000_000, ge=10_000, le=100_000_000)
    memory: int = Field(default=256_000_000, ge=64_000_000, le=16_000_000_000)
    download_seconds: float = Field(default=60.0, gt=0, le=3600)
    download_bytes: int = Field(default=200_000_000, ge=10_000, le=100_000_000_000)


class DeskSettings(AgreedSettings):
    """The desk of all sites. `address`: where editors open it, for links in alarms and the way back of a sign-in."""

    address: Url | None = None
    sql: SqlSettings = SqlSettings()
    oidc: OidcSettings | None = None


class SiteSettings(_Model):
    """One site: where its articles are found and how often they are looked at."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    urls: tuple[Url, ...] = ()
    sitemaps: tuple[Url, ...] = ()
    feeds: tuple[Url, ...] = ()
    follow_links: bool = False
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    articles: tuple[Pattern, ...] = ()  # addresses that are articles, whatever their pages look like
    lists: tuple[Pattern, ...] = ()
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    local: bool = False
    robots: bool = True
    pace: float = Field(default=1.0, ge=0, le=3600)
    concurrency: int = Field(default=2, ge=1, le=8)
    recheck_hours: float = Field(default=0.0, ge=0, le=24 * 365)
    max_pages: int | None = Field(default=None, ge=1)
    complete_comments: bool | Literal["check"] = False
    complete_requests: int = Field(default=5, ge=1, le=50)
    cron: str | None = None
    timezone: str = "UTC"
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
    def addresses(self) -> frozenset[str]:
        """host:port of every start address."""
        return frozenset(address_of(url) for url in (*self.urls, *self.sitemaps, *self.feeds))


class Settings(_Model):
    """Everything that an operator can set. Paths are absolute once loaded; relative ones start at the config file."""

    database_url: str = ""
    database_reader_url: SecretStr | None = None  # PostgreSQL: the login of `tamis db reader`, for the SQL console
    archive: Path = Path("archive")
    languages: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...], Field(min_length=2)] = (
        DEFAULT_LANGUAGES
    )
    jobs: int = Field(default=0, ge=0, le=256)  # worker processes; 0 = one a core
    batch_pages: int = Field(default=100, ge=1, le=1000)
    page_seconds: float = Field(default=15.0, gt=0, le=600)  # a page that takes longer is quarantined
    log_format: Literal["text", "json"] = "text"
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
