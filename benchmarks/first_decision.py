"""From `make demo` in a fresh clone to the first decision in the browser: how many commands, how many seconds.

    python benchmarks/first_decision.py --wheels DIR [--json OUT]

The package cache is DIR, so that the bench needs no network:
python -m pip wheel --constraint constraints.txt --wheel-dir DIR . 'hatchling>=1.26' editables
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.isolation import isolate
from benchmarks.table import Figure, show
from tests.flows.desk.browser import chromium

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300


def first_decision(folder: Path, wheels: Path) -> list[Figure]:
    clone = folder / "tamis"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PYTHONPATH": "", "COLUMNS": "200"}
    began = time.monotonic()
    made = subprocess.run(
        ["make", "demo"], cwd=clone, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if made.returncode:
        raise RuntimeError(f"make demo failed: {made.stdout[-2000:]}{made.stderr[-2000:]}")
    demo = time.monotonic() - began
    command = re.search(r"^\s*\$ (\S*tamis desk .*?)$", made.stdout, re.MULTILINE)
    account = re.search(r"Log in as (\S+) with the password (\S+)", made.stdout)
    if command is None or account is None:
        raise RuntimeError(f"the demo does not say how to open the desk: {made.stdout[-2000:]}")
    desk = subprocess.Popen(
        shlex.split(command[1]), cwd=clone, env=environment, stdout=subprocess.PIPE, text=True
    )  # what the demo printed, in the clone
    try:
        address = where(desk)
        with chromium() as browser:
            page = browser.new_page()
            page.goto(f"{address}review")
            page.fill("[name=name]", account[1])
            page.fill("[name=password]", account[2])
            page.keyboard.press("Enter")
            page.wait_for_selector("#card article")
            with page.expect_response(lambda answer: answer.url.endswith("/api/decisions")) as answered:
                page.keyboard.press("p")
            taken = answered.value.ok
        seconds = time.monotonic() - began
    finally:
        desk.terminate()
        desk.wait(SECONDS)
    return [
        Figure("from `make demo` to the first decision: commands", "<= 3", "2: make demo, tamis desk", taken),
        Figure("  seconds, installing from a warm cache included", "<= 60", f"{seconds:.0f}", seconds <= 60),
        Figure("  of these, installing and the demo", "", f"{demo:.0f}"),
    ]


def where(desk: subprocess.Popen[str]) -> str:
    """The address that the desk announces."""
    assert desk.stdout is not None
    for line in desk.stdout:
        if found := re.search(r"The desk is at (\S+)", line):
            return found[1]
    raise RuntimeError("the desk ended without a word")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--wheels", type=Path)
    chosen = parser.parse_args()
    if chosen.wheels is None:
        told = "skipped: give --wheels DIR, a folder with the packages"
        sys.exit(
            not show(
                "First decision", [Figure("from `make demo` to the first decision", "<= 60 s", told, None)], chosen.json
            )
        )
    isolate()
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as folder:
        sys.exit(not show("First decision", first_decision(Path(folder), chosen.wheels.resolve()), chosen.json))


if __name__ == "__main__":
    main()
