"""A disk that fills up: one sentence, exit code 1, nothing half written, and the same command works once there is room."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN_MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]
AMOUNTS = "0,120"  # kilobytes that are free; `python -m tests.flows.full_disk` tries eleven


def may_mount() -> bool:
    """Whether this machine lets us have a small disk of our own, in a namespace that nobody else sees."""
    if shutil.which("unshare") is None:
        return False
    trial = [*OWN_MOUNTS, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not may_mount(), reason="NOT TESTED: full disks need unshare and a kernel that lets users mount"
    ),
]


def test_no_command_leaves_half_a_file_or_a_traceback_on_a_full_disk(tmp_path: Path) -> None:
    words = [*OWN_MOUNTS, sys.executable, "-m", "tests.flows.full_disk", str(tmp_path), AMOUNTS]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == 24, done.stderr[-2000:]
    assert [one for one in found if one["wrong"]] == []
    failed = {one["command"] for one in found if one["code"] == "1"}
    assert len(failed) == 12  # on every command the disk was really full
