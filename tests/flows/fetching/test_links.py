"""Links of a page to its own site."""

from __future__ import annotations

import pytest

from flows.fetching.links import MAX_LINKS, page_links
from tests.growth import grows_linearly, repeated

URL = "https://www.example.org/metiers/"


def test_links_to_the_own_host_are_found_once_normalised_and_in_order() -> None:
    page = b"""<a href="b.html">B</a> <A class=x HREF='/c?utm_source=x&amp;id=1'>C</A> <a href=d>D</a>
    <a href="//example.org/e">E</a><a href="https://www.example.org/metiers/b.html#top">B again</a>"""
    assert page_links(page, URL) == [
        "https://www.example.org/metiers/b.html",
        "https://www.example.org/c?id=1",
        "https://www.example.org/metiers/d",
        "https://example.org/e",
    ]


@pytest.mark.parametrize(
    "link",
    [
        "https://other.example/",
        "javascript:alert(1)",
        "mailto:a@b",
        "file:///etc/passwd",
        "http://127.0.0.1:22/",
        "//169.254.169.254/",
        "photo.jpg",
        "doc.PDF?x=1",
        "#top",
        "",
        "https://www.example.org/metiers/",
        "http://[",
    ],
)
def test_a_link_that_leads_to_no_other_page_of_the_site_is_left_out(link: str) -> None:
    assert page_links(f'<a href="{link}">x</a>'.encode(), URL) == []


def test_commented_out_scripted_and_nofollow_links_are_left_out() -> None:
    page = b"""<!-- <a href="/a">a</a> --><script>var x = '<a href="/b">b</a>'</script>
    <a rel="external nofollow" href="/c">c</a><a href="/d" rel="next">d</a>"""
    assert page_links(page, URL) == ["https://www.example.org/d"]


def test_a_base_element_moves_relative_links() -> None:
    assert page_links(b'<base href="/autre/"><a href="x">x</a>', URL) == ["https://www.example.org/autre/x"]
    assert page_links(b'<base href="http://169.254.169.254/"><a href="x">x</a>', URL) == []


def test_a_flood_of_links_is_cut() -> None:
    page = b"".join(b'<a href="/?day=%d">d</a>' % day for day in range(MAX_LINKS + 100))
    assert len(page_links(page, URL)) == MAX_LINKS


@pytest.mark.parametrize("piece", [b"<a ", b"<a href=", b"<!--", b"<script>", b"<a x='", b"<base ", b'<a href="/&amp;'])
def test_a_page_made_to_be_slow_is_not(piece: bytes) -> None:
    assert grows_linearly(lambda page: page_links(page, URL), repeated(piece), 20_000, rounds=2)
