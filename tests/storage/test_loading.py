from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.records import DatePrecision, Discussion, Section, Shortfall
from moderation.verdict import Action
from storage.crawl.frontier import claim, counts
from storage.crawl.loading import load
from storage.crawl.outcomes import Exchange, Extracted, Failed, GonePage, Quarantined, Unchanged
from storage.crawl.quarantine import open_cases, resolve
from storage.desk.decisions import decide

URL = "https://mag.example/traffic-manager"
TABLES = (
    "articles",
    "sections",
    "comments",
    "comment_versions",
    "article_versions",
    "tweets",
    "tweet_sightings",
    "tweet_entities",
    "verdicts",
    "reviews",
    "fetches",
    "pages",
    "quarantine",
)


@pytest.fixture
def everything(rows):
    def look():
        return {name: sorted(rows(f"SELECT * FROM {name}"), key=repr) for name in TABLES}

    return look


def test_loading_twice_equals_loading_once(database, make, say, judge, short_message, everything):
    outcome = make.extracted(
        URL,
        [say("Merci !", id="comment-1"), say("Buy now", author=None), say("Merci !", parent=1)],
        [judge(), judge("reject", 0.99, ["spam"]), judge("review", 0.5)],
        tweets=(short_message("Un #emploi", id="9", hashtags=("emploi",)), short_message("RT bla")),
    )
    first = load(database, [outcome], None, make.now)
    before = everything()
    second = load(database, [outcome], None, make.now)
    assert everything() == before
    assert (first.new_articles, first.new_comments, first.new_tweets, first.sightings) == (1, 3, 2, 2)
    assert (first.verdicts, first.waiting) == (3, 1)
    assert second == replace(
        second,
        new_articles=0,
        new_comments=0,
        changed_comments=0,
        new_tweets=0,
        sightings=0,
        verdicts=0,
        waiting=0,
        changed_articles=0,
        removed_comments=0,
    )


def test_a_loaded_page_says_everything_its_record_said(database, make, say, rows):
    body = "Très bien.\n\nEt clair « ça » 🎉"
    load(
        database,
        [make.extracted(URL, [say(body, author_url="https://a.example", links=("https://b.example/",))])],
        None,
        make.now,
    )
    (article,) = rows("SELECT * FROM articles")
    (stored,) = rows("SELECT * FROM comments")
    assert (article["title"], article["text"], article["version"]) == (
        "Fiche métier : Traffic manager",
        "Définition\n\nIl gère le trafic.",
        1,
    )
    assert (stored["author"], stored["body"], stored["author_url"]) == ("Léa", body, "https://a.example")
    assert "https://b.example/" in str(stored["links"])
    assert rows("SELECT heading, text FROM sections") == [{"heading": "Définition", "text": "Il gère le trafic."}]


def test_reordered_comments_without_ids_stay_the_same_comments(database, make, say, rows):
    load(database, [make.extracted(URL, [say("un"), say("deux"), say("trois")])], None, make.now)
    before = {row["id"]: row["body"] for row in rows("SELECT id, body FROM comments")}
    done = load(database, [make.extracted(URL, [say("trois"), say("un"), say("deux")])], None, make.now)
    assert (done.new_comments, done.changed_comments, done.removed_comments) == (0, 0, 0)
    assert {row["id"]: row["body"] for row in rows("SELECT id, body FROM comments")} == before
    assert [row["body"] for row in rows("SELECT body FROM comments ORDER BY position")] == ["trois", "un", "deux"]


def test_the_same_words_twice_by_one_author_are_two_comments(database, make, say):
    twice = [say("Merci"), say("Merci")]
    assert load(database, [make.extracted(URL, twice)], None, make.now).new_comments == 2
    assert load(database, [make.extracted(URL, twice)], None, make.now).new_comments == 0


def test_ids_that_a_theme_gives_to_every_comment_do_not_merge_them(database, make, say):
    same = [say("un", id="comment"), say("deux", id="comment")]
    assert load(database, [make.extracted(URL, same)], None, make.now).new_comments == 2


def test_a_comment_that_gets_an_id_later_stays_the_same_comment(database, make, say, rows):
    load(database, [make.extracted(URL, [say("un"), say("deux")])], None, make.now)
    done = load(database, [make.extracted(URL, [say("un", id="c1"), say("deux", id="c2")])], None, make.now)
    assert (done.new_comments, done.removed_comments) == (0, 0)
    assert [row["key"] for row in rows("SELECT key FROM comments ORDER BY id")] == ["1", "2"]


