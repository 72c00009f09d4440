"""The comments that we wrote ourselves (`moderation/classifier/written.jsonl`): sound, and judged as their labels say."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from moderation.classifier.model import shipped_model
from moderation.scoring import evidence_of_all, log_odds
from moderation.signals.view import host_of
from moderation.verdict import Submission

train = pytest.importorskip("moderation.classifier.train", reason="scipy is needed for training")
training = pytest.importorskip("moderation.classifier.training", reason="scipy is needed for training")
left_out = pytest.importorskip("moderation.classifier.left_out", reason="scipy is needed for training")


def test_each_is_there_once_under_a_host_that_is_nobodys() -> None:
    comments = [one.submission for one in train.written()]
    assert Counter(one.text for one in comments).most_common(1)[0][1] == 1
    assert len({one.id for one in comments}) == len(comments)
    assert {host.rpartition(".")[2] for one in comments if (host := host_of(one.author_url or ""))} == {"example"}


def test_offers_have_neighbours_in_their_language() -> None:
    counted = Counter((one.language, one.is_spam) for one in train.written())
    for language in ("fr", "en", "es", "de", "pt", "it", "ru", "id", "tr", "pl", "nl", "vi", "ar", "zh", "ja", "ko"):
        assert counted[language, True], language
        assert counted[language, False], language


def test_the_shipped_model_tells_the_offers_from_the_readers() -> None:
    written = train.written()
    judged = evidence_of_all([one.submission for one in written], shipped_model())
    spam = np.array([one.is_spam for one in written])
    called = np.array([log_odds(evidence) >= 0.0 for evidence in judged])
    assert called[spam].mean() > 0.45
    assert called[~spam].mean() < 0.02


def test_what_we_wrote_counts_in_no_figure_of_quality() -> None:
    def example(source: str, number: int, *, is_spam: bool) -> object:
        text = f"{'casino bonus' if is_spam else 'the pendulum of my clock'} {number}"
        return training.Example(
            submission=Submission(id=f"{source}{number}{is_spam}", text=text), is_spam=is_spam, source=source
        )

    blog = [example("sm_a", number, is_spam=bool(number % 2)) for number in range(8)]
    ours = [example(training.WRITTEN, number, is_spam=bool(number % 2)) for number in range(8)]
    wrong = np.array([-1.0 if number % 2 else 1.0 for number in range(8)])

    def pooled(examples: list[object], chance: np.ndarray) -> dict[str, object]:
        return dict(left_out.figures(training.prepare(examples), chance))

    alone, both = pooled(blog, -wrong), pooled(blog + ours, np.concatenate((-wrong, wrong)))
    assert alone["pooled"] == both["pooled"]
    assert alone["policy"] == both["policy"]
    assert [row[0] for row in both["sources"]] == [training.WRITTEN, "sm_a"]  # type: ignore[attr-defined]
