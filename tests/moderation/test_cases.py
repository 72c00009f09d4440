"""The inputs that once failed (../shared/cases/moderation), by what each expects; our own neighbours of each class stand
in the tests of the signals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderation.moderate import Moderator
from moderation.submissions import submission_from_json
from moderation.verdict import Action, Verdict

CASES = Path(__file__).parents[2] / ".." / "shared" / "cases" / "moderation"

pytestmark = pytest.mark.shared


def judged(name: str) -> dict[str, Verdict]:
    """Verdicts by id on the comments of one file."""
    if not CASES.is_dir():
        pytest.skip("NO FAILING INPUTS: ../shared/cases/moderation is absent")
    with (CASES / f"{name}.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    submissions = [submission_from_json({name: row[name] for name in row if name != "expect"}) for row in rows]
    return {row["id"]: verdict for row, verdict in zip(rows, Moderator().judge_all(submissions), strict=True)}


def test_modern_offers_are_not_published() -> None:
    published = {name for name, verdict in judged("modern_offers").items() if verdict.action is Action.PUBLISH}
    assert published == set()


def test_readers_and_notices_are_not_taken_for_spam() -> None:
    verdicts = judged("must_not")
    assert {name for name, verdict in verdicts.items() if "spam" in verdict.labels} == set()
    signals = {name: {reason.signal for reason in verdict.evidence} for name, verdict in verdicts.items()}
    assert "made-up-excerpt" not in signals["dots"]
    assert "code" not in signals["price-1"]
    assert "very-short" not in signals["ja"]
    for notice in (name for name in verdicts if name.startswith("ping")):
        assert not any(signal.startswith(("author-", "look-of-name")) for signal in signals[notice])


def test_a_price_weighs_the_same_with_its_sign_and_in_words() -> None:
    verdicts = judged("must_not")
    assert verdicts["price-1"].spam_probability == pytest.approx(verdicts["price-2"].spam_probability, abs=0.02)
