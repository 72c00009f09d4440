"""What is usual in written words: how rare a word is, whether letters follow each other so, whether a word is another
one with its letters stirred.

Counted once from texts in eleven languages (docs/model-card.md) and shipped as numbers: a table of rarities by word
hash, hashes of known words, counts of letter pairs. No text can be read back from them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from zlib import crc32

import numpy as np

from extractors.caching import kept
from moderation.errors import ModelUnusable
from moderation.tokens import WORD, folded

MAGIC = b"tamis word statistics 1\n"
_SLOTS = 1 << 17
_LETTERS = 27  # a-z and the edge of a word
_RAREST = 4.0  # -log10 of the share of texts at which a word counts as wholly rare
_CACHED = 100_000


class WordStatistics:
    """Rarity, strangeness and stirring of words. Words are lower case and folded."""

    def __init__(self, rarities: bytes, known: frozenset[int], stirred: frozenset[int], pairs: bytes) -> None:
        self._rarities = rarities
        self._known = known
        self._stirred = stirred
        counts = np.frombuffer(pairs, dtype="<u4").reshape(_LETTERS, _LETTERS).astype(float) + 0.5
        surprise = (-np.log2(counts / counts.sum(axis=1, keepdims=True))).tolist()
        letters = "`abcdefghijklmnopqrstuvwxyz"  # the first stands for the edge of a word
        self._surprise = {(a, b): surprise[i][j] for i, a in enumerate(letters) for j, b in enumerate(letters)}
        self.rarity = kept(_CACHED)(self._rarity)
        self.strangeness = kept(_CACHED)(self._strangeness)
        self.is_stirred = kept(_CACHED)(self._is_stirred)

    def _rarity(self, word: str) -> float:
        """0 for a word of every text to 1 for one that is in less than one text of 10,000."""
        return self._rarities[crc32(word.encode("utf-8", "replace")) % _SLOTS] / 255

    def is_known(self, word: str) -> bool:
        return crc32(word.encode("utf-8", "replace")) in self._known

    def _strangeness(self, word: str) -> float:
        """How surprising the word's letters follow each other: mean bits a letter, about 3.5 to 4.5 for words, over 6
        for random letters; 0 for words that are not of the letters a-z."""
        if not (word.isascii() and word.isalpha()):
            return 0.0
        letters = f"`{word.lower()}`"
        return float(sum(map(self._surprise.__getitem__, pairwise(letters))) / (len(letters) - 1))

    def _is_stirred(self, word: str) -> bool:
        """Whether an unknown word has the letters of a known one in another order, first and last in their places.

        One neighbouring pair swapped is anybody's typing slip; it takes more than that.
        """
        if (
            len(word) < 6
            or self.is_known(word)
            or crc32(_stir_key(word).encode("utf-8", "replace")) not in self._stirred
        ):
            return False
        slips = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 2))
        return not any(self.is_known(slip) for slip in slips)


def _stir_key(word: str) -> str:
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]


def count(texts: Iterable[tuple[str, str]]) -> bytes:
    """The statistics file's content for (language, text) pairs."""
    documents: Counter[str] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    for language, text in texts:
        documents[language] += 1
        seen.update({(language, folded(word)) for word in WORD.findall(text.lower()) if not word.isdigit()})
    shares: dict[str, float] = {}
    total: Counter[str] = Counter()
    for (language, word), number in seen.items():
        total[word] += number
        shares[word] = max(shares.get(word, 0.0), number / max(500, documents[language]))
    rarities = bytearray([255] * _SLOTS)
    for word, share in shares.items():
        slot = crc32(word.encode()) % _SLOTS
        rarities[slot] = min(rarities[slot], round(255 * min(1.0, -math.log10(min(1.0, share)) / _RAREST)))
    vocabulary = sorted(word for word, number in total.items() if number >= 3 and len(word) >= 3)
    known = np.array(sorted({crc32(word.encode()) for word in vocabulary}), dtype="<u4")
    stirred = np.array(sorted({crc32(_stir_key(word).encode()) for word in vocabulary if len(word) >= 6}), dtype="<u4")
    pairs = np.zeros((_LETTERS, _LETTERS), dtype="<u4")
    for word in sorted(total):
        if total[word] >= 2 and word.isascii() and word.isalpha():
            letters = [0, *(ord(letter) - 96 for letter in word), 0]
            for a, b in pairwise(letters):
                pairs[a, b] += 1
    payload = bytes(rarities) + pairs.tobytes() + known.tobytes() + stirred.tobytes()
    header = {"known": len(known), "stirred": len(stirred), "sha256": hashlib.sha256(payload).hexdigest()}
    return MAGIC + json.dumps(header, sort_keys=True).encode() + b"\n" + payload


def read_statistics(content: bytes) -> WordStatistics:
    """The statistics in a file's content. Raises ModelUnusable if the file is damaged."""
    line, _, payload = content[len(MAGIC) :].partition(b"\n")
    try:
        if not content.startswith(MAGIC):
            raise ValueError("no magic line")
        header = json.loads(line)
        known, stirred = int(header["known"]), int(header["stirred"])
        if hashlib.sha256(payload).hexdigest() != header["sha256"]:
            raise ValueError("wrong checksum")
        if min(known, stirred) < 0 or len(payload) != _SLOTS + 4 * _LETTERS * _LETTERS + 4 * (known + stirred):
            raise ValueError("another size than its header says")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ModelUnusable(f"the word statistics file is damaged ({error}): reinstall Tamis") from error
    at = _SLOTS + 4 * _LETTERS * _LETTERS
    hashes = np.frombuffer(payload[at:], dtype="<u4")
    return WordStatistics(
        payload[:_SLOTS],
        frozenset(hashes[:known].tolist()),
        frozenset(hashes[known : known + stirred].tolist()),
        payload[_SLOTS:at],
    )


@lru_cache(maxsize=1)
def word_statistics() -> WordStatistics:
    """The statistics that come with Tamis, read once a process."""
    return read_statistics(resources.files("moderation").joinpath("data/words.stats").read_bytes())
