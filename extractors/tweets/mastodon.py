"""Mastodon posts quoted in a page.

Mastodon's own embed (an <iframe>, or since 4.3 a placeholder <blockquote class="mastodon-embed">) holds no text and is
only marked. Quotations with the text in the page are read by their byline, as Twitter's are:

    <blockquote><p>text</p>— Name (@user@instance) <a href="https://instance/@user/1">date</a></blockquote>
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet, TweetSource
from extractors.tweets.quotes import Embed, before_anchor, date_shown, roots_of, up_to, words_near
from extractors.tweets.reading import TweetPiece, joined_pieces, message, pieces_of, trimmed

_POST = re.compile(
    r"^https?://(?P<host>[^/?#]+)/(?:@|users/)(?P<user>\w[\w.-]*)(?:@[\w.-]+)?/(?:statuses/)?(?P<id>\d{5,20})/?(?:[?#].*)?$"
)
_BYLINE = re.compile(
    r"(?:[—–―]|--)\s{0,4}(?P<name>[^—–―]{0,100}?)\s{0,4}\([@＠]?(?P<user>\w[\w.-]*)(?:[@＠](?P<host>[\w-]++(?:\.[\w-]++)+))?\)\s*+$"
)
_MENTION = re.compile(r"(?<![\w@/])@(\w(?:[\w.-]*\w)?(?:@[\w-]+(?:\.[\w-]+)+)?)")
_NOT_HERE = re.compile(r"(?:^|\.)(?:twitter|x)\.com$")


def toots(tree: HtmlElement, language: str | None = None) -> Iterator[Embed]:
    """Every quoted post, in no particular order; `tweet` is null for placeholders."""
    for quote in tree.iter("blockquote", "iframe"):
        marked = "mastodon-embed" in classes(quote)
        if quote.tag == "iframe":
            if marked:
                yield Embed(quote, None, (quote,))
            continue
        links = [anchor for anchor in quote.iter("a") if _post(anchor)]
        pieces = pieces_of(quote) if links else []
        link = next((anchor for anchor in links if _BYLINE.search(words_near(pieces, anchor))), None)
        if link is not None or marked:
            tweet = _toot(pieces, link, language) if link is not None else None
            yield Embed(quote, tweet, roots_of(quote, pieces, link))


def _post(anchor: HtmlElement) -> re.Match[str] | None:
    """The parts of a post's address; Twitter's own look alike and are not meant."""
    found = _POST.match(anchor.get("href") or "")
    return found if found and not _NOT_HERE.search(found["host"]) else None


def _toot(pieces: list[TweetPiece], link: HtmlElement, language: str | None) -> Tweet | None:
    post, before = _post(link), before_anchor(pieces, link)
    written = joined_pieces(before)
    byline = _BYLINE.search(written)
    text = trimmed(written[: byline.start()]) if byline else ""
    if post is None or byline is None or not text:
        return None
    return message(
        up_to(before, text),
        text=text,
        id=post["id"],
        url=link.get("href"),
        handle=f"{byline['user']}@{byline['host'] or post['host']}",
        author_name=byline["name"].strip(),
        mentions=tuple(found.group(1) for found in _MENTION.finditer(text)),
        date_text=date_shown(pieces, link),
        stated=link.get("datetime"),
        language=language,
        source=TweetSource.MASTODON,
    )
