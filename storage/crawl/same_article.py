"""Which article a page shows: the one of its address, of the site's own number of the post, or of the same content.

An article may be met under several addresses: with and without "www.", with http and https, a print view without a
canonical link, a slug that was changed and now redirects. Before articles are written, each page is given the address
of the article it shows; a moved article takes its new address along, and two rows that turn out to be one article
become one: the older row stays, with the history, the comments and the decisions of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from extractors.records import Page
from extractors.urls import normalised, spellings
from storage.analysts.rollups import mark_stale
from storage.crawl.articles import content_key
from storage.crawl.outcomes import Extracted
from storage.crawl.withdrawing import withdraw
from storage.database.engine import Database
from storage.database.tables import articles, comments, pages, reviews

LEAST_TEXT = 200
"""Characters of text from which two pages with the same content are the same article: shorter ones are forms."""

OWNER = pages.alias("owner")
CANDIDATES = (
    select(
        articles.c.id,
        articles.c.site_id,
        articles.c.canonical_url,
        articles.c.post_key,
        articles.c.title,
        articles.c.published,
        articles.c.content_key,
        articles.c.gone_at,
        OWNER.c.state.label("owner_state"),
    )
    .outerjoin(OWNER, OWNER.c.id == articles.c.page_id)
    .where(
        or_(
            articles.c.canonical_url.in_(bindparam("addresses", expanding=True)),
            articles.c.id.in_(bindparam("numbers", expanding=True)),
            articles.c.site_id.in_(bindparam("sites", expanding=True))
            & articles.c.post_key.in_(bindparam("post_keys", expanding=True)),
            articles.c.site_id.in_(bindparam("sites", expanding=True))
            & articles.c.content_key.in_(bindparam("content_keys", expanding=True)),
        )
    )
    .order_by(articles.c.id)
)


def settled(
    db: Database, connection: Connection, outcomes: Sequence[tuple[Extracted, Row[Any]]], now: datetime
) -> dict[int, Extracted]:
    """The outcomes by page, each under the address of the article that it shows; rows are moved and joined for that.

    Given with each is the row of its page; further pages of a thread are none of this.
    """
    if not outcomes:
        return {}
    keys = {outcome.exchange.page_id: content_key(db, outcome.page) for outcome, _ in outcomes}
    stored = candidates(connection, outcomes, keys)
    found: dict[int, Extracted] = {}
    fresh: list[tuple[Page, int, str]] = []  # articles that this chunk is about to make
    for outcome, page in sorted(outcomes, key=lambda pair: awkwardness(pair[0].page.canonical_url)):
        key = keys[page.id]
        here = [row for row in stored if row.site_id == page.site_id]
        same = [row for row in here if is_same(row, outcome, key)] or [
            row for row in here if row.id == page.article_id and was_sent_on(row, outcome)
        ]
        if same:
            row, address = joined(connection, same, outcome, page, now)
            gone = {other.id for other in same}
            stored = [other for other in stored if other.id not in gone] + [row]
        else:
            address = next(
                (other.canonical_url for other, site, content in fresh
                 if site == page.site_id and is_copy(other, outcome.page, content == key)),
                outcome.page.canonical_url,
            )  # fmt: skip
            fresh.append((replace(outcome.page, canonical_url=address), page.site_id, key))
        found[page.id] = outcome if address == outcome.page.canonical_url else renamed(outcome, address)
    return found


def renamed(outcome: Extracted, address: str) -> Extracted:
    return replace(outcome, page=replace(outcome.page, canonical_url=address))


def awkwardness(address: str) -> tuple[bool, int, str]:
    """Orders the addresses of one article: the plainest is its name."""
    return "?" in address, len(address), address


def candidates(
    connection: Connection, outcomes: Sequence[tuple[Extracted, Row[Any]]], keys: dict[int, str]
) -> list[Row[Any]]:
    """The stored articles that these pages could show."""
    read = [outcome.page for outcome, _ in outcomes]
    long = [keys[outcome.exchange.page_id] for outcome, _ in outcomes if len(outcome.page.text) >= LEAST_TEXT]
    query = {
        "addresses": sorted({address for page in read for address in spellings(page.canonical_url)}),
        "numbers": sorted({page.article_id for _, page in outcomes if page.article_id is not None}),
        "sites": sorted({page.site_id for _, page in outcomes}),
        "post_keys": sorted({page.post_key for page in read if page.post_key is not None}),
        "content_keys": sorted(set(long)),
    }
    return list(connection.execute(CANDIDATES, query))


def is_same(row: Row[Any], outcome: Extracted, key: str) -> bool:
    """Whether the stored article is the one that the page shows, by address, content or number.

    A number alone is not enough: two blogs on one host count alike. A page that is none of the stored articles and was
    sent on from the address of the one it showed shows that one still, under a new slug.
    """
    read = outcome.page
    if row.canonical_url in spellings(read.canonical_url):
        return True
    if row.content_key == key and len(read.text) >= LEAST_TEXT:
        return True
    if row.post_key is None or row.post_key != read.post_key:
        return False
    return agrees(row.title, row.published, read) or was_sent_on(row, outcome)


def is_copy(other: Page, read: Page, same_content: bool) -> bool:
    """The same question for two pages of one chunk."""
    if other.canonical_url in spellings(read.canonical_url) or (same_content and len(read.text) >= LEAST_TEXT):
        return True
    return other.post_key is not None and other.post_key == read.post_key and agrees(other.title, other.published, read)


def agrees(title: str | None, published: str | None, read: Page) -> bool:
    by_title = title is not None and read.title is not None and title.casefold() == read.title.casefold()
    return by_title or (published is not None and "T" in published and published == read.published)


def was_sent_on(row: Row[Any], outcome: Extracted) -> bool:
    """Whether the page was asked for at the article's address and answered by another one."""
    final = normalised(outcome.exchange.final_url or outcome.exchange.url)
    asked = normalised(outcome.exchange.url)
    return final != asked and (row.canonical_url in spellings(asked) or path_of(row.canonical_url) == path_of(asked))


