"""The random sample with its second opinions, and rules made at the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import orjson
import pytest

from flows.desk.signing_in import sessions as accounts
from flows.runs.judging import LOOK, ProofProgress, progress_of
from moderation.guarantee import Look, certification
from moderation.policy import DEFAULT_POLICY
from moderation.rules import Rules
from moderation.verdict import Action
from storage.database.errors import UnknownItem
from storage.desk import waiting_rules
from storage.desk.audits import agreement, disagreements, draw, looks_waiting, samples, second_opinion, to_look_at
from storage.desk.decisions import decide
from storage.desk.learned import keep_learned
from storage.desk.review_queue import QueueFilter, items_of, waiting_count
from storage.desk.rules import keep_rules, rules_in_force
from storage.desk.waiting_rules import applied, apply_to_waiting, fits_waiting, take_back
from tests.flows.desk.room import account, editor, judged, put

NOW = accounts.utc_now()
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the SQL is tried on both above


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


async def test_the_quality_page_says_what_is_missing_and_when_it_is_reached(database, everything):
    account(database, "ana")
    for day, audited in (("2026-03-01", 10), ("2026-03-11", 29)):
        look = Look(day=day, threshold=0.99, audited_ham=audited, would_reject=0, certified=False)
        keep_learned(database, "mag", LOOK, day, orjson.dumps(look).decode(), "night", NOW)
    async with editor(database, "ana") as client:
        page = (await client.get("/quality?lang=fr")).text
    assert "encore 329 bons commentaires à regarder" in page
    assert "au rythme actuel, ce sera le 16 août 2026" in page


@ONE_DATABASE
def test_a_site_that_rejects_nothing_unseen_is_told_what_is_missing_and_when_it_is_reached(database, everything):
    for day, audited in (("2026-03-01", 10), ("2026-03-11", 29)):
        look = Look(day=day, threshold=0.99, audited_ham=audited, would_reject=0, certified=False)
        keep_learned(database, "mag", LOOK, day, orjson.dumps(look).decode(), "night", NOW)
    for number in everything[:3]:
        decide_on(database, number, "ana", Action.PUBLISH)
    said = progress_of(database, "mag", DEFAULT_POLICY).sentence
    assert "(auto_reject = false); 326 more audited good comments would prove it safe" in said
    assert said.endswith("At the present pace of audits that is on 2026-08-16.")


@pytest.mark.parametrize(
    ("wrong", "audited", "said"),
    [
        (0, 329, "set auto_reject = true."),
        (9, 60, "9 of 60 audited good comments would have been rejected, which is over the bound"),
    ],
    ids=["proved", "broken"],
)
def test_a_shadow_that_proved_its_safety_says_how_to_end_it(wrong, audited, said):
    assert said in ProofProgress(proof=certification(audited, wrong), ready_on=None, shadow=True).sentence


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


CASINO = Rules(reject_words=("casino",), allow_authors=("Hélène",), hold_words=("bonus",))


@pytest.fixture
def morning(database):
    """Five comments that wait: two with a casino, one by Hélène, one with a bonus, one that no rule fits."""
    bodies = ["casino en ligne", "CASINО encore", "merci", "bonus", "bravo"]
    account(database, "ana")
    account(database, "chief", "admin")
    return put(database, bodies, authors=["Zoé", "Max", "Hélène", "Léo", "Ines"])


def states_of(database, numbers):
    return [one.action for one in items_of(database, numbers)]


def test_rules_decide_what_waits_and_one_undo_brings_all_of_it_back(database, morning):
    fits = fits_waiting(database, {"mag": CASINO})
    assert ([one.comment_id for one in fits.decided], fits.held, fits.waiting) == (morning[:3], 1, 5)
    assert waiting_count(database, QueueFilter()).count == 5  # looking decides nothing
    for _ in range(2):  # sent twice, it is done once
        apply_to_waiting(database, fits.decided, "mag", "chief", "spam", NOW, "k3y00000")
    assert states_of(database, morning) == ["reject", "reject", "publish", "review", "review"]
    one = applied(database, "mag")[-1]
    assert (one.published, one.rejected, one.holding) == (1, 2, 3)
    assert take_back(database, one, "chief", NOW) == 3
    assert states_of(database, morning) == ["review"] * 5
    assert applied(database, "mag")[-1].holding == 0
    assert applied(database, None) == ()


def test_what_was_decided_before_the_process_died_is_taken_back_as_one(database, morning, monkeypatch):
    fits = fits_waiting(database, {"mag": CASINO})
    monkeypatch.setattr(waiting_rules, "AT_ONCE", 1)
    with monkeypatch.context() as dying:
        decisions = iter([waiting_rules.one_decision])
        dying.setattr(waiting_rules, "one_decision", lambda *asked: next(decisions)(*asked))  # the second: no more
        with pytest.raises((StopIteration, RuntimeError)):
            apply_to_waiting(database, fits.decided, "mag", "chief", "spam", NOW, "k3y00000")
    assert [one.holding for one in applied(database, "mag")] == [1]
    apply_to_waiting(database, fits.decided, "mag", "chief", "spam", NOW + timedelta(minutes=5), "k3y00000")
    (one,) = applied(database, "mag")
    assert (one.published, one.rejected, one.holding) == (1, 2, 3)
    assert take_back(database, one, "chief", NOW) == 3


def test_what_an_editor_decided_meanwhile_stays_his(database, morning):
    fits = fits_waiting(database, {"mag": CASINO})
    decide_on(database, morning[0], "ana", Action.PUBLISH)
    assert apply_to_waiting(database, fits.decided, "mag", "chief", "spam", NOW, "k3y00000") == (1, 1)
    assert states_of(database, morning)[0] == "publish"
    decide(database, morning[1], "ana", Action.PUBLISH, None, 2, NOW, "ana-again")
    assert take_back(database, applied(database, "mag")[0], "chief", NOW) == 1
    assert states_of(database, morning)[:3] == ["publish", "publish", "review"]


def fields(page):
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}


@ONE_DATABASE
async def test_the_rules_page_makes_tries_applies_and_takes_back(database, morning):
    decide_on(database, morning[4], "ana", Action.PUBLISH)
    async with editor(database, "chief") as client:
        entry = {"list": "words", "action": "reject", "entry": "bravo"}
        tried = await client.post("/rules?site=mag", data={**entry, "do": "try"})
        assert "It would have withheld 1 comment that an editor published." in unescape(tried.text)
        for made in (entry, {**entry, "entry": "casino"}):
            assert (await client.post("/rules?site=mag", data={**made, "do": "keep"})).status_code == 303
        assert (await client.post("/rules?site=mag", data={**entry, "do": "remove"})).status_code == 303
        assert rules_in_force(database, "mag") == Rules(reject_words=("casino",))
        page = (await client.get("/rules?site=mag")).text
        assert page.count("<code>rules-") == 3
        asked = fields((await client.get("/rules/waiting?site=mag")).text) | {"reason": "spam"}
        done = await client.post("/rules/waiting?site=mag", data=asked)
        assert done.headers["location"] == "/rules?site=mag&decided=2"
        assert states_of(database, morning)[:3] == ["reject", "reject", "review"]
        (one,) = applied(database, "mag")
        back = await client.post("/rules/back?site=mag", data={"key": one.key})
        assert back.headers["location"] == "/rules?site=mag&back=2"
    assert states_of(database, morning)[:3] == ["review"] * 3


@ONE_DATABASE
async def test_rules_that_changed_after_the_dry_run_decide_nothing(database, morning):
    keep_rules(database, "mag", CASINO, "chief", NOW)
    async with editor(database, "chief") as client:
        asked = fields((await client.get("/rules/waiting")).text) | {"reason": "spam"}
        keep_rules(database, None, Rules(reject_words=("merci",)), "chief", NOW)
        answer = await client.post("/rules/waiting", data=asked)
    assert (answer.status_code, states_of(database, morning)) == (409, ["review"] * 5)
    assert "Nothing was decided" in answer.text


@ONE_DATABASE
async def test_rules_of_other_sites_and_rules_that_decide_unseen_are_not_every_editors(database, morning):
    put(database, ["casino"], site="autre", url="https://autre.example/a")
    account(database, "one", sites=["mag"])
    keep_rules(database, "mag", CASINO, "chief", NOW)
    async with editor(database, "one") as client:
        assert (await client.get("/rules?site=autre")).status_code == 404
        page = (await client.get("/rules")).text
        assert "In force on mag" in page
        assert "autre" not in page
        word = {"list": "words", "entry": "poker", "do": "keep"}
        assert (await client.post("/rules", data={**word, "action": "reject"})).status_code == 403
        assert (await client.post("/rules?site=autre", data={**word, "action": "hold"})).status_code == 404
        assert (await client.post("/rules", data={**word, "action": "hold"})).status_code == 303
    assert rules_in_force(database, "mag").hold_words == ("bonus", "poker")
    assert rules_in_force(database, "autre") == Rules()


def test_an_editor_may_choose_second_opinions_and_is_told_how_many_there_are(database, everything):
    for number in everything[:2]:
        decide_on(database, number, "ana", Action.PUBLISH)
    draw(database, {}, 1.0, 1.0, NOW)
    assert looks_waiting(database, "bob", None) == {"unseen": 8, "second": 2}
    assert looks_waiting(database, "ana", None) == {"unseen": 8, "second": 0}
    chosen = to_look_at(database, "bob", None, only="second", passed=everything[:1])
    assert [(look.kind, look.comment_id) for look in chosen] == [("second", everything[1])]
    assert len(to_look_at(database, "bob", None, only="unseen")) == 8


@ONE_DATABASE
async def test_the_samples_interface_tells_one_kind_and_its_number(database, everything):
    account(database, "bob")
    decide_on(database, everything[0], "ana", Action.PUBLISH)
    async with editor(database, "bob") as client:
        draw(database, {}, 1.0, 1.0, NOW)
        second = (await client.get("/api/sample?kind=second")).json()
        without = (await client.get(f"/api/sample?kind=second&passed={everything[0]}")).json()
        page = (await client.get("/sample?kind=second")).text
    assert ([card["look_kind"] for card in second["items"]], second["waiting"]["count"]) == (["second"], 1)
    assert without["items"] == []
    assert "Second opinions (1)" in page
