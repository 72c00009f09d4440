"""From marked-up text to a `Tweet`: what every source of tweets shares."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from lxml.html import HtmlElement

from extractors.dates import find_date, parse_page_date
from extractors.html import BLOCK_TAGS, SILENT_TAGS, line_of
from extractors.records import DatePrecision, Tweet, TweetSource
from extractors.tweets.addresses import is_search, sent_at
from extractors.tweets.entities import Entities, EntityKind, entities_of, hashtags, may_start_hashtag

MAX_TWEET_TEXT = 4_000
"""Characters of a message that are read. Long tweets (Premium) have more on rare occasions; embeds cut them at 280."""

_RETWEET = re.compile(r"(?:♻\s*|RT\s*)[@＠](\w{1,20})")
_VIA = re.compile(r"(?<!\w)via\s*+:?\s*+[@＠](\w{1,20})", re.IGNORECASE)
_SHOWN_URL = re.compile(r"(?:https?://|pic\.twitter\.com/)\S*|[\w-]++\.[\w-]\S*|[\w.-]++…", re.IGNORECASE)
_WRITTEN_URL = re.compile(r"https?://[^\s)\]\"»]+")
_BLANKS = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u200b\ufeff]")
_EDGE = re.compile(r"^[\s|·•]++|(?:(?<!\s)\s*+(?:->|→|»|[-–—|·•])){1,12}\s*+$|(?<!\s)\s++$")
MAX_TWEET_DATE_TEXT = 70  # characters of an element that shows nothing but a date
_WITHOUT_OFFSET = len("2012-11-13T18:09")
_AROUND_A_DATE = 16  # letters that may stand beside the date: "about", "Posted on", "il y a environ"


@dataclass(frozen=True, slots=True)
class TweetPiece:
    """A run of visible text, and the link it stands in."""

    text: str
    anchor: HtmlElement | None


BREAK = TweetPiece("\n", None)
"""The edge of a block, or <br>; known by identity, for line ends of the source look the same."""


def pieces_of(node: HtmlElement, drop: Collection[HtmlElement] = ()) -> list[TweetPiece]:
    """The visible text of a node in reading order, in pieces, with `BREAK` at edges of blocks and <br>.

    Emoji pictures count by their alt. Iterative, for pages nested thousands deep.
    """
    found: list[TweetPiece] = []
    stack: list[tuple[HtmlElement, HtmlElement | None] | TweetPiece] = [(node, None)]
    while stack:
        entry = stack.pop()
        if isinstance(entry, TweetPiece):
            found.append(entry)
            continue
        item, anchor = entry
        tag = item.tag
        if not isinstance(tag, str) or tag in SILENT_TAGS or item in drop:
            continue
        if tag == "br":
            found.append(BREAK)
            continue
        if tag == "img":
            if alt := _emoji(item):
                found.append(TweetPiece(alt, anchor))
            continue
        if tag in BLOCK_TAGS:
            found.append(BREAK)
            stack.append(BREAK)
        inner = item if tag == "a" else anchor
        for child in reversed(item):
            if child.tail:
                stack.append(TweetPiece(child.tail, inner))
            stack.append((child, inner))
        if item.text:
            stack.append(TweetPiece(item.text, inner))
    return found


def _emoji(image: HtmlElement) -> str | None:
    alt = image.get("alt") or ""
    kind = (image.get("class") or "") + (image.get("src") or "")
    return alt if alt and len(alt) <= 12 and re.search(r"smil|emoji|emot", kind, re.IGNORECASE) else None


def joined_pieces(pieces: Sequence[TweetPiece]) -> str:
    """One line, blanks folded."""
    text = _INVISIBLE.sub("", "".join(piece.text for piece in pieces)[: 2 * MAX_TWEET_TEXT])
    return _BLANKS.sub(" ", text).strip()[:MAX_TWEET_TEXT]


def lines_of(pieces: Sequence[TweetPiece]) -> list[list[TweetPiece]]:
    """The pieces between breaks; lines that say nothing are left out."""
    lines = [list(line) for is_break, line in groupby(pieces, lambda piece: piece is BREAK) if not is_break]
    return [line for line in lines if joined_pieces(line)]


def trimmed(text: str) -> str:
    """Without the arrow or dash that led to a date which was taken away."""
    return _EDGE.sub("", text)


def urls_behind(pieces: Sequence[TweetPiece], text: str) -> tuple[str, ...]:
    """The targets of the links shown as addresses; where nothing is linked, the addresses written out in `text`."""
    found: list[str] = []
    for anchor, words in _shown(pieces).items():
        href = (anchor.get("href") or "").strip()
        if href and words[:1] not in "#@＃＠" and not is_search(href) and shows_address(words):
            found.append(href)
    return tuple(found or _WRITTEN_URL.findall(text))


def shows_address(words: str) -> bool:
    """Whether the words of a link are an address, or one cut short."""
    return bool(_SHOWN_URL.fullmatch(words))


def _shown(pieces: Sequence[TweetPiece]) -> dict[HtmlElement, str]:
    """The words of every link, in order."""
    shown: dict[HtmlElement, str] = {}
    for piece in pieces:
        if piece.anchor is not None:
            shown[piece.anchor] = shown.get(piece.anchor, "") + piece.text
    return {anchor: " ".join(words.split()) for anchor, words in shown.items()}


def is_date(text: str) -> bool:
    """Whether a short text is a date and little else."""
    text = " ".join(text.split())
    if not text or len(text) > MAX_TWEET_DATE_TEXT:
        return False
    found = find_date(text)
    if found is None:
        return False
    rest = text[: found.start] + text[found.end :]
    return sum(character.isalpha() for character in rest) <= _AROUND_A_DATE


def message(
    pieces: Sequence[TweetPiece],
    *,
    text: str | None = None,
    id: str | None = None,
    url: str | None = None,
    handle: str | None = None,
    author_name: str | None = None,
    date_text: str | None = None,
    stated: str | None = None,
    language: str | None = None,
    mentions: tuple[str, ...] | None = None,
    source: TweetSource = TweetSource.TWITTER,
) -> Tweet:
    """The record. `stated` is a machine-readable date beside the visible one; it counts where they agree.

    `mentions` are given where names are not spelt as on Twitter.
    """
    text = joined_pieces(pieces) if text is None else text
    entities = entities_of(text)
    retweet = _RETWEET.match(text)
    via = _VIA.search(text)
    date, precision = dated(date_text, stated, id if source is TweetSource.TWITTER else None, language)
    return Tweet(
        text=text,
        id=id,
        url=url,
        author_name=author_name or None,
        handle=handle,
        date=date,
        date_text=date_text or None,
        date_precision=precision,
        urls=urls_behind(pieces, text),
        hashtags=_hashtags(pieces, text, entities),
        mentions=entities.mentions if mentions is None else mentions,
        cashtags=entities.cashtags,
        is_retweet=retweet is not None,
        retweet_of=retweet[1] if retweet else None,
        via=via[1] if via else None,
        source=source,
    )


def _hashtags(pieces: Sequence[TweetPiece], text: str, entities: Entities) -> tuple[str, ...]:
    """The hashtags of the text; where a link shows one, it ends where the link ends.

    Pages lose the line break between a hashtag and what follows it: "#tag#other", "#taghttps://t.co/1". The rules of
    the text alone then reject it or swallow too much.
    """
    found = {entity.start: entity.value for entity in entities.all if entity.kind is EntityKind.HASHTAG}
    position = 0
    for anchor, words in _shown(pieces).items():
        if words[:1] not in ("#", "＃") or not is_search(anchor.get("href")):
            continue
        start = text.find(words, position)
        tag = next(hashtags(words), None) if start >= 0 else None
        if tag and tag.end == len(words) and (start in found or may_start_hashtag(text, start)):
            found[start] = tag.value
            position = start + len(words)
    return tuple(found[start] for start in sorted(found))


def dated(
    shown: str | None, stated: str | None, tweet_id: str | None, language: str | None
) -> tuple[str | None, DatePrecision | None]:
    """Date and precision: the visible day, to the minute where the stated time or the id's own agrees with it.

    Where the page shows no full date ("2 hours ago", "18 Aug"), the stated time or the id's own is the date.
    """
    beside, from_id = parse_page_date(stated or ""), _from_id(tweet_id)
    exact = beside if beside and (from_id is None or len(beside[0]) > _WITHOUT_OFFSET) else from_id
    visible = parse_page_date(shown, language) if shown else None
    if visible and visible[1] is DatePrecision.MINUTE:
        return visible
    if visible:
        return exact if exact and exact[0][:10] == visible[0] else visible
    if exact:
        return exact
    found = find_date(shown) if shown else None
    return None, found.precision if found else None


def _from_id(tweet_id: str | None) -> tuple[str, DatePrecision] | None:
    moment = sent_at(tweet_id) if tweet_id else None
    return (moment, DatePrecision.MINUTE) if moment else None


def label_of(node: HtmlElement) -> str:
    """A node's visible text on one line."""
    return line_of(node)
