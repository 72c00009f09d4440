from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderation.verdict import Action
from storage.analysts.exports.export import export
from storage.analysts.views import PROFILE, VIEWS
from storage.crawl.loading import load
from storage.desk.decisions import decide

ALL = tuple(view.name for view in VIEWS)


@pytest.fixture
def exported(database, tmp_path):
    def run(now, **options) -> tuple[dict[str, list[dict]], dict]:
        folder = tmp_path / "out"
        export(database, folder, "jsonl", now, **options)
        tables = {
            path.stem: sorted((json.loads(line) for line in path.open("rb")), key=repr)
            for path in sorted(folder.glob("*.jsonl"))
        }
        return tables, json.loads(Path(folder, "datapackage.json").read_text("utf-8"))

    return run


def test_as_of_now_every_table_and_column_is_as_it_is(lived, exported):
    now, _ = exported(lived.now, only=ALL)
    then, _ = exported(lived.now, only=ALL, as_of=lived.later())
    assert [name for name in ALL if not now[name]] == []
    assert then == now


def test_an_export_of_a_moment_is_what_an_export_at_that_moment_was(database, lived, exported, say, judge):
    moment = lived.now
    before, _ = exported(moment, only=ALL)
    with database.read() as connection:
        waiting = connection.exec_driver_sql("SELECT comment_id, version FROM reviews WHERE action = 'review'").one()
    decide(database, waiting[0], "ana", Action.PUBLISH, None, waiting[1], lived.later(), "later-key")
    edited = [say("Une tout autre chose", id="d1", date="2026-02-03"), say("Neuf", id="d2")]
    load(
        database,
        [lived.extracted("https://mag.example/b", edited, [judge(), judge()], title="Autre titre", text="Neuf.")],
        None,
        lived.later(),
    )
    after, _ = exported(lived.now, only=ALL)
    again, package = exported(lived.now, only=ALL, as_of=moment)
    assert after["clean_comments"] != before["clean_comments"]
    for name in set(ALL) - {"salary_ranges_by_profession", "sections_coverage"}:
        was, then = [list(map(kept, found[name])) for found in (before, again)]
        assert [one for one in then if one not in was] == [one for one in was if one not in then] == [], name
    assert package["tamis"]["watermark"] < moment.isoformat()


def kept(row: dict) -> dict:
    """What the database keeps of the past: not how many comments a page claimed, nor what earlier texts earn."""
    return {name: value for name, value in row.items() if name not in {"comments_claimed", "section", *PROFILE}}


def test_foreign_keys_of_a_data_package_hold(lived, exported):
    tables, package = exported(lived.now)
    pairs = []
    for entry in package["resources"]:
        for key in entry["schema"]["foreignKeys"]:
            (field,), target = key["fields"], key["reference"]["resource"] or entry["name"]
            known = {row[key["reference"]["fields"][0]] for row in tables[target]}
            assert {row[field] for row in tables[entry["name"]]} - {None} <= known, (entry["name"], field)
            pairs.append((entry["name"], field))
    assert {("clean_comments", "article_id"), ("editor_decisions", "comment_id")} <= set(pairs)


def test_labels_are_lists_and_moments_are_utc(lived, exported):
    tables, _ = exported(lived.now)
    assert ["spam"] in [row["labels"] for row in tables["judged_comments"]]
    assert all(row["fetched_at"].endswith("Z") for row in tables["page_fetches"])
