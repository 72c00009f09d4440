"""Whether a stranger's page links to one of ours."""

from __future__ import annotations

import pytest

from flows.fetching.links import names_page

ARTICLE = "https://www.mag.example/fiche/"


@pytest.mark.parametrize(
    "href",
    [
        "https://www.mag.example/fiche/",
        "http://mag.example/fiche#comments",
        "//mag.example/fiche",
        "HTTPS://MAG.example/fiche",
    ],
)
def test_a_page_of_another_host_links_back_in_whatever_form(href: str) -> None:
    page = f'<p>Lire <a rel="nofollow" href="{href}">la fiche</a>.</p>'.encode()
    assert names_page(page, "https://carnet.example/a", ARTICLE)


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://www.mag.example/autre/">x</a>',
        '<a href="https://mag.example.evil.example/fiche/">x</a>',
        '<!-- <a href="https://www.mag.example/fiche/">x</a> -->',
        "https://www.mag.example/fiche/",
        '<a href="/fiche/">x</a>',
    ],
)
def test_a_page_that_only_looks_like_it_does_not(page: str) -> None:
    assert not names_page(page.encode(), "https://carnet.example/a", ARTICLE)
