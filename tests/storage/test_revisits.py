"""When pages are looked at again, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from extractors.records import PageKind
from storage.crawl.frontier import DiscoveredUrl, claim, discover, due_pages
from storage.crawl.loading import load
from storage.crawl.outcomes import Unchanged
from storage.crawl.revisits import LONGEST, Rank, rank_of_new, rank_of_read, wait_of
from storage.database.tables import pages

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://mag.example/"


def days(number: float) -> timedelta:
    return timedelta(days=number)


def test_a_quiet_page_is_looked_at_ever_more_rarely_but_once_a_month() -> None:
    waits = [wait_of("article", NOON - days(quiet), NOON) for quiet in (0, 1, 10, 40, 4_000)]
    assert waits == [days(0), days(0.5), days(5), days(20), LONGEST]


def test_lists_are_looked_at_in_each_run_and_logins_weekly() -> None:
    assert wait_of("list", NOON - days(300), NOON) == days(0)
    assert wait_of("login", NOON - days(300), NOON) == days(7)


def test_what_moves_goes_before_what_is_new_and_lists_go_last() -> None:
    assert rank_of_read("article", NOON - days(3), NOON) is Rank.MOVING
    assert rank_of_read("article", NOON - days(300), NOON) is Rank.QUIET
    assert rank_of_read("list", NOON, NOON) is Rank.LIST
    assert rank_of_new("sitemap", None) is Rank.NEW_ARTICLE
    assert rank_of_new("sitemap", PageKind.LIST) is Rank.LIST
    assert rank_of_new("link", None) is Rank.QUIET


def test_a_claim_takes_articles_before_lists(database, make) -> None:
    names = ("tag/moulin/", "a-propos/", "le-moulin/")
    discover(database, "mag", [DiscoveredUrl(url=URL + name, source="link") for name in names], make.now)
    discover(database, "mag", [DiscoveredUrl(url=URL + "le-four/", source="feed")], make.now)
    order = [URL + name for name in ("le-four/", "le-moulin/", "tag/moulin/", "a-propos/")]
    assert [page.url for page in due_pages(database, "mag", make.now)] == order
    assert [page.url for page in claim(database, "mag", "w", 3, make.now)] == order[:3]


def stored(database):
    with database.read() as connection:
        return connection.execute(select(pages.c.next_due, pages.c.moved_at, pages.c.rank)).one()


def test_a_page_whose_comments_move_is_due_at_once_and_one_that_does_not_later(database, make, say) -> None:
    def loaded(*bodies: str):
        outcome = make.extracted(URL, [say(body) for body in bodies])
        later = make.now + days(20)
        load(database, [replace(outcome, next_due=later, due_if_moved=make.now)], None, make.now)
        return later, make.now, stored(database)

    _, now, first = loaded("un")
    assert first == (now, now, Rank.MOVING)
    later, _, quiet = loaded("un")
    assert quiet == (later, first.moved_at, Rank.MOVING)
    _, now, moved = loaded("un", "deux")
    assert moved == (now, now, Rank.MOVING)


def test_an_unchanged_page_keeps_when_it_moved(database, make, rows) -> None:
    exchange = make.exchange(URL + "a", status=304)
    load(database, [Unchanged(exchange=exchange, next_due=make.now)], None, make.now)
    before = rows("SELECT moved_at FROM pages")
    exchange = make.exchange(URL + "a", status=304)
    load(database, [Unchanged(exchange=exchange, next_due=make.now)], None, make.later())
    assert rows("SELECT moved_at FROM pages") == before
