"""The random sample with its second opinions, and rules made at the desk."""

from __future__ import annotations

import pytest

from flows.desk.signing_in import sessions as accounts
from moderation.rules import Rules
from moderation.verdict import Action
from storage.database.errors import UnknownItem
from storage.desk.audits import agreement, disagreements, draw, samples, second_opinion, to_look_at
from storage.desk.decisions import decide
from storage.desk.rules import rules_in_force
from tests.flows.desk.room import account, editor, judged, put

NOW = accounts.utc_now()


def decide_on(database, number, name, action, reason=None):
    return decide(database, number, name, action, reason, 1, NOW, f"{name}-{number}")


@pytest.fixture
def everything(database):
    """Ten comments, all of them drawn; the machine would publish half."""
    numbers = put(
        database, [f"n {n}" for n in range(10)], [judged("publish", 0.01)] * 5 + [judged("review", 0.995)] * 5
    )
    assert draw(database, {}, 1.0, 1.0, NOW) == 10
    return numbers


def test_a_comment_is_drawn_once_whatever_its_score(database, everything):
    assert draw(database, {}, 1.0, 1.0, NOW) == 0
    assert {look.comment_id for look in to_look_at(database, "ana", None)} == set(everything)


def test_random_looks_do_not_starve_second_opinions(database, everything):
    for number in everything[:2]:
        decide_on(database, number, "ana", Action.PUBLISH)
    assert draw(database, {}, 1.0, 1.0, NOW) == 2
    kinds = [look.kind for look in to_look_at(database, "bob", None, limit=8)]
    assert kinds == ["second", "unseen", "unseen", "unseen"] * 2


def test_no_share_draws_nothing_and_a_small_one_little(database):
    put(database, [f"n {n}" for n in range(200)])
    assert draw(database, {}, 0.0, 0.0, NOW) == 0
    put(database, [f"m {n}" for n in range(400)], url="https://mag.example/b")
    assert 5 < draw(database, {}, 0.1, 0.0, NOW) < 90


def test_each_site_has_its_own_share(database):
    put(database, [f"n {n}" for n in range(5)], site="mag", url="https://mag.example/a")
    put(database, [f"m {n}" for n in range(5)], site="autre", url="https://autre.example/a")
    assert draw(database, {"autre": 1.0}, 0.0, 0.0, NOW) == 5
    assert {one.site: one.drawn for one in samples(database, 0.99)} == {"autre": 5, "mag": 0}


def test_good_comments_of_the_sample_count_for_the_proof(database, everything):
    for number in everything[:3]:
        decide_on(database, number, "ana", Action.PUBLISH)
    decide_on(database, everything[5], "ana", Action.PUBLISH)
    decide_on(database, everything[6], "ana", Action.REJECT, "spam")
    (sample,) = samples(database, 0.99)
    assert (sample.drawn, sample.audited_ham, sample.would_reject) == (10, 4, 1)
    assert len(to_look_at(database, "ana", None)) == 5


def test_nobody_gives_a_second_opinion_on_his_own_decision(database, everything):
    decide_on(database, everything[0], "ana", Action.PUBLISH)
    assert draw(database, {}, 0.0, 1.0, NOW) == 1
    assert [look for look in to_look_at(database, "ana", None) if look.kind == "second"] == []
    (look,) = [look for look in to_look_at(database, "bob", None) if look.kind == "second"]
    with pytest.raises(UnknownItem):
        second_opinion(database, look.id, "ana", Action.REJECT, "spam", NOW)


