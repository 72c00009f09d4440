from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import product
from typing import get_args

import pytest

from moderation.verdict import Action
from storage.crawl.loading import load
from storage.database.errors import DecisionConflict, UnknownItem
from storage.desk.author_history import author_history
from storage.desk.decisions import Wanted, decide, decide_all, decisions_on, edited_since, undo
from storage.desk.impact import measure_impact
from storage.desk.review_queue import (
    QueueFilter,
    QueueOrder,
    item,
    lease,
    lease_page,
    oldest_waiting,
    place_from,
    place_text,
    release_items,
    review_queue,
    thread,
    waiting_count,
)
from storage.upkeep.after_run import after_run
from tests.storage.conftest import MORNING

URL = "https://mag.example/a"


@pytest.fixture
def loaded(database, make, say, judge):
    """Loads comments with these verdicts; their numbers."""

    def put(*verdicts, bodies=None, url=URL):
        said = [say(body, id=f"c{n}") for n, body in enumerate(bodies or map(str, range(len(verdicts))))]
        load(database, [make.extracted(url, said, verdicts)], None, make.later())
        with database.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT c.id FROM comments c JOIN articles a ON a.id = c.article_id"
                f" WHERE a.url = '{url}' ORDER BY c.position"
            )
            return list(found.scalars())

    return put


def test_a_decision_holds_and_takes_the_comment_off_the_queue(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5))
    assert waiting_count(database, QueueFilter()).count == 1
    made = decide(database, number, "ana", Action.REJECT, "spam", 1, make.now, "k1")
    assert (made.action, made.version, made.editor) == ("reject", 2, "ana")
    assert waiting_count(database, QueueFilter()).count == 0
    assert (item(database, number).action, item(database, number).decided_by) == ("reject", "ana")


def test_the_same_key_is_the_same_decision(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5))
    first = decide(database, number, "ana", Action.REJECT, "spam", 1, make.now, "k1")
    again = decide(database, number, "ana", Action.REJECT, "spam", 1, make.now, "k1")
    assert again.id == first.id
    assert len(decisions_on(database, number)) == 1


def test_a_decision_on_an_older_version_says_who_decided_what(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5))
    decide(database, number, "ana", Action.REJECT, "spam", 1, make.now, "k1")
    with pytest.raises(DecisionConflict, match="ana decided 'reject'") as caught:
        decide(database, number, "bob", Action.PUBLISH, None, 1, make.now, "k2")
    assert (caught.value.version, caught.value.editor) == (2, "ana")
    assert decide(database, number, "bob", Action.PUBLISH, None, 2, make.now, "k2").version == 3


def test_of_many_editors_at_once_one_decides(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5))

    def attempt(n):
        try:
            return decide(database, number, f"e{n}", Action.PUBLISH, None, 1, make.now, f"k{n}").editor
        except DecisionConflict:
            return None

    with ThreadPoolExecutor(8) as editors:
        winners = [name for name in editors.map(attempt, range(8)) if name]
    assert len(winners) == 1
    assert [made.editor for made in decisions_on(database, number)] == winners


def test_undoing_brings_back_what_held_before(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5))
    first = decide(database, number, "ana", Action.REJECT, "spam", 1, make.now, "k1")
    second = decide(database, number, "bob", Action.PUBLISH, None, 2, make.now, "k2")
    taken_back = undo(database, second.id, "bob", make.now, "k3")
    assert (taken_back.action, item(database, number).action) == ("reject", "reject")
    undo(database, first.id, "ana", make.now, "k4")
    assert item(database, number).action == "review"
    assert waiting_count(database, QueueFilter()).count == 1
    undo(database, taken_back.id, "bob", make.now, "k5")
    assert item(database, number).action == "publish"
    assert len(decisions_on(database, number)) == 5


def test_undoing_an_older_decision_leaves_the_newer_one(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5))
    first = decide(database, number, "ana", Action.REJECT, "spam", 1, make.now, "k1")
    decide(database, number, "bob", Action.PUBLISH, None, 2, make.now, "k2")
    assert undo(database, first.id, "ana", make.now, "k3").action == "publish"


def test_a_crawl_never_overwrites_a_decision(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5), bodies=["avis"])
    decide(database, number, "ana", Action.PUBLISH, None, 1, make.now, "k1")
    loaded(judge("reject", 0.99, ["spam"]), bodies=["avis"])
    now = item(database, number)
    assert (now.action, now.decided_by, now.spam_probability) == ("publish", "ana", 0.99)


