from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from storage.analysts.search import index_new
from storage.desk.finding import Wanted, decided_between, decided_since, find_comments, waiting_by_site


@pytest.fixture
def find(database, lived):
    index_new(database)

    def run(**wanted) -> list[str]:
        return [one.body for one in find_comments(database, Wanted(**wanted)).items]

    return run


@pytest.mark.parametrize("words", ["prêt", "PRÊT", "pret", "prêts", "PRETS étudiante", '"prêt étudiant"', "étud*"])
def test_accents_case_and_endings_do_not_matter(find, words):
    assert find(words=words) == ["Comment obtenir un prêt étudiant ?"]


def test_english_endings_do_not_matter(database, make, say, judge):
    from storage.crawl.loading import load

    page = make.extracted(
        "https://mag.example/en", [say("Loving these lovely houses", id="e1")], [judge()], language="en"
    )
    load(database, [page], None, make.now)
    index_new(database)
    assert len(find_comments(database, Wanted(words="house")).items) == 1
    assert len(find_comments(database, Wanted(words="loved")).items) in (0, 1)


def test_a_query_of_signs_finds_nothing_and_is_no_error(find):
    assert find(words="?!") == []
    assert find(words='"') == []


def test_a_comment_is_found_by_what_is_known_of_it(database, find, lived):
    everything = len(find())
    assert everything == 8
    assert find(author="max") == ["Achetez ici"]
    assert find(article="https://mag.example/b") == ["Merci, c'est clair"]
    assert find(sites=()) == []
    assert len(find(sites=("mag",))) == everything
    assert find(since=date(2026, 2, 12), until=date(2026, 2, 12))[0].startswith("Visitez")
    assert find(state="reject", decided="model") == ["Achetez ici"]
    assert all(body.startswith("Visitez") for body in find(words="boutique montres", state="reject"))
    assert find(editor="ana") == ["Très bel article, vraiment"]
    assert find(words="article", editor="bob") == []


def test_pages_go_on_where_the_last_one_ended(database, find):
    first = find_comments(database, Wanted(), limit=3)
    second = find_comments(database, Wanted(), before=first.next, limit=100)
    assert [one.comment_id for one in (*first.items, *second.items)] == sorted(
        (one.comment_id for one in (*first.items, *second.items)), reverse=True
    )
    assert len(first.items) + len(second.items) == 8
    assert second.next is None


def test_decisions_of_a_day_and_the_counts_of_a_morning(database, lived):
    begins, ends = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    made = decided_between(database, "ana", begins, ends, None)
    assert [(one.action, one.taken_back) for one in made] == [("reject", True), ("reject", True), ("publish", False)]
    assert decided_between(database, "ana", begins, ends, ("other",)) == ()
    count, first = decided_since(database, "ana", begins)
    assert (count, first) == (3, made[-1].decided_at)
    assert waiting_by_site(database, None) == {"mag": 1}
    assert waiting_by_site(database, ("other",)) == {}
