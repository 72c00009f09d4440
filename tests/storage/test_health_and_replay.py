from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from extractors.records import Discussion
from moderation.verdict import Action
from storage.crawl.campaigns import campaign_sizes, find_campaigns, largest_campaigns, members
from storage.crawl.loading import load
from storage.crawl.outcomes import Quarantined
from storage.crawl.replaying import StoredPage, archived_pages, is_older, judged_comments, store_verdicts, stored_page
from storage.crawl.runs import finish_run, recent_runs, start_run
from storage.desk.decisions import decide
from storage.desk.learned import all_learned, keep_learned, newest_learned
from storage.upkeep.health import site_status

URL = "https://mag.example/a"


def test_a_status_counts_pages_comments_and_the_queue(database, make, say, judge):
    said, verdicts = [say("a"), say("b")], [judge(), judge("review", 0.5)]
    load(database, [make.extracted(URL, said, verdicts)], None, make.now)
    bad = Quarantined(exchange=make.exchange(f"{URL}/x"), reason="empty", message="nothing", next_due=None)
    load(database, [bad], None, make.now)
    (status,) = site_status(database, make.later(days=2))
    assert (status.site, status.pages, status.due) == ("mag", {"ok": 1, "quarantined": 1}, 1)
    assert (status.comments, status.waiting, status.quarantined) == ({"publish": 1, "review": 1}, 1, 1)
    assert status.alarms == ()


def test_a_status_shows_what_pages_yield_now_and_yielded_before(database, make, say):
    many = [say(str(n)) for n in range(6)]
    load(database, [make.extracted(f"{URL}/{n}", many) for n in range(10)], None, make.now)
    blind = [make.extracted(f"{URL}/{n}", [], discussion=Discussion()) for n in range(10)]
    load(database, blind, None, make.now)
    (status,) = site_status(database, make.now, "mag")
    assert (status.yield_before.comments, status.yield_now.comments) == (6.0, 0.0)


def test_a_run_that_died_in_silence_is_abandoned_and_shown(database, make):
    start_run(database, "mag", "run", make.now)
    second = start_run(database, "mag", "run", make.later(hours=2))
    finish_run(database, second, {"pages": 3}, "failed", make.now, "no disk left")
    runs = recent_runs(database, "mag")
    assert [run.status for run in runs] == ["failed", "abandoned"]
    assert runs[0].counts == {"pages": 3}
    assert "no disk left" in site_status(database, make.now)[0].alarms[0]


def test_a_bad_night_is_still_shown_after_the_replay_that_it_started(database, make):
    night = start_run(database, "mag", "run", make.now)
    replay = start_run(database, "mag", "replay", make.now)
    finish_run(database, replay, {}, "finished", make.now)
    finish_run(database, night, {"pages": 3}, "failed", make.now, "no disk left")
    assert site_status(database, make.now)[0].last_run.id == night


def test_the_newest_archived_answer_of_each_page_can_be_replayed(database, make):
    load(database, [make.extracted(URL, text="un"), make.extracted(f"{URL}/2")], None, make.now)
    newer = replace(make.exchange(URL, "deux"), warc_offset=99)
    load(database, [make.extracted(URL, exchange=newer)], None, make.now)
    found = list(archived_pages(database, site="mag"))
    assert [(page.exchange.url, page.archived.offset) for page in found] == [(f"{URL}/2", 7), (URL, 99)]
    assert list(archived_pages(database, site="other")) == []
    assert list(archived_pages(database, older_than_extractor="1.0.0")) == []
    assert len(list(archived_pages(database, older_than_extractor="1.10"))) == 2


def test_versions_are_compared_as_numbers():
    assert is_older("1.9.2", "1.10")
    assert not is_older("1.10", "1.9.2")
    assert is_older(None, "0.1")


