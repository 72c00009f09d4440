"""Hashed features of a comment's wording: words, pairs of words, and runs of 3 to 5 characters.

Each feature falls into one of 2**16 buckets by a hash of our own, the same on every machine and in every process
(Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009). A feature counts once a comment, and
each of the two families (words, characters) is scaled to length 1, so that a long comment weighs no more than a short
one.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from moderation.signals.figures import sums_in
from moderation.signals.view import JUDGED, View

BITS = 16
BUCKETS = 1 << BITS
SENDER_BITS = 14
SENDER_BUCKETS = 1 << SENDER_BITS

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# odd 64-bit constants: the multipliers of a polynomial hash; drawn once by SplitMix64 from the seed 2026
_STEP = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_PAIR = np.uint64(0x9FB21C651E98DF25)
_WORD_STEP = 0x9E3779B97F4A7C15
_WORD_SALT = 0x27D4EB2F165667C5
_SHIFT = np.uint64(33)
_TOP = np.uint64(64 - BITS)
_TOP_OF_SENDER = np.uint64(64 - SENDER_BITS)
_DIGITS = str.maketrans("123456789", "000000000")


class Hashed(NamedTuple):
    """The buckets a comment falls into, each once a family, and where each feature has its middle in `view.folded`.

    The first `words` entries are words and pairs, the rest characters.
    """

    buckets: Integers
    middles: Integers
    words: int

    def values(self) -> Floats:
        """The weight of each feature in the comment: 1 / sqrt(number of features of its family)."""
        values = np.empty(len(self.buckets))
        characters = len(self.buckets) - self.words
        values[: self.words] = 1.0 / np.sqrt(max(1, self.words))
        values[self.words :] = 1.0 / np.sqrt(max(1, characters))
        return values


_scratch = threading.local()
_COUNTING = np.arange(4 * JUDGED)


@lru_cache(maxsize=200_000)
def _word_hash(word: str) -> int:
    return (crc32(word.translate(_DIGITS).encode("utf-8", "replace")) * _WORD_STEP + _WORD_SALT) & 0xFFFFFFFFFFFFFFFF


def hashed(view: View) -> Hashed:
    """The hashed features of a comment."""
    text, spoken, begins = _wording_of(view)
    count = len(spoken)
    words = np.fromiter(map(_word_hash, spoken), dtype=np.uint64, count=count)
    starts = np.array(begins, dtype=np.int64)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    size = max(len(codes), 5)
    if len(codes) < 5:  # an empty text or a letter or two: filled up with spaces
        codes = np.concatenate((codes, np.full(5 - len(codes), 32, dtype=np.uint64)))
    threes = codes[:-2] * _STEP[0] + codes[1:-1] * _STEP[1] + codes[2:] * _STEP[2]
    fours = threes[:-1] + codes[3:] * _STEP[3]
    fives = fours[:-1] + codes[4:] * _STEP[4]
    hashes = np.concatenate((words, words[:-1] * _PAIR + words[1:], threes, fours, fives))
    places = (((hashes ^ (hashes >> _SHIFT)) * _MIX) >> _TOP).astype(np.int64)
    first_run = max(0, 2 * count - 1)
    places[first_run:] += BUCKETS  # the families are told apart while repetitions are dropped
    middles = np.concatenate(
        (starts, starts[:-1], _COUNTING[: size - 2], _COUNTING[1 : size - 2], _COUNTING[1 : size - 3])
    )
    kept = _first_of_each(places)
    different_words = int(np.searchsorted(kept, first_run))
    buckets = places[kept]
    buckets[different_words:] -= BUCKETS
    return Hashed(buckets, np.minimum(middles[kept], size), different_words)


def _wording_of(view: View) -> tuple[str, list[str], list[int]]:
    """The comment's wording with a space at each end, its words and where they begin in `view.folded`.

    Sums of money are blanked: a signal of its own weighs those, and "$200" and "200 dollars" read alike.
    """
    folded, words, starts = view.folded, view.words, view.word_starts
    if _DIGIT.search(folded) is not None and (spans := sums_in(folded)):
        for start, end in spans:
            folded = folded[:start] + " " * (end - start) + folded[end:]
        kept = [at for at, start in enumerate(starts) if folded[start] != " "]
        words, starts = [words[at] for at in kept], [starts[at] for at in kept]
    return f" {folded.translate(_DIGITS)} ", words, starts


_DIGIT = re.compile("[0-9]")


class Sender(NamedTuple):
    """The buckets of a sender's name and of the sender's hosts: runs of 2 to 4 characters, each once."""

    name: Integers
    hosts: Integers


NOBODY = np.zeros(0, dtype=np.int64)


def sender(view: View) -> Sender:
    """What the name over a comment and the hosts it gives look like, hashed into SENDER_BUCKETS.

    Capitals count in names; a notice has no name.
    """
    name = NOBODY if view.is_notice or not view.author else _runs(f"^{view.author[:60]}$")
    return Sender(name, _hosts(view.all_hosts))


@lru_cache(maxsize=20_000)
def _hosts(hosts: tuple[str, ...]) -> Integers:
    return np.unique(np.concatenate([_runs(f".{host[:80]}$") for host in hosts[:8]])) if hosts else NOBODY


def _runs(text: str) -> Integers:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    twos = codes[:-1] * _STEP[0] + codes[1:] * _STEP[1]
    threes = twos[:-1] + codes[2:] * _STEP[2]
    fours = threes[:-1] + codes[3:] * _STEP[3]
    hashes = np.concatenate((twos, threes, fours))
    return np.unique(((hashes ^ (hashes >> _SHIFT)) * _MIX) >> _TOP_OF_SENDER).astype(np.int64)


def _first_of_each(places: Integers) -> Integers:
    """Where each place occurs first, in order: every occurrence is written backwards into a table by place, so that
    the first one stays; the table need not be cleared."""
    table = getattr(_scratch, "table", None)
    if table is None:
        table = _scratch.table = np.zeros(2 * BUCKETS, dtype=np.int64)
    order = _COUNTING[: len(places)] if len(places) <= len(_COUNTING) else np.arange(len(places))
    table[places[::-1]] = order[::-1]
    return np.flatnonzero(table[places] == order)
