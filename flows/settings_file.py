"""Reading tamis.toml: the file, the environment over it, and faults told with their line.

The only module that reads the environment. A wrong key or value names the file, the line and the nearest right key.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from flows.errors import SettingsError
from flows.settings import FILE_NAME, Settings, SiteSettings

PREFIX = "TAMIS_"
MAX_BYTES = 10_000_000  # of a settings file: thousands of sites


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in that file (default: ./tamis.toml), overridden by TAMIS_* variables.

    Raises SettingsError with the file, the line and what to write instead.
    """
    environment = os.environ if environment is None else environment
    file = (path or Path(environment.get(PREFIX + "CONFIG", FILE_NAME))).absolute()
    try:
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            raise SettingsError(f"{file} is longer than {MAX_BYTES:,} bytes; that is no settings file")
        text = file.read_text("utf-8")
    except FileNotFoundError:
        raise SettingsError(f"{file} does not exist; make one with `tamis init` or name one with --config") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: {error}") from error
    except (RecursionError, ValueError) as error:  # brackets without end; a date or a number that cannot be
        raise SettingsError(f"{file}: it cannot be read as TOML ({str(error)[:100]})") from error
    return build(data, base=file.parent, file=file, text=text, environment=environment)


def build(
    data: dict[str, Any],
    *,
    base: Path,
    file: Path | None = None,
    text: str = "",
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Settings from a mapping shaped like tamis.toml; relative paths start at `base`. Raises SettingsError."""
    _overlay(data, os.environ if environment is None else environment)
    data.setdefault("database_url", f"sqlite:///{base / 'tamis.sqlite'}")
    data["path"] = file
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise SettingsError(_explained(error, data, file, text)) from error
    fetch = settings.fetch
    if fetch.ca_file is not None:
        fetch = fetch.model_copy(update={"ca_file": base / fetch.ca_file})
    return settings.model_copy(
        update={
            "archive": settings.archive_store or str(base / settings.archive),
            "archive_spool": base / settings.archive_spool,
            "database_url": _absolute(settings.database_url, base),
            "fetch": fetch,
        }
    )


def _absolute(url: str, base: Path) -> str:
    prefix = "sqlite:///"
    name = url.removeprefix(prefix)
    if not url.startswith(prefix) or name in ("", ":memory:"):
        return url
    return f"{prefix}{base / name}"


def _overlay(data: dict[str, Any], environment: Mapping[str, str]) -> None:
    """TAMIS_DATABASE_URL=... sets a top-level key, TAMIS_FETCH__ATTEMPTS=5 one of a table."""
    for name, value in sorted(environment.items()):
        if not name.startswith(PREFIX) or name in (PREFIX + "CONFIG", PREFIX + "TEST_DATABASE_URL"):
            continue
        *tables, key = name.removeprefix(PREFIX).lower().split("__")
        if not tables and key not in Settings.model_fields:
            continue  # not ours to judge: other tools may use the same prefix
        target = data
        for table in tables:
            target = target.setdefault(table, {})
        target[key] = value.split(",") if _is_list(tables, key) else value


def _is_list(tables: list[str], key: str) -> bool:
    model = _model_at(tables)
    found = model.model_fields.get(key) if model else None
    return found is not None and str(found.annotation).startswith("tuple")


def _model_at(path: Iterable[int | str]) -> type[BaseModel] | None:
    """The record of the table there; None if it is no table of ours."""
    steps = iter(path)
    model: type[BaseModel] = Settings
    for part in steps:
        if part == "sites":
            next(steps, None)  # which one, by number or by name
            model = SiteSettings
            continue
        field = model.model_fields.get(str(part))
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        found = next((one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)), None)
        if found is None:
            return None
        model = found
    return model


def _explained(error: ValidationError, data: Mapping[str, Any], file: Path | None, text: str) -> str:
    lines = key_lines(text)
    sentences = []
    for fault in error.errors():
        dotted = _dotted(fault["loc"], data)
        line = next((lines[key] for key in _prefixes(dotted) if key in lines), None)
        where = f"{file or FILE_NAME}" + (f", line {line}" if line else "")
        if fault["type"] == "extra_forbidden":
            guess = difflib.get_close_matches(dotted[-1], _known_keys(fault["loc"]), n=1)
            hint = f"did you mean {guess[0]!r}?" if guess else f"known keys: {', '.join(_known_keys(fault['loc']))}"
            sentences.append(f"{where}: unknown key {'.'.join(dotted)!r}; {hint}")
        else:
            message = fault["msg"].removeprefix("Value error, ")
            sentences.append(f"{where}: {'.'.join(dotted)}: {message[:1].lower() + message[1:]}")
    return "\n".join(sentences)


def _dotted(location: tuple[int | str, ...], data: Mapping[str, Any]) -> list[str]:
    """The path as written in the file: sites are a table by name there, a sequence in the record."""
    parts = [str(part) for part in location]
    if parts[:1] == ["sites"] and len(parts) > 1 and parts[1].isdigit() and isinstance(data.get("sites"), Mapping):
        names = list(data["sites"])
        parts[1] = names[int(parts[1])]
    return parts


def _prefixes(dotted: list[str]) -> list[str]:
    return [".".join(dotted[:size]) for size in range(len(dotted), 0, -1)]


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """What may stand in the table of that key."""
    model = _model_at(location[:-1])
    hidden = {Settings: {"path"}, SiteSettings: {"name"}}.get(model, set()) if model else set()  # not written as keys
    return sorted(set(model.model_fields) - hidden) if model else []


_TABLE = re.compile(r"^\s*+\[{1,2}+([^\]]++)\]{1,2}\s*+(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


def key_lines(text: str) -> dict[str, int]:
    """Dotted key -> line number (from 1) of its first mention in a TOML text, for messages."""
    found: dict[str, int] = {}
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _TABLE.match(line):
            table = _parts(head.group(1))
            found.setdefault(".".join(table), number)
        elif key := _KEY.match(line):
            found.setdefault(".".join(table + _parts(key.group(1))), number)
    return found


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
