"""`tamis runs`, `tamis why`, `tamis raw`: what was done, why a page is as it is, what was archived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flows.archive import archive_of
from flows.clock import utc_now
from flows.commands.health import as_it_is, in_words, moment
from flows.errors import FlowError
from flows.fetching.errors import printable
from flows.settings import Settings
from storage.crawl.runs import Run, recent_runs
from storage.opening import open_database
from storage.upkeep.tracing import Story, page_story

if TYPE_CHECKING:
    from storage.crawl.archive import ArchiveRef
    from storage.crawl.warc import ArchivedResponse


class NothingArchived(FlowError):
    exit_code = 1


def site_runs(settings: Settings, site: str | None, limit: int) -> list[Run]:
    """The newest runs first. Raises UnknownSite."""
    if site is not None:
        settings.site(site)
    with open_database(settings.database_url) as db:
        return [as_it_is(run) for run in recent_runs(db, site, limit)]


def run_lines(runs: Sequence[Run]) -> Iterator[str]:
    """One line a run, and why it was not good on the next."""
    if not runs:
        yield "No run yet; run: tamis run"
    for run in runs:
        ended = f"{(run.finished_at - run.started_at).total_seconds():,.0f} s" if run.finished_at else "-"
        said = ", ".join(
            f"{run.counts[name]:,} {words.removesuffix('s') if run.counts[name] == 1 else words}"
            for name, words in (
                ("pages", "pages"),
                ("unchanged", "unchanged"),
                ("new_articles", "new articles"),
                ("new_comments", "new comments"),
                ("quarantined", "set aside"),
                ("failed", "failed"),
            )
            if run.counts.get(name)
        )
        line = f"{run.id:>6}  {moment(run.started_at)}  {ended:>8}  {run.site or '-'}"
        line += f"  {run.command}: {in_words(run.status)}  {said}"
        yield line.rstrip()
        if run.message:
            yield f"        {printable(run.message, limit=1_500)}"


def story(settings: Settings, url: str) -> Story:
    """Raises UnknownItem."""
    with open_database(settings.database_url) as db:
        return page_story(db, url)


SOURCES = {
    "given": "it is among the urls of tamis.toml",
    "sitemap": "a sitemap names it",
    "feed": "a feed names it",
    "link": "a page of the site links to it",
    "next_page": "it continues the comment thread of another page",
}


def story_lines(found: Story) -> Iterator[str]:
    """The story in words, the oldest first."""
    yield printable(found.url, limit=2_000)
    yield f"  found {moment(found.discovered_at)} for {found.site}: {SOURCES.get(found.source, found.source)}"
    for answer in reversed(found.answers):
        run = f"run {answer.run_id}" if answer.run_id is not None else "no run"
        got = f"HTTP {answer.status}, {answer.bytes:,} bytes" if answer.status else "no answer"
        became = said(answer.outcome, answer.text_length, answer.comments)
        yield f"  {moment(answer.fetched_at)}  {run}: {got}: {became}"
        if answer.error:
            yield f"      {printable(answer.error, limit=500)}"
    for case in reversed(found.cases):
        until = f"until {moment(case.resolved_at)} ({case.resolved_by})" if case.resolved_at else "and still is"
        times = "once" if case.times == 1 else f"{case.times:,} times"
        yield f"  set aside as {case.reason} on {moment(case.opened_at)}, met {times}, {until}"
        yield f"      {printable(case.message, limit=500)}"
    yield f"  now: {now_line(found)}"
    if found.kind:
        who = {"editor": ", as an editor said", "settings": ", as tamis.toml says"}.get(found.kind_by or "", "")
        yield f"  it is of the kind {found.kind}{who}"
        yield from (f"      {printable(because, limit=300)}" for because in found.kind_because[:5])
    if found.title is not None:
        gone = f", gone since {moment(found.gone_at)}" if found.gone_at else ""
        yield f"  article: {printable(found.title, limit=200)} (version {found.version}{gone})"
    if found.comments:
        yield f"  comments: {found.comments:,}, of them {found.removed_comments:,} gone upstream"
    if found.shortfall:
        yield f"  it shows fewer comments than it claims: {found.shortfall}"


def said(outcome: str, text_length: int | None, comments: int | None) -> str:
    if outcome == "extracted":
        return f"read, {text_length or 0:,} characters, {comments or 0:,} comments"
    return {"quarantined": "set aside", "failed": "to be tried again", "gone": "gone"}.get(outcome, outcome)


def now_line(found: Story) -> str:
    """Its state, and when it is looked at next."""
    words = {
        "new": "it was never fetched",
        "ok": "it is well",
        "failed": f"it could not be fetched ({found.attempts:,} times in a row)",
        "quarantined": "it is set aside",
        "gone": "it is gone",
    }.get(found.state, found.state)
    if found.lease_worker:
        words += f"; {found.lease_worker.partition(':')[0]} is working on it"
    if found.next_due is None:
        return f"{words}; it is never looked at again, until somebody asks"
    due = (
        "the next run looks at it"
        if found.next_due <= utc_now()
        else f"it is due again on {moment(found.next_due)} UTC"
    )
    return f"{words}; {due}"


def archived_answer(settings: Settings, url: str, at: datetime | None) -> tuple[ArchiveRef, ArchivedResponse]:
    """The newest archived answer of the page, or the newest until that time. Raises UnknownItem, NothingArchived,
    RecordMissing."""
    from storage.crawl.archive import ArchiveRef

    found = story(settings, url)
    places = [
        ArchiveRef(file=answer.warc_file, offset=answer.warc_offset)
        for answer in found.answers
        if answer.warc_file is not None and answer.warc_offset is not None and (at is None or answer.fetched_at <= at)
    ]
    if not places:
        raise NothingArchived(f"{url}: nothing is archived of it{f' until {at:%Y-%m-%d %H:%M}' if at else ''}")
    with archive_of(settings) as archive:
        return places[0], archive.read(places[0])