def test_an_edited_comment_that_is_judged_differently_goes_back_to_review(database, make, loaded, judge, rows):
    (number,) = loaded(judge("publish"), bodies=["avis"])
    decide(database, number, "ana", Action.PUBLISH, None, 1, make.now, "k1")
    loaded(judge("reject", 0.99, ["spam"]), bodies=["achetez"])
    now = item(database, number)
    assert (now.action, now.decided_by) == ("review", None)
    assert now.waiting_since is not None
    assert len(rows("SELECT * FROM decisions")) == 1
    loaded(judge("reject", 0.98, ["spam"], model="2"), bodies=["achetez"])
    assert item(database, number).action == "review"  # a new model does not take it out of the queue


def test_an_edited_comment_that_is_judged_alike_keeps_its_decision(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5), bodies=["avis"])
    decide(database, number, "ana", Action.PUBLISH, None, 1, make.now, "k1")
    loaded(judge("review", 0.5), bodies=["Avis."])
    assert item(database, number).action == "publish"


LONG = "Merci pour cette fiche claire et complète, elle aide beaucoup mon fils qui hésite encore."


def test_a_small_correction_stays_decided(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5), bodies=[LONG])
    decide(database, number, "ana", Action.PUBLISH, None, 1, make.now, "k1")
    loaded(judge("review", 0.5), bodies=[LONG.replace("claire", "très claire")])
    assert (item(database, number).action, item(database, number).decided_by) == ("publish", "ana")


@pytest.mark.parametrize(
    "after", [LONG + " https://boutique.example", LONG + " Tél. 06 12 34 56 78", LONG + " 500 €", "Tout autre chose."]
)
@pytest.mark.parametrize("action", [Action.PUBLISH, Action.REJECT])
def test_a_text_edited_in_substance_goes_back_to_review_though_it_is_judged_alike(
    database, make, loaded, judge, after, action
):
    (number,) = loaded(judge("review", 0.5), bodies=[LONG])
    decide(database, number, "ana", action, None, 1, make.now, "k1")
    loaded(judge("review", 0.5), bodies=[after])
    now = item(database, number)
    assert (now.action, now.decided_by, now.waiting_since is not None) == ("review", None, True)
    found = edited_since(database, [number])[number]
    assert (found.decision.editor, found.decision.comment_version) == ("ana", 1)
    assert (found.before.body, found.after.body) == (LONG, after)


def test_small_corrections_do_not_add_up_to_another_text_unseen(database, make, loaded, judge):
    words = [f"mot{n}" for n in range(12)]
    (number,) = loaded(judge("review", 0.5), bodies=[" ".join(words)])
    decide(database, number, "ana", Action.PUBLISH, None, 1, make.now, "k1")
    held = []
    for n in range(5):
        words[n] = f"autre{n}"
        loaded(judge("review", 0.5), bodies=[" ".join(words)])
        held.append(item(database, number).action)
    assert held == ["publish", "publish", "publish", "review", "review"]


def test_taking_back_leaves_what_was_decided_before_a_small_correction(database, make, loaded, judge):
    (number,) = loaded(judge("review", 0.5), bodies=[LONG])
    decide(database, number, "ana", Action.PUBLISH, None, 1, make.now, "k1")
    loaded(judge("review", 0.5), bodies=[LONG + " Bravo"])
    second = decide(database, number, "bob", Action.REJECT, "other", item(database, number).version, make.now, "k2")
    assert undo(database, second.id, "bob", make.now, "k3").action == "publish"


def test_a_verdict_is_added_only_when_it_differs(database, loaded, judge, rows):
    loaded(judge("review", 0.5))
    loaded(judge("review", 0.5))
    loaded(judge("publish", 0.1, model="2"))
    assert [row["action"] for row in rows("SELECT action FROM verdicts ORDER BY id")] == ["review", "publish"]


def test_the_pages_of_the_queue_hold_each_comment_once_in_order(database, loaded, judge):
    numbers = loaded(*[judge("review", 0.4 + n / 100) for n in range(25)])
    measure_impact(database)
    for order, chosen in product(
        get_args(QueueOrder), (QueueFilter(), QueueFilter(reason="short"), QueueFilter(text="1", sites=("mag",)))
    ):
        for pages in (review_queue, partial(lease_page, editor="marie", now=MORNING)):
            seen, after = [], None
            while True:
                page = pages(database, chosen=chosen, after=after, limit=10, order=order)
                seen += [entry.comment_id for entry in page.items]
                if page.next is None:
                    break
                after = place_from(place_text(page.next), order)
            assert sorted(seen) == [n for n in numbers if chosen.text is None or "1" in item(database, n).body]


