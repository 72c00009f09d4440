"""What people see in a terminal: whatever authors, pages and files wrote moves no cursor and starts no line of its own."""

from __future__ import annotations

import ast
import json
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any

import pytest
from rich.console import Console

from flows.cli.terminal import print_json, say
from flows.commands.doctor import Diagnosis
from flows.commands.health import SiteState
from flows.commands.looking import run_lines, story_lines
from flows.commands.moderating import JudgedLine, explained
from flows.commands.printing import (
    print_findings,
    print_pages,
    print_remoderated,
    print_replayed,
    print_reports,
)
from flows.commands.site_look import SiteShown
from flows.commands.status_screen import lines
from flows.runs.remoderate import Remoderated
from flows.runs.replay import Replayed
from flows.runs.site_run import RunReport
from moderation.verdict import Verdict
from storage.crawl.page_kinds import SitePages
from storage.crawl.runs import Run
from storage.upkeep.tracing import Story

HOSTILE = "Eve\x1b]0;owned\x07\x1b[2J\x1b[31m\r\nroot: all is well\x85\u2028\u202e\x9b31m\x7f[bold]x[/]\b"
UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
FORGED = re.compile(r"^\s*(?:root:|x\[/\])", re.MULTILINE)
SOURCES = Path(__file__).parents[2] / "flows"


def hostile(wanted: Any) -> Any:
    """A value of that type whose every text is hostile, however deep it stands."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if is_dataclass(wanted) and isinstance(wanted, type):
        hints = typing.get_type_hints(wanted)
        given = {field.name: hostile(hints[field.name]) for field in fields(wanted) if field.init}
        return wanted(**given)
    if origin in (typing.Union, UnionType):
        return hostile(next(one for one in inner if one is not NoneType))
    if origin is typing.Literal:
        return inner[0]
    if origin in (tuple, list, Sequence):
        if hasattr(wanted, "_fields"):
            return wanted(*[hostile(one) for one in inner])
        return (list if origin is list else tuple)([hostile(inner[0])])
    if origin in (dict, Mapping):
        return {hostile(inner[0]): hostile(inner[1])}
    if isinstance(wanted, type) and issubclass(wanted, tuple) and hasattr(wanted, "_fields"):
        return wanted(**{name: hostile(kind) for name, kind in typing.get_type_hints(wanted).items()})
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return next(iter(wanted))
    plain = {str: HOSTILE, int: 7, float: 0.5, bool: True, datetime: datetime(2026, 3, 1, tzinfo=UTC), Any: HOSTILE}
    return plain.get(wanted, HOSTILE)


def on_screen(show: Callable[[Any, Console], None], wanted: type) -> Callable[[], None]:
    return lambda: show([hostile(wanted)], Console(width=200, force_terminal=False))


SHOWN: dict[str, Callable[[], None]] = {
    "run": on_screen(print_reports, RunReport),
    "replay --diff": on_screen(print_replayed, Replayed),
    "remoderate --diff": on_screen(print_remoderated, Remoderated),
    "doctor": lambda: print_findings([Diagnosis(check="settings", state="ok", sentence=HOSTILE)]),
    "pages --why": lambda: print_pages(hostile(SitePages), why=True),
    "status": lambda: say(*lines([hostile(SiteState)])),
    "runs": lambda: say(*run_lines([hostile(Run)])),
    "why": lambda: say(*story_lines(hostile(Story))),
    "site": lambda: say(*hostile(SiteShown).lines),
    "moderate --explain": lambda: print(explained(JudgedLine(HOSTILE, hostile(Verdict)), "fr").decode(), end=""),
    "any --json": lambda: print_json({HOSTILE: [HOSTILE]}),
}


@pytest.mark.parametrize("command", SHOWN)
def test_no_command_shows_what_moves_the_cursor(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    SHOWN[command]()
    shown = capsys.readouterr().out
    assert "Eve" in shown
    assert UNSAFE.findall(shown) == []
    assert FORGED.findall(shown) == []


def test_the_same_text_printed_as_it_is_would_be_found(capsys: pytest.CaptureFixture[str]) -> None:
    print(HOSTILE)
    shown = capsys.readouterr().out
    assert len(UNSAFE.findall(shown)) >= 8
    assert FORGED.findall(shown)


def test_json_on_the_screen_reads_back_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    value = {HOSTILE: ["é", HOSTILE, "\U000e0001"]}
    print_json(value)
    assert json.loads(capsys.readouterr().out) == value


def test_commands_print_by_one_way_only() -> None:
    """`say` and `print_json` clean; a bare echo or print in another file would not."""
    found = []
    for path in SOURCES.rglob("*.py"):
        if path.name == "terminal.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name in ("typer.echo", "click.echo", "typer.secho", "sys.stdout.write", "sys.stderr.write"):
                found.append(f"{path.name}:{node.lineno} {name}")
    assert found == []
