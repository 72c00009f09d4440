"""The statistics behind automatic rejection."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.guarantee import (
    BOUND,
    Look,
    anytime_limit,
    audits_needed,
    certification,
    evidence,
    forecast,
    incomplete_beta,
    is_audited,
    proved_threshold,
    upper_limit,
)


def test_329_clean_audits_prove_one_percent_and_328_do_not() -> None:
    assert audits_needed(0) == 329
    assert certification(329, 0).certified
    assert not certification(328, 0).certified


@pytest.mark.parametrize(("errors", "needed"), [(0, 329), (1, 694), (2, 911), (3, 1115)])
def test_each_would_be_rejection_raises_the_number_of_audits_needed(errors: int, needed: int) -> None:
    assert audits_needed(errors) == needed
    assert certification(needed, errors).certified
    assert not certification(needed - 1, errors).certified


@pytest.mark.parametrize(
    ("events", "trials"), [(0, 1), (0, 299), (1, 299), (3, 20), (50, 100), (99, 100), (7, 100_000)]
)
def test_the_upper_limit_agrees_with_the_quantile_of_the_beta_distribution(events: int, trials: int) -> None:
    beta = pytest.importorskip("scipy.stats").beta
    assert upper_limit(events, trials) == pytest.approx(float(beta.ppf(0.95, events + 1, trials - events)), rel=1e-9)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_at_the_upper_limit_so_few_events_are_exactly_as_unlikely_as_promised(case: tuple[int, int]) -> None:
    events, trials = case
    rate = upper_limit(events, trials)
    tail = math.fsum(math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(events + 1))
    assert tail == pytest.approx(0.05, abs=1e-6)


@given(st.floats(0.5, 50), st.floats(0.5, 50), st.floats(0.001, 0.999))
def test_the_incomplete_beta_function_is_a_share_and_mirrors_itself(a: float, b: float, x: float) -> None:
    share = incomplete_beta(a, b, x)
    assert -1e-12 <= share <= 1 + 1e-12
    assert share == pytest.approx(1 - incomplete_beta(b, a, 1 - x), abs=1e-9)


def test_without_audits_nothing_is_proved_and_nothing_is_broken() -> None:
    found = certification(0, 0)
    assert (found.certified, found.broken, found.upper_limit, found.progress) == (False, False, 1.0, 0.0)
    assert "329 more audited comments are needed" in found.sentence


def test_progress_grows_with_the_audits() -> None:
    assert certification(150, 0).progress == pytest.approx(150 / 329)
    assert certification(1000, 0).progress == 1.0


def test_a_rate_surely_over_the_bound_breaks_the_promise_and_says_so() -> None:
    found = certification(100, 8)
    assert found.broken
    assert not found.certified
    assert "Automatic rejection is off" in found.sentence
    assert "8 of 100" in found.sentence


def test_numbers_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="5 events in 3 trials"):
        upper_limit(5, 3)
    with pytest.raises(ValueError, match="confidence"):
        upper_limit(0, 3, 1.0)


def test_the_audit_sample_has_its_share_and_is_the_same_every_time() -> None:
    keys = [f"comment-{number}" for number in range(20_000)]
    drawn = [key for key in keys if is_audited(key, 0.03, b"secret")]
    assert len(drawn) == pytest.approx(600, abs=100)
    assert drawn == [key for key in keys if is_audited(key, 0.03, b"secret")]


def test_who_does_not_know_the_secret_cannot_foresee_the_audit() -> None:
    keys = [f"comment-{number}" for number in range(20_000)]
    one, other = ({key for key in keys if is_audited(key, 0.05, secret)} for secret in (b"one", b"other"))
    assert len(one & other) < 0.2 * len(one)


def test_a_larger_audit_share_keeps_everything_drawn_before() -> None:
    keys = [f"comment-{number}" for number in range(2000)]
    assert {k for k in keys if is_audited(k, 0.02)} <= {k for k in keys if is_audited(k, 0.05)}
    assert not any(is_audited(key, 0.0) for key in keys)
    assert all(is_audited(key, 1.0) for key in keys)


def test_the_lowest_threshold_that_the_audits_prove_is_chosen() -> None:
    assert proved_threshold([0.01] * 328) is None
    assert proved_threshold([0.01] * 329) == 0.5
    assert proved_threshold([0.01] * 328 + [0.93]) == 0.95
    assert proved_threshold([0.01] * 328 + [0.99995]) is None


def test_choosing_among_many_thresholds_keeps_the_promise() -> None:
    """Scores of good comments spread evenly: a threshold t wrongly rejects 1 - t. At most 5 % may fall under .99."""
    generator = random.Random(5)
    grid = [1 - rate / 1000 for rate in range(1, 60)]
    chosen = [proved_threshold([generator.random() for _ in range(400)], grid=grid) for _ in range(300)]
    assert sum(threshold is not None and threshold < 0.99 - 1e-9 for threshold in chosen) <= 300 * 0.05 + 8
    assert any(threshold is not None for threshold in chosen)


def test_looking_every_night_keeps_the_promise() -> None:
    """A site whose true rate is the bound: of 400 such sites at most 5 % (and chance) are ever proved in 3000 audits."""
    generator = random.Random(14)
    proved = 0
    for _ in range(400):
        wrong = 0
        for audited in range(1, 3001):
            wrong += generator.random() < BOUND
            if audited % 25 == 0 and evidence(wrong, audited, BOUND) >= math.log(20):
                proved += 1
                break
    assert proved <= 400 * 0.05 + 9


def test_the_anytime_limit_is_wider_than_that_of_one_look() -> None:
    assert anytime_limit(0, 1000) > upper_limit(0, 1000)
    assert anytime_limit(0, 0) == 1.0


def test_the_forecast_goes_by_the_pace_of_the_stored_looks() -> None:
    looks = [
        Look(day=day, threshold=0.99, audited_ham=audited, would_reject=0, certified=False)
        for day, audited in (("2026-01-01", 0), ("2026-01-11", 100))
    ]
    assert forecast(looks, 329) == date(2026, 2, 3)
    assert forecast(looks[:1], 329) is None
    assert forecast([looks[0], replace(looks[1], audited_ham=0)], 329) is None