def test_a_relative_date_neither_splits_a_comment_nor_moves(database, make, say, rows):
    first = say("un", date=None, date_text="il y a 2 jours", date_precision=DatePrecision.RELATIVE)
    load(database, [make.extracted(URL, [first])], None, make.now)
    done = load(database, [make.extracted(URL, [replace(first, date_text="il y a 3 jours")])], None, make.now)
    assert done.new_comments == 0
    assert rows("SELECT date_text FROM comments") == [{"date_text": "il y a 2 jours"}]


def test_an_edited_comment_gets_a_version_and_keeps_the_old_one(database, make, say, rows):
    load(database, [make.extracted(URL, [say("avant", id="c1")])], None, make.now)
    done = load(database, [make.extracted(URL, [say("après", id="c1")])], None, make.now)
    assert (done.changed_comments, done.new_comments) == (1, 0)
    assert rows("SELECT body, version FROM comments") == [{"body": "après", "version": 2}]
    assert rows("SELECT body, version FROM comment_versions") == [{"body": "avant", "version": 1}]


def test_a_vanished_comment_is_marked_and_one_that_comes_back_is_cleared(database, make, say, rows):
    both = [say("un", id="c1"), say("deux", id="c2")]
    load(database, [make.extracted(URL, both)], None, make.now)
    assert load(database, [make.extracted(URL, both[:1])], None, make.now).removed_comments == 1
    assert [row["body"] for row in rows("SELECT body FROM comments WHERE removed_at IS NOT NULL")] == ["deux"]
    assert load(database, [make.extracted(URL, both)], None, make.now).reappeared_comments == 1
    assert rows("SELECT body FROM comments WHERE removed_at IS NOT NULL") == []
    assert len(rows("SELECT * FROM comment_absences")) == 1


@pytest.mark.parametrize("shortfall", [Shortfall.JAVASCRIPT, Shortfall.COLLAPSED, Shortfall.UNKNOWN])
def test_a_page_that_shows_only_some_comments_removes_none(database, make, say, shortfall):
    both = [say("un", id="c1"), say("deux", id="c2")]
    load(database, [make.extracted(URL, both)], None, make.now)
    partly = make.extracted(URL, both[:1], discussion=Discussion(claimed=2, found=1, shortfall=shortfall))
    assert load(database, [partly], None, make.now).removed_comments == 0


def answered(say, number, parent=None):
    return say(f"words of {number}", id=f"c{number}", parent=parent)


def test_answers_hidden_with_a_comment_that_is_held_back_stay_and_it_is_marked(database, make, say, rows):
    whole = [answered(say, 1), answered(say, 2), answered(say, 3, 2), answered(say, 4, 3), answered(say, 5)]
    load(database, [make.extracted(URL, whole)], None, make.now)
    shown = [answered(say, 1), answered(say, 5)]
    held = Discussion(claimed=4, found=2, shortfall=Shortfall.HIDDEN)  # WordPress counts the answers 3 and 4
    for _ in range(2):
        load(database, [make.extracted(URL, shown, discussion=held)], None, make.now)
        assert [row["site_comment_id"] for row in rows("SELECT * FROM comments WHERE removed_at IS NOT NULL")] == ["c2"]
    load(database, [make.extracted(URL, shown, discussion=Discussion(claimed=2, found=2))], None, make.now)
    gone = rows("SELECT site_comment_id FROM comments WHERE removed_at IS NOT NULL ORDER BY 1")
    assert [row["site_comment_id"] for row in gone] == ["c2", "c3", "c4"]


def test_a_count_with_room_for_all_that_is_absent_marks_nothing(database, make, say):
    whole = [answered(say, 1), answered(say, 2), answered(say, 3, 2), answered(say, 4)]
    load(database, [make.extracted(URL, whole)], None, make.now)
    partly = make.extracted(URL, whole[:1], discussion=Discussion(claimed=4, found=1, shortfall=Shortfall.HIDDEN))
    assert load(database, [partly], None, make.now).removed_comments == 0


