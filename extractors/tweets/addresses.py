"""What an address on Twitter says: a message, a person, a search, a button."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_HOST = r"(?:^|[/.@])(?:twitter\.com|x\.com)"
_STATUS = re.compile(
    rf"{_HOST}/(?:#!/)?(?:@?(?P<handle>\w{{1,15}})/|i/web/)?status(?:es)?/(?P<id>\d{{1,19}})(?!\d)", re.IGNORECASE
)
_PROFILE = re.compile(
    rf"{_HOST}/(?:#!/|intent/(?:user|follow)\?(?:[^#]*&)?screen_name=)?@?(?P<handle>\w{{1,15}})/?(?:[?&#].*)?$",
    re.IGNORECASE,
)
_BUTTON = re.compile(
    rf"{_HOST}/(?:intent/|share\b|home\b|signup\b|login\b|oauth\b|goodies\b|widgets?\b|about\b|settings\b)",
    re.IGNORECASE,
)
_SEARCH = re.compile(rf"{_HOST}/(?:#!/)?(?:hashtag/|search\b)|^/?(?:hashtag/|search[/?]q?)", re.IGNORECASE)
_NO_PERSON = frozenset(
    "share intent home search hashtag i about login signup oauth settings goodies privacy tos widgets statuses status "
    "download explore messages notifications".split()
)

_FIRST_SNOWFLAKE = 30_000_000_000
"""Ids were counted up to here (4 November 2010); later ones carry their time."""
_EPOCH_MS = 1_288_834_974_657  # https://github.com/twitter-archive/snowflake, IdWorker


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The address of one tweet. `handle` is null in addresses that do not name the author."""

    id: str
    handle: str | None


def status_in(href: str | None) -> Status | None:
    """The tweet that an address leads to, web archive addresses included."""
    found = _STATUS.search(href or "")
    return Status(id=found["id"], handle=found["handle"]) if found else None


def handle_in(href: str | None) -> str | None:
    """The person whose profile an address leads to."""
    found = _PROFILE.search(href or "")
    if not found or found["handle"].lower() in _NO_PERSON:
        return None
    return found["handle"]


def is_button(href: str | None) -> bool:
    """Whether an address is there to do something: reply, share, follow, sign in."""
    return bool(_BUTTON.search(href or ""))


def is_search(href: str | None) -> bool:
    """Whether an address leads to a hashtag or a search."""
    return bool(_SEARCH.search(href or ""))


def sent_at(tweet_id: str) -> str | None:
    """The minute a tweet was sent, in UTC, as its id has it; null for the ids of before November 2010."""
    number = int(tweet_id)
    if number < _FIRST_SNOWFLAKE:
        return None
    moment = datetime.fromtimestamp(((number >> 22) + _EPOCH_MS) / 1000, tz=UTC)
    return moment.isoformat(timespec="minutes")
