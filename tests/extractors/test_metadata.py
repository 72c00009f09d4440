"""Title, author, dates, language and site name: what is stated, and what is shown."""

from __future__ import annotations

import pytest

from extractors.article.metadata import title
from extractors.extract import extract
from extractors.html import Document
from extractors.language import guessed_language, language_code
from extractors.records import Page
from extractors.structured import Statements
from tests.growth import grows_linearly, repeated

TEXT = "".join(
    f"<p>The night watchman keeps the house while the others sleep, and he writes down round number {n}.</p>"
    for n in range(6)
)
URL = "https://www.courier.example/local/night-watchman-20871"


def page(head: str = "", above: str = "", below: str = "", url: str = URL, text: str = TEXT) -> Page:
    return extract(
        f"<!doctype html><html><head>{head}</head><body><div class=menu><a href=/>Home</a> <a href=/s>Sport</a></div>"
        f"<article>{above}<div class=article-body>{text}</div>{below}</article></body></html>",
        url,
    )


def json_ld(statement: str) -> str:
    return f'<script type="application/ld+json">{statement}</script>'


@pytest.mark.parametrize(
    ("title", "h1", "wanted"),
    [
        ("Night watch | The Courier", "Night watch", "Night watch"),
        (
            "Night watch in the old town - Local - The Courier",
            "Night watch in the old town",
            "Night watch in the old town",
        ),
        ("Night watch in the old town - courier.example", "", "Night watch in the old town"),
        ("The Courier: Night watch in the old town", "Night watch in the old town", "Night watch in the old town"),
        ("Rounds - a tale of two towns", "", "Rounds - a tale of two towns"),
        ("Night watch in the old town", "LOCAL Night watch in the old town", "Night watch in the old town"),
        ("Watch &amp; ward in the town", "", "Watch & ward in the town"),
        ("Night watch_Local_Courier", "Night watch", "Night watch"),
        ("Night watchThe paper of both banks", "Night watch", "Night watch"),
        (
            "Night watchman - The big, friendly guild of all trades of the river towns",
            "Night watchman",
            "Night watchman",
        ),
        ("Night watch in the lanes", "Night watch in the lanes | Opinion", "Night watch in the lanes"),
        ("Watchman leaves the lanes", "“Enough”: Watchman leaves the lanes", "“Enough”: Watchman leaves the lanes"),
        ("Best lamps of the year", "The Best lamps of the year", "The Best lamps of the year"),
        ("Night watch in the lanes", "Night watch in the lanes<a href=#top>¶</a>", "Night watch in the lanes"),
        (
            "Courier watchman honoured in the old town | The Courier",
            "Courier watchman honoured in the old town",
            "Courier watchman honoured in the old town",
        ),
    ],
)
def test_the_title_is_the_headline_without_the_name_of_the_site(title: str, h1: str, wanted: str) -> None:
    assert page(f"<title>{title}</title>", f"<h1>{h1}</h1>" if h1 else "").title == wanted


@pytest.mark.parametrize(
    "h1",
    [
        "<h1><span class=kicker>Old town</span> Night watch in the lanes</h1>",
        "<h1>Night watch in the lanes <span class=subline>Who walks there, and why</span></h1>",
        "<h1><time>3 May 2020</time> Night watch in the lanes</h1>",
        "<h1>03.05.2020 - Night watch in the lanes</h1>",
        "<h1>Night watch in the lanes<br>Posted on May 3, 2020 by Ann Lee</h1>",
    ],
)
def test_kicker_date_and_subline_are_no_part_of_the_headline(h1: str) -> None:
    assert page("<title>Night watch in the lanes | The Courier</title>", h1).title == "Night watch in the lanes"


@pytest.mark.parametrize(
    "stated", ["Old town: Night watch in the lanes", "Night watch in the lanes - Old town", "Old town Night watch"]
)
@pytest.mark.parametrize("name", ["topline", "kicker", "topic-label", "visuallyhidden", "sr-only"])
def test_a_kicker_is_left_out_though_the_page_states_it_too(stated: str, name: str) -> None:
    h1 = f"<h1><span class={name}>Old town</span> <span>Night watch in the lanes</span></h1>"
    assert page(f"<title>{stated}</title>", h1).title == "Night watch in the lanes"


def test_a_kicker_with_its_colon_stays_in_the_headline() -> None:
    h1 = "<h1><span class=kicker>Old town:</span> Night watch in the lanes</h1>"
    title = "Old town: Night watch in the lanes"
    assert page(f"<title>{title}</title>", h1).title == title


def test_a_name_of_the_site_in_front_of_its_titles_is_no_headline() -> None:
    found = page("<title>Lamplight - Night watch in the lanes of the old town</title>", "<h1>Lamplight</h1>")
    assert found.title != "Lamplight"


