"""When an article was published and changed: the words beside dates, time zones, addresses, and what is no date of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.extract import extract
from extractors.records import Page

TEXT = "".join(
    f"<p>The clockmaker winds the tower clock of the town every Sunday evening, and this is week number {n} of his.</p>"
    for n in range(6)
)
URL = "https://towers.example/clockmaker"
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)


def page(above: str = "", head: str = "", below: str = "", url: str = URL, lang: str = "en") -> Page:
    return extract(
        f"<!doctype html><html lang={lang}><head><title>The clockmaker of the tower</title>{head}</head><body><article>"
        f"<h1>The clockmaker of the tower</h1>{above}<div class=entry-content>{TEXT}</div>{below}</article></body></html>",
        url,
        fetched_at=FETCHED,
    )


def stated(published: str, modified: str = "") -> str:
    more = f',"dateModified":"{modified}"' if modified else ""
    return f'<script type="application/ld+json">{{"@type":"Article","datePublished":"{published}"{more}}}</script>'


@pytest.mark.parametrize(
    ("shown", "published", "modified"),
    [
        ("<p>Published May 3, 2020. Last updated June 9, 2021</p>", "2020-05-03", "2021-06-09"),
        ("<p>Updated June 9, 2021 · Published May 3, 2020</p>", "2020-05-03", "2021-06-09"),
        ("<p>3 May 2020</p><p>Last updated: 9 June 2021</p>", "2020-05-03", "2021-06-09"),
        ("<p>Publié le 3 mai 2020, mis à jour le 9 juin 2021</p>", "2020-05-03", "2021-06-09"),
        ("<p>Letzte Änderung: 09.06.2021\nErschienen am: 03.05.2020</p>", "2020-05-03", "2021-06-09"),
        ("<p>公開：2020年5月3日　更新：2021年6月9日</p>", "2020-05-03", "2021-06-09"),
        ("<p>نُشر في ١٢ مارس ٢٠٢٣ - آخر تحديث: ١٤ مارس ٢٠٢٣</p>", "2023-03-12", "2023-03-14"),
        (
            "<p><span>פורסם: 12.03.2023 08:15</span> | <span>עודכן: 13.03.2023</span></p>",
            "2023-03-12T08:15",
            "2023-03-13",
        ),
        ("<ul><li>입력 2022.05.11</li><li>수정 2022.05.12</li></ul>", "2022-05-11", "2022-05-12"),
        ("<p>Δημοσίευση: 23/5/2020 | Ενημέρωση: 9/6/2021</p>", "2020-05-23", "2021-06-09"),
        ("<p>Опубліковано 03.05.2020, оновлено 09.06.2021</p>", "2020-05-03", "2021-06-09"),
        ("<p>Objavljeno: 03.05.2020. Ažurirano: 09.06.2021.</p>", "2020-05-03", "2021-06-09"),
        (
            "<p><span>3 maja 2020, 08:15</span> <span>aktualizacja: 9 czerwca 2021</span></p>",
            "2020-05-03T08:15",
            "2021-06-09",
        ),
        ("<p>发布：2020-05-03 修改：2021-06-09</p>", "2020-05-03", "2021-06-09"),
        (
            "<p><time class=updated datetime=2021-06-09T10:00>9 June 2021</time> "
            "<time class='entry-date published' datetime=2020-05-03T08:00>3 May 2020</time></p>",
            "2020-05-03T08:00",
            "2021-06-09T10:00",
        ),
        ("<ul class=meta><li><span>Post published:</span>3 mai 2020</li></ul>", "2020-05-03", None),
        ("<p>This article was originally published on 3 May 2020 at 4:12pm</p>", "2020-05-03T16:12", None),
    ],
)
def test_the_word_before_a_date_says_whether_it_is_published_or_changed(
    shown: str, published: str, modified: str | None
) -> None:
    record = page(above=shown)
    assert (record.published, record.modified) == (published, modified)


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Deadline: 15 March 2024</p>",
        "<p>Valid until 3 May 2024</p>",
        "<p>Aktuelle Zeit: 14.10.2020, 12:18</p>",
        "<p>3 May 2031</p>",
    ],
)
def test_deadlines_clocks_and_the_future_date_no_article(shown: str) -> None:
    assert page(above=shown).published is None


def test_stated_dates_in_the_future_are_not_believed() -> None:
    record = page(above="<p>3 May 2020</p>", head=stated("2031-01-01", "2032-01-01"))
    assert (record.published, record.modified) == ("2020-05-03", None)


def test_dates_of_related_posts_are_not_read() -> None:
    related = (
        "<section id=related-posts><article class=related-post><a href=/b>Bells</a> <time class=published "
        "datetime=2019-01-01>1 January 2019</time></article></section>"
    )
    unnamed = "<div><a href=/b>Bells of old</a></div><div>1 January 2019</div><div><a href=/c>Hands</a></div><div>2 May 2018</div>"
    assert page(below=related).published is None
    assert page(below=unnamed).published is None


def test_a_line_behind_the_text_that_is_only_a_date_dates_it() -> None:
    assert page(below="<p>14.01.2022 um 09:25</p>", lang="de").published == "2022-01-14T09:25"


def test_the_day_that_the_page_shows_beats_the_neighbouring_one_in_another_time_zone() -> None:
    assert (
        page(above="<p>3 May 2022, 21:25</p>", head=stated("2022-05-04T00:25:00+00:00")).published == "2022-05-03T21:25"
    )
    assert (
        page(above="<p>4 May 2022</p>", head=stated("2022-05-04T00:25:00+00:00")).published == "2022-05-04T00:25+00:00"
    )


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://towers.example/2020/05/03/clock", "2020-05-03"),
        ("https://towers.example/news/20200503-clock", "2020-05-03"),
        ("https://towers.example/news/03-05-2020", "2020-05-03"),
        ("https://towers.example/2020/99/03/clock", None),
    ],
)
def test_an_address_dates_an_article_that_says_nothing_else(url: str, wanted: str | None) -> None:
    assert page(url=url).published == wanted


def test_an_address_decides_between_dates() -> None:
    url = "https://towers.example/2020/05/03/clock"
    assert page(head=stated("2023-01-01"), above="<p>3 May 2020</p>", url=url).published == "2020-05-03"
    assert page(head=stated("2023-01-01"), url=url).published == "2023-01-01"


@pytest.mark.parametrize(
    ("above", "below", "wanted"),
    [
        ("<p>03/05/2020</p>", "<p>Opened on 25/12/2019</p>", "2020-05-03"),
        ("<p>05/03/2020</p>", "<p>Opened on 12/25/2019</p>", "2020-05-03"),
        ("<p>05/03/2020</p>", "", "2020-05-03"),
    ],
)
def test_the_page_s_own_dates_tell_day_from_month(above: str, below: str, wanted: str) -> None:
    assert page(above=above, below=below).published == wanted


@pytest.mark.parametrize(
    "line",
    [
        "<p>Veröffentlicht am 03.05.2020<br>Dauer: 1 Stunde</p>",
        "<div class='field publishing-date'>03.05.2020</div>",
        "<p>Page last modified May 3, 2020</p>",
    ],
)
def test_a_line_far_from_the_headline_that_says_what_it_dates_dates_it(line: str) -> None:
    rows = "".join(f"<div><p>Clock notice {n}</p></div>" for n in "abcdefghijkl")
    assert page(below=rows + line).published == "2020-05-03"


def test_such_lines_that_differ_date_other_articles() -> None:
    rows = "".join(f"<div><h5>Clock notice</h5><p><a href=/{n}>{n}</a></p></div>" for n in range(30))
    assert page(below=rows + "<p>Published May 3, 2020</p><p>Published May 9, 2020</p>").published is None


@pytest.mark.parametrize(
    ("shown", "published"),
    [
        ("<p>3 Sept 2020 | Originally published</p>", "2020-09-03"),
        ("<p>26 | 01 | 2022</p>", "2022-01-26"),
        (
            f"<p><span class=text_datum>31. Oktober 2023.</span> {'Die Uhr ging nach, und niemand sah es. ' * 5}</p>",
            "2023-10-31",
        ),
    ],
)
def test_dates_in_other_shapes_are_read(shown: str, published: str) -> None:
    assert page(shown).published == published


@pytest.mark.parametrize("name", ["w-published-date", "published", "publish.date", "articledate"])
def test_a_system_s_own_name_for_the_date_is_understood(name: str) -> None:
    assert page(head=f"<meta name={name} content='May 3, 2020'>").published == "2020-05-03"


def test_a_date_that_is_stated_without_any_sign_is_read() -> None:
    assert page(head="<meta name=pubdate content=20200503>").published == "2020-05-03"
