"""Two or more nights on one site: what a reader wrote and an editor decided outlives dates that count on."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

NIGHTS = Path(__file__).parents[2] / ".." / "shared" / "cases" / "nights"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.integration,
    pytest.mark.skipif(not NIGHTS.exists(), reason="NO EVALUATION DATA: ../shared/cases/nights is not here"),
]

MOVED = {
    "from flows.cli import main": "from flows.cli.app import main",
    "from storage.engine import": "from storage.opening import",
    "from storage.reviews import": "from storage.desk.decisions import",
    '"run"]': '"run", "--direct"]',
}
"""Where the cases import from, and where it stands now; no Prefect server a night, which would cost half a minute."""


def night_after_night(name: str, folder: Path, *arguments: str) -> str:
    """Run one of the cases in the folder and give what it printed; its database is `folder/site/tamis.sqlite`."""
    for script in NIGHTS.glob("*.py"):
        text = script.read_text(encoding="utf-8")
        for old, new in MOVED.items():
            text = text.replace(old, new)
        (folder / script.name).write_text(text, encoding="utf-8")
    command = [sys.executable, str(folder / name), sys.executable, str(folder / "site"), str(free_port()), *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "site" / "tamis.sqlite") as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("case", ["relative.py", "relative_ids.py"])
def test_a_thread_of_relative_dates_stays_the_same_for_three_nights(case: str, tmp_path: Path) -> None:
    night_after_night(case, tmp_path, "3")
    assert rows(tmp_path, "select author, version, removed_at from comments order by author") == [
        ("Ada Quill", 1, None),
        ("Bo Reed", 1, None),
        ("Cy Moss", 1, None),
    ]
    assert rows(tmp_path, "select count(*) from comments where substr(date, 1, 10) <> day") == [(0,)]
    assert rows(tmp_path, "select version, published from articles") == [(1, None)]


def test_a_rejected_comment_stays_rejected_when_its_date_counts_on(tmp_path: Path) -> None:
    night_after_night("relative_decision.py", tmp_path, "3")
    assert rows(tmp_path, "select editor, action from decisions") == [("marie", "reject")]
    published = (
        "select comments.author from comments join clean_comments on comment_id = comments.id where action = 'publish'"
    )
    assert sorted(rows(tmp_path, published)) == [("Ada Quill",), ("Bo Reed",)]
