"""Read-only SQL: the documented views and nothing else, within a limit, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from storage.analysts.console import Answer, query, rows_of
from storage.analysts.gallery import GALLERY
from storage.analysts.views import VIEWS
from storage.crawl.loading import load
from storage.database.engine import Database
from storage.database.errors import QueryRefused, SchemaOutdated
from storage.opening import open_database
from storage.schema import upgrade

NAMES = tuple(view.name for view in VIEWS)


def ask(db: Database, sql: str, **options: Any) -> Answer:
    return query(db, sql, NAMES, **options)


def refusal(db: Database, sql: str, **options: Any) -> str:
    with pytest.raises(QueryRefused) as caught:
        ask(db, sql, **options)
    return str(caught.value)


@pytest.fixture
def filled(database: Database, make: Any, say: Callable[..., Any], judge: Callable[..., Any]) -> Database:
    comments = [say(f"Merci pour la fiche {n}", id=f"comment-{n}") for n in range(5)]
    verdicts = [judge("publish" if n else "review") for n in range(5)]
    load(database, [make.extracted("https://mag.example/a", comments, verdicts)], None, make.now)
    return database


def test_every_view_can_be_read(filled: Database) -> None:
    for name in NAMES:
        assert ask(filled, f"SELECT * FROM {name}").columns


def test_every_query_of_the_gallery_can_be_asked(filled: Database) -> None:
    for named in GALLERY:
        assert ask(filled, named.sql_for(filled.dialect)).columns


def test_an_answer_says_that_it_was_cut(filled: Database) -> None:
    assert ask(filled, "SELECT * FROM judged_comments").cut is False
    answer = ask(filled, "SELECT * FROM judged_comments", limit=3)
    assert (len(answer.rows), answer.cut) == (3, True)


def test_counting_joining_and_naming_queries_work(filled: Database) -> None:
    sql = (
        "WITH busy AS (SELECT article_id, count(*) AS n FROM judged_comments GROUP BY article_id) "
        "SELECT a.title, busy.n FROM clean_articles a JOIN busy ON busy.article_id = a.article_id"
    )
    assert [tuple(row) for row in ask(filled, sql).rows] == [("Fiche métier : Traffic manager", 5)]
    assert ask(filled, "SELECT count(*) FROM clean_comments;").rows == ((4,),)


def test_percent_signs_and_semicolons_in_texts_are_no_trouble(filled: Database) -> None:
    assert ask(filled, "SELECT count(*) FROM judged_comments WHERE body LIKE 'Merci%' AND ';' = ';'").rows == ((5,),)


OUTSIDE = [
    "SELECT * FROM comments",
    "SELECT author FROM comments",
    "SELECT value FROM settings",
    "SELECT password_hash FROM editors",
    "SELECT token_hash FROM sessions",
    "SELECT (SELECT max(value) FROM settings) FROM clean_articles",
    "SELECT * FROM clean_articles WHERE EXISTS (SELECT 1 FROM editors)",
    "WITH x AS (SELECT * FROM settings) SELECT * FROM x",
    "SELECT * FROM clean_articles UNION SELECT * FROM settings",
]


def test_what_is_not_in_the_views_cannot_be_read(filled: Database) -> None:
    for sql in OUTSIDE:
        assert refusal(filled, sql), sql


DISGUISED = [
    "WITH clean_articles AS (SELECT value FROM settings) SELECT * FROM clean_articles",
    'WITH "clean_articles"(x) AS (SELECT value FROM settings) SELECT * FROM clean_articles',
    "WITH clean_articles/**/AS/**/(SELECT value FROM settings) SELECT * FROM clean_articles",
    "WITH clean_comments AS MATERIALIZED (SELECT value FROM settings) SELECT * FROM clean_comments",
]


def test_a_query_named_like_a_view_opens_no_back_door(filled: Database) -> None:
    for sql in DISGUISED:
        assert refusal(filled, sql), sql


WRITING = [
    "DELETE FROM pages",
    "UPDATE comments SET body = ''",
    "DROP VIEW clean_articles",
    "CREATE TABLE x (y int)",
    "PRAGMA journal_mode",
    "ATTACH DATABASE 'x' AS y",
    "VACUUM",
    "SET ROLE postgres",
    "SELECT 1; DELETE FROM pages",
    "WITH gone AS (DELETE FROM pages RETURNING id) SELECT * FROM gone",
    "",
]


def test_nothing_can_be_written(filled: Database) -> None:
    for sql in WRITING:
        assert refusal(filled, sql), sql
    assert ask(filled, "SELECT count(*) FROM clean_articles").rows == ((1,),)


def test_a_query_without_end_is_stopped(filled: Database) -> None:
    endless = "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT max(n) FROM up"
    assert "stopped after 0.2 s" in refusal(filled, endless, seconds=0.2)


def test_a_mistake_is_explained(filled: Database) -> None:
    assert "titel" in refusal(filled, "SELECT titel FROM clean_articles")


def test_a_download_has_every_row(filled: Database) -> None:
    with rows_of(filled, "SELECT comment_id FROM judged_comments ORDER BY 1", NAMES) as (columns, rows):
        assert columns == ("comment_id",)
        assert len(list(rows)) == 5


def test_huge_values_are_refused_on_sqlite(filled: Database) -> None:
    if filled.dialect == "sqlite":
        assert "too big" in refusal(filled, "SELECT zeroblob(1000000000)")
    else:
        assert refusal(filled, "SELECT repeat('x', 2000000000)")


def test_a_database_with_views_of_another_version_asks_for_an_upgrade(filled: Database) -> None:
    with filled.write() as connection:
        connection.exec_driver_sql("UPDATE settings SET value = 'older' WHERE name = 'views'")
    with pytest.raises(SchemaOutdated, match="tamis db upgrade"):
        open_database(filled.url)
    upgrade(filled.url)
    open_database(filled.url).close()
