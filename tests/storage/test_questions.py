"""The questions of docs/questions.md, asked through the console on a database in which each has an answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.analysts.console import Console, Limits
from storage.analysts.reader_login import make_reader
from storage.analysts.rollups import refresh
from storage.crawl.loading import load
from tests.postgresql import run

PAGE = (Path(__file__).parents[2] / "docs" / "questions.md").read_text("utf-8")
QUESTIONS = re.findall(r"^### (\d+)\. (.+?)\n\n```sql\n(.+?)\n```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def console(database, lived, say, judge) -> Iterator[Console]:
    other = lived.exchange("https://other.example/z", page_id=lived.page_id("https://other.example/z", "other"))
    said = [say("Bonjour de loin", id="z1")]
    page = lived.extracted("https://other.example/z", said, [judge()], exchange=other, title="Ailleurs")
    load(database, [page], None, lived.later())
    refresh(database)  # as the end of a run does
    limits = Limits(seconds=20.0)
    if database.dialect == "sqlite":
        yield Console(db=database, limits=limits)
        return
    name = f"tamis_reader_{secrets.token_hex(4)}"
    yield Console(db=database, reader_url=make_reader(database, name).url, limits=limits)
    run(database.url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_there_are_twenty_questions_of_at_most_five_lines() -> None:
    assert [int(number) for number, _, _ in QUESTIONS] == list(range(1, 21))
    assert [number for number, _, sql in QUESTIONS if len(sql.splitlines()) > 5] == []


def test_every_question_of_the_page_has_an_answer(console: Console) -> None:
    with console.db.read() as connection:
        number = connection.exec_driver_sql("SELECT min(id) FROM comments").scalar_one()
    answers = {int(number_): console.query(sql, {"comment": str(number)}) for number_, _, sql in QUESTIONS}
    assert [number_ for number_, answer in answers.items() if not answer.rows] == []
    assert answers[3].rows == (("Juriste", 1, 31000),)
    assert [row[1] for row in answers[11].rows] == [5, 1]
    assert answers[12].rows == (("mag", 1, 1),)
    assert answers[13].rows[0][2:] == ("Très bel article", "Très bel article, vraiment")
    assert answers[17].rows == (("shop.example", 2, 1),)
    assert answers[18].rows[0][2] == "Comment obtenir un prêt étudiant ?"
    assert answers[20].rows[0][1] == 2


def test_our_functions_are_the_same_on_both_databases(console: Console) -> None:
    sql = (
        (
            "SELECT unaccent('Prêt À l''ÉTÉ'), regexp('^pr[eê]t', 'PRÊT'), date(date_trunc('month', '2026-03-17')),"
            " date(date_trunc('quarter', '2026-06-17')), median(position), percentile(position, 100)"
            " FROM (SELECT position FROM judged_comments WHERE article_id = 1) q"
        )
        .replace("'2026-03-17'", "CAST('2026-03-17' AS DAY)")
        .replace("'2026-06-17'", "CAST('2026-06-17' AS DAY)")
    )
    sql = sql.replace(" AS DAY", " AS text" if console.db.dialect == "sqlite" else " AS date")
    (row,) = console.query(sql).rows
    assert row[0] == "pret a l'ete"
    assert bool(row[1]) is True
    assert row[2:4] == ("2026-03-01", "2026-04-01")
    assert row[4] == pytest.approx(4, abs=1)
