"""Articles in several pages: each page is kept as it was read, and the article is put together from all of them.

The first page's row is the article; its further pages belong to it as the further pages of its thread do. Whichever
page comes first, the article is whole once all were read, and each of them may change by itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, update

from extractors.article.parts import whole
from extractors.records import Page, as_json, from_json
from extractors.urls import article_address, is_thread_page, normalised, spellings
from storage.crawl.articles import write_articles
from storage.crawl.outcomes import Exchange, Extracted
from storage.crawl.same_article import free_address, move_comments
from storage.crawl.withdrawing import withdraw
from storage.database.engine import Database
from storage.database.tables import article_parts, articles, pages
from storage.database.values import upsert

FIRST = 1


def is_further(outcome: Extracted) -> bool:
    """Whether the page continues the text of an article that begins on another one."""
    return outcome.parts is not None and outcome.parts.number > FIRST


def is_continued(outcome: Extracted) -> bool:
    """Whether the page begins an article that goes on on others."""
    return outcome.parts is not None and outcome.parts.number == FIRST


def continues_an_article(outcome: Extracted) -> bool:
    """Whether the page's own address, or its pager, says that it continues an article or its thread."""
    return is_further(outcome) or is_thread_page(outcome.exchange.url)


def addresses(outcome: Extracted) -> list[str]:
    """The addresses under which the first page of the outcome's article may be known."""
    if outcome.parts is None:
        return []
    named = {outcome.parts.first}
    if is_continued(outcome):
        named |= {outcome.page.canonical_url, article_address(normalised(outcome.exchange.url))}
    return sorted({spelling for address in named for spelling in spellings(address)})


def write_parts(connection: Connection, read: Sequence[Extracted], known: dict[int, Row[Any]]) -> None:
    """Keep these pages as they were read; forget those that are no part of an article any more."""
    rows = [
        {
            "page_id": outcome.exchange.page_id,
            "first_url": outcome.parts.first,
            "number": outcome.parts.number,
            "record": zlib.compress(as_json(replace(outcome.page, comments=(), tweets=(), kind_cues=())), 1),
        }
        for outcome in read
        if outcome.parts is not None
    ]
    others = [one.exchange.page_id for one in read if one.parts is None and known[one.exchange.page_id].article_id]
    if others:
        connection.execute(delete(article_parts).where(article_parts.c.page_id.in_(others)))
    if rows:
        statement = upsert(connection, article_parts)
        changed = {name: statement.excluded[name] for name in ("first_url", "number", "record")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[article_parts.c.page_id], set_=changed), rows
        )


FURTHER = (
    select(article_parts.c.page_id, article_parts.c.record)
    .where(article_parts.c.first_url.in_(bindparam("addresses", expanding=True)), article_parts.c.number > FIRST)
    .order_by(article_parts.c.number, article_parts.c.page_id)
)


def made_whole(connection: Connection, outcome: Extracted) -> Extracted:
    """The first page of an article with the text of its further pages, as far as they were read."""
    if not is_continued(outcome):
        return outcome
    rows = connection.execute(FURTHER, {"addresses": addresses(outcome)}).all()
    if not rows:
        return outcome
    return replace(outcome, page=whole(outcome.page, [record_of(row.record) for row in rows]))


def whole_page(db: Database, outcome: Extracted) -> Page:
    """The page as its article has it: with the text of the article's further pages, if it is the first of several."""
    if not is_continued(outcome):
        return outcome.page
    with db.read() as connection:
        return made_whole(connection, outcome).page


def record_of(stored: bytes) -> Page:
    return from_json(Page, zlib.decompress(stored))


