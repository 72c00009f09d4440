"""Writing articles: one row each, a row of history when the content changes, sections in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from extractors.records import Page
from storage.crawl.identity import author_key, fingerprint
from storage.crawl.outcomes import Extracted
from storage.database.bulk import insert_rows, reserve, update_rows
from storage.database.columns import stated_day
from storage.database.engine import Database
from storage.database.fields import ARTICLE
from storage.database.tables import article_languages, article_versions, articles, pages, sections
from storage.database.values import json_text, storable

FINGERPRINTED = ("title", "site_name", "language", "author", "published", "modified", "lead", "text")
"""The content of 0.1.0, in the order of its fingerprints. What came later counts where a page has it: no upgrade of
Tamis makes a new version of an article that did not change."""
content_of = attrgetter(*FINGERPRINTED)
LATER = tuple(field for field in ARTICLE.content if field.path not in FINGERPRINTED)
VALUES = (
    "page_id",
    "url",
    "post_key",
    *ARTICLE.columns,
    "author_key",
    "published_on",
    "version",
    "version_since",
    "fetched_at",
    "changed_at",
    "gone_at",
    "extractor_version",
    "raw_hash",
    "content_key",
)
LANGUAGE = VALUES.index("language")
KEPT_OF_VERSIONS = ("url", *(field.column for field in ARTICLE.content), "footnotes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlesWritten:
    """`ids` holds each article's number by its canonical URL; `made` the numbers of those that are new."""

    ids: dict[str, int]
    made: set[int]
    changed: int


OWNER = pages.alias("owner")
KNOWN = (  # statements of the hot path are built once: building one costs as much as running it
    select(articles, OWNER.c.state.label("owner_state"), article_languages.c.language.label("said_language"))
    .outerjoin(OWNER, OWNER.c.id == articles.c.page_id)
    .outerjoin(article_languages, article_languages.c.article_id == articles.c.id)
    .where(articles.c.canonical_url.in_(bindparam("urls", expanding=True)))
    .order_by(articles.c.id)
)
KNOWN_LOCKED = KNOWN.with_for_update(of=articles)


def known_articles(connection: Connection, canonical_urls: Sequence[str]) -> dict[str, Row[Any]]:
    """The stored articles by canonical URL, each with the state of the page it comes from."""
    query = KNOWN_LOCKED if connection.dialect.name == "postgresql" else KNOWN
    return {row.canonical_url: row for row in connection.execute(query, {"urls": canonical_urls})}


def may_update(outcome: Extracted, known: Row[Any]) -> bool:
    """Whether this page is the one to take the article's fields from.

    Several addresses may show one article (a print view, a page of its thread), each a little differently. The first
    one stays in charge while it is well, unless the canonical address itself comes along: otherwise every crawl would
    make new versions in turn.
    """
    if known.page_id in (None, outcome.exchange.page_id) or known.owner_state in ("gone", "quarantined", "failed"):
        return True
    return outcome.page.canonical_url in (outcome.exchange.url, outcome.page.url) and known.url != known.canonical_url


def is_loaded(row: Row[Any], outcome: Extracted) -> bool:
    """Whether the row comes from this very answer and this extractor."""
    came = (row.fetched_at, row.raw_hash, row.extractor_version, row.page_id)
    exchange = outcome.exchange
    comes = (exchange.fetched_at, exchange.content_hash or "", outcome.page.extractor_version, exchange.page_id)
    return came == comes and row.gone_at is None


