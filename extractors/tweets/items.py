"""One item of a Twitter widget, whatever plugin wrote it: which part is the message, which the date, the author.

Every part is known by what it says before what it is called: a date is an element that shows nothing but a date, the
permalink an address that ends in /status/ID, a button an address under /intent/, the author a profile link outside
the message. Class names only decide between what is left.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet
from extractors.tweets.addresses import Status, handle_in, is_button, status_in
from extractors.tweets.reading import is_date, joined, label, message, pieces_of, trimmed

MAX_ITEM_TEXT = 1_200
"""Characters of an item with all its trimmings; what is longer is no tweet but a block of the page."""

_STAMP = re.compile(r"time|date|ago$|stamp|permalink", re.IGNORECASE)
_BODY = re.compile(
    r"(?:^|[-_])(?:tweet|text|content|body|box|message|msg|status|p)s?$|tweettext|tweetcontent", re.IGNORECASE
)
_ASIDE = re.compile(
    r"(?:^|[-_])(?:meta|info|actions?|intents?|reply|retweets?|fav\w*|source|from|via|authors?|user(?:name)?|avatar|"
    r"profile|follow|name|footer|header|tools|details?|time\w*|date\w*|stamp|ago)(?:$|[-_])",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(r"^(?:from|via|depuis|von|desde|par)\s+\S.{0,40}$", re.IGNORECASE)
_PREFIX = re.compile(r"^@?(\w{1,15})\s*:\s+")
_REFERS = re.compile(r"(?:in_reply_to|tweet_id|status_id)=(\d{5,19})")


def is_stamp(anchor: HtmlElement) -> bool:
    """Whether a link is a tweet's permalink in its usual dress: its date, or a word such as "permalink"."""
    if status_in(anchor.get("href")) is None or is_button(anchor.get("href")):
        return False
    if any(_STAMP.search(name) for name in classes(anchor)) or anchor.find(".//time") is not None:
        return True
    words = label(anchor)
    return is_date(words) or words.lower() in ("#", "∞", "permalink", "link") or is_date(anchor.get("title") or "")


def refers_to(anchor: HtmlElement) -> str | None:
    """The id of the tweet that a reply, retweet or like button belongs to."""
    found = _REFERS.search(anchor.get("href") or "")
    return found[1] if found and is_button(anchor.get("href")) else None


def tweet_in(item: HtmlElement, language: str | None = None) -> Tweet | None:
    """The record of one item; null when nothing is left once dates, buttons and names are taken away."""
    permalink = next((anchor for anchor in item.iter("a") if is_stamp(anchor)), None)
    status = status_in(permalink.get("href")) if permalink is not None else _by_buttons(item)
    body = _body(item)
    date_node, drop = _trimmings(item, body, permalink)
    handle, name, heads = _author(item, body, status.handle if status else None, drop)
    pieces = pieces_of(body, drop | heads)
    text = trimmed(joined(pieces))
    prefix = _PREFIX.match(text)
    if prefix and handle and prefix[1].lower() == handle.lower():
        text = text[prefix.end() :]
    if not text or not any(character.isalnum() for character in text):
        return None
    shown = date_node if date_node is not None else permalink
    return message(
        pieces,
        text=text,
        id=status.id if status else None,
        url=permalink.get("href") if permalink is not None else None,
        handle=handle,
        author_name=name,
        date_text=_date_text(shown),
        stated=_stated(shown),
        language=language,
    )


def _by_buttons(item: HtmlElement) -> Status | None:
    ids = {found for anchor in item.iter("a") if (found := refers_to(anchor))}
    return Status(id=ids.pop(), handle=None) if len(ids) == 1 else None


def _body(item: HtmlElement) -> HtmlElement:
    """The innermost element that is called the text and holds most of what the item says; else the item itself."""
    whole = len(label(item))
    best = item
    for node in item.iterdescendants():
        if not isinstance(node.tag, str) or node.tag == "a":
            continue
        named = any(_BODY.search(name) for name in classes(node)) and not _is_aside(node)
        if named and len(label(node)) * 3 > whole:
            best = node
    return best


