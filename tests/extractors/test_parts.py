from __future__ import annotations

import pytest

from extractors.article.parts import base_and_number, whole
from extractors.extract import SiteReading, extract_of_site

HOST = "http://revue.example"
SENTENCE = "Le relieur plie les cahiers, les presse une nuit entière puis les coud un à un sur les ficelles tendues"


def prose(name: str) -> str:
    return "".join(f"<p>{SENTENCE}, {name} {number}: la colle attend sur le feu doux.</p>" for number in range(5))


def read(path: str, pager: str, *, text: str = "page", head: str = "", below: str = "") -> SiteReading:
    html = (
        f"<html><head><title>Le relieur - Revue</title>{head}</head><body><article><h1>Le relieur</h1>{prose(text)}"
        f"</article>{pager}{below}</body></html>"
    )
    return extract_of_site(html, HOST + path, None)


def pager(*links: tuple[str, str]) -> str:
    return "<div class='page-links'>Pages: " + " ".join(f"<a href='{to}'>{text}</a>" for to, text in links) + "</div>"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/le-relieur/", "/le-relieur/2/"),
        ("/le-relieur", "/le-relieur?page=2"),
        ("/?p=17", "/?p=17&page=2"),
        ("/le-relieur/", "/le-relieur/page/2/"),
        ("/le-relieur.html", "/le-relieur-page-2.html"),
    ],
)
def test_the_pages_of_an_article_know_their_number_and_the_first(first, second):
    one = read(first, pager((second, "2"))).parts
    two = read(second, pager((first, "1"))).parts
    assert one is not None
    assert two is not None
    assert (one.number, one.first, one.others) == (1, HOST + first, (HOST + second,))
    assert (two.number, two.first) == (2, HOST + first)


def test_a_link_that_says_next_page_turns_pages_too():
    found = read("/le-relieur/", "<p><a href='/le-relieur/2/'>Page suivante »</a></p>").parts
    assert found is not None
    assert found.others == (f"{HOST}/le-relieur/2/",)
    stated = read("/le-relieur/", "", head="<link rel='next' href='/le-relieur/2/'>").parts
    assert stated is not None


def test_pages_that_are_counted_from_nothing_get_their_own_number():
    second = read("/le-relieur?page=1", pager(("/le-relieur", "1"), ("/le-relieur?page=2", "3"))).parts
    assert second is not None
    assert second.number == 2


def test_a_further_page_that_names_the_first_as_canonical_is_one_all_the_same():
    head = f"<link rel='canonical' href='{HOST}/le-relieur/'>"
    found = read("/le-relieur/2/", pager(("/le-relieur/", "1")), head=head).parts
    assert found is not None
    assert (found.number, found.first) == (2, f"{HOST}/le-relieur/")


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("/articles/12", pager(("/articles/11", "Previous"), ("/articles/13", "Next"))),
        ("/le-relieur/", pager(("/le-moulin/", "Article suivant"))),
        ("/le-relieur/", pager(("/le-relieur/2/", "Les outils du relieur, seconde partie de notre enquête"))),
        ("/le-relieur-2/", pager(("/le-relieur/", "1"))),
        ("/2020/05/le-relieur/", pager(("/2020/05/2/", "2"))),
    ],
)
def test_neighbouring_articles_are_no_pages_of_this_one(path, links):
    assert read(path, links).parts is None


def test_the_pager_of_a_thread_turns_no_pages_of_the_article():
    items = "".join(
        f"<li class='comment' id='comment-{n}'><cite class='fn'>Paul {n}</cite> <span class='date'>3 mars 2014 à 10 h "
        f"{n + 10}</span><p>Merci pour ce billet numéro {n}.</p></li>"
        for n in range(4)
    )
    thread = f"<div id='comments'><ol class='commentlist'>{items}</ol></div>"
    assert read("/le-relieur", "", below=thread + pager(("/le-relieur?page=1", "2"))).parts is None


def test_an_article_is_put_together_from_its_pages():
    one = read("/le-relieur/", pager(("/le-relieur/2/", "2")), text="un").page
    two = read("/le-relieur/2/", pager(("/le-relieur/", "1")), text="deux").page
    joined = whole(one, [two])
    assert joined.text == "\n\n".join([one.text, two.text])
    assert len(joined.sections) == 1
    assert len(joined.sections[0].blocks) == 10
    assert (joined.title, joined.canonical_url) == (one.title, one.canonical_url)


def test_what_a_further_page_says_again_is_said_once():
    one = read("/le-relieur/", pager(("/le-relieur/2/", "2")), text="un").page
    assert whole(one, [one]) == one


def test_addresses_without_a_number_are_whole():
    assert base_and_number(f"{HOST}/2020/05/") == (f"{HOST}/2020/05/", 1)
    assert base_and_number(f"{HOST}/le-relieur/3") == (f"{HOST}/le-relieur", 3)
