"""The floor under extraction quality: the annotated pages of the evaluation data, by their own scorer.

The judge of text blocks is trained on these pages, so this guards against breaking it; what to expect on new sites is
what benchmarks/train_body.py prints.
"""

from __future__ import annotations

import importlib.util
import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from extractors.errors import NoArticle
from extractors.extract import extract

BENCH = Path(__file__).parents[2] / ".." / "shared" / "bench" / "extraction"
EVERY = 4  # pages: one in so many keeps the test short

pytestmark = [pytest.mark.shared, pytest.mark.integration]


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    if not BENCH.exists():
        pytest.skip("NO ANNOTATED PAGES: ../shared/bench/extraction is absent")
    spec = importlib.util.spec_from_file_location("extraction_score", BENCH / "score.py")
    assert spec is not None
    assert spec.loader is not None
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    pages = []
    for path in sorted((BENCH / "data").glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            pages += [json.loads(line) for number, line in enumerate(lines) if number % EVERY == 0]
    found = {}
    for page in pages:
        try:
            record = extract(page["html"], page["url"])
        except NoArticle:
            continue
        found[page["id"]] = {
            "title": record.title,
            "author": record.author,
            "date": record.published,
            "text": "\n\n".join(part for part in (record.lead, record.text) if part),
            "comments": [{"author": one.author, "text": one.body} for one in record.comments],
        }
    scored: dict[str, Any] = judge.score(pages, found)
    return scored


@pytest.mark.parametrize(("group", "floor"), [("aeb", 0.97), ("wcxb", 0.93), ("traf", 0.90), ("moz", 0.93)])
def test_the_text_of_articles_is_found(figures: dict[str, Any], group: str, floor: float) -> None:
    assert figures[group]["F1"] >= floor


@pytest.mark.parametrize(("field", "floor"), [("title", 0.82), ("author", 0.68), ("date", 0.78)])
def test_headlines_authors_and_dates_are_found(figures: dict[str, Any], field: str, floor: float) -> None:
    assert figures[field]["ok"] >= floor


def test_comments_do_not_leak_into_articles(figures: dict[str, Any]) -> None:
    assert figures["comm"]["leak"] <= 0.03
