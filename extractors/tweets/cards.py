"""Messages drawn as one link: a card of boxes with name, handle, text and date that leads to the message as a whole.

    <a href="https://twitter.com/ada/status/1"><div>Ada Quill @ada</div><div>text</div><div>February 5th 2022</div></a>

Newsletters send them, because mail shows no scripts. Every part is known by what it says; class names decide nothing
but which of the texts left over is the message, if it is not simply the longest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.html import classes
from extractors.records import Tweet, TweetSource
from extractors.tweets.addresses import is_button, sent_at, status_in
from extractors.tweets.bluesky import bluesky_sent_at
from extractors.tweets.quotes import Embed
from extractors.tweets.reading import is_date, joined_pieces, label_of, message, pieces_of

_BLUESKY = re.compile(r"bsky\.app/profile/(?P<actor>[\w.:%-]{1,100})/post/(?P<id>[a-z2-7]{5,20})", re.IGNORECASE)
_THREADS = re.compile(r"threads\.(?:net|com)/@(?P<actor>[\w.]{1,30})/post/(?P<id>[\w-]{5,20})", re.IGNORECASE)
_HANDLE = re.compile(r"[@＠](?P<name>\w[\w.-]{0,60})")
_TEXT = re.compile(r"(?:^|[-_])(?:text|body|content|message)$", re.IGNORECASE)
_QUOTED = re.compile(r"quote|expanded|preview|link-?card", re.IGNORECASE)
_NUMBERS = re.compile(
    r"\W*\d[\d.,]*\s?[kKmM]?\W*(?:(?:re)?(?:tweets?|posts?|plies|ply)|likes?|quotes?|views?|shares?|j['’]aime|"
    r"gefällt mir)?"
    r"(?:\W+\d[\d.,]*\s?[kKmM]?\W*(?:(?:re)?(?:tweets?|posts?|plies|ply)|likes?|quotes?|views?|shares?)){0,3}\W*",
    re.IGNORECASE,
)
_MAX_NAME = 60  # characters
_MIN_PARTS = 3  # name or handle, text, date: fewer are a link with words


@dataclass(frozen=True, slots=True)
class _Address:
    id: str
    handle: str | None
    source: TweetSource


def cards(tree: HtmlElement, language: str | None = None) -> Iterator[Embed]:
    """Every message drawn as one link, in no particular order."""
    for anchor in tree.iter("a"):
        address = _address(anchor.get("href")) if len(anchor) else None
        if address is None or any(inner is not anchor for inner in anchor.iter("a")):
            continue
        if tweet := _tweet(anchor, address, language):
            yield Embed(anchor, tweet, (_root(anchor),))


def _address(href: str | None) -> _Address | None:
    if (status := status_in(href)) is not None and not is_button(href):
        return _Address(status.id, status.handle, TweetSource.TWITTER)
    for pattern, source in ((_BLUESKY, TweetSource.BLUESKY), (_THREADS, TweetSource.THREADS)):
        if found := pattern.search(href or ""):
            actor = found["actor"]
            return _Address(found["id"], None if actor.startswith("did:") else actor, source)
    return None


def _tweet(anchor: HtmlElement, address: _Address, language: str | None) -> Tweet | None:
    parts = [part for part in _parts(anchor) if not _NUMBERS.fullmatch(label_of(part))]
    date = next((part for part in reversed(parts) if is_date(label_of(part))), None)
    said = [part for part in parts if part is not date]
    handle_in_words = next((part for part in said if _HANDLE.fullmatch(label_of(part))), None)
    signed = handle_in_words if handle_in_words is not None else next(filter(_ends_in_handle, said), None)
    if signed is None or len(parts) < _MIN_PARTS - (date is None):
        return None
    found = _HANDLE.search(label_of(signed))
    handle = found["name"] if found else address.handle
    if address.handle and address.source is TweetSource.TWITTER and (handle or "").lower() != address.handle.lower():
        return None
    head = said.index(signed)
    names = [part for part in said[:head] if len(label_of(part)) <= _MAX_NAME]
    name = label_of(names[-1]) if names else _HANDLE.sub("", label_of(signed)).strip(" ·()") or None
    body = _body([part for part in said if part is not signed and part not in names])
    if body is None:
        return None
    pieces = pieces_of(body)
    shown = label_of(date) if date is not None else None
    return message(
        pieces,
        text=joined_pieces(pieces),
        id=address.id,
        url=anchor.get("href"),
        handle=handle,
        author_name=name,
        date_text=shown,
        stated=_sent(address),
        language=language,
        source=address.source,
    )


def _sent(address: _Address) -> str | None:
    if address.source is TweetSource.BLUESKY:
        return bluesky_sent_at(address.id)
    return sent_at(address.id) if address.source is TweetSource.TWITTER else None


def _ends_in_handle(part: HtmlElement) -> bool:
    words = label_of(part)
    found = _HANDLE.search(words)
    return found is not None and len(words) <= _MAX_NAME and found.end() >= len(words.rstrip(" ·)"))


def _parts(anchor: HtmlElement) -> list[HtmlElement]:
    """The outermost elements of the card whose text stands in them directly, in order; quoted messages left out."""
    found: list[HtmlElement] = []
    stack = [anchor]
    while stack:
        node = stack.pop()
        if not isinstance(node.tag, str) or any(_QUOTED.search(name) for name in classes(node)):
            continue
        speaks = bool((node.text or "").strip()) or any((child.tail or "").strip() for child in node)
        if node is not anchor and speaks and label_of(node):
            found.append(node)
        else:
            stack.extend(reversed(node))
    return found


def _body(parts: list[HtmlElement]) -> HtmlElement | None:
    named = [part for part in parts if any(_TEXT.search(name) for name in classes(part))]
    return max(named or parts, key=lambda part: len(label_of(part)), default=None)


def _root(anchor: HtmlElement) -> HtmlElement:
    """The card's own box, if it holds nothing else."""
    above = anchor.getparent()
    if above is not None and above.tag in ("div", "figure", "p") and label_of(above) == label_of(anchor):
        return above
    return anchor