def test_what_is_most_at_stake_comes_first(database, make, loaded, judge):
    alone = loaded(judge("review", 0.5), url="https://mag.example/alone")
    crowd = loaded(*[judge("review" if n == 1 else "publish", 0.5) for n in range(3)], url="https://mag.example/crowd")
    copied = loaded(
        *[judge("review", 0.5)] * 2,
        url="https://mag.example/copied",
        bodies=[
            f"Achetez nos montres de luxe pas cher sur notre boutique en ligne, livraison gratuite aujourd’hui {word}"
            for word in ("un", "deux")
        ],
    )
    after_run(database, make.now)
    found = review_queue(database, QueueFilter(), order="impact").items
    assert [(entry.comment_id, entry.impact) for entry in found] == [
        (copied[1], 4),
        (copied[0], 4),
        (crowd[1], 3),
        (alone[0], 1),
    ]
    assert measure_impact(database) == 0


def test_filters_choose_by_site_label_reason_language_text_and_author(database, loaded, judge):
    one, two = loaded(judge("review", 0.5, ["spam", "off_language"]), judge("review", 0.5), bodies=["un %", "deux"])
    author = item(database, one).author_key

    def found(**chosen):
        return [entry.comment_id for entry in review_queue(database, QueueFilter(**chosen)).items]

    assert found(label="spam") == [one]
    assert found(label="off") == []
    assert found(text="UN %") == [one]
    assert found(text="%", label="spam", language="fr", author_key=author, sites=("mag",)) == [one]
    assert found(reason="short") == [one, two]
    assert found(reason="shor") == found(reason="sh_rt") == found(reason='short"') == []
    assert found(campaign=1) == []
    assert found(language="fr") == [one, two]
    assert found(author_key=author) == [one, two]
    assert found(sites=("other",)) == []
    assert found(sites=("mag",)) == [one, two]


def test_a_leased_comment_is_nobody_elses_until_the_lease_ends(database, make, loaded, judge):
    numbers = loaded(*[judge("review", 0.5)] * 5)
    mine = lease(database, "ana", QueueFilter(), make.now, limit=3)
    theirs = lease(database, "bob", QueueFilter(), make.now, limit=3)
    assert sorted(entry.comment_id for entry in mine + theirs) == numbers
    assert [entry.comment_id for entry in lease(database, "ana", QueueFilter(), make.now, limit=3)] == [
        entry.comment_id for entry in mine
    ]
    assert release_items(database, "bob") == 2
    late = make.now + timedelta(seconds=500)
    assert len(lease(database, "eve", QueueFilter(), late, limit=9)) == 5


def test_a_campaign_is_decided_whole_or_not_at_all(database, make, loaded, judge):
    one, two = loaded(judge("review", 0.5), judge("review", 0.5))
    decide(database, two, "bob", Action.PUBLISH, None, 1, make.now, "b")
    both = [Wanted(comment_id=n, expected_version=1, idempotency_key=f"k{n}") for n in (one, two)]
    with pytest.raises(DecisionConflict):
        decide_all(database, both, "ana", Action.REJECT, "spam", make.now)
    assert item(database, one).action == "review"
    assert decisions_on(database, one) == ()


def test_a_thread_shows_the_neighbours_of_a_comment(database, loaded, judge):
    numbers = loaded(*[judge()] * 12)
    assert [entry.comment_id for entry in thread(database, numbers[6], around=2)] == numbers[4:9]


def test_the_oldest_waiting_comment_is_known(database, loaded, judge):
    assert oldest_waiting(database) is None
    loaded(judge("review", 0.5))
    assert oldest_waiting(database, ["mag"]) is not None


def test_what_does_not_exist_is_said(database, make):
    with pytest.raises(UnknownItem, match="no comment 99"):
        decide(database, 99, "ana", Action.PUBLISH, None, 1, make.now, "k")
    with pytest.raises(UnknownItem, match="no decision 99"):
        undo(database, 99, "ana", make.now, "k")
    with pytest.raises(UnknownItem):
        item(database, 99)


def test_an_authors_history_counts_what_holds(database, make, say, judge):
    said = [say("a", author="Zoé", author_url="https://z.example/x"), say("b", author=" zoé "), say("c", author="Max")]
    load(database, [make.extracted(URL, said, [judge(), judge("review", 0.5), judge("reject", 0.99)])], None, make.now)
    known = author_history(database, "mag", ["Zoé", "Max", "Ann", ""])
    assert (known["Zoé"].published, known["Zoé"].waiting, known["Zoé"].hosts) == (1, 1, ("z.example",))
    assert (known["Max"].rejected, known["Ann"].published, known[""].first_seen_at) == (1, 0, None)
    assert author_history(database, "other", ["Zoé"])["Zoé"].published == 0
