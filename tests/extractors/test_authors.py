"""Who wrote an article: people only, from statements, bylines and author boxes, and nothing that merely looks like one."""

from __future__ import annotations

import pytest

from extractors.article.names import is_organisation, people_in
from extractors.extract import extract
from extractors.records import Page

TEXT = "".join(
    f"<p>The ferryman counts the boats that leave the harbour at dawn, and on day {n} he counted one more than before.</p>"
    for n in range(6)
)
HEADLINE = "The ferryman who counts boats"


def page(above: str = "", head: str = "", below: str = "", site: str = "harbour-gazette.example") -> Page:
    return extract(
        f"<!doctype html><html><head><title>{HEADLINE}</title>{head}</head><body>"
        f"<ul class=menu><li><a href=/chat>Par Client Web</a></li><li><a href=/a>About</a></li></ul>"
        f"<article><h1>{HEADLINE}</h1>{above}<div class=entry-content>{TEXT}</div>{below}</article>"
        f"<footer>Theme by papyrus</footer></body></html>",
        f"https://{site}/people/ferryman",
    )


def ld(author: str, publisher: str = "") -> str:
    more = f',"publisher":{publisher}' if publisher else ""
    return f'<script type="application/ld+json">{{"@type":"Article","author":{author}{more}}}</script>'


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ann Lee, staff reporter", ["Ann Lee"]),
        ("By Ann Lee and Tom Okafor | Updated 3 May 2020", ["Ann Lee", "Tom Okafor"]),
        ("Words: Ann Lee, Tom Okafor Photos: Jo Ng", ["Ann Lee", "Tom Okafor"]),
        ("Text & Fotos: Jörg Amsel", ["Jörg Amsel"]),
        ("Par Loïc Le Guen", ["Loïc Le Guen"]),
        ("Autorin: Dr. Heike von der Aue", ["Dr. Heike von der Aue"]),
        ("Ann Lee @annlee", ["Ann Lee"]),
        ("Ann Lee (Harbour Gazette)", ["Ann Lee"]),
        ("Ann (Wu) Lee", ["Ann (Wu) Lee"]),
        ("Ann Lee, MD, PhD", ["Ann Lee, MD, PhD"]),
        ("Marc Post author", ["Marc"]),
        ("Posted byMarie Lefort", ["Marie Lefort"]),
        ("Odile Verran Auteur", ["Odile Verran"]),
        ("View all posts by Ann Lee →", ["Ann Lee"]),
        ("Ann Lee, Home and Garden Expert & Tom Okafor, Boat Expert", ["Ann Lee", "Tom Okafor"]),
        ("Rechtsanwalt Jörg Amsel", ["Jörg Amsel"]),
        ("Ann Lee Ann Lee", ["Ann Lee"]),
        ("Par Hélène d'Arc, le 3 mai 2020", ["Hélène d'Arc"]),
        ("By Benjamin Preston", ["Benjamin Preston"]),
        ("2 100 euros bruts par mois", []),
        ("Par mois", []),
        ("by signing up you agree", []),
        ("By clicking here", []),
        ("About Us", []),
        ("谢若含2017-03-01 14:27:02", ["谢若含"]),
        ("[田中宏昌，渡辺直美]", ["田中宏昌", "渡辺直美"]),
        ("Ann Lee in Cardiff and Tom Okafor in Lagos", ["Ann Lee", "Tom Okafor"]),
        ("Автор: Ирина Белова", ["Ирина Белова"]),
        ("लेखक: अनीता वर्मा प्रकाशित: 12 मार्च 2023", ["अनीता वर्मा"]),
        ("بقلم: ليلى حداد", ["ليلى حداد"]),
        ("מאת: נועה ברק", ["נועה ברק"]),
        ("기자명 김서연 기자", ["김서연"]),
        ("김서연 기자 sykim@gazette.example", ["김서연"]),
        ("記者：佐藤 美咲", ["佐藤 美咲"]),
        ("Γράφει η Ελένη Πάππα", ["Ελένη Πάππα"]),
        ("Oleh: Dewi Lestari", ["Dewi Lestari"]),
        ("Tác giả: Nguyễn Văn An", ["Nguyễn Văn An"]),
        ("Írta: Kovács Béla", ["Kovács Béla"]),
        ("كتب التاريخ كلها عن هذا الميناء القديم", []),
        ("Super Utilisateur", []),
        ("Log Out", []),
        ("Alle Beiträge", []),
        ("By Privacy Policy", []),
        ("3 Kommentare", []),
        ("admin", []),
    ],
)
def test_a_byline_gives_its_names_without_labels_roles_handles_and_dates(text: str, names: list[str]) -> None:
    assert people_in(text, stated=False) == names


