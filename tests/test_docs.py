"""The docs keep up with the program: every command, setting, error and link in them is real, and none is missing."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from extractors.records import Comment, Discussion, Page, Section
from flows import settings, settings_tables
from flows.cli.app import app
from flows.commands import starter
from flows.settings_file import build
from moderation.classifier.model import shipped_model
from moderation.signals import all_signals

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("**/*.md")])
MANUAL = "\n".join(page.read_text("utf-8") for page in PAGES)
ERROR_MODULES = ("extractors.errors", "flows.errors", "flows.fetching.errors", "storage.database.errors")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(#[^)]*)?\)")


def commands(group: Any, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every command that `tamis --help` leads to, by its words; click commands, of whichever click typer brings."""
    if not hasattr(group, "commands"):
        return {words: group}
    found: dict[tuple[str, ...], Any] = {}
    for name, command in group.commands.items():
        if not command.hidden:
            found |= commands(command, (*words, name))
    return found


COMMANDS = commands(typer.main.get_command(app))


def shell_lines(page: Path) -> list[str]:
    """What a page tells its reader to type, without comments and here-documents."""
    lines: list[str] = []
    for language, code in FENCE.findall(page.read_text("utf-8")):
        if language == "sh":
            lines += re.sub(r"<<'(\w+)'.*?^\1$", "", code, flags=re.MULTILINE | re.DOTALL).splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.strip()]


def shown(page: Path) -> list[list[str]]:
    """The `tamis ...` calls of a page's examples, in words."""
    calls = []
    for line in shell_lines(page):
        for part in re.split(r"&&|\||;|>", line):
            words = shlex.split(part)
            if words and words[0].rpartition("/")[2] == "tamis":
                calls.append(words[1:])
    return calls


@pytest.mark.parametrize("words", sorted(COMMANDS), ids=" ".join)
def test_every_command_is_in_the_manual_with_its_options(words: tuple[str, ...]) -> None:
    row = re.search(rf"^\| `tamis {' '.join(words)}[` ].*$", MANUAL, re.MULTILINE)
    assert row, f"no row for tamis {' '.join(words)} in docs/operations.md"
    options = {name for option in COMMANDS[words].params for name in option.opts if name.startswith("--")}
    assert options - {"--json", "--config", "--help"} <= set(re.findall(r"--[a-z-]+", row[0]))


def test_every_example_calls_a_command_and_options_that_exist() -> None:
    calls = [(page.name, call) for page in PAGES for call in shown(page)]
    assert calls
    for page, call in calls:
        if call[0].startswith("--"):
            continue
        command = next((COMMANDS[tuple(call[:size])] for size in (2, 1) if tuple(call[:size]) in COMMANDS), None)
        assert command is not None, f"{page}: tamis {' '.join(call)}"
        known = {name for option in command.params for name in option.opts} | {"--help"}
        assert {word for word in call if word.startswith("--")} <= known, f"{page}: tamis {' '.join(call)}"


def test_every_make_target_in_the_manual_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", MANUAL, re.MULTILINE))
    assert {"demo", "test", "check"} <= named <= targets


MODELS = sorted(
    (
        kind
        for name, kind in (vars(settings_tables) | vars(settings)).items()
        if name.endswith("Settings") and hasattr(kind, "model_fields")
    ),
    key=lambda kind: kind.__name__,
)
# tables of their own, and what is not written as a key
NOT_A_ROW = {"desk", "fetch", "moderation", "name", "oidc", "path", "retention", "sites", "webhook"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_setting_has_a_row_in_the_manual(model: Any) -> None:
    rows = "\n".join(line.split("|")[1] for line in MANUAL.splitlines() if line.startswith("| `"))
    assert {key for key in model.model_fields if f"`{key}`" not in rows} - NOT_A_ROW == set()


def test_defaults_in_the_manual_are_the_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", MANUAL, re.MULTILINE)
    real: dict[str, set[str]] = {}
    for model in MODELS:
        for name, field in model.model_fields.items():
            value = field.default
            real.setdefault(name, set()).add(str(value).lower() if isinstance(value, bool) else str(value))
    made_when_loaded = {"database_url", "user_agent"}
    assert {(name, value) for name, value in rows if value not in real.get(name, {value})} <= {
        (name, value) for name, value in rows if name in made_when_loaded
    }


def test_the_starter_file_offers_known_settings_only() -> None:
    uncommented = re.sub(r"^# (?=\w+ = )", "", starter.TEMPLATE, flags=re.MULTILINE)
    text = re.sub(r"^database_url = .*$", 'database_url = "sqlite:///x.sqlite"', uncommented, flags=re.MULTILINE)
    built = build(tomllib.loads(text), base=Path("/nowhere"), text=text, environment={})
    assert [site.name for site in built.sites] == ["magazine"]


def errors(module: ModuleType) -> list[type[Exception]]:
    return [
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == module.__name__
    ]


@pytest.mark.parametrize("name", ERROR_MODULES)
def test_every_module_of_errors_opens_with_their_tree(name: str) -> None:
    module = importlib.import_module(name)
    assert {kind.__name__ for kind in errors(module)} <= set(re.findall(r"\w+", module.__doc__ or ""))


@pytest.mark.parametrize("name", ["extractors.errors", "flows.fetching.errors"])
def test_every_reason_for_quarantine_is_in_the_manual(name: str) -> None:
    reasons = {
        reason
        for kind in errors(importlib.import_module(name))
        if (reason := getattr(kind, "reason", None) or getattr(kind, "default_reason", None))
    }
    assert reasons
    assert {reason for reason in reasons if f"`{reason}`" not in MANUAL} == set()


def test_every_error_that_stops_a_command_is_in_the_manual() -> None:
    stopping = {
        kind.__name__
        for name in ("flows.errors", "storage.database.errors")
        for kind in errors(importlib.import_module(name))
        if not kind.__subclasses__()
    }
    assert {name for name in stopping if f"`{name}`" not in MANUAL} == set()


def test_every_signal_that_the_model_weighs_is_in_the_manual() -> None:
    """A newer one gets its row with the next training, which prints the table."""
    weighed = shipped_model().channels["comment"].signals
    assert {named.name for named in all_signals() if named.name in weighed and named.name not in MANUAL} == set()


@pytest.mark.parametrize("record", [Page, Section, Comment, Discussion])
def test_every_field_of_a_page_is_in_the_manual_of_extraction(record: type) -> None:
    manual = (ROOT / "docs" / "extractors.md").read_text("utf-8")
    assert [one.name for one in fields(record) if f"`{one.name}`" not in manual] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").glob("**/*.md")} - {"index.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_readme_shows_the_picture_the_two_commands_and_the_three_readers() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text
    for reader in ("operators", "editors", "analysts"):
        assert f"## First steps for {reader}" in text


@pytest.mark.integration
def test_the_editors_example_in_the_readme_answers(tmp_path: Path) -> None:
    (line,) = re.findall(r'`(\{"id": .*?\})`', (ROOT / "README.md").read_text("utf-8"))
    (tmp_path / "comments.jsonl").write_text(line + "\n", "utf-8")
    words = [sys.executable, "-m", "flows.cli", "moderate", "comments.jsonl", "--explain", "en"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
