"""Hashed features of a comment's wording: words, pairs of words, and runs of 3 to 5 characters.

Each feature falls into one of 2**16 buckets by a hash of our own, the same on every machine and in every process
(Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009). A feature counts once a comment, and
each of the two families (words, characters) is scaled to length 1, so that a long comment weighs no more than a short
one.
"""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from moderation.signals.view import View

BITS = 16
BUCKETS = 1 << BITS

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# odd 64-bit constants: the multipliers of a polynomial hash; drawn once by SplitMix64 from the seed 2026
_STEP = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
_SALT = np.array([0, 0, 0, 0x3C79AC492BA7B653, 0x1C69B3F74AC4AE35, 0x8EBC6AF09C88C6E3], dtype=np.uint64)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_PAIR = np.uint64(0x9FB21C651E98DF25)
_WORD_SALT = np.uint64(0x27D4EB2F165667C5)
_SHIFT = np.uint64(33)
_TOP = np.uint64(64 - BITS)
_DIGITS = str.maketrans("123456789", "000000000")


class Hashed(NamedTuple):
    """The buckets a comment falls into, each once a family, and where each stands in `view.folded`.

    The first `words` entries are words and pairs, the rest characters.
    """

    buckets: Integers
    starts: Integers
    ends: Integers
    words: int

    def values(self) -> Floats:
        """The weight of each feature in the comment: 1 / sqrt(number of features of its family)."""
        values = np.empty(len(self.buckets))
        characters = len(self.buckets) - self.words
        values[: self.words] = 1.0 / np.sqrt(max(1, self.words))
        values[self.words :] = 1.0 / np.sqrt(max(1, characters))
        return values


def _bucket(hashes: npt.NDArray[np.uint64]) -> Integers:
    mixed = (hashes ^ (hashes >> _SHIFT)) * _MIX
    return (mixed >> _TOP).astype(np.int64)


def _word_hashes(view: View) -> npt.NDArray[np.uint64]:
    return np.fromiter(
        (crc32(word.translate(_DIGITS).encode()) for word in view.words), dtype=np.uint64, count=len(view.words)
    )


_stamp = np.zeros(BUCKETS, dtype=np.int64)


def _first_of_each(buckets: Integers) -> Integers:
    """Places of the first occurrence of each bucket, in order."""
    backwards = np.arange(len(buckets) - 1, -1, -1)
    _stamp[buckets[::-1]] = backwards
    return np.flatnonzero(_stamp[buckets] == np.arange(len(buckets)))


def hashed(view: View) -> Hashed:
    """The hashed features of a comment."""
    words = _word_hashes(view)
    starts = np.array(view.word_starts, dtype=np.int64)
    ends = np.array(view.word_ends, dtype=np.int64)
    salted = words * _STEP[0] + _WORD_SALT
    pairs = salted[:-1] * _PAIR + salted[1:]
    word_buckets = _bucket(np.concatenate((salted, pairs)))
    kept = _first_of_each(word_buckets)
    word_starts = np.concatenate((starts, starts[:-1]))[kept]
    word_ends = np.concatenate((ends, ends[1:]))[kept]

    text = f" {view.folded.translate(_DIGITS)} "
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    hashes, at, sizes = [], [], []
    rolling = codes[:-1] * _STEP[0] + codes[1:] * _STEP[1] if len(codes) > 1 else codes[:0]
    for size in (3, 4, 5):
        if len(codes) < size:
            break
        rolling = rolling[: len(codes) - size + 1] + codes[size - 1 :] * _STEP[size - 1]
        hashes.append(rolling + _SALT[size])
        at.append(np.arange(len(rolling)))
        sizes.append(np.full(len(rolling), size))
    if not hashes:
        return Hashed(word_buckets[kept], word_starts, word_ends, len(kept))
    run_buckets = _bucket(np.concatenate(hashes))
    run_kept = _first_of_each(run_buckets)
    run_starts = np.concatenate(at)[run_kept] - 1
    run_ends = run_starts + np.concatenate(sizes)[run_kept]
    size = len(text) - 2
    return Hashed(
        np.concatenate((word_buckets[kept], run_buckets[run_kept])),
        np.concatenate((word_starts, np.maximum(run_starts, 0))),
        np.concatenate((word_ends, np.minimum(run_ends, size))),
        len(kept),
    )
