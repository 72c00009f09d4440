"""Every tweet of a page: embeds, widgets rendered by the server, toots and posts; each place on the page once."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.html import Document
from extractors.records import Tweet
from extractors.tweets.bluesky import skeets
from extractors.tweets.cards import cards
from extractors.tweets.embeds import embeds
from extractors.tweets.mastodon import toots
from extractors.tweets.quotes import Embed
from extractors.tweets.threads import threads
from extractors.tweets.widgets import widgets

_READERS = (
    (embeds, ("/status", "twitter-tweet", "twitter-video", "amp-twitter", "twitterwidget")),
    (toots, ("mastodon", "/@", "/users/")),
    (skeets, ("bsky.app", "bluesky-embed")),
    (threads, ("threads.net/", "threads.com/", "text-post-media")),
    (cards, ("/status", "bsky.app", "threads.net/", "threads.com/")),
)
"""Who reads quotations, and the marks in the source without which there is nothing to read."""
_OF_WIDGETS = (
    "//t.co/",
    "/status",
    "in_reply_to=",
    "tweet_id=",
    "data-tweet",
    "RT @",
    "twitter.com/search",
    "twitter.com/hashtag",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TweetFinds:
    """`nodes` are the roots of embeds and widgets, to be kept out of the article's text."""

    tweets: tuple[Tweet, ...] = ()
    nodes: tuple[HtmlElement, ...] = ()


def find_tweets(document: Document) -> TweetFinds:
    """Every tweet in page order. Pages without a trace of one cost a few searches of the source."""
    source = document.html  # as it is: addresses and the classes of embed codes are in small letters everywhere
    language = document.tree.get("lang")
    is_there = functools.cache(source.__contains__)  # a search of the whole page; readers share marks
    found: dict[HtmlElement, Embed] = {}
    for read, marks in _READERS:
        if any(map(is_there, marks)):
            for embed in read(document.tree, language):
                if embed.node not in found or embed.tweet:
                    found[embed.node] = embed
    placed = [(embed.node, embed.tweet) for embed in found.values() if embed.tweet]
    nodes = [root for embed in found.values() for root in embed.roots]
    if any(map(is_there, _OF_WIDGETS)):
        for widget in widgets(document.tree, frozenset(nodes), language):
            placed += [(item.node, item.tweet) for item in widget.tweets]
            nodes += widget.nodes
    placed.sort(key=lambda pair: _position(pair[0]))
    return TweetFinds(tweets=tuple(tweet for _, tweet in placed), nodes=tuple(sorted(nodes, key=_position)))


def _position(node: HtmlElement) -> tuple[int, ...]:
    """Where a node stands in the document, as something to sort by: the way down to it from the root."""
    way = [node, *node.iterancestors()]
    return tuple(parent.index(child) for child, parent in zip(way[-2::-1], way[:0:-1], strict=True))
