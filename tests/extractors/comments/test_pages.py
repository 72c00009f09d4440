"""One page of each publishing system, written for these tests: read with its adapter, and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractors.comments import Thread, find_thread
from extractors.comments.find import platforms
from extractors.html import Document

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.html"))
URL = "https://cuisine.example/soupes"
ONLY_ADAPTERS_KNOW = {"kind", "by_site"}
"""Where a system marks staff and posts inside the record by names of its own."""
NOT_IN_THE_MARKUP = {"json-ld"}
"""Comments that no element of the page shows."""


def read(name: str, without: frozenset[str] = frozenset()) -> Thread:
    return find_thread(Document((PAGES / f"{name}.html").read_text("utf-8"), URL), without=without)


def expected(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_each_system_gives_every_field_of_every_comment(name: str) -> None:
    thread, gold = read(name), expected(name)
    found = [
        {field: getattr(comment, field) for field in row}
        for comment, row in zip(thread.comments, gold["comments"], strict=True)
    ]
    assert found == gold["comments"]
    assert thread.discussion.platform == gold["platform"]
    assert thread.discussion.claimed == gold["claimed"]
    assert thread.discussion.found == len(gold["comments"])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_IN_THE_MARKUP])
def test_the_generic_finder_reads_the_same_page_without_its_adapter(name: str) -> None:
    gold = expected(name)["comments"]
    thread = read(name, frozenset(platform.name for platform in platforms()))
    assert thread.discussion.platform == "generic"
    fields = set(gold[0]) - ONLY_ADAPTERS_KNOW - ({"parent"} if name == "hacker-news" else set())
    assert [{field: getattr(comment, field) for field in fields} for comment in thread.comments] == [
        {field: row[field] for field in fields} for row in gold
    ]


def test_every_adapter_has_its_page() -> None:
    assert {platform.name for platform in platforms()} == set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_IN_THE_MARKUP])
def test_the_nodes_of_a_thread_hold_its_comments_and_not_the_article(name: str) -> None:
    text = " ".join(node.text_content() for node in read(name).nodes)
    assert "Chez nous on ajoute du cumin" in text
    assert "Commencez par la soupe de poireaux" not in text
