"""Boosted decision trees as flat arrays: a thousand of them judge all blocks of a page in a few milliseconds.

A tree has at most eight leaves, numbered from the left, so that one byte holds the leaves that a row can still end in.
Every comparison that sends a row to the right strikes the leaves on the left of its node; once all comparisons of a
tree have been made, in whatever order, the row's leaf is the first one left (Lucchese and others, "QuickScorer",
SIGIR 2015). No walk and no branch: comparisons, one AND, and one look-up in a table of 256 values a tree.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Shares = NDArray[np.float64]
Arrays = Mapping[str, NDArray[np.generic]]

LEAVES = 8
SPLITS = LEAVES - 1
ALL_LEAVES = 255
WEIGHTS = "body_weights.npz"
_TREES_AT_ONCE = 96  # their masks and sums for _ROWS_AT_ONCE rows stay in the processor's cache
_ROWS_AT_ONCE = 128
_TABLE = ALL_LEAVES + 1  # entries
_FIRST_LEFT = np.array([0] + [(byte & -byte).bit_length() - 1 for byte in range(1, _TABLE)], dtype=np.intp)


class _Trees(NamedTuple):
    """Some of a forest's trees. `comparisons` and `masks` hold the first split of each tree, then the second of each,
    to the seventh: which comparison of the forest it is, and the leaves that it leaves to rows that go right. `tables`
    holds the log-odds of the first leaf left, tree after tree; a tree's begin at its place in `starts`."""

    comparisons: NDArray[np.intp]
    masks: NDArray[np.uint8]
    tables: NDArray[np.float32]
    starts: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees share most of their comparisons, so each is made once: is the value in `columns` greater than that in
    `thresholds`? A third of the 8,400 of our forests differ."""

    columns: NDArray[np.intp]
    thresholds: NDArray[np.float32]
    trees: tuple[_Trees, ...]

    def probabilities(self, rows: Rows) -> Shares:
        """For each row the probability that the trees' sum of log-odds stands for."""
        log_odds = np.empty(len(rows))
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            log_odds[part] = self._log_odds(np.ascontiguousarray(rows[part].T))
        return np.asarray(1 / (1 + np.exp(-log_odds)))

    def _log_odds(self, cells: Rows) -> Shares:
        """`cells` has one line a column and one place a row."""
        count = cells.shape[1]
        goes_right = cells.take(self.columns, axis=0) > self.thresholds[:, None]
        all_left = goes_right.view(np.uint8) - np.uint8(1)  # 0 where it goes right, else 255: keeps all leaves
        total = np.zeros(count)
        for trees in self.trees:
            left = all_left.take(trees.comparisons, axis=0)
            left |= trees.masks[:, None]
            leaves = np.bitwise_and.reduce(left.reshape(SPLITS, -1, count), axis=0)
            total += trees.tables.take(leaves + trees.starts[:, None]).sum(axis=0, dtype=np.float64)
        return total


def forest(arrays: Arrays, name: str) -> Forest:
    """The forest `name` of a file of weights: its arrays `_columns`, `_thresholds`, `_masks` (trees x 7) and `_leaves`
    (trees x 8, log-odds)."""
    leaves = np.asarray(arrays[f"{name}_leaves"], dtype=np.float32)
    masks = np.asarray(arrays[f"{name}_masks"], dtype=np.uint8)
    tables = np.ascontiguousarray(leaves[:, _FIRST_LEFT])
    splits = zip(arrays[f"{name}_columns"].ravel().tolist(), arrays[f"{name}_thresholds"].ravel().tolist(), strict=True)
    numbers: dict[tuple[int, float], int] = {}
    comparisons = np.array([numbers.setdefault(split, len(numbers)) for split in splits], dtype=np.intp)
    comparisons = comparisons.reshape(masks.shape)
    trees = []
    for start in range(0, len(tables), _TREES_AT_ONCE):
        part = slice(start, start + _TREES_AT_ONCE)
        trees.append(
            _Trees(
                comparisons[part].T.ravel(),
                masks[part].T.ravel(),
                tables[part].ravel(),
                np.arange(0, len(tables[part]) * _TABLE, _TABLE, dtype=np.uint16),
            )
        )
    columns, thresholds = zip(*numbers, strict=True)
    return Forest(np.array(columns, dtype=np.intp), np.array(thresholds, dtype=np.float32), tuple(trees))


@functools.cache
def forests() -> tuple[Forest, Forest]:
    """The forests of the first and of the second look. Their file holds arrays of numbers only: reading runs nothing.

    Written by benchmarks/train_body.py from the annotations of scrapinghub/article-extraction-benchmark (MIT), WCXB
    v1.0 by Murrough Foley (CC-BY-4.0), trafilatura's evaluation pages and mozilla/readability's test pages (both
    Apache-2.0): thresholds and weights, nothing of the pages.
    """
    path = resources.files("extractors.article") / WEIGHTS
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return forest(arrays, "first"), forest(arrays, "second")
