"""The floor under the figures of comment threads, on the evaluation data."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
BENCH = ROOT / ".." / "shared" / "bench" / "comments"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.integration,
    pytest.mark.skipif(not BENCH.exists(), reason="NO EVALUATION DATA: ../shared/bench/comments is not here"),
]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("comments_benchmark", ROOT / "benchmarks" / "comments.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = path
    return module


def test_comments_of_the_evaluation_pages_are_found_and_complete_with_and_without_adapters(bench: ModuleType) -> None:
    html = bench.pages()
    found = bench.threads(html)
    score = bench.scored(found)
    assert [figure for figure in bench.figures_of(score, "") if not figure.holds] == []
    assert bench.scored(bench.left_out(html, found))["micro"]["F1"] >= 0.93
    reported, explained = bench.claims(found)
    assert reported >= 0.95
    assert explained == 1.0