@pytest.mark.parametrize(
    "name",
    [
        "The Courier",
        "Redaktion",
        "Amsel GmbH",
        "Editorial Team",
        "dpa",
        "Harbour Gazette",
        "gazette-hafen",
        "Ferry Union",
    ],
)
def test_companies_agencies_and_the_site_are_organisations(name: str) -> None:
    assert is_organisation(name, {"harbourgazette", "gazettehafen"})


@pytest.mark.parametrize("name", ["Ann Lee", "Jörg Amsel", "Odile", "谢若含", "annlee77", "Sid Marlowe"])
def test_people_are_no_organisations(name: str) -> None:
    assert not is_organisation(name, {"harbourgazette"})


def test_a_person_whose_site_bears_the_name_is_the_author() -> None:
    assert (
        page(head='<meta property="og:site_name" content="Jörg Amsel"><meta name=author content="Jörg Amsel">').author
        == "Jörg Amsel"
    )


def test_a_surname_that_firms_have_too_is_one_where_the_page_says_that_a_person_bears_it() -> None:
    found = page(head=ld('{"@type":"Person","name":"Emily Post"}'), above="<p class=byline>By Emily Post</p>")
    assert found.author == "Emily Post"
    assert is_organisation("Emily Post", ())


def test_a_publisher_that_is_a_person_too_may_be_the_author() -> None:
    both = '{"@type":["Person","Organization"],"name":"Odile Verran"}'
    found = page(head=ld('{"@type":"Person","name":"Odile Verran"}', both), above="<p class=byline>Odile Verran</p>")
    assert found.author == "Odile Verran"


@pytest.mark.parametrize("line", ["Posted in Boats by oldferry on May 3, 2020", "Posted by oldferry on May 3, 2020"])
def test_who_blogs_at_a_provider_signs_by_the_name_of_the_blog(line: str) -> None:
    head = '<meta property="og:site_name" content="Old Ferry Blog">'
    found = page(above=f"<p class=meta>{line}</p>", head=head, site="oldferry.wordpress.com")
    assert found.author == "oldferry"


@pytest.mark.parametrize(
    ("author", "publisher"),
    [
        ('{"@type":"Organization","name":"Ferry Union"}', "Ferry Union"),
        ('{"@type":"Person","name":"Amsel Medien GmbH"}', "Amsel Medien GmbH"),
        ('"Harbour Gazette"', "Harbour Gazette"),
        ('"Church & Life Foundation, Hull"', "Church & Life Foundation, Hull"),
    ],
)
def test_an_organisation_that_signs_is_the_publisher_and_no_author(author: str, publisher: str) -> None:
    record = page(head=ld(author))
    assert (record.author, record.publisher) == (None, publisher)


def test_the_stated_publisher_is_kept_beside_the_author() -> None:
    record = page(head=ld('{"name":"Ann Lee"}', '{"@type":"Organization","name":"Gazette Ltd"}'))
    assert (record.author, record.publisher) == ("Ann Lee", "Gazette Ltd")


def test_several_authors_are_a_list() -> None:
    assert page(above="<p class=byline>By Ann Lee, Tom Okafor and Jo Ng</p>").authors == (
        "Ann Lee",
        "Tom Okafor",
        "Jo Ng",
    )


@pytest.mark.parametrize(
    "shown",
    [
        "<p>11.12.2019 - Jan Amsel</p>",
        "<p>Jan Amsel, 11.12.2019</p>",
        "<p>Posted on May 3, 2020 by Jan Amsel in Local</p>",
        "<div><span>By</span></div><div>Jan Amsel</div><div>-</div><div>June 12, 2025</div>",
        "<div>Written by</div><div>Jan Amsel - Product marketer</div>",
        "<div class=x>Jan Amsel</div><div>24 Apr 2020 • 3 min read</div>",
        "<p><a href=/author/jan-amsel>Jan Amsel</a></p>",
        "<p class=date-author>Jan Amsel, 01.12.2021</p>",
        "<p>Autor: Jan Amsel</p>",
        "<p>Text von Jan Amsel &nbsp; Illustration von Marta Quill</p>",
        "<div>Jan Amsel @ Ferry Office</div><div>June 12, 2025</div>",
        "<div class=author-info><div class=name>Jan Amsel</div></div>",
    ],
)
def test_bare_dated_and_divided_bylines_are_read(shown: str) -> None:
    assert page(above=shown).author == "Jan Amsel"


