"""What makes two fetched things the same thing: fingerprints, and matching a page's comments with the known ones.

Fingerprints are keyed (BLAKE2b with the database's secret), so that neither a name nor an erased text can be guessed
back from them by trying candidates.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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


def comment_fingerprint(key: bytes, comment: Comment) -> str:
    """Of author, date and body. A relative date ("3 days ago") changes daily and is left out."""
    date = comment.date
    if date is None and comment.date_precision is not DatePrecision.RELATIVE:
        date = comment.date_text
    return fingerprint(key, "comment", comment.author, date, spaced_once(comment.body))


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


def comment_keys(comments: Sequence[Comment], fingerprints: Sequence[str]) -> list[str]:
    """One key a comment, all different, none depending on the order of comments that differ.

    The site's id; where a page gives the same id to several comments, or none, the fingerprint; where even that is
    the same (a comment posted twice), a counter behind it.
    """
    named = [comment.id for comment in comments]
    if all(named) and len(set(named)) == len(named):
        return named  # type: ignore[return-value]
    uses = Counter(filter(None, named))
    taken: dict[str, int] = defaultdict(int)
    keys = []
    for name, print_ in zip(named, fingerprints, strict=True):
        base = name if name and uses[name] == 1 else f"~{print_}"
        taken[base] += 1
        keys.append(base if taken[base] == 1 else f"{base}#{taken[base]}")
    return keys


def match(
    keys: Sequence[str],
    fingerprints: Sequence[str],
    known_keys: Mapping[str, int],
    known_prints: Mapping[str, list[int]],
) -> list[int | None]:
    """For each comment of a page the known comment it is, or None if it is new.

    First by key. A comment whose key is new may still be a known one that the page now gives an id to (or no longer
    does): it is matched by fingerprint with a known one that the page does not name otherwise.
    """
    found = [known_keys.get(key) for key in keys]
    used = {number for number in found if number is not None}
    if len(used) == len(keys):
        return found
    for index, number in enumerate(found):
        if number is None:
            for candidate in known_prints.get(fingerprints[index], ()):
                if candidate not in used:
                    found[index] = candidate
                    used.add(candidate)
                    break
    return found
