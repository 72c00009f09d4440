"""Stored rows as records again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from extractors.records import (
    Block,
    BlockKind,
    Comment,
    CommentKind,
    DatePrecision,
    Discussion,
    LinkCounts,
    Order,
    Page,
    Section,
    Shortfall,
    Tweet,
    TweetSource,
)
from storage.database.tables import articles, comments, sections, tweet_entities, tweet_sightings, tweets

ENTITIES = {"url": "urls", "hashtag": "hashtags", "mention": "mentions", "cashtag": "cashtags"}


def page_record(connection: Connection, canonical_url: str) -> Page | None:
    """The article at that canonical URL with its sections, present comments and messages; None if unknown."""
    row = connection.execute(select(articles).where(articles.c.canonical_url == canonical_url)).one_or_none()
    if row is None:
        return None
    parts = connection.execute(
        select(sections).where(sections.c.article_id == row.id).order_by(sections.c.position)
    ).all()
    said = connection.execute(
        select(comments)
        .where(comments.c.article_id == row.id, comments.c.missing_since.is_(None))
        .order_by(comments.c.page_id, comments.c.position)
    ).all()
    positions = {one.id: one.position for one in said}
    return Page(
        url=row.url,
        canonical_url=row.canonical_url,
        title=row.title,
        site_name=row.site_name,
        language=row.language,
        author=row.author,
        published=row.published,
        modified=row.modified,
        lead=row.lead,
        text=row.text,
        sections=tuple(section_record(part) for part in parts),
        footnotes=tuple(row.footnotes),
        discussion=Discussion(
            platform=row.platform,
            claimed=row.comments_claimed,
            found=row.comments_found,
            order=Order(row.comments_order) if row.comments_order else None,
            hosted_by=row.comments_hosted_by,
            shortfall=Shortfall(row.shortfall) if row.shortfall else None,
        ),
        comments=tuple(comment_record(one, positions.get(one.parent_id)) for one in said),
        tweets=tweet_records(connection, row.id),
        links=LinkCounts(internal=row.links_internal, external=row.links_external),
        extractor_version=row.extractor_version,
    )


def section_record(row: Any) -> Section:
    blocks = tuple(Block(kind=BlockKind(block["kind"]), text=block["text"]) for block in row.blocks)
    return Section(level=row.level, heading=row.heading, text=row.text, blocks=blocks)


def comment_record(row: Any, parent: int | None) -> Comment:
    return Comment(
        position=row.position,
        id=row.site_comment_id,
        permalink=row.permalink,
        author=row.author,
        author_url=row.author_url,
        author_truncated=row.author_truncated,
        date=row.date,
        date_text=row.date_text,
        date_precision=DatePrecision(row.date_precision) if row.date_precision else None,
        body=row.body,
        links=tuple(row.links),
        parent=parent,
        kind=CommentKind(row.kind),
        by_site=row.by_site,
    )


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
        Tweet(
            text=row.text,
            id=row.site_tweet_id,
            url=row.url,
            author_name=row.author_name,
            handle=row.handle,
            date=row.date,
            date_text=row.date_text,
            date_precision=DatePrecision(row.date_precision) if row.date_precision else None,
            is_retweet=row.is_retweet,
            retweet_of=row.retweet_of,
            via=row.via,
            source=TweetSource(row.source),
            **{name: tuple(values) for name, values in found[row.id].items()},
        )
        for row in shown
    )
