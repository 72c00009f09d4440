from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from storage.crawl.frontier import DiscoveredUrl, claim, counts, discover, make_due, release, release_dead
from storage.crawl.loading import load
from storage.crawl.outcomes import Unchanged

URL = "https://mag.example/"


def found(*names, modified=None, source="sitemap"):
    return [DiscoveredUrl(url=URL + name, source=source, modified=modified) for name in names]


def test_what_is_known_is_not_added_again(database, make):
    assert discover(database, "mag", found("a", "b", "b#part"), make.now) == 2
    assert discover(database, "mag", found("b", "c"), make.now) == 1
    assert discover(database, "mag", [], make.now) == 0
    assert counts(database, "mag", make.now).by_state == {"new": 3}


def test_pages_come_in_the_order_they_were_named(database, make):
    discover(database, "mag", found("c", "a", "b"), make.now)
    assert [page.url for page in claim(database, "mag", "w", 9, make.now)] == [URL + "c", URL + "a", URL + "b"]


def test_a_claimed_page_is_nobody_elses_until_its_lease_ends(database, make):
    discover(database, "mag", found("a", "b", "c"), make.now)
    first = claim(database, "mag", "one", 2, make.now, lease_seconds=60)
    assert [page.url for page in claim(database, "mag", "two", 9, make.now)] == [URL + "c"]
    late = make.now + timedelta(seconds=61)
    assert {page.id for page in claim(database, "mag", "three", 9, late)} == {page.id for page in first}


def test_workers_at_once_never_get_the_same_page(database, make):
    discover(database, "mag", found(*map(str, range(100))), make.now)
    with ThreadPoolExecutor(8) as workers:
        claims = workers.map(lambda n: claim(database, "mag", f"w{n}", 10, make.now), range(12))
        ids = [page.id for pages in claims for page in pages]
    assert len(ids) == len(set(ids))
    assert len(ids) + len(claim(database, "mag", "rest", 100, make.now)) == 100


def test_what_is_given_back_is_due_again(database, make):
    discover(database, "mag", found("a", "b"), make.now)
    claim(database, "mag", "w", 2, make.now)
    assert release(database, "other") == 0
    assert release(database, "w") == 2
    assert len(claim(database, "mag", "x", 9, make.now)) == 2


def test_pages_of_a_dead_worker_are_due_at_once(database, make):
    discover(database, "mag", found("a", "b"), make.now)
    claim(database, "mag", "dead", 1, make.now)
    claim(database, "mag", "alive", 1, make.now)
    assert release_dead(database, "mag", lambda worker: worker == "alive") == 1
    assert len(claim(database, "mag", "x", 9, make.now)) == 1


def test_a_page_the_sitemap_says_is_newer_is_due_again(database, make):
    discover(database, "mag", found("a", modified=make.now), make.now)
    exchange = make.exchange(URL + "a", status=304)
    load(database, [Unchanged(exchange=exchange, next_due=make.now + timedelta(days=9))], None, make.now)
    discover(database, "mag", found("a", modified=make.now - timedelta(hours=5)), make.now)
    assert claim(database, "mag", "w", 9, make.now) == ()
    discover(database, "mag", found("a", modified=make.later()), make.now)
    assert [page.url for page in claim(database, "mag", "w", 9, make.now)] == [URL + "a"]


def test_a_run_visits_a_page_once_but_takes_what_it_found_on_the_way(database, make):
    began = make.now
    discover(database, "mag", found("a"), began)
    exchange = make.exchange(URL + "a", status=304)
    load(database, [Unchanged(exchange=exchange, next_due=make.now)], None, make.now)
    discover(database, "mag", found("b"), make.later())
    taken = claim(database, "mag", "w", 9, make.now, due_by=began)
    assert [page.url for page in taken] == [URL + "b"]


def test_a_full_run_makes_every_page_due(database, make):
    exchange = make.exchange(URL + "a", status=304)
    load(database, [Unchanged(exchange=exchange, next_due=None)], None, make.now)
    assert claim(database, "mag", "w", 9, make.now) == ()
    assert make_due(database, "mag", make.now) == 1
    assert len(claim(database, "mag", "w", 9, make.now)) == 1
