"""Log lines that machines read and nobody can forge: one event a line, fields as data, no secrets.

    log("page_quarantined", site="magazine", url=url, reason="no_article")

What stands in a page, an address or a comment is hostile. Control characters, line ends, terminal escapes and
direction marks are escaped, so that one event is one line in a file and on a screen; passwords and tokens are hidden
by the name they go under, by their place in an address, and by value if the settings know them.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TextIO
from urllib.parse import unquote, urlsplit

from flows.fetching.errors import printable

if TYPE_CHECKING:
    from flows.settings import Settings

LOGGER = "tamis"
_around: ContextVar[dict[str, Any]] = ContextVar("around", default={})  # noqa: B039 - never written to
HIDDEN = "[hidden]"
MAX_LOG_TEXT = 4_000
"""Characters of one value; a page can put megabytes into a message."""

MAX_TRACE = 16_000
LEAST_SECRET = 4
"""Characters. A shorter secret would hide half of every line, and hides nothing from anybody who tries."""

_TELLING_NAME = (
    r"(?:(?=[\w-]*(?:password|passwd|passphrase|secret|credential|api[_-]?key|private[_-]?key|access[_-]?key))[\w-]++"
    r"|[\w-]*token|pwd|pass|auth|authorization|cookie|set-cookie|session(?:[_-]?id)?|sid|sig|signature|jwt|csrf)"
)
_SECRET_FIELD = re.compile(rf"^{_TELLING_NAME}$", re.IGNORECASE)
_ASSIGNED = re.compile(
    rf"""(?<![\w-])({_TELLING_NAME})(["']?\s{{0,3}}[=:]\s{{0,3}}["']?)(?:(?:bearer|basic|digest)\s+)?([^\s&"',;<>]+)""",
    re.IGNORECASE,
)
_SCHEME_TOKEN = re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}", re.IGNORECASE)
_USERINFO = re.compile(r"(://)[^\s/?#@]{1,500}@")
_BARE = re.compile(r"^[\w.:/@%+,?&=~#\[\]-]+$")  # a value that needs no quotes


def log(event: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:
    """Writes one event with its fields. `event` is a stable word; `error` adds its traceback."""
    logger = logging.getLogger(LOGGER)
    if logger.isEnabledFor(level):
        trace = (type(error), error, error.__traceback__) if error is not None else None
        logger.log(level, event, extra={"fields": {**_around.get(), **fields}}, exc_info=trace)


@contextmanager
def within(**fields: Any) -> Iterator[None]:
    """Every event of this task, and of what it starts, carries these fields: the site, the run, the page's address."""
    token = _around.set({**_around.get(), **fields})
    try:
        yield
    finally:
        _around.reset(token)


def configure(
    layout: Literal["text", "json"] = "text",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
    level: int = logging.INFO,
) -> None:
    """Sends the events of this process to `stream` (standard error); a second call replaces the first."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter((JsonLines if layout == "json" else TextLines)(secrets))
    logger = logging.getLogger(LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False


def configure_once(settings: Settings) -> None:
    """`configure` by the settings, in a process that nobody has configured: a worker, a long-lived service."""
    if not logging.getLogger(LOGGER).handlers:
        configure(settings.log_format, secrets=secrets_of(settings))


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """What no log line may hold: the passwords of the database and the proxy, alarm addresses and their parts."""
    addresses = (settings.database_url, settings.fetch.proxy or "")
    found = [urlsplit(address).password or "" for address in addresses]
    found += [site.heartbeat for site in settings.sites if site.heartbeat]
    for address in settings.alarms:
        found.append(address)
        found += [part for part in re.split(r"[/:?&=@]+", address.partition("://")[2]) if len(part) >= 8]
    return tuple(text for text in dict.fromkeys([*found, *map(unquote, found)]) if len(text) >= LEAST_SECRET)


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with what looks like a secret, and every one of `secrets`, replaced by [hidden]."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = _ASSIGNED.sub(rf"\1\2{HIDDEN}", text)
    return _SCHEME_TOKEN.sub(rf"\1 {HIDDEN}", text)


class _Lines(logging.Formatter):
    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if len(secret) >= LEAST_SECRET)

    def clean(self, value: object, limit: int = MAX_LOG_TEXT) -> str:
        """On one line, without secrets. Cut first: the patterns are linear, but not free."""
        return printable(without_secrets(str(value)[: 2 * limit], self._secrets), limit=limit)

    def value(self, name: str, value: object) -> Any:
        """Numbers, booleans and null stay what they are; mappings and sequences keep their shape; the rest is text."""
        if _SECRET_FIELD.match(name):
            return HIDDEN
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, Mapping):
            return {self.clean(key, 200): self.value(str(key), inner) for key, inner in list(value.items())[:100]}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value("", inner) for inner in list(value)[:100]]
        return self.clean(value)

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        given: Mapping[str, object] = getattr(record, "fields", {})
        return {self.clean(name, 100): self.value(name, value) for name, value in given.items()}

    def trace(self, record: logging.LogRecord) -> list[str]:
        """The traceback, innermost calls kept if it is long; one cleaned line an entry."""
        if not record.exc_info or record.exc_info[1] is None:
            return []
        whole = "".join(traceback.format_exception(record.exc_info[1]))
        return [self.clean(line) for line in whole[-MAX_TRACE:].splitlines()]


class JsonLines(_Lines):
    """{"time", "level", "event", ...fields, "trace": [lines]} in ASCII, one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": self.clean(record.getMessage()),
        }
        found = {name if name not in line else f"{name}_": value for name, value in self.fields(record).items()}
        if trace := self.trace(record):
            found["trace"] = trace
        return json.dumps(line | found, allow_nan=True)


class TextLines(_Lines):
    """time LEVEL event name=value..., for people; a traceback follows on indented lines."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = [f"{name}={self.shown(value)}" for name, value in self.fields(record).items()]
        line = " ".join([time, f"{record.levelname:7}", self.clean(record.getMessage()), *said])
        return "\n    | ".join([line, *self.trace(record)])

    def shown(self, value: object) -> str:
        if isinstance(value, str):
            return value if _BARE.match(value) else json.dumps(value, ensure_ascii=False)
        return json.dumps(value, ensure_ascii=False)
