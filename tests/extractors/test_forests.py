"""The flat form of boosted trees against a walk of the same trees."""

from __future__ import annotations

import lxml.html
import numpy as np
import pytest

from extractors.article.body import selected
from extractors.article.forests import ALL_LEAVES, LEAVES, SPLITS, forest, forests
from extractors.article.outline import Outline, outline
from tests.growth import grows_linearly, repeated


def test_a_row_ends_in_the_leaf_that_a_walk_of_the_tree_reaches() -> None:
    # column 0 > 0.5 ? (column 1 > 2 ? leaf 2 : leaf 1) : leaf 0
    columns = np.zeros((1, SPLITS), dtype=np.uint16)
    thresholds = np.full((1, SPLITS), np.inf, dtype=np.float32)
    masks = np.full((1, SPLITS), ALL_LEAVES, dtype=np.uint8)
    leaves = np.zeros((1, LEAVES), dtype=np.float32)
    columns[0, 1] = 1
    thresholds[0, :2] = 0.5, 2.0
    masks[0, :2] = ALL_LEAVES & ~0b001, ALL_LEAVES & ~0b010
    leaves[0, :3] = -1.0, 0.0, 3.0
    small = forest({"a_columns": columns, "a_thresholds": thresholds, "a_masks": masks, "a_leaves": leaves}, "a")
    rows = np.array([[0.5, 9.0], [0.6, 2.0], [0.6, 2.1]] * 100, dtype=np.float32)
    want = 1 / (1 + np.exp(-np.array([-1.0, 0.0, 3.0] * 100)))
    assert np.allclose(small.probabilities(rows), want)


def test_the_second_look_sees_more_columns_than_the_first() -> None:
    first, second = forests()
    assert first.columns.max() < second.columns.max()


def nine_lines_and_a_menu() -> Outline:
    lines = "".join(
        f"<p>Round {n} of the night porter, who keeps the house and writes it all down.</p>" for n in range(9)
    )
    return outline(lxml.html.fromstring(f"<div>{lines}<ul>{'<li>Menu</li>' * 9}</ul></div>"))


def test_on_a_page_of_doubtful_blocks_those_are_kept_that_promise_most() -> None:
    doubtful = np.array([0.41, 0.38, 0.42, 0.37, 0.4, 0.39, 0.43, 0.36, 0.46] + [0.02] * 9)
    assert selected(nine_lines_and_a_menu(), doubtful) == tuple(range(9))


def test_on_a_page_with_sure_blocks_the_doubtful_ones_are_left_out() -> None:
    sure = np.array([0.97, 0.98, 0.99, 0.96, 0.97, 0.41, 0.4, 0.43, 0.38] + [0.02] * 9)
    assert selected(nine_lines_and_a_menu(), sure) == tuple(range(5))


def test_each_comparison_of_a_forest_is_made_once() -> None:
    for one in forests():
        made = list(zip(one.columns.tolist(), one.thresholds.tolist(), strict=True))
        assert len(made) == len(set(made))
        asked = sum(len(trees.comparisons) for trees in one.trees)
        assert len(made) < asked / 2


@pytest.mark.parametrize(
    "piece", ["<p><a href=/x>Tags</a></p>", "<h2>Night watch</h2>", "<p>Gates:</p><p><a href=/x>North</a></p>"]
)
def test_settling_what_is_kept_takes_time_by_the_number_of_blocks(piece: str) -> None:
    def settle(markup: str) -> None:
        page = outline(lxml.html.fromstring(f"<div>{markup}</div>"))
        selected(page, np.full(len(page.blocks), 0.9))

    assert grows_linearly(settle, repeated(piece), 400 * len(piece), rounds=1)
