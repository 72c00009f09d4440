"""Archived pages to extract again, and stored comments to judge again: both without the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection, Select, and_, func, or_, select

from extractors.records import CommentKind, Page, from_json
from moderation.submissions import siblings_of
from moderation.verdict import Action, Evidence, LanguageRelation, Submission, Verdict
from storage.crawl.archive import ArchiveRef
from storage.crawl.history import comments_with_new_company, with_senders
from storage.crawl.judgements import Judged, JudgementsWritten, write_judgements
from storage.crawl.outcomes import Exchange
from storage.crawl.reading_back import page_record
from storage.crawl.submissions import submission_of
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.retrying import again_on_collision
from storage.database.tables import (
    article_languages,
    articles,
    campaign_members,
    campaigns,
    comments,
    decisions,
    fetches,
    notice_looks,
    pages,
    reviews,
    sites,
    verdicts,
)

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """The newest archived answer of a page: hand `exchange` to `load(..., replayed=True)` with what it gave."""

    exchange: Exchange
    archived: ArchiveRef
    state: str
    extractor_version: str | None  # of the extractor that read it last
    kind: str | None = None
    kind_by: str | None = None  # editor or settings, if a person said what it is


def archived_pages(
    db: Database,
    *,
    site: str | None = None,
    since: datetime | None = None,
    older_than_extractor: str | None = None,
    page_id: int | None = None,
) -> Iterator[ArchivedPage]:
    """Every page with an archived answer, the newest answer of each.

    `since`: fetched then or later. `older_than_extractor`: read by an older extractor, or never read. `page_id`: that
    page only.
    """
    newest = (
        select(func.max(fetches.c.id).label("id"))
        .where(fetches.c.warc_file.is_not(None), fetches.c.status == 200)
        .group_by(fetches.c.page_id)
        .subquery()
    )
    query = (
        select(
            fetches,
            pages.c.url,
            pages.c.state,
            pages.c.extractor_version,
            pages.c.kind.label("page_kind"),
            pages.c.kind_by,
        )
        .join(newest, newest.c.id == fetches.c.id)
        .join(pages, pages.c.id == fetches.c.page_id)
        .order_by(fetches.c.id)
        .limit(AT_ONCE)
    )
    if site is not None:
        query = query.where(pages.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery())
    if since is not None:
        query = query.where(fetches.c.fetched_at >= since)
    if page_id is not None:
        query = query.where(pages.c.id == page_id)
    last = 0
    while True:
        with db.read() as connection:
            rows = connection.execute(query.where(fetches.c.id > last)).all()
        for row in rows:
            if older_than_extractor is None or is_older(row.extractor_version, older_than_extractor):
                yield as_archived(row)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def is_older(version: str | None, other: str) -> bool:
    """Whether a version such as 1.9.2 comes before another such as 1.10; no version comes before all."""
    if version is None:
        return True

    def parts(text: str) -> tuple[int, ...]:
        return tuple(int(part) if part.isdigit() else 0 for part in text.split("."))

    return parts(version) < parts(other)


def as_archived(row: Any) -> ArchivedPage:
    return ArchivedPage(
        exchange=Exchange(
            page_id=row.page_id,
            url=row.url,
            fetched_at=row.fetched_at,
            final_url=row.final_url or row.url,
            status=row.status,
            bytes=row.bytes,
            elapsed_ms=row.elapsed_ms,
            etag=row.etag,
            last_modified=row.last_modified,
            content_hash=row.content_hash,
            warc_file=row.warc_file,
            warc_offset=row.warc_offset,
        ),
        archived=ArchiveRef(file=row.warc_file, offset=row.warc_offset),
        state=row.state,
        extractor_version=row.extractor_version,
        kind=row.page_kind,
        kind_by=row.kind_by,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedComment:
    """A stored comment with its newest verdict, and what an editor decided about it, if that holds."""

    comment_id: int
    comment_version: int
    site: str
    submission: Submission
    verdict: Verdict
    decision: Action | None
    decided_at: datetime | None


def judged_comments(
    db: Database,
    *,
    site: str | None = None,
    since: datetime | None = None,
    decided: bool = False,
    model_version_not: str | None = None,
    context_since: datetime | None = None,
    article_id: int | None = None,
) -> Iterator[JudgedComment]:
    """Stored comments in the order they came, to judge again; `decided`: only those an editor decided on.

    Erased ones are left out. `since`: first seen then or later. `context_since`: only those around which something
    changed since then: members of campaigns that grew or that were judged since then (a crawl judges without knowing
    the campaigns), those whose hosts are given under new names, notices whose sender was looked at, those of articles
    whose language an editor set. `article_id`: of that article only.
    """
    query = judged_query().limit(AT_ONCE)
    if site is not None:
        query = query.where(sites.c.name == site)
    if since is not None:
        query = query.where(comments.c.first_seen_at >= since)
    if decided:
        query = query.where(reviews.c.decision_id.is_not(None))
    if article_id is not None:
        query = query.where(articles.c.id == article_id)
    if model_version_not is not None:
        query = query.where(verdicts.c.model_version != model_version_not)
    if context_since is not None:
        grown = or_(campaigns.c.last_seen_at >= context_since, verdicts.c.judged_at >= context_since)
        looked = select(notice_looks.c.comment_id).where(notice_looks.c.looked_at >= context_since)
        query = query.where(
            or_(
                and_(campaigns.c.size > 1, grown),
                comments.c.id.in_(comments_with_new_company(context_since)),
                comments.c.id.in_(looked),
                article_languages.c.said_at >= context_since,
            )
        )
    last = 0
    while True:
        with db.read() as connection:
            rows = connection.execute(query.where(comments.c.id > last)).all()
            around = neighbours(connection, {row.page_id for row in rows})
            found = [as_judged(row, around.get(row.page_id, [])) for row in rows]
            found = in_their_context(connection, db.secret, found)
        yield from found
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def judged_query() -> Select[Any]:
    parent = comments.alias("parent")
    return (
        select(
            comments,
            sites.c.name.label("site"),
            articles.c.canonical_url,
            articles.c.language.label("article_language"),
            article_languages.c.language.label("said_language"),
            articles.c.title.label("article_title"),
            articles.c.lead.label("article_lead"),
            articles.c.text.label("article_text"),
            articles.c.published.label("article_date"),
            parent.c.body.label("parent_text"),
            verdicts.c.action.label("verdict_action"),
            verdicts.c.labels,
            verdicts.c.spam_probability,
            verdicts.c.language.label("verdict_language"),
            verdicts.c.language_relation,
            verdicts.c.evidence,
            verdicts.c.model_version,
            verdicts.c.policy_version,
            decisions.c.action.label("decision"),
            decisions.c.decided_at,
            campaigns.c.size.label("campaign_size"),
            notice_looks.c.links_back,
        )
        .join(articles, articles.c.id == comments.c.article_id)
        .join(sites, sites.c.id == articles.c.site_id)
        .join(reviews, reviews.c.comment_id == comments.c.id)
        .join(verdicts, verdicts.c.id == reviews.c.verdict_id)
        .outerjoin(decisions, decisions.c.id == reviews.c.decision_id)
        .outerjoin(article_languages, article_languages.c.article_id == articles.c.id)
        .outerjoin(parent, parent.c.id == comments.c.parent_id)
        .outerjoin(campaign_members, campaign_members.c.comment_id == comments.c.id)
        .outerjoin(campaigns, campaigns.c.id == campaign_members.c.campaign_id)
        .outerjoin(notice_looks, notice_looks.c.comment_id == comments.c.id)
        .where(comments.c.erased_at.is_(None))
        .order_by(comments.c.id)
    )


def neighbours(connection: Connection, page_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Number and text of each reader's comment on these pages, in page order: a verdict looks at them too."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for part in batched(page_ids, AT_ONCE):
        query = select(comments.c.page_id, comments.c.id, comments.c.body).where(
            comments.c.page_id.in_(part), comments.c.kind == CommentKind.COMMENT, comments.c.missing_since.is_(None)
        )
        for page_id, number, body in connection.execute(query.order_by(comments.c.page_id, comments.c.position)):
            found[page_id].append((number, body))
    return found


def in_their_context(connection: Connection, secret: bytes, found: Sequence[JudgedComment]) -> list[JudgedComment]:
    """The comments with all that is known of their senders by now."""
    by_site: defaultdict[str, list[JudgedComment]] = defaultdict(list)
    for one in found:
        by_site[one.site].append(one)
    submissions: dict[int, Submission] = {}
    for site, here in by_site.items():
        in_context = with_senders(connection, secret, site, [one.submission for one in here], until=None)
        submissions.update(zip((one.comment_id for one in here), in_context, strict=True))
    return [replace(one, submission=submissions[one.comment_id]) for one in found]


def as_judged(row: Any, around: Sequence[tuple[int, str]]) -> JudgedComment:
    return JudgedComment(
        comment_id=row.id,
        comment_version=row.version,
        site=row.site,
        submission=replace(
            submission_of(row, row.id),
            site=urlsplit(row.canonical_url).hostname,
            page=row.canonical_url,
            article_language=row.article_language,
            said_language=row.said_language,
            article_title=row.article_title,
            article_text="\n\n".join(part for part in (row.article_lead, row.article_text) if part) or None,
            by_site=row.by_site,
            date=row.date,
            article_date=row.article_date,
            position=row.position,
            parent_text=row.parent_text,
            siblings=siblings_of(row.id, around),
            links_back=row.links_back,
            is_duplicate_of=row.campaign_size,
        ),
        verdict=Verdict(
            action=Action(row.verdict_action),
            labels=tuple(row.labels),
            spam_probability=row.spam_probability,
            language=row.verdict_language,
            language_relation=LanguageRelation(row.language_relation),
            evidence=tuple(from_json(Evidence, orjson.dumps(one)) for one in row.evidence),
            model_version=row.model_version,
            policy_version=row.policy_version,
        ),
        decision=Action(row.decision) if row.decision is not None else None,
        decided_at=row.decided_at,
    )


def store_verdicts(
    db: Database, judged: Sequence[tuple[JudgedComment, Verdict]], run_id: int | None, now: datetime
) -> JudgementsWritten:
    """Write new verdicts on stored comments, in short transactions. Editors' decisions hold."""
    total = JudgementsWritten(verdicts=0, waiting=0)
    for part in batched(judged, AT_ONCE):
        done = again_on_collision(partial(stored_together, db, part, run_id, now))
        total = JudgementsWritten(verdicts=total.verdicts + done.verdicts, waiting=total.waiting + done.waiting)
    return total


def stored_together(
    db: Database, judged: Sequence[tuple[JudgedComment, Verdict]], run_id: int | None, now: datetime
) -> JudgementsWritten:
    """One transaction of `store_verdicts`."""
    with db.write() as connection:
        numbers = dict(connection.execute(select(sites.c.name, sites.c.id)).tuples().all())
        items = [
            Judged(
                comment_id=old.comment_id,
                comment_version=old.comment_version,
                site_id=numbers[old.site],
                verdict=new,
            )
            for old, new in judged
        ]
        return write_judgements(db, connection, items, run_id, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """What is kept of one page. `is_main`: its article's fields come from it, not from another page of the thread."""

    record: Page
    is_main: bool


def stored_page(db: Database, canonical_url: str, page_id: int) -> StoredPage | None:
    """What is kept of that page of an article, to compare with what a new extraction of it says."""
    with db.read() as connection:
        record = page_record(connection, canonical_url, page_id)
        if record is None:
            return None
        query = select(articles.c.page_id).where(articles.c.canonical_url == canonical_url)
        return StoredPage(record=record, is_main=connection.execute(query).scalar() == page_id)
