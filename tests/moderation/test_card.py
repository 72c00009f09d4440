"""The documentation's numbers are those of the shipped model."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.classifier.card import with_tables
from moderation.classifier.model import shipped_model
from moderation.signals import all_signals

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["moderation.md", "model-card.md"])
def test_the_tables_in_the_docs_are_those_of_the_shipped_model(name: str) -> None:
    page = (DOCS / name).read_text("utf-8")
    assert with_tables(page, shipped_model()) == page, "run: python -m moderation.classifier.card"


def test_every_signal_that_the_model_weighs_has_its_row() -> None:
    page = (DOCS / "moderation.md").read_text("utf-8")
    weighed = shipped_model().channels["comment"].signals
    assert [named.name for named in all_signals() if named.name in weighed and f"| `{named.name}` |" not in page] == []


def test_what_ships_is_small() -> None:
    data = Path(__file__).parents[2] / "moderation" / "data"
    assert sum((data / name).stat().st_size for name in ("spam.model", "words.stats", "lexicon.txt")) < 2_000_000