def test_a_theme_that_hides_all_comments_from_the_extractor_removes_none(database, make, say):
    many = [say(str(n), id=f"c{n}") for n in range(8)]
    load(database, [make.extracted(URL, many)], None, make.now)
    emptied = make.extracted(URL, [], discussion=Discussion(platform=None))
    assert load(database, [emptied], None, make.now).removed_comments == 0


def test_further_pages_of_a_thread_belong_to_the_article(database, make, say, rows):
    second = f"{URL}/comment-page-2"
    paged = Discussion(claimed=4, found=2, next_page=f"{second}#comments", shortfall=Shortfall.PAGINATED)
    load(database, [make.extracted(URL, [say("1", id="c1"), say("2", id="c2")], discussion=paged)], None, make.now)
    assert [page.url for page in claim(database, "mag", "w", 9, make.now) if page.url == second] == [second]
    more = make.extracted(second, [say("3", id="c3"), say("4", id="c4")], title="Page 2")
    done = load(database, [more], None, make.now)
    assert (done.new_articles, done.changed_articles, done.new_comments) == (0, 0, 2)
    assert [row["n"] for row in rows("SELECT count(*) AS n FROM comments GROUP BY article_id")] == [4]
    assert rows("SELECT title FROM articles") == [{"title": "Fiche métier : Traffic manager"}]


def test_a_page_in_the_middle_of_a_thread_leads_to_both_its_neighbours(database, make, say):
    paged = Discussion(claimed=90, found=1, next_page=f"{URL}/comment-page-6/", shortfall=Shortfall.PAGINATED)
    load(database, [make.extracted(URL, [say("1", id="c1")], discussion=paged)], None, make.now)
    middle = Discussion(claimed=90, found=1, next_page=f"{URL}/comment-page-7/#comments", shortfall=Shortfall.PAGINATED)
    six = make.extracted(f"{URL}/comment-page-6/", [say("2", id="c2")], discussion=middle)
    load(database, [six], None, make.now)
    found = {page.url.removeprefix(URL) for page in claim(database, "mag", "w", 9, make.now)}
    assert found >= {"/comment-page-5/", "/comment-page-7/"}


def test_a_comment_pushed_to_the_next_page_of_its_thread_is_not_removed(database, make, say, rows):
    second = f"{URL}/comment-page-2"
    paged = Discussion(next_page=second, shortfall=Shortfall.PAGINATED)
    load(database, [make.extracted(URL, [say("1", id="c1"), say("2", id="c2")], discussion=paged)], None, make.now)
    load(database, [make.extracted(second, [say("3", id="c3")])], None, make.now)
    pushed = make.extracted(URL, [say("0", id="c0"), say("1", id="c1")], discussion=paged)
    assert load(database, [pushed], None, make.now).removed_comments == 0  # page 2 is still to be looked at
    done = load(database, [make.extracted(second, [say("2", id="c2"), say("3", id="c3")])], None, make.now)
    assert (done.removed_comments, done.new_comments) == (0, 0)
    assert rows("SELECT id FROM comments WHERE missing_since IS NOT NULL OR removed_at IS NOT NULL") == []


def test_a_comment_deleted_from_a_paginated_thread_is_removed_once_all_pages_were_looked_at(database, make, say):
    second = f"{URL}/comment-page-2"
    paged = Discussion(next_page=second, shortfall=Shortfall.PAGINATED)
    load(database, [make.extracted(URL, [say("1", id="c1"), say("2", id="c2")], discussion=paged)], None, make.now)
    load(database, [make.extracted(second, [say("3", id="c3")])], None, make.now)
    load(database, [make.extracted(URL, [say("1", id="c1")], discussion=paged)], None, make.now)
    unchanged = Unchanged(exchange=make.exchange(second, status=304), next_due=None)
    assert load(database, [unchanged], None, make.now).removed_comments == 1


def test_two_addresses_with_one_canonical_url_are_one_article(database, make, say, rows):
    printed = f"{URL}?print=1"
    pair = [
        make.extracted(URL, [say("un", id="c1")]),
        make.extracted(printed, [say("un", id="c1")], canonical_url=URL, text="autre mise en page"),
    ]
    done = load(database, pair, None, make.now)
    assert (done.new_articles, done.new_comments, done.changed_articles) == (1, 1, 0)
    assert rows("SELECT url, text FROM articles") == [{"url": URL, "text": "Définition\n\nIl gère le trafic."}]
    again = load(database, [make.extracted(URL, [say("un", id="c1")])], None, make.now)
    assert again.changed_articles == 0


