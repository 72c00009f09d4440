from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from moderation.verdict import Action
from storage.analysts.exports.export import export
from storage.analysts.exports.package import checksum
from storage.analysts.exports.selection import ON_REQUEST
from storage.analysts.rollups import refresh
from storage.analysts.views import VIEWS
from storage.crawl.loading import load
from storage.database.errors import ExportRefused
from storage.desk.decisions import decide

duckdb = pytest.importorskip("duckdb")
URL = "https://mag.example/a"


@pytest.fixture
def filled(database, make, say, judge, short_message):
    said = [
        say('Merci\n« beaucoup » ; "oui"', id="c1", date="2026-02-01T10:00"),
        say('=HYPERLINK("http://evil.example")', id="c2", author=None),
        say("Spam", id="c3"),
        say("\tvide", id="c4"),
    ]
    verdicts = [judge(), judge(), judge("reject", 0.99, ["spam"]), judge("review", 0.5)]
    tweets = (short_message("Offre #Emploi", id="1", hashtags=("Emploi",)),)
    load(database, [make.extracted(URL, said, verdicts, tweets=tweets)], None, make.now)
    refresh(database)


def described(folder):
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return package, {entry["name"]: entry for entry in package["resources"]}


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl", "duckdb"])
def test_an_export_is_complete_and_says_what_it_holds(database, make, filled, tmp_path, format_):
    done = export(database, tmp_path / "out", format_, make.now)
    package, entries = described(done.folder)
    chosen = [view for view in VIEWS if view.name not in ON_REQUEST]
    assert list(entries) == [view.name for view in chosen]
    assert done.rows["clean_comments"] == 2
    assert done.rows["judged_comments"] == 4
    assert package["tamis"]["format"] == format_
    for view in chosen:
        entry = entries[view.name]
        assert entry["rows"] == done.rows[view.name]
        assert entry["hash"] == f"sha256:{checksum(done.folder / entry['path'])}"
        assert [field["name"] for field in entry["schema"]["fields"]] == list(view.columns)
    assert {path.name for path in done.folder.iterdir()} == {e["path"] for e in entries.values()} | {"datapackage.json"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_parquet_duckdb_and_jsonl_hold_the_same_values(database, make, filled, tmp_path):
    for format_ in ("parquet", "duckdb", "jsonl"):
        export(database, tmp_path / format_, format_, make.now)
    query = "SELECT comment_id, body, by_site, day, first_seen_at, spam_probability, parent_id FROM {} ORDER BY 1"
    with duckdb.connect() as reader:
        reader.execute("SET TimeZone = 'UTC'")
        parquet = reader.execute(query.format(f"'{tmp_path}/parquet/clean_comments.parquet'")).fetchall()
    with duckdb.connect(str(tmp_path / "duckdb" / "tamis.duckdb"), read_only=True) as reader:
        reader.execute("SET TimeZone = 'UTC'")
        table = reader.execute(query.format("clean_comments")).fetchall()
        told = reader.execute("SELECT comment FROM duckdb_columns() WHERE column_name = 'body'").fetchall()
    lines = [json.loads(line) for line in (tmp_path / "jsonl" / "clean_comments.jsonl").open("rb")]
    assert parquet == table
    assert told[0] == ("Its text, blocks separated by line ends.",)
    assert sorted(line["body"] for line in lines) == sorted(row[1] for row in parquet)
    assert parquet[0][2] is False
    assert str(parquet[0][3]) == "2026-02-01"
    assert parquet[0][4].isoformat() == make.now.isoformat()
    assert lines[0]["by_site"] is False


def test_csv_cells_that_a_spreadsheet_would_run_are_neutralised(database, make, filled, tmp_path):
    export(database, tmp_path / "out", "csv", make.now)
    with (tmp_path / "out" / "judged_comments.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["comment_id"]: row for row in csv.DictReader(stream)}
    bodies = {row["body"] for row in found.values()}
    assert '\'=HYPERLINK("http://evil.example")' in bodies
    assert "'\tvide" in bodies
    assert 'Merci\n« beaucoup » ; "oui"' in bodies
    assert {row["by_site"] for row in found.values()} == {"false"}


def test_an_incremental_export_holds_what_changed_and_what_was_withdrawn(database, make, say, judge, filled, tmp_path):
    watermark = make.now
    load(database, [make.extracted(f"{URL}/2", [say("Nouveau", id="n")])], None, make.later())
    with database.read() as connection:
        first = connection.exec_driver_sql("SELECT min(id) FROM comments").scalar_one()
    decide(database, first, "ana", Action.REJECT, "spam", 1, make.later(), "k")
    done = export(database, tmp_path / "out", "jsonl", make.now, since=watermark)
    assert done.rows["clean_comments"] == 1
    assert done.rows["clean_articles"] == 1
    withdrawn = [json.loads(line) for line in (tmp_path / "out" / "withdrawn_comments.jsonl").open("rb")]
    assert withdrawn == [{"comment_id": first}]
    assert described(tmp_path / "out")[0]["tamis"]["since"].startswith("2026-03-02")


def test_an_export_as_of_a_moment_shows_the_texts_and_decisions_of_then(database, make, say, judge, tmp_path):
    load(database, [make.extracted(URL, [say("avant", id="c1"), say("deux", id="c2")], text="un")], None, make.now)
    first = make.now
    load(database, [make.extracted(URL, [say("après", id="c1")], text="deux")], None, make.later())
    second = make.now
    with database.read() as connection:
        number = connection.exec_driver_sql("SELECT min(id) FROM comments").scalar_one()
    load(database, [make.extracted(URL, [say("après", id="c1"), say("deux", id="c2")], text="deux")], None, make.now)
    version = 2
    decide(database, number, "ana", Action.REJECT, "spam", version, make.later(), "k")

    def at(moment, name):
        export(database, tmp_path / "out", "jsonl", make.now, as_of=moment)
        found = [json.loads(line) for line in (tmp_path / "out" / f"{name}.jsonl").open("rb")]
        return [row for row in found if row.get("removed_at") is None]

    assert {row["body"] for row in at(first, "clean_comments")} == {"avant", "deux"}
    assert [row["text"] for row in at(first, "clean_articles")] == ["un"]
    assert {row["body"] for row in at(second, "clean_comments")} == {"après"}
    assert [row["text"] for row in at(second, "clean_articles")] == ["deux"]
    assert {row["body"] for row in at(make.now, "clean_comments")} == {"deux"}


def test_an_export_replaces_an_earlier_one_but_nothing_else(database, make, filled, tmp_path):
    out = tmp_path / "out"
    export(database, out, "csv", make.now)
    export(database, out, "jsonl", make.now)
    assert not list(out.glob("*.csv"))
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.jpg").write_bytes(b"x")
    with pytest.raises(ExportRefused, match="other files"):
        export(database, other, "csv", make.now)
    with pytest.raises(ExportRefused, match="no table spam"):
        export(database, out, "csv", make.now, only=("spam",))
    with pytest.raises(ExportRefused, match="either"):
        export(database, out, "csv", make.now, since=make.now, as_of=make.now)


def test_an_export_that_fails_leaves_the_earlier_one_and_no_rubbish(database, make, filled, tmp_path, monkeypatch):
    out = tmp_path / "out"
    export(database, out, "csv", make.now)
    before = sorted(path.name for path in out.iterdir())

    def broken(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.analysts.exports.export.write_jsonl", broken)
    with pytest.raises(ExportRefused, match="No space"):
        export(database, out, "jsonl", make.now)
    assert sorted(path.name for path in out.iterdir()) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".out")] == []


def test_the_notebook_runs_on_an_export(database, make, filled, tmp_path, monkeypatch, capsys):
    export(database, tmp_path / "out", "parquet", make.now)
    monkeypatch.setenv("TAMIS_EXPORT", str(tmp_path / "out"))
    path = Path(__file__).parents[2] / "docs" / "analysts.ipynb"
    names: dict[str, object] = {}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), str(path), "exec"), names)
    assert "clean_comments: One row a published comment" in capsys.readouterr().out
