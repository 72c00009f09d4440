"""The floor under the figures of tweets, on the evaluation data."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from extractors.html import Document
from extractors.tweets.finds import find_tweets

ROOT = Path(__file__).parents[3]
BENCH = ROOT / ".." / "shared" / "bench" / "tweets"

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not BENCH.exists(), reason=f"needs {BENCH}")]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tweets_benchmark", ROOT / "benchmarks" / "tweets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = path
    return module


def test_tweets_of_the_evaluation_pages_are_found_and_complete(bench: ModuleType) -> None:
    found = {name: find_tweets(Document(html, "https://example.org/")).tweets for name, html in bench.pages().items()}
    score = bench.scored(found)
    assert score["F1"] >= 0.985
    assert score["false_tweets_per_free_page"] == 0
    fields = ("handle", "id", "urls", "hashtags", "mentions", "is_retweet", "date")
    assert {field: score["on_hits"][field] for field in fields if score["on_hits"][field] < 0.99} == {}


def test_the_three_renditions_of_the_seed_page_give_their_twenty_tweets(bench: ModuleType) -> None:
    assert bench.seed_tweets_right() == 60


def test_every_case_of_the_conformance_files_passes(bench: ModuleType) -> None:
    assert {name: (passed, cases) for name, passed, cases in bench.conformance()} == {
        "extract.yml": (238, 238),
        "tlds.yml": (1_574, 1_574),
    }