def test_a_changed_article_keeps_its_earlier_version_with_its_sections(database, make, rows):
    load(database, [make.extracted(URL)], None, make.now)
    new = (Section(level=2, heading="Mission", text="Autre."),)
    done = load(database, [make.extracted(URL, text="Mission\n\nAutre.", sections=new)], None, make.now)
    assert done.changed_articles == 1
    assert rows("SELECT version FROM articles") == [{"version": 2}]
    assert rows("SELECT heading FROM sections") == [{"heading": "Mission"}]
    assert "Définition" in str(rows("SELECT record FROM article_versions")[0]["record"])


def test_a_tweet_of_a_widget_is_one_row_however_many_pages_show_it(database, make, short_message, rows):
    widget = (short_message("Offre #emploi", hashtags=("emploi",)), short_message("Autre", id="2"))
    done = load(database, [make.extracted(f"{URL}/{n}", tweets=widget) for n in range(5)], None, make.now)
    assert (done.new_tweets, done.sightings) == (2, 10)
    assert rows("SELECT value FROM tweet_entities") == [{"value": "emploi"}]


def test_an_unchanged_page_moves_its_own_row_only(database, make, say, everything):
    load(database, [make.extracted(URL, [say("un")])], None, make.now)
    before = everything()
    exchange = Exchange(page_id=make.page_id(URL), url=URL, status=304, fetched_at=make.later())
    done = load(database, [Unchanged(exchange=exchange, next_due=make.now + timedelta(days=1))], None, make.now)
    after = everything()
    assert done.unchanged == 1
    assert {name for name in TABLES if before[name] != after[name]} == {"pages"}


def test_a_failure_keeps_the_good_copy_and_counts_attempts(database, make, rows):
    load(database, [make.extracted(URL)], None, make.now)
    for _ in range(2):
        exchange = make.exchange(URL, status=None, error="timed out", content_hash=None)
        failed = Failed(exchange=exchange, reason="timeout", message="timed out", next_due=make.now)
        load(database, [failed], None, make.now)
    (page,) = rows("SELECT state, attempts, content_hash FROM pages")
    assert (page["state"], page["attempts"]) == ("ok", 2)
    assert page["content_hash"] is not None
    assert len(rows("SELECT * FROM articles WHERE gone_at IS NULL")) == 1


def test_a_page_in_quarantine_has_one_open_case_until_it_is_read_again(database, make):
    for _ in range(2):
        bad = Quarantined(exchange=make.exchange(URL), reason="empty", message="nothing there", next_due=None)
        load(database, [bad, bad], None, make.now)
    (case,) = open_cases(database)
    assert (case.reason, case.times, case.site, case.archived.offset) == ("empty", 2, "mag", 7)
    load(database, [make.extracted(URL)], None, make.now)
    assert open_cases(database) == ()


def test_a_case_closed_by_hand_is_not_tried_again(database, make):
    bad = Quarantined(exchange=make.exchange(URL), reason="empty", message="nothing there", next_due=make.now)
    load(database, [bad], None, make.now)
    resolve(database, open_cases(database)[0].id, "ana", make.now)
    assert open_cases(database) == ()
    assert claim(database, "mag", "w", 5, make.later(days=9)) == ()


def test_an_article_that_is_gone_and_comes_back_says_so(database, make, rows):
    load(database, [make.extracted(URL)], None, make.now)
    load(database, [GonePage(exchange=make.exchange(URL, status=410), next_due=None)], None, make.now)
    assert rows("SELECT id FROM articles WHERE gone_at IS NOT NULL") != []
    load(database, [make.extracted(URL)], None, make.now)
    assert rows("SELECT id FROM articles WHERE gone_at IS NOT NULL") == []


def test_an_older_answer_that_comes_late_changes_nothing(database, make, say, rows):
    old = make.extracted(URL, [say("avant", id="c1")])
    load(database, [make.extracted(URL, [say("après", id="c1")])], None, make.now)
    assert load(database, [old], None, make.now).stale == 1
    assert rows("SELECT body FROM comments") == [{"body": "après"}]


