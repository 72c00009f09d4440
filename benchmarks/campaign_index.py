"""An index of comments in memory, for measuring `moderation.campaigns` without a database."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from moderation.campaigns import MIN_SHARED, PLACES, SIMILARITY, bands, is_short, signature

CROWD = 32  # members of a bucket


class CampaignIndex:
    """Comments seen so far, and which of them are near-duplicates of each other.

    A band's bucket keeps the first CROWD comments only: whoever comes later to a large campaign still finds them, and
    the cost of a comment does not grow with the campaign.
    """

    def __init__(self, threshold: float = SIMILARITY) -> None:
        self.threshold = threshold
        self._numbers: dict[str, int] = {}
        self._keys: list[str] = []
        self._signatures = np.empty((1024, 1 + PLACES), dtype=np.uint32)
        # most buckets have one member: a bare number instead of a list saves a tenth of the time of a large index
        self._buckets: dict[int, int | list[int]] = {}
        self._parent: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, text: str) -> tuple[str, ...]:
        """Take in a comment; the keys of near-duplicates so far, in the order they came. Twice changes nothing.

        Of a large campaign only some members are named, its first ones among them; `groups` has all.
        """
        return self.add_signature(key, signature(text))

    def add_signature(self, key: str, signed: bytes) -> tuple[str, ...]:
        """As `add`, for a signature that was stored. An empty signature is never a near-duplicate."""
        if not signed or is_short(signed):
            return ()
        known = self._numbers.get(key)
        number = self._store(key, signed) if known is None else known
        near: set[int] = set()
        for band in bands(signed):
            bucket = self._buckets.get(band)
            if bucket is None:
                self._buckets[band] = number
            elif isinstance(bucket, int):
                near.add(bucket)
                if known is None:
                    self._buckets[band] = [bucket, number]
            else:
                near.update(bucket)
                if known is None and len(bucket) < CROWD:
                    bucket.append(number)
        near.discard(number)
        if not near:
            return ()
        candidates = sorted(near)
        own, others = self._signatures[number], self._signatures[candidates]
        shares = np.count_nonzero(others[:, 1:] == own[1:], axis=1) / PLACES
        shared = shares / (1.0 + shares) * (others[:, 0] + own[0])
        near_enough = (shares >= self.threshold) & (shared >= MIN_SHARED)
        found = [candidates[i] for i in np.flatnonzero(near_enough)]
        for other in found:
            self._join(number, other)
        return tuple(self._keys[other] for other in found)

    def _store(self, key: str, signed: bytes) -> int:
        number = len(self._keys)
        if number == len(self._signatures):
            self._signatures = np.concatenate([self._signatures, np.empty_like(self._signatures)])
        self._signatures[number] = np.frombuffer(signed, dtype="<u4")
        self._keys.append(key)
        self._numbers[key] = number
        return number

    def _root(self, number: int) -> int:
        root = number
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(number, root)) != root:
            self._parent[number], number = root, above
        return root

    def _join(self, left: int, right: int) -> None:
        first, second = sorted((self._root(left), self._root(right)))
        self._parent.setdefault(first, first)
        self._parent[second] = first

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Every campaign of two members or more: its keys sorted; the largest campaigns first."""
        members: defaultdict[int, list[str]] = defaultdict(list)
        for number in self._parent:
            members[self._root(number)].append(self._keys[number])
        return tuple(sorted((tuple(sorted(keys)) for keys in members.values()), key=lambda keys: (-len(keys), keys)))
