"""Stored rows as records again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, select

from extractors.records import (
    Block,
    BlockKind,
    Comment,
    Discussion,
    LinkCounts,
    Page,
    Section,
    SectionKind,
    Tweet,
    authors_of,
)
from storage.database.fields import ARTICLE, COMMENT, TWEET
from storage.database.tables import (
    article_languages,
    articles,
    comments,
    sections,
    tweet_entities,
    tweet_sightings,
    tweets,
)

ENTITIES = {"url": "urls", "hashtag": "hashtags", "mention": "mentions", "cashtag": "cashtags"}


def page_record(connection: Connection, canonical_url: str, page_id: int | None = None) -> Page | None:
    """The article at that canonical URL with its sections, present comments and messages; None if unknown.

    `page_id`: only the comments that stand on that page of it.
    """
    query = select(articles, article_languages.c.said_by, article_languages.c.own.label("own_language")).outerjoin(
        article_languages, article_languages.c.article_id == articles.c.id
    )
    row = connection.execute(query.where(articles.c.canonical_url == canonical_url)).one_or_none()
    if row is None:
        return None
    shown = comments.c.article_id == row.id
    if page_id is not None:
        shown = and_(shown, comments.c.page_id == page_id)
    parts = connection.execute(
        select(sections).where(sections.c.article_id == row.id).order_by(sections.c.position)
    ).all()
    said = connection.execute(
        select(comments)
        .where(shown, comments.c.missing_since.is_(None))
        .order_by(comments.c.page_id, comments.c.position)
    ).all()
    positions = {one.id: one.position for one in said}
    found = ARTICLE.read(row)
    if row.said_by is not None:  # an editor set its language: the page itself says this
        found["language"] = row.own_language
    return Page(
        url=row.url,
        canonical_url=row.canonical_url,
        authors=authors_of(row.author),
        sections=tuple(section_record(part) for part in parts),
        comments=tuple(comment_record(one, positions.get(one.parent_id)) for one in said),
        tweets=tweet_records(connection, row.id),
        extractor_version=row.extractor_version,
        **found | {"discussion": Discussion(**found["discussion"]), "links": LinkCounts(**found["links"])},
    )


def section_record(row: Any) -> Section:
    blocks = tuple(Block(kind=BlockKind(block["kind"]), text=block["text"]) for block in row.blocks)
    kind = SectionKind(row.kind) if row.kind is not None else None
    return Section(level=row.level, kind=kind, heading=row.heading, text=row.text, blocks=blocks)


def comment_record(row: Any, parent: int | None) -> Comment:
    return Comment(**COMMENT.read(row), parent=parent)


def tweet_records(connection: Connection, article_id: int) -> tuple[Tweet, ...]:
    shown = connection.execute(
        select(tweets)
        .join(tweet_sightings, tweet_sightings.c.tweet_id == tweets.c.id)
        .where(tweet_sightings.c.article_id == article_id)
        .order_by(tweet_sightings.c.position)
    ).all()
    found: dict[int, dict[str, list[str]]] = {row.id: {name: [] for name in ENTITIES.values()} for row in shown}
    query = select(tweet_entities).where(tweet_entities.c.tweet_id.in_(found)).order_by(tweet_entities.c.position)
    for entity in connection.execute(query):
        found[entity.tweet_id][ENTITIES[entity.kind]].append(entity.value)
    return tuple(
        Tweet(**TWEET.read(row) | {name: tuple(values) for name, values in found[row.id].items()}) for row in shown
    )
