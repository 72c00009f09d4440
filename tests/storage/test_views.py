from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect

from moderation.verdict import Action
from storage.analysts.dictionary import dictionary
from storage.analysts.gallery import GALLERY, gallery_answer, query_named
from storage.analysts.rollups import refresh
from storage.analysts.views import VIEWS
from storage.crawl.loading import load
from storage.database.errors import UnknownItem
from storage.database.tables import metadata
from storage.desk.decisions import decide
from storage.upkeep.after_run import after_run

URL = "https://mag.example/a"


@pytest.fixture
def filled(database, make, say, judge, short_message):
    said = [
        say("Merci", id="c1", date="2026-02-01T10:00"),
        say("Buy", id="c2", date="2026-02-01T11:00", author="Max"),
        say("Bof", id="c3", date="2026-02-02", author=None),
        say("Une mention", id="c4", kind="pingback"),
    ]
    verdicts = [judge(), judge("reject", 0.99, ["off_language", "spam"]), judge("review", 0.5), judge()]
    tweets = (short_message("Offre #Emploi et #emploi", id="1", hashtags=("Emploi", "emploi")),)
    load(database, [make.extracted(URL, said, verdicts, tweets=tweets)], None, make.now)


def test_every_table_and_column_is_described():
    bare = [f"{table}.{column.name}" for table in metadata.tables.values() for column in table.c if not column.comment]
    assert bare == []
    assert [table.name for table in metadata.tables.values() if not table.comment] == []


def test_every_column_of_every_view_is_described_and_none_too_many(database):
    with database.read() as connection:
        seen = {name: [c["name"] for c in inspect(connection).get_columns(name)] for name in (v.name for v in VIEWS)}
    assert seen == {view.name: list(view.columns) for view in VIEWS}
    assert all(all(view.columns.values()) and view.comment for view in VIEWS)


def test_the_descriptions_are_in_the_database_where_it_keeps_them(database):
    if database.dialect == "sqlite":
        pytest.skip("SQLite keeps no descriptions")
    with database.read() as connection:
        found = {c["name"]: c["comment"] for c in inspect(connection).get_columns("comments")}
        assert found["body"] == "Its text, blocks separated by line ends."
        assert inspect(connection).get_table_comment("clean_comments")["text"].startswith("One row a published")


def test_every_row_says_where_it_comes_from(rows, filled):
    for view in VIEWS:
        if "raw_hash" in view.columns:
            found = rows(f"SELECT source_url, fetched_at, extractor_version, raw_hash FROM {view.name}")
            assert found
            assert all(all(row.values()) for row in found)


def test_clean_comments_hold_what_was_published_and_no_names(rows, filled):
    found = rows("SELECT * FROM clean_comments ORDER BY comment_id")
    assert [row["body"] for row in found] == ["Merci", "Une mention"]
    assert "Léa" not in repr(found)
    assert found[0]["author"] == found[1]["author"]
    assert len(rows("SELECT * FROM judged_comments")) == 4


def test_hashtags_are_counted_without_case(rows, filled):
    assert rows("SELECT hashtag, count(*) AS n FROM clean_hashtags GROUP BY hashtag") == [{"hashtag": "emploi", "n": 2}]
    assert rows("SELECT hashtags, sightings FROM clean_tweets") == [{"hashtags": 2, "sightings": 1}]


def daily(rows):
    return (
        rows(
            "SELECT site, CAST(day AS text) AS day, comments, published, waiting, rejected FROM site_daily ORDER BY day"
        ),
        rows("SELECT CAST(day AS text) AS day, spam, off_language FROM spam_daily ORDER BY day"),
        rows("SELECT CAST(day AS text) AS day, language, comments FROM language_daily ORDER BY day"),
    )


def test_daily_views_are_the_same_before_and_after_a_refresh(database, rows, filled):
    before = daily(rows)
    assert [(row["day"], row["comments"], row["rejected"]) for row in before[0]] == [
        ("2026-02-01", 2, 1),
        ("2026-02-02", 1, 0),
    ]
    assert before[1][0] == {"day": "2026-02-01", "spam": 1, "off_language": 1}
    assert refresh(database) == 2
    assert daily(rows) == before
    assert refresh(database) == 0


def test_daily_views_follow_a_decision_at_once(database, make, rows, filled):
    refresh(database)
    waiting = rows("SELECT comment_id FROM reviews WHERE action = 'review'")[0]["comment_id"]
    decide(database, waiting, "ana", Action.REJECT, "spam", 1, make.now, "k")
    assert daily(rows)[0][1]["rejected"] == 1
    refresh(database)
    assert daily(rows)[0][1]["rejected"] == 1


def test_authors_are_counted_by_their_first_day(database, make, say, rows, filled):
    refresh(database)
    load(database, [make.extracted(f"{URL}/2", [say("Encore", date="2026-01-01")])], None, make.now)
    refresh(database)
    found = rows("SELECT CAST(first_day AS text) AS day, number FROM site_authors ORDER BY number DESC")
    assert found[0] == {"day": "2026-01-01", "number": 2}


def test_a_day_that_is_not_stated_is_the_day_it_was_seen(database, make, say, rows):
    load(database, [make.extracted(URL, [say("un", date=None), say("deux", date="2099-01-01")])], None, make.now)
    assert {str(row["day"]) for row in rows("SELECT day FROM comments")} == {str(date(2026, 3, 2))}


def test_every_gallery_query_runs_and_has_the_columns_of_its_chart(database, make, say, judge, filled):
    answered = say("Bonjour, oui !", id="r", by_site=True, parent=1, date="2026-02-05T10:00")
    edited = [say("Merci bien", id="c1", date="2026-02-01T10:00"), answered]
    load(database, [make.extracted(URL, edited)], None, make.now)
    after_run(database, make.now)
    answers = {query.name: gallery_answer(database, query) for query in GALLERY}
    assert len(answers) == 12
    for query in GALLERY:
        wanted = {query.x, *query.y, *query.split, *([query.series] if query.series else [])}
        assert wanted <= set(answers[query.name].columns)
    assert float(answers["staff-response-time"].rows[0][2]) == 4
    assert answers["edits-and-removals"].rows[0][1:] == (1, 3)
    assert str(answers["comments-per-week"].rows[0][0]) == "2026-01-26"
    assert answers["most-discussed"].rows[0][3] == 2
    with pytest.raises(UnknownItem, match="comments-per-week"):
        query_named("nothing")


def test_the_data_dictionary_is_written_and_up_to_date():
    path = Path(__file__).parents[2] / "docs" / "data-dictionary.md"
    assert path.read_text("utf-8") == dictionary(), (
        "run: python -m storage.analysts.dictionary > docs/data-dictionary.md"
    )
