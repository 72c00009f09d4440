"""Read-only SQL: the documented views and nothing else, within limits, on both databases."""

from __future__ import annotations

import csv
import json
import os
import resource
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage.analysts.console import Answer, Console, Limits
from storage.analysts.gallery import GALLERY
from storage.analysts.reader_login import ReaderRefused, make_reader
from storage.analysts.sql.child import ALARM_AFTER
from storage.analysts.sql.on_sqlite import SqliteSession
from storage.analysts.sql.statement import MAX_CHARACTERS, parameters, single
from storage.analysts.views import VIEWS
from storage.crawl.loading import load
from storage.database.engine import Database
from storage.database.errors import QueryRefused, SchemaOutdated
from storage.opening import open_database
from storage.schema import upgrade
from tests.growth import grows_linearly, repeated
from tests.postgresql import run
from tests.press import wait_until
from tests.storage.hostile_statements import BOTH, POSTGRESQL, SQLITE

NAMES = tuple(view.name for view in VIEWS)
LIMITS = Limits(seconds=3.0)


@pytest.fixture
def filled(database: Database, make: Any, say: Callable[..., Any], judge: Callable[..., Any]) -> Database:
    comments = [say(f"Merci pour la fiche {n}", id=f"comment-{n}") for n in range(5)]
    verdicts = [judge("publish" if n else "review") for n in range(5)]
    load(database, [make.extracted("https://mag.example/a", comments, verdicts)], None, make.now)
    return database


