"""The figures of the main road: real pages through extract, run, run again, and run after a kill.

    python benchmarks/main_road.py [--pages 500] [--kills 3] [--json OUT]

Needs ../shared/bench. Everything runs in a network namespace with loopback only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.isolation import isolate
from benchmarks.table import Figure, show

BENCH = Path(__file__).parents[2] / "shared" / "bench"
SLOWEST_SECONDS = 15.0
TAMIS = [sys.executable, "-m", "flows.cli"]


def rows() -> Iterator[dict[str, str]]:
    """Every page of ../shared/bench that is a saved HTML page: id, url, html."""
    for file in sorted((BENCH / "extraction" / "data").glob("*.jsonl.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield {"id": row["id"], "url": row["url"], "html": row["html"]}


class Site(ThreadingHTTPServer):
    """Serves pages by path on loopback, with a sitemap, ETags and conditional answers, and counts what it is asked."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, pages: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = pages
        self.tags = {path: f'"{hashlib.sha1(body).hexdigest()}"' for path, body in pages.items()}
        self.full: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()
        self.url = f"http://127.0.0.1:{self.server_port}"
        locations = "".join(f"<url><loc>{self.url}{path}</loc></url>" for path in pages)
        self.sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>'.encode()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Site

    def do_GET(self) -> None:
        if self.path == "/sitemap.xml":
            return self.answer(200, self.server.sitemap, "application/xml")
        body = self.server.pages.get(self.path)
        if body is None:
            return self.answer(404, b"", "text/plain")
        tag = self.server.tags[self.path]
        if self.headers.get("If-None-Match") == tag:
            self.server.unchanged[self.path] += 1
            return self.answer(304, b"", "text/html", tag)
        self.server.full[self.path] += 1
        return self.answer(200, body, "text/html; charset=utf-8", tag)

    def answer(self, status: int, body: bytes, kind: str, tag: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the counters are the log."""


def configured(folder: Path, site: Site) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tamis.toml"
    path.write_text(
        f'[sites.bench]\nsitemaps = ["{site.url}/sitemap.xml"]\nlocal = true\npace = 0\nconcurrency = 8\n', "utf-8"
    )
    return path


def tamis(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TAMIS, *arguments], capture_output=True, text=True, **options)


def run(config: Path, *flags: str) -> dict[str, Any]:
    done = tamis("run", "--json", "--config", str(config), *flags)
    if done.returncode not in (0, 3):
        sys.exit(f"tamis run failed with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    report: dict[str, Any] = json.loads(done.stdout)[0]
    return report


CONTENT_TABLES = (
    "articles", "article_versions", "sections", "comments", "comment_versions", "tweets", "tweet_sightings", "verdicts",
)  # fmt: skip


OURS = ("id", "url", "key", "fingerprint")  # numbers of one database, and hashes keyed with its own secret


def contents(folder: Path) -> dict[str, tuple[int, str]]:
    """Rows and a checksum of each content table; numbers, times and keyed hashes of ours left out."""
    db = sqlite3.connect(folder / "tamis.sqlite")
    found = {}
    for table in CONTENT_TABLES:
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        kept = [name for name in columns if name not in OURS and not name.endswith(("_id", "_at", "_since", "_key"))]
        values = sorted(repr(row) for row in db.execute(f"SELECT {', '.join(kept)} FROM {table}"))
        found[table] = (len(values), hashlib.sha1("\n".join(values).encode()).hexdigest())
    found["pages"] = (db.execute("SELECT count(*) FROM pages").fetchone()[0], "")
    found["comments twice"] = (
        db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM comments GROUP BY article_id, key HAVING count(*) > 1)"
        ).fetchone()[0],
        "",
    )
    return found


def everything(folder: Path) -> str:
    """A checksum of all content rows, numbers and times included: a run that changes nothing keeps it."""
    db = sqlite3.connect(folder / "tamis.sqlite")
    digest = hashlib.sha1()
    for table in CONTENT_TABLES:
        for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
            digest.update(repr(row).encode())
    return digest.hexdigest()


def extraction(figures: list[Figure], scratch: Path) -> None:
    """`tamis extract` over all HTML of the bench: one line a page, no crash, none over 15 s."""
    names = ["comments/html", "tweets/html", "extraction/data"]
    out = scratch / "records.jsonl"
    began = time.monotonic()
    done = tamis("extract", *(str(BENCH / name) for name in names), "--out", str(out))
    seconds = time.monotonic() - began
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    expected = sum(1 for _ in rows()) + sum(
        len(list((BENCH / name).glob("*.html.gz"))) for name in ("comments/html", "tweets/html")
    )
    reasons = Counter(line["quarantine"]["reason"] for line in lines if line["quarantine"])
    figures += [
        Figure("extract: exit code", "0 or 3", str(done.returncode), done.returncode in (0, 3)),
        Figure("extract: lines for pages", str(expected), str(len(lines)), len(lines) == expected),
        Figure("extract: exceptions", "0", str(reasons["fault"]), not reasons["fault"]),
        Figure("extract: pages over 15 s or killed", "0", str(reasons["too_slow"] + reasons["worker_died"]),
               not reasons["too_slow"] + reasons["worker_died"]),
        Figure("extract: quarantined", "-", ", ".join(f"{k} {v}" for k, v in sorted(reasons.items())) or "0"),
        Figure("extract: pages a second", "-", f"{len(lines) / seconds:.1f}"),
    ]  # fmt: skip


def nights(figures: list[Figure], scratch: Path, count: int, kills: int, seed: int) -> None:
    pages = {
        f"/p/{i}.html": row["html"].encode("utf-8", "replace") for i, row in zip(range(count), rows(), strict=False)
    }
    site = Site(pages)
    calm = scratch / "calm"
    config = configured(calm, site)
    began = time.monotonic()
    first = run(config)
    seconds = time.monotonic() - began
    before = everything(calm)
    site.full.clear()
    second = run(config)
    figures += [
        Figure("run: pages fetched", str(count), str(first["counts"]["fetched"]), first["counts"]["fetched"] == count),
        Figure("run: pages a second, Prefect's start included", "-", f"{count / seconds:.1f}"),
        Figure("second run: full requests", "0", str(sum(site.full.values())), not site.full),
        Figure("second run: conditional requests", str(count), str(len(site.unchanged)), len(site.unchanged) == count),
        Figure("second run: content rows changed", "none", "none" if everything(calm) == before else "some",
               everything(calm) == before),
        Figure("second run: new or changed articles", "0", str(second["counts"].get("new_articles", 0)
               + second["counts"].get("changed_articles", 0)), not second["counts"].get("new_articles")),
    ]  # fmt: skip
    killed = scratch / "killed"
    config = configured(killed, site)
    rng = random.Random(seed)
    landed = 0
    for number in range(kills):
        child = subprocess.Popen(
            [*TAMIS, "run", "--direct", "--json", "--config", str(config)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        served = sum(site.full.values()) + rng.randrange(5, max(6, count // (kills + 1)))
        while sum(site.full.values()) < served and child.poll() is None:
            time.sleep(0.01)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            landed += 1
        child.wait()
        print(f"  kill {number + 1} of {kills} after {sum(site.full.values())} full answers", file=sys.stderr)
    run(config, "--direct")
    wanted, found = contents(calm), contents(killed)
    different = [name for name in wanted if wanted[name] != found[name]]
    figures += [
        Figure("kill -9: kills that landed in a run", str(kills), str(landed), landed == kills),
        Figure(
            "kill -9, then a run: tables that differ from a calm run",
            "none",
            ", ".join(different) or "none",
            not different,
        ),
        Figure("kill -9: comments stored twice", "0", str(found["comments twice"][0]), not found["comments twice"][0]),
    ]
    site.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--skip-extract", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    isolate()
    if not BENCH.exists():
        sys.exit(f"{BENCH} is not here: this bench needs the evaluation data")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as scratch:
        if not options.skip_extract:
            extraction(figures, Path(scratch))
        nights(figures, Path(scratch), options.pages, options.kills, options.seed)
    sys.exit(0 if show("Main road", figures, options.json) else 1)


if __name__ == "__main__":
    main()
