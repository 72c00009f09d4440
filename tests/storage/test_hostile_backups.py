"""Backups from strangers: nothing in them becomes part of a statement, and nothing half restored stays behind."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from storage.crawl.loading import load
from storage.database.engine import connect
from storage.database.errors import BackupDamaged, StorageError
from storage.opening import open_database
from storage.upkeep.backup import backup, restore

URL = "https://mag.example/a"
SPITE = "settings; CREATE TABLE owned AS SELECT 1 AS one; --"


@pytest.fixture
def database_url(sqlite_template, tmp_path):
    """The database that is backed up: the file is the same whichever it is, so only the target is tried on both."""
    path = shutil.copy(sqlite_template, tmp_path / "tamis.db")
    return f"sqlite:///{path}"


@pytest.fixture
def good(database, make, say, judge, tmp_path):
    load(database, [make.extracted(URL, [say("un"), say("deux")], [judge(), judge("review", 0.5)])], None, make.now)
    backup(database, tmp_path / "good.zip", make.now)
    return tmp_path / "good.zip"


def rewritten(good: Path, target: Path, change) -> Path:
    """A copy whose files `change` has edited; the manifest's checksums are made to agree again, as a forger would."""
    with zipfile.ZipFile(good) as source:
        files = {name: source.read(name) for name in source.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    named = change(files, manifest)
    for name, fact in manifest["tables"].items() if named is not False else ():
        raw = files.get(f"{name}.jsonl")
        if raw is not None and isinstance(fact, dict):
            fact.update(rows=raw.count(b"\n"), sha256=hashlib.sha256(raw).hexdigest())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, raw in files.items():
            out.writestr(name, raw)
        out.writestr("manifest.json", json.dumps(manifest))
    return target


def of_table(name: str, raw: bytes):
    def change(files, manifest):
        files[f"{name}.jsonl"] = raw
        manifest["tables"][name] = {}

    return change


def of_manifest(**values):
    return lambda files, manifest: manifest.update(values) or False


HOSTILE = {
    "a table of another name": of_table("owned", b'{"a":1}\n'),
    "a statement as a table's name": of_table(SPITE, b'{"a":1}\n'),
    "a table of the database itself": of_table("sqlite_master", b'{"type":"table"}\n'),
    "a system table": of_table("pg_authid", b'{"rolname":"x"}\n'),
    "a statement as a column's name": of_table("settings", b'{"name":"x","value":"y","v); DROP TABLE x; --":"z"}\n'),
    "a column that is not there": of_table("settings", b'{"name":"x","value":"y","owner":"z"}\n'),
    "a row that is a list": of_table("settings", b'["name","value"]\n'),
    "a row that is a number": of_table("settings", b"7\n"),
    "a row without its key": of_table("settings", b'{"value":"y"}\n'),
    "the same row twice": of_table("settings", b'{"name":"x","value":"y"}\n{"name":"x","value":"z"}\n'),
    "a row of another table's": of_table("comments", b'{"id":1}\n'),
    "a row that is no JSON": of_table("settings", b"{'name'\n"),
    "a row in Latin-1": of_table("settings", b'{"name":"\xe9","value":"y"}\n'),
    "a number beyond every integer": of_table("settings", b'{"name":"x","value":99999999999999999999999}\n'),
    "a date that is none": of_table("sessions", b'{"token_hash":"x","created_at":"tomorrow"}\n'),
    "no settings": lambda files, manifest: manifest["tables"].pop("settings") and files.pop("settings.jsonl") and None,
    "a file that the manifest does not name": lambda files, manifest: files.update({"../../evil": b"x"}),
    "a manifest that names a file too many": lambda files, manifest: manifest["tables"].update(gone={}) or False,
    "tables as a list": of_manifest(tables=[1, 2]),
    "tables as text": of_manifest(tables="comments"),
    "no facts of a table": of_manifest(tables={"settings": None}),
    "a count that is text": of_manifest(tables={"settings": {"rows": "many", "sha256": "x"}}),
    "a schema that is a statement": of_manifest(schema="0001'; DROP TABLE settings; --"),
    "a schema that is a list": of_manifest(schema=["0001"]),
    "a schema from the future": of_manifest(schema="9999"),
    "a date that is a number": of_manifest(made_at=7),
    "no date": lambda files, manifest: manifest.pop("made_at") and False,
}

JUDGED_BY_TYPES = {
    "a statement as a column's name",  # only the database knows the columns of the backup's own schema
    "a column that is not there",
    "a number beyond every integer",
    "a date that is none",
}


def is_empty(url: str) -> bool:
    with connect(url) as db, db.read() as connection:
        return not inspect(connection).get_table_names()


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_backup_is_refused_in_a_sentence_and_leaves_nothing_behind(what, good, tmp_path, empty_database_url):
    bad = rewritten(good, tmp_path / "bad.zip", HOSTILE[what])
    with pytest.raises(BackupDamaged):
        restore(bad, empty_database_url)
    assert is_empty(empty_database_url)
    restore(good, empty_database_url)  # and the good one is still welcome


@pytest.mark.parametrize("what", [what for what in HOSTILE if what not in JUDGED_BY_TYPES and "row" not in what])
def test_names_are_refused_before_a_connection_is_opened(what, good, tmp_path, monkeypatch):
    bad = rewritten(good, tmp_path / "bad.zip", HOSTILE[what])
    monkeypatch.setattr("storage.upkeep.backup.connect", lambda url: pytest.fail("a connection was opened"))
    with pytest.raises(BackupDamaged):
        restore(bad, "postgresql://nobody@192.0.2.1/never")


def test_the_forger_of_these_tests_makes_backups_that_restore(good, tmp_path, empty_database_url):
    same = rewritten(good, tmp_path / "same.zip", lambda files, manifest: None)
    assert restore(same, empty_database_url).rows["comments"] == 2


@pytest.mark.parametrize("raw", [b"", b"PK", b"\x00" * 400, b"not a zip at all", b"PK\x05\x06" + b"\x00" * 18])
def test_what_is_no_zip_is_no_backup(raw, tmp_path):
    (tmp_path / "b.zip").write_bytes(raw)
    with pytest.raises(BackupDamaged):
        restore(tmp_path / "b.zip", f"sqlite:///{tmp_path / 'new.db'}")
    assert not (tmp_path / "new.db").exists()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(data=st.data())
def test_no_damage_to_a_backup_gives_anything_but_its_own_error(data, good, tmp_path):
    raw = bytearray(good.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "put"])):
            case "flip":
                raw[at] ^= data.draw(st.integers(1, 255))
            case "cut":
                del raw[at : at + data.draw(st.integers(1, 200))]
            case "put":
                raw[at:at] = data.draw(st.binary(min_size=1, max_size=40))
    (tmp_path / "damaged.zip").write_bytes(bytes(raw))
    url = f"sqlite:///{tmp_path / 'target.db'}"
    try:
        restore(tmp_path / "damaged.zip", url)
    except StorageError:
        assert not (tmp_path / "target.db").exists() or is_empty(url)
    for left in tmp_path.glob("target.db*"):
        left.unlink()


def test_a_killed_restore_may_be_repeated(good, tmp_path, empty_database_url):
    code = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from storage.upkeep import backup
        backup.verify = lambda *rest: os.kill(os.getpid(), signal.SIGKILL)
        backup.restore(Path(sys.argv[1]), sys.argv[2])
        """
    )
    done = subprocess.run([sys.executable, "-c", code, str(good), empty_database_url], check=False)
    assert done.returncode == -9
    restore(good, empty_database_url)
    with open_database(empty_database_url) as db, db.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM comments").scalar_one() == 2


def test_a_row_of_gigabytes_costs_no_memory(good, tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name in source.namelist():
            if name != "settings.jsonl":
                out.writestr(name, source.read(name))
        with out.open("settings.jsonl", "w", force_zip64=True) as stream:
            for _ in range(600):
                stream.write(b" " * 1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BackupDamaged, match="longer than"):
        restore(bomb, f"sqlite:///{tmp_path / 'new.db'}")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 << 10
