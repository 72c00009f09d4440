"""extract() as a whole: the seed page, hostile texts, properties that hold on every input."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.errors import EmptyPage, NoArticle, NotHtml, PageError
from extractors.extract import extract
from extractors.html import Document
from extractors.page import PageObject
from extractors.records import Page, as_json, from_json

SEED = Path(__file__).parents[2] / ".." / "shared" / "seed"
RENDITIONS = ["responsable-e-commerce.html", "responsable-e-commerce.html5.html", "responsable-e-commerce.messy.html"]
URL = "https://magazine.example/metiers/veilleur-de-nuit/"

PARAGRAPHS = "".join(
    f"<p>Le veilleur de nuit garde la maison pendant que les autres dorment, et il note la ronde numéro {n}.</p>"
    for n in range(1, 6)
)


def page_with(inner: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang=fr><head><title>Veilleur de nuit</title>{head}</head>"
        f"<body><article><h1>Veilleur de nuit</h1><div class=entry-content>{inner}</div></article></body></html>"
    )


def seed(name: str) -> Page:
    if not SEED.exists():
        pytest.skip("NO SEED PAGES: ../shared/seed is absent")
    return extract((SEED / name).read_bytes(), "http://www.elaee.com/fiche-metier-responsable-e-commerce/")


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    if not SEED.exists():
        pytest.skip("NO SEED PAGES: ../shared/seed is absent")
    known: dict[str, Any] = json.loads((SEED / "expected.json").read_text("utf-8"))
    return known


@pytest.mark.shared
@pytest.mark.parametrize("name", RENDITIONS)
def test_every_rendition_of_the_seed_gives_the_same_article(name: str, expected: dict[str, Any]) -> None:
    page = seed(name)
    assert page.title == expected["title"]
    assert page.language == expected["language"]
    assert page.lead == expected["lead"]
    assert page.footnotes == (expected["footnote"],)
    sections = [(section.heading, section.text.replace("\n\n", "\n")) for section in page.sections]
    assert sections == [(section["heading"], section["text"]) for section in expected["sections"]]


@pytest.mark.shared
@pytest.mark.parametrize("name", RENDITIONS)
def test_the_seed_article_holds_nothing_of_what_surrounds_it(name: str, expected: dict[str, Any]) -> None:
    text = seed(name).text
    for comment in expected["comments"]:
        assert comment["text"] not in text
    for tweet in expected["tweets"]:
        assert tweet["text"] not in text
    assert not [line for line in expected["boilerplate"] if len(line) > 20 and line in text]


@pytest.mark.shared
def test_classic_and_messy_markup_give_the_same_records() -> None:
    classic, messy = seed(RENDITIONS[0]), seed(RENDITIONS[2])
    for field in ("title", "language", "lead", "footnotes"):
        assert getattr(classic, field) == getattr(messy, field)
    assert [(s.heading, s.text) for s in classic.sections] == [(s.heading, s.text) for s in messy.sections]
    assert [(c.author, c.body, c.kind) for c in classic.comments] == [
        (c.author, c.body, c.kind) for c in messy.comments
    ]
    assert [(t.text, t.urls, t.hashtags) for t in classic.tweets] == [
        (t.text, t.urls, t.hashtags) for t in messy.tweets
    ]


def test_bytes_and_their_text_give_the_same_record() -> None:
    html = page_with(PARAGRAPHS)
    assert extract(html.encode("utf-8"), URL) == extract(html, URL)


def test_the_same_page_gives_the_same_record_twice() -> None:
    html = page_with(PARAGRAPHS)
    assert as_json(extract(html, URL)) == as_json(extract(html, URL))


def test_a_record_survives_json() -> None:
    page = extract(page_with(PARAGRAPHS), URL)
    assert from_json(Page, as_json(page)) == page


@pytest.mark.parametrize("body", [b"", b"   \n\t ", b"\xef\xbb\xbf", b"\x00\x00"])
def test_an_empty_answer_is_an_empty_page(body: bytes) -> None:
    with pytest.raises((EmptyPage, NotHtml)):
        extract(body, URL)


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n1 0 obj <</Type /Catalog>>",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"GIF89a" + bytes(200),
        b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 8,
        b"PK\x03\x04" + bytes(range(256)) * 8,
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>',
        b"<!-- generated --><feed xmlns='http://www.w3.org/2005/Atom'><title>x</title></feed>",
        b'<?xml version="1.0"?><urlset><url><loc>http://a/</loc></url></urlset>',
        b'{"html": "<p>not a page</p>"}',
        b"just a line of text",
    ],
)
def test_other_formats_are_refused_as_such(body: bytes) -> None:
    with pytest.raises(NotHtml):
        extract(body, URL)


def test_a_page_without_text_has_no_article() -> None:
    with pytest.raises(NoArticle):
        extract("<html><body><img src=a.png><script>go()</script></body></html>", URL)


def test_a_page_of_one_short_paragraph_is_an_article() -> None:
    page = extract(page_with("<h2>Définition</h2><p>Il veille.</p>"), URL)
    assert "Il veille." in page.text


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<span>", "<table><tr><td>", "<ul><li>", "<blockquote>"])
@pytest.mark.parametrize("depth", [300, 3_000, 10_000])
def test_no_text_is_lost_however_deep_it_is_nested(opening: str, depth: int) -> None:
    html = page_with(f"{PARAGRAPHS}{opening * depth}<p>Tout au fond, il dort enfin.</p>")
    blocks = PageObject(Document(html, URL)).outline.blocks
    assert any("Tout au fond, il dort enfin." in block.text for block in blocks)
    assert "la ronde numéro 5" in extract(html, URL).text


def test_text_after_a_deep_part_is_kept() -> None:
    deep = "<div>" * 5_000 + "fond" + "</div>" * 5_000
    page = extract(page_with(f"{deep}{PARAGRAPHS}"), URL)
    assert "la ronde numéro 5" in page.text


def test_an_element_with_a_flood_of_attributes_is_read_without_them() -> None:
    flood = " ".join(f"a{n}=1" for n in range(60_000))
    assert "numéro 5" in extract(page_with(f"<div {flood}>{PARAGRAPHS}</div>"), URL).text


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b", "&#xD83D;", "\x00", "\ufeff", "&#0;", "\u2028"])
def test_characters_that_no_encoding_has_never_reach_a_record(text: str) -> None:
    html = page_with(f"<p>Avant {text} après, il fait sa ronde et il ferme les volets.</p>{PARAGRAPHS}")
    page = extract(html, URL + text)
    assert "\x00" not in page.text
    as_json(page).decode("utf-8")


def test_a_broken_json_ld_does_not_hide_the_page() -> None:
    head = '<script type="application/ld+json">{"@type":"Article","headline":' + "[" * 50_000 + "</script>"
    assert extract(page_with(PARAGRAPHS, head), URL).title == "Veilleur de nuit"


_FRAGMENTS = st.sampled_from(
    """<div> </div> <p> </p> <b> </b> <br> <ul> <li> </ul> <table> <tr> <td> <a_href="x"> </a> <h1> </h1> <h2> </h2>
    <blockquote> <pre> <script> </script> <style> <!-- --> <![CDATA[ ]]> <? ?> &amp; &#0; &#xD800; &nbsp &lt <template>
    <article> <aside> <time_datetime="2020-13-45"> <meta_charset=utf-7> <meta_property="og:title"_content="x|y">
    <link_rel=canonical_href="//["> <base_href="javascript:x"> <sup><a_href="#fn1">1</a></sup> <ol_class=footnotes>
    <ol_class=commentlist> <li_class=comment_id=comment-1> <blockquote_class=twitter-tweet> <div_hidden>
    <script_type="application/ld+json">{"@type":"Article","author":[[{"name":5}]],"datePublished":{}}</script>
    <p_class="byline">By <font_size=5> <svg> <math> <textarea> <plaintext> <frameset> <html> <body> </body>""".split()
).map(lambda fragment: fragment.replace("_", " "))
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["Il veille. ", "3 Comments", "by Ann Lee on 3 May 2020", "*note", "mot*", "©", "\ud800", "\x00", "2 mars 2019"]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(_FRAGMENTS, _TEXTS), max_size=60).map("".join), st.text(max_size=30))
def test_any_text_gives_a_record_or_a_page_error(html: str, path: str) -> None:
    try:
        page = extract(html, f"https://site.example/{path}", fetched_at=datetime(2026, 1, 2, tzinfo=UTC))
    except PageError:
        return
    assert from_json(Page, as_json(page)) == page


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=40)))
def test_any_bytes_give_a_record_or_a_page_error(body: bytes, content_type: str | None) -> None:
    try:
        page = extract(b"<p>" + body, "not an address", content_type=content_type)
    except PageError:
        return
    as_json(page)