def _is_aside(node: HtmlElement) -> bool:
    return any(_ASIDE.search(name) for name in classes(node))


def _trimmings(
    item: HtmlElement, body: HtmlElement, permalink: HtmlElement | None
) -> tuple[HtmlElement | None, set[HtmlElement]]:
    """The element that shows the date, and everything in the item that is not the message."""
    drop: set[HtmlElement] = set() if permalink is None else {permalink}
    date_node: HtmlElement | None = None
    whole = len(label(item))
    around = set(body.iterancestors()) | {body}
    for node in item.iterdescendants():
        if not isinstance(node.tag, str) or node in around:
            continue
        if node.tag == "a" and is_button(node.get("href")):
            drop.add(node)
            continue
        words = label(node)
        if not words:
            continue
        if is_date(words) and (node.tag == "time" or _is_aside(node) or node is permalink or _stands_alone(node, item)):
            date_node = node if date_node is None else date_node
            drop.add(node)
        elif (_is_aside(node) and len(words) * 2 < whole and not _says_something(node)) or _SENT_FROM.match(words):
            drop.add(node)
    return date_node, drop


def _stands_alone(node: HtmlElement, item: HtmlElement) -> bool:
    """Whether an element is a part of the item, not of a sentence."""
    return node.getparent() is item or node.tag in ("div", "p", "li", "span", "small", "abbr")


def _says_something(node: HtmlElement) -> bool:
    return any("//t.co/" in (anchor.get("href") or "") for anchor in node.iter("a"))


def _author(
    item: HtmlElement, body: HtmlElement, known: str | None, drop: set[HtmlElement]
) -> tuple[str | None, str | None, set[HtmlElement]]:
    """Handle and name of the author, and the elements that show them."""
    heads: set[HtmlElement] = set()
    handle, name = known, None
    inside = set(body.iterdescendants()) if body is not item else set()
    for anchor in item.iter("a"):
        person = handle_in(anchor.get("href"))
        if person is None:
            continue
        words = label(anchor).rstrip(":").strip()
        leads = anchor not in inside and not words.startswith("@")
        is_author = person.lower() == (handle or "").lower() and not _follows_at_sign(anchor)
        if anchor not in inside and body is not item:
            is_author = is_author or handle is None
        elif leads and handle is None and _opens(item, anchor) and not _follows_at_sign(anchor):
            is_author = True
        if is_author and (words.lstrip("@").lower() == person.lower() or anchor not in inside):
            handle = handle or person
            heads.add(anchor)
            shown = words.replace(f"@{person}", "").strip()
            if shown and shown.lower() != person.lower():
                name = name or shown
    return handle, name, heads


def _follows_at_sign(anchor: HtmlElement) -> bool:
    previous = anchor.getprevious()
    parent = anchor.getparent()
    before = previous.tail if previous is not None else (parent.text if parent is not None else None)
    return (before or "").rstrip(" ").endswith(("@", "RT", "＠"))


def _opens(item: HtmlElement, anchor: HtmlElement) -> bool:
    """Whether nothing is said in the item before this link."""
    for piece in pieces_of(item):
        if piece.anchor is anchor:
            return True
        if piece.text.strip():
            return False
    return True


def _date_text(node: HtmlElement | None) -> str | None:
    if node is None:
        return None
    words = label(node)
    return words if is_date(words) else (node.get("title") if is_date(node.get("title") or "") else None)


def _stated(node: HtmlElement | None) -> str | None:
    if node is None:
        return None
    for part in node.iter():
        if isinstance(part.tag, str):
            for name in ("datetime", "data-datetime", "title"):
                if is_date(part.get(name) or ""):
                    return str(part.get(name))
    return None
