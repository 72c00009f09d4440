"""What makes two fetched things the same thing: keyed fingerprints, and text without what nobody means by it.

Fingerprints are keyed (BLAKE2b with the database's secret), so that neither a name nor an erased text can be guessed
back from them by trying candidates.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

from extractors.records import Comment, DatePrecision, Tweet


@lru_cache(maxsize=8)
def keyed(key: bytes) -> blake2b:
    """The hash that has taken in the key already: copying it is cheaper than starting anew."""
    return blake2b(digest_size=16, key=key)


def fingerprint(key: bytes, *parts: str | None) -> str:
    """32 hex digits that depend on the key, on each part and on which of them are absent."""
    digest = keyed(key).copy()
    if None in parts:
        text = "\x00".join(["" if part is None else f"\x01{part}" for part in parts])
    else:  # the same text, made at once
        text = "\x01" + "\x00\x01".join(parts)  # type: ignore[arg-type]
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def folded(text: str) -> str:
    """The text without differences nobody sees: Unicode form, case, white space."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=20_000)  # the same names come again and again
def author_key(key: bytes, author: str | None) -> str | None:
    """The author's pseudonym, the same on every site; None for no name."""
    name = folded(author) if author else ""
    return fingerprint(key, "author", name) if name else None


_TYPOGRAPHIC = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4\u0060"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    ord("\u2026"): "...",
    **dict.fromkeys(  # what has no width: soft hyphen, joiners, direction marks, byte order mark, emoji selectors
        [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
        + [0xFEFF, 0xFE0E, 0xFE0F]
    ),
}
_DASHES = re.compile(r"-{2,3}")
_QUOTED = re.compile(r'" ?([^"]*?) ?"')


def plain(text: str | None) -> str:
    """The text as its author meant it: without what a theme, an editor's keyboard or a browser makes of it.

    Unicode form, white space, characters of no width, and the typographic forms of apostrophes, quotation marks, dashes
    and ellipses are no part of it. Case is.
    """
    if not text:
        return ""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHIC)
    if "--" in text:
        text = _DASHES.sub("-", text)
    if "`" in text:
        text = text.replace("`", "'")
    text = spaced_once(text)
    return _QUOTED.sub(r'"\1"', text) if '"' in text else text


def stated_date(comment: Comment) -> str | None:
    """The date that the page states, never one that was reckoned from "3 days ago": that one drifts."""
    if comment.date_precision is DatePrecision.RELATIVE:
        return None
    return comment.date if comment.date is not None else comment.date_text


def editor_key(key: bytes, name: str) -> str:
    """An editor's code for analysts: the same in all that he decides, and no name."""
    return fingerprint(key, "editor", name)[:10]


def comment_fingerprint(key: bytes, comment: Comment) -> str:
    """Of author, stated date and body, each without what nobody means by it."""
    author = plain(comment.author) if comment.author is not None else None
    return fingerprint(key, "comment", author, stated_date(comment), plain(comment.body))


def spaced_once(text: str) -> str:
    """The text with one space for each run of white space, and none at its ends."""
    if text.isprintable() and "  " not in text and not text.startswith(" ") and not text.endswith(" "):
        return text  # of white space only the space itself is printable; most comments are one such line
    return " ".join(text.split())


def tweet_key(key: bytes, tweet: Tweet) -> str:
    """The network and its id, else a fingerprint of handle and text."""
    if tweet.id:
        return f"{tweet.source}:{tweet.id}"
    return fingerprint(key, "tweet", (tweet.handle or tweet.author_name or "").lower(), folded(tweet.text))
