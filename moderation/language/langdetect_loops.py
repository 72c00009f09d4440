"""langdetect with its inner loops tightened: the same numbers, to the last digit, for a small part of the time.

What langdetect does letter by letter for each text is done once a letter and once a word, and what it multiplies
language by language is multiplied for all of them at once, in its order; the sampling is its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from langdetect.detector import Detector
from langdetect.lang_detect_exception import ErrorCode, LangDetectException
from langdetect.utils.ngram import NGram

_BLANKS = re.compile(" {2,}")
_FIRST_MARK = "\u0300"  # below it langdetect counts no letter as foreign to Latin
_LONGEST = NGram.N_GRAM
_WORDS = 50_000  # about 40 MB at most


class _Letters(dict[int, str]):
    """langdetect's plain form of each letter, asked for once."""

    def __missing__(self, code: int) -> str:
        plain: str = NGram.normalize(chr(code))
        self[code] = plain
        return plain


_LETTERS = _Letters()


class Grams:
    """The runs of letters that a factory knows: `shares[number]` are a run's probabilities in each language."""

    def __init__(self, known: dict[str, list[float]], languages: int) -> None:
        self.shares = np.array(list(known.values()), dtype=np.float64).reshape(len(known), languages)
        self.of_word = grams_in({run: number for number, run in enumerate(known)})


class QuickDetector(Detector):  # type: ignore[misc]  # langdetect is not typed
    """A detector of a factory that has `grams`."""

    def __init__(self, factory: Any) -> None:
        super().__init__(factory)
        self.grams: Grams = factory.grams

    def append(self, text: str) -> None:
        """The text; once a detector."""
        text = NGram.normalize_vi(self.MAIL_RE.sub(" ", self.URL_RE.sub(" ", text)))
        self.text = _BLANKS.sub(" ", text[: self.max_text_length])

    def cleaning_text(self) -> None:
        if not self.text.isascii() and max(self.text) >= _FIRST_MARK:
            super().cleaning_text()

    def _numbers(self) -> list[int]:
        """The known runs of the text, by their numbers, in langdetect's order."""
        found: list[int] = []
        of_word = self.grams.of_word
        *words, last = self.text.translate(_LETTERS).split(" ")
        for word in words:
            if word:
                found += of_word(word + " ")
        if last:
            found += of_word(last)
        return found

    def _detect_block(self) -> None:
        """Draw runs at random and multiply what they say, five at a time, until one language is sure.

        The draws and the order of the multiplications are langdetect's: one draw before the first look, then five.
        """
        self.cleaning_text()
        numbers = self._numbers()
        if not numbers:
            raise LangDetectException(ErrorCode.CantDetectError, "No features in text.")
        shares = self.grams.shares[numbers]
        languages = shares.shape[1]
        self.langprob = [0.0] * languages
        self.random.seed(self.seed)
        draw, most = self.random.getrandbits, len(numbers)
        bits = most.bit_length()
        block = np.empty((1 + _LOOKS_EVERY, languages))
        start, rest = block[0], block[1:]
        multiplied, converged, longest = np.multiply.reduce, self.CONV_THRESHOLD, self.ITERATION_LIMIT
        for _ in range(self.n_trial):
            alpha = self.alpha + self.random.gauss(0.0, 1.0) * self.ALPHA_WIDTH
            says = shares + alpha / self.BASE_FREQ
            pick = draw(bits)
            while pick >= most:
                pick = draw(bits)
            found = says[pick] * (1.0 / languages)
            step = 0
            while True:
                values = found.tolist()
                total = sum(values)
                np.divide(found, total, start)
                if step >= longest or max(values) / total > converged:
                    break
                picks: list[int] = []
                while len(picks) < _LOOKS_EVERY:
                    pick = draw(bits)
                    if pick < most:
                        picks.append(pick)
                says.take(picks, 0, rest, "clip")
                found = multiplied(block, 0)
                step += _LOOKS_EVERY
            self.langprob = [
                known + share / self.n_trial for known, share in zip(self.langprob, start.tolist(), strict=True)
            ]


_LOOKS_EVERY = 5


def grams_in(known: dict[str, int]) -> Callable[[str], tuple[int, ...]]:
    """A function from a word, with the blank behind it if there is one, to the numbers of its known runs of one to
    three letters, in the order and as often as langdetect reads them: words in capitals are left out."""

    @lru_cache(maxsize=_WORDS)
    def grams_of(word: str) -> tuple[int, ...]:
        found = []
        read, shouting = " ", False
        for letter in word:
            shouting = letter.isupper() and (shouting or read[-1].isupper())
            read = read[1 - _LONGEST :] + letter
            if shouting:
                continue
            for length in range(1, min(_LONGEST, len(read)) + 1):
                run = read[-length:]
                if run != " " and run in known:
                    found.append(known[run])
        return tuple(found)

    return grams_of
