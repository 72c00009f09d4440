"""Short nights: where a site says itself what changed, three requests stand for a visit of every page.

WordPress sends no entity tags, so an unchanged site costs as many whole answers as it has pages. Its API lists posts
with their last change and the newest comments; other sites have a feed of articles, and one of comments. What is
neither new nor changed there is left alone. What the site does not tell (comments that were edited or taken down) is
seen when it is a page's turn: each night visits a share of the pages, so that all have been visited within seven days.
Every seventh day other pages are looked for, as in any night.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import orjson

from extractors.urls import host_of
from flows.fetching.feed_news import ReadFeed, read_feeds
from flows.fetching.traps import Traps
from flows.fetching.wordpress_news import news_of
from flows.observe import log
from flows.runs.site_run import SiteRun, wanted
from flows.settings import PUNCTUAL, SiteSettings
from storage.crawl.frontier import DiscoveredUrl, Source, counts, discover, known_addresses
from storage.crawl.held import held_pages
from storage.crawl.leaving_alone import LeftAlone, Stated, Turn, leave_alone, take_back
from storage.crawl.runs import ENDED_WELL, Run, recent_runs
from storage.crawl.told_by_feeds import FeedEntry, leave_alone_by_feeds
from storage.desk.learned import keep_learned, newest_learned

API = "news_api"  # what is learned: the root of the site's API, and under which settings
FEEDS = "news_feeds"  # the feeds that most of its pages name, as they were read last, and under which settings
WHOLE_AFTER = PUNCTUAL * timedelta(days=7)
RUNS = 100  # that are looked through for the last night on which pages were looked for
COUNT = "short_night"
MOST_PAGES = 50_000  # each is looked at; of a larger site only what is due is
MOST_FEEDS = 6
SAMPLE_LEAST = 3


async def short_night(site_run: SiteRun) -> bool:
    """Leaves alone what the site says did not change; whether it need not be searched for pages either."""
    site = site_run.site
    if not site.short_nights or site_run.full or site.recheck_hours == 0:
        return False
    before = nights_before(site_run)
    if not before or sum(counts(site_run.db, site.name, site_run.started).by_state.values()) > MOST_PAGES:
        return False
    turn = Turn(longest=WHOLE_AFTER, since=before[0].started_at)
    if not (await by_api(site_run, turn) or await by_feeds(site_run, turn)):
        return False
    searched = next((run.started_at for run in before if COUNT not in run.counts), None)
    if searched is None or site_run.started - searched >= WHOLE_AFTER:
        return False
    site_run.counts[COUNT] = 1
    return True


def whole_after_all(site_run: SiteRun) -> bool:
    """Makes due what was left alone, where a page no longer says what it said the last time: whether it is the page or
    the site that changed, the few pages of a short night cannot tell."""
    if not site_run.counts["left_alone"]:
        return False
    db, site = site_run.db, site_run.site.name
    if not any(page.case.times == 1 for page in held_pages(db, site, run_id=site_run.run_id)):
        return False
    site_run.counts["left_alone"] = 0
    return take_back(db, site, site_run.started) > 0


def nights_before(site_run: SiteRun) -> list[Run]:
    """Former runs that ended well, the newest first; one that began after now had a wrong clock."""
    nights = recent_runs(site_run.db, site_run.site.name, RUNS, commands=("run",))
    return [run for run in nights if run.status in ENDED_WELL and run.started_at <= site_run.started]


async def by_api(site_run: SiteRun, turn: Turn) -> bool:
    """Leaves alone what the site's WordPress API does not name; False where there is none to rely on."""
    api = known(site_run, API)
    news = await news_of(site_run.fetcher, api) if api is not None else None
    if news is None:
        return False
    stated = Stated(
        posts={post.number: (post.url, post.modified) for post in news.posts},
        comments={comment.number: comment.post for comment in news.comments},
        every_comment=news.every_comment,
    )
    db, site = site_run.db, site_run.site.name
    done = await asyncio.to_thread(leave_alone, db, site, stated, turn, site_run.started)
    return await asyncio.to_thread(left, site_run, done, "sitemap", "its API")


