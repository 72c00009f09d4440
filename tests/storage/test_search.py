from __future__ import annotations

import pytest

from storage.analysts.search import index_new, search
from storage.crawl.loading import load
from storage.upkeep.after_run import after_upgrade

URL = "https://mag.example/a"


@pytest.fixture
def indexed(database, make, say, judge):
    said = [say("Merci pour ce métier créé hier", id="c1"), say("Une école à Nantes", id="c2"), say("spam", id="c3")]
    verdicts = [judge(), judge(), judge("reject", 0.99)]
    load(database, [make.extracted(URL, said, verdicts, text="Le chef de projet gère les équipes.")], None, make.now)
    index_new(database)


def bodies(found):
    return [hit.snippet for hit in found]


def test_accents_and_case_do_not_matter(database, indexed):
    (hit,) = search(database, "METIER cree", ["comment"])
    assert (hit.kind, hit.url, hit.title, hit.site) == ("comment", URL, "Fiche métier : Traffic manager", "mag")
    assert [hit.snippet[start:end] for start, end in hit.spans] == ["métier", "créé"]


def test_articles_are_found_too(database, indexed):
    assert [hit.kind for hit in search(database, "chef projet")] == ["article"]
    assert search(database, "chef nantes") == ()


def test_quotes_ask_for_the_order_and_a_star_for_the_start(database, indexed):
    assert len(search(database, '"chef de projet"')) == 1
    assert search(database, '"projet de chef"') == ()
    assert len(search(database, "equip*")) == 1


STRANGE = (
    "",
    "   ",
    '"',
    "'; DROP TABLE comments; --",
    "AND OR NOT",
    "a:b",
    "(((",
    "%",
    "*",
    "é" * 500,
    "NEAR(a b)",
    "\x00",
)


@pytest.mark.parametrize("query", STRANGE)
def test_no_query_is_an_error(database, indexed, query):
    search(database, query)
    assert bodies(search(database, "nantes", ["comment"])) == ["Une école à Nantes"]


def test_an_edited_comment_is_found_by_its_new_words_only(database, make, say, indexed):
    load(database, [make.extracted(URL, [say("Tout autre chose", id="c1")])], None, make.now)
    index_new(database)
    assert search(database, "hier", ["comment"]) == ()
    assert len(search(database, "autre", ["comment"])) == 1
    assert index_new(database) == 0


def test_hits_can_be_limited_to_a_site_and_to_what_was_published(database, indexed):
    assert search(database, "nantes", site="other") == ()
    assert len(search(database, "spam", ["comment"])) == 1
    assert search(database, "spam", ["comment"], action="publish") == ()


def test_what_an_upgrade_emptied_is_found_again_without_a_run(database, indexed, make):
    with database.write() as connection:
        for kind in ("article", "comment"):
            connection.exec_driver_sql(f"DELETE FROM {kind}_search")
        connection.exec_driver_sql("DELETE FROM settings WHERE name IN ('searched_articles', 'searched_comments')")
    assert search(database, "nantes") == ()
    assert after_upgrade(database, make.now) == 4
    assert len(search(database, "nantes")) == 1
    assert after_upgrade(database, make.now) == 0
