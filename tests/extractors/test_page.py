"""Page objects: a site that departs from the generic overrides one method."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from extractors import registry
from extractors.errors import AmbiguousSite, LayoutChanged
from extractors.extract import extract
from extractors.html import Document
from extractors.page import PageObject

HTML = (
    "<html lang=fr><head><title>Rémouleur</title></head><body><h1>Rémouleur</h1><div class=signature>Odile V.</div>"
    "<p>Le rémouleur aiguisait les couteaux, les ciseaux et les faux sur une meule qu’il actionnait du pied.</p>"
    "<p>Chaque rémouleur avait ses villages, et malheur à celui qui aiguisait chez le voisin.</p></body></html>"
)


class Metiers(PageObject):
    """metiers.example: the author signs in a box of its own."""

    hosts = ("metiers.example",)

    def author(self) -> str | None:
        return self.required("div.signature").get_text(strip=True)


@pytest.fixture
def known_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    registry.sites.cache_clear()
    monkeypatch.setattr(registry, "classes_in", lambda package, base: (Metiers,))
    yield
    registry.sites.cache_clear()


@pytest.mark.usefixtures("known_site")
def test_a_site_overrides_only_what_differs() -> None:
    page = extract(HTML, "https://www.metiers.example/remouleur")
    assert page.author == "Odile V."
    assert page.title == "Rémouleur"


@pytest.mark.usefixtures("known_site")
def test_a_site_is_known_by_its_host_and_those_below() -> None:
    assert registry.site_for("https://WWW.metiers.example/a") is Metiers
    assert registry.site_for("https://archives.metiers.example:8080/a") is Metiers
    assert registry.site_for("https://notmetiers.example/a") is PageObject
    assert registry.site_for("no address") is PageObject


SitesAre = Callable[..., None]


@pytest.fixture
def sites_are(monkeypatch: pytest.MonkeyPatch) -> Iterator[SitesAre]:
    """Makes these the page objects of `extractors/sites/`, in that order."""

    def put(*kinds: type[PageObject]) -> None:
        registry.sites.cache_clear()
        monkeypatch.setattr(registry, "classes_in", lambda package, base: kinds)

    yield put
    registry.sites.cache_clear()


class Guides(PageObject):
    hosts = ("metiers.example",)
    paths = r"^/guides/"
    priority = 1


class Printed(PageObject):
    hosts = ("metiers.example",)
    paths = r"/imprimer/$"


def test_of_two_page_objects_the_one_with_the_greater_priority_reads(sites_are: SitesAre) -> None:
    sites_are(Printed, Metiers, Guides)
    assert registry.site_for("https://metiers.example/guides/imprimer/") is Guides
    assert registry.site_for("https://metiers.example/guides/relieur/") is Guides


def test_a_tie_of_two_page_objects_is_an_error_that_names_both(sites_are: SitesAre) -> None:
    sites_are(Metiers, Printed)
    assert registry.site_for("https://metiers.example/relieur") is Metiers
    with pytest.raises(AmbiguousSite, match=r"/a/imprimer/: .*\.Metiers and .*\.Printed are both for it"):
        registry.site_for("https://metiers.example/a/imprimer/")


def test_two_page_objects_for_the_same_paths_are_refused_before_any_page(sites_are: SitesAre) -> None:
    class Rival(PageObject):
        hosts = ("metiers.example",)

    sites_are(Metiers, Rival)
    with pytest.raises(
        AmbiguousSite, match=r"metiers\.example: .*Metiers and .*Rival .*priority 0; give one a greater"
    ):
        registry.site_for("https://another.example/")


def test_every_site_of_ours_is_registered_without_a_tie() -> None:
    registry.sites.cache_clear()
    assert registry.site_for("https://www.atelier-des-metiers.example/guides/relieur/").__name__ == "Guide"
    assert registry.site_for("https://www.atelier-des-metiers.example/metiers/relieur/") is PageObject


@pytest.mark.usefixtures("known_site")
def test_a_lost_element_says_which_and_where() -> None:
    with pytest.raises(LayoutChanged, match=r"https://metiers\.example/x: no div\.signature"):
        extract(HTML.replace("signature", "sig"), "https://metiers.example/x")


def test_what_a_script_shows_later_is_read_when_nothing_else_is_there() -> None:
    hidden = HTML.replace("<body>", '<body><p>Chargement</p><div style="display:none">').replace(
        "</body>", "</div></body>"
    )
    assert "aiguisait chez le voisin" in extract(hidden, "https://other.example/").text


def test_hidden_parts_stay_out_of_a_page_that_shows_its_text() -> None:
    shown = HTML.replace(
        "</body>", f"{'<p>Il passait au printemps, puis il revenait à l’automne avec sa meule.</p>' * 4}</body>"
    )
    page = extract(
        shown.replace("</body>", "<p hidden>Le texte caché ne se voit pas.</p></body>"), "https://other.example/"
    )
    assert "caché" not in page.text


def test_the_soup_is_there_for_page_objects() -> None:
    title = Document(HTML, "https://other.example/").soup.title
    assert title is not None
    assert title.get_text() == "Rémouleur"
