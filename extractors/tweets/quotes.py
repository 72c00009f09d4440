"""Quotations of short messages, read as a stream of text and not as a tree.

All three networks embed a message alike: its text, a byline with the author's name and handle, and a link whose words
are the date. The message is what stands before the byline, and that link ends it. So it does not matter whether
editors' software wrapped the byline in a paragraph, split the message over several, or lost a closing tag and with it
the end of the quotation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.records import Tweet
from extractors.tweets.reading import MAX_TWEET_DATE_TEXT, TweetPiece, is_date, joined_pieces, shows_address

_MAX_REST = 200
"""Characters that may follow the date inside a quotation ("View on Mastodon"); more is the article, let in by a lost
closing tag."""
_DIGIT = re.compile(r"\d")
_NEAR = 60  # pieces before the date that can belong to its byline


@dataclass(frozen=True, slots=True)
class Embed:
    """One quotation. `tweet` is null for a placeholder that holds no message; `roots` are kept out of the text."""

    node: HtmlElement
    tweet: Tweet | None
    roots: tuple[HtmlElement, ...]


def before_anchor(pieces: Sequence[TweetPiece], anchor: HtmlElement) -> list[TweetPiece]:
    """What is said before a link."""
    return list(pieces[: _index(pieces, anchor)])


def words_near(pieces: Sequence[TweetPiece], anchor: HtmlElement) -> str:
    """The last words before a link: enough to hold a byline."""
    end = _index(pieces, anchor)
    return joined_pieces(pieces[max(0, end - _NEAR) : end])


def date_shown(
    pieces: Sequence[TweetPiece], anchor: HtmlElement, otherwise: str = "", *, signed: bool = True
) -> str | None:
    """The words of the link, or `otherwise`, if they are a date; after a byline they are, in whatever language."""
    words = joined_pieces([piece for piece in pieces if piece.anchor is anchor])
    found = next((text for text in (words, otherwise) if is_date(text)), None)
    if (
        found is None
        and signed
        and len(words) <= MAX_TWEET_DATE_TEXT
        and _DIGIT.search(words)
        and not shows_address(words)
    ):
        return words
    return found


def up_to(pieces: Sequence[TweetPiece], text: str) -> list[TweetPiece]:
    """The pieces that make up `text`, a beginning of what they say together."""
    length = len("".join(text.split()))
    for number, piece in enumerate(pieces):
        if length <= 0:
            return list(pieces[:number])
        length -= len("".join(piece.text.split()))
    return list(pieces)


def roots_of(quote: HtmlElement, pieces: Sequence[TweetPiece], last: HtmlElement | None) -> tuple[HtmlElement, ...]:
    """The quotation; or, where a closing tag was lost, its parts up to the link that ends it."""
    if last is None:
        return (quote,)
    after = pieces[_index(pieces, last) :]
    if len(joined_pieces([piece for piece in after if piece.anchor is not last])) <= _MAX_REST:
        return (quote,)
    above = {last, *last.iterancestors()}
    parts: list[HtmlElement] = []
    for child in quote:
        parts.append(child)
        if child in above:
            return tuple(parts)
    return (quote,)


def _index(pieces: Sequence[TweetPiece], anchor: HtmlElement) -> int:
    return next((number for number, piece in enumerate(pieces) if piece.anchor is anchor), len(pieces))
