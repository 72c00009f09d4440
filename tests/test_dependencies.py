"""What Tamis is installed with: said of each, and audited or said not to be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dependencies import PURPOSES, ROOT, brought_by, direct, document, found, licence

CONSTRAINED = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line]


def rows(text: str) -> dict[str, str]:
    """Name -> its licence; weights and who brings what differ between systems and Pythons."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:2] == "| "]
    return {row[0].partition(" ")[0]: row[2] for row in cells}


def test_every_dependency_says_what_it_is_for() -> None:
    assert set(direct()) == set(PURPOSES)


def test_the_page_on_dependencies_is_what_the_command_writes() -> None:
    kept, now = rows((ROOT / "docs" / "dependencies.md").read_text("utf-8")), rows(document())
    assert {name: kept.get(name) for name in now} == now


def test_every_distribution_has_a_licence() -> None:
    here = [package for name in brought_by([("tamis", "")]) if (package := found(name))]
    assert len(here) > 50
    assert [package.name for package in here if licence(package) == "not said"] == []


def audit(tmp_path: Path, report: object, service: str | None = "pypi") -> subprocess.CompletedProcess[str]:
    """`.ci/audit` with a pip-audit that says this, and that leaves a file when it is asked."""
    answer = f"import pathlib\npathlib.Path({str(tmp_path / 'asked')!r}).touch()\nprint({json.dumps(report)!r})\n"
    (tmp_path / "pip_audit.py").write_text(answer)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("TAMIS_AUDIT", None)
    if service:
        environment["TAMIS_AUDIT"] = service
    return subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "audit")], env=environment, capture_output=True, text=True, timeout=60
    )


def audited(**vulnerable: str) -> list[dict[str, object]]:
    pairs = [line.split("==") for line in CONSTRAINED]
    faults = {name: [{"id": fault}] for name, fault in vulnerable.items()}
    return [{"name": name, "version": version, "vulns": faults.get(name, [])} for name, version in pairs]


def test_an_audit_of_every_version_passes(tmp_path: Path) -> None:
    done = audit(tmp_path, {"dependencies": audited()})
    assert (done.returncode, done.stderr) == (0, "")
    assert f"audited {len(CONSTRAINED)} of {len(CONSTRAINED)}" in done.stdout


def test_a_vulnerable_version_fails_the_audit(tmp_path: Path) -> None:
    done = audit(tmp_path, {"dependencies": audited(lxml="PYSEC-2026-1")})
    assert done.returncode == 1
    assert "VULNERABLE: lxml" in done.stderr


@pytest.mark.parametrize(
    "report",
    [
        {"dependencies": []},
        {"dependencies": audited()[:-1]},
        {"dependencies": [{"name": one["name"], "skip_reason": "not found"} for one in audited()]},
        "no report",
    ],
)
def test_an_audit_that_looked_nothing_or_too_little_up_fails(tmp_path: Path, report: object) -> None:
    done = audit(tmp_path, report)
    assert done.returncode == 1
    assert "NOT AUDITED" in done.stderr


def test_an_audit_asks_nobody_who_was_not_named(tmp_path: Path) -> None:
    done = audit(tmp_path, {"dependencies": audited()}, service=None)
    assert done.returncode == 2
    assert "NOT AUDITED" in done.stderr
    assert not (tmp_path / "asked").exists()
