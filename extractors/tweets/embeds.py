"""Embedded tweets: the quotation that Twitter's embed code leaves in the page (2012 to today).

<blockquote class="twitter-tweet"><p>text</p>— Name (@handle) <a href="…/handle/status/1">date</a></blockquote>
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from lxml.html import HtmlElement

from extractors.records import Tweet
from extractors.tweets.addresses import is_button, status_in
from extractors.tweets.quotes import Embed, before_anchor, date_shown, roots_of, up_to, words_near
from extractors.tweets.reading import TweetPiece, joined_pieces, label_of, message, pieces_of, shows_address, trimmed

_MARKED = (
    "//*[self::amp-twitter or self::twitter-widget or self::twitterwidget or contains(@class, 'twitter-tweet') "
    "or contains(@class, 'twitter-video')]"
)
_CLASSES = frozenset({"twitter-tweet", "twitter-video", "twitter-tweet-rendered", "twitter-tweet-error"})
_BYLINE = re.compile(
    r"(?:[—–―]|(?<!\S)--|"
    r"(?<!\S)-)\s{0,4}(?P<name>[^—–―]{0,100}?)\s{0,4}\([@＠](?P<handle>\w{1,15})\)\s*+(?P<date>.{0,60})$"
)
_BARE_BYLINE = re.compile(r"(?P<name>)\([@＠](?P<handle>\w{1,15})\)\s*+(?P<date>.{0,60})$")


def embeds(tree: HtmlElement, language: str | None = None) -> Iterator[Embed]:
    """Every embedded tweet, in no particular order; `tweet` is null for placeholders that hold nothing but a link."""
    marked = [node for node in tree.xpath(_MARKED) if _is_marked(node)]
    outer = {node for node in marked if node.find(".//blockquote") is not None and node.tag != "blockquote"}
    found = {node for node in marked if node not in outer}
    for quote in tree.iter("blockquote"):
        if quote not in found and _is_unmarked_embed(quote):
            found.add(quote)
    for quote in found:
        pieces = pieces_of(quote, _quoted_in(quote, found))
        link = _permalink(pieces)
        tweet = _tweet(pieces, link, language) if link is not None else None
        yield Embed(quote, tweet, roots_of(quote, pieces, link))


def _quoted_in(quote: HtmlElement, found: Collection[HtmlElement]) -> list[HtmlElement]:
    """The messages that a message quotes. One that a lost closing tag let in is none: the byline of the message
    around it stands before it."""
    inner = [node for node in quote.iterdescendants("blockquote") if node in found]
    if not inner:
        return []
    after = {node for last in inner for node in last.itersiblings()}
    signed = [a for a in quote.iter("a") if status_in(a.get("href")) and not any(n in inner for n in a.iterancestors())]
    is_signed_after = any(anchor in after or any(n in after for n in anchor.iterancestors()) for anchor in signed)
    return inner if is_signed_after else []


def _is_marked(node: HtmlElement) -> bool:
    return node.tag not in ("a", "script", "iframe") and (
        "twitter" in node.tag or not _CLASSES.isdisjoint((node.get("class") or "").split())
    )


def _is_unmarked_embed(quote: HtmlElement) -> bool:
    """A quotation with Twitter's byline: sites rename the class, the byline stays."""
    links = [anchor for anchor in quote.iter("a") if status_in(anchor.get("href"))]
    links = [anchor for anchor in links if next(anchor.iterancestors("blockquote")) is quote]
    if not links:
        return False
    pieces = pieces_of(quote)
    return any(_BARE_BYLINE.search(words_near(pieces, anchor)) for anchor in links)


def _permalink(pieces: Sequence[TweetPiece]) -> HtmlElement | None:
    """The link that ends the embed: the one after a byline, else the first one to a tweet that is not of the text."""
    links = [
        anchor
        for anchor in dict.fromkeys(piece.anchor for piece in pieces if piece.anchor is not None)
        if status_in(anchor.get("href")) is not None and not is_button(anchor.get("href"))
    ]
    for anchor in links:
        if _BARE_BYLINE.search(words_near(pieces, anchor)):
            return anchor
    return next((anchor for anchor in links if not shows_address(label_of(anchor))), links[0] if links else None)


def _tweet(pieces: Sequence[TweetPiece], link: HtmlElement, language: str | None) -> Tweet | None:
    status = status_in(link.get("href"))
    before = before_anchor(pieces, link)
    written = joined_pieces(before)
    byline = _BYLINE.search(written) or _BARE_BYLINE.search(written)
    text = trimmed(written[: byline.start()] if byline else written)
    if not text or status is None:
        return None
    return message(
        up_to(before, text),
        text=text,
        id=status.id,
        url=link.get("href"),
        handle=byline["handle"] if byline else status.handle,
        author_name=byline["name"].strip() if byline else None,
        date_text=date_shown(pieces, link, byline["date"] if byline else "", signed=byline is not None),
        stated=link.get("data-datetime") or link.get("datetime"),
        language=language,
    )
