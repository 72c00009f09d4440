"""What a word is, and its plain form for looking it up."""

from __future__ import annotations

import re
import unicodedata

from extractors.caching import kept

WORD = re.compile(r"[^\W_]+")


@kept(100_000)
def folded(word: str) -> str:
    """A lower-case word without the accents of Latin letters; other scripts are left alone."""
    if word.isascii() or word[0] > "\u024f":
        return word
    plain = unicodedata.normalize(
        "NFKD", word.replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("œ", "oe")
    )
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
