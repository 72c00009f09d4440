"""Comments that a page claims and does not show, asked for where its WordPress site names them; off by default.

Through the same fetcher as pages (pace, robots.txt, guard), at most `complete_requests` answers a page, each archived.
What goes wrong here is a warning of the run: the page is loaded as it is.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.comments.completion.merging import completed, missing
from extractors.comments.completion.wordpress import (
    PER_REQUEST,
    Named,
    Sources,
    api_address,
    api_comments,
    feed_comments,
    sources,
)
from extractors.errors import PageError
from extractors.records import Page, Shortfall
from flows.fetching.errors import FetchError
from flows.fetching.policy import Expect, FetchRequest, FetchResult
from flows.observe import log
from flows.runs.processing import Processed, judged
from flows.runs.workers import RawPage, Unprocessable, guarded

if TYPE_CHECKING:
    from flows.runs.site_run import SiteRun

API, FEED = "api", "feed"
CHECK = "check"
TOTAL = "x-wp-total"
MOST_WARNINGS = 20  # in the report of one run; the log has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class WithHeader(RawPage):
    """A page and its Link header, which may name the API too."""

    link_header: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithAnswers(RawPage):
    """A page that was read, and what its site answered: `via` API or FEED, all for that article number."""

    page: Page
    answers: tuple[bytes, ...]
    via: str
    post: int | None


def lacks_comments(page: Page) -> bool:
    """Whether the page claims more comments than it shows, and nobody else brings them.

    The further pages of a divided thread are fetched anyway; what another host serves, this one does not know.
    """
    said = page.discussion
    if said.claimed is None or said.claimed <= len(page.comments) or said.hosted_by is not None:
        return False
    return said.shortfall is not Shortfall.PAGINATED


def find_sources(raw: WithHeader) -> Sources | Unprocessable:
    """In a worker process: where the page's comments are named."""
    return guarded(
        raw, lambda page: sources(page.html, page.url, content_type=page.content_type, link_header=page.link_header)
    )


def complete_page(raw: WithAnswers) -> Processed | Unprocessable:
    """In a worker process: the page with the comments of the answers, judged anew."""
    return guarded(raw, lambda one: judged(completed(one.page, named_in(one), one.via), one.site))


def count_missing(raw: WithAnswers) -> int | Unprocessable:
    """In a worker process: how many comments of the answers the page does not show."""
    return guarded(raw, lambda one: len(missing(one.page, named_in(one))))


def named_in(raw: WithAnswers) -> tuple[Named, ...]:
    """Raises Unreadable when an answer is not what it should be."""
    found: list[Named] = []
    for body in raw.answers:
        if raw.via == API and raw.post is not None:
            found += api_comments(body, raw.post, raw.url)
        else:
            found += feed_comments(body, raw.url)
    return tuple(found)


async def complete(site_run: SiteRun, raw: RawPage, outcome: Processed, link_header: str | None) -> Processed:
    """The page with the comments that its site names, or as it was: with CHECK always, and when anything goes wrong."""
    try:
        return await _complete(site_run, raw, outcome, link_header)
    except (FetchError, PageError) as error:
        warn(site_run, raw.url, f"{raw.url}: its comments could not be completed: {error}")
    return outcome


async def _complete(site_run: SiteRun, raw: RawPage, outcome: Processed, link_header: str | None) -> Processed:
    page = outcome.page
    headed = WithHeader(
        url=raw.url, html=raw.html, content_type=raw.content_type, site=raw.site, link_header=link_header
    )
    found = await site_run.pool.run(find_sources, headed)
    if isinstance(found, Unprocessable):
        warn(site_run, raw.url, found.message)
        return outcome
    only_check = site_run.site.complete_comments == CHECK
    if only_check and (total := await stated_total(site_run, found)) is not None:
        compare(site_run, page, total)
        return outcome
    answers, via = await ask_for_all(site_run, replace(found, api=None) if only_check else found)
    if not answers:
        return outcome
    given = WithAnswers(url=raw.url, html="", site=raw.site, page=page, answers=answers, via=via, post=found.post)
    if only_check:
        number = await site_run.pool.run(count_missing, given)
        if isinstance(number, int):
            compare(site_run, page, len(page.comments) + number)
        else:
            warn(site_run, raw.url, number.message)
        return outcome
    whole = await site_run.pool.run(complete_page, given)
    if isinstance(whole, Unprocessable):
        warn(site_run, raw.url, whole.message)
        return outcome
    site_run.counts["completed_comments"] += len(whole.page.comments) - len(page.comments)
    return replace(outcome, page=whole.page, verdicts=whole.verdicts)


async def stated_total(site_run: SiteRun, found: Sources) -> int | None:
    """How many comments the API says the article has; None where it says nothing."""
    if found.api is None or found.post is None:
        return None
    try:
        answer = await ask(site_run, api_address(found.api, found.post, per_request=1), Expect.ANY)
    except FetchError as error:
        if found.feed is None:
            raise
        log("completion", site=site_run.site.name, run=site_run.run_id, url=error.url, words=str(error))
        return None
    return stated_number(answer.header(TOTAL))


async def ask_for_all(site_run: SiteRun, found: Sources) -> tuple[tuple[bytes, ...], str]:
    """The answers with the site's comments and where they came from: the API, else the feed; none where neither is.

    Raises FetchError when the last of them gave nothing.
    """
    budget = site_run.site.complete_requests
    if found.api is not None and found.post is not None:
        try:
            return await api_answers(site_run, found.api, found.post, budget), API
        except FetchError as error:
            if budget < 2 or found.feed is None:
                raise
            log("completion", site=site_run.site.name, run=site_run.run_id, url=error.url, words=str(error))
    if found.feed is None:
        return (), FEED
    return ((await ask(site_run, found.feed, Expect.XML)).body,), FEED


async def api_answers(site_run: SiteRun, api: str, post: int, budget: int) -> tuple[bytes, ...]:
    """Page after page of the API, as many as it says there are, at most `budget`; what it gave before it failed.

    Raises FetchError when the first one failed.
    """
    answers: list[bytes] = []
    while len(answers) < budget:
        try:
            answer = await ask(site_run, api_address(api, post, len(answers) + 1), Expect.ANY)
        except FetchError as error:
            if not answers:
                raise
            warn(site_run, error.url, f"the comments are completed in part: {error}")
            break
        answers.append(answer.body)
        if len(answers) * PER_REQUEST >= (stated_number(answer.header(TOTAL)) or 0):
            break
    return tuple(answers)


async def ask(site_run: SiteRun, url: str, expect: Expect) -> FetchResult:
    """One answer, archived. Raises FetchError."""
    from flows.runs.site_run import archive_answer

    result = await site_run.fetcher.fetch(FetchRequest(url=url, expect=expect, aside=True))
    site_run.counts["completion_requests"] += 1
    await asyncio.to_thread(archive_answer, site_run.archive, result)
    return result


def stated_number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


def compare(site_run: SiteRun, page: Page, total: int) -> None:
    """The difference in numbers, for the report."""
    shown = len(page.comments)
    site_run.counts["comments_elsewhere"] += max(0, total - shown)
    claim = page.discussion.claimed
    warn(site_run, page.url, f"{page.url}: it shows {shown} comments, claims {claim}, and its site names {total}")


def warn(site_run: SiteRun, url: str, words: str) -> None:
    log("completion", site=site_run.site.name, run=site_run.run_id, url=url, words=words)
    if len(site_run.warnings) < MOST_WARNINGS:
        site_run.warnings.append(words)