async def by_feeds(site_run: SiteRun, turn: Turn) -> bool:
    """The same by the site's feeds."""
    kept = known(site_run, FEEDS)
    if not kept:
        return False
    site_run.feeds = await read_feeds(site_run.fetcher, [ReadFeed.from_json(feed) for feed in kept])
    hosts = {host_of(url) for url in (*site_run.site.urls, *site_run.site.sitemaps, *site_run.site.feeds)}
    feeds = [
        [
            entry
            for address, modified in feed.entries
            for entry in [FeedEntry(url=address, modified=modified)]
            if host_of(address) in hosts and wanted(site_run.site, entry.page)
        ]
        for feed in site_run.feeds
    ]
    db, site, now = site_run.db, site_run.site.name, site_run.started
    done = await asyncio.to_thread(leave_alone_by_feeds, db, site, [feed for feed in feeds if feed], turn, now)
    return await asyncio.to_thread(left, site_run, done, "feed", "its feeds")


def left(site_run: SiteRun, done: LeftAlone | None, source: Source, who: str) -> bool:
    """Finds what is new, and counts what was left alone; False, with the reason in the log, where nothing was."""
    db, site, now = site_run.db, site_run.site, site_run.started
    if done is None:
        log("no_news", site=site.name, run=site_run.run_id, because=f"what {who} list is not what it has")
        return False
    if site.follows:
        site_run.traps = Traps(known_addresses(db, site.name, "?"))
    new = [DiscoveredUrl(url=url, source=source) for url in done.new_posts if wanted(site, url)]
    discover(db, site.name, new, now)
    states = counts(db, site.name, now).by_state
    site_run.known = sum(number for state, number in states.items() if state != "gone")
    site_run.counts["left_alone"] = done.pages
    return True


def learn_news(site_run: SiteRun) -> None:
    """Keeps what the site's answers named, for the nights after this one: its API, and its feeds as they were read."""
    if COUNT not in site_run.counts and site_run.api is not None:
        learn(site_run, API, site_run.api, site_run.api)
    kept = {feed["url"]: feed for feed in known(site_run, FEEDS) or ()}
    kept |= {feed.url: feed.as_json() for feed in site_run.feeds}
    urls = named_by_most(site_run) if COUNT not in site_run.counts else list(kept)
    feeds = [kept.get(url) or ReadFeed(url=url).as_json() for url in urls or kept]
    if feeds:
        learn(site_run, FEEDS, feeds, ", ".join(feed["url"] for feed in feeds), only_newest=True)


def named_by_most(site_run: SiteRun) -> list[str]:
    """The feeds of the settings, and those that most of the answers asked named; empty where too few were asked."""
    asked = site_run.feeds_asked
    if not site_run.site.feeds and asked < SAMPLE_LEAST:
        return []
    most = [url for url, number in site_run.feeds_named.most_common() if 2 * number > asked >= SAMPLE_LEAST]
    return list(dict.fromkeys([*site_run.site.feeds, *most]))[:MOST_FEEDS]


def known(site_run: SiteRun, kind: str) -> Any:
    """What was learned under the site's present settings: under others its pages may be new, and lists name them."""
    learned = newest_learned(site_run.db, kind, site_run.site.name)
    if learned is None:
        return None
    content, under = orjson.loads(learned.content)
    return content if under == mark_of(site_run.site) else None


def learn(site_run: SiteRun, kind: str, content: Any, version: str, *, only_newest: bool = False) -> None:
    """Keeps it, unless it is known."""
    if known(site_run, kind) == orjson.loads(orjson.dumps(content)):
        return
    text = orjson.dumps([content, mark_of(site_run.site)]).decode()
    now = site_run.now()
    keep_learned(site_run.db, site_run.site.name, kind, version, text, "night", now, only_newest=only_newest)


def mark_of(site: SiteSettings) -> str:
    """Another one once any of the site's settings is."""
    return hashlib.sha256(site.model_dump_json().encode()).hexdigest()[:16]
