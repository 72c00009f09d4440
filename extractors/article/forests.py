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

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Shares = NDArray[np.float64]
Arrays = Mapping[str, NDArray[np.generic]]

LEAVES = 8
SPLITS = LEAVES - 1
ALL_LEAVES = 255
WEIGHTS = "body_weights.npz"
_TREES_AT_ONCE = 96  # their comparisons with _ROWS_AT_ONCE rows stay in the processor's cache
_ROWS_AT_ONCE = 256
_FIRST_LEFT = np.array([0] + [(byte & -byte).bit_length() - 1 for byte in range(1, 256)], dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Forest:
    """`columns`, `thresholds` and `masks` have seven entries a tree: a row whose value is greater than the threshold
    keeps the leaves of the mask only. `tables` (trees x 256) holds the log-odds of the first leaf left."""

    columns: NDArray[np.intp]
    thresholds: NDArray[np.float32]
    masks: NDArray[np.uint8]
    tables: NDArray[np.float32]

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
        total = np.zeros(count)
        for start in range(0, len(self.tables), _TREES_AT_ONCE):
            tables = self.tables[start : start + _TREES_AT_ONCE]
            nodes = slice(start * SPLITS, (start + _TREES_AT_ONCE) * SPLITS)
            goes_right = cells.take(self.columns[nodes], axis=0) > self.thresholds[nodes, None]
            left = np.where(goes_right, self.masks[nodes, None], np.uint8(ALL_LEAVES))
            leaves = np.bitwise_and.reduce(left.reshape(-1, SPLITS, count), axis=1)
            places = leaves + np.arange(0, tables.size, ALL_LEAVES + 1)[:, None]
            total += tables.ravel().take(places).sum(axis=0, dtype=np.float64)
        return total


def forest(arrays: Arrays, name: str) -> Forest:
    """The forest `name` of a file of weights: its arrays `_columns`, `_thresholds`, `_masks` (trees x 7) and `_leaves`
    (trees x 8, log-odds)."""
    leaves = np.asarray(arrays[f"{name}_leaves"], dtype=np.float32)
    return Forest(
        np.asarray(arrays[f"{name}_columns"], dtype=np.intp).ravel(),
        np.asarray(arrays[f"{name}_thresholds"], dtype=np.float32).ravel(),
        np.asarray(arrays[f"{name}_masks"], dtype=np.uint8).ravel(),
        np.ascontiguousarray(leaves[:, _FIRST_LEFT]),
    )


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
