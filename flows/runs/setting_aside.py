"""Answers with status 200 that are not what was asked for: errors, captchas, logins in the place of a page.

They never replace what is known of the page: it goes to quarantine with the reason, its last good version stays. What
the page itself does not say is told by comparing it with the site's answer to an address that cannot exist, which is
asked for once a run, and only when a page gives reason to.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from urllib.parse import urlsplit, urlunsplit

from extractors.article.metadata import words
from extractors.kinds.shapes import NOT_FOUND, STUB
from extractors.records import Page, PageKind
from flows.fetching.errors import FetchError
from flows.fetching.policy import FetchRequest
from flows.observe import log
from flows.runs.site_run import NoSuchPage, SiteRun
from flows.runs.workers import RawPage, extract_page
from storage.crawl.outcomes import Exchange, Extracted, Quarantined

SHORT_TEXT = 1_500
"""Characters of text up to which a page without comments is compared: what tells of an error tells little else."""
ALIKE = 0.7  # Dice's coefficient of words from which two texts are the same but for an address and a date
SOFT_404, LOGIN = "soft_404", "login"
HARMLESS = frozenset({NOT_FOUND, STUB, "address"})
"""Errors that say nothing about the site's health: where no article stood, they are kept as pages of their kind."""


def set_aside(read: Extracted, had_article: bool) -> Quarantined | None:
    """The outcome of a page that says itself that it is an error or a login; `had_article`: the address showed one.

    None for the site's own login page and for errors where no article stood: there is nothing to protect, and they
    are counted as what they are.
    """
    page, exchange = read.page, read.exchange
    cue = page.kind_cues[0] if page.kind_cues else None
    if page.page_kind is PageKind.LOGIN and had_article:
        reason = LOGIN
    elif page.page_kind is PageKind.ERROR and cue is not None and (had_article or cue.signal not in HARMLESS):
        reason = SOFT_404 if cue.signal == NOT_FOUND else cue.signal.replace(" ", "_")
    else:
        return None
    because = f": {cue.because}" if cue is not None else ""
    kept = "; the last good version stays" if had_article else ""
    message = f"{exchange.url}: it answers 200 and is no page to read{because}{kept}"
    return Quarantined(
        exchange=exchange, reason=reason, message=message, next_due=read.next_due, kind=str(page.page_kind)
    )


def is_doubtful(page: Page) -> bool:
    """Whether the page says so little that it may be the site's way to say 404."""
    return page.page_kind is PageKind.ARTICLE and not page.comments and len(page.text) < SHORT_TEXT


async def missing(site_run: SiteRun, read: Extracted) -> Quarantined | None:
    """The outcome of a page that is the site's answer to any address that does not exist; None if it is not."""
    page, exchange = read.page, read.exchange
    if not is_doubtful(page):
        return None
    answer = await no_such_page(site_run, exchange.url)
    if answer.page is None or not is_the_same(page, exchange, answer):
        return None
    message = (
        f"{exchange.url}: the site answers the same to an address that cannot exist ({answer.asked}); "
        "if it was a page once, its last good version stays"
    )
    return Quarantined(
        exchange=exchange, reason=SOFT_404, message=message, next_due=read.next_due, kind=str(PageKind.ERROR)
    )


async def no_such_page(site_run: SiteRun, url: str) -> NoSuchPage:
    """The site's answer to an address that cannot exist on the host of `url`: asked for once a run."""
    parts = urlsplit(url)
    home = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
    async with site_run.asking:
        if home not in site_run.absent:
            site_run.absent[home] = await asked(site_run, home)
    return site_run.absent[home]


async def asked(site_run: SiteRun, home: str) -> NoSuchPage:
    token = hashlib.sha256(f"{home} {site_run.run_id}".encode()).hexdigest()[:12]
    address = f"{home}no-such-page-{token}"
    try:
        result = await site_run.fetcher.fetch(FetchRequest(url=address))
    except FetchError as error:  # 404 is what we hope for; whatever else it is, there is nothing to compare with
        log("no_such_page", site=site_run.site.name, run=site_run.run_id, url=address, words=str(error))
        return NoSuchPage(asked=address, final_url=address, page=None)
    raw = RawPage(
        url=result.final_url, html=result.body, content_type=result.content_type, fetched_at=result.fetched_at
    )
    page = await site_run.pool.run(extract_page, raw)
    return NoSuchPage(asked=address, final_url=result.final_url, page=page if isinstance(page, Page) else None)


def is_the_same(page: Page, exchange: Exchange, answer: NoSuchPage) -> bool:
    """Whether the page is what the site shows for nothing: sent to the same place, or the same words under the same
    title, but for the address that either repeats."""
    assert answer.page is not None
    sent_on = exchange.final_url not in (None, exchange.url)
    if sent_on and answer.final_url != answer.asked and exchange.final_url == answer.final_url:
        return True
    own, other = told(page, exchange.url), told(answer.page, answer.asked)
    total = own.total() + other.total()
    return total > 0 and 2 * (own & other).total() / total >= ALIKE and titles_agree(page, answer.page)


def told(page: Page, address: str) -> Counter[str]:
    echoed = set(words(address))
    said = words(" ".join(part for part in (page.title, page.lead, page.text) if part))
    return Counter(word for word in said if word not in echoed)


def titles_agree(page: Page, other: Page) -> bool:
    if page.title is None or other.title is None:
        return page.title == other.title
    one, two = set(words(page.title)), set(words(other.title))
    return 2 * len(one & two) >= len(one | two)
