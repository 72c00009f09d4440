"""The desk's JSON interface: what it answers, and that no decision is lost, doubled or made on what has changed."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from flows.desk.cards import is_telling
from flows.desk.signing_in import sessions as accounts
from flows.settings import Settings
from moderation.verdict import Evidence
from storage.crawl.campaigns import find_campaigns
from storage.crawl.replaying import judged_comments
from storage.desk.decisions import decisions_on
from storage.desk.editors import audit_entries
from storage.desk.review_queue import EDITOR_LEASE_SECONDS, QueueFilter, QueueOrder, item, lease, waiting_count
from tests.flows.desk.room import MORNING, account, decided, editor, judged, put


def said(number: int, version: int = 1, key: str | None = None, action: str = "publish", **more):
    return {"items": [{"id": number, "version": version, "key": key or f"key-{number:05}"}], "action": action, **more}


@pytest.fixture
def marie(database):
    account(database, "marie")
    return "marie"


async def test_a_card_says_everything_that_a_decision_needs(database, marie):
    put(database, ["pas cher ! https://boutique.example"], urls=["https://boutique.example"])
    async with editor(database, marie) as client:
        (card,) = (await client.get("/api/queue")).json()["items"]
    assert (card["version"], card["probability"], card["labels"]) == (1, 0.8, ["spam"])
    assert [reason["signal"] for reason in card["reasons"]] == ["words-shopping", "link"]
    assert card["start"] == -3.5
    assert card["reasons"][0]["spans"] == [[0, 8]]


@pytest.mark.parametrize(
    ("words", "telling"), [("the", False), ("cher", False), ("discount", True), ("!!!", True), ("50 €", True)]
)
def test_stop_words_are_not_highlighted(words, telling):
    assert is_telling(words) is telling


async def test_weak_reasons_are_told_without_highlight(database, marie):
    weak = Evidence(signal="on-topic", log_odds=-0.1, because="potager", spans=((0, 7),))
    put(database, ["potager"], [judged(evidence=[weak])])
    async with editor(database, marie) as client:
        (card,) = (await client.get("/api/queue")).json()["items"]
    assert [(reason["signal"], reason["spans"]) for reason in card["reasons"]] == [("on-topic", [])]


async def test_the_queue_goes_on_where_its_last_page_ended(database, marie):
    numbers = put(database, [f"commentaire {n}" for n in range(7)])
    async with editor(database, marie) as client:
        seen, after = [], None
        for _ in range(4):
            page = (await client.get("/api/queue", params={"limit": 3} | ({"after": after} if after else {}))).json()
            seen += [card["id"] for card in page["items"]]
            after = page["next"]
            if after is None:
                break
    assert seen == numbers
    assert page["waiting"] == {"count": 7, "more": False}


@pytest.mark.parametrize("order", get_args(QueueOrder))
async def test_every_order_has_pages(database, marie, order):
    numbers = put(database, [f"n {n}" for n in range(5)], [judged(probability=p) for p in (0.9, 0.5, 0.7, 0.6, 0.8)])
    async with editor(database, marie) as client:
        first = (await client.get(f"/api/queue?limit=2&order={order}")).json()
        rest = (await client.get("/api/queue", params={"order": order, "after": first["next"]})).json()
    seen = [card["id"] for card in first["items"] + rest["items"]]
    assert sorted(seen) == numbers
    if order == "doubt":
        assert seen[:2] == [numbers[1], numbers[3]]


async def test_a_place_that_is_none_is_a_fault_of_the_request(database, marie):
    async with editor(database, marie) as client:
        for text in ("nonsense", "[1]", '{"a": 1}', "[[],1]", "[0.5,1]", "[3,1]", '["2026-03-02",1]'):
            answer = await client.get("/api/queue", params={"after": text})
            assert answer.status_code == 422, text


async def test_a_number_that_no_database_holds_is_a_fault_of_the_request(database, marie):
    big = 2**63
    async with editor(database, marie) as client:
        answers = [
            await client.get("/api/queue", params={"campaign": big}),
            await client.get("/api/queue", params={"order": "impact", "after": f"[{big},1]"}),
            await client.get("/api/queue", params={"order": "impact", "after": f"[1,{big}]"}),
            await client.get(f"/api/campaigns/{big}"),
            await client.get(f"/api/comments/{big}"),
            await client.get(f"/api/comments/{big}/context"),
            await client.post(f"/api/sample/{big}", json={"action": "publish"}),
            await client.post("/api/leases", json={"items": {str(big): 1}}),
            await client.post("/api/decisions", json=said(big)),
            await client.post("/api/undo", json={"decisions": [big], "key": "undo-12345"}),
        ]
    assert [one.status_code for one in answers] == [422] * len(answers)


async def test_a_decision_is_taken_once_however_often_it_is_sent(database, marie):
    (number,) = put(database, ["merci"])
    async with editor(database, marie) as client:
        answers = [(await client.post("/api/decisions", json=said(number))).json() for _ in range(3)]
    assert len({answer["decisions"][0]["id"] for answer in answers}) == 1
    assert len(decisions_on(database, number)) == 1


async def test_a_conflict_says_who_decided_what_and_lets_one_contest(database, marie):
    (number,) = put(database, ["merci"])
    account(database, "tom")
    async with editor(database, marie) as hers, editor(database, "tom") as his:
        await hers.post("/api/decisions", json=said(number, action="reject", reason="spam"))
        refused = await his.post("/api/decisions", json=said(number, key="tom-00001"))
        assert refused.status_code == 409
        told = refused.json()
        assert (told["editor"], told["action"], told["comment"], told["version"]) == ("marie", "reject", number, 2)
        again = await his.post("/api/decisions", json=said(number, told["version"], key="tom-00002"))
    assert again.status_code == 200
    assert decided(database) == [(number, "tom", "publish", None)]


async def test_a_campaign_is_decided_as_a_whole_or_not_at_all(database, marie):
    numbers = put(database, [f"achetez {n}" for n in range(3)])
    items = [{"id": number, "version": 1, "key": f"key-{number:05}"} for number in numbers]
    items[2]["version"] = 9
    async with editor(database, marie) as client:
        assert (await client.post("/api/decisions", json={"items": items, "action": "reject"})).status_code == 409
        assert decided(database) == []
        items[2]["version"] = 1
        await client.post("/api/decisions", json={"items": items, "action": "reject", "reason": "spam"})
        assert len(decided(database)) == 3
        undo = {"keys": [one["key"] for one in items], "key": "undo-00001"}
        assert (await client.post("/api/undo", json=undo)).status_code == 200
    assert decided(database) == []
    assert waiting_count(database, QueueFilter()).count == 3


async def test_an_undo_by_key_needs_a_decision_of_ones_own(database, marie):
    (number,) = put(database, ["merci"])
    account(database, "tom")
    async with editor(database, marie) as hers, editor(database, "tom") as his:
        await hers.post("/api/decisions", json=said(number))
        undo = {"keys": [f"key-{number:05}"], "key": "undo-00001"}
        assert (await his.post("/api/undo", json=undo)).status_code == 404
        assert (await hers.post("/api/undo", json=undo)).status_code == 200
        assert (await hers.post("/api/undo", json=undo)).status_code == 200
    assert len(decisions_on(database, number)) == 2


async def test_old_decisions_can_be_taken_back_by_anybody_who_may_see_them(database, marie):
    (number,) = put(database, ["merci"])
    account(database, "tom")
    async with editor(database, marie) as hers, editor(database, "tom") as his:
        made = (await hers.post("/api/decisions", json=said(number))).json()["decisions"][0]
        assert [one["id"] for one in (await hers.get("/api/decisions")).json()["decisions"]] == [made["id"]]
        await his.post("/api/undo", json={"decisions": [made["id"]], "key": "undo-00001"})
        assert (await hers.get("/api/decisions")).json()["decisions"] == []
        history = (await hers.get(f"/api/comments/{number}/context")).json()["history"]
    assert [(one["editor"], one["undone"], one["undoes"]) for one in history] == [
        ("marie", True, None),
        ("tom", False, made["id"]),
    ]


async def test_what_one_editor_has_on_screen_is_not_offered_to_another(database, marie):
    numbers = put(database, [f"n {n}" for n in range(4)])
    account(database, "tom")
    async with editor(database, marie) as hers, editor(database, "tom") as his:
        first = (await hers.get("/api/queue?limit=2")).json()["items"]
        assert [card["id"] for card in first] == numbers[:2]
        assert [card["id"] for card in (await his.get("/api/queue")).json()["items"]] == numbers[2:]
        assert (await hers.post("/api/release")).json() == {"released": 2}
        assert len((await his.get("/api/queue")).json()["items"]) == 4


async def test_leases_are_renewed_and_what_was_lost_is_told(database, marie):
    numbers = put(database, [f"n {n}" for n in range(3)])
    account(database, "tom")
    async with editor(database, marie) as hers, editor(database, "tom") as his:
        await hers.get("/api/queue")
        late = accounts.utc_now() + timedelta(seconds=EDITOR_LEASE_SECONDS + 1)
        lease(database, "tom", QueueFilter(), late, limit=1)  # hers has ended by then
        await his.post("/api/decisions", json=said(numbers[1], key="tom-00001"))
        shown = {str(number): 1 for number in numbers}
        answer = (await hers.post("/api/leases", json={"items": shown})).json()
    assert answer["kept"] == [numbers[2]]
    gone = {card["id"]: card for card in answer["gone"]}
    assert gone[numbers[0]]["leased_by"] == "tom"
    assert (gone[numbers[1]]["action"], gone[numbers[1]]["decided_by"]) == ("publish", "tom")


async def test_a_comment_edited_meanwhile_comes_back_as_it_stands_now(database, marie):
    (number,) = put(database, ["merci"])
    async with editor(database, marie) as client:
        await client.get("/api/queue")
        put(database, ["achetez"], [judged(probability=0.55)], now=MORNING + timedelta(days=1))
        answer = (await client.post("/api/leases", json={"items": {str(number): 1}})).json()
    assert (answer["kept"], answer["gone"][0]["body"]) == ([], "achetez")
    assert answer["gone"][0]["leased_by"] is None  # her own lease takes nothing from her


async def test_filters_narrow_the_queue(database, marie):
    put(database, ["spam ici", "hello"], [judged(), judged(labels=["off_language"], language="en")])
    async with editor(database, marie) as client:
        for query, bodies in {
            "label=spam": ["spam ici"],
            "language=en": ["hello"],
            "text=ICI": ["spam ici"],
            "older_than_hours=1": ["spam ici", "hello"],
            "site=nowhere": [],
            "reason=words-shopping": ["spam ici", "hello"],
            "reason=nothing": [],
            "campaign=1": [],
            "article=FICHE": ["spam ici", "hello"],
            "article=mag.example/b": [],
            "kind=comment&since=2026-02-01&until=2026-02-01": ["spam ici", "hello"],
            "kind=pingback": [],
            "since=2026-02-02": [],
            "until=2026-01-31": [],
            "author=auteur 2": ["hello"],
        }.items():
            found = (await client.get(f"/api/queue?{query}")).json()["items"]
            assert [card["body"] for card in found] == bodies, query


async def test_a_campaign_shows_its_waiting_comments(database, marie):
    body = "Achetez nos montres de luxe pas cher sur notre boutique en ligne, livraison gratuite aujourd'hui"
    numbers = put(database, [f"{body} {word}" for word in ("un", "deux", "trois")] + ["Merci pour cet article !"])
    find_campaigns(database, MORNING + timedelta(hours=1))
    async with editor(database, marie) as client:
        card = (await client.get(f"/api/comments/{numbers[0]}")).json()
        found = (await client.get(f"/api/campaigns/{card['campaign']['id']}")).json()
        context = (await client.get(f"/api/comments/{numbers[0]}/context")).json()
    assert [one["id"] for one in found["items"]] == numbers[:3]
    assert context["duplicates"]["count"] == 3


async def test_the_context_holds_article_thread_author_and_history(database, marie):
    numbers = put(database, ["premier", "second", "troisième"], authors=["Léa", "Léa", "Tom"])
    async with editor(database, marie) as client:
        context = (await client.get(f"/api/comments/{numbers[0]}/context")).json()
        author = (await client.get(f"/api/authors/{context['author']['key']}")).json()
    assert context["article"]["sections"] == [{"heading": "Définition", "text": "Il cultive des légumes."}]
    assert [one["id"] for one in context["thread"]] == numbers
    assert context["author"]["waiting"] == 2
    assert [one["body"] for one in author["comments"]] == ["second", "premier"]


async def test_off_language_shows_both_languages_with_their_probabilities(database, marie):
    words = "This is a rather long English sentence about gardening, with many words that nobody would take for French."
    (number,) = put(database, [words], [judged(relation="other", language="en", labels=["off_language"])])
    async with editor(database, marie) as client:
        found = (await client.get(f"/api/comments/{number}/context")).json()["languages"]
    assert (found["comment"], found["article"]) == ("en", "fr")
    assert found["comment_probability"] is None or found["comment_probability"] > 0.9


async def test_wrong_requests_get_one_sentence(database, marie):
    (number,) = put(database, ["merci"])
    async with editor(database, marie) as client:
        for body in (
            {},
            said(number, action="delete"),
            said(number, key="short"),
            said(number) | {"reason": "because"},
            said(number) | {"note": "x" * 2001},
            said(number) | {"items": []},
        ):
            answer = await client.post("/api/decisions", json=body)
            assert answer.status_code == 422
            assert isinstance(answer.json()["error"], str)
        assert (await client.post("/api/decisions", json=said(99999))).status_code == 404
        assert (await client.post("/api/undo", json={"key": "undo-00001"})).status_code == 422
    assert decided(database) == []


async def test_views_are_saved_replaced_and_forgotten_by_their_owner(database, marie):
    account(database, "tom")
    async with editor(database, marie) as hers, editor(database, "tom") as his:
        await hers.post("/api/views", json={"name": "Doutes", "chosen": {"order": "doubt"}})
        await hers.post("/api/views", json={"name": "Doutes", "chosen": {"order": "doubt", "label": "spam"}})
        saved = {"views": [{"name": "Doutes", "chosen": {"order": "doubt", "label": "spam"}}]}
        assert (await hers.get("/api/views")).json() == saved
        assert (await his.get("/api/views")).json() == {"views": []}
        await his.delete("/api/views/Doutes")
        assert (await hers.get("/api/views")).json() == saved
        assert (await hers.delete("/api/views/Doutes")).json() == {"views": []}


async def test_the_interface_describes_itself(database, marie):
    async with editor(database, marie) as client:
        described = (await client.get("/api/openapi.json")).json()
    assert {"/queue", "/decisions", "/undo", "/rules/try"} <= set(described["paths"])
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), f"{method} {path}"
            answered = operation["responses"]["200"]["content"]["application/json"]["schema"]
            name = answered["$ref"].rpartition("/")[2]  # a type with a name and fields, not just anything
            assert described["components"]["schemas"][name]["properties"], f"{method} {path}"
    assert {"site", "order", "after", "limit"} <= {
        one["name"] for one in described["paths"]["/queue"]["get"]["parameters"]
    }


async def test_a_decision_holds_against_a_later_verdict_of_the_machine(database, marie):
    (number,) = put(database, ["merci"])
    async with editor(database, marie) as client:
        await client.post("/api/decisions", json=said(number))
    put(database, ["merci"], [judged("reject", 0.999, model="2")], now=MORNING + timedelta(days=1))
    assert item(database, number).action == "publish"


async def test_a_page_that_is_no_article_is_set_right_at_the_desk(database, marie):
    numbers = put(database, ["un", "deux"])
    async with editor(database, marie) as client:
        page = (await client.get(f"/api/comments/{numbers[0]}/context")).json()["article"]["page"]
        assert page["kind"] == "article"
        answer = (await client.post(f"/api/pages/{page['id']}/kind", json={"kind": "list"})).json()
        assert (answer["withdrawn"], answer["page"]["kind_by"]) == (True, "editor")
        assert answer["page"]["because"] == ["marie said so"]
        assert (await client.get("/api/queue")).json()["items"] == []
        assert (await client.post(f"/api/pages/{page['id']}/kind", json={"kind": "lists"})).status_code == 422


FRENCH = "Je trouve que cet article est très bien écrit, merci beaucoup pour toutes ces explications détaillées."


def magazine(database):
    return Settings(
        database_url=database.url, moderation={"lean": True}, sites=[{"name": "mag", "urls": ["https://mag.example/"]}]
    )


async def test_an_article_s_language_is_set_at_the_desk_and_its_comments_judged_again_and_back(database, marie):
    foreign = judged(labels=["off_language"], probability=0.1, relation="other", language="fr")
    (number,) = put(database, [FRENCH], [foreign], language="en")
    async with editor(database, marie, magazine(database)) as client:
        card = (await client.get("/api/queue")).json()["items"][0]
        assert (card["article_language"], card["relation"]) == ("en", "other")
        where = f"/api/articles/{card['article']['id']}/language"
        answer = (await client.post(where, json={"language": "fr"})).json()
        assert (answer["language"], answer["said_by"], answer["judged"]) == ("fr", "marie", 1)
        card = (await client.get(f"/api/comments/{number}")).json()
        assert (card["relation"], card["action"], card["article_language"]) == ("same", "publish", "fr")
        article = (await client.get(f"/api/comments/{number}/context")).json()["article"]
        assert (article["language"], article["language_by"]) == ("fr", "marie")
        put(database, [FRENCH], [foreign], language="en", now=MORNING + timedelta(days=1), title="Autre titre")
        assert (await client.get(f"/api/comments/{number}")).json()["article_language"] == "fr"  # a crawl keeps it
        answer = (await client.post(where, json={"language": "auto"})).json()
        assert (answer["language"], answer["said_by"]) == ("en", None)
        assert (await client.get(f"/api/comments/{number}")).json()["relation"] == "other"
    told = [
        (one.editor, one.detail["language"], one.detail["before"])
        for one in audit_entries(database, 10)
        if one.event == "article_language"
    ]
    assert told == [("marie", None, "fr"), ("marie", "fr", "en")]


async def test_a_language_that_is_none_is_refused_in_a_sentence(database, marie):
    put(database, ["un"])
    async with editor(database, marie, magazine(database)) as client:
        answer = await client.post("/api/articles/1/language", json={"language": "xx"})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("language must be auto or one of ar, bg")


async def test_only_who_reviews_the_site_may_say_which_language_its_articles_are_in(database, marie):
    put(database, ["un"])
    account(database, "vera", role="viewer")
    account(database, "otto", sites=["autre"])
    for name, status in (("vera", 403), ("otto", 404)):
        async with editor(database, name, magazine(database)) as client:
            assert (await client.post("/api/articles/1/language", json={"language": "fr"})).status_code == status


async def test_a_site_that_is_not_in_the_settings_is_judged_by_its_next_run(database, marie):
    (number,) = put(database, [FRENCH], language="en")
    async with editor(database, marie) as client:
        answer = (await client.post("/api/articles/1/language", json={"language": "fr"})).json()
    assert (answer["language"], answer["judged"]) == ("fr", None)
    due = list(judged_comments(database, context_since=MORNING))
    assert [(one.comment_id, one.submission.said_language) for one in due] == [(number, "fr")]


async def test_only_who_reviews_the_site_may_say_what_its_pages_are(database, marie):
    put(database, ["un"])
    account(database, "vera", role="viewer")
    account(database, "otto", sites=["autre"])
    for name, status in (("vera", 403), ("otto", 404)):
        async with editor(database, name) as client:
            assert (await client.post("/api/pages/1/kind", json={"kind": "list"})).status_code == status