def test_a_large_heading_with_the_site_s_own_name_is_no_headline() -> None:
    assert page(
        "<title>Night watch in the lanes</title>", "<h1>COURIER</h1><h2>Night watch in the lanes</h2>"
    ).title == ("Night watch in the lanes")


def test_a_part_of_the_headline_that_the_page_states_too_stays() -> None:
    h1 = "<h1>Night watch <span class=subline>who walks there</span></h1>"
    assert page("<title>Night watch who walks there</title>", h1).title == "Night watch who walks there"


def test_the_shown_headline_beats_the_one_made_for_networks() -> None:
    head = '<title>Night watch in the old town</title><meta property="og:title" content="You will not believe this watchman">'
    assert page(head, "<h1>Night watch in the old town</h1>").title == "Night watch in the old town"


@pytest.mark.parametrize(
    "statement",
    [
        '{"@type":"NewsArticle","author":{"@type":"Person","name":"Ann Lee"}}',
        '{"@type":["Article","NewsArticle"],"author":[{"name":"Ann Lee"}]}',
        '{"@graph":[{"@type":"Article","author":{"@id":"#ann"}},{"@type":"Person","@id":"#ann","name":"Ann Lee"}]}',
        '<!-- {"@type":"Article","author":"Ann Lee",} -->',
        '{"@type":"BlogPosting","headline":"Line\nbreak","author":"By Ann Lee"}',
    ],
)
def test_authors_are_read_from_json_ld_however_it_is_written(statement: str) -> None:
    assert page(json_ld(statement)).author == "Ann Lee"


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ("<p class=byline>By Ann Lee</p>", "Ann Lee"),
        ("<p>By Ann Lee and Tom Okafor | 3 May 2020</p>", "Ann Lee; Tom Okafor"),
        ("<div class=meta>Posted on May 3, 2020 by <a rel=author href=/ann>Ann Lee</a> in Local</div>", "Ann Lee"),
        ("<p>Par Odile Verran, le 3 mai 2020</p>", "Odile Verran"),
        ("<p>Von Jörg van der Meer</p>", "Jörg van der Meer"),
        ("<p>By signing up you agree to our terms and to everything else.</p>", None),
        ("<p class=author>admin</p>", None),
    ],
)
def test_a_byline_names_its_authors_and_nothing_else(shown: str, wanted: str | None) -> None:
    assert page(above=f"<h1>Night watch in the old town</h1>{shown}").author == wanted


def test_the_site_itself_is_no_author_beside_a_person() -> None:
    head = '<meta property="og:site_name" content="The Courier"><meta name=author content="The Courier">'
    assert page(head, "<h1>Night watch in town</h1><p class=byline>By Ann Lee</p>").author == "Ann Lee"


@pytest.mark.parametrize(
    ("head", "above", "wanted"),
    [
        (json_ld('{"@type":"Article","datePublished":"2020-05-03T06:10:00+01:00"}'), "", "2020-05-03T06:10+01:00"),
        ('<meta property="article:published_time" content="2020-05-03">', "", "2020-05-03"),
        ("", "<h1>Night watch in town</h1><time datetime=2020-05-03>yesterday</time>", "2020-05-03"),
        ("", "<h1>Night watch in town</h1><p>3 May 2020</p>", "2020-05-03"),
        ("", "<h1>Night watch in town</h1><p>Updated 9 May 2020</p><p>Published 3 May 2020</p>", "2020-05-03"),
        ("", "<h1>Night watch in town</h1><p>3 May</p>", None),
    ],
)
def test_the_date_is_stated_or_shown_beside_the_headline_and_never_guessed(
    head: str, above: str, wanted: str | None
) -> None:
    assert page(head, above).published == wanted


def test_the_date_of_another_article_is_not_taken() -> None:
    related = "<div class=related><h3>More</h3><p><a href=/b>Bridge toll to rise</a> <time datetime=2019-01-01>1 January</time></p></div>"
    filler = "<div class=teaser><a href=/c>Ferry timetable cut in half</a></div>" * 12
    assert page(above="<h1>Night watch in town</h1>", below=filler + related).published is None


