"""Hashed features of a comment's wording: words, pairs of words, and runs of 3 to 5 characters.

Each feature falls into one of 2**16 buckets by a hash of our own, the same on every machine and in every process
(Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009). A feature counts once a comment, and
each of the two families (words, characters) is scaled to length 1, so that a long comment weighs no more than a short
one.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
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
    """The buckets a comment falls into, each once a family, and to which of the view's words each feature belongs: the
    one on which its middle lies, or which stands before its middle.

    The first `words` entries are words and pairs, the rest characters.
    """

    buckets: Integers
    owners: Integers
    words: int

    def values(self) -> Floats:
        """The weight of each feature in the comment: 1 / sqrt(number of features of its family)."""
        values = np.empty(len(self.buckets))
        characters = len(self.buckets) - self.words
        values[: self.words] = 1.0 / np.sqrt(max(1, self.words))
        values[self.words :] = 1.0 / np.sqrt(max(1, characters))
        return values


_scratch = threading.local()
_COUNTING = np.arange(4 * JUDGED, dtype=np.uint16)
_FEWEST = 5  # characters, for a run of 5
_AT_ONCE = 16_000  # characters whose hashes are worked out together: they stay in the processor's cache


class _WordHashes(dict[str, int]):
    """The hash of each word that was met."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        code = crc32(word.translate(_DIGITS).encode("utf-8", "replace"))
        found = self[word] = (code * _WORD_STEP + _WORD_SALT) & 0xFFFFFFFFFFFFFFFF
        return found


_WORDS_KEPT = 200_000
_word_hashes = _WordHashes()


def hashed(view: View) -> Hashed:
    """The hashed features of a comment."""
    return hashed_all((view,))[0]


def hashed_all(views: Sequence[View]) -> list[Hashed]:
    """The hashed features of each comment: what costs a call of numpy is called once for many of them."""
    found: list[Hashed] = []
    group: list[View] = []
    characters = 0
    for view in views:
        if group and characters + len(view.folded) > _AT_ONCE:
            found += _hashed_together(group)
            group, characters = [], 0
        group.append(view)
        characters += len(view.folded)
    return found + _hashed_together(group) if group else found


def _hashed_together(views: Sequence[View]) -> list[Hashed]:
    wordings = [_wording_of(view) for view in views]
    # an empty text or a letter or two: filled up with spaces
    text = "".join([wording.text.ljust(_FEWEST) for wording in wordings])
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    threes = codes[:-2] * _STEP[0] + codes[1:-1] * _STEP[1] + codes[2:] * _STEP[2]
    fours = threes[:-1] + codes[3:] * _STEP[3]
    fives = fours[:-1] + codes[4:] * _STEP[4]
    spoken = [code for wording in wordings for code in map(_word_hashes.__getitem__, wording.words)]
    words = np.array(spoken, dtype=np.uint64)
    hashes = np.concatenate((words, words[:-1] * _PAIR + words[1:], threes, fours, fives))
    places = (((hashes ^ (hashes >> _SHIFT)) * _MIX) >> _TOP).astype(np.int64)
    pairs_at = len(words)
    threes_at = pairs_at + max(0, len(words) - 1)
    places[threes_at:] += BUCKETS  # the families are told apart while repetitions are dropped
    fours_at = threes_at + len(threes)
    fives_at = fours_at + len(fours)
    found = []
    word = start = 0
    for view, wording in zip(views, wordings, strict=True):
        count, size = len(wording.words), max(len(wording.text), _FEWEST)
        pairs = max(0, count - 1)
        own = np.concatenate(
            (
                places[word : word + count],
                places[pairs_at + word : pairs_at + word + pairs],
                places[threes_at + start : threes_at + start + size - 2],
                places[fours_at + start : fours_at + start + size - 3],
                places[fives_at + start : fives_at + start + size - 4],
            )
        )
        kept = _first_of_each(own)
        first_run = count + pairs
        different_words = int(kept.searchsorted(first_run))
        buckets = own[kept]
        buckets[different_words:] -= BUCKETS
        found.append(Hashed(buckets, _owners(view, wording, size)[kept], different_words))
        word += count
        start += size
    return found


def _owners(view: View, wording: _Wording, size: int) -> Integers:
    """The word of each word, pair and run of the comment, repetitions still in it; the middle of a run of 3 is its
    second character, of 4 and 5 the third."""
    begins = np.zeros(size, dtype=np.int64)
    begins[view.word_starts[1:]] = 1
    at = begins.cumsum()
    starts = at[wording.starts]
    return np.concatenate((starts, starts[:-1], at[: size - 2], at[1 : size - 2], at[1 : size - 3]))


class _Wording(NamedTuple):
    """A comment's wording with a space at each end, its words and where they begin in `view.folded`."""

    text: str
    words: list[str]
    starts: list[int]


def _wording_of(view: View) -> _Wording:
    """Sums of money are blanked: a signal of its own weighs those, and "$200" and "200 dollars" read alike."""
    folded, words, starts = view.folded, view.words, view.word_starts
    if _DIGIT.search(folded) is None:
        return _Wording(f" {folded} ", words, starts)
    if spans := sums_in(folded):
        for start, end in spans:
            folded = folded[:start] + " " * (end - start) + folded[end:]
        kept = [at for at, start in enumerate(starts) if folded[start] != " "]
        words, starts = [words[at] for at in kept], [starts[at] for at in kept]
    return _Wording(f" {folded.translate(_DIGITS)} ", words, starts)


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
        table = _scratch.table = np.zeros(2 * BUCKETS, dtype=np.uint16)
    if len(places) > len(_COUNTING):  # signs that stand for many letters each
        return np.sort(np.unique(places, return_index=True)[1])
    order = _COUNTING[: len(places)]
    table[places[::-1]] = order[::-1]
    return np.flatnonzero(table[places] == order)
