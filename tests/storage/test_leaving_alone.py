"""Which due pages are left alone by what their site says of itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from extractors.records import PageKind
from storage.crawl import leaving_alone
from storage.crawl.frontier import due_pages
from storage.crawl.leaving_alone import IN_TURN_LEAST, Stated, Turn, leave_alone
from storage.crawl.loading import load
from storage.crawl.told_by_feeds import FeedEntry, leave_alone_by_feeds
from storage.database.tables import pages

URL = "https://mag.example/"
WEEK = timedelta(days=7)


def stated(posts: dict[int, str], modified: datetime, comments: dict[int, int], *, every: bool = True) -> Stated:
    named = {number: (URL + name, modified) for number, name in posts.items()}
    return Stated(posts=named, comments=comments, every_comment=every)


@pytest.fixture(autouse=True)
def nobody_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page's turn comes before it has waited for a week."""
    monkeypatch.setattr(leaving_alone, "IN_TURN_LEAST", 0)


def visited(database, make, say):
    """Two stories with a comment each and a list, fetched in the morning; two days later, when all are due."""
    stories = [
        make.extracted(URL + name, [say(f"Merci {name}", id=f"comment-{n}")]) for n, name in ((1, "a"), (2, "b"))
    ]
    load(database, [*stories, make.extracted(URL + "tag/c", page_kind=PageKind.LIST)], None, make.now)
    return make.later(days=2)


def due(database, now) -> list[str]:
    return [page.url.removeprefix(URL) for page in due_pages(database, "mag", now)]


def left(database, say_so: Stated, now: datetime) -> int | None:
    done = leave_alone(database, "mag", say_so, Turn(longest=WEEK, since=now), now)
    return None if done is None else done.pages


def test_what_did_not_change_is_left_alone_until_a_week_after_it_was_fetched(database, make, say) -> None:
    now = visited(database, make, say)
    unchanged = stated({7: "a", 8: "b/"}, now - WEEK, {1: 7, 2: 8})
    assert left(database, unchanged, now) == 3
    assert due(database, now) == []
    with database.read() as connection:
        first = connection.execute(select(func.min(pages.c.last_fetched))).scalar_one()
    assert left(database, unchanged, first + WEEK) == 2
    assert due(database, first + WEEK) == ["a"]


def test_a_share_of_the_pages_is_visited_each_night_the_longest_unvisited_first(database, make) -> None:
    names = [f"page-{n}" for n in range(7)]
    load(database, [make.extracted(URL + name) for name in names], None, make.now)
    now = make.later(days=2)
    unchanged = stated(dict(enumerate(names)), now - WEEK, {})
    assert leave_alone(database, "mag", unchanged, Turn(longest=WEEK, since=now - WEEK / 7), now) is not None
    assert due(database, now) == names[:1]


def test_a_page_found_later_is_visited_once_more_before_it_is_left_alone(database, make) -> None:
    load(database, [make.extracted(URL + name) for name in ("a", "b")], None, make.now)
    make.later(days=1)
    load(database, [make.extracted(URL + "c")], None, make.now)
    now = make.later(days=2)
    unchanged = stated({7: "a", 8: "b", 9: "c"}, now - WEEK, {})
    assert left(database, unchanged, now) == 2
    assert due(database, now) == ["c"]
    load(database, [make.extracted(URL + "c")], None, make.now)
    assert left(database, unchanged, make.later(days=2)) == 3


def test_each_night_has_pages_by_which_the_site_can_be_judged(database, make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving_alone, "IN_TURN_LEAST", IN_TURN_LEAST)
    names = [f"page-{n}" for n in range(5)]
    load(database, [make.extracted(URL + name) for name in names], None, make.now)
    now = make.later(days=2)
    assert left(database, stated(dict(enumerate(names)), now - WEEK, {}), now) == 5 - IN_TURN_LEAST


def test_a_known_address_without_an_article_is_visited_once_it_is_a_changed_post(database, make, say) -> None:
    now = visited(database, make, say)
    assert left(database, stated({7: "a", 8: "b", 9: "tag/c"}, now, {1: 7, 2: 8}), now) == 0
    assert sorted(due(database, now)) == ["a", "b", "tag/c"]


def test_the_post_numbers_of_another_wordpress_on_the_host_say_nothing(database, make, say) -> None:
    pages_of_one = [make.extracted(f"{URL}fr/{name}", post_key=f"postid-{n}") for n, name in ((7, "a"), (8, "b"))]
    load(database, pages_of_one, None, make.now)
    now = make.later(days=2)
    assert left(database, stated({7: "de/x", 8: "de/y"}, now - WEEK, {}), now) is None


def test_a_site_that_lists_fewer_comments_than_its_pages_have_is_not_relied_on(database, make, say) -> None:
    now = visited(database, make, say)
    assert left(database, stated({7: "a", 8: "b"}, now - WEEK, {}), now) is None


def test_a_hundred_entries_without_a_comment_are_not_relied_on(database, make, say) -> None:
    now = visited(database, make, say)
    assert left(database, stated({7: "a", 8: "b"}, now - WEEK, {}, every=False), now) is None


def fed(*entries: tuple[str, datetime]) -> list[FeedEntry]:
    return [FeedEntry(url=URL + name, modified=at) for name, at in entries]


def test_feeds_call_up_what_is_new_and_leave_the_rest_alone(database, make, say) -> None:
    now = visited(database, make, say)
    lately = now - WEEK
    stories = fed(("b", lately), ("a", lately))
    said = fed(("b#comment-9", now), ("b/comment-page-2#comment-2", lately), ("a#comment-1", lately))
    turn = Turn(longest=WEEK, since=now)
    done = leave_alone_by_feeds(database, "mag", [stories, said], turn, now)
    assert done is not None
    assert (done.pages, done.new_posts, due(database, now)) == (2, (), ["b"])
    assert leave_alone_by_feeds(database, "mag", [stories], turn, now) is None  # nothing tells of new comments


def test_a_quiet_article_with_a_new_comment_is_visited_at_once(database, make, say) -> None:
    now = visited(database, make, say)
    with database.write() as connection:
        connection.execute(update(pages).values(next_due=now + WEEK))
    assert left(database, stated({7: "a", 8: "b"}, now - WEEK, {3: 8, 1: 7, 2: 8}), now) == 0
    assert due(database, now) == ["b"]
