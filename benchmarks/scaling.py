"""What growth costs: bytes and CPU a page measured here and now, multiplied by a plan.

    python benchmarks/scaling.py [--pages 60] [--comments 11] [--kilobytes 79] [--unchanged 0.95] [--json OUT]

A small and a larger loopback site of such pages are crawled twice in this process: the first night reads every page,
the second finds all unchanged. The difference of the two sites is what a page costs; the table multiplies it. CPU is
that of this machine, server included; docs/scaling.md says how to read the table.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.isolation import isolate
from benchmarks.nights_parts.site import Site, Theme
from benchmarks.table import Figure, show
from flows.settings_file import build
from tests.nightly_site import night
from tests.press import rows
from tests.servers import SiteServer

SIZES = (10_000, 1_000_000, 100_000_000, 1_000_000_000)
NIGHT = 8 * 3600.0  # seconds
HOST_PACE = 1.0  # seconds between two requests to a host
FEW = 10  # pages of the small site: what a run costs whatever it reads
CORES = 16  # of one worker machine
THEME = Theme(body="entry-content", wrapper="site-main", thread="commentlist", tags=True, nonce=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What two nights on a site cost: CPU seconds, then bytes."""

    read: float
    unchanged: float
    database: int
    archive: int
    comments: int


def filler(site: Site, kilobytes: int, size: int) -> str:
    """Menus and boxes, which most bytes of a real page are."""
    lines = []
    while size < 1000 * kilobytes:
        words = site.sentence()
        link = f'<li class="menu-item"><a href="/{site.dice.randrange(10**9)}" title="{words}">{words}</a></li>'
        lines.append(link)
        size += len(link)
    return f"<nav><ul>{''.join(lines)}</ul></nav>"


def two_nights(pages: int, comments: int, kilobytes: int) -> Cost:
    site = Site("Paper", seed=1, articles=0, comments=0, language="en", theme=THEME)
    for _ in range(pages):
        site.publish(comments)
    with SiteServer({}) as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        served: dict[str, Any] = {"/sitemap.xml": site.sitemap(server.url("").rstrip("/"))}
        for article in site.articles:
            html = site.page(article)
            served[article.path] = site.reply(html.replace("</body>", f"{filler(site, kilobytes, len(html))}</body>"))
        server.pages = served
        table = {"sitemaps": [server.url("/sitemap.xml")], "local": True, "robots": False, "recheck_hours": 0}
        data = {"jobs": 1, "sites": {"press": table}, "moderation": {"lean": True}}
        settings = build(data, base=folder, environment={})
        seconds = []
        for number in range(2):
            began = time.process_time()
            report = night(settings, number)
            assert report.outcome == "good", report.cause
            seconds.append(time.process_time() - began)
        url = settings.database_url
        return Cost(
            read=seconds[0],
            unchanged=seconds[1],
            database=rows(url, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0][0],
            archive=sum(path.stat().st_size for path in (folder / "archive").rglob("*.gz")),
            comments=rows(url, "SELECT count(*) FROM comments")[0][0],
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--comments", type=int, default=11)
    parser.add_argument("--kilobytes", type=int, default=79)
    parser.add_argument("--unchanged", type=float, default=0.95, help="The share of known pages that a night finds so.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    isolate()
    few, many = (two_nights(number, given.comments, given.kilobytes) for number in (FEW, FEW + given.pages))

    def a_page_of(name: str) -> float:
        return (getattr(many, name) - getattr(few, name)) / given.pages

    read, unchanged, a_page, archived = (a_page_of(name) for name in ("read", "unchanged", "database", "archive"))
    figures = [
        Figure("CPU of a page that is read, ms", "-", f"{1000 * read:.0f}"),
        Figure("CPU of an unchanged page, ms", "-", f"{1000 * unchanged:.1f}"),
        Figure("comments a page", "-", f"{a_page_of('comments'):.1f}"),
        Figure("database, bytes a page with its comments", "-", f"{a_page:,.0f}"),
        Figure("archive, bytes a version of a page", "-", f"{archived:,.0f}"),
    ]
    show("Measured", figures, given.json)
    titles = ("pages", "first crawl, core-days", "a night, core-hours", "machines", "hosts", "database", "archive")
    print("\n| " + " | ".join(titles) + " |\n|" + " --- |" * len(titles))
    for size in SIZES:
        nightly = size * (given.unchanged * unchanged + (1 - given.unchanged) * read)
        cells = (
            f"{size:,}",
            f"{size * read / 86_400:,.1f}",
            f"{nightly / 3600:,.1f}",
            f"{max(1, -(-nightly // (NIGHT * CORES))):,.0f}",
            f"{max(1, -(-size * HOST_PACE // NIGHT)):,.0f}",
            sized(size * a_page),
            sized(size * archived),
        )
        print("| " + " | ".join(cells) + " |")
    return 0


def sized(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000:
            return f"{number:,.0f} {unit}"
        number /= 1000
    return f"{number:,.1f} PB"


if __name__ == "__main__":
    sys.exit(main())
