"""From a probability to an action."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import PolicyInvalid
from moderation.guarantee import certification
from moderation.policy import Policy, decision
from moderation.verdict import Action, LanguageRelation

ACTING = Policy(shadow=False)
PROVED = certification(329, 0)
RELATIONS = st.sampled_from(list(LanguageRelation))


def test_by_default_nothing_is_ever_rejected() -> None:
    found = decision(1.0, {"spam"}, LanguageRelation.OTHER, certification=PROVED, key="c1")
    assert found.action is Action.REVIEW
    assert found.would_reject
    assert "shadow mode" in found.because


def test_out_of_shadow_mode_rejection_waits_for_the_proof() -> None:
    assert decision(0.999, policy=ACTING).action is Action.REVIEW
    assert decision(0.999, policy=ACTING, certification=certification(328, 0)).action is Action.REVIEW
    assert decision(0.999, policy=ACTING, certification=PROVED).action is Action.REJECT


def test_a_broken_proof_switches_rejection_off() -> None:
    found = decision(0.999, policy=ACTING, certification=certification(400, 12))
    assert found.action is Action.REVIEW
    assert found.would_reject


@given(st.floats(0, 0.98), st.sampled_from([ACTING, Policy()]))
def test_another_language_alone_holds_and_never_rejects(probability: float, policy: Policy) -> None:
    assert decision(probability, (), LanguageRelation.OTHER, policy, certification=PROVED).action is Action.REVIEW


@given(st.floats(0, 1), st.booleans())
def test_undecidable_counts_as_little_as_the_same_language(probability: float, promotional: bool) -> None:
    labels = {"promotional"} if promotional else set()
    same = decision(probability, labels, LanguageRelation.SAME, ACTING, certification=PROVED).action
    assert decision(probability, labels, LanguageRelation.UNDECIDABLE, ACTING, certification=PROVED).action is same


@given(st.floats(0, 1), RELATIONS, st.sampled_from(["pingback", "trackback"]))
def test_a_notice_from_another_site_is_never_rejected_nor_held_for_its_language(
    probability: float, relation: LanguageRelation, kind: str
) -> None:
    action = decision(probability, (), relation, ACTING, kind=kind, certification=PROVED).action
    assert action is (Action.REVIEW if probability >= ACTING.review else Action.PUBLISH)
    assert decision(probability, {kind}, relation, ACTING, certification=PROVED).action is action


@given(st.floats(0, 1), RELATIONS)
def test_what_the_site_itself_writes_is_published(probability: float, relation: LanguageRelation) -> None:
    assert decision(probability, (), relation, ACTING, by_site=True, certification=PROVED).action is Action.PUBLISH


def test_a_promotional_comment_is_held_and_an_ordinary_one_published() -> None:
    assert decision(0.1, {"promotional"}, LanguageRelation.SAME).action is Action.REVIEW
    assert decision(0.1, (), LanguageRelation.SAME).action is Action.PUBLISH
    assert decision(0.6, (), LanguageRelation.SAME).action is Action.REVIEW


@given(st.floats(0, 1), st.floats(0, 1), RELATIONS)
def test_a_higher_probability_is_never_treated_more_kindly(p: float, q: float, relation: LanguageRelation) -> None:
    order = [Action.PUBLISH, Action.REVIEW, Action.REJECT]
    low, high = (decision(x, (), relation, ACTING, certification=PROVED).action for x in sorted((p, q)))
    assert order.index(low) <= order.index(high)


def test_the_random_audit_lets_some_rejections_through_to_a_person() -> None:
    policy = Policy(shadow=False, audit_share=0.05)
    found = [decision(0.999, policy=policy, certification=PROVED, key=f"c{n}", secret=b"s") for n in range(4000)]
    audited = [one for one in found if one.audited]
    assert len(audited) == pytest.approx(200, abs=60)
    assert {one.action for one in audited} == {Action.REVIEW}
    assert {one.action for one in found if not one.audited} == {Action.REJECT}


@pytest.mark.parametrize(
    "settings", [{"review": 0.9, "reject": 0.5}, {"review": 0.0}, {"reject": 1.5}, {"audit_share": 2.0}, {"bound": 0.0}]
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(PolicyInvalid):
        Policy(**settings)  # type: ignore[arg-type]
