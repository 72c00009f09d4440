"""Posts on Threads embedded in a page.

The embed code holds no text, only a link ("View on Threads"), and is only marked:

    <blockquote class="text-post-media" data-text-post-permalink="https://www.threads.net/@user/post/C1"><a ...>

Quotations with the text in the page are read by their byline, as Twitter's are.
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
    r"^https?://(?:www\.)?threads\.(?:net|com)/@(?P<user>[\w.]{1,30})/post/(?P<id>[\w-]{5,20})", re.IGNORECASE
)
_BYLINE = re.compile(
    r"(?:[—–―]|--)\s{0,4}(?P<name>[^—–―]{0,100}?)\s{0,4}\([@＠](?P<user>[\w.]{1,30})\)(?:\s{1,4}on Threads)?\s{0,4}$",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w@/])@(\w[\w.]{0,28}\w)")


def threads(tree: HtmlElement, language: str | None = None) -> Iterator[Embed]:
    """Every quoted post, in no particular order; `tweet` is null for placeholders."""
    for quote in tree.iter("blockquote"):
        marked = "text-post-media" in classes(quote) or quote.get("data-text-post-permalink") is not None
        links = [anchor for anchor in quote.iter("a") if _POST.match(anchor.get("href") or "")]
        pieces = pieces_of(quote) if links else []
        link = next((anchor for anchor in links if _BYLINE.search(words_near(pieces, anchor))), None)
        if link is not None or marked:
            tweet = _post(pieces, link, language) if link is not None else None
            yield Embed(quote, tweet, roots_of(quote, pieces, link))


def _post(pieces: list[TweetPiece], link: HtmlElement, language: str | None) -> Tweet | None:
    post, before = _POST.match(link.get("href") or ""), before_anchor(pieces, link)
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
        handle=byline["user"],
        author_name=byline["name"].strip(),
        mentions=tuple(found.group(1) for found in _MENTION.finditer(text)),
        date_text=date_shown(pieces, link),
        stated=link.get("datetime"),
        language=language,
        source=TweetSource.THREADS,
    )
