"""The shape of the program, checked: who imports whom, what records are, what modules are called."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("extractors", "moderation", "storage", "flows")
NO_SUBJECT = {"base", "common", "core", "helper", "helpers", "manager", "misc", "shared", "util", "utils"}
# `extractors.html` is the subject of that package and holds nothing that is run as a script from its folder
NAMED_LIKE_A_STANDARD_ONE = {"extractors/html.py"}
READS_THE_ENVIRONMENT = {"flows/settings_file.py", "flows/orchestration/environment.py"}
HEAVY = {"prefect", "sqlalchemy", "fastapi", "starlette", "bs4", "lxml", "httpx", "numpy", "lingua", "langdetect"}

LAYERS = "never the other way"
RECORDS_ONLY = "moderation sees nothing of extractors but its records and how answers are kept"
PURE = "touch no network, no database, no scheduler"
SQL = "only storage imports SQLAlchemy"
PREFECT = "only flows.orchestration imports Prefect"


def sources() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter on the packages in that folder, whatever is installed elsewhere."""
    code = (
        "import sys; sys.meta_path[:] = [f for f in sys.meta_path if 'Redirect' not in type(f).__name__]; "
        "sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_the_import_contracts_hold() -> None:
    found = linted(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.integration
@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("extractors/dates.py", "import moderation.verdict", LAYERS),
        ("moderation/policy.py", "import storage.database.tables", LAYERS),
        ("storage/database/tables.py", "import flows.settings", LAYERS),
        ("moderation/policy.py", "from extractors.dates import *", RECORDS_ONLY),
        ("moderation/signals/planted.py", "import extractors.page", RECORDS_ONLY),
        ("extractors/sites/planted.py", "import socket", PURE),
        ("moderation/signals/planted.py", "from urllib3 import PoolManager", PURE),
        ("extractors/urls.py", "import httpx", PURE),
        ("flows/runs/nightly.py", "from sqlalchemy import text", SQL),
        ("flows/desk/planted.py", "import prefect", PREFECT),
    ],
)
def test_a_planted_violation_breaks_its_contract(tree: Path, file: str, line: str, contract: str) -> None:
    planted = tree / file
    before = planted.read_text("utf-8") if planted.exists() else None
    try:
        planted.write_text(f"{before or ''}\n{line}\n", "utf-8")
        found = linted(tree)
    finally:
        if before is None:
            planted.unlink()
        else:
            planted.write_text(before, "utf-8")
    assert found.returncode != 0
    assert f"{contract} BROKEN" in " ".join(found.stdout.split()), found.stdout + found.stderr


@pytest.mark.parametrize("name", ["extractors.records", "moderation.verdict"])
def test_records_are_frozen_slotted_and_keyword_only(name: str) -> None:
    module = importlib.import_module(name)
    records = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == name
    ]
    assert records
    for kind in records:
        # typeshed does not know the parameters of a dataclass
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]
        assert "__slots__" in vars(kind), kind
        assert all(field.kw_only for field in dataclasses.fields(kind)), kind


def test_no_module_is_named_like_a_standard_one() -> None:
    hidden = {
        name
        for name, file in sources()
        if (file.parent.name if file.name == "__init__.py" else file.stem) in sys.stdlib_module_names
    }
    assert hidden <= NAMED_LIKE_A_STANDARD_ONE


def test_every_module_is_named_for_its_subject() -> None:
    assert [name for name, file in sources() if {file.stem, file.parent.name} & NO_SUBJECT] == []


def reads_environment(tree: ast.AST) -> bool:
    """Writing a variable for a child process, or taking it away again, is not reading it."""
    written = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)
    }
    forbidden = {"environ", "environb", "getenv", "getenvb"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "os" and forbidden & {name.name for name in node.names}:
            return True
        if (
            isinstance(node, ast.Attribute)
            and node.attr in forbidden
            and isinstance(node.value, ast.Name)
            and node.value.id == "os"
            and id(node) not in written
        ):
            return True
    return False


def test_only_the_settings_read_the_environment() -> None:
    readers = {name for name, file in sources() if reads_environment(ast.parse(file.read_text("utf-8")))}
    assert readers <= READS_THE_ENVIRONMENT


def imported(tree: ast.AST) -> set[str]:
    """The first word of everything imported in a module, at its top or inside a function."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_prefect_is_known_in_one_folder() -> None:
    knowing = {name for name, file in sources() if "prefect" in imported(ast.parse(file.read_text("utf-8")))}
    assert {name for name in knowing if not name.startswith("flows/orchestration/")} == set()


def modules() -> dict[str, Path]:
    """Every module of the four packages by its dotted name."""
    return {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for name, file in sources()}


def imports_of(file: Path, known: Mapping[str, Path]) -> set[str]:
    """Our modules that a module imports, at its top, inside functions and for type checking alike."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (within & known.keys()) or ({node.module} & known.keys())
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & known.keys()
    return found


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of modules each of which reaches every other: strongly connected, more than one."""
    reach = {name: set(following) for name, following in graph.items()}
    for middle in graph:
        for name in graph:
            if middle in reach[name]:
                reach[name] |= reach[middle]
    rings = {frozenset({name} | {other for other in reach[name] if name in reach[other]}) for name in graph}
    return [set(ring) for ring in rings if len(ring) > 1]


def test_no_imports_run_in_a_circle() -> None:
    known = modules()
    assert circles({name: imports_of(file, known) - {name} for name, file in known.items()}) == []


def test_a_circle_would_be_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]


def test_the_map_names_every_folder_and_no_file_that_is_not_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"`((?:extractors|moderation|storage|flows)/[\w./]*)`", page))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    folders = {f"{Path(name).parent.as_posix()}/" for name, _ in sources()}
    assert folders - {"storage/migrations/versions/"} - named == set()


def test_extractors_read_no_clock_and_write_no_log() -> None:
    clocks = {"now", "today", "utcnow", "time", "monotonic", "perf_counter"}
    for name, file in sources():
        if not name.startswith("extractors/"):
            continue
        tree = ast.parse(file.read_text("utf-8"))
        assert not imported(tree) & {"logging", "random", "secrets", "os", "tempfile", "urllib3"}, name
        called = {
            f"{node.func.value.id}.{node.func.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.attr in clocks
        }
        assert not {call for call in called if call.split(".")[0] in {"datetime", "date", "time"}}, name


def test_every_package_says_that_it_is_typed() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").exists()] == []


def test_what_only_few_commands_need_is_not_imported_by_all() -> None:
    code = (
        "import sys, storage.schema, storage.upkeep.backup, flows.runs.processing\n"
        "print(*({'alembic', 'bs4', 'prefect', 'httpx', 'lingua', 'sklearn', 'pandas'} & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["run", "--help"], ["db", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys, json\n"
        f"sys.argv = ['tamis', *{words!r}]\n"
        "from flows.cli.app import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in json.loads(found.stderr.splitlines()[-1])}
    assert modules & HEAVY == set()
    assert found.stdout.strip()