def test_a_disagreement_is_listed_and_changes_nothing(database, everything):
    decide_on(database, everything[0], "ana", Action.REJECT, "spam")
    decide_on(database, everything[1], "ana", Action.REJECT, "spam")
    draw(database, {}, 0.0, 1.0, NOW)
    first, second = [look for look in to_look_at(database, "bob", None) if look.kind == "second"]
    second_opinion(database, first.id, "bob", Action.PUBLISH, None, NOW)
    second_opinion(database, first.id, "bob", Action.PUBLISH, None, NOW)
    second_opinion(database, second.id, "bob", Action.REJECT, "spam", NOW)
    (listed,) = disagreements(database)
    assert (listed.first, listed.first_action, listed.second, listed.second_action) == (
        "ana",
        "reject",
        "bob",
        "publish",
    )
    assert [(one.reason, one.looked, one.agreed) for one in agreement(database)] == [("spam", 2, 1)]
    assert samples(database, 0.99)[0].audited_ham == 0


async def test_a_look_at_the_sample_shows_no_score_no_reason_and_no_decision(database, everything):
    account(database, "ana")
    account(database, "bob")
    decide_on(database, everything[0], "ana", Action.REJECT, "spam")
    draw(database, {}, 0.0, 1.0, NOW)
    async with editor(database, "bob") as client:
        cards = (await client.get("/api/sample")).json()["items"]
        second = next(card for card in cards if card["look_kind"] == "second")
        context = (await client.get(f"/api/comments/{second['id']}/context?blind=1")).json()
        assert (second["probability"], second["reasons"], second["action"]) == (None, [], "review")
        assert (context["history"], [one["action"] for one in context["thread"] if one["id"] == second["id"]]) == (
            [],
            ["review"],
        )
        answer = await client.post(f"/api/sample/{second['look']}", json={"action": "publish"})
        assert answer.status_code == 200
        progress = (await client.get("/api/sample/progress")).json()
    assert progress["sites"][0]["needed"] == 329
    assert len(progress["disagreements"]) == 1


@pytest.fixture
def past(database):
    numbers = put(database, ["casino en ligne", "mon oncle tient un casino", "merci", "viagra"])
    decide_on(database, numbers[0], "ana", Action.REJECT, "spam")
    decide_on(database, numbers[1], "ana", Action.PUBLISH)
    decide_on(database, numbers[2], "ana", Action.PUBLISH)
    account(database, "ana")
    account(database, "chief", "admin")
    return numbers


WORD = {"site": "mag", "action": "reject", "list": "words", "entry": "casino"}


async def test_a_rule_is_tried_on_past_decisions_before_it_is_made(database, past):
    async with editor(database, "ana") as client:
        tried = (await client.post("/api/rules/try", json=WORD)).json()
        assert (tried["fitting"], tried["decisions"], tried["approved_flipped"]) == (2, 3, 1)
        assert [one["id"] for one in tried["shown"]] == [past[1]]
        assert (await client.get("/api/rules?site=mag")).json()["version"] is None


async def test_only_an_admin_makes_rules_that_decide_unseen(database, past):
    async with editor(database, "ana") as client:
        assert (await client.post("/api/rules", json=WORD)).status_code == 403
        assert (await client.post("/api/rules", json=WORD | {"action": "hold"})).status_code == 200
    async with editor(database, "chief") as client:
        assert (await client.post("/api/rules", json=WORD)).status_code == 200
    assert rules_in_force(database, "mag", Rules(hold_words=("bonus",))) == Rules(
        hold_words=("bonus", "casino"), reject_words=("casino",)
    )
    assert rules_in_force(database, "other") == Rules()


async def test_an_earlier_version_of_the_rules_can_be_put_in_force_again(database, past):
    async with editor(database, "chief") as client:
        first = (await client.post("/api/rules", json=WORD)).json()
        second = (await client.post("/api/rules", json=WORD | {"entry": "viagra"})).json()
        assert second["lists"]["reject_words"] == ["casino", "viagra"]
        back = await client.post("/api/rules/undo", json={"site": "mag", "version": first["version"]})
        assert back.json()["lists"]["reject_words"] == ["casino"]
        assert len(back.json()["versions"]) == 3
        emptied = (await client.post("/api/rules/remove", json=WORD)).json()
    assert emptied["lists"]["reject_words"] == []
