"""What `tamis status` says of a site's pages, and what looks wrong about them."""

from __future__ import annotations

import pytest

from extractors.records import Discussion, PageKind
from storage.crawl.loading import load
from storage.crawl.outcomes import Quarantined
from storage.upkeep.health import site_status

URL = "https://mag.example/"


@pytest.fixture
def status(database, make):
    def now():
        (found,) = site_status(database, make.now)
        return found

    return now


@pytest.fixture
def articles(database, make, say):
    """Loads that many articles of their own titles and authors; keywords change each of them."""

    def loaded(number: int, path: str = "le-{}/", **changes) -> None:
        for n in range(number):
            own = {"title": f"Fiche {n}", "author": f"Auteur {n}", "text": f"Texte {n}", **changes}
            load(database, [make.extracted(URL + path.format(n), [], **own)], None, make.now)

    return loaded


def test_the_pages_of_a_site_are_said_in_one_sentence(database, make, status, articles) -> None:
    articles(2)
    for name, kind in (("tag/a/", PageKind.LIST), ("tag/b/", PageKind.LIST), ("acces/", PageKind.LOGIN)):
        load(database, [make.extracted(URL + name, [], page_kind=kind)], None, make.now)
    load(database, [make.extracted(URL + "perdu/", [], page_kind=PageKind.ERROR)], None, make.now)
    assert status().sentence == "2 articles, 2 lists, 1 login page, 1 error"
    bare = Quarantined(exchange=make.exchange(URL + "nu/"), reason="no_article", message="no text", next_due=None)
    load(database, [bare], None, make.now)
    assert status().sentence.endswith("; 1 page looks like an article and has no text")
    assert status().warnings == ()


def test_articles_at_addresses_of_lists_are_doubted(status, articles) -> None:
    articles(6)
    articles(7, "tag/mot-{}/")
    (warning,) = status().warnings
    assert warning.startswith("7 of 13 articles look like lists (more lists than articles")
    assert "tamis pages mag" in warning


def test_one_title_on_most_pages_is_doubted(status, articles) -> None:
    articles(6, title="Le Mag")
    (warning,) = status().warnings
    assert warning.startswith("6 of 6 articles have the title “Le Mag”")


def test_one_author_on_every_page_is_doubted_once_there_are_ten(status, articles) -> None:
    articles(9, author="Post author")
    assert status().warnings == ()
    articles(12, author="Post author")
    (warning,) = status().warnings
    assert "have the author “Post author”" in warning


def test_an_author_who_answers_readers_is_no_label(database, make, say, status, articles) -> None:
    articles(12, author="Jeanne Petit")
    assert len(status().warnings) == 1
    load(database, [make.extracted(f"{URL}le-3/", [say("Merci à vous", author="Jeanne Petit")])], None, make.now)
    assert status().warnings == ()


def test_threads_that_pages_claim_and_nobody_finds_are_told(status, articles) -> None:
    articles(5, discussion=Discussion(platform="disqus", claimed=12, found=0))
    (warning,) = status().warnings
    assert warning.startswith("5 of 5 articles that claim comments show none")


def test_comments_on_lists_are_told(database, make, say, status) -> None:
    load(database, [make.extracted(URL + "a/", [say("74 Comments")])], None, make.now)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE pages SET kind = 'list'")
    (warning,) = status().warnings
    assert warning.startswith("1 comment stands on pages that are no articles")
