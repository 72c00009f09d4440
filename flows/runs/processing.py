"""What a worker process does with one page of a run: extract it, judge its comments."""

from __future__ import annotations

from dataclasses import dataclass, replace

from extractors.records import Discussion, Page, PageKind
from flows.runs.workers import RawPage, Unprocessable, extracted, guarded
from moderation.moderate import Moderator
from moderation.submissions import submissions_of
from moderation.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What a page said and what we think of its comments; `verdicts` stand in the order of `page.comments`."""

    page: Page
    verdicts: tuple[Verdict, ...]


_moderators: list[Moderator] = []


def load_moderator(moderator: Moderator) -> None:
    """Run once in each worker process, before its first page."""
    _moderators[:] = [moderator]


def process_page(raw: RawPage) -> Processed | Unprocessable:
    """Extract and moderate one page in a process that ran `load_moderator`."""
    return guarded(raw, processed)


def processed(raw: RawPage) -> Processed:
    page = extracted(raw)
    if page.page_kind is not PageKind.ARTICLE:  # teasers on it look like comments, and are none
        page = replace(page, comments=(), discussion=Discussion())
    return judged(page, raw.site)


def judged(page: Page, site: str | None) -> Processed:
    return Processed(page=page, verdicts=tuple(_moderators[0].judge_all(submissions_of(page, site))))
