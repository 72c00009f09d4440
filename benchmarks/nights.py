"""Nights that look after themselves: 60 nights on 12 sites, with changes that must be held back and told.

    python benchmarks/nights.py [--nights 60] [--sites 12] [--only 4,7] [--jobs 2] [--short] [--verbose] [--json OUT]

Each site is served on loopback and lives (new stories, comments, corrections, sidebars, nonces). Now and then it shows
a login wall, a captcha, a theme whose body is gone, and so on, for some nights. After each run the database is compared
with what the site really says. Pages are read in this process and the clock is moved: a night takes about a second.

`--short`: not every page each night, but what the site's feeds name and a seventh of the others; a change that touches
some of the pages is told when it is their turn, or never if it is over by then. What is stored after the last night,
and seven more of them, is compared with the site as well.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.isolation import isolate
from benchmarks.nights_parts.changes import CHANGES, OF_COMMENTS, Change
from benchmarks.nights_parts.site import Article, Site, Theme
from benchmarks.table import Figure, show
from flows.settings import Settings
from flows.settings_file import build
from tests.nightly_site import night
from tests.press import rows
from tests.servers import SiteServer

THEMES = (
    Theme(body="entry-content", wrapper="site-main", thread="commentlist", tags=True, nonce=False),
    Theme(body="entry-content", wrapper="site-main", thread="commentlist", tags=False, nonce=True),
    Theme(body="post-body", wrapper="layout", thread="divs", tags=True, nonce=True),
    Theme(body="artikel-text", wrapper="inhalt", thread="divs", tags=False, nonce=False),
    Theme(body="story__text", wrapper="page", thread="none", tags=False, nonce=True),
    Theme(body="contenu", wrapper="corps", thread="commentlist", tags=False, nonce=True),
)
CALM = 3  # nights between two changes
KEPT = 0.9  # of an article's paragraphs
UNTIL_SEEN = 8  # nights without change after which all must be stored as it is


@dataclass
class Told:
    """What came of one site's nights."""

    nights: int = 0
    calm: int = 0  # nights on which all was well
    false_alarms: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    overwritten: Counter[str] = field(default_factory=Counter)
    visits: int = 0  # of stories
    due: int = 0
    short: int = 0  # nights that left something alone
    stale: list[str] = field(default_factory=list)  # what is not as the site says after all nights
    notes: list[str] = field(default_factory=list)


def site_of(number: int) -> Site:
    return Site(
        f"Paper {number}",
        seed=number,
        articles=20 + 2 * (number % 6),
        comments=(6, 2, 4, 1, 0, 12)[number % 6],
        language=("en", "fr", "de")[number % 3],
        theme=THEMES[number % len(THEMES)],
    )


def settings_of(server: SiteServer, folder: Path, short: bool) -> Settings:
    recheck = 24 if short else 0
    site = {"sitemaps": [server.url("/sitemap.xml")], "local": True, "robots": False, "recheck_hours": recheck}
    data = {"jobs": 1, "sites": {"press": site}, "moderation": {"lean": True}, "fetch": {"attempts": 1}}
    return build(data, base=folder, environment={})


def serve(server: SiteServer, site: Site, change: Change | None, since: int) -> set[str]:
    """Puts tonight's pages on the server; the paths that the change touches."""
    pages: dict[str, Any] = {
        "/sitemap.xml": site.sitemap(server.url("").rstrip("/")),
        "/feed": site.feed(),
        "/comments/feed": site.feed_of_comments(),
    }
    touched = set()
    for article in site.articles:
        shown = change.show(site, article, since) if change else None
        if shown is not None:
            touched.add(article.path)
        if shown == "404":
            continue
        pages[article.path] = site.reply(shown if shown is not None else site.page(article))
    server.pages.clear()
    server.pages.update(pages)
    return touched


def lives(number: int, nights: int, short: bool = False) -> Told:
    """One site's nights."""
    found, site, dice = Told(), site_of(number), random.Random(1000 + number)
    plan = list(CHANGES)
    dice.shuffle(plan)
    if site.theme.thread == "none":
        plan = [change for change in plan if change.name not in OF_COMMENTS]
    change: Change | None = None
    began = ended = 2  # the first nights are calm
    told = False
    good: set[str] = set()  # stories that stood in the database as they should before a change
    with SiteServer({}) as server, tempfile.TemporaryDirectory() as folder:
        settings = settings_of(server, Path(folder), short)
        for today in range(nights):
            if change is not None and today - began >= change.nights:
                change, ended = None, today
            if change is None and plan and today - ended >= CALM and dice.random() < 0.7:
                change, began, told = plan.pop(0), today, False
                found.changes[change.name] += not change.harmless
            if change is None or change.name not in OF_COMMENTS:
                site.day()
            touched = serve(server, site, change, today - began + 1)
            report = night(settings, today)
            found.nights += 1
            found.visits += sum("/story-" in request.path for request in server.requests)
            found.due += len(site.articles)
            found.short += report.counts.get("left_alone", 0) > 0
            server.requests.clear()
            bad = report.outcome != "good"
            if change is None or change.harmless:
                found.calm += 1
                found.false_alarms += bad
                if bad:
                    found.notes.append(f"site {number} night {today}: false alarm: {report.cause or report.failure}")
            elif bad and not told and today - began + 1 <= change.told_by:
                told = True
                found.told[change.name] += 1
            elif not bad and today - began + 1 == change.told_by and not told:
                counts = {name: report.counts.get(name) for name in ("compared", "broken_pages", "comments_missing")}
                found.notes.append(f"site {number} night {today}: {change.name} not told ({len(touched)}) {counts}")
            if change is None or change.harmless:
                good = {article.path for article in site.articles}
            lost = overwritten(settings, server, site, touched & good)
            if change is not None and lost:
                found.overwritten[change.name] += len(lost)
                found.notes.append(f"site {number} night {today}: {change.name}: {len(lost)} lost: {lost[:2]}")
        for later in range(UNTIL_SEEN):
            serve(server, site, None, 0)
            night(settings, nights + later)
        found.stale = stale(settings, server, site)
        found.notes += [f"site {number}, after all nights: {what}" for what in found.stale[:3]]
    return found


