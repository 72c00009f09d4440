"""Schedules fire: the one thing that a healthy Prefect server does not prove."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.integration
def test_the_scheduler_itself_completes_an_interval_run_and_a_run_of_tamis_schedule(tmp_path: Path) -> None:
    out = tmp_path / "schedule.json"
    words = [sys.executable, str(ROOT / "benchmarks" / "schedule.py"), "--seconds", "150", "--json", str(out)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=290, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [figure["holds"] for figure in json.loads(out.read_text("utf-8"))["figures"]] == [True, True]
