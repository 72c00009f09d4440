"""The tables of tamis.toml that are about one subject each: [fetch], [moderation], [retention], [desk]."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from flows import __version__


def like(pattern: str, words: str) -> AfterValidator:
    """A text of that form; a fault is told in words and does not repeat the text, which may hold a secret."""

    def checked(text: str) -> str:
        if re.match(pattern, text) is None:
            raise ValueError(words)
        return text

    return AfterValidator(checked)


Url = Annotated[str, like(r"https?://[^\s/]+", "it is no web address; write one with https:// or http://")]
LanguageCode = Annotated[str, like(r"[a-z]{2,3}\Z", "it is no language code; write two or three letters such as fr")]
SiteName = Annotated[
    str,
    like(r"[a-z0-9][a-z0-9_.-]*\Z", "a site's name has small letters, digits, dots, - and _ only, as its table says"),
]


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


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class FetchSettings(Table):
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


class ModerationSettings(Table):
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


class RetentionSettings(Table):
    """How many days things are kept; null or absent where the default is for ever.

    The newest answer of each page, the newest archived one and what editors decided are always kept.
    """

    fetches: Days = 400  # the log of answers
    archive: Days = None  # raw pages that a newer answer has replaced
    versions: Days = None  # former texts of articles and comments
    closed_cases: Days = 400  # quarantine cases that were mended
    runs: Days = 800


class OidcSettings(Table):
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


class AgreedSettings(Table):
    """What was agreed with the editors; an alarm tells when it does not hold. None: nothing was agreed.

    `queue_over`: so many comments may wait. `wait_hours`: so long may one wait. `campaign_from`: a group of nearly
    alike comments is told from this size on.
    """

    queue_over: int | None = Field(default=None, ge=1)
    alarm_language: Literal["en", "fr"] | None = None  # None: French for a site in French, else English
    wait_hours: float | None = Field(default=None, gt=0, le=24 * 366)
    campaign_from: int | None = Field(default=30, ge=3)


class SqlSettings(Table):
    """What one question of an analyst may cost. Times in seconds, sizes in bytes."""

    seconds: float = Field(default=5.0, gt=0, le=600)
    rows: int = Field(default=1000, ge=1, le=100_000)
    page_bytes: int = Field(default=5_000_000, ge=10_000, le=100_000_000)
    memory: int = Field(default=256_000_000, ge=64_000_000, le=16_000_000_000)
    download_seconds: float = Field(default=60.0, gt=0, le=3600)
    download_bytes: int = Field(default=200_000_000, ge=10_000, le=100_000_000_000)


class WebhookSettings(Table):
    """Where every decision is sent. `secret`: what both sides know; it signs each message."""

    url: Url
    secret: SecretStr = Field(min_length=8)


class DeskSettings(AgreedSettings):
    """The desk of all sites. `address`: where editors open it, for links in alarms and the way back of a sign-in."""

    address: Url | None = None
    sql: SqlSettings = SqlSettings()
    oidc: OidcSettings | None = None
    webhook: WebhookSettings | None = None
