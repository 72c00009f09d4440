"""The command line: what it imports, prints and returns."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TAMIS = [sys.executable, "-m", "flows.cli"]
COMMANDS = """
demo, init, run, schedule, extract, moderate, replay, remoderate, train, evaluate, export, desk, status, doctor,
db upgrade, db backup, db restore, db check, db erase-author,
user add, user list, user role, user passwd, user token
""".replace("\n", " ").split(", ")

ARTICLE = """<!doctype html><html lang="fr"><head><title>Le tri des fiches</title></head><body><article>
<h1>Le tri des fiches</h1>
<p>Chaque matin, la rédaction relit les fiches de la veille, corrige les dates et
remet les sections dans le bon ordre.</p>
<h2>Mission</h2>
<p>Le documentaliste vérifie les sources, complète les références et
signale les passages qui demandent une relecture.</p>
</article></body></html>"""


def tamis(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TAMIS, *arguments], capture_output=True, text=True, cwd=folder, timeout=120)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, flows.cli.app\n"
        "try: flows.cli.app.app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'prefect', 'sqlalchemy', 'fastapi', 'starlette', 'bs4', 'lxml', 'numpy', 'httpx', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = tamis(*command.split(), "--help")
    assert done.returncode == 0
    assert "Example: tamis" in done.stdout
    assert "--json" in done.stdout


def test_an_unknown_command_is_a_usage_error() -> None:
    assert tamis("harvest").returncode == 2


def test_without_settings_a_run_says_how_to_make_them(tmp_path: Path) -> None:
    done = tamis("run", folder=tmp_path)
    assert done.returncode == 2
    assert "tamis init" in done.stderr
    assert "Traceback" not in done.stderr


def test_init_then_an_edited_key_is_reported_with_its_line(tmp_path: Path) -> None:
    assert tamis("init", str(tmp_path)).returncode == 0
    path = tmp_path / "tamis.toml"
    path.write_text(path.read_text("utf-8") + "\nspeed = 3\n", "utf-8")
    done = tamis("status", folder=tmp_path)
    assert done.returncode == 2
    assert "unknown key 'sites.magazine.speed'" in done.stderr


def test_extract_prints_one_record_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(ARTICLE, "utf-8")
    done = tamis("extract", str(page), "--url", "https://example.org/tri")
    record = json.loads(done.stdout)
    assert done.returncode == 0
    assert record["id"] == "page.html"
    assert record["quarantine"] is None
    assert record["title"] == "Le tri des fiches"
    assert [section["heading"] for section in record["sections"]] == [None, "Mission"]


def test_extract_reads_rows_and_answers_each_in_order(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "url": "https://example.org/a", "html": ARTICLE},
        {"id": "b", "url": "u"},
        {"id": "c", "html": ""},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\nnot json\n", "utf-8")
    out = tmp_path / "out.jsonl"
    done = tamis("extract", str(file), "--out", str(out), "--json")
    answers = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert done.returncode == 3
    assert [answer["id"] for answer in answers] == ["a", "rows.jsonl:2", "c", "rows.jsonl:4"]
    assert [bool(answer["quarantine"]) for answer in answers] == [False, True, True, True]
    assert json.loads(done.stderr) == {"pages": 4, "quarantined": 3}


def test_extract_of_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    done = tamis("extract", str(tmp_path / "none.html"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_moderate_answers_in_input_order_under_the_same_ids(tmp_path: Path) -> None:
    rows = [
        {"id": 7, "text": "Merci pour cette fiche très complète.", "article_language": "fr"},
        {"id": "x", "text": None},
        {
            "id": "z",
            "text": "Cheap pills online http://pills.example",
            "author": "cheap pills",
            "article_language": "fr",
        },
    ]
    file = tmp_path / "comments.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    done = tamis("moderate", str(file), "--lean")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [7, "x", "z"]
    assert answers[0]["action"] == "publish"
    assert answers[1]["quarantine"]["reason"] == "bad_row"
    assert answers[2]["action"] == "review"
    assert done.returncode == 3
