"""Every tweet of a page: embeds, widgets rendered by the server, toots and posts; each place on the page once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.html import Document
from extractors.records import Tweet
from extractors.tweets.embeds import embeds

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
    return TweetFinds(
        tweets=tuple(embed.tweet for embed in found if embed.tweet), nodes=tuple(embed.node for embed in found)
    )
