"""Hashtags, mentions, cashtags, lists and links in a tweet's text, by the twitter-text rules (version 3.1).

Rules: https://github.com/twitter/twitter-text, checked against its conformance files by `benchmarks/tweets.py`.
Indices are offsets in code points, as Python counts them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from extractors.tweets.links import DIRECTION_MARKS, LATIN_ACCENTS, PUNCTUATION, SPACES, links_in

_IN_HASHTAGS = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_HASH_SIGN = re.compile("[#＃]")
_HASHTAG_GOES_ON = re.compile("[#＃]|://")
_EMOJI_STYLE = ("\ufe0e", "\ufe0f")  # variation selectors: marks, yet a hashtag may follow them
_MENTION = re.compile(
    r"(?P<before>^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.\-])[rR][tT]:?)"
    r"(?P<sign>[@＠])(?P<name>[a-zA-Z0-9_]{1,20})(?P<list>/[a-zA-Z][a-zA-Z0-9_\-]{0,24})?"
)
_MENTION_GOES_ON = re.compile(f"[@＠{LATIN_ACCENTS}]|://")
_REPLY = re.compile(rf"[{SPACES}]*[@＠]([a-zA-Z0-9_]{{1,20}})")
_CASHTAG = re.compile(
    rf"(?:^|[{SPACES}{DIRECTION_MARKS}])(?P<tag>\$(?P<symbol>[a-z]{{1,6}}(?:[._][a-z]{{1,2}})?))"
    rf"(?=$|\s|[{PUNCTUATION}])",
    re.IGNORECASE,
)


class EntityKind(StrEnum):
    HASHTAG = "hashtag"
    MENTION = "mention"
    LIST = "list"  # @name/list-name
    CASHTAG = "cashtag"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity. `value` is without its sign; `list_slug` is "/list-name" for lists, else empty."""

    kind: EntityKind
    value: str
    start: int
    end: int
    list_slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """The entities of one text in order of appearance, none overlapping another."""

    all: tuple[Entity, ...] = ()
    reply_to: str | None = None  # the name that the text opens with

    def values(self, *kinds: EntityKind) -> tuple[str, ...]:
        return tuple(entity.value for entity in self.all if entity.kind in kinds)

    @property
    def hashtags(self) -> tuple[str, ...]:
        return self.values(EntityKind.HASHTAG)

    @property
    def mentions(self) -> tuple[str, ...]:
        """Names of people, those whose lists are named included."""
        return self.values(EntityKind.MENTION, EntityKind.LIST)

    @property
    def cashtags(self) -> tuple[str, ...]:
        return self.values(EntityKind.CASHTAG)

    @property
    def urls(self) -> tuple[str, ...]:
        return self.values(EntityKind.URL)


def entities_of(text: str) -> Entities:
    """Every entity of the text; where two overlap the one that starts first wins, and a link beats what it holds."""
    found = [*urls(text), *hashtags(text), *mentions(text), *cashtags(text)]
    found.sort(key=lambda entity: (entity.start, entity.kind is not EntityKind.URL))
    kept: list[Entity] = []
    for entity in found:
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return Entities(all=tuple(kept), reply_to=reply_to(text))


def urls(text: str) -> Iterator[Entity]:
    if "." in text:
        for link in links_in(text):
            yield Entity(kind=EntityKind.URL, value=link.url, start=link.start, end=link.end)


def hashtags(text: str) -> Iterator[Entity]:
    """Hashtags, those inside links included: `entities_of` drops them."""
    position = 0
    while sign := _HASH_SIGN.search(text, position):
        start = sign.start()
        position = end = sign.end()
        if not may_start_hashtag(text, start):
            continue
        if text[end : end + 1] in ("\ufe0f", "\u20e3"):  # the keycap emoji #
            continue
        has_letter = False
        while end < len(text) and _may_be_in_a_hashtag(text[end]):
            has_letter = has_letter or _is_letter(text[end])
            end += 1
        if has_letter:
            position = end
            if not _HASHTAG_GOES_ON.match(text, end):
                yield Entity(kind=EntityKind.HASHTAG, value=text[start + 1 : end], start=start, end=end)


def _is_letter(character: str) -> bool:
    return character.isalpha() or unicodedata.category(character)[0] == "M"


def _may_be_in_a_hashtag(character: str) -> bool:
    return character in _IN_HASHTAGS or character.isdecimal() or _is_letter(character)


def may_start_hashtag(text: str, start: int) -> bool:
    """Whether a hashtag may begin at this offset, by the character before it."""
    if start == 0:
        return True
    before = text[start - 1]
    return before in _EMOJI_STYLE or (before != "&" and not _may_be_in_a_hashtag(before))


def mentions(text: str) -> Iterator[Entity]:
    """Mentions and lists, those inside links included: `entities_of` drops them."""
    if "@" not in text and "＠" not in text:
        return
    for found in _MENTION.finditer(text):
        slug = found["list"] or ""
        if not slug and _MENTION_GOES_ON.match(text, found.end()):
            continue
        kind = EntityKind.LIST if slug else EntityKind.MENTION
        yield Entity(kind=kind, value=found["name"], start=found.start("sign"), end=found.end(), list_slug=slug)


def reply_to(text: str) -> str | None:
    """The name that a tweet answers: the one that it opens with."""
    found = _REPLY.match(text)
    if not found or _MENTION_GOES_ON.match(text, found.end()):
        return None
    return found.group(1)


def cashtags(text: str) -> Iterator[Entity]:
    if "$" in text:
        for found in _CASHTAG.finditer(text):
            yield Entity(kind=EntityKind.CASHTAG, value=found["symbol"], start=found.start("tag"), end=found.end("tag"))
