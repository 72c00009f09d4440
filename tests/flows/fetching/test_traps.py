"""Which links a crawl does not enter, and that it says why."""

from __future__ import annotations

import pytest

from flows.fetching.traps import MOST_COMBINATIONS, REASONS, Traps, told

SITE = "http://blog.example"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/wp-admin/", "account"),
        ("/wp-login.php?redirect_to=x", "account"),
        ("/xmlrpc.php", "account"),
        ("/user/login", "account"),
        ("/le-moulin/?replytocom=12", "reply"),
        ("/comment/reply/137/2", "account"),
        ("/le-moulin/feed/", "feed"),
        ("/comments/feed/", "feed"),
        ("/?feed=rss2", "feed"),
        ("/?s=moulin", "search"),
        ("/search/moulin", "search"),
        ("/search?q=moulin", "search"),
        ("/wp-content/uploads/2013/02/moulin.patch", "file"),
        ("/sites/default/files/moulin.ko", "file"),
        ("/le-moulin/?share=facebook", "view"),
        ("/liste?sort=date&order=asc", "view"),
        ("/le-moulin.html?m=1", "view"),
        ("/calendrier/2031-05", "calendar"),
        ("/events/2031/05/14/", "calendar"),
        ("/agenda?month=5&year=2031", "calendar"),
        ("/a/b/a/b/a/b/", "loop"),
    ],
)
def test_a_trap_is_told_by_its_address(path: str, reason: str) -> None:
    assert Traps().reason(SITE + path) == reason
    assert reason in REASONS


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/2011/03/14/le-moulin/",
        "/tag/moulin/",
        "/category/recettes/page/2/",
        "/author/lea/",
        "/?p=123",
        "/?m=201103",
        "/?cat=4",
        "/events/2011/05/une-belle-fete/",
        "/index.php?option=com_content&view=article&id=5",
        "/feeding-the-birds/",
        "/researching/",
        "/le-moulin/comment-page-2/",
        "/node/137",
        "/search/label/moulin",
        "/search?updated-max=2013-01-11T07:19:00-05:00&max-results=7",
        "/files/le-moulin/",
    ],
)
def test_pages_of_a_site_are_no_traps(path: str) -> None:
    assert Traps().reason(SITE + path) is None


def test_a_filter_without_end_is_left_after_some_pages_and_articles_by_number_are_not() -> None:
    traps = Traps()
    entered = [traps.keeps(f"{SITE}/liste?taille={n}&couleur={n % 7}") for n in range(3 * MOST_COMBINATIONS)]
    assert sum(entered) == MOST_COMBINATIONS
    assert all(traps.keeps(f"{SITE}/?p={n}") for n in range(3_000))
    assert traps.left_out == {"parameters": 2 * MOST_COMBINATIONS}


def test_what_earlier_runs_entered_counts_and_stays_open() -> None:
    known = [f"{SITE}/liste?taille={n}&couleur=1" for n in range(MOST_COMBINATIONS)]
    traps = Traps(known)
    assert traps.keeps(known[3])
    assert not traps.keeps(f"{SITE}/liste?taille=9999&couleur=1")


def test_an_address_counts_once_however_often_it_is_linked() -> None:
    traps = Traps()
    for _ in range(3):
        traps.keeps(f"{SITE}/a/?replytocom=1")
    traps.keeps(f"{SITE}/xmlrpc.php")
    assert traps.left_out == {"reply": 1, "account": 1}
    assert told(traps.left_out) == "1 for accounts and programs (wp-admin, wp-login, xmlrpc, ...), 1 reply forms"
