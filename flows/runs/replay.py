"""`tamis replay`: extract again from the archive, without the network, with a record-level diff on request."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from extractors.records import Comment, Page, PageKind
from flows.archive import archive_of
from flows.clock import utc_now
from flows.runs.judging import moderator_of
from flows.runs.processing import Processed, judging_pool, process_page
from flows.runs.said_kinds import SaidKind, said_kind
from flows.runs.setting_aside import set_aside
from flows.runs.site_run import LOAD_CHUNK, quarantined
from flows.runs.workers import RawPage, Unprocessable, WorkerPool
from flows.settings import Settings, SiteSettings
from storage.crawl.archive import WarcArchive
from storage.crawl.article_parts import whole_page
from storage.crawl.held import held_pages
from storage.crawl.loading import load
from storage.crawl.outcomes import Extracted, Outcome
from storage.crawl.own_past import compared
from storage.crawl.replaying import ArchivedPage, StoredPage, archived_pages, stored_page
from storage.crawl.runs import finish_run, start_run
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.errors import ArchiveUnreachable, RecordMissing
from storage.opening import open_database
from storage.upkeep.after_run import after_run

UNCOMPARED = frozenset({"comments", "extractor_version", "kind_cues", "page_kind", "post_key", "tweets", "url"})
SHOWN = 160  # characters of a value in a diff


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a page, or of one of its comments, that reads differently now."""

    url: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What replaying one site did, or would do on a dry run."""

    site: str
    pages: int
    changed: int
    unreadable: tuple[str, ...]  # archived answers that could not be read or extracted, with the reason
    held: int  # pages that a night held back and that still do not say what they said
    counts: dict[str, int]
    changes: tuple[FieldChange, ...]

    @property
    def exit_code(self) -> int:
        return 3 if self.unreadable or self.held else 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def replay(
    settings: Settings,
    names: list[str] | None,
    *,
    since: datetime | None = None,
    older_than: str | None = None,
    diff: bool = False,
    dry_run: bool = False,
    advance: Callable[[int, int | None], None] = lambda done, total: None,
) -> list[Replayed]:
    """Extract the newest archived answer of each page of the chosen sites again, judge its comments, load.

    Raises UnknownSite, StorageError.
    """
    reports = []
    with open_database(settings.database_url) as db:
        for site in settings.chosen(names):
            found = archived_pages(db, site=site.name, since=since, older_than_extractor=older_than)
            reports.append(asyncio.run(replay_site(settings, site, db, found, diff, dry_run, advance)))
        if not dry_run:
            after_run(db, utc_now())  # names of sections, salaries, the search index: nobody waits for the next night
    return reports


async def replay_site(
    settings: Settings,
    site: SiteSettings,
    db: Database,
    found: Iterator[ArchivedPage],
    diff: bool,
    dry_run: bool,
    advance: Callable[[int, int | None], None],
) -> Replayed:
    counts: Counter[str] = Counter()
    changes: list[FieldChange] = []
    unreadable: list[str] = []
    changed = pages = still_held = 0
    held = {page.case.page_id: page.signs for page in held_pages(db, site.name)}
    run_id = None if dry_run else start_run(db, site.name, "replay", utc_now())
    with ExitStack() as stack:
        archive = stack.enter_context(archive_of(settings))
        judge = moderator_of(settings, site, db)
        pool = stack.enter_context(judging_pool(settings, site, judge, utc_now()))
        waiting: list[Outcome] = []
        for batch in batched(found, 2 * settings.workers):
            try:
                outcomes = await asyncio.gather(
                    *(extracted_again(archive, pool, page, said_of(site, page)) for page in batch)
                )
            except ArchiveUnreachable as error:  # it is no page's fault: none is set aside for it
                if run_id is not None:
                    finish_run(db, run_id, counts, "failed", utc_now(), str(error))
                raise
            for page, outcome in zip(batch, outcomes, strict=True):
                pages += 1
                signs = held.get(page.exchange.page_id)
                if signs is not None and "gone" in signs:  # what is archived is what it was before
                    still_held += 1
                    continue
                if isinstance(outcome, Unprocessable):
                    unreadable.append(outcome.message)
                    waiting.append(quarantined(page.exchange, outcome, utc_now()))
                    continue
                said = said_of(site, page)
                extracted = Extracted(
                    exchange=page.exchange,
                    page=outcome.page,
                    verdicts=outcome.verdicts,
                    next_due=utc_now(),
                    kind_by=said.by if said else None,
                    traits=outcome.traits,
                    without_widget=outcome.without_widget,
                    parts=outcome.parts,
                    neighbours=outcome.neighbours,
                )
                if diff or dry_run:
                    stored = stored_page(db, outcome.page.canonical_url, page.exchange.page_id)
                    differences = differing(stored, whole_page(db, extracted)) if stored else []
                    changed += bool(differences)
                    changes += differences if diff else []
                if signs is not None and is_broken(db, extracted):
                    still_held += 1
                    continue
                aside = (
                    set_aside(extracted, page.kind in (PageKind.ARTICLE, PageKind.COMMENTS)) if said is None else None
                )
                waiting.append(aside or extracted)
            if not dry_run and len(waiting) >= LOAD_CHUNK:
                counts.update(load(db, waiting, run_id, utc_now(), replayed=True).as_dict())
                waiting = []
            advance(pages, None)
        if not dry_run and waiting:
            counts.update(load(db, waiting, run_id, utc_now(), replayed=True).as_dict())
    if run_id is not None:
        finish_run(db, run_id, counts, "quarantined" if unreadable else "finished", utc_now())
        changed = counts["changed_articles"] + counts["changed_comments"]
    return Replayed(
        site=site.name,
        pages=pages,
        changed=changed,
        unreadable=tuple(unreadable),
        held=still_held,
        counts=dict(counts),
        changes=tuple(changes),
    )


def is_broken(db: Database, outcome: Extracted) -> bool:
    """Whether a page that was held back still does not say what it said: a mended extractor reads it as before."""
    found = compared(db, outcome)
    return found is not None and bool(found.signs)


def said_of(site: SiteSettings, page: ArchivedPage) -> SaidKind | None:
    return said_kind(site, page.exchange.url, page.kind, page.kind_by)


async def extracted_again(
    archive: WarcArchive, pool: WorkerPool, page: ArchivedPage, said: SaidKind | None
) -> Processed | Unprocessable:
    url = page.exchange.final_url or page.exchange.url
    try:
        kept = await asyncio.to_thread(archive.read, page.archived)
    except RecordMissing as error:
        return Unprocessable(url=url, reason="archive", message=f"{url}: {error}")
    kind = next((value for name, value in kept.headers if name.lower() == "content-type"), None)
    raw = RawPage(
        url=url,
        html=kept.body,
        content_type=kind,
        fetched_at=page.exchange.fetched_at,
        site=urlsplit(url).hostname,
        said=said,
    )
    return await pool.run(process_page, raw)


def differing(stored: StoredPage, after: Page) -> list[FieldChange]:
    """Field by field, comments by their number and author; the version of the extractor itself is no difference.

    Another page of an article's thread is compared by its own comments only: the fields are the main page's.
    """
    before = stored.record
    compared = [field.name for field in fields(Page) if field.name not in UNCOMPARED] if stored.is_main else []
    found = [
        FieldChange(url=after.url, field=name, before=shortened(old), after=shortened(new))
        for name in compared
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]
    old_comments, new_comments = by_identity(before.comments), by_identity(after.comments)
    for key in [*old_comments, *(key for key in new_comments if key not in old_comments)]:
        old, new = old_comments.get(key), new_comments.get(key)
        if old is None or new is None or old.body != new.body or old.author != new.author or old.date != new.date:
            found.append(FieldChange(url=after.url, field=f"comment {key}", before=line(old), after=line(new)))
    return found


def by_identity(comments: tuple[Comment, ...]) -> dict[str, Comment]:
    return {comment.id or f"{comment.author} {comment.date_text} #{comment.position}": comment for comment in comments}


def line(comment: Comment | None) -> str:
    return shortened(f"{comment.author} | {comment.date} | {comment.body}") if comment else "(none)"


def shortened(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
