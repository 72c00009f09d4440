from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.html import Document
from extractors.structured import Statements
from extractors.urls import absolute, article_address, canonical_url, host_of, normalised

OWN = "https://www.site.example/news/tram-reopens?page=2&utm_source=x#comments"


def canonical(head: str, url: str = OWN) -> str:
    document = Document(f"<html><head>{head}</head><body><p>x</p></body></html>", url)
    return canonical_url(document, Statements(document))


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("HTTP://Site.Example:80/a", "http://site.example/a"),
        ("https://site.example:443", "https://site.example/"),
        ("https://site.example:8443/a", "https://site.example:8443/a"),
        ("https://site.example/a#top", "https://site.example/a"),
        ("https://site.example/a?utm_source=b&id=3&fbclid=z", "https://site.example/a?id=3"),
        ("https://site.example/a;jsessionid=1F", "https://site.example/a"),
        ("https://site.example/a/../b/./c", "https://site.example/b/c"),
        ("https://site.example/%7Euser/caf%c3%a9", "https://site.example/~user/caf%C3%A9"),
        ("https://site.example/café", "https://site.example/caf%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("  https://site.example/a b\n", "https://site.example/ab"),
        ("mailto:a@b.example#x", "mailto:a@b.example"),
    ],
)
def test_an_address_has_one_spelling(written: str, one: str) -> None:
    assert normalised(written) == one


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(max_size=60).map(lambda rest: f"https://site.example/{rest}"),
        st.text(max_size=30).map(lambda host: f"http://{host}/a?b=%zz&c=%41#d"),
        st.lists(
            st.sampled_from(["..", ".", "a", "%2e", "%2F", ";jsessionid=", "?", "&", "#", "utm_source=", "%", ":"])
        )
        .map("/".join)
        .map(lambda path: f"https://site.example/{path}"),
    )
)
def test_normalising_twice_changes_nothing(url: str) -> None:
    once = normalised(url)
    assert normalised(once) == once


def test_a_stated_address_is_resolved_and_normalised() -> None:
    assert canonical('<link rel=canonical href="../news/tram-reopens?utm_medium=mail">') == (
        "https://www.site.example/news/tram-reopens"
    )


def test_a_relative_address_is_relative_to_the_base_of_the_page() -> None:
    head = '<base href="https://www.site.example/archive/"><link rel=canonical href="tram">'
    assert canonical(head) == "https://www.site.example/archive/tram"


@pytest.mark.parametrize(
    "head",
    [
        '<link rel=canonical href="https://www.site.example/">',
        '<link rel=canonical href="/">',
        '<link rel=canonical href="https://other.example/">',
        '<link rel=canonical href="http://localhost/news/tram">',
        '<link rel=canonical href="">',
        '<link rel=canonical href="javascript:void(0)">',
        '<link rel=canonical href="http://[broken">',
        '<link rel=canonical href="/a"><link rel=canonical href="/b">',
        '<meta property="og:url" content="https://www.site.example">',
    ],
)
def test_a_stated_address_that_cannot_be_the_article_is_refused(head: str) -> None:
    assert canonical(head) == "https://www.site.example/news/tram-reopens?page=2"


def test_the_home_page_may_name_itself() -> None:
    assert canonical('<link rel=canonical href="/">', "https://site.example/?utm_source=x") == "https://site.example/"


def test_the_next_statement_is_asked_when_the_first_is_refused() -> None:
    head = '<link rel=canonical href="/"><meta property="og:url" content="https://www.site.example/news/tram">'
    assert canonical(head) == "https://www.site.example/news/tram"


def test_an_article_may_live_on_another_host() -> None:
    assert canonical('<link rel=canonical href="https://agency.example/tram">') == "https://agency.example/tram"


def test_links_that_lead_nowhere_on_the_web_have_no_address() -> None:
    for link in ("mailto:a@b.example", "javascript:void(0)", "data:text/plain,x", "http://[", "tel:+33"):
        assert absolute(link, OWN) is None


def test_the_host_is_known_without_www_and_port() -> None:
    assert host_of("https://WWW.Site.Example:8080/x") == "site.example"
    assert host_of("no address") == ""


@pytest.mark.parametrize(
    ("address", "article"),
    [
        ("https://a.example/x/comment-page-12/", "https://a.example/x/"),
        ("https://a.example/x/comment-page-2", "https://a.example/x"),
        ("https://a.example/x/index.html", "https://a.example/x/"),
        ("https://a.example/index.php", "https://a.example/"),
        ("https://a.example/x/amp/", "https://a.example/x/"),
        ("https://a.example/x.amp.html", "https://a.example/x.html"),
        ("https://a.example/x/print", "https://a.example/x"),
        ("https://a.example/2020/05/x.html?m=1", "https://a.example/2020/05/x.html"),
        ("https://a.example/?p=7&cpage=2", "https://a.example/?p=7"),
        ("https://a.example/x?outputType=amp", "https://a.example/x"),
        ("https://a.example/amp/", "https://a.example/amp/"),
        ("https://a.example/?m=201205", "https://a.example/?m=201205"),
        ("https://a.example/x?page=2", "https://a.example/x?page=2"),
    ],
)
def test_the_views_of_an_article_have_its_address(address, article):
    assert article_address(address) == article
    assert article_address(article) == article


def test_a_canonical_link_to_a_page_of_the_thread_means_the_article():
    link = "<link rel=canonical href='https://a.example/videaste/comment-page-3/'>"
    assert canonical(link, "https://a.example/videaste/") == "https://a.example/videaste/"