@pytest.mark.parametrize(
    "below",
    [
        '<div class="post-author"><span>L\'auteur est</span> <a href="/author/jan/">Jan Amsel</a></div>',
        "<p>This post was written by Jan Amsel, head of the ferry office.</p>",
        '<p class=author>Jan Amsel<span class="label">Post author</span></p>',
        "<h3>Jan Amsel</h3><p>Jan Amsel is the head of the ferry office and has crossed the river for years.</p>",
        "<div><a href=/x>Tides of the week</a></div>" * 9 + "<div class=document-byline>erstellt von Jan Amsel</div>",
    ],
)
def test_a_signature_behind_the_text_is_read(below: str) -> None:
    assert page(below=below).author == "Jan Amsel"


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Local News</p><p>3 May 2020</p>",
        "<p>Grüner Wasserstoff</p>",
        "<p>Aktuelle Meldung - 11.12.2019</p>",
        "<p>By far the longest crossing of the year, he says.</p>",
        "<p>Par hasard, il compte juste.</p>",
        "<p class=salary>2 100 euros bruts par mois</p>",
        "<p>Store Locator</p><p>Wedding Ring</p>",
    ],
)
def test_prose_labels_and_menus_name_nobody(shown: str) -> None:
    assert page(above=shown).author is None


def test_what_is_stated_and_shown_beats_what_is_only_stated() -> None:
    head = '<meta name=author content="Marta Quill"><meta property="article:author" content="Jan Amsel">'
    assert page(above="<p class=byline>By Jan Amsel</p>", head=head).author == "Jan Amsel"


def test_a_byline_completes_a_handle_and_a_list_cut_short() -> None:
    assert page(above="<p class=byline>By Jan Amsel</p>", head=ld('"jan"')).author == "Jan Amsel"
    assert (
        page(above="<p class=byline>By Jan Amsel, Ann Lee</p>", head=ld('"Jan Amsel"')).author == "Jan Amsel; Ann Lee"
    )


def test_who_wrote_a_review_did_not_write_the_article() -> None:
    review = "<div itemprop=review><span itemprop=author>Tom Okafor</span><p>Five stars.</p></div>"
    assert page(above=review).author is None


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Posted in Boats by janamsel on August 3, 2019</p>",
        "<p>Gespeichert von janamsel am 24. Juli 2017</p>",
        "<p>Verfasst von: janamsel | 31. Dezember 2008</p>",
    ],
)
def test_a_handle_that_posted_the_article_is_its_author(shown: str) -> None:
    assert page(above=shown, site="janamsel.wordpress.example").author == "janamsel"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Written by Vera Amsel, MD, cardiologist, Harbour Health", ["Vera Amsel, MD"]),
        ("By Ann Lee, reporter, and Zhang Wei", ["Ann Lee", "Zhang Wei"]),
        ("Posted by Tidewatcher under Just thinking", ["Tidewatcher"]),
        ("Ann Lee1, Tom Okafor2", ["Ann Lee", "Tom Okafor"]),
        ("Name", []),
    ],
)
def test_an_employer_a_rubric_and_a_note_mark_are_no_part_of_the_names(text: str, names: list[str]) -> None:
    assert people_in(text, stated=False) == names


@pytest.mark.parametrize(
    ("site", "head", "foot", "author"),
    [
        ("tobybrandt.example", "<meta property=og:site_name content='Toby Brandt'>", "", "Toby Brandt"),
        ("toby-brandt.example", "", "<p>© 2024 Toby Brandt. All rights reserved</p>", "Toby Brandt"),
        ("toby.blogs.example", "<meta property=og:site_name content='Toby Brandt'>", "", "Toby Brandt"),
        ("harbourhealth.example", "<meta property=og:site_name content='Harbour Health'>", "", None),
        ("harbour.example", "", "<p>© 2024 Toby Brandt</p>", None),
        ("tobysboats.example", "<meta property=og:site_name content='Toby Boats Limited'>", "", None),
    ],
)
def test_a_site_that_bears_its_owner_s_name_is_signed_by_its_owner(
    site: str, head: str, foot: str, author: str | None
) -> None:
    assert page(head=head, below=foot, site=site).author == author


