"""Every tweet of a page: embeds, widgets rendered by the server, toots and posts; each place on the page once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.html import Document
from extractors.records import Tweet
from extractors.tweets.embeds import embeds
from extractors.tweets.widgets import widgets

_TRACE = re.compile(r"t\.co/|tweet|twitter|mastodon|bsky|bluesky|//x\.com/", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TweetFinds:
    """`nodes` are the roots of embeds and widgets, to be kept out of the article's text."""

    tweets: tuple[Tweet, ...] = ()
    nodes: tuple[HtmlElement, ...] = ()


def find_tweets(document: Document) -> TweetFinds:
    """Every tweet in page order. Costs one search of the source on pages that never name Twitter."""
    if not _TRACE.search(document.html):
        return TweetFinds()
    language = document.tree.get("lang")
    found = list(embeds(document.tree, language))
    placed = [(embed.node, embed.tweet) for embed in found if embed.tweet]
    nodes = [embed.node for embed in found]
    for widget in widgets(document.tree, frozenset(nodes), language):
        placed += [(item.node, item.tweet) for item in widget.tweets]
        nodes += widget.nodes
    order = {node: number for number, node in enumerate(document.tree.iter())}
    placed.sort(key=lambda pair: order[pair[0]])
    nodes.sort(key=order.__getitem__)
    return TweetFinds(tweets=tuple(tweet for _, tweet in placed), nodes=tuple(nodes))