def test_the_address_may_hold_the_date() -> None:
    assert page(url="https://courier.example/2020/05/03/night-watch").published == "2020-05-03"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr-FR", "fr"),
        ("pt_BR", "pt"),
        ("EN", "en"),
        ("zh-Hans-CN", "zh"),
        ("iw", "he"),
        ("nb-NO", "no"),
        ("", None),
        ("x", None),
        ("french", None),
    ],
)
def test_a_language_tag_gives_its_two_letters(tag: str, code: str | None) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le veilleur garde la maison et il note chaque ronde dans un cahier que les autres ne lisent pas. " * 3, "fr"),
        ("Der Wächter hütet das Haus und schreibt jede Runde in ein Heft, das die anderen nicht lesen. " * 3, "de"),
        (
            "El vigilante guarda la casa y anota cada ronda en un cuaderno que los otros no leen por la noche. " * 3,
            "es",
        ),
        ("De wachter past op het huis en schrijft elke ronde in een schrift dat de anderen niet lezen. " * 3, "nl"),
        ("Сторож охраняет дом и записывает каждый обход в тетрадь, которую другие не читают.", "ru"),
        ("夜警は家を守り、見回りのたびに帳面へ書きつける。ほかの人はそれを読まない。", "ja"),
        ("야경꾼은 집을 지키고 순찰할 때마다 공책에 적는다. 다른 사람들은 읽지 않는다.", "ko"),
        ("نگهبان شب خانه را پاس می‌دارد و هر گشت را در دفتری می‌نویسد که دیگران نمی‌خوانند.", "fa"),
        ("يحرس الحارس البيت ويكتب كل جولة في دفتر لا يقرؤه الآخرون في الليل.", "ar"),
        ("42 17 88", None),
    ],
)
def test_the_text_tells_its_language_when_it_is_plain(text: str, code: str | None) -> None:
    assert guessed_language(text) == code


def test_a_template_in_english_does_not_make_an_article_english() -> None:
    french = (
        "<p>Le veilleur garde la maison et il note chaque ronde dans un cahier que les autres ne lisent pas.</p>" * 6
    )
    html = f'<html lang="en"><body><article><div class=article-body>{french}</div></article></body></html>'
    assert extract(html, URL).language == "fr"


def test_two_hundred_characters_of_plain_text_overrule_a_declared_language() -> None:
    german = "<p>Der Wächter hütet das Haus und schreibt jede Runde in ein Heft, das die anderen nicht lesen.</p>"

    def language(declared: str, times: int) -> str | None:
        html = f'<html lang="{declared}"><body><article><div class=article-body>{german * times}</div></article></body></html>'
        return extract(html, URL).language

    assert language("fr", 4) == "de"
    assert language("fr", 1) == "fr"  # too short to contradict
    assert language("sw", 4) == "sw"  # no words of it are known here


def test_a_language_that_is_much_like_the_declared_one_does_not_overrule_it() -> None:
    norwegian = "<p>Vekteren passer huset og skriver hver runde i en bok, og de andre leser den ikke om natten.</p>" * 6
    html = f'<html lang="da"><body><article><div class=article-body>{norwegian}</div></article></body></html>'
    assert extract(html, URL).language == "da"


def test_a_declared_language_that_shares_the_script_of_the_text_stands() -> None:
    urdu = "<p>پہرے دار رات کو گھر کی حفاظت کرتا ہے اور ہر چکر کو ایک کتاب میں لکھتا ہے جسے دوسرے نہیں پڑھتے۔</p>" * 4
    html = f'<html lang="ur"><body><article><div class=article-body>{urdu}</div></article></body></html>'
    assert extract(html, URL).language == "ur"


def test_the_site_is_named_as_it_names_itself() -> None:
    assert page('<meta property="og:site_name" content="The Courier">').site_name == "The Courier"
    assert page(json_ld('{"@type":"Article","publisher":{"name":"The Courier"}}')).site_name == "The Courier"
    assert page().site_name is None


def test_a_heading_that_leads_to_the_first_page_is_the_site_s_name() -> None:
    above = "<h1><a href=/>The Courier of the Valley</a></h1><h2>The night watchman counts the rounds</h2>"
    head = "<title>The night watchman counts the rounds - The Courier of the Valley</title>"
    assert page(head, above).title == "The night watchman counts the rounds"


def test_a_japanese_headline_of_one_word_is_known_in_a_longer_title() -> None:
    head = "<title>ゴールデンウィークにおける注意喚起：IPA 独立行政法人 情報処理推進機構</title>"
    assert page(head, "<h1>ゴールデンウィークにおける注意喚起</h1>").title == "ゴールデンウィークにおける注意喚起"


def test_a_headline_of_two_parts_is_whole_where_the_page_states_it_so() -> None:
    head = "<title>Night work: watchmen want another model</title>" + json_ld(
        '{"@type":"NewsArticle","headline":"Watchmen want another model"}'
    )
    assert (
        page(head, "<h1>Night work: watchmen want another model</h1>").title
        == "Night work: watchmen want another model"
    )


def test_one_meta_tag_may_bear_two_names() -> None:
    head = "<meta property='og:title twitter:title' content='The night watchman'><meta property='dc:creator' content='Ann Lee'>"
    found = page(head, "<h2>The night watchman</h2>")
    assert (found.title, found.author) == ("The night watchman", "Ann Lee")


def test_a_heading_that_names_the_site_over_and_over_takes_time_by_its_length() -> None:
    def read(line: str) -> None:
        document = Document(f"<title>Night watch</title><h1>{line}</h1><p>{TEXT}</p>", "https://courier.example/a")
        title(document, Statements(document))

    assert grows_linearly(read, repeated("Courier | "), 4_000, rounds=1)
