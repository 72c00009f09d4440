"""What `make` says and does before anything is installed, and what `.ci/run` relies on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = ("sh", "make")

pytestmark = pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="NO MAKE: sh and make are not installed")


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


def venv(*words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """`.ci/venv` with those words and those folders before the PATH."""
    environment = os.environ | {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"]}
    return subprocess.run(
        ["sh", str(ROOT / ".ci" / "venv"), *words], env=environment, capture_output=True, text=True, check=False
    )


def test_without_a_python_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    done = venv("", str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "Tamis needs Python 3.11 or newer" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_old_python_is_named_with_its_version(tmp_path: Path) -> None:
    old = script(tmp_path / "python", 'test "$1" = --version && echo "Python 3.9.2" && exit 0; exit 1')
    done = venv(str(old), str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "is Python 3.9.2" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_the_venv_module_and_without_root_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    crippled = script(tmp_path / "python", f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"')
    script(tmp_path / "id", "echo 1000")
    done = venv(str(crippled), str(tmp_path / "venv"), path=str(tmp_path))
    assert done.returncode == 1
    version = ".".join(map(str, sys.version_info[:2]))
    assert f"apt-get install python{version}-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_environment_that_works_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "mine").touch()
    assert venv(sys.executable, str(folder)).returncode == 0
    assert (folder / "mine").exists()


def make(*words: str) -> str:
    done = subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_help_tells_every_target_for_people() -> None:
    told = make("help")
    for target in ("demo", "test", "check", "bench", "golden", "clean"):
        assert re.search(rf"^  make {target}\s+\S", told, re.MULTILINE), target


@pytest.fixture
def installed(tmp_path: Path) -> str:
    """The name of an environment in which everything is installed already."""
    folder = tmp_path / "venv"
    folder.mkdir()
    for stamp in (".made", ".run", ".dev"):
        (folder / stamp).touch()
    return f"VENV={folder}"


def test_nothing_is_installed_again_until_the_dependencies_change(installed: str) -> None:
    assert "--constraint" not in make("--dry-run", installed, "demo")
    planned = make("--dry-run", "--what-if=constraints.txt", installed, "demo")
    assert "--constraint constraints.txt" in planned


def test_test_and_check_run_the_same_static_checks(installed: str) -> None:
    for target in ("check", "test"):
        planned = make("--dry-run", installed, target)
        for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports", "pytest"):
            assert tool in planned, (target, tool)
    assert '-m "not integration and not browser"' in make("--dry-run", installed, "check")
    assert ' -m "' not in make("--dry-run", installed, "test")


@pytest.mark.parametrize("name", ["run", "newest", "venv", "chromium", "constraints"])
def test_the_scripts_of_the_build_server_are_executable_and_well_formed(name: str) -> None:
    path = ROOT / ".ci" / name
    assert os.access(path, os.X_OK)
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0


def test_without_node_the_check_of_the_desks_scripts_is_skipped_loudly(tmp_path: Path) -> None:
    done = subprocess.run(
        [shutil.which("sh") or "sh", ".ci/scripts", str(tmp_path)],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == "DESK SCRIPTS NOT CHECKED: node and npm are not installed\n"


def test_an_old_node_is_not_asked(tmp_path: Path) -> None:
    script(tmp_path / "node", 'test "$1" = --version && echo v16.2.0 && exit 0; exit 1')
    script(tmp_path / "npm", "exit 1")
    done = subprocess.run(
        ["sh", ".ci/scripts", str(tmp_path)],
        cwd=ROOT,
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "DESK SCRIPTS NOT CHECKED: node v16.2.0 is older than 18\n")
