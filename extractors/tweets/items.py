"""One item of a Twitter widget, whatever plugin wrote it: which part is the message, which the date, the author.

Every part is known by what it says before what it is called: a date is an element that shows nothing but a date, the
permalink an address that ends in /status/ID, a button an address under /intent/, the author a profile link outside
the message or the one that opens it. Class names only decide between what is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet
from extractors.tweets.addresses import Status, handle_in, is_button, is_search, status_in
from extractors.tweets.reading import (
    BREAK,
    TweetPiece,
    is_date,
    joined_pieces,
    label_of,
    lines_of,
    message,
    pieces_of,
    trimmed,
)
from extractors.tweets.traces import ids_in, is_stamp, shows_mention, text_before

_BODY = re.compile(
    r"(?:^|[-_])(?:tweet|text|content|body|box|message|msg|status)s?$|tweettext|tweetcontent|tweetbody", re.IGNORECASE
)
_ASIDE = re.compile(
    r"(?:^|[-_])(?:meta[^\W_]*|info|actions?|intents?|reply|retweets?|fav[^\W_]*|source|from|via|authors?|"
    r"user(?:name)?|avatar|"
    r"profile|follow|[^\W_]*name|footer|header|tools|details?|time[^\W_]*|date[^\W_]*|stamp|ago|icon|join)(?:$|[-_])",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(r"^(?:from|via|depuis|von|über|desde|par|da)\s+[^@]\S*(?:\s\S+){0,4}$", re.IGNORECASE)
_FOLLOW = re.compile(
    r"\b(?:follow|suivre|suivez|folge|folgen|s[ií]gue|seguir|segui|siga|volg|följ|obserwuj)\b", re.IGNORECASE
)
_MAX_NAME = 40  # characters of a link that shows the author's name; a longer one is the message itself
_NAME_TAGS = frozenset("strong b div span h3 h4 h5 h6 cite".split())
_MOST_OF_IT, _LESS_THAN_HALF, _MOST_OF_ALL = 0.6, 0.5, 0.9
_HANDLE = re.compile(r"\s*[@＠]\w{1,15}\s*")
_PREFIX = re.compile(r"^@?(?P<handle>\w{1,15})\s?:\s+")


@dataclass(frozen=True, slots=True)
class _Author:
    handle: str | None = None
    name: str | None = None
    shown_in: frozenset[HtmlElement] = frozenset()


def tweet_in(item: HtmlElement, language: str | None = None, account: str | None = None) -> Tweet | None:
    """The record of one item; null when nothing is left once dates, buttons and names are taken away.

    `account` is the author where the item itself names none.
    """
    permalink = next((anchor for anchor in item.iter("a") if anchor.get("href") and is_stamp(anchor)), None)
    status = status_in(permalink.get("href")) if permalink is not None else _without_permalink(item)
    body = _body(item)
    author = _author(item, body, status.handle if status else None)
    dates = _dates(item, permalink)
    drop = {
        *author.shown_in,
        *dates,
        *_trimmings(body, dates, author.handle),
        *(() if permalink is None else (permalink,)),
    }
    pieces = pieces_of(body, drop)
    if body is item:
        pieces, author = _without_signature(pieces, author)
    text = trimmed(joined_pieces(pieces))
    handle = author.handle or account
    prefix = _PREFIX.match(text)
    if prefix and handle and prefix["handle"].lower() == handle.lower():
        text = text[prefix.end() :]
    elif author.shown_in:
        text = text.removeprefix(":").lstrip()
    if not any(character.isalnum() for character in text):
        return None
    shown = dates[0] if dates else permalink
    return message(
        pieces,
        text=text,
        id=status.id if status else None,
        url=permalink.get("href") if permalink is not None else None,
        handle=handle,
        author_name=author.name,
        date_text=_date_text(shown),
        stated=_stated(shown),
        language=language,
    )


def _without_permalink(item: HtmlElement) -> Status | None:
    ids = ids_in(item)
    return Status(id=ids.pop(), handle=None) if len(ids) == 1 else None


def _body(item: HtmlElement) -> HtmlElement:
    """The innermost element that is called the text and holds a good part of what the item says; else the item."""
    whole = len(label_of(item))
    best, length = item, 0
    for node in item.iterdescendants():
        if not isinstance(node.tag, str) or node.tag == "a" or _is_aside(node):
            continue
        if not any(_BODY.search(name) for name in classes(node)):
            continue
        words = label_of(node)
        inside = best is item or best in node.iterancestors()
        if len(words) * 3 > whole and (inside or len(words) > length) and not is_date(words):
            best, length = node, len(words)
    return best


def _is_aside(node: HtmlElement) -> bool:
    return any(_ASIDE.search(name) for name in classes(node))


def _dates(item: HtmlElement, permalink: HtmlElement | None) -> list[HtmlElement]:
    """The elements that show nothing but a date, innermost first."""
    found: list[HtmlElement] = []
    for node in item.iterdescendants():
        if not isinstance(node.tag, str) or not is_date(label_of(node)):
            continue
        if node is permalink or node.tag == "time" or _is_aside(node) or _stands_apart(node):
            found.append(node)
    return found[::-1] if found and found[0] in found[-1].iterancestors() else found


def _stands_apart(node: HtmlElement) -> bool:
    """Whether an element is no part of a sentence: nothing is said directly after it."""
    return not (node.tail or "").strip(" \r\n\t|·•-–—")


def _trimmings(body: HtmlElement, dates: list[HtmlElement], author: str | None) -> list[HtmlElement]:
    """What stands in the body and is not the message: buttons, and what is called a detail or says where from."""
    found = []
    whole = len(label_of(body))
    around_dates = {above for date in dates for above in date.iterancestors()}
    spoken = {part for anchor in body.iter("a") if shows_mention(anchor) for part in anchor.iter()}
    for node in body.iterdescendants():
        if not isinstance(node.tag, str):
            continue
        if node.tag == "a" and _leads_away(node):
            found.append(node)
            continue
        words = label_of(node)
        if not words or node in spoken or _is_said(node, author):
            continue
        most = _MOST_OF_ALL if node in around_dates else _LESS_THAN_HALF
        if (_is_aside(node) and len(words) < most * whole) or _SENT_FROM.match(words):
            found.append(node)
    return found


def _leads_away(anchor: HtmlElement) -> bool:
    """Whether a link is there to be pressed: reply, share, follow the author."""
    href, words = anchor.get("href"), label_of(anchor)
    if _HANDLE.fullmatch(words):
        return False
    return (is_button(href) and not shows_mention(anchor)) or bool(handle_in(href) and _FOLLOW.search(words))


def _is_said(node: HtmlElement, author: str | None) -> bool:
    """Whether an element is, or holds, a word of the message: a mention, a hashtag, a link.

    The author's own handle counts where it stands alone; with the name beside it, it is a signature.
    """
    for anchor in node.iter("a"):
        href = anchor.get("href") or ""
        person = handle_in(href)
        is_own = person is not None and person.lower() == (author or "").lower()
        if person and shows_mention(anchor) and (not is_own or label_of(node) == label_of(anchor)):
            return True
        if "//t.co/" in href or is_search(href):
            return True
    return False


def _author(item: HtmlElement, body: HtmlElement, known: str | None) -> _Author:
    """The author by the links to profiles: those outside the body, or the one that opens the item."""
    handle, name = known, None
    shown: set[HtmlElement] = set()
    opened, whole = False, len(label_of(body))
    for anchor in item.iter("a"):
        person = handle_in(anchor.get("href"))
        if person is None or text_before(anchor).rstrip().endswith(("@", "＠", "RT")):
            continue
        inside = body is item or body in anchor.iterancestors()
        words = label_of(anchor).rstrip(": ")
        if handle is not None and person.lower() != handle.lower():
            continue
        says_mention = _is_mention_of(person, words) and not (
            body is item and _is_aside(anchor) and _stands_alone(anchor)
        )
        if inside and not (_opens(body, anchor) and (known or opened or not says_mention)):
            continue
        handle = handle or person
        opened = True
        if words.lower() != person.lower() and len(words) > min(_MAX_NAME, _MOST_OF_IT * whole):
            continue  # the link is the message: some widgets link all of it to the author
        shown.add(anchor)
        rest = words.replace(f"@{person}", "").strip()
        name = name or (rest if rest.lower() != person.lower() else None) or _name_beside(anchor, item, body, shown)
    if handle is None and (unlinked := _unlinked_handle(item, body)) is not None:
        shown.add(unlinked)
        handle = label_of(unlinked).lstrip("@＠")
        name = _name_beside(unlinked, item, body, shown)
    return _Author(handle, name, frozenset(shown))


def _stands_alone(anchor: HtmlElement) -> bool:
    """Whether words follow a link only beyond a break or a colon: "@anna I agree" is said to Anna, not by her."""
    return not (anchor.tail or "").strip() or (anchor.tail or "").lstrip()[:1] in (":", "·", "|", "–", "—", "-", "/")


def _unlinked_handle(item: HtmlElement, body: HtmlElement) -> HtmlElement | None:
    """The element outside the body that shows nothing but a handle."""
    inside = set(body.iter())
    for node in item.iterdescendants():
        if isinstance(node.tag, str) and node not in inside and len(node) == 0 and _HANDLE.fullmatch(node.text or ""):
            return node
    return None


def _name_beside(anchor: HtmlElement, item: HtmlElement, body: HtmlElement, shown: set[HtmlElement]) -> str | None:
    """The short words directly before or after the author's handle, outside the message; they are the author's too."""
    after = None if body is item else anchor.getnext()  # without a body of its own, what follows may be the message
    for node in (anchor.getprevious(), after):
        if node is None or node.tag not in _NAME_TAGS or node is body or node in body.iterancestors():
            continue
        words = label_of(node)
        if 0 < len(words) <= _MAX_NAME and words[0].isalpha() and not is_date(words):
            shown.add(node)
            return words
    return None


def _without_signature(pieces: list[TweetPiece], author: _Author) -> tuple[list[TweetPiece], _Author]:
    """The pieces without the line that shows nothing but the author's handle and perhaps name; the author by it."""
    lines = lines_of(pieces)
    signed = [(line, anchor, person) for line in lines for anchor, person in _handles(line)]
    for line, anchor, person in signed:
        name = joined_pieces(line).replace(f"@{person}", "", 1).replace(label_of(anchor), "").strip(" :,·|-–—")
        is_known = author.handle is None or author.handle.lower() == person.lower()
        if len(lines) > 1 and len(_handles(line)) == 1 and is_known and len(name) <= _MAX_NAME and name.count(" ") < 5:
            kept = [piece for other in lines if other is not line for piece in (*other, BREAK)]
            return kept, _Author(person, author.name or name or None, author.shown_in)
    return pieces, author


