"""The three renditions of the seed page give the same sixteen comments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from extractors.charset import decode
from extractors.comments import Thread, find_thread
from extractors.html import Document
from extractors.records import Order

SEED = Path(__file__).parents[3] / ".." / "shared" / "seed"
URL = "http://www.elaee.com/fiche-metier-responsable-e-commerce/"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SEED.is_dir(), reason="NO SEED PAGES: ../shared/seed is not here"),
]


def read(suffix: str) -> Thread:
    return find_thread(Document(decode((SEED / f"responsable-e-commerce{suffix}.html").read_bytes()), URL))


def gold() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((SEED / "expected.json").read_text("utf-8"))
    return answer


def told(thread: Thread) -> list[tuple[object, ...]]:
    return [(c.author, " ".join(c.body.split()), c.kind.value, c.by_site, c.author_truncated) for c in thread.comments]


def wanted(order: Sequence[int]) -> list[tuple[object, ...]]:
    rows = gold()["comments"]
    return [
        (row["author"], " ".join(row["text"].split()), row["kind"], row["by_site"], row["author_truncated"])
        for row in (rows[number - 1] for number in order)
    ]


@pytest.mark.parametrize("suffix", ["", ".messy"])
def test_the_legacy_and_the_messy_page_give_every_field(suffix: str) -> None:
    thread = read(suffix)
    assert told(thread) == wanted(range(1, 17))
    assert {comment.parent for comment in thread.comments} == {None}
    assert (thread.discussion.claimed, thread.discussion.found) == (16, 16)
    assert thread.discussion.order is Order.OLDEST


def test_the_html5_page_gives_dates_and_answers_too() -> None:
    variant = gold()["html5_variant"]
    order = variant["reading_order"]
    rows = {row["n"]: row for row in variant["comments"]}
    thread = read(".html5")
    assert told(thread) == wanted(order)
    assert [comment.date for comment in thread.comments] == [rows[number]["date"] for number in order]
    parents = [rows[number]["parent_n"] for number in order]
    assert [comment.parent for comment in thread.comments] == [order.index(n) + 1 if n else None for n in parents]