def test_text_that_a_database_refuses_is_stored_without_what_it_refuses(database, make, say, rows):
    bad = say("a\x00b\ud800c", author="N\x00", links=("http://x/\x00",))
    load(database, [make.extracted(URL, [bad], title="t\x00\udfff")], None, make.now)
    assert rows("SELECT body, author FROM comments") == [{"body": "ab?c", "author": "N"}]
    assert load(database, [make.extracted(URL, [bad], title="t\x00\udfff")], None, make.now).changed_comments == 0


def test_an_outcome_needs_one_verdict_a_comment(make, say):
    with pytest.raises(ValueError, match="1 comments but 0 verdicts"):
        make.extracted(URL, [say("un")], [])


def test_loading_ends_the_lease(database, make):
    outcome = make.extracted(URL)
    claim(database, "mag", "w", 5, make.now)
    assert counts(database, "mag", make.now).claimed == 1
    load(database, [outcome], None, make.now)
    assert counts(database, "mag", make.now).claimed == 0


def test_a_replay_of_an_archived_page_leaves_its_schedule_alone(database, make, say, rows):
    outcome = make.extracted(URL, [say("un", id="c1")])
    load(database, [outcome], None, make.now)
    unchanged = Unchanged(exchange=make.exchange(URL, status=304), next_due=make.now)
    load(database, [unchanged], None, make.now)
    before = rows("SELECT next_due, last_fetched FROM pages")
    better = Extracted(
        exchange=outcome.exchange,
        page=replace(outcome.page, title="Mieux lu"),
        verdicts=outcome.verdicts,
        next_due=None,
    )
    assert load(database, [better], None, make.now, replayed=True).changed_articles == 1
    assert rows("SELECT next_due, last_fetched FROM pages") == before


def keyed_as_before(database, keys):
    """Give the stored comments the keys and fingerprints that release 1.0 gave them."""
    with database.write() as connection:
        for number, (key, print_) in enumerate(keys, start=1):
            connection.exec_driver_sql(
                f"UPDATE comments SET key = '{key}', fingerprint = '{print_}' WHERE position = {number}"
            )


def decided(database, rows, body, action, now):
    (row,) = rows(
        f"SELECT r.comment_id, r.version FROM reviews r JOIN comments c ON c.id = r.comment_id WHERE c.body = '{body}'"
    )
    decide(database, row["comment_id"], "marie", action, "spam", row["version"], now, body)


LATE = "The sailcloth is from another town, look at the hem of it."


def test_a_decision_outlives_the_keys_of_an_earlier_release_and_a_new_theme(database, make, say, rows):
    said = [say("un", id="comment-448"), say("deux", id="comment-449"), say(LATE)]
    load(database, [make.extracted(URL, said)], None, make.now)
    keyed_as_before(database, [("comment-448", "a" * 32), ("comment-449", "b" * 32), ("~" + "c" * 32, "c" * 32)])
    decided(database, rows, "un", Action.REJECT, make.now)
    decided(database, rows, LATE, Action.REJECT, make.now)
    themed = [say("un", id="li-comment-448"), say("deux", id="wpd-comm-449_448"), say(LATE)]
    done = load(database, [make.extracted(URL, themed)], None, make.now)
    assert (done.new_comments, done.changed_comments, done.removed_comments) == (0, 0, 0)
    held = rows(
        "SELECT c.body, r.action, c.version FROM reviews r JOIN comments c ON c.id = r.comment_id ORDER BY c.id"
    )
    assert [(row["body"], row["action"], row["version"]) for row in held] == [
        ("un", "reject", 1),
        ("deux", "publish", 1),
        (LATE, "reject", 1),
    ]
    assert [row["key"] for row in rows("SELECT key FROM comments ORDER BY id")][:2] == ["448", "449"]


