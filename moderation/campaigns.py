"""Near-duplicate comments across pages and sites, found while they come in.

MinHash (Broder, "On the resemblance and containment of documents", 1997) over pairs of neighbouring words: the share of
equal places in two signatures estimates the Jaccard similarity of the two sets of pairs. Signatures are cut into bands;
two comments that share a whole band are candidates (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4) and
are then compared by their full signatures. Signature and bands are stable values: a database can keep them.

A campaign is a signal and a group for the desk, never a verdict.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from moderation.normalise import normalised

SIMILARITY = 0.42  # of the sets of word pairs; below it texts on one subject begin to look alike
MIN_WORDS = 8  # "Merci pour cet article !" is written by many honest people
PLACES = 128
ROWS = 3  # places in a band
BANDS = PLACES // ROWS

_PRIME = np.uint64((1 << 61) - 1)
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def _multipliers() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """The constants of the hash family h(x) = a*x + b mod 2**32 with odd a: fixed for ever, stored signatures hang on
    them. Drawn once by SplitMix64 from the seed 2026."""
    state, drawn = 2026, []
    for _ in range(2 * PLACES):
        state = (state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        drawn.append((z ^ (z >> 31)) & (2**32 - 1))
    values = np.array(drawn, dtype=np.uint32)
    return values[:PLACES] | np.uint32(1), values[PLACES:]


_A, _B = _multipliers()


def words(text: str) -> list[str]:
    """The words of a text for comparison: disguises off, lower case, addresses left out."""
    return _WORD.findall(_ADDRESS.sub(" ", normalised(text).folded))


def signature(text: str) -> bytes:
    """The MinHash signature of a text, 4 * PLACES bytes; empty if the text is too short to tell a campaign by."""
    spoken = words(text)
    if len(spoken) < MIN_WORDS:
        return b""
    pairs = {crc32(f"{a} {b}".encode()) for a, b in pairwise(spoken)}
    return _minima(np.fromiter(pairs, dtype=np.uint32, count=len(pairs))).tobytes()


def _minima(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    mixed = hashes ^ (hashes >> np.uint32(16))
    spread = mixed[:, None] * _A + _B
    spread ^= spread >> np.uint32(15)
    return np.asarray(spread.min(axis=0), dtype=np.uint32)


def bands(signature: bytes) -> tuple[int, ...]:
    """BANDS keys of 63 bits; two texts are candidates if they share one. None for an empty signature.

    The keys of different bands differ, so one table column of integers can hold them all.
    """
    if not signature:
        return ()
    size = 4 * ROWS
    return tuple(
        (crc32(signature[i * size : (i + 1) * size]) << 16 | crc32(signature[i * size : (i + 1) * size], i) >> 16) << 7
        | i
        for i in range(BANDS)
    )


def similarity(left: bytes, right: bytes) -> float:
    """The estimated Jaccard similarity, 0 to 1, of two signatures; 0 if either is empty."""
    if not left or not right:
        return 0.0
    return float(np.mean(np.frombuffer(left, dtype=np.uint32) == np.frombuffer(right, dtype=np.uint32)))


class CampaignIndex:
    """Comments seen so far, and which of them are near-duplicates of each other."""

    def __init__(self, threshold: float = SIMILARITY) -> None:
        self.threshold = threshold
        self._signatures: dict[str, bytes] = {}
        self._buckets: defaultdict[int, list[str]] = defaultdict(list)
        self._parent: dict[str, str] = {}

    def add(self, key: str, text: str) -> tuple[str, ...]:
        """Take in a comment; the keys of its near-duplicates so far, in the order they came. Twice changes nothing."""
        return self.add_signature(key, signature(text))

    def add_signature(self, key: str, signed: bytes) -> tuple[str, ...]:
        """As `add`, for a signature that was stored."""
        found = tuple(other for other in self._candidates(key, signed) if self._alike(signed, other))
        if key not in self._signatures and signed:
            self._signatures[key] = signed
            for band in bands(signed):
                self._buckets[band].append(key)
        for other in found:
            self._join(key, other)
        return found

    def _alike(self, signed: bytes, other: str) -> bool:
        return similarity(signed, self._signatures[other]) >= self.threshold

    def _candidates(self, key: str, signed: bytes) -> Iterable[str]:
        seen: dict[str, None] = {}
        for band in bands(signed):
            seen.update(dict.fromkeys(self._buckets.get(band, ())))
        seen.pop(key, None)
        return seen

    def _root(self, key: str) -> str:
        root = key
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(key, root)) != root:
            self._parent[key], key = root, above
        return root

    def _join(self, left: str, right: str) -> None:
        first, second = sorted((self._root(left), self._root(right)))
        self._parent.setdefault(first, first)
        self._parent[second] = first

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Every campaign of two members or more: its keys sorted; the largest campaigns first."""
        members: defaultdict[str, list[str]] = defaultdict(list)
        for key in self._parent:
            members[self._root(key)].append(key)
        return tuple(sorted((tuple(sorted(keys)) for keys in members.values()), key=lambda keys: (-len(keys), keys)))
