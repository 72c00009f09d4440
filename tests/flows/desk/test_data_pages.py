"""The analysts' pages: dictionary, SQL, charts, downloads."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.desk.pages import asking
from storage.analysts.gallery import GALLERY
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


async def test_a_chart_stands_beside_its_table(filled: Database) -> None:
    async with visitor(filled) as client:
        page = (await client.get("/data/gallery/comments-per-week")).text
    assert '<svg class="chart"' in page
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
