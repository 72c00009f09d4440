"""Embedded tweets: the quotation that Twitter's embed code leaves in the page (2012 to today).

    <blockquote class="twitter-tweet"><p>text</p>— Name (@handle) <a href="…/handle/status/1">date</a></blockquote>

Read as a stream of text, not as a tree: the message is what stands before the byline, and the byline's link ends the
embed. So it does not matter whether editors' software wrapped the byline in a paragraph, split the message over
several, or lost a closing tag and with it the end of the quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet
from extractors.tweets.addresses import is_button, status_in
from extractors.tweets.reading import Piece, is_date, joined, message, pieces_of, trimmed

_CLASSES = frozenset({"twitter-tweet", "twitter-video", "twitter-tweet-rendered", "twitter-tweet-error"})
_BYLINE = re.compile(
    r"(?:^|\s|(?<=[^\w]))(?:[—–―]|--|-)\s*(?P<name>[^—–―]{0,100}?)\s*\([@＠](?P<handle>\w{1,15})\)\s*(?P<date>.{0,60})$"
)
_BARE_BYLINE = re.compile(r"(?P<name>)\(?[@＠](?P<handle>\w{1,15})\)\s*(?P<date>.{0,60})$")


@dataclass(frozen=True, slots=True)
class Embed:
    """One quotation: where it begins, and its record if it holds a message."""

    node: HtmlElement
    tweet: Tweet | None


def embeds(tree: HtmlElement, language: str | None = None) -> Iterator[Embed]:
    """Every embedded tweet in page order; `tweet` is null for placeholders that hold nothing but a link."""
    for quote in tree.iter("blockquote", "amp-twitter", "twitter-widget"):
        if _is_embed(quote):
            yield Embed(quote, _tweet(quote, language))


def _is_embed(quote: HtmlElement) -> bool:
    if quote.tag != "blockquote":
        return quote.find(".//blockquote") is None
    if not _CLASSES.isdisjoint(classes(quote)):
        return True
    return any(
        status_in(anchor.get("href")) is not None and _BARE_BYLINE.search(_before(quote, anchor))
        for anchor in quote.iter("a")
    )


def _before(quote: HtmlElement, anchor: HtmlElement) -> str:
    pieces = pieces_of(quote)
    return joined(pieces[: _first(pieces, anchor)])


def _first(pieces: list[Piece], anchor: HtmlElement) -> int:
    return next((number for number, piece in enumerate(pieces) if piece.anchor is anchor), len(pieces))


def _tweet(quote: HtmlElement, language: str | None) -> Tweet | None:
    pieces = pieces_of(quote)
    link = _permalink(pieces)
    if link is None:
        return None
    start = _first(pieces, link)
    before = pieces[:start]
    written = joined(before)
    byline = _BYLINE.search(written) or _BARE_BYLINE.search(written)
    text = trimmed(written[: byline.start()]) if byline else trimmed(written)
    if not text:
        return None
    status = status_in(link.get("href"))
    assert status is not None
    date_text = joined([piece for piece in pieces[start:] if piece.anchor is link]) or (
        byline["date"] if byline else ""
    )
    return message(
        _up_to(before, text),
        text=text,
        id=status.id,
        url=link.get("href"),
        handle=byline["handle"] if byline else status.handle,
        author_name=byline["name"].strip() if byline else None,
        date_text=date_text if is_date(date_text) else None,
        stated=link.get("data-datetime") or link.get("datetime"),
        language=language,
    )


def _permalink(pieces: list[Piece]) -> HtmlElement | None:
    """The link that ends the embed: the first one to a tweet after a byline, else the last one to a tweet."""
    last: HtmlElement | None = None
    seen: set[HtmlElement] = set()
    for number, piece in enumerate(pieces):
        anchor = piece.anchor
        if anchor is None or anchor in seen:
            continue
        seen.add(anchor)
        href = anchor.get("href")
        if status_in(href) is None or is_button(href):
            continue
        last = anchor
        if _BYLINE.search(joined(pieces[:number])):
            break
    return last


def _up_to(pieces: list[Piece], text: str) -> list[Piece]:
    """The pieces that make up `text`, a beginning of what they say together."""
    length = len("".join(text.split()))
    for number, piece in enumerate(pieces):
        if length <= 0:
            return pieces[:number]
        length -= len("".join(piece.text.split()))
    return pieces
