"""Manners by the servers' own log: 20 hosts crawled at once, every request timed where it arrives.

    python benchmarks/politeness.py [--hosts 20] [--pages 8] [--pace 0.4] [--json OUT]

Each host has a robots.txt that disallows some of the pages its sitemap names, and every third one a Crawl-delay longer
than our pace. A host is a port of this machine; the servers and their clock are a process of their own. Pages are read
in threads of the run's process.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from itertools import pairwise
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.isolation import isolate
from benchmarks.table import Figure, show
from flows.runs.nightly import run_site
from flows.settings_file import build
from tests.nightly_site import InlinePool
from tests.press import article
from tests.servers import Reply, Request, SiteServer

CONCURRENCY = 2
SLOW = 2  # times our pace: the Crawl-delay of every third host
TOLERANCE = 0.05  # seconds between a turn and its bytes on a crowded machine


class TimedServer(SiteServer):
    """Notes when each request arrived."""

    def __init__(self) -> None:
        super().__init__({})
        self.times: list[tuple[float, str]] = []

    def _count(self, request: Request) -> None:
        self.times.append((time.monotonic(), request.path))
        super()._count(request)


def filled(server: TimedServer, pages: int, delay: float | None) -> None:
    """Its pages: those below /private/ are named by the sitemap and disallowed by robots.txt."""
    rules = "User-agent: *\nDisallow: /private/\n" + (f"Crawl-delay: {delay:g}\n" if delay else "")
    paths = [f"/fiche-{n}" for n in range(pages)] + [f"/private/{n}" for n in range(3)]
    sitemap = "".join(f"<url><loc>{server.url(path)}</loc></url>" for path in paths)
    server.pages = {
        "/robots.txt": Reply(body=rules, content_type="text/plain"),
        "/sitemap.xml": Reply(body=f"<urlset>{sitemap}</urlset>", content_type="application/xml"),
        **{path: Reply(body=article(number), pause_s=0.05) for number, path in enumerate(paths)},
    }


class ThreadPool(InlinePool):
    """Reads pages beside the event loop, which has the turns of the hosts to keep."""

    async def run(self, work: Any, raw: Any, *rest: Any) -> Any:
        return await asyncio.to_thread(work, raw)


def serving(pipe: Connection, pages: int, delays: list[float | None]) -> None:
    """The servers' process: tells their ports, and their logs when it is asked."""
    servers = [TimedServer() for _ in delays]
    for server, delay in zip(servers, delays, strict=True):
        server.__enter__()
        filled(server, pages, delay)
    pipe.send([server.port for server in servers])
    pipe.recv()
    pipe.send([(server.times, server.most_at_once) for server in servers])
    for server in servers:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--pages", type=int, default=8)
    parser.add_argument("--pace", type=float, default=0.4)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    isolate()
    delays = [SLOW * given.pace if number % 3 == 0 else None for number in range(given.hosts)]
    ours, theirs = Pipe()
    serving_process = Process(target=serving, args=(theirs, given.pages, delays))
    serving_process.start()
    sites: dict[str, Any] = {
        f"host{number}": {
            "sitemaps": [f"http://127.0.0.1:{port}/sitemap.xml"],
            "local": True,
            "pace": given.pace,
            "concurrency": CONCURRENCY,
        }
        for number, port in enumerate(ours.recv())
    }
    with tempfile.TemporaryDirectory() as folder:
        data = {"jobs": 1, "sites": sites, "moderation": {"lean": True}}
        settings = build(data, base=Path(folder), environment={})

        async def all_at_once() -> list[Any]:
            first = await run_site(settings, settings.sites[0])  # makes the database
            return [first, *await asyncio.gather(*(run_site(settings, site) for site in settings.sites[1:]))]

        with patch("flows.runs.processing.WorkerPool", ThreadPool):
            reports = asyncio.run(all_at_once())
    ours.send("the logs, please")
    logs: list[tuple[list[tuple[float, str]], int]] = ours.recv()
    serving_process.join()
    gaps = [
        (later - earlier) - (delay or given.pace)
        for (times, _), delay in zip(logs, delays, strict=True)
        for (earlier, _), (later, _) in pairwise(times)
    ]
    early = [gap for gap in gaps if gap < -TOLERANCE]
    most = max(most_at_once for _, most_at_once in logs)
    refused = sum(path.startswith("/private/") for times, _ in logs for _, path in times)
    read = sum(report.counts.get("fetched", 0) for report in reports)
    asked = sum(len(times) for times, _ in logs)
    noted = sum(report.counts.get("disallowed", 0) for report in reports)
    wanted = given.hosts * given.pages
    soon = f"{len(early):,} (by {-min([0, *early]):.3f} s at most)"
    private = 3 * given.hosts
    figures = [
        Figure("hosts, requests in their logs", "-", f"{given.hosts}, {asked:,}"),
        Figure("pages read", f"{wanted:,}", f"{read:,}", read == wanted),
        Figure("requests sooner than pace or Crawl-delay allow", "0", soon, not early),
        Figure("most requests at once at a host", f"<= {CONCURRENCY}", f"{most}", most <= CONCURRENCY),
        Figure("requests to disallowed paths", "0", f"{refused:,}", not refused),
        Figure("pages that the runs say robots.txt disallows", f"{private:,}", f"{noted:,}", noted == private),
    ]  # fmt: skip
    return 0 if show("Politeness", figures, given.json) else 1


if __name__ == "__main__":
    sys.exit(main())