def _handles(line: list[TweetPiece]) -> list[tuple[HtmlElement, str]]:
    """The links of a line that read @name."""
    anchors = dict.fromkeys(piece.anchor for piece in line if piece.anchor is not None)
    persons = [(anchor, handle_in(anchor.get("href"))) for anchor in anchors if shows_mention(anchor)]
    return [(anchor, person) for anchor, person in persons if person]


def _is_mention_of(person: str, words: str) -> bool:
    return words[:1] in ("@", "＠") and words[1:].lower() == person.lower()


def _opens(body: HtmlElement, anchor: HtmlElement) -> bool:
    """Whether nothing is said before this link but in other links to profiles."""
    for piece in pieces_of(body):
        if piece.anchor is anchor:
            return True
        if piece.text.strip() and (piece.anchor is None or handle_in(piece.anchor.get("href")) is None):
            return False
    return True


def _date_text(node: HtmlElement | None) -> str | None:
    if node is None:
        return None
    return next((words for words in (label_of(node), node.get("title") or "") if is_date(words)), None)


def _stated(node: HtmlElement | None) -> str | None:
    """A machine-readable date on the element that shows the date, or inside it."""
    if node is None:
        return None
    for part in node.iter():
        for name in ("datetime", "data-datetime", "title"):
            if isinstance(part.tag, str) and is_date(part.get(name) or ""):
                return str(part.get(name))
    return None
