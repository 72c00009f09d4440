"""Traces of tweets in a page: what only tweets leave behind, and what is called after them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from lxml.html import HtmlElement

from extractors.html import classes, texts
from extractors.tweets.addresses import handle_in, is_button, is_search, status_in
from extractors.tweets.reading import is_date, label_of

MAX_ITEM_TEXT = 1_200
"""Characters of an item with all its trimmings; what is longer is no tweet but a block of the page."""

_STAMP = re.compile(r"time|date|ago$|stamp|permalink", re.IGNORECASE)
_STAMP_WORDS = frozenset({"#", "∞", "permalink", "link"})
_REFERS = re.compile(r"(?:in_reply_to|tweet_id|status_id)=(\d{5,19})")
_NAMED = re.compile(r"(?:^|[_-])(?:re)?(?:tweets?|twitter|twtr|twttr|tw)(?:$|[_-])|tweet|twitter", re.IGNORECASE)
_OF_BUTTONS = re.compile(
    r"share|sharing|button|btn|follow|count|icon|link|social|tweetmeme|retweet|badge|via|user|site|card", re.IGNORECASE
)
_IN_TEXT = "//text()[contains(., '//t.co/') or contains(., 'RT @')]"
_WITH_ID = "//*[@data-tweet-id or @data-tweetid][not(self::amp-twitter)]"
_ID_WITHIN = "descendant-or-self::*[@data-tweet-id or @data-tweetid]"
_SILENT = frozenset({"script", "style", "textarea", "title"})


_HEADING = re.compile(r"\btwitter\b|\btweets?\b|gazouill", re.IGNORECASE)
_MAX_HEADING = 60


class Weight(IntEnum):
    """How sure a trace makes of a tweet."""

    WEAK = 1  # a linked mention or hashtag
    FAIR = 2  # a t.co address, "RT @"
    SURE = 4  # a tweet's permalink dressed as its date, or a reply button with the tweet's id


@dataclass(frozen=True, slots=True)
class Trace:
    node: HtmlElement
    weight: Weight


def traces(tree: HtmlElement) -> Iterator[Trace]:
    """The smallest elements that show something of a tweet."""
    for anchor in tree.iter("a"):
        href = anchor.get("href") or ""
        if "t.co/" in href and "//t.co/" in href:
            yield Trace(anchor, Weight.FAIR)
        elif "twitter" in href or "x.com/" in href:
            if is_stamp(anchor) or refers_to(anchor):
                yield Trace(anchor, Weight.SURE)
            elif (handle_in(href) and shows_mention(anchor)) or (
                is_search(href) and label_of(anchor)[:1] in ("#", "＃")
            ):
                yield Trace(anchor, Weight.WEAK)
    yield from (Trace(node, Weight.SURE) for node in tree.xpath(_WITH_ID) if stated_id(node))
    for text in tree.xpath(_IN_TEXT):
        node = text.getparent()
        node = node.getparent() if text.is_tail else node
        if node is not None and node.tag not in _SILENT:
            yield Trace(node, Weight.FAIR)


def is_stamp(anchor: HtmlElement) -> bool:
    """Whether a link is a tweet's permalink in its usual dress: its date, or a word such as "permalink"."""
    href = anchor.get("href")
    if status_in(href) is None or is_button(href):
        return False
    if any(_STAMP.search(name) for name in classes(anchor)) or anchor.find(".//time") is not None:
        return True
    words = label_of(anchor)
    return words.lower() in _STAMP_WORDS or is_date(words) or is_date(anchor.get("title") or "")


def stated_id(node: HtmlElement) -> str | None:
    """The id of a tweet in an attribute of the element that shows it."""
    stated = node.get("data-tweet-id") or node.get("data-tweetid") or ""
    return stated if stated.isascii() and stated.isdigit() and 5 <= len(stated) <= 19 else None


def refers_to(anchor: HtmlElement) -> str | None:
    """The id of the tweet that a reply, retweet or like button belongs to."""
    href = anchor.get("href") or ""
    found = _REFERS.search(href)
    return found[1] if found and is_button(href) else None


def shows_mention(anchor: HtmlElement) -> bool:
    """Whether the link reads @name, the sign inside the link or before it."""
    return label_of(anchor)[:1] in ("@", "＠") or text_before(anchor).endswith(("@", "＠"))


def text_before(node: HtmlElement) -> str:
    """The text that directly precedes a node inside its parent."""
    previous, parent = node.getprevious(), node.getparent()
    if previous is not None:
        return previous.tail or ""
    return "" if parent is None else parent.text or ""


def ids_in(item: HtmlElement) -> set[str]:
    """The id of the tweet whose permalink stands in an element, failing that in an attribute or a button; of several,
    two."""
    by_links: set[str] = set()
    by_buttons = {stated for node in item.xpath(_ID_WITHIN) if (stated := stated_id(node))}
    for anchor in item.iter("a"):
        href = anchor.get("href")
        if not href:
            continue
        status = status_in(href)
        if status is not None and status.id not in by_links and is_stamp(anchor):
            by_links.add(status.id)
        elif status is None and (tweet_id := refers_to(anchor)):
            by_buttons.add(tweet_id)
        if len(by_links) > 1:
            break
    return by_links or by_buttons


def is_named(node: HtmlElement) -> bool:
    """Whether a class or the id calls an element after tweets, and not after a button to send them."""
    return any(_NAMED.search(name) and not _OF_BUTTONS.search(name) for name in (*classes(node), node.get("id") or ""))


def names_twitter(text: str) -> bool:
    """Whether a short text is a heading such as "Latest tweets"."""
    return len(text) <= _MAX_HEADING and bool(_HEADING.search(text))


def named_above(first: HtmlElement) -> HtmlElement | None:
    """What calls a list after Twitter: the heading before its first item, or an element around it, four levels up."""
    node = first
    for _ in range(4):
        if (heading := _heading_before(node)) is not None:
            return heading
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return None
        if is_named(parent):
            return parent
        node = parent
    return None


def _heading_before(node: HtmlElement) -> HtmlElement | None:
    """The nearest element before a node that shows something, if that is a short text that names Twitter."""
    for before in node.itersiblings(preceding=True):
        if not isinstance(before.tag, str):
            continue
        words = label_of(before) if fits(before) else None
        if words is None or (words and not names_twitter(words)):
            return None
        if words:
            return before
    return None


def fits(node: HtmlElement) -> bool:
    """Whether an element is short enough for one tweet."""
    length = 0
    for text in texts(node):
        length += len(text)
        if length > MAX_ITEM_TEXT:
            return False
    return True
