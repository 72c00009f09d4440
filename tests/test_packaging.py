"""What is shipped: the wheel, its data files and metadata, and the pins that go with it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = {"extractors", "moderation", "storage", "flows"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def tracked(*under: str) -> list[str]:
    """The files that git knows below those folders; skips where the sources came without git."""
    found = subprocess.run(["git", "ls-files", "-z", *under], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("NO GIT: the sources are not a clone, so what belongs to them is not known")
    return [name for name in found.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources here without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check", "--outdir"]
    subprocess.run([*words, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


@pytest.mark.integration
def test_the_wheel_has_exactly_four_top_level_names(names: list[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


@pytest.mark.integration
def test_every_file_of_the_four_packages_is_in_the_wheel(names: list[str]) -> None:
    missing = set(tracked(*sorted(PACKAGES))) - set(names)
    assert missing == set()


@pytest.mark.integration
def test_no_byproduct_is_in_the_wheel(names: list[str]) -> None:
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".sqlite", ".log"))] == []


@pytest.mark.integration
@pytest.mark.parametrize(
    "name",
    [
        "flows/demo/templates/classic.html",
        "flows/demo/content/site.toml",
        "flows/demo/content/articles/boulanger.toml",
        "storage/migrations/env.py",
        "flows/py.typed",
    ],
)
def test_templates_and_data_files_travel_along(names: list[str], name: str) -> None:
    assert name in names


@pytest.mark.integration
def test_the_command_is_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "tamis = flows.cli.app:main" in archive.read(name).decode()


@pytest.mark.integration
def test_the_metadata_says_what_it_needs(metadata: Message) -> None:
    assert metadata["Name"] == "tamis"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Description-Content-Type"] == "text/markdown"
    needs = {Requirement(line).name: Requirement(line) for line in metadata.get_all("Requires-Dist") or []}
    # see pyproject.toml: outside these bounds the server does not start, or schedules never fire
    assert "3.8.8" in needs["prefect"].specifier
    assert "2.1.0" not in needs["sqlalchemy"].specifier
    assert "0.155.0" not in needs["fastapi"].specifier


@pytest.mark.integration
def test_the_wheel_works_where_the_sources_are_not(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys; sys.meta_path[:] = [f for f in sys.meta_path if 'Redirect' not in type(f).__name__]\n"
        "import flows, pathlib\n"
        "assert 'site' in pathlib.Path(flows.__file__).parts, flows.__file__\n"
        "from flows.demo.magazine import magazine\n"
        "from flows.demo.pages import demo_pages\n"
        "print(len(demo_pages(magazine(), 'http://127.0.0.1:9')))\n"
        "from storage.schema import upgrade\n"
        "upgrade('sqlite:///here.sqlite')\n"
        "sys.argv = ['tamis', '--version']\n"
        "from flows.cli.app import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^tamis \d+\.\d+\.\d+$", done.stdout, re.MULTILINE)


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_constraints_are_exact_versions_sorted_and_without_addresses() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines
    assert [
        line for line in lines if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!]*", line)
    ] == []
    assert lines == sorted(lines, key=str.casefold)
    assert len({canonicalize_name(line.partition("==")[0]) for line in lines}) == len(lines)


def test_every_declared_dependency_is_constrained_within_its_bounds() -> None:
    pinned = {canonicalize_name(name): number for name, number in constraints().items()}
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    for line in [*PROJECT["dependencies"], *extras]:
        need = Requirement(line)
        if need.name == PROJECT["name"]:
            continue
        assert need.specifier.contains(pinned[canonicalize_name(need.name)], prereleases=True), line


def test_every_constrained_version_runs_on_the_oldest_python_that_we_promise() -> None:
    """Debian 12 has Python 3.11.2; a library that wants 3.11.5 would make `make demo` fail there and nowhere else."""
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    pinned = {canonicalize_name(name): number for name, number in constraints().items()}
    for found in distributions():
        if pinned.get(canonicalize_name(found.name)) == found.version:
            wanted = SpecifierSet(found.metadata.get("Requires-Python") or "")
            assert wanted.contains(oldest), f"{found.name} {found.version} wants Python {wanted}"


def test_there_is_no_lock_file() -> None:
    locks = re.compile(
        r"(^|/)(poetry\.lock|uv\.lock|pdm\.lock|Pipfile(\.lock)?|pylock.*\.toml|package-lock\.json|requirements.*\.txt)$"
    )
    assert [name for name in tracked() if locks.search(name)] == []


def test_no_file_names_a_package_registry_or_a_private_folder() -> None:
    words = (
        "py" + "pi.org",
        "python" + "hosted",
        "--index" + "-url",
        "extra-index" + "-url",
        "/wo" + "rk/",
        "/opt/" + "wheels",
    )
    for name in tracked():
        file = ROOT / name
        if file.suffix in {".py", ".md", ".toml", ".txt", ".html", ".sh", ".yml", ".yaml", ""} and file.is_file():
            text = file.read_text("utf-8", errors="ignore")
            assert not [word for word in words if word in text], name


def test_the_installed_command_tells_the_version_of_the_sources() -> None:
    from flows import __version__

    assert version("tamis") == __version__
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