def test_a_byline_comes_before_the_owner_of_the_site() -> None:
    head = "<meta property=og:site_name content='Toby Brandt'>"
    assert page("<p class=byline>By Ann Lee</p>", head, site="tobybrandt.example").author == "Ann Lee"


def test_a_byline_far_behind_the_text_counts_where_it_says_when() -> None:
    rows = "".join(f"<div><p>Harbour notice {n}</p></div>" for n in range(12))
    line = (
        "<div class=mosaic-grid-row><p>erstellt von <a href=/author/d>Dominik</a> — veröffentlicht 28.01.2022</p></div>"
    )
    found = page(below=rows + line)
    assert (found.author, found.published) == ("Dominik", "2022-01-28")


def test_bylines_far_behind_the_text_that_differ_sign_other_articles() -> None:
    rows = "".join(f"<div><p>Harbour notice {n}</p></div>" for n in range(12))
    others = "".join(f"<p>By {name} on May 3, 2020</p>" for name in ("Ann Lee", "Tom Okafor"))
    assert page(below=rows + others).author is None


def test_the_name_beside_the_headline_beats_those_in_boxes_further_down() -> None:
    above = "<ul><li><span class=date>3 May 2020</span></li><li><span>Benno T. Kaiser</span></li></ul>"
    box = "<div class='post__meta post__meta--author'>HG</div>"
    assert page(above, below=box).author == "Benno T. Kaiser"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Ann Lee, Fernando C. Pires, Xu Weiming", "Ann Lee; Fernando C. Pires; Xu Weiming"),
        ("M. Franck Rieder, Ministre de la Mer", None),
    ],
)
def test_several_names_below_a_headline_sign_it(line: str, author: str | None) -> None:
    assert page(f"<p>{line}</p>").author == author


def test_a_handle_in_small_letters_counts_where_it_is_marked_as_the_author() -> None:
    assert page("<p>by <span class='author vcard fn'>oz</span> on May 3, 2020</p>").author == "oz"


def test_a_person_may_be_called_like_a_thing_where_the_page_says_that_it_is_one() -> None:
    line = "<p class=byline>Von <a class=author href=/author/t>Der Hafenteddy</a></p>"
    assert page(line, ld('{"@type":"Person","name":"Der Hafenteddy"}')).author == "Der Hafenteddy"


@pytest.mark.parametrize(
    ("shown", "author"),
    [
        ("<p>2021-08-15 09:30:12　来源：<a>港口日报</a>　作者：李文静　责任编辑：王强</p>", "李文静"),
        ("<div><span>2023年3月12日 7時30分</span><span>記者：佐藤 美咲</span></div>", "佐藤 美咲"),
        ("<div><span>Автор: Ирина Белова</span><span>Опубликовано 5 февраля 2024</span></div>", "Ирина Белова"),
        (
            "<div><span>Ann Lee</span><time datetime=2020-05-03>3 May 2020</time><span>6 min read</span></div>",
            "Ann Lee",
        ),
        ("<div>3 May 2020 · 4 min · 812 words · Ann Lee | <a href=/edit>Suggest Changes</a></div>", "Ann Lee"),
        (
            "<ul class=authors><li><a href=/a/1>Ann Lee</a></li><li><a href=/a/2>Tom Okafor</a></li></ul>",
            "Ann Lee; Tom Okafor",
        ),
        ("<ul><li><span class=user-name>Sid Marlowe</span></li><li>3 May 2020</li></ul>", "Sid Marlowe"),
    ],
)
def test_a_name_among_other_details_is_found(shown: str, author: str) -> None:
    assert page(above=shown).author == author


def test_a_score_beside_the_name_of_who_asks_is_no_part_of_it() -> None:
    user = "<div itemprop=author><a href=/users/12>Ann Lee</a><span>311</span><span>7 badges</span></div>"
    assert page(below=user).author == "Ann Lee"


def test_a_shown_name_wins_over_the_account_that_a_system_gives_to_its_first_user() -> None:
    shown = "<dl class=info><dd class=createdby itemprop=author>Écrit par : <span itemprop=name>Odile Verran</span></dd></dl>"
    assert page(head="<meta name=author content='Super Utilisateur'>", above=shown).author == "Odile Verran"