def join_known(connection: Connection, read: Sequence[Extracted], known: dict[int, Row[Any]]) -> list[int]:
    """Give further pages the article that they continue, where that is known; the numbers of the pages given one."""
    given = []
    for outcome in read:
        page = known[outcome.exchange.page_id]
        if not is_further(outcome) or (page.is_continuation and page.article_id is not None):
            continue
        named = addresses(outcome)
        query = (
            select(articles.c.id)
            .outerjoin(pages, pages.c.id == articles.c.page_id)
            .where(articles.c.site_id == page.site_id, articles.c.gone_at.is_(None))
            .where(or_(articles.c.canonical_url.in_(named), pages.c.url.in_(named)), articles.c.page_id != page.id)
            .order_by(articles.c.id)
            .limit(1)
        )
        number = connection.execute(query).scalar()
        if number is not None:
            values = {"article_id": number, "is_continuation": True}
            given.append(page.id)
            if page.article_id not in (None, number):  # it was an article of its own before its pager was understood
                continue_in(connection, number, [page.article_id], outcome.exchange.fetched_at)
            connection.execute(update(pages).where(pages.c.id == page.id).values(**values))
    return given


def continue_in(connection: Connection, kept: int, others: Sequence[int], now: datetime) -> None:
    """Make parts of one article out of articles: their comments and the decisions on them go with them."""
    move_comments(connection, kept, others, now)
    withdraw(connection, others, now)
    free_address(connection, others)


def adopt(connection: Connection, written: Iterable[Extracted], article_ids: dict[int, int], now: datetime) -> None:
    """Give the further pages that were read before their first one to its article. Their comments are read the next
    time: they are due at once."""
    for outcome in written:
        if not is_continued(outcome):
            continue
        number = article_ids[outcome.exchange.page_id]
        rows = connection.execute(
            select(pages.c.id, pages.c.article_id)
            .join(article_parts, article_parts.c.page_id == pages.c.id)
            .where(article_parts.c.first_url.in_(addresses(outcome)), article_parts.c.number > FIRST)
            .where(or_(pages.c.article_id.is_(None), pages.c.article_id != number, ~pages.c.is_continuation))
        ).all()
        others = sorted({row.article_id for row in rows} - {None, number})
        if others:
            continue_in(connection, number, others, now)
        if rows:
            again = {"etag": None, "last_modified": None, "content_hash": None, "next_due": now}
            mine = pages.c.id.in_([row.id for row in rows])
            connection.execute(update(pages).where(mine).values(article_id=number, is_continuation=True, **again))


FIRST_PAGES = (
    select(
        article_parts.c.record,
        article_parts.c.first_url,
        articles.c.id,
        articles.c.site_id,
        articles.c.page_id,
        articles.c.canonical_url,
        articles.c.raw_hash,
        pages.c.url,
    )
    .join(articles, articles.c.page_id == article_parts.c.page_id)
    .join(pages, pages.c.id == article_parts.c.page_id)
    .where(articles.c.id.in_(bindparam("numbers", expanding=True)), article_parts.c.number == FIRST)
    .order_by(articles.c.id)
)


def put_together(
    db: Database, connection: Connection, extracted: Sequence[Extracted], article_ids: dict[int, int], now: datetime
) -> int:
    """Write the articles anew of which a further page was read, and not the first; return how many changed."""
    at = {article_ids[one.exchange.page_id]: one for one in extracted if is_further(one)}
    done = {article_ids[one.exchange.page_id] for one in extracted if is_continued(one)}
    numbers = sorted(at.keys() - done)
    if not numbers:
        return 0
    again = []
    for row in connection.execute(FIRST_PAGES, {"numbers": numbers}):
        further = at[row.id]
        assert further.parts is not None
        page = replace(record_of(row.record), canonical_url=row.canonical_url)
        first = Extracted(
            exchange=Exchange(
                page_id=row.page_id,
                url=row.url,
                fetched_at=further.exchange.fetched_at,
                content_hash=row.raw_hash,
            ),
            page=page,
            verdicts=(),
            next_due=None,
            parts=replace(further.parts, number=FIRST, first=row.first_url),
        )
        again.append((made_whole(connection, first), row.site_id))
    return write_articles(db, connection, again, now).changed
