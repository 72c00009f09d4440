"""Writing short messages: one row each however many pages show it, and where it was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from extractors.records import Tweet
from storage.crawl.identity import author_key, tweet_key
from storage.crawl.outcomes import Extracted
from storage.database.batches import batched
from storage.database.bulk import insert_new_rows, insert_rows, reserve
from storage.database.columns import stated_day
from storage.database.engine import Database
from storage.database.fields import TWEET
from storage.database.tables import tweet_entities, tweet_sightings, tweets
from storage.database.values import storable

COLUMNS = (
    "id",
    "key",
    *TWEET.columns,
    "author_key",
    "day",
    "first_seen_at",
    "changed_at",
    "extractor_version",
    "raw_hash",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TweetsWritten:
    new: int
    sightings: int


def write_tweets(
    db: Database, connection: Connection, pairs: Sequence[tuple[Extracted, int]], now: datetime
) -> TweetsWritten:
    """Write the messages of pages, each page given with its article's number."""
    first: dict[str, tuple[Tweet, Extracted]] = {}
    shown: list[tuple[str, int, int, Any]] = []
    for outcome, article_id in pairs:
        seen_at = db.moment(outcome.exchange.fetched_at)
        for position, tweet in enumerate(outcome.page.tweets, start=1):
            key = tweet_key(db.secret, tweet)
            first.setdefault(key, (tweet, outcome))
            shown.append((key, article_id, position, seen_at))
    if not shown:
        return TweetsWritten(new=0, sightings=0)
    ids = tweet_numbers(connection, list(first))
    fresh = sorted(first.keys() - ids.keys())
    made = dict(zip(fresh, reserve(connection, tweets, len(fresh)), strict=True))
    rows = [tweet_row(db, db.moment(now), made[key], key, *first[key]) for key in fresh]
    added = insert_new_rows(connection, tweets, COLUMNS, rows)
    if added < len(fresh):  # another process was quicker with some of them: theirs count
        made = {key: number for key, number in tweet_numbers(connection, fresh).items() if number == made[key]} | {}
        ids |= tweet_numbers(connection, fresh)
    ids |= made
    entities = [(made[key], *entity) for key in made for entity in entity_rows(first[key][0])]
    insert_rows(connection, tweet_entities, ("tweet_id", "kind", "position", "value"), entities)
    seen: dict[tuple[int, int], tuple[Any, ...]] = {}
    for key, article_id, position, seen_at in shown:
        number = ids[key]
        seen.setdefault((number, article_id), (number, article_id, position, seen_at))
    return TweetsWritten(new=len(made), sightings=new_sightings(connection, seen))


KNOWN = select(tweets.c.key, tweets.c.id).where(tweets.c.key.in_(bindparam("keys", expanding=True)))
SEEN = select(tweet_sightings.c.tweet_id, tweet_sightings.c.article_id).where(
    tweet_sightings.c.article_id.in_(bindparam("numbers", expanding=True))
)


def tweet_numbers(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """The numbers of the messages that are known, by key."""
    return {key: number for part in batched(keys, 900) for key, number in connection.execute(KNOWN, {"keys": part})}


def new_sightings(connection: Connection, seen: dict[tuple[int, int], tuple[Any, ...]]) -> int:
    """Write where messages were seen for the first time."""
    articles_seen = sorted({article_id for _, article_id in seen})
    known = {
        (tweet_id, article_id)
        for part in batched(articles_seen, 900)
        for tweet_id, article_id in connection.execute(SEEN, {"numbers": part})
    }
    rows = [row for place, row in sorted(seen.items()) if place not in known]
    return insert_new_rows(connection, tweet_sightings, ("tweet_id", "article_id", "position", "seen_at"), rows)


def tweet_row(db: Database, now: Any, number: int, key: str, tweet: Tweet, outcome: Extracted) -> tuple[Any, ...]:
    return (
        number,
        key,
        *TWEET.values(tweet, bool),
        author_key(db.secret, tweet.handle or tweet.author_name),
        db.day(stated_day(tweet.date) or outcome.exchange.fetched_at.date()),
        db.moment(outcome.exchange.fetched_at),
        now,
        outcome.page.extractor_version,
        outcome.exchange.content_hash or "",
    )


def entity_rows(tweet: Tweet) -> Iterator[tuple[str, int, str]]:
    kinds = (("url", tweet.urls), ("hashtag", tweet.hashtags), ("mention", tweet.mentions), ("cashtag", tweet.cashtags))
    for kind, found in kinds:
        for position, value in enumerate(found, start=1):
            yield kind, position, str(storable(value))
