"""The analysts' pages: dictionary, SQL, charts, downloads."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from flows.desk.pages import asking, charts
from flows.desk.pages.drawing import charts_of, note_of
from flows.desk.pages.i18n import texts
from storage.analysts.console import Answer, Console
from storage.analysts.gallery import GALLERY, query_named
from storage.analysts.saved_questions import all_questions
from storage.analysts.views import VIEWS
from storage.database.engine import Database
from storage.opening import open_database
from tests.flows.desk.room import account, editor, judged, put, visitor

HOSTILE = '=HYPERLINK("http://evil.example","x")<script>alert(1)</script>'


@pytest.fixture
def filled(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Two comments on SQLite; the queries themselves are tested on both databases by tests/storage."""
    shutil.copy(sqlite_template, tmp_path / "tamis.db")
    with open_database(f"sqlite:///{tmp_path / 'tamis.db'}") as db:
        put(db, ["Merci pour la fiche", HOSTILE], [judged("publish", 0.02, ()), judged("publish", 0.1, ())])
        yield db


async def test_every_view_has_a_page_with_every_column(filled: Database) -> None:
    async with visitor(filled) as client:
        for view in VIEWS:
            page = (await client.get(f"/data/dictionary/{view.name}")).text
            assert all(f"<code>{column}</code>" in page for column in view.columns)


async def test_every_question_is_answered_in_both_languages(filled: Database) -> None:
    async with visitor(filled) as client:
        for named in GALLERY:
            for language in ("en", "fr"):
                answer = await client.get(f"/data/gallery/{named.name}", params={"lang": language})
                assert answer.status_code == 200, named.name
                assert f'<html lang="{language}">' in answer.text


