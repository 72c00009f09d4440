"""Bluesky posts embedded in a page.

    <blockquote class="bluesky-embed" data-bluesky-uri="at://did:plc:.../app.bsky.feed.post/3k...">
    <p>text</p>— Name (<a href="https://bsky.app/profile/did:...">@name.bsky.social</a>)
    <a href="https://bsky.app/profile/did:.../post/3k...">November 12, 2024 at 5:54 PM</a></blockquote>

Read as a stream of text, for the same reasons as Twitter's embeds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet, TweetSource
from extractors.tweets.quotes import Embed, before_anchor, date_shown, roots_of, up_to, words_near
from extractors.tweets.reading import TweetPiece, joined_pieces, message, pieces_of, trimmed

_POST = re.compile(r"bsky\.app/profile/(?P<actor>[\w.:%-]+)/post/(?P<key>[a-z2-7]+)", re.IGNORECASE)
_URI = re.compile(r"^at://(?P<did>did:[\w.:%-]+)/app\.bsky\.feed\.post/(?P<key>[a-z2-7]+)$")
_MARKS = "[\u2066-\u2069\u202a-\u202e\u200e\u200f]*+"  # of writing direction; Bluesky's code puts them around handles
_BYLINE = re.compile(
    rf"(?:[—–―]|(?<!\S)--|(?<!\S)-)\s{{0,4}}(?P<name>[^—–―]{{0,100}}?)\s{{0,4}}\({_MARKS}@(?P<handle>[\w-]++(?:\.[\w-]++)+){_MARKS}\)\s*+$"
)
_MENTION = re.compile(r"(?<![\w@/])@([\w-]+(?:\.[\w-]+)+)")
_PLACEHOLDER = re.compile(r"(?<!\s)\s*+\[image or embed\]\s*+$", re.IGNORECASE)
_KEY_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"  # sortable base 32, https://atproto.com/specs/tid
_KEY_LENGTH = 13


def skeets(tree: HtmlElement, language: str | None = None) -> Iterator[Embed]:
    """Every embedded post, in no particular order; `tweet` is null where the page holds no text of it."""
    for quote in tree.iter("blockquote"):
        marked = "bluesky-embed" in classes(quote) or quote.get("data-bluesky-uri") is not None
        links = [anchor for anchor in quote.iter("a") if _POST.search(anchor.get("href") or "")]
        pieces = pieces_of(quote) if links else []
        link = next((anchor for anchor in links if _BYLINE.search(words_near(pieces, anchor))), None)
        if link is not None or marked:
            tweet = _skeet(quote, pieces, link, language) if link is not None else _unsigned(quote, language)
            yield Embed(quote, tweet, roots_of(quote, pieces, link))


def _skeet(quote: HtmlElement, pieces: list[TweetPiece], link: HtmlElement, language: str | None) -> Tweet | None:
    address = _URI.match(quote.get("data-bluesky-uri") or "") or _POST.search(link.get("href") or "")
    before = before_anchor(pieces, link)
    written = joined_pieces(before)
    byline = _BYLINE.search(written)
    text = _PLACEHOLDER.sub("", trimmed(written[: byline.start()])) if byline else ""
    if address is None or byline is None or not text:
        return None
    return message(
        [piece for piece in up_to(before, text) if not _is_placeholder(piece.anchor)],
        text=text,
        id=address["key"],
        url=link.get("href"),
        handle=byline["handle"],
        author_name=byline["name"].strip(),
        mentions=tuple(found.group(1) for found in _MENTION.finditer(text)),
        date_text=date_shown(pieces, link),
        stated=bluesky_sent_at(address["key"]),
        language=language,
        source=TweetSource.BLUESKY,
    )


def _unsigned(quote: HtmlElement, language: str | None) -> Tweet | None:
    """A marked quotation without a byline: the paragraphs are the text, the mark has the id."""
    address = _URI.match(quote.get("data-bluesky-uri") or "")
    pieces = [piece for node in quote.iter("p") for piece in pieces_of(node) if not _is_placeholder(piece.anchor)]
    text = joined_pieces(
        [piece for piece in pieces if piece.anchor is None or not _POST.search(piece.anchor.get("href") or "")]
    )
    if address is None or not any(character.isalnum() for character in text):
        return None
    return message(
        pieces,
        text=text,
        id=address["key"],
        mentions=tuple(found.group(1) for found in _MENTION.finditer(text)),
        stated=bluesky_sent_at(address["key"]),
        language=language,
        source=TweetSource.BLUESKY,
    )


def _is_placeholder(anchor: HtmlElement | None) -> bool:
    return anchor is not None and bool(_PLACEHOLDER.fullmatch(anchor.text_content()))


def bluesky_sent_at(key: str) -> str | None:
    """The minute a post was written, in UTC, as its record key has it (a TID); null for other keys."""
    if len(key) != _KEY_LENGTH or any(character not in _KEY_ALPHABET for character in key):
        return None
    number = 0
    for character in key:
        number = number * 32 + _KEY_ALPHABET.index(character)
    seconds = (number >> 10) / 1_000_000
    if not 1_600_000_000 < seconds < 4_000_000_000:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="minutes")
