"""A text with each character replaced by its class, in which patterns are told to be absent without being tried.

"Pay $40 NOW!" reads "Aaa $00 AAA!": a search for "$0" in it is a single look where the pattern for sums of money would
try three ways at every letter.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

import numpy as np

CAPITAL: Final = "A"  # the capitals of Latin-1 and Russian
LETTER: Final = "a"  # every other letter, and signs that count as one in a word
DIGIT: Final = "0"
BLANK: Final = " "  # white space of every kind, line ends too
CURRENCY: Final = "$"
QUESTION: Final = "?"  # of every script
OTHER: Final = "·"  # any other sign that is not ASCII, and NUL; those of ASCII stand for themselves

_CURRENCIES = frozenset("$€£₽₴¥₹₿")
_QUESTIONS = frozenset("?？؟")


def _class_of(character: str) -> str:
    if character in _CURRENCIES:
        return CURRENCY
    if character in _QUESTIONS:
        return QUESTION
    if character.isspace():
        return BLANK
    if character.isdecimal():
        return DIGIT
    if character.isalnum():
        return CAPITAL if _is_capital(character) else LETTER
    return character if character.isascii() and ord(character) else OTHER


def _is_capital(letter: str) -> bool:
    return "A" <= letter <= "Z" or ("À" <= letter <= "Þ" and letter != "×") or "А" <= letter <= "Я" or letter == "Ё"


_ASCII = "".join(map(_class_of, map(chr, range(128)))).encode("latin-1").ljust(256, b"a")
_CLASSES = np.zeros(sys.maxunicode + 1, dtype=np.uint8)  # by character, in Latin-1; 0: not yet worked out


def holds_any(text: str, parts: Iterable[str]) -> bool:
    """Whether one of these stands in the text; for few parts quicker than a pattern, and than `any` of a generator."""
    for part in parts:  # noqa: SIM110
        if part in text:
            return True
    return False


def classes_of(text: str) -> str:
    """`text` in classes, of the same length. `\\w` of a pattern is a letter, capital, digit or "_", `\\d` a digit and
    `\\s` a blank: a pattern that a text fits, its classes fit."""
    if text.isascii():
        return text.encode().translate(_ASCII).decode("latin-1")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    classes = _CLASSES.take(codes).tobytes()
    if b"\0" in classes:
        for character in set(text):
            _CLASSES[ord(character)] = ord(_class_of(character))
        classes = _CLASSES.take(codes).tobytes()
    return classes.decode("latin-1")
