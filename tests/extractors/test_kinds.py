from __future__ import annotations

import pytest

from extractors.extract import extract
from extractors.kinds.addresses import kind_of_address
from extractors.records import PageKind

PROSE = "<p>Le vent tourne sur la colline et le meunier regarde les ailes de son moulin depuis le matin.</p>" * 8


def kind(html: str, url: str = "http://blog.example/2020/05/moulin/") -> PageKind:
    return extract(html, url).page_kind


def page(body: str, title: str = "Le moulin", named: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body class='{named}'>{body}</body></html>"


def teaser(number: int) -> str:
    return f"<h2 class='t'><a href='/2020/05/billet-{number}/'>Billet numéro {number}</a></h2>{PROSE[:200]}"


def test_a_headline_with_its_text_is_an_article():
    assert kind(page(f"<h1>Le moulin</h1>{PROSE}")) is PageKind.ARTICLE


def test_an_article_with_related_posts_below_stays_one():
    related = "".join(teaser(number) for number in range(4))
    assert kind(page(f"<h1>Le moulin</h1>{PROSE * 3}{related}")) is PageKind.ARTICLE


def test_headings_that_lead_to_other_pages_make_a_list():
    assert kind(page("".join(teaser(number) for number in range(4)), "Mon blog")) is PageKind.LIST


def test_a_tag_page_with_one_post_is_a_list():
    body = f"<h2>Posts tagged ‘moulin’</h2>{teaser(1)}"
    assert kind(page(body, "Blog » moulin"), "http://blog.example/tag/moulin/") is PageKind.LIST


def test_the_publishing_system_says_what_a_page_is():
    assert kind(page(PROSE, named="archive category")) is PageKind.LIST
    assert kind(page(PROSE, named="page page-id-2")) is PageKind.STATIC
    assert kind(page(PROSE, named="attachment single-attachment")) is PageKind.MEDIA


@pytest.mark.parametrize(
    "words",
    [
        "404 Not Found",
        "Page introuvable",
        "Nie znaleziono strony",
        "Site en maintenance",
        "Verify you are human",
        "Redirecting...",
        "Parse error: syntax error in /var/www/index.php",
        "XML-RPC server accepts POST requests only.",
        "Error establishing a database connection",
    ],
)
def test_a_short_page_that_says_so_is_an_error(words):
    assert kind(page(f"<p>{words}</p>", words)) is PageKind.ERROR


def test_a_password_form_is_a_login():
    form = "<form><input name='u'><input type='password' name='p'></form>"
    assert kind(page(f"<h1>Connexion</h1>{form}", "Connexion")) is PageKind.LOGIN


def test_a_protected_post_asks_for_its_password_whatever_its_system_calls_it():
    form = "<form action='/enter'><label>Mot de passe <input type='password' name='pw'></label><input type='submit'></form>"
    page = f"<body class='single single-post postid-7'><h1>Privé : la réunion</h1><p>Ce texte est protégé.</p>{form}"
    news = (
        "<h2>Derniers articles</h2>"
        + "<p>Un extrait assez long pour compter comme du texte suivi, sans rien dire.</p>" * 6
    )
    assert kind(f"<title>Privé : la réunion</title>{page}{news}</body>") is PageKind.LOGIN
    text = "<p>Le compte rendu de la réunion tient en quelques phrases que chacun peut lire ici sans demander.</p>" * 8
    assert kind(page.replace("<p>Ce texte est protégé.</p>", text)) is PageKind.ARTICLE


def test_an_article_about_errors_is_an_article():
    assert kind(page(f"<h1>Why 404 pages matter</h1>{PROSE * 6}", "Why 404 pages matter")) is PageKind.ARTICLE


def test_the_number_of_the_post_is_read_from_its_body_class():
    assert extract(page(PROSE, named="single postid-17"), "http://blog.example/a/").post_key == "postid-17"


def test_a_headline_that_differs_from_the_title_is_known_by_what_the_page_states_for_machines():
    stated = "<meta property='og:title' content='Les ailes du moulin reprennent le vent du matin'>"
    videos = "".join(f"<h3 class='v'><a href='/video-{n}'>À voir aussi, numéro {n}</a></h3>" for n in range(6))
    html = page(
        f"<h1>Les ailes du moulin reprennent le vent</h1>{videos}{PROSE * 2}{videos[-60:]}", "Actualité: meunerie"
    )
    assert kind(html.replace("<head>", f"<head>{stated}")) is PageKind.ARTICLE


def test_a_headline_that_leads_to_what_it_speaks_of_is_the_page_s_own():
    linked = f"<h1><a href='/cadre?billet=7'>Le moulin du bout du monde</a></h1>{PROSE * 3}"
    assert kind(page(linked, "Le moulin du bout du monde - Annuaire")) is PageKind.ARTICLE


def test_body_class_and_rest_link_of_a_page_are_one_statement():
    rest = "<link rel='alternate' href='http://blog.example/wp-json/wp/v2/pages/7'><meta property='og:type' content='article'>"
    html = page(f"<h1>Le moulin</h1>{PROSE * 3}", named="page page-id-7").replace("<head>", f"<head>{rest}")
    assert kind(html, "http://blog.example/guides/moulin/") is PageKind.ARTICLE
    assert kind(html, "http://blog.example/contact/") is PageKind.STATIC


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/archives/2004/05/", PageKind.LIST),
        ("/archives/2004_05.html", PageKind.LIST),
        ("/archives/cat_voyages.html", PageKind.LIST),
        ("/archives/week_2004_05_02.html", PageKind.LIST),
        ("/archives/000123.html", None),
        ("/archives/2004/05/le_moulin.html", None),
        ("/archives/17", None),
        ("/archives/", PageKind.STATIC),
        ("/topic/economie/", PageKind.LIST),
        ("/topic/1234-le-moulin/", None),
    ],
)
def test_an_archive_s_entries_are_told_from_its_lists_by_their_address(path, expected):
    assert kind_of_address(f"http://blog.example{path}") is expected