def stale(settings: Settings, server: SiteServer, site: Site) -> list[str]:
    """What the site says and the database does not, or the other way round."""
    url = settings.database_url
    texts = dict(rows(url, "SELECT canonical_url, text FROM articles WHERE gone_at IS NULL"))
    found = []
    for article in site.articles:
        text = " ".join(texts.get(server.url(article.path), "").split())
        if sum(one in text for one in article.paragraphs) < KEPT * len(article.paragraphs):
            found.append(f"text of {article.path}")
    query = (
        "SELECT c.author, c.body FROM comments c JOIN articles a ON a.id = c.article_id"
        " WHERE c.removed_at IS NULL AND a.gone_at IS NULL"
    )
    said = {(author, " ".join(body.split())) for author, body in rows(url, query)}
    everything = {(one.author, one.body) for article in site.articles for one in article.comments}
    return found + [f"comment of {author}" for author, _ in sorted(said ^ everything)]


def overwritten(settings: Settings, server: SiteServer, site: Site, touched: set[str]) -> list[str]:
    """Records of pages that a change touches which do not say any more what the site really says."""
    url = settings.database_url
    texts = {
        address.removeprefix(server.url("").rstrip("/")): (" ".join(text.split()), gone)
        for address, text, gone in rows(url, "SELECT canonical_url, text, gone_at FROM articles")
    }
    said = {
        (author, " ".join(body.split()))
        for author, body in rows(url, "SELECT author, body FROM comments WHERE removed_at IS NULL")
    }
    lost = []
    for article in site.articles:
        if article.path not in touched or article.path not in texts:
            continue
        text, gone = texts[article.path]
        if gone or share_of(article, text) < KEPT - 0.35:  # what was corrected today is not read yet
            lost.append(f"text of {article.path}")
    everything = {(one.author, one.body) for article in site.articles for one in article.comments}
    missing = sorted((everything & remembered(settings)) - said)
    return lost + [f"comment of {author}" for author, _ in missing]


def remembered(settings: Settings) -> set[tuple[str, str]]:
    """Every text that a comment ever had in the database."""
    query = "SELECT author, body FROM comments UNION SELECT author, body FROM comment_versions"
    return {(author, " ".join(body.split())) for author, body in rows(settings.database_url, query)}


def share_of(article: Article, text: str) -> float:
    """The share of the story's paragraphs that stand in the text, as it is or as it was before it was written anew."""
    return max(sum(one in text for one in told) / len(told) for told in (article.paragraphs, *article.former))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--sites", type=int, default=12)
    parser.add_argument("--only", help="the numbers of some sites, from 0, with commas between them")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    isolate()
    with ProcessPoolExecutor(given.jobs) as pool:
        found = []
        numbers = [int(word) for word in given.only.split(",")] if given.only else range(given.sites)
        for number, one in zip(
            numbers,
            pool.map(lives, numbers, *([word] * len(numbers) for word in (given.nights, given.short))),
            strict=True,
        ):
            found.append(one)
            print(
                f"site {number}: {one.nights} nights, {sum(one.told.values())} of {sum(one.changes.values())} told,"
                f" {one.false_alarms} false alarms, {sum(one.overwritten.values())} overwritten",
                flush=True,
            )
            if given.verbose:
                print("\n".join(one.notes), flush=True)
    changes, told = sum((one.changes for one in found), Counter()), sum((one.told for one in found), Counter())
    lost = sum((one.overwritten for one in found), Counter())
    calm, false = sum(one.calm for one in found), sum(one.false_alarms for one in found)
    changed = sum(changes.values())
    stale_after, short = sum(len(one.stale) for one in found), sum(one.short for one in found)
    visits = sum(one.visits for one in found) / sum(one.due for one in found)
    figures = [
        Figure("site-nights", "720", f"{sum(one.nights for one in found):,}"),
        Figure("good records overwritten", "0", f"{sum(lost.values()):,}", not lost),
        Figure(
            "changes told on their first night",
            ">= 95 %",
            f"{sum(told.values())} of {changed} ({sum(told.values()) / max(changed, 1):.1%})",
            sum(told.values()) >= 0.95 * changed,
        ),
        Figure("false alarms on nights when all was well", "<= 1 %", f"{false} of {calm} ({false / max(calm, 1):.2%})",
               false <= 0.01 * calm),
        Figure("not as the site says after all nights", "0", f"{stale_after:,}", stale_after == 0),
        Figure("stories visited, of those there were, each night", "-", f"{visits:.1%}, {short:,} nights short"),
    ]  # fmt: skip
    details = {"changes": dict(changes), "told": dict(told), "overwritten": dict(lost)}
    print("\nby change: " + "; ".join(f"{name} {told[name]} of {number}" for name, number in sorted(changes.items())))
    return 0 if show("Nights", figures, given.json, details) else 1


if __name__ == "__main__":
    sys.exit(main())
