"""Dates as pages write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.dates import find_date, parse_page_date, resolved
from extractors.records import DatePrecision

MINUTES = {
    "5 mars 2012 à 13 h 38 min": "2012-03-05T13:38",
    "le 5 mars 2012, à 9h": "2012-03-05T09:00",
    "1er mars 2012 à 08:05": "2012-03-01T08:05",
    "March 5th, 2012 at 3:12 pm": "2012-03-05T15:12",
    "Thursday, September 16th, 2010 - 1:41pm": "2010-09-16T13:41",
    "Sep 16 2010 12:05AM EST": "2010-09-16T00:05",
    "5. März 2012 um 13:38 Uhr": "2012-03-05T13:38",
    "31.12.10, 10:15 Uhr": "2010-12-31T10:15",
    "16 September 2010, 21.13": "2010-09-16T21:13",
    "5 de marzo de 2012 a las 10:15": "2012-03-05T10:15",
    "il 3 maggio 2011 alle ore 18:20": "2011-05-03T18:20",
    "3 de outubro de 2011 às 18:20": "2011-10-03T18:20",
    "14 maart 2009 om 14:11": "2009-03-14T14:11",
    "1 maja 2012 o 10:11": "2012-05-01T10:11",
    "12 марта 2012 в 10:12": "2012-03-12T10:12",
    "2012年3月5日 下午3:12": "2012-03-05T15:12",
    "10:15 on 5 March 2012": "2012-03-05T10:15",
    "Mon Mar 05 10:15:22 CET 2012": "2012-03-05T10:15",
    "17.07, 2011 @ 13:04": "2011-07-17T13:04",
    "2012-03-05T10:15:22+01:00": "2012-03-05T10:15+01:00",
    "2009-07-14T20:43:42.123Z": "2009-07-14T20:43+00:00",
    "Fri, 05 Mar 2010 09:12:00 GMT": "2010-03-05T09:12+00:00",
    "Anna1 - October 26, 2012, 9:05": "2012-10-26T09:05",
}
DAYS = {
    "26 octobre 2012": "2012-10-26",
    "03/25/2012": "2012-03-25",
    "2. 3. 2010": "2010-03-02",
    "Mar 5, '12": "2012-03-05",
}
NO_DATES = (
    "",
    "July 2009",
    "version 4.5",
    "set 5 free",
    "12:30",
    "3/4 of them",
    "99.99.2012",
    "31 février 2012",
    "may be 5",
)


@pytest.mark.parametrize(("text", "iso"), [*MINUTES.items(), *DAYS.items()])
def test_a_date_is_read_in_the_language_of_the_page(text: str, iso: str) -> None:
    found = find_date(text)
    assert found is not None
    assert found.iso() == iso
    assert found.precision is (DatePrecision.MINUTE if "T" in iso else DatePrecision.DAY)


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize("text", ["March 5, 3:12 pm", "12. Oktober um 9:30", "25/12 à 10:00"])
def test_a_year_that_is_not_shown_is_never_guessed(text: str) -> None:
    found = find_date(text)
    assert found is not None
    assert (found.precision, found.iso()) == (DatePrecision.NOYEAR, None)
    assert parse_page_date(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("il y a 3 jours", "2020-05-17"),
        ("vor 2 Stunden", "2020-05-20T10:00+00:00"),
        ("hace 1 semana", "2020-05-13"),
        ("3 days ago", "2020-05-17"),
        ("Posted 45 minutes ago by Anna", "2020-05-20T11:15+00:00"),
        ("yesterday at 10:15", "2020-05-19T10:15"),
        ("hier à 9h05", "2020-05-19T09:05"),
    ],
)
def test_a_relative_date_counts_back_from_the_fetch_and_is_null_without_it(text: str, iso: str) -> None:
    found = find_date(text)
    assert found is not None
    assert found.precision is DatePrecision.RELATIVE
    assert resolved(found, None) is None
    assert resolved(found, datetime(2020, 5, 20, 12, 0, tzinfo=UTC)) == iso


def test_day_and_month_that_could_be_swapped_follow_weekday_then_language() -> None:
    assert parse_page_date("Monday 05/03/2012", "en-US") == ("2012-03-05", DatePrecision.DAY)
    assert parse_page_date("05/03/2012", "fr") == ("2012-03-05", DatePrecision.DAY)
    assert parse_page_date("05/03/2012", "en-GB") == ("2012-03-05", DatePrecision.DAY)
    assert parse_page_date("05/03/2012", "en") == ("2012-05-03", DatePrecision.DAY)
    assert parse_page_date("05.03.2012", "en") == ("2012-03-05", DatePrecision.DAY)


def test_the_place_of_the_date_in_its_text_is_told() -> None:
    text = "Posted by Anna on 14 Jan 2012 at 10:02 | Reply"
    found = find_date(text)
    assert found is not None
    assert text[found.start : found.end] == "14 Jan 2012 at 10:02"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    assert find_date(text) == find_date(text)


@given(st.text(alphabet="0123456789:/.-hHpmaAM T,aprilMaijuno ", max_size=80))
def test_whatever_looks_like_a_date_is_one_or_none(text: str) -> None:
    answer = parse_page_date(text)
    if answer is not None:
        assert datetime.fromisoformat(answer[0])


@pytest.mark.parametrize(
    ("shown", "iso"),
    [
        (
            "\u0661\u0665 \u0645\u0627\u0631\u0633 \u0662\u0660\u0662\u0661 \u0660\u0669:\u0661\u0660",
            "2021-03-15T09:10",
        ),
        ("15 \u05d1\u05de\u05e8\u05e5 2021", "2021-03-15"),
        ("\u0967\u096b \u092e\u093e\u0930\u094d\u091a \u0968\u0966\u0968\u0967", "2021-03-15"),
        ("15 tháng 3, 2021", "2021-03-15"),
        ("15 Agustus 2021", "2021-08-15"),
        ("15. kolovoza 2021", "2021-08-15"),
        ("15. augustā 2021", "2021-08-15"),
        ("15 aou\u0302t 2021", "2021-08-15"),
        ("12 มีนาคม 2566", "2023-03-12"),
        ("۱۲ اسفند ۱۴۰۱", "2023-03-03"),
        ("۳۰ اسفند ۱۳۹۹", "2021-03-20"),
        ("۱ فروردین ۱۴۰۰", "2021-03-21"),
        ("1402/07/01", "2023-09-23"),
    ],
)
def test_months_digits_and_calendars_of_other_languages_are_read(shown, iso):
    found = find_date(shown)
    assert found is not None
    assert found.iso() == iso
    assert shown[found.start : found.end] == shown
