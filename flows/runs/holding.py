"""The night's judgement before it is applied: pages that broke with their own past are looked at together.

A page that no longer resembles its last good record is set aside with its archived bytes as `second_look`. When the run
has visited everything, `settle` looks at all of them: a few are ordinary life and are applied from the archive; more
than the site ever showed is a new theme, a login wall or an outage, and then none is, until a person accepts it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from flows.observe import log
from flows.runs.examples import example_of
from flows.runs.processing import Processed
from flows.runs.replay import extracted_again, said_of
from flows.runs.site_run import QuarantinedPage, SiteRun
from storage.crawl.frontier import DuePage
from storage.crawl.held import BROKEN, HeldPage, LookedAt, held_pages, hold, looked_at, note_read
from storage.crawl.loading import load
from storage.crawl.outcomes import (
    COMMENTS_CHANGED,
    PAGE_CHANGED,
    SECOND_LOOK,
    SITE_CHANGED,
    Extracted,
    GonePage,
    Outcome,
    Quarantined,
    Unchanged,
)
from storage.crawl.own_past import compared
from storage.crawl.replaying import ArchivedPage
from storage.crawl.runs import Run, recent_runs
from storage.database.errors import ArchiveUnreachable

PAGES_FLOOR = 0.05  # of the pages compared: less is ordinary life on any site
PAGES_LEAST = 3
PAGES_MOST = 0.5  # of few pages; more than the least needs no count
COMMENTS_FLOOR = 0.2  # of the comments on the pages compared
COMMENTS_LEAST = 5
LEARNED = 2.0  # times the most that the site's past nights showed
LEARNED_MOST = 0.25
PAST_NIGHTS = 30
PAST_PAGES = 10  # a night of fewer pages says nothing about what is usual
SHORT_PAGES = 40  # the same for a night that left most of the site alone
PAST_COMMENTS = 20
ENDS = 200  # characters at either end of a text by which two pages are told to say the same
SAME_FROM = 3  # pages with the same text
AT_ONCE = 20
GONE_AGAIN = timedelta(days=7)
PUNCTUAL = timedelta(hours=2)  # a night is no longer than its day, and not every night begins on the minute


def looked_at_again(site_run: SiteRun, page: DuePage, outcome: Extracted) -> Outcome:
    """The page as it was read; unchanged if it says what is stored; held back if it broke with its own past."""
    found = compared(site_run.db, outcome) if page.article_id is not None else None
    if found is None:
        if is_told_elsewhere(site_run, outcome):
            sentence = f"{page.url}: a new page with the text that others of the site show as well"
            return held_back(site_run, outcome, ("same_text",), sentence)
        return outcome
    if found.same and not site_run.full:
        return Unchanged(exchange=outcome.exchange, next_due=outcome.next_due, compared=True)
    site_run.counts.update(comments_missing=found.missing, comments_rewritten=found.rewritten)
    if "text" in found.signs:
        is_told_elsewhere(site_run, outcome)
    if not found.signs:
        return outcome
    return held_back(site_run, outcome, found.signs, f"{page.url}: {found.sentence}")


def is_told_elsewhere(site_run: SiteRun, outcome: Extracted) -> bool:
    """Notes a text that is new to its page; whether several other pages of this run came with the same one.

    Digits do not count: a notice may name the hour or the address.
    """
    text = outcome.page.text
    start = "".join(islice(filter(str.isalpha, text), ENDS))
    if len(start) < ENDS // 4:
        return False
    end = "".join(islice(filter(str.isalpha, reversed(text)), ENDS))[::-1]
    seen = site_run.new_texts.setdefault(f"{start}…{end}", set())
    seen.add(outcome.page.canonical_url)
    return len(seen) >= SAME_FROM


def held_back(site_run: SiteRun, outcome: Extracted | GonePage, signs: tuple[str, ...], sentence: str) -> Quarantined:
    return Quarantined(
        exchange=outcome.exchange, reason=SECOND_LOOK, message=sentence, next_due=site_run.now(), signs=signs
    )


def with_its_past(site_run: SiteRun, page: DuePage, outcome: Outcome) -> Outcome:
    """A page that was good and is gone waits for the night's judgement; one that was gone before says nothing new."""
    if not isinstance(outcome, GonePage):
        return outcome
    if page.state == "gone":
        site_run.counts["still_gone"] += 1
        return outcome
    if page.article_id is None:
        return outcome
    sentence = f"{page.url}: the site says that it is gone (HTTP {outcome.exchange.status})"
    return held_back(site_run, outcome, ("gone", "collapsed"), sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What the night's judgement goes by: pages compared with their past, and comments on them."""

    pages: int
    broken: int
    comments: int
    missing: int
    rewritten: int

    @classmethod
    def of(cls, counts: dict[str, int]) -> Night:
        """From the counts of a run's row."""
        return cls(
            pages=counts.get("compared", 0),
            broken=counts.get("broken_pages", 0),
            comments=counts.get("comments_looked_at", 0),
            missing=counts.get("comments_missing", 0),
            rewritten=counts.get("comments_rewritten", 0),
        )


def pages_breach(night: Night, past: Sequence[Night], what: str = "no longer say what they said") -> str | None:
    """Why the night's pages are more than ordinary life on this site, in one sentence; None if they are not."""
    usual = tolerance(PAGES_FLOOR, [share(one.broken, one.pages) for one in past if one.pages >= PAST_PAGES])
    broken = share(night.broken, night.pages)
    if (night.broken >= PAGES_LEAST and broken > usual) or (night.broken >= 2 and broken >= PAGES_MOST):
        words = f"{night.broken:,} of {night.pages:,} pages {what}"
        return f"{words} (up to {usual:.0%} is usual here)"
    return None


def comments_breach(night: Night, past: Sequence[Night]) -> str | None:
    """The same for comments that vanished or were rewritten."""
    for name, what in (("missing", "are no longer on their pages"), ("rewritten", "were rewritten")):
        number = getattr(night, name)
        shares = [share(getattr(one, name), one.comments) for one in past if one.comments >= PAST_COMMENTS]
        usual = tolerance(COMMENTS_FLOOR, shares)
        if number >= COMMENTS_LEAST and share(number, night.comments) > usual:
            return f"{number:,} of {night.comments:,} comments {what} (up to {usual:.0%} is usual here)"
    return None


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def tolerance(floor: float, shares: Sequence[float]) -> float:
    """What is let through: the floor, or more on a site whose good nights have shown more."""
    return max(floor, min(LEARNED_MOST, LEARNED * max(shares, default=0.0)))


def past_nights(former: Sequence[Run]) -> list[Night]:
    """Former nights of the site that were applied, the newest first, with what was applied of them.

    A page that stayed held back is no example of what is usual: a slow roll-out would double what is let through night
    after night, and never be told. Neither are the few pages of a short night: two of ten are a fifth, and happen.
    """
    nights = (
        run
        for run in former
        if run.command == "run"
        and run.status in ("finished", "quarantined")
        and not (run.counts.get("left_alone") and run.counts.get("compared", 0) < SHORT_PAGES)
    )
    return [
        replace(night, broken=max(0, night.broken - run.counts.get("broken_held", 0)))
        for run in nights
        for night in [Night.of(run.counts)]
    ]


def beginning(site_run: SiteRun, former: Sequence[Run]) -> datetime:
    """When this night began: before this run, if the ones before it died over their pages."""
    began = site_run.started
    for run in former:
        if run.status != "abandoned":
            break
        began = run.started_at
    return began


async def settle(site_run: SiteRun) -> None:
    """Judge the night's pages that broke with their past: apply them from the archive, or leave them held back."""
    db, name = site_run.db, site_run.site.name
    runs = await asyncio.to_thread(recent_runs, db, name, PAST_NIGHTS)
    former = [run for run in runs if run.id < site_run.run_id]
    waiting = await asyncio.to_thread(held_pages, db, name, run_id=site_run.run_id)
    seen = await asyncio.to_thread(looked_at, db, name, beginning(site_run, former), one_event(site_run, former))
    note(site_run, seen)
    night, past = Night.of(dict(site_run.counts)), past_nights(former)
    of_changed = pages_breach(replace(night, pages=seen.around, broken=seen.changed), past)
    of_gone = pages_breach(replace(night, pages=seen.around, broken=seen.gone), past, "are gone")
    of_comments = comments_breach(night, past)
    stays = {
        page.case.id: why
        for page in waiting
        if (why := reason(site_run, page, of_gone if "gone" in page.signs else of_changed, of_comments))
    }
    await asyncio.to_thread(hold, db, stays)
    let_in = [page for page in waiting if page.case.id not in stays]
    await applied(site_run, let_in)
    broken_let_in = sum(not page.signs.isdisjoint(BROKEN) for page in let_in)
    site_run.counts["broken_held"] = max(0, seen.broken - broken_let_in)
    held = [page for page in waiting if page.case.id in stays]
    site_run.counts["second_look"] -= len(held)
    site_run.counts["quarantined"] += len(held)
    site_run.quarantined += [
        QuarantinedPage(url=one.case.url, reason=stays[one.case.id], message=one.case.message) for one in held
    ]
    because = "; ".join(words for words in (of_changed, of_gone, of_comments) if words)
    if because:
        withheld = [page for page in held if stays[page.case.id] != PAGE_CHANGED]
        site_run.held = await held_sentence(site_run, because, withheld)
        log("night_held", site=name, run=site_run.run_id, because=because, pages=len(withheld))


def note(site_run: SiteRun, seen: LookedAt) -> None:
    site_run.counts.update(compared=seen.pages, broken_pages=seen.broken, comments_looked_at=seen.comments)


def reason(site_run: SiteRun, page: HeldPage, of_pages: str | None, of_comments: str | None) -> str | None:
    """Why a page stays held back, in a stable word; None if it may replace what is stored."""
    broken = not page.signs.isdisjoint(BROKEN)
    if of_pages and broken:
        return SITE_CHANGED
    if "thin" in page.signs:  # time makes no article of it
        return PAGE_CHANGED
    lasted = page.case.last_seen_at - page.case.opened_at
    if page.case.times >= site_run.site.hold_nights and lasted >= believed_after(site_run):
        return None
    if of_comments and not page.signs.isdisjoint({"comments", "fewer_comments", "edited_comments"}):
        return COMMENTS_CHANGED
    return PAGE_CHANGED if "collapsed" in page.signs and "gone" not in page.signs else None


def believed_after(site_run: SiteRun) -> timedelta:
    """How long a page must have shown the same to be believed by itself."""
    return timedelta(days=site_run.site.hold_nights - 1) - PUNCTUAL


def one_event(site_run: SiteRun, former: Sequence[Run]) -> timedelta:
    """How far apart the breaks of one event may lie: as many nights as it takes to believe one by itself."""
    nights = site_run.site.hold_nights
    before = [run.started_at for run in former if run.command == "run"][: nights - 1]
    return max([timedelta(days=nights) - PUNCTUAL, *(site_run.started - began + PUNCTUAL for began in before)])


async def held_sentence(site_run: SiteRun, because: str, held: Sequence[HeldPage]) -> str:
    """What to tell people: what broke, one example, and the command that lets it through."""
    name = site_run.site.name
    if not held:  # each was set aside for what it is: a login, an error, no article
        example = f" For example {site_run.quarantined[0].message}." if site_run.quarantined else ""
        see = f"see them with: tamis pages {name} --state quarantined"
        return f"{because}; the last good records stay; {see}.{example}"
    example = await example_of(site_run, held)
    return (
        f"{because}; nothing of it was applied and the last good records stay. For example {example}."
        f" If the site means it: tamis accept {name} {site_run.run_id};"
        f" after a mended extractor: tamis replay --site {name}"
    )


async def applied(site_run: SiteRun, pages: Sequence[HeldPage]) -> int:
    """Load pages that were held back, from the archive; how many. What cannot be read there stays in quarantine."""
    total = 0
    for start in range(0, len(pages), AT_ONCE):
        part = pages[start : start + AT_ONCE]
        try:
            outcomes = await asyncio.gather(*(read_again(site_run, page) for page in part))
        except ArchiveUnreachable as error:
            site_run.warnings.append(
                f"{len(pages) - start:,} pages that were held back could not be read again: {error}"
            )
            return total
        done = [outcome for outcome in outcomes if outcome is not None]
        loaded = await asyncio.to_thread(load, site_run.db, done, site_run.run_id, site_run.now())
        read = [outcome for outcome in done if isinstance(outcome, Extracted)]
        await asyncio.to_thread(note_read, site_run.db, read)
        site_run.counts.update({name: number for name, number in loaded.as_dict().items() if name != "pages"})
        site_run.counts["second_look"] -= len(done)
        for outcome in read:
            site_run.counts.update(str(verdict.action) for verdict in outcome.verdicts)
        total += len(done)
    return total


async def read_again(site_run: SiteRun, page: HeldPage) -> Extracted | GonePage | None:
    """What a page that was held back says; None after a warning if its bytes cannot be read."""
    if page.case.archived is None:
        return GonePage(exchange=page.exchange, next_due=site_run.now() + GONE_AGAIN)
    archived = ArchivedPage(
        exchange=page.exchange,
        archived=page.case.archived,
        state="quarantined",
        extractor_version=None,
        kind=page.kind,
        kind_by=page.kind_by,
    )
    said = said_of(site_run.site, archived)
    outcome = await extracted_again(site_run.archive, site_run.pool, archived, said)
    if isinstance(outcome, Processed):
        return Extracted(
            exchange=page.exchange,
            page=outcome.page,
            verdicts=outcome.verdicts,
            next_due=site_run.started + site_run.site.recheck,
            kind_by=said.by if said else None,
            accepted=True,
            traits=outcome.traits,
            without_widget=outcome.without_widget,
            parts=outcome.parts,
            neighbours=outcome.neighbours,
        )
    site_run.warnings.append(f"{page.case.url} was held back and could not be read again: {outcome.message}")
    return None