def test_a_decision_on_a_comment_with_a_relative_date_outlives_the_nights(database, make, say, rows):
    night = [say(LATE, date="2026-03-02", date_text="1 hour ago", date_precision=DatePrecision.RELATIVE)]
    load(database, [make.extracted(URL, night)], None, make.now)
    keyed_as_before(database, [("~" + "d" * 32, "d" * 32)])
    decided(database, rows, LATE, Action.REJECT, make.now)
    (before,) = rows("SELECT id, day, date FROM comments")
    for day, ago in (("2026-03-01", "1 day ago"), ("2026-02-28", "3 days ago"), (None, "4 days ago")):
        now = [say(LATE, date=day, date_text=ago, date_precision=DatePrecision.RELATIVE)]
        done = load(database, [make.extracted(URL, now)], None, make.later(days=1))
        assert (done.new_comments, done.removed_comments, done.changed_comments) == (0, 0, 0)
    assert rows("SELECT id, day, date FROM comments") == [before]
    assert [row["action"] for row in rows("SELECT action FROM reviews")] == ["reject"]


def test_the_rejected_copy_that_an_earlier_release_called_gone_is_the_comment_again(database, make, say, rows):
    load(database, [make.extracted(URL, [say(LATE, id="old")])], None, make.now)
    decided(database, rows, LATE, Action.REJECT, make.now)
    with database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE comments SET site_comment_id = NULL, removed_at = fetched_at, body = 'x', author = 'y'"
        )
    load(database, [make.extracted(URL, [say(LATE)])], None, make.now)
    with database.write() as connection:
        connection.exec_driver_sql(f"UPDATE comments SET body = '{LATE}', author = 'Léa'")
    done = load(database, [make.extracted(URL, [say(LATE)])], None, make.now)
    assert (done.new_comments, done.reappeared_comments) == (0, 1)
    live = rows("SELECT r.action FROM reviews r JOIN comments c ON c.id = r.comment_id WHERE c.removed_at IS NULL")
    assert [row["action"] for row in live] == ["reject"]


def test_typography_is_no_edit_and_the_newest_form_is_stored(database, make, say, rows):
    load(database, [make.extracted(URL, [say('C\'est "bien"...', author="D'Artagnan", id="c1")])], None, make.now)
    shown = say("C\u2019est \u00ab\u00a0bien\u00a0\u00bb\u2026", author="D\u2019Artagnan", id="c1")
    done = load(database, [make.extracted(URL, [shown])], None, make.now)
    assert (done.changed_comments, done.new_comments) == (0, 0)
    assert rows("SELECT body, author, version FROM comments") == [
        {"body": shown.body, "author": shown.author, "version": 1}
    ]


def test_a_move_to_https_is_no_edit(database, make, say):
    before = say("un", id="c1", author_url="http://a.example/", links=("http://b.example/x",))
    after = replace(before, author_url="https://a.example", links=("https://b.example/x",))
    load(database, [make.extracted(URL, [before])], None, make.now)
    assert load(database, [make.extracted(URL, [after])], None, make.now).changed_comments == 0


def test_another_link_in_the_same_words_is_an_edit(database, make, say):
    load(database, [make.extracted(URL, [say("un", id="c1", links=("https://b.example/x",))])], None, make.now)
    other = make.extracted(URL, [say("un", id="c1", links=("https://spam.example/",))])
    assert load(database, [other], None, make.now).changed_comments == 1


def test_an_id_reused_by_another_author_with_another_text_is_a_new_comment(database, make, say, rows):
    load(database, [make.extracted(URL, [say("un", id="comment-5")])], None, make.now)
    decided(database, rows, "un", Action.REJECT, make.now)
    done = load(database, [make.extracted(URL, [say("tout autre", "Max", id="comment-5")])], None, make.now)
    assert (done.new_comments, done.changed_comments, done.removed_comments) == (1, 0, 1)
    again = load(database, [make.extracted(URL, [say("tout autre", "Max", id="comment-5")])], None, make.now)
    assert (again.new_comments, again.changed_comments) == (0, 0)
    live = rows("SELECT r.action FROM reviews r JOIN comments c ON c.id = r.comment_id WHERE c.removed_at IS NULL")
    assert [row["action"] for row in live] == ["publish"]


def test_comments_whose_numbers_are_swapped_are_stored_without_a_conflict(database, make, say, rows):
    load(database, [make.extracted(URL, [say("un", id="c1"), say("deux", id="c2")])], None, make.now)
    done = load(database, [make.extracted(URL, [say("deux", id="c1"), say("un", id="c2")])], None, make.now)
    assert (done.new_comments, done.changed_comments, done.removed_comments) == (0, 0, 0)
    assert [row["body"] for row in rows("SELECT body FROM comments ORDER BY id")] == ["un", "deux"]