def path_of(address: str) -> str:
    return urlsplit(address).path.rstrip("/")


def joined(
    connection: Connection, same: Sequence[Row[Any]], outcome: Extracted, page: Row[Any], now: datetime
) -> tuple[Row[Any], str]:
    """The one article that these rows are, and its address; the others' comments are moved to it."""
    kept, *others = sorted(same, key=lambda row: row.id)
    address = address_of(same, outcome)
    if others:
        move_comments(connection, kept.id, [row.id for row in others], now)
        withdraw(connection, [row.id for row in others], now)
        free_address(connection, [row.id for row in others])
    if address != kept.canonical_url:
        connection.execute(
            update(articles).where(articles.c.id == kept.id).values(canonical_url=address, changed_at=now)
        )
        kept = connection.execute(CANDIDATES, only(kept.id)).one()
    return kept, address


def only(number: int) -> dict[str, list[Any]]:
    return {"addresses": [], "numbers": [number], "sites": [], "post_keys": [], "content_keys": []}


def address_of(same: Sequence[Row[Any]], outcome: Extracted) -> str:
    """The address that the article has from now on: the newest one where it moved, else the plainest known one."""
    new = outcome.page.canonical_url
    kept = min(same, key=lambda row: row.id)
    moved = any(was_sent_on(row, outcome) or row.owner_state == "gone" or row.gone_at is not None for row in same)
    if moved or any(row.canonical_url == "http" + new.removeprefix("https") for row in same):
        return new
    known: list[str] = [row.canonical_url for row in same]
    if "?" in kept.canonical_url:
        return min([new, *known], key=awkwardness)
    return str(kept.canonical_url)


def move_comments(connection: Connection, kept: int, others: Sequence[int], now: datetime) -> None:
    """Give the comments of the other rows to the one that stays. Where both have a comment, the one on which an editor
    decided stays, else the older; the other goes with its row."""
    rows = connection.execute(
        select(comments.c.id, comments.c.article_id, comments.c.key, reviews.c.decision_id)
        .outerjoin(reviews, reviews.c.comment_id == comments.c.id)
        .where(comments.c.article_id.in_([kept, *others]))
        .order_by(comments.c.id)
    ).all()
    best: dict[str, Row[Any]] = {}
    for row in rows:
        known = best.get(row.key)
        if known is None or (known.decision_id is None and row.decision_id is not None):
            best[row.key] = row
    staying = {row.id for row in best.values()}
    leaving = [row for row in rows if row.article_id == kept and row.id not in staying]
    for row in leaving:  # before the other one comes: the key may not be there twice
        home = next(other for other in others if other == best[row.key].article_id)
        connection.execute(
            update(comments).where(comments.c.id == row.id).values(article_id=home, key=f"{row.key} (joined {row.id})")
        )
    coming = [row.id for row in best.values() if row.article_id != kept]
    if coming:
        connection.execute(
            update(comments)
            .where(comments.c.id.in_(coming))
            .values(article_id=kept, removed_at=None, missing_since=None, changed_at=now)
        )
        mark_stale(connection, coming)
    connection.execute(update(pages).where(pages.c.article_id.in_(others)).values(article_id=kept))


def free_address(connection: Connection, numbers: Iterable[int]) -> None:
    """Rows that are kept for a decision's sake no longer hold their address: a fragment makes it one of nothing."""
    for number in numbers:
        connection.execute(
            update(articles)
            .where(articles.c.id == number, articles.c.canonical_url.not_like("%#%"))
            .values(canonical_url=articles.c.canonical_url + f"#joined-{number}", post_key=None)
        )
