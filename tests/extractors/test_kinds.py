from __future__ import annotations

import pytest

from extractors.extract import extract
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


def test_an_article_about_errors_is_an_article():
    assert kind(page(f"<h1>Why 404 pages matter</h1>{PROSE * 6}", "Why 404 pages matter")) is PageKind.ARTICLE


def test_the_number_of_the_post_is_read_from_its_body_class():
    assert extract(page(PROSE, named="single postid-17"), "http://blog.example/a/").post_key == "postid-17"
