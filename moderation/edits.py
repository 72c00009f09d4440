"""What changed between two versions of a comment, and whether a decision on the first still speaks for the second."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Literal

from moderation.normalise import normalised
from moderation.signals.view import host_of, written_hosts
from moderation.tokens import WORD, folded

SHARE_OF_WORDS = 1 / 3  # so many of the words gone or new: another text
MOST_COMPARED = 4000  # words; of longer texts the end is compared as one piece
_ADDRESS = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]{0,20}://|www\.)[^\s<>\"]+|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+"
)
_TELEPHONE = re.compile(r"(?<![\w.,])\+?\(?\d(?:[\s./()-]{0,2}\d){7,14}(?![\w])")
_SUM = re.compile(
    r"(?i)(?:[$€£₽₴¥₹]|\b(?:usd|eur|chf|cad|gbp))\s?\d[\d\s.,]*|"
    r"\d[\d\s.,]{0,24}\s?(?:k?[$€£₽₴¥₹]|(?:usd|eur|chf|cad|gbp|euros?|dollars?|francs?|pounds?|bucks|руб\w*)\b)"
)
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")

EditKind = Literal["same", "out", "in"]


class EditedPart(StrEnum):
    """What of a comment became another: any of these needs a person's eyes again."""

    LINK = "link"
    HOST = "host"
    TELEPHONE = "telephone"
    SUM = "sum"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentText:
    """What an editor judges of a comment. `links` are the addresses linked from the body."""

    body: str
    links: tuple[str, ...] = ()
    author_url: str | None = None


def edited_parts(before: CommentText, after: CommentText) -> frozenset[EditedPart]:
    """What changed in substance; empty: a small correction, for which a decision holds still."""
    found = set()
    if _addresses(before) != _addresses(after):
        found.add(EditedPart.LINK)
    if _hosts(before) != _hosts(after):
        found.add(EditedPart.HOST)
    old, new = normalised(before.body).text, normalised(after.body).text
    if _figures(_TELEPHONE, old) != _figures(_TELEPHONE, new):
        found.add(EditedPart.TELEPHONE)
    if _figures(_SUM, old) != _figures(_SUM, new):
        found.add(EditedPart.SUM)
    if changed_share(old, new) >= SHARE_OF_WORDS:
        found.add(EditedPart.WORDS)
    return frozenset(found)


def changed_share(before: str, after: str) -> float:
    """The share of words, 0 to 1, that are gone or new; order, case and accents do not count.

    A word of the longer text counts once, so that a text of 9 words with 3 others has a share of 1/3.
    """
    old, new = Counter(_words(before)), Counter(_words(after))
    longest = max(old.total(), new.total())
    if longest == 0:
        return 0.0 if before.strip() == after.strip() else 1.0
    return max((old - new).total(), (new - old).total()) / longest


def differences(before: str, after: str) -> tuple[tuple[EditKind, str], ...]:
    """The way from one text to the other in pieces: kept, taken out, put in. Kept and put in make the new text."""
    old, new = _pieces(before), _pieces(after)
    steps: list[tuple[EditKind, str]] = []
    for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            steps.append(("same", "".join(new[c:d])))
            continue
        if a < b:
            steps.append(("out", "".join(old[a:b])))
        if c < d:
            steps.append(("in", "".join(new[c:d])))
    return tuple(steps)


def _pieces(text: str) -> list[str]:
    found = _PIECE.findall(text)
    return found if len(found) <= MOST_COMPARED else [*found[:MOST_COMPARED], "".join(found[MOST_COMPARED:])]


def _words(text: str) -> Iterable[str]:
    return (folded(word) for word in WORD.findall(text.lower()))


def _addresses(text: CommentText) -> frozenset[str]:
    said = (found.group().rstrip(".,;:!?)]}»”'\"") for found in _ADDRESS.finditer(text.body))
    known = (*said, *text.links, *((text.author_url,) if text.author_url else ()))
    return frozenset(address.rstrip("/") for address in known)


def _hosts(text: CommentText) -> frozenset[str]:
    linked = (host_of(address) for address in (*text.links, text.author_url or ""))
    return frozenset(host for host in (*written_hosts(text.body), *linked) if host)


def _figures(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset(re.sub(r"[\s.,/()-]", "", found.group()) for found in pattern.finditer(text))