async def test_nobody_fills_the_queue_of_questions_alone(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    account(filled, "ana", "viewer")
    account(filled, "bea", "viewer")
    opened, loop = threading.Event(), asyncio.get_running_loop()
    begun: asyncio.Queue[None] = asyncio.Queue()

    def held(self: Console, sql: str, *rest: object, **more: object) -> Answer:
        loop.call_soon_threadsafe(begun.put_nowait, None)
        assert opened.wait(60)
        return Answer(columns=("one",), rows=((1,),), cut=None, seconds=0.0)

    monkeypatch.setattr(Console, "query", held)
    monkeypatch.setattr(asking, "OWN", asking.QUESTIONS)
    async with editor(filled, "ana") as ana, editor(filled, "bea") as bea:
        mine = [asyncio.create_task(ana.get("/data/sql?q=SELECT 1")) for _ in range(asking.QUESTIONS)]
        for _ in mine:
            await begun.get()
        refused = await ana.get("/data/sql?q=SELECT 1")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        other = asyncio.create_task(bea.get("/data/sql?q=SELECT 1"))  # has a place in the queue
        opened.set()
        assert {answer.status_code for answer in await asyncio.gather(other, *mine)} == {200}
    assert not asking.questions.under_way


async def test_a_chart_stands_beside_its_table(filled: Database) -> None:
    async with visitor(filled) as client:
        page = (await client.get("/data/gallery/comments-per-week")).text
    assert '<svg class="chart wide"' in page
    assert 'role="img"' in page
    assert "<table>" in page


async def test_a_link_is_a_query_and_its_cells_are_text(filled: Database) -> None:
    async with visitor(filled) as client:
        page = await client.get("/data/sql", params={"q": "SELECT body FROM clean_comments ORDER BY comment_id"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_a_mistake_is_a_sentence_not_a_crash(filled: Database) -> None:
    async with visitor(filled) as client:
        page = await client.get("/data/sql", params={"q": "SELECT * FROM editors"})
    assert page.status_code == 400
    assert "not part of the documented views" in page.text


async def test_a_csv_download_is_complete_and_harmless(filled: Database) -> None:
    async with visitor(filled) as client:
        answer = await client.get("/data/sql.csv", params={"q": "SELECT body FROM clean_comments ORDER BY comment_id"})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [["body"], ["Merci pour la fiche"], ["'" + HOSTILE]]
    assert "attachment" in answer.headers["content-disposition"]


async def test_a_json_download_keeps_the_values_as_they_are(filled: Database) -> None:
    async with visitor(filled) as client:
        answer = await client.get("/data/sql.jsonl", params={"q": "SELECT body FROM clean_comments ORDER BY 1"})
    assert HOSTILE in [json.loads(line)["body"] for line in answer.text.splitlines()]


async def test_a_download_of_a_wrong_query_is_an_error(filled: Database) -> None:
    async with visitor(filled) as client:
        assert (await client.get("/data/sql.csv", params={"q": "SELECT x"})).status_code == 400


async def test_once_there_are_accounts_strangers_read_nothing(filled: Database) -> None:
    account(filled, "vera", "viewer")
    async with visitor(filled) as client:
        assert (await client.get("/data")).status_code == 303
        assert (await client.get("/data/sql.csv", params={"q": "SELECT 1"})).status_code == 303
    async with editor(filled, "vera") as client:
        assert (await client.get("/data")).status_code == 200


async def test_an_unknown_view_question_or_format_is_not_found(filled: Database) -> None:
    async with visitor(filled) as client:
        for path in ("/data/dictionary/nothing", "/data/gallery/nothing", "/data/sql.exe"):
            assert (await client.get(path)).status_code == 404


async def test_an_account_for_one_site_gets_no_page_that_shows_them_all(filled: Database) -> None:
    account(filled, "lea", "admin", sites=("mag",))
    async with editor(filled, "lea") as client:
        for path in ("/data", "/data/gallery", "/data/sql", "/data/sql.csv?q=SELECT+1", "/people"):
            answer = await client.get(path)
            assert (answer.status_code, "your account is for mag only" in answer.text) == (403, True), path
        french = await client.get("/data/sql", headers={"Accept-Language": "fr"})
        assert "ouvert que pour mag" in french.text


async def test_a_viewer_for_one_site_starts_at_a_page_that_he_may_see(filled: Database) -> None:
    account(filled, "vera", "viewer", sites=("mag",))
    async with editor(filled, "vera") as client:
        assert (await client.get("/")).headers["location"] == "/quality"


async def test_one_download_at_a_time_an_account(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_downloading", {"host 127.0.0.1"})
    async with visitor(filled) as client:
        answer = await client.get("/data/sql.csv", params={"q": "SELECT 1"})
        assert (answer.status_code, "one at a time" in answer.text) == (429, True)
        asking._downloading.clear()
        assert (await client.get("/data/sql.csv", params={"q": "SELECT 1 AS a"})).text == "a\r\n1\r\n"
        assert asking._downloading == set()


async def test_a_parameter_asks_for_its_value_and_then_takes_it(filled: Database) -> None:
    sql = "SELECT count(*) AS n FROM clean_comments WHERE body LIKE :words"
    async with visitor(filled) as client:
        empty = await client.get("/data/sql", params={"q": sql})
        assert (empty.status_code, 'name="p_words"' in empty.text) == (200, True)
        given = await client.get("/data/sql", params={"q": sql, "p_words": "Merci%"})
    assert '<td class="number">1</td>' in given.text


async def test_a_refusal_is_french_for_french_readers(filled: Database) -> None:
    async with visitor(filled) as client:
        page = await client.get("/data/sql", params={"q": "SELECT * FROM editors"}, headers={"Accept-Language": "fr"})
    assert "ne fait pas partie des vues" in page.text


def test_no_label_of_a_chart_is_cut_or_drawn_over_another() -> None:
    """Letters of 6.7 pixels are wider than the average of the style sheet's 12 px."""
    weeks = [f"2026-{1 + n // 4:02}-{1 + 7 * (n % 4):02}" for n in range(40)]
    titles = [f"Fiche métier : maraîcher en agriculture biologique, formation et salaire {n}" for n in range(12)]
    values = [float(1234 * n) for n in range(40)]
    drawn = [
        charts.lines("x", weeks, [charts.Series("comments", tuple(values))], "{:g}".format),
        charts.stacked("x", weeks, [charts.Series(f"s{n}", tuple(values)) for n in range(3)], "{:g}".format, "others"),
        charts.bars("x", titles, values[:12], "{:g}".format),
        charts.ranges("x", titles, values[:12], values[12:24], "{:g}".format),
    ]
    for chart in drawn:
        for width, svg in re.findall(r'viewBox="0 0 (\d+) .*?>(.*?)</svg>', str(chart.svg)):
            boxes = [box(*found) for found in re.findall(r'<text x="(.*?)" y="(.*?)" class="(.*?)">(.*?)</text>', svg)]
            assert all(left >= -1 and right <= float(width) + 1 for left, right, _ in boxes)
            assert not [(one, other) for n, one in enumerate(boxes) for other in boxes[n + 1 :] if overlap(one, other)]
    assert "…" not in str(drawn[2].svg)


def box(x: str, y: str, css: str, words: str) -> tuple[float, float, float]:
    size = charts.LETTER * len(unescape(words))
    left = float(x) - (size if "end" in css else size / 2 if "middle" in css else 0)
    return left, left + size, float(y)


def overlap(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return abs(one[2] - other[2]) < 11 and one[0] < other[1] and other[0] < one[1]


def test_what_has_no_room_in_a_chart_is_told() -> None:
    t = texts("en")
    names = [f"host {n}" for n in range(40)]
    summed = charts.bars("x", names, [1.0] * 40, str, "others")
    assert (summed.shown, summed.total, ">others<" in str(summed.svg), ">11.0<" in str(summed.svg)) == (
        29,
        40,
        True,
        True,
    )
    assert note_of(t, summed) == "The chart shows 29 of 40 by name and the rest as “others”."
    shares = charts.bars("x", names, [0.5] * 40, str)
    assert note_of(t, shares) == "The chart shows the first 29 of 40; the table has all of them."
    series = [charts.Series(f"site {n}", (float(n),)) for n in range(9)]
    assert ">others<" in str(charts.stacked("x", ["a"], series, str, "others").svg)
    assert charts.lines("x", ["a"], series, str).shown == 6
    assert charts.stacked("x", ["a"], series, str, "others").shown == 5
    long = charts.stacked("x", names * 2, [charts.Series("a", tuple([1.0] * 80))], str, "others")
    assert note_of(t, long) == "20 earlier columns have no room in the chart; the table has them."


def test_gross_and_net_pay_are_not_in_one_chart() -> None:
    asked = query_named("salaries-by-profession")
    rows = (("maçon", "EUR", "gross", 24000, 30000, 2), ("maçon", "EUR", "net", 18000, 18000, 1))
    columns = ("profession", "salary_currency", "salary_basis", "lowest", "highest", "articles")
    found = charts_of(texts("fr"), asked, Answer(columns=columns, rows=rows, cut=None, seconds=0.1))
    assert [one.heading for one in found] == ["EUR, brut", "EUR, net"]
    assert "24\u202f000 – 30\u202f000" in unescape(str(found[0].svg))


async def test_a_question_is_saved_under_a_title_and_found_by_colleagues(filled: Database) -> None:
    account(filled, "ana", "viewer")
    account(filled, "bob", "viewer")
    account(filled, "chief", "admin")
    sql = "SELECT count(*) AS n FROM clean_comments"
    async with editor(filled, "ana") as client:
        kept = await client.post("/data/questions", data={"q": sql, "title": "  How many <b>are there?  "})
        assert "How many &lt;b&gt;are there?</h1>" in (await client.get(kept.headers["location"])).text
        assert (await client.post("/data/questions", data={"q": sql, "title": " "})).status_code == 422
    (number,) = [one.id for one in all_questions(filled)]
    async with editor(filled, "bob") as client:
        assert "How many &lt;b&gt;are there?</a>" in (await client.get("/data/gallery")).text
        assert (await client.post(f"/data/questions/{number}/forget")).status_code == 404
    async with editor(filled, "chief") as client:
        assert (await client.post(f"/data/questions/{number}/forget")).status_code == 303
    assert all_questions(filled) == ()


async def test_a_saved_question_keeps_its_chart(filled: Database) -> None:
    account(filled, "ana", "viewer")
    sql = "SELECT site, count(*) AS n FROM clean_comments GROUP BY 1"
    chosen = {"chart": "bar", "x": "site", "y": "n", "by": ""}
    async with editor(filled, "ana") as client:
        form = (await client.get("/data/sql", params={"q": sql} | chosen)).text.partition('action="/data/questions"')[2]
        sent = dict(re.findall(r'type="hidden" name="(chart|x|y|by)" value="([^"]*)"', form))
        assert sent == chosen
        await client.post("/data/questions", data={"q": sql, "title": "By site"} | sent)
        (link,) = re.findall(r'href="(/data/sql[^"]*)" dir="auto">By site', (await client.get("/data/gallery")).text)
        assert ">mag</text>" in (await client.get(unescape(link))).text
        await client.post("/data/questions", data={"q": sql, "title": "By site", "chart": "pie"})
    assert [one.chart for one in all_questions(filled)] == [None]


async def test_ones_own_question_gets_the_chart_that_was_chosen(filled: Database) -> None:
    asked = {"q": "SELECT site, count(*) AS n FROM clean_comments GROUP BY 1", "chart": "bar"}
    async with visitor(filled) as client:
        assert ">mag</text>" in (await client.get("/data/sql", params=asked)).text
        words = await client.get("/data/sql", params=asked | {"q": "SELECT site FROM clean_comments", "chart": "line"})
    assert "There is no chart without a column of numbers." in words.text
