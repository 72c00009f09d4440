"""What is measured for the second look at the blocks: the first look's probabilities around each of them.

A block is judged better by those who know what its neighbours were taken for: a caption between two paragraphs, a
teaser in a row of teasers, a heading whose text was dropped. The columns are part of the weights: whoever changes
them trains again (benchmarks/train_body.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from extractors.article.block_features import signature
from extractors.article.outline import Outline

Matrix = NDArray[np.float32]
Real = NDArray[np.float64]
Whole = NDArray[np.intp]
Yes = NDArray[np.bool_]

_OFFSETS = (-4, -3, -2, -1, 1, 2, 3, 4)
_AROUND = (2, 5, 12)  # blocks on both sides
_ON_ONE_SIDE = (3, 8)
_MAX_CHARACTERS = 1000  # a block weighs no more
_LONG = 80  # characters from which a block is text rather than a label
_YES = 0.5
_FAR = 100  # blocks
_SPAN = 50
_BEST = 10
_NONE = -1.0


def context(page: Outline, shares: Real) -> Matrix:
    """One row a block from the probabilities `shares` of the first look; -1 stands for "there is none"."""
    lengths = _lengths(page)
    return np.column_stack(
        (
            shares,
            *_near(shares),
            *_means(page, shares, lengths),
            *_heads(page, shares, lengths),
            *_whole(shares, lengths),
        )
    ).astype(np.float32)


def _near(shares: Real) -> list[Real]:
    count, reach = len(shares), max(_OFFSETS)
    edge = np.full(reach, _NONE)
    padded = np.concatenate((edge, shares, edge))
    return [padded[reach + offset : reach + offset + count] for offset in _OFFSETS]


def _totals(values: Real) -> Real:
    return np.concatenate(([0.0], np.cumsum(values)))


def _lengths(page: Outline) -> Real:
    return np.array([min(len(block.text), _MAX_CHARACTERS) for block in page.blocks], dtype=np.float64)


def _share(part: Real, whole: Real) -> Real:
    return np.asarray(np.where(whole > 0, part / np.maximum(whole, 1e-9), _NONE))


def _means(page: Outline, shares: Real, lengths: Real) -> list[Real]:
    """Mean probabilities, weighted by length and without the block itself: of windows, of the elements around it, of
    blocks with the same markup; and the share of the page's article that each of these holds."""
    count = len(shares)
    here = np.arange(count)
    text, article = _totals(lengths), _totals(lengths * shares)
    whole = max(float(article[-1]), 1e-9)

    def between(start: Whole, end: Whole) -> Real:
        return _share(article[end] - article[start], text[end] - text[start])

    def others(start: Whole, end: Whole) -> Real:
        return _share(article[end] - article[start] - shares * lengths, text[end] - text[start] - lengths)

    first = np.array([node.first for node in page.nodes])
    last = np.array([node.last for node in page.nodes])
    up = np.array([max(node.parent, 0) for node in page.nodes])
    own = np.array([block.node for block in page.blocks])
    parents = up[own]
    grands = up[parents]
    greats = up[grands]
    found = [others(np.maximum(here - size, 0), np.minimum(here + size + 1, count)) for size in _AROUND]
    for size in _ON_ONE_SIDE:
        found.append(between(np.maximum(here - size, 0), here))
        found.append(between(here + 1, np.minimum(here + size + 1, count)))
    found += [others(first[around], last[around]) for around in (own, parents, grands, greats)]
    found += [(article[last[around]] - article[first[around]]) / whole for around in (parents, grands, greats)]
    numbers: dict[tuple[str, str, str], int] = {}
    alike = np.array([numbers.setdefault(signature(page, block.node), len(numbers)) for block in page.blocks])
    of_kind = np.bincount(alike, shares * lengths)[alike], np.bincount(alike, lengths)[alike]
    found.append(_share(of_kind[0] - shares * lengths, of_kind[1] - lengths))
    found.append(np.bincount(alike, shares)[alike] / np.bincount(alike)[alike])
    found += [article[:-1] / whole, 1 - article[1:] / whole]
    return found


def _distances(chosen: Yes) -> tuple[Real, Real]:
    """How many blocks away the nearest chosen one before and after each block is, at most 100."""
    count = len(chosen)
    here = np.arange(count)
    before = np.maximum.accumulate(np.where(chosen, here, -_FAR))
    after = np.minimum.accumulate(np.where(chosen, here, count + _FAR)[::-1])[::-1]
    return (
        np.minimum(here - np.concatenate(([-_FAR], before[:-1])), _FAR).astype(np.float64),
        np.minimum(np.concatenate((after[1:], [count + _FAR])) - here, _FAR).astype(np.float64),
    )


def _heads(page: Outline, shares: Real, lengths: Real) -> list[Real]:
    """The nearest blocks that the first look took for the article's, the heading above, and what stands under it."""
    count = len(shares)
    here = np.arange(count)
    text, article = _totals(lengths), _totals(lengths * shares)
    is_heading = np.array([page.nodes[block.node].heading > 0 for block in page.blocks])
    padded = np.append(shares, _NONE)  # its last place is read where there is no such block
    above = np.concatenate(([-1], np.maximum.accumulate(np.where(is_heading, here, -1))[:-1]))
    next_text = np.concatenate((np.minimum.accumulate(np.where(is_heading, count, here)[::-1])[::-1][1:], [count]))
    next_heading = np.concatenate((np.minimum.accumulate(np.where(is_heading, here, count)[::-1])[::-1][1:], [count]))
    under = _share(article[next_heading] - article[here + 1], text[next_heading] - text[here + 1])
    chosen = shares > _YES
    return [
        *_distances(chosen),
        *_distances(chosen & (lengths > _LONG)),
        padded[above],
        padded[next_text],
        padded[next_heading],
        under,
    ]


def _whole(shares: Real, lengths: Real) -> list[Real]:
    """How sure the first look was of the page as a whole, and where the block stands in what it chose."""
    count = len(shares)
    here = np.arange(count)
    chosen = shares > _YES
    best = float(shares.max())
    doubt = -(shares * np.log(shares + 1e-9) + (1 - shares) * np.log(1 - shares + 1e-9))
    size = max(1.0, float(lengths.sum()))
    texts = np.flatnonzero(chosen & (lengths > _LONG))
    start, end = (int(texts[0]), int(texts[-1])) if len(texts) else (0, -1)
    of_page = (
        best,
        float(chosen.sum()),
        float((shares * lengths).sum()) / size,
        float((lengths * chosen).sum()),
        float(np.sort(shares)[::-1][:_BEST].mean()),
        float((doubt * lengths).sum()) / size,
    )
    return [
        *(np.full(count, value) for value in of_page),
        shares / max(best, 1e-9),
        np.clip(here - start, -_SPAN, _SPAN).astype(np.float64),
        np.clip(end - here, -_SPAN, _SPAN).astype(np.float64),
    ]
