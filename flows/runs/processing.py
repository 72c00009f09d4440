"""What a worker process does with one page of a run: extract it, judge its comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.article.parts import Parts
from extractors.extract import extract_of_site
from extractors.records import Discussion, Page, PageKind
from extractors.urls import host_of
from extractors.whole_site.site_profile import SiteProfile
from flows.runs.said_kinds import overruled
from flows.runs.warming import warm_extraction
from flows.runs.workers import JUDGING, READING, RawPage, Unprocessable, WorkerPool, guarded
from flows.settings import Settings, SiteSettings
from moderation.moderate import Moderator
from moderation.submissions import submissions_of
from moderation.verdict import Verdict
from storage.crawl.article_languages import said_languages
from storage.crawl.history import SiteHistory, with_history
from storage.crawl.site_profiles import newest_profile, packed
from storage.database.engine import Database, connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What a page said and what we think of its comments; `verdicts` stand in the order of `page.comments`."""

    page: Page
    verdicts: tuple[Verdict, ...]
    traits: bytes | None = None  # what it adds to the profile of its site, packed
    without_widget: bool = False  # it shows the site's newest comments, which were left out
    parts: Parts | None = None  # which page of its article it is, if that has several
    neighbours: tuple[str, ...] = ()  # further pages of its comment thread


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteJudge:
    """The judge of a site in a worker process, and the database that knows the senders of its comments."""

    moderator: Moderator
    db: Database
    history: SiteHistory
    profile: SiteProfile | None
    profile_version: int | None
    said_languages: Mapping[str, str]  # that editors set, by canonical URL


_judge: list[SiteJudge] = []


def load_moderator(moderator: Moderator, history: SiteHistory) -> None:
    """Run once in each worker process, before its first page."""
    db = connect(history.url)
    kept = newest_profile(db, history.site)
    profile, version = (kept.profile, kept.version) if kept is not None else (None, None)
    said = said_languages(db, history.site)
    _judge[:] = [
        SiteJudge(
            moderator=moderator, db=db, history=history, profile=profile, profile_version=version, said_languages=said
        )
    ]
    moderator.judge_all(submissions_of(warm_extraction(), None))


def judging_pool(settings: Settings, site: SiteSettings, judge: Moderator, now: datetime) -> WorkerPool:
    """Workers that read pages of the site and judge their comments by what is known at `now`."""
    history = SiteHistory(url=settings.database_url, site=site.name, now=now)
    ready = READING if judge.lean else JUDGING
    return WorkerPool(settings.workers, settings.page_seconds, load_moderator, judge, history, ready=ready)


def process_page(raw: RawPage) -> Processed | Unprocessable:
    """Extract and moderate one page in a process that ran `load_moderator`."""
    return guarded(raw, processed)


def processed(raw: RawPage) -> Processed:
    page, traits, parts, neighbours = extract_of_site(
        raw.html, raw.url, _judge[0].profile, content_type=raw.content_type, fetched_at=raw.fetched_at
    )
    if raw.said is not None:
        page = overruled(page, raw.said)
    if page.page_kind is not PageKind.ARTICLE:  # teasers on it look like comments, and are none
        page, parts, neighbours = replace(page, comments=(), discussion=Discussion()), None, ()
    profile = _judge[0].profile
    elsewhere = profile is not None and any(place in profile.widgets for place, _ in traits.comments)
    return replace(
        judged(page, raw.site),
        traits=packed(replace(traits, profile_version=_judge[0].profile_version)),
        without_widget=elsewhere,
        parts=parts,
        neighbours=neighbours,
    )


def in_the_site_s_language(page: Page, languages: Mapping[str, str], site: str | None) -> Page:
    """The page with the language that the site's operator declares, whatever it says or looks like."""
    declared = languages.get(host_of(site) if site else host_of(page.canonical_url or page.url))
    return replace(page, language=declared) if declared else page


def judged(page: Page, site: str | None) -> Processed:
    """Raises StorageError: what is known of a comment's sender is in the database."""
    judge = _judge[0]
    page = in_the_site_s_language(page, judge.moderator.site_languages, site)
    asked = with_history(judge.db, judge.history.site, submissions_of(page, site), judge.history.now)
    said = judge.said_languages.get(page.canonical_url)
    if said is not None:
        asked = [replace(submission, said_language=said) for submission in asked]
    return Processed(page=page, verdicts=tuple(judge.moderator.judge_all(asked)))
