"""What Lighthouse says of the desk's pages, signed in, in both languages.

Needs Node, and Lighthouse from npm: npm install --prefix DIR lighthouse, then the environment variable
LIGHTHOUSE=DIR/node_modules/.bin/lighthouse.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.table import Figure
from flows.desk.signing_in.sessions import SESSION_COOKIE
from storage.database.engine import Database
from storage.upkeep.after_run import after_run
from tests.flows.desk import room, states

PAGES = ("/login", "/review", "/sample", "/quality", "/people", "/data", "/data/gallery", "/data/sql")
LEAST = {"accessibility": 100, "best-practices": 100, "performance": 95}
SECONDS = 120


def figures(db: Database) -> list[Figure]:
    """One row a category: the lowest score of any page, and what Lighthouse found wrong on the way."""
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if program is None:
        told = "skipped: npm install --prefix DIR lighthouse; LIGHTHOUSE=DIR/node_modules/.bin/lighthouse"
        return [Figure("Lighthouse", "100, 100, 95", told, None)]
    room.account(db, "marie", "admin")
    room.put(db, [states.SPAM] * 30)
    after_run(db, room.MORNING)
    lowest = dict.fromkeys(LEAST, 101)
    faults: dict[str, list[str]] = {}
    with room.served(db) as desk, signed_in(desk.url, room.session(db, "marie")[0]) as port:
        for path in PAGES:
            for language in ("en", "fr"):
                report = audit(program, f"{desk.url}{path}?lang={language}", port)
                for category in LEAST:
                    found = report["categories"][category]
                    score = round(100 * (found["score"] or 0))
                    lowest[category] = min(lowest[category], score)
                    if score < LEAST[category]:
                        failed = [
                            part["id"]
                            for part in found["auditRefs"]
                            if part["weight"] and (report["audits"][part["id"]]["score"] or 0) < 0.9
                        ]
                        faults.setdefault(f"{path} {language} {category} {score}", failed)
    rows = [
        Figure(
            f"Lighthouse, lowest of {2 * len(PAGES)} pages: {category}", f">= {least}", str(lowest[category]),
            lowest[category] >= least,
        )
        for category, least in LEAST.items()
    ]  # fmt: skip
    return rows + [Figure(f"  {where}", "", ", ".join(what)) for where, what in faults.items()]


@contextmanager
def signed_in(url: str, token: str) -> Iterator[int]:
    """A Chromium with that session's cookie; the port on which Lighthouse finds it.

    (A cookie among Lighthouse's extra headers does not reach what the page itself fetches.)
    """
    with socket.socket() as probe:
        probe.bind((room.HOST, 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="tamis-lighthouse-") as folder, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=str(room.CHROMIUM), args=[*room.FLAGS, f"--remote-debugging-port={port}"]
        )
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": url}])
        yield port
        context.close()


def audit(program: str, url: str, port: int, tries: int = 3) -> dict[str, Any]:
    """One report. Only this machine can be reached: benches of the desk run without a network."""
    with tempfile.TemporaryDirectory(prefix="tamis-lighthouse-") as folder:
        out = Path(folder) / "report.json"
        command = [program, url, "--quiet", "--output=json", f"--output-path={out}", f"--port={port}"]
        command += [f"--only-categories={','.join(LEAST)}", "--disable-storage-reset"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        if not out.exists():
            raise RuntimeError(f"Lighthouse gave no report of {url}: {done.stderr[-2000:]}")
        report: dict[str, Any] = json.loads(out.read_text("utf-8"))
    if error := report.get("runtimeError"):  # on a busy machine Chromium now and then loses the trace
        if tries > 1:
            return audit(program, url, port, tries - 1)
        raise RuntimeError(f"Lighthouse could not look at {url}: {error['message']}")
    return report
