"""What lies in deploy/ is whole: it parses, names commands and files that exist, and hangs together."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from flows.cli.app import app
from flows.settings_file import build

HOUSE = Path(__file__).parents[1]
DEPLOY = HOUSE / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def compose() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return found


def called(command: object) -> list[str]:
    """The subcommands of tamis in a command line."""
    words = " ".join(command) if isinstance(command, list) else str(command)
    return re.findall(r"\btamis ([a-z]+)", words)


def test_the_services_depend_on_services_that_exist_and_call_commands_that_exist() -> None:
    services = compose()
    assert {"database", "prefect", "worker", "desk"} <= set(services)
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)  # type: ignore[call-overload]
        assert set(called(service.get("command", []))) <= COMMANDS


def test_nothing_but_the_desk_listens_and_it_only_on_loopback() -> None:
    assert {name: service["ports"] for name, service in compose().items() if "ports" in service} == {
        "desk": ["127.0.0.1:8710:8710"]
    }


def test_the_image_copies_what_exists_and_does_not_run_as_root() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in shlex.split(line)[1:-1]]
    assert [name for name in copied if not (HOUSE / name).exists()] == []
    assert {"extractors", "moderation", "storage", "flows", "pyproject.toml"} <= set(copied)
    assert "USER tamis" in lines


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="NO SYSTEMD: units are not verified")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_no_fault_in_a_unit(unit: Path, tmp_path: Path) -> None:
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace("/opt/tamis/bin/tamis", "/bin/true"), "utf-8")
    words = ["systemd-analyze", "verify", "--man=no", str(copy)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_example_settings_are_valid() -> None:
    data = tomllib.loads((DEPLOY / "tamis.toml.example").read_text("utf-8"))
    assert build(data, base=DEPLOY, environment={}).sites[0].cron == "30 2 * * *"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists_and_comes_back(unit: Path) -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text("utf-8"))
    service = parser["Service"]
    assert set(called(service["ExecStart"].replace("/opt/tamis/bin/", ""))) <= COMMANDS
    assert (service["Restart"], service["User"]) == ("always", "tamis")