@pytest.fixture
def console(filled: Database) -> Iterator[Console]:
    if filled.dialect == "sqlite":
        yield Console(db=filled, limits=LIMITS)
        return
    name = f"tamis_reader_{secrets.token_hex(4)}"
    login = make_reader(filled, name)
    yield Console(db=filled, reader_url=login.url, limits=LIMITS)
    run(filled.url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def refusal(console: Console, sql: str, **options: Any) -> str:
    with pytest.raises(QueryRefused) as caught:
        console.query(sql, **options)
    return str(caught.value)


def children_cpu() -> float:
    """CPU seconds of the children that ended: what a busy machine does besides does not count."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def rows(console: Console, sql: str, **options: Any) -> tuple[Any, ...]:
    answer: Answer = console.query(sql, **options)
    return answer.rows


def test_every_view_can_be_read(console: Console) -> None:
    answers = console.several([f"SELECT * FROM {name}" for name in NAMES], seconds=3, in_all=60)
    assert [answer.columns for answer in answers if answer] == [tuple(view.columns) for view in VIEWS]


def test_every_query_of_the_gallery_can_be_asked(console: Console) -> None:
    answers = console.several([named.sql_for(console.db.dialect) for named in GALLERY], seconds=3, in_all=60)
    assert all(answer is not None and answer.columns for answer in answers)


def test_an_answer_says_that_it_was_cut(console: Console) -> None:
    assert console.query("SELECT * FROM judged_comments").cut is None
    answer = console.query("SELECT * FROM judged_comments", rows=3)
    assert (len(answer.rows), answer.cut) == (3, "rows")
    small = replace(console, limits=replace(LIMITS, bytes=500)).query("SELECT * FROM judged_comments")
    assert small.cut == "bytes"


def test_counting_joining_and_naming_queries_work(console: Console) -> None:
    sql = (
        "WITH busy AS (SELECT article_id, count(*) AS n FROM judged_comments GROUP BY article_id) "
        "SELECT a.title, busy.n FROM clean_articles a JOIN busy ON busy.article_id = a.article_id"
    )
    assert rows(console, sql) == (("Fiche métier : Traffic manager", 5),)
    assert rows(console, "SELECT count(*) FROM clean_comments;") == ((4,),)


def test_percent_signs_and_semicolons_in_texts_are_no_trouble(console: Console) -> None:
    assert rows(console, "SELECT count(*) FROM judged_comments WHERE body LIKE 'Merci%' AND ';' = ';'") == ((5,),)


def test_columns_of_one_name_are_kept_apart(console: Console) -> None:
    assert console.query("SELECT 1 AS a, 2 AS a, 3 AS a").columns == ("a", "a_2", "a_3")


def test_parameters_take_values_and_say_which_is_missing(console: Console) -> None:
    sql = "SELECT count(*) FROM judged_comments WHERE body LIKE :words || '%' AND position > :place AND ':no' = ':no'"
    assert parameters(sql) == ("words", "place")
    assert rows(console, sql, parameters={"words": "Merci", "place": "2"}) == ((3,),)
    assert ":place" in refusal(console, sql, parameters={"words": "Merci"})


def test_hostile_statements_get_nothing_and_end_within_their_limit(console: Console) -> None:
    """benchmarks/hostile.py asks each in a process of its own and measures it; here one session meets them all."""
    console = replace(console, limits=replace(LIMITS, seconds=0.5))
    own = SQLITE if console.db.dialect == "sqlite" else POSTGRESQL
    statements = (*BOTH, *own)
    assert len(statements) >= 60
    secret = console.db.secret.hex()
    harmless = ("SELECT 1,1,1", "SELECT ((((", "SELECT count(*) FROM (SELECT regexp_matches")  # answered in time
    before = children_cpu()
    control = "SELECT 42 AS control"  # a session that answers nothing any more would refuse for another reason
    found = list(said_of(console, [asked for sql in statements for asked in (sql, control)]))
    assert [said["rows"] for sql, said in found if sql == control] == [[[42]]] * len(statements)
    found = [(sql, said) for sql, said in found if sql != control]
    assert [sql for sql, said in found if secret in repr(said)] == []
    assert [sql for sql, said in found if "refused" not in said and not sql.startswith(harmless)] == []
    late = sum(said.get("refused") == "time" for _, said in found)
    assert children_cpu() - before < (late + 1) * (0.5 + ALARM_AFTER) + len(statements)  # no hour is spent unseen
    with console.db.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM comments").scalar_one() == 5


def said_of(console: Console, left: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement with what was said of it; a process that one of them ended is followed by one for the rest."""
    while left:
        seconds = console.limits.seconds
        try:
            said = console.run(console.job(left, None, seconds, 100, in_all=seconds * len(left)), None)
        except QueryRefused:  # the process is gone with its answers
            said = console.run(console.job(left[:1], None, seconds, 100), None)
        assert said
        yield from zip(left, said, strict=False)
        left = left[len(said) :]


def test_no_view_reads_a_name_a_key_or_a_hash(tmp_path: Path, sqlite_template: Path) -> None:
    """So that a statement which got past the first wall would still find none: the second goes by table and column."""
    session = SqliteSession(str(sqlite_template), {view.name: list(view.columns) for view in VIEWS}, 100_000_000)
    reads = session.read_by(frozenset(NAMES))
    session.close()
    secret_tables = {"settings", "editors", "sessions", "api_tokens", "audit_log", "identities", "saved_views"}
    assert {table for table, _ in reads} & secret_tables == set()
    private = {"author", "author_url", "author_name", "handle", "editor", "note", "lease_editor", "retweet_of", "via"}
    named = {(table, column) for table, column in reads if column in private}
    assert {pair for pair in named if pair[0] not in NAMES} == set()


def test_a_statement_that_the_first_wall_let_through_meets_the_second(filled: Database, monkeypatch: Any) -> None:
    if filled.dialect != "sqlite":
        pytest.skip("PostgreSQL's own rights are the wall there")
    views = {view.name: list(view.columns) for view in VIEWS}
    session = SqliteSession(filled.url.removeprefix("sqlite:///"), views, 100_000_000)
    monkeypatch.setattr(session, "views_named", lambda statement, values: frozenset(NAMES))
    for sql in (
        "WITH 'fetch_daily' AS (SELECT name, value FROM settings) SELECT * FROM 'fetch_daily'",
        "WITH clean_comments AS (SELECT author FROM comments) SELECT * FROM clean_comments",
    ):
        with pytest.raises(QueryRefused):
            session.rows(sql, {}, 1.0)
    session.close()


def test_a_query_without_end_is_stopped(console: Console) -> None:
    endless = "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) FROM up WHERE n < 0"
    assert "stopped after 0.2 s" in refusal(console, endless, seconds=0.2)


def test_a_query_that_nobody_waits_for_is_killed(console: Console) -> None:
    endless = "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) FROM up WHERE n < 0"
    stop = threading.Event()
    stop.set()
    assert "cancelled" in refusal(console, endless, seconds=500, stop=stop)  # had it ended by itself: "stopped after"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are told from /proc")
def test_a_question_shares_the_desks_part_of_the_processor(console: Console) -> None:
    """A session of its own would be a share of its own, on Linux, as large as that of all editors together."""
    endless = "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) FROM up WHERE n < 0"
    stop = threading.Event()
    asking = threading.Thread(target=refusal, args=(console, endless), kwargs={"seconds": 60, "stop": stop})
    before = children()
    asking.start()
    while not (found := children() - before):
        assert asking.is_alive()
    (child,) = found
    wait_until(lambda: os.getpgid(child) != os.getpgrp())  # Ctrl-C ends the desk, which ends its children
    session = os.getsid(child)
    stop.set()
    asking.join()
    assert session == os.getsid(0)


def children() -> set[int]:
    return {int(one) for task in Path("/proc/self/task").iterdir() for one in (task / "children").read_text().split()}


def test_what_is_no_statement_starts_no_process(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "run", None)
    for sql in ("DROP TABLE comments", "SELECT 1; SELECT 2", "SELECT '" + "a" * MAX_CHARACTERS, "SELECT :missing"):
        with pytest.raises(QueryRefused):
            console.query(sql)


def test_a_statement_as_long_as_a_book_is_refused_at_once() -> None:
    with pytest.raises(QueryRefused, match="characters"):
        single("SELECT '" + "a" * MAX_CHARACTERS)


def test_the_look_at_a_statement_takes_time_by_its_length() -> None:
    for piece in ("'", "/*", "$", "''", "a (", ":a", "--", '"', "$a$", "/**"):
        assert grows_linearly(parameters, repeated(piece), 2_000), piece


def test_a_mistake_is_explained(console: Console) -> None:
    assert "titel" in refusal(console, "SELECT titel FROM clean_articles")
    with pytest.raises(QueryRefused) as caught:
        console.query("SELECT * FROM clean_artikles")
    assert (caught.value.why, caught.value.values) == ("outside", {"name": "clean_artikles"})
    with pytest.raises(QueryRefused) as caught:
        console.query("SELECT nosuch(1)")
    assert caught.value.why == "unknown_function"


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_download_has_every_row(console: Console, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"answer.{kind}"
    sql = "SELECT comment_id, body, first_seen_at FROM judged_comments ORDER BY 1"
    written = console.download(sql, None, path, kind)
    assert (written.rows, written.bytes) == (5, path.stat().st_size)
    if kind == "csv":
        assert len(list(csv.reader(path.open(encoding="utf-8")))) == 6
    elif kind == "jsonl":
        assert json.loads(path.read_text("utf-8").splitlines()[0])["body"] == "Merci pour la fiche 0"
    elif kind == "parquet":
        duckdb = pytest.importorskip("duckdb")
        assert duckdb.sql(f"SELECT count(*), max(body) FROM '{path}'").fetchall() == [(5, "Merci pour la fiche 4")]
    else:
        assert path.read_bytes().startswith(b"PK")
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("answer")] == [path.name]


def test_a_file_larger_than_agreed_is_refused_and_gone(console: Console, tmp_path: Path) -> None:
    small = replace(console, limits=replace(LIMITS, download_bytes=20))
    with pytest.raises(QueryRefused, match="larger"):
        small.download("SELECT body FROM judged_comments", None, tmp_path / "a.jsonl", "jsonl")
    assert not (tmp_path / "a.jsonl").exists()


def test_postgresql_without_a_readers_login_is_off_and_says_how_to_mend_it(filled: Database) -> None:
    if filled.dialect == "sqlite":
        with pytest.raises(ReaderRefused, match="no logins"):
            make_reader(filled)
        return
    assert "tamis db reader" in refusal(Console(db=filled), "SELECT 1")
    assert "more than the views" in refusal(Console(db=filled, reader_url=filled.url), "SELECT 1")
    assert "does not get in" in refusal(Console(db=filled, reader_url="postgresql://a:b@127.0.0.1:1/x"), "SELECT 1")


def test_a_readers_login_survives_views_made_anew(console: Console) -> None:
    if console.db.dialect == "sqlite":
        pytest.skip("SQLite has no logins")
    with console.db.write() as connection:
        connection.exec_driver_sql("UPDATE settings SET value = 'older' WHERE name = 'views'")
    upgrade(console.db.url)
    assert rows(console, "SELECT count(*) FROM clean_comments") == ((4,),)


def test_a_database_with_views_of_another_version_asks_for_an_upgrade(filled: Database) -> None:
    with filled.write() as connection:
        connection.exec_driver_sql("UPDATE settings SET value = 'older' WHERE name = 'views'")
    with pytest.raises(SchemaOutdated, match="tamis db upgrade"):
        open_database(filled.url)
    upgrade(filled.url)
    open_database(filled.url).close()
