"""Training on a handful of comments of our own: deterministic, and it learns."""

from __future__ import annotations

import numpy as np
import pytest

from moderation.classifier.model import write_model
from moderation.evaluate import Labelled, average_precision, calibration_error, evaluate, labelled_from_json, recall_at
from moderation.host_names import HostNames
from moderation.moderate import Moderator
from moderation.verdict import Submission

training = pytest.importorskip("moderation.classifier.training", reason="scipy is needed for training")


QUICK = training.Settings(iterations=8)


def small_set() -> list[object]:
    made = []
    for source in ("blog_a", "blog_b", "blog_c"):
        for at in range(12):
            spam = Submission(
                id=f"{source}s{at}", text=f"discount lanterns number {at} zanzibar offer for every garden {source}"
            )
            ham = Submission(
                id=f"{source}h{at}", text=f"my clock number {at} stopped yesterday, the pendulum hangs {source}"
            )
            made.append(training.Example(submission=spam, is_spam=True, source=source))
            made.append(training.Example(submission=ham, is_spam=False, source=source))
    return made


@pytest.mark.integration
def test_training_twice_gives_the_same_bytes_and_a_model_that_tells_them_apart() -> None:
    prepared = training.prepare(small_set())
    rows = np.arange(len(prepared.examples))
    model = training.train(prepared, rows, QUICK, "test", {})
    assert write_model(model) == write_model(training.train(training.prepare(small_set()), rows, QUICK, "test", {}))
    from moderation.scoring import evidence_of, log_odds

    spam = log_odds(evidence_of(Submission(id="1", text="zanzibar lanterns offer"), model))
    ham = log_odds(evidence_of(Submission(id="2", text="the pendulum of my clock"), model))
    assert spam > ham + 1.0


def test_evaluation_counts_what_it_says() -> None:
    spam = "Buy cheap viagra pills online casino http://cheap-viagra.example/"
    rows = [
        Labelled(submission=Submission(id=f"s{n}", text=spam, author="cheap pills"), is_spam=True) for n in range(5)
    ]
    rows += [
        Labelled(
            submission=Submission(id=f"h{n}", text="J'ai une question sur le réglage du balancier ?"), is_spam=False
        )
        for n in range(20)
    ]
    figures = evaluate(rows, Moderator(languages=("en", "fr"), lean=True))
    assert (figures.comments, figures.spam, figures.precision, figures.recall, figures.f1) == (25, 5, 1.0, 1.0, 1.0)
    assert figures.false_positives == 0.0
    assert figures.false_positives_at_most is not None
    assert 0.1 < figures.false_positives_at_most < 0.2  # 20 readers prove no more than that
    assert "recall at 1 % false positives" in figures.table()


def test_evaluation_without_spam_says_so_instead_of_guessing() -> None:
    figures = evaluate(
        [Labelled(submission=Submission(id="1", text="Bonjour"), is_spam=False)],
        Moderator(languages=("en", "fr"), lean=True),
    )
    assert (figures.recall, figures.average_precision, figures.f1) == (None, None, None)
    with pytest.raises(ValueError, match="no labelled comment"):
        evaluate([])


def test_a_labelled_row_needs_a_label() -> None:
    assert labelled_from_json({"id": 1, "text": "x", "label": "spam"}).is_spam
    with pytest.raises(ValueError, match="spam or ham"):
        labelled_from_json({"id": 1, "text": "x"})


def test_the_measures_agree_with_hand_counts() -> None:
    spam = np.array([True, True, False, False])
    chance = np.array([0.9, 0.4, 0.4, 0.1])
    assert average_precision(spam, chance) == pytest.approx(0.5 * 1.0 + 0.5 * 2 / 3)
    assert recall_at(spam, chance, 0.01) == 0.5
    assert calibration_error(spam, np.array([1.0, 1.0, 0.0, 0.0])) == 0.0


def test_a_host_under_many_names_is_seen_in_any_order() -> None:
    shop = [
        Submission(id=str(n), text="hello", author=f"name {n}", author_url="http://shop.example", page=f"p{n}")
        for n in range(5)
    ]
    reader = [
        Submission(id=f"r{n}", text="hello", author="Anna", author_url="http://anna.example", page=f"p{n}")
        for n in range(3)
    ]
    for batch in (shop + reader, reader[::-1] + shop[::-1]):
        names = HostNames()
        for one in batch:
            names.see(one)
        assert (names.names(shop[0]), names.names(reader[0])) == (5, 1)


def test_a_giants_host_belongs_to_nobody() -> None:
    batch = [
        Submission(id=str(n), text="x", author=f"name {n}", author_url="http://www.facebook.com", page=f"p{n}")
        for n in range(5)
    ]
    names = HostNames()
    for one in batch:
        names.see(one)
    assert names.names(batch[0]) is None
