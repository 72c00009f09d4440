"""Short nights: where a site says itself what changed, three requests stand for a visit of every page.

WordPress sends no entity tags, so an unchanged site costs as many whole answers as it has pages. Its API lists posts
with their last change and the newest comments; what is neither new nor changed there is left alone. What the API does
not tell (comments that were edited or taken down, pingbacks) waits for the next whole night: every seventh day.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta

import orjson

from flows.fetching.traps import Traps
from flows.fetching.wordpress_news import News, news_of
from flows.observe import log
from flows.runs.site_run import SiteRun, wanted
from flows.settings import PUNCTUAL, SiteSettings
from storage.crawl.frontier import DiscoveredUrl, counts, discover, known_addresses
from storage.crawl.leaving_alone import Stated, leave_alone
from storage.crawl.runs import ENDED_WELL, recent_runs
from storage.desk.learned import keep_learned, newest_learned

API = "news_api"  # what is learned: the root of the site's API, and under which settings
WHOLE_AFTER = PUNCTUAL * timedelta(days=7)
RUNS = 100  # that are looked through for the last whole night
COUNT = "short_night"


async def short_night(site_run: SiteRun) -> bool:
    """Whether the site said what is new and the rest was left alone; otherwise nothing was done."""
    site = site_run.site
    if not site.short_nights or site_run.full or site.recheck_hours == 0:
        return False
    learned = newest_learned(site_run.db, API, site.name)
    whole = last_whole_night(site_run)
    if learned is None or whole is None or site_run.started - whole >= WHOLE_AFTER:
        return False
    api, under = orjson.loads(learned.content)
    if under != mark_of(site):  # its other pages may be new, and its lists name them
        return False
    news = await news_of(site_run.fetcher, api)
    return news is not None and await asyncio.to_thread(put_off, site_run, news, whole + WHOLE_AFTER)


def last_whole_night(site_run: SiteRun) -> datetime | None:
    """When the last run that ended well and was not short began; one that began after now had a wrong clock."""
    nights = recent_runs(site_run.db, site_run.site.name, RUNS, commands=("run",))
    whole = (run.started_at for run in nights if run.status in ENDED_WELL and COUNT not in run.counts)
    return next((began for began in whole if began <= site_run.started), None)


def put_off(site_run: SiteRun, news: News, until: datetime) -> bool:
    """Leaves alone what did not change and finds new posts; False where the news cannot be relied on."""
    stated = Stated(
        posts={post.number: (post.url, post.modified) for post in news.posts},
        comments={comment.number: comment.post for comment in news.comments},
        every_comment=news.every_comment,
    )
    db, site, now = site_run.db, site_run.site, site_run.started
    done = leave_alone(db, site.name, stated, WHOLE_AFTER, now, until)
    if done is None:
        log("no_news", site=site.name, run=site_run.run_id, because="what its API lists is not what it has")
        return False
    if site.follows:
        site_run.traps = Traps(known_addresses(db, site.name, "?"))
    new = [DiscoveredUrl(url=url, source="sitemap") for url in done.new_posts if wanted(site, url)]
    discover(db, site.name, new, now)
    states = counts(db, site.name, now).by_state
    site_run.known = sum(number for state, number in states.items() if state != "gone")
    site_run.counts.update({COUNT: 1, "left_alone": done.pages})
    return True


def learn_api(site_run: SiteRun) -> None:
    """Keeps the address that the site's answers named, for the nights after this whole one."""
    if COUNT in site_run.counts:
        return
    known = newest_learned(site_run.db, API, site_run.site.name)
    api = site_run.api or (orjson.loads(known.content)[0] if known else None)
    content = orjson.dumps([api, mark_of(site_run.site)]).decode()
    if api is not None and (known is None or known.content != content):
        keep_learned(site_run.db, site_run.site.name, API, api, content, "night", site_run.now())


def mark_of(site: SiteSettings) -> str:
    """Another one once any of the site's settings is."""
    return hashlib.sha256(site.model_dump_json().encode()).hexdigest()[:16]
