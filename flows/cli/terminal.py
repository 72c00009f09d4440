"""What the commands share: their common options, reading the settings, printing JSON, files that appear complete."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.errors import FlowError

if TYPE_CHECKING:
    from flows.settings import Settings

OK, FAILED, USAGE, QUARANTINED = 0, 1, 2, 3
MAX_LINE = 20_000  # characters of one line on the screen

Config = Annotated[Path | None, typer.Option("--config", help="Settings file.", show_default="./tamis.toml")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


Site = Annotated[list[str] | None, typer.Option("--site", help="Only this site; repeat for more.")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only what was seen since then, UTC."),
]
Diff = Annotated[bool, typer.Option("--diff", help="Show every difference.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Write nothing.")]


def utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


given_config: list[Path] = []  # `tamis --config FILE run` means the same as `tamis run --config FILE`


def settings_of(config: Path | None) -> Settings:
    from flows.settings_file import load

    settings = load(config or next(iter(given_config), None))
    if settings.log_format == "json":
        from flows import observe

        observe.configure("json", secrets=observe.secrets_of(settings))
    return settings


def say(*lines: str, err: bool = False) -> None:
    """Prints each argument as one line. What authors, pages and files wrote may stand in it: a line end in it starts no
    line of its own, and no sequence moves the cursor. Everything that a command prints in words goes this way or
    through `flows.commands.printing.escape`."""
    from flows.fetching.errors import printable

    for line in lines:
        typer.echo(printable(line, limit=MAX_LINE), err=err)


def print_json(value: Any) -> None:
    """JSON reads back as it was; what a terminal would obey (C1 controls, direction marks) is escaped in it."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    typer.echo(re.sub(r"[^\n\x20-\x7e]", escaped, text))


def escaped(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


@contextmanager
def output(path: Path | None) -> Iterator[Any]:
    """The binary stream for JSONL: standard output, or a file that appears only when it is complete."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise FlowError(f"{path} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def summary(counts: dict[str, int], as_json: bool) -> None:
    """On standard error, so that the JSONL on standard output stays clean."""
    say(json.dumps(counts) if as_json else ", ".join(f"{n:,} {what}" for what, n in counts.items()), err=True)
