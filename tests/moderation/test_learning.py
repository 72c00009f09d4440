"""A site's layer: strong prior, acts only when it has proved itself, can be stored and undone."""

from __future__ import annotations

import random

import pytest

from moderation.learning import LAYER, DecidedEvidence, layer_from_json, learn
from moderation.verdict import Evidence


def decision(log_odds: float, is_spam: bool, praise: float = 0.0) -> DecidedEvidence:
    return DecidedEvidence(
        evidence=(
            Evidence(signal="baseline", log_odds=log_odds, because=""),
            Evidence(signal="words-flattery", log_odds=praise, because=""),
        ),
        is_spam=is_spam,
    )


def biased(count: int, shift: float, seed: int = 3) -> list[DecidedEvidence]:
    """A site where the global score is `shift` too low for everything; with 0 it is exactly right."""
    chance = random.Random(seed)
    decisions = []
    for _ in range(count):
        is_spam = chance.random() < 0.5
        # the log-odds of two normal distributions at +1 and -1
        decisions.append(decision(2.0 * chance.gauss(1.0 if is_spam else -1.0, 1.0) - shift, is_spam))
    return decisions


def test_a_layer_corrects_a_score_that_is_wrong_on_the_site() -> None:
    layer = learn(biased(200, shift=2.0))
    assert layer.acts
    (reason,) = layer.evidence(decision(-1.0, True).evidence)
    assert (reason.signal, reason.log_odds > 0.7) == (LAYER, True)


def test_a_layer_does_not_act_where_the_global_score_is_right() -> None:
    for seed in range(5):
        assert not learn(biased(200, shift=0.0, seed=seed)).acts


def test_ten_decisions_never_act() -> None:
    assert not learn(biased(10, shift=4.0)).acts
    assert not learn([]).acts


def test_decisions_of_one_kind_alone_never_act() -> None:
    assert not learn([decision(-1.0, True)] * 300).acts


def test_a_family_that_misleads_on_the_site_loses_weight() -> None:
    chance = random.Random(5)
    decisions = []
    for _ in range(300):
        is_spam = chance.random() < 0.5
        praise = 2.5 if chance.random() < 0.5 else 0.0  # readers of this site praise as much as spam does
        decisions.append(decision((2.0 if is_spam else -3.0) + chance.gauss(0, 1), is_spam, praise))
    layer = learn(decisions)
    assert layer.acts
    (with_praise,) = layer.evidence(decision(0.0, False, 2.5).evidence)
    assert with_praise.log_odds < -0.6


def test_a_layer_is_stored_and_comes_back_as_it_was() -> None:
    layer = learn(biased(60, shift=1.0))
    assert layer_from_json(layer.as_json()) == layer
    with pytest.raises(ValueError, match="another format"):
        layer_from_json("{}")


def test_the_same_decisions_give_the_same_version() -> None:
    assert learn(biased(50, 1.0)).version == learn(biased(50, 1.0)).version
    assert learn(biased(50, 1.0)).version != learn(biased(51, 1.0)).version
