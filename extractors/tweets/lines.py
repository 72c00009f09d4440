"""Tweets that no element tells apart: lines between <br>, under a word that names Twitter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from extractors.records import Tweet
from extractors.tweets.addresses import status_in
from extractors.tweets.entities import entities_of
from extractors.tweets.reading import TweetPiece, is_date, joined_pieces, lines_of, message, pieces_of, trimmed
from extractors.tweets.traces import MAX_ITEM_TEXT, is_named, named_above, names_twitter

_LEAST = 2
_SHARE = 0.6
_PERSON = re.compile(r"[^@＠]{1,60}[:,|–—-]\s?[@＠]\w{1,15}|(?:[^\W\d_][\w.'’-]{0,20}\s){1,3}\(?[@＠]\w{1,15}\)?")


def tweets_by_line(node: HtmlElement, language: str | None = None) -> tuple[Tweet, ...]:
    """The lines of an element as tweets, if most of them hold a t.co link, "RT @", a mention or a hashtag."""
    lines = lines_of(pieces_of(node))
    texts = [joined_pieces(line) for line in lines]
    heads = [number for number, text in enumerate(texts) if names_twitter(text) and not _says(text)]
    if heads:
        lines = lines[heads[0] + 1 :]
    elif not is_named(node) and named_above(node) is None:
        return ()
    said = [line for line in lines if _says(joined_pieces(line))]
    if len(said) < _LEAST or len(said) < _SHARE * len(lines):
        return ()
    found = tuple(_tweet(line, language) for line in said)
    return () if names_people(found) else found


def names_people(tweets: Sequence[Tweet]) -> bool:
    """Whether a list says who is who, "Anna Keller: @anna", and not what they said."""
    return 2 * sum(tweet.id is None and bool(_PERSON.fullmatch(tweet.text)) for tweet in tweets) > len(tweets)


def _says(text: str) -> bool:
    if len(text) > MAX_ITEM_TEXT:
        return False
    said = entities_of(text)
    return "//t.co/" in text or bool(said.mentions or said.hashtags)


def _tweet(line: list[TweetPiece], language: str | None) -> Tweet:
    stamp = next(
        (
            piece
            for piece in line
            if piece.anchor is not None and status_in(piece.anchor.get("href")) and is_date(piece.text)
        ),
        None,
    )
    anchor = stamp.anchor if stamp else None
    href = anchor.get("href") if anchor is not None else None
    status = status_in(href)
    pieces = [piece for piece in line if anchor is None or piece.anchor is not anchor]
    return message(
        pieces,
        text=trimmed(joined_pieces(pieces)),
        id=status.id if status else None,
        url=href,
        handle=status.handle if status else None,
        date_text=joined_pieces([stamp]) if stamp else None,
        language=language,
    )