def test_stored_comments_can_be_judged_again_but_decisions_hold(database, make, say, judge):
    load(database, [make.extracted(URL, [say("a"), say("b")], [judge(), judge()])], None, make.now)
    first, second = list(judged_comments(database, site="mag"))
    assert (first.submission.text, first.submission.siblings, first.submission.site) == ("a", ("b",), "mag.example")
    decide(database, first.comment_id, "ana", Action.PUBLISH, None, 1, make.now, "k")
    harsh = judge("reject", 0.999, ["spam"], model="2")
    done = store_verdicts(database, [(first, harsh), (second, harsh)], None, make.now)
    assert done.verdicts == 2
    again = list(judged_comments(database))
    assert [(one.verdict.action, one.decision) for one in again] == [("reject", "publish"), ("reject", None)]
    assert [one.comment_id for one in judged_comments(database, decided=True)] == [first.comment_id]
    assert list(judged_comments(database, model_version_not="2")) == []


def test_a_stored_page_is_the_record_that_was_loaded(database, make, say, short_message):
    outcome = make.extracted(
        URL,
        [say("a", id="c1", links=("https://x.example/",)), say("b", id="c2", parent=1)],
        tweets=(short_message("t", id="1", hashtags=("a", "b"), urls=("https://y.example/",)),),
        footnotes=("* note",),
    )
    load(database, [outcome], None, make.now)
    assert stored_page(database, URL, outcome.exchange.page_id) == StoredPage(record=outcome.page, is_main=True)
    assert stored_page(database, "https://nowhere.example/", outcome.exchange.page_id) is None


def test_each_page_of_a_thread_has_its_own_comments_and_one_has_the_fields(database, make, say):
    first = make.extracted(URL, [say("a", id="c1")])
    second = make.extracted(f"{URL}/comment-page-2/", [say("b", id="c2")], canonical_url=URL, title="Autre titre")
    load(database, [first], None, make.now)
    load(database, [second], None, make.now)
    kept = [stored_page(database, URL, read.exchange.page_id) for read in (first, second)]
    assert [([one.id for one in page.record.comments], page.is_main) for page in kept] == [
        (["c1"], True),
        (["c2"], False),
    ]


SPAM = "Buy cheap watches and shoes now at our wonderful shop with free delivery to {} and everywhere"


def test_near_duplicates_across_pages_become_one_campaign(database, make, say):
    honest = (
        "Un avis personnel sur ce beau métier que je pratique depuis dix ans",
        "Bonjour, je suis en reconversion et je cherche une école sérieuse à Nantes",
        "La fourchette de salaire me semble bien optimiste pour un débutant en province",
        "Merci beaucoup pour cette fiche très claire, elle m'aide à choisir ma voie",
    )
    for n, (town, text) in enumerate(zip(("Paris", "Lyon", "Lille", "Brest"), honest, strict=True)):
        said = [say(SPAM.format(town), id="s"), say(text, id="h")]
        load(database, [make.extracted(f"{URL}/{n}", said)], None, make.now)
    assert find_campaigns(database, make.now) >= 3
    assert find_campaigns(database, make.now) == 0
    (found,) = largest_campaigns(database)
    assert (found.size, found.sites) == (4, 1)
    assert found.sample == SPAM.format("Paris")
    numbers = members(database, found.id)
    assert campaign_sizes(database, numbers) == dict.fromkeys(numbers, 4)
    assert largest_campaigns(database, site="other") == ()
    load(database, [make.extracted(f"{URL}/9", [say(SPAM.format("Nice"), id="s")])], None, make.later(days=1))
    find_campaigns(database, make.now + timedelta(days=1))
    assert largest_campaigns(database)[0].size == 5


def test_what_was_learned_is_kept_with_its_history(database, make):
    keep_learned(database, "mag", "layer", "1", '{"a": 1}', "train", make.now)
    keep_learned(database, "mag", "layer", "2", '{"a": 2}', "train", make.now)
    keep_learned(database, None, "rules", "1", "[]", "ana", make.now)
    assert newest_learned(database, "layer", "mag").content == '{"a":2}'
    assert newest_learned(database, "layer") is None
    assert [one.version for one in all_learned(database, "layer", "mag")] == ["2", "1"]
    assert newest_learned(database, "rules").made_by == "ana"