def write_articles(
    db: Database, connection: Connection, outcomes: Sequence[tuple[Extracted, int]], now: datetime
) -> ArticlesWritten:
    """Bring articles up to date, each outcome given with its site's number; no two may be about one article."""
    at_load = db.moment(now)
    known = known_articles(connection, [outcome.page.canonical_url for outcome, _ in outcomes])
    fresh = [pair for pair in outcomes if pair[0].page.canonical_url not in known]
    numbers = reserve(connection, articles, len(fresh))
    ids = {url: int(row.id) for url, row in known.items()}
    inserts, sectioned = [], []
    for number, (outcome, site_id) in zip(numbers, fresh, strict=True):
        at = outcome.exchange.fetched_at
        ids[outcome.page.canonical_url] = number
        values = article_values(db, outcome, at_load, version=1, since=at)
        inserts.append((number, site_id, outcome.page.canonical_url, db.moment(at), *values))
        sectioned.append((number, outcome.page))
    insert_rows(connection, articles, ("id", "site_id", "canonical_url", "first_seen_at", *VALUES), inserts)
    updates, replaced = [], []
    for outcome, _ in outcomes:
        row = known.get(outcome.page.canonical_url)
        if row is None or not may_update(outcome, row):
            continue
        changed = row.content_key != content_key(db, outcome.page)
        if not changed and is_loaded(row, outcome):
            continue
        if changed:
            replaced.append((row, outcome.exchange.fetched_at))
        if changed or row.extractor_version != outcome.page.extractor_version:
            sectioned.append((row.id, outcome.page))
        version = (row.version + 1, outcome.exchange.fetched_at) if changed else (row.version, row.version_since)
        values = article_values(db, outcome, at_load, version=version[0], since=version[1])
        if row.said_language is not None:
            values = (*values[:LANGUAGE], row.said_language, *values[LANGUAGE + 1 :])
        updates.append((*values, row.id))
    keep_versions(db, connection, replaced)
    update_rows(connection, articles, VALUES, updates)
    write_sections(connection, sectioned, fresh=len(fresh))
    return ArticlesWritten(ids=ids, made=set(numbers), changed=len(replaced))


def article_values(db: Database, outcome: Extracted, now: Any, *, version: int, since: datetime) -> tuple[Any, ...]:
    """One row's values in the order of VALUES, written `now` (as the driver takes it)."""
    page, exchange = outcome.page, outcome.exchange
    return (
        exchange.page_id,
        exchange.url,
        page.post_key,
        *ARTICLE.values(page, bool),
        author_key(db.secret, page.author),
        db.day(stated_day(page.published)),
        version,
        db.moment(since),
        db.moment(exchange.fetched_at),
        now,
        None,
        page.extractor_version,
        exchange.content_hash or "",
        content_key(db, page),
    )


def content_key(db: Database, page: Page) -> str:
    """Fingerprint of what a reader of the article would call its content."""
    return fingerprint(
        db.secret,
        *content_of(page),
        *(f"{section.level} {section.heading or ''}\n{section.text}" for section in page.sections),
        *page.footnotes,
        *(f"{field.path} {value}" for field in LATER if (value := attrgetter(field.path)(page)) not in (None, "", ())),
    )


def keep_versions(db: Database, connection: Connection, replaced: Sequence[tuple[Row[Any], datetime]]) -> None:
    """Put the rows that are about to be replaced into the history, with their sections."""
    if not replaced:
        return
    parts: dict[int, list[dict[str, Any]]] = {row.id: [] for row, _ in replaced}
    query = (
        select(sections).where(sections.c.article_id.in_(parts)).order_by(sections.c.article_id, sections.c.position)
    )
    for part in connection.execute(query):
        parts[part.article_id].append(
            {"level": part.level, "kind": part.kind, "heading": part.heading, "text": part.text}
        )
    rows = [
        (
            row.id,
            row.version,
            db.moment(row.version_since),
            db.moment(until),
            json_text({name: getattr(row, name) for name in KEPT_OF_VERSIONS} | {"sections": parts[row.id]}),
            row.extractor_version,
            row.raw_hash,
        )
        for row, until in replaced
    ]
    names = ("article_id", "version", "valid_from", "valid_to", "record", "extractor_version", "raw_hash")
    insert_rows(connection, article_versions, names, rows)


def write_sections(connection: Connection, sectioned: Sequence[tuple[int, Page]], fresh: int) -> None:
    """Write the sections of these articles; all but the first `fresh` of them had some before."""
    older = [number for number, _ in sectioned[fresh:]]
    if older:
        connection.execute(delete(sections).where(sections.c.article_id.in_(older)))
        derive_again = update(articles).where(articles.c.id.in_(older), articles.c.profile_key.is_not(None))
        connection.execute(derive_again.values(profile_key=None))  # names of sections are derived from headings
    rows = [
        (
            number,
            position,
            section.level,
            section.kind and str(section.kind),
            storable(section.heading),
            None,
            storable(section.text),
            json_text(section.blocks),
        )
        for number, page in sectioned
        for position, section in enumerate(page.sections, start=1)
    ]
    names = ("article_id", "position", "level", "kind", "heading", "canonical", "text", "blocks")
    insert_rows(connection, sections, names, rows)
