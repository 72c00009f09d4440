"""Which text blocks of a page are its article: every block is measured, then judged by boosted decision trees.

The trees are data (`body_model`); what they look at is in `block_features`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from extractors import body_model
from extractors.block_features import Matrix, Stated, matrix
from extractors.outline import Outline

_MIN_CHARACTERS = 25  # kept text below this is a stray line: then the page's best stretch is taken instead
_FEW_BLOCKS = 12  # a page with so little on it has hardly any boilerplate to tell the article from
_THRESHOLD_OF_FEW = 0.3
_MAINLY = 0.8  # share of the article's text that must stand before the comments
_CHUNK = 256  # rows judged at once: their arrays stay in the processor's cache


@dataclass(frozen=True, slots=True)
class _Forest:
    """All trees in one set of arrays; a leaf points to itself."""

    roots: NDArray[np.intp]
    columns: NDArray[np.intp]
    thresholds: NDArray[np.float32]
    children: NDArray[np.intp]  # left and right
    values: NDArray[np.float32]
    depth: int


def article_blocks(page: Outline, stated: Stated, thread_starts: int | None = None) -> tuple[int, ...]:
    """The indices of the blocks that make up the article, in reading order; empty only if the page has no text.

    `thread_starts` is the block before which the comment thread stood, if there is one.
    """
    if not page.blocks:
        return ()
    shares = probabilities(matrix(page, stated))
    few = len(page.blocks) <= _FEW_BLOCKS
    kept = np.flatnonzero(shares > (_THRESHOLD_OF_FEW if few else body_model.THRESHOLD))
    if sum(len(page.blocks[index].text) for index in kept) < _MIN_CHARACTERS:
        kept = _best_stretch(page, shares)
    article = [int(index) for index in kept]
    if thread_starts is not None:
        article = _before_thread(page, article, thread_starts)
    return _without_loose_headings(page, article)


def probabilities(rows: Matrix) -> NDArray[np.float64]:
    """For each row how probable it is that the block belongs to the article."""
    parts = [_log_odds(rows[start : start + _CHUNK]) for start in range(0, len(rows), _CHUNK)]
    return np.asarray(1 / (1 + np.exp(-np.concatenate(parts))))


def _log_odds(rows: Matrix) -> NDArray[np.float64]:
    forest = _forest()
    at = np.broadcast_to(forest.roots, (len(rows), len(forest.roots)))
    index = np.arange(len(rows))[:, None]
    for _ in range(forest.depth):
        at = forest.children[at, (rows[index, forest.columns[at]] > forest.thresholds[at]).view(np.int8)]
    return np.asarray(body_model.BASELINE + forest.values[at].sum(axis=1, dtype=np.float64))


@functools.cache
def _forest() -> _Forest:
    roots: list[int] = []
    columns: list[int] = []
    thresholds: list[float] = []
    left: list[int] = []
    right: list[int] = []
    values: list[float] = []
    depth = 0
    for tree in orjson.loads(body_model.TREES.replace("\n", "")):
        start = len(columns)
        roots.append(start)
        depth = max(depth, _depth(tree))
        for position, node in enumerate(tree):
            is_leaf = len(node) == 1
            columns.append(0 if is_leaf else node[0])
            thresholds.append(0.0 if is_leaf else node[1])
            left.append(start + (position if is_leaf else node[2]))
            right.append(start + (position if is_leaf else node[3]))
            values.append(node[0] if is_leaf else 0.0)
    return _Forest(
        np.array(roots),
        np.array(columns),
        np.array(thresholds, dtype=np.float32),
        np.column_stack((left, right)),
        np.array(values, dtype=np.float32),
        depth,
    )


def _depth(tree: list[list[float]], at: int = 0) -> int:
    node = tree[at]
    if len(node) == 1:
        return 0
    return 1 + max(_depth(tree, int(node[2])), _depth(tree, int(node[3])))


def _best_stretch(page: Outline, shares: NDArray[np.float64]) -> NDArray[np.intp]:
    """On a page where nothing looks like an article: what comes nearest to it, taken with its equals."""
    weights = shares * np.array([min(len(block.text), 200) for block in page.blocks])
    best = int(np.argmax(weights))
    return np.flatnonzero(shares >= 0.5 * shares[best])


def _before_thread(page: Outline, kept: list[int], thread_starts: int) -> list[int]:
    """Without the stray lines behind a comment thread, unless the article itself stands behind it."""
    before = [index for index in kept if index < thread_starts]
    size, size_before = (sum(len(page.blocks[index].text) for index in part) for part in (kept, before))
    return before if size_before > _MAINLY * size else kept


def _without_loose_headings(page: Outline, kept: list[int]) -> tuple[int, ...]:
    """Without headings at the end, which announce what was left out."""
    last = len(kept)
    while last > 1 and page.nodes[page.blocks[kept[last - 1]].node].heading:
        last -= 1
    return tuple(kept[:last])
