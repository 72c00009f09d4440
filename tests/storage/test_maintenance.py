from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from moderation.verdict import Action
from storage.analysts.search import search
from storage.crawl.archive import ArchiveRef, WarcArchive
from storage.crawl.loading import load
from storage.database.engine import Database
from storage.database.errors import ArchiveBusy, BackupDamaged, DatabaseUnreachable, RecordMissing
from storage.database.tables import metadata
from storage.database.write_turns import WriteTurns
from storage.desk.decisions import decide
from storage.opening import open_database
from storage.upkeep.after_run import after_run
from storage.upkeep.backup import backup, backup_lines, drop_drafts, restore
from storage.upkeep.checking import check
from storage.upkeep.erasure import erase_author
from storage.upkeep.retention import Retention, retire

URL = "https://mag.example/a"


@pytest.fixture
def archive(tmp_path):
    with WarcArchive(tmp_path / "warc") as found:
        yield found


@pytest.fixture
def archived_page(database, make, archive):
    """Archives and loads a page; its place in the archive."""

    def put(url, comments, verdicts=None):
        body = " ".join(comment.body for comment in comments).encode()
        place = archive.append(url, 200, "OK", [("Content-Type", "text/html")], body, make.now)
        archive.sync()
        exchange = make.exchange(url, body.decode(), warc_file=place.file, warc_offset=place.offset)
        load(database, [make.extracted(url, comments, verdicts, exchange=exchange)], None, make.now)
        return place

    return put


def everything(db):
    with db.read() as connection:
        tables = {table.name for table in metadata.sorted_tables} - {"number_blocks", "settings"}
        return {
            name: sorted(
                (repr(tuple(map(str, row))) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")),
            )
            for name in tables
        }


def saved(db):
    with db.read() as connection:
        tables = [table for table in metadata.sorted_tables if table.name not in {"number_blocks", "settings"}]
        return {table.name: list(backup_lines(connection, table)) for table in tables}


def test_an_erased_author_is_nowhere_any_more(
    database, database_url, make, say, judge, archive, archived_page, tmp_path
):
    mine = say("Je suis Odile de Brest", author="Odile Kermeur", id="c1", author_url="https://odile.example")
    kept = archived_page(f"{URL}/other", [say("rien", author="Max")])
    gone = archived_page(
        URL, [mine, say("Merci Odile Kermeur !", author="Max", id="c2")], [judge("review", 0.5), judge()]
    )
    after_run(database, make.now)
    with database.read() as connection:
        number = connection.exec_driver_sql("SELECT id FROM comments WHERE author = 'Odile Kermeur'").scalar_one()
    decide(database, number, "ana", Action.PUBLISH, None, 1, make.now, "k", note="Odile, encore")
    done = erase_author(database, " odile  KERMEUR ", "root", make.now, archive)
    assert (done.comments, done.archived, done.mentions) == (1, 1, 1)
    dump = repr(everything(database))
    for trace in ("Je suis Odile", "odile.example", "Odile, encore"):
        assert trace not in dump
    assert search(database, "brest", ["comment"]) == ()
    with pytest.raises(RecordMissing):
        archive.read(gone)
    with database.read() as connection:
        file, offset = connection.exec_driver_sql(
            "SELECT warc_file, warc_offset FROM fetches WHERE warc_file IS NOT NULL"
        ).one()
    assert archive.read(ArchiveRef(file=file, offset=offset)).body == b"rien"
    assert kept.file != file
    load(database, [make.extracted(URL, [mine])], None, make.now)  # the site still shows it
    assert "Je suis Odile" not in repr(everything(database))
    new = say("Encore moi", author="Odile Kermeur", id="c9")
    load(database, [make.extracted(f"{URL}/2", [new])], None, make.now)
    assert "Encore moi" not in repr(everything(database))
    assert erase_author(database, "Odile Kermeur", "root", make.now, archive).comments == 0
    assert check(database) == ()


def test_an_erasure_waits_for_a_run_that_writes_and_not_for_a_file_that_is_lost(
    database, make, say, archive, archived_page
):
    place = archived_page(URL, [say("Je suis Odile", author="Odile")])
    with WarcArchive(archive.folder) as other, pytest.raises(ArchiveBusy):
        erase_author(database, "Odile", "root", make.now, other)
    assert "Je suis Odile" in repr(everything(database))
    archive.close()
    (archive.folder / place.file).unlink()
    assert erase_author(database, "Odile", "root", make.now, archive).comments == 1
    assert check(database, archive) == ()


def test_a_sound_database_has_no_problems_and_a_broken_one_is_told(database, make, say, judge, archive, archived_page):
    archived_page(URL, [say("a"), say("b")], [judge(), judge("review", 0.5)])
    assert check(database, archive) == ()
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE reviews SET waiting_since = NULL")
        connection.exec_driver_sql("UPDATE fetches SET warc_offset = 3")
    waiting, unread = (problem.what for problem in check(database, archive))
    assert waiting == "comments in review that wait for nobody"
    assert unread.startswith("archived answers that cannot be read, of 1 tried, such as byte 3 of ")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE fetches SET warc_file = 'lost.warc.gz'")
    (*_, lost) = (problem.what for problem in check(database, archive))
    assert lost == f"archive files that are not in {archive.folder}, such as lost.warc.gz"


def test_a_backup_restores_to_the_same_rows(database, make, say, judge, short_message, tmp_path, empty_database_url):
    tweets = (short_message("Offre #Emploi", id="1", hashtags=("Emploi",)),)
    said = [say("Merci « 🎉 »", id="c1"), say("deux", id="c2")]
    load(database, [make.extracted(URL, said, [judge("review", 0.1 + 0.2), judge()], tweets=tweets)], None, make.now)
    load(database, [make.extracted(URL, [say("édité", id="c1")], text="x")], None, make.now)
    decide(database, 1, "ana", Action.PUBLISH, None, 2, make.now, "k")
    after_run(database, make.now)
    done = backup(database, tmp_path / "b.zip", make.now)
    assert done.rows["comments"] == 2
    restored = restore(tmp_path / "b.zip", empty_database_url)
    assert restored.rows == done.rows
    with open_database(empty_database_url) as other:
        assert saved(other) == saved(database)
        assert other.secret == database.secret
        assert check(other) == ()
        assert len(search(other, "edite", ["comment"])) == 1
        from tests.storage.conftest import Maker

        later = Maker(other)
        later.now = make.now
        assert load(other, [later.extracted(f"{URL}/n", [say("neuf")])], None, later.now).new_comments == 1


def test_a_backup_made_during_a_crawl_is_of_one_moment(database, make, say, tmp_path, empty_database_url):
    stop = threading.Event()
    outcomes = [make.extracted(f"{URL}/{n}", [say(f"{n}-{k}") for k in range(5)]) for n in range(60)]

    def crawl():
        for outcome in outcomes:
            if stop.is_set():
                return
            load(database, [outcome], None, make.now)

    crawler = threading.Thread(target=crawl)
    crawler.start()
    try:
        done = backup(database, tmp_path / "b.zip", make.now)
    finally:
        stop.set()
        crawler.join()
    assert done.rows["comments"] == 5 * done.rows["articles"]
    restore(tmp_path / "b.zip", empty_database_url)
    with open_database(empty_database_url) as other:
        assert check(other) == ()


def test_a_damaged_backup_is_refused_before_anything_is_written(database, make, say, tmp_path):
    load(database, [make.extracted(URL, [say("un")])], None, make.now)
    path = tmp_path / "b.zip"
    backup(database, path, make.now)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "c.zip", "w") as changed:
        for name in whole.namelist():
            data = whole.read(name)
            changed.writestr(name, data.replace(b'"body":"un"', b'"body":"xx"'))
    target = f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(BackupDamaged, match="comments is not what"):
        restore(tmp_path / "c.zip", target)
    (tmp_path / "torn.zip").write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BackupDamaged):
        restore(tmp_path / "torn.zip", target)


def test_a_backup_is_not_restored_over_a_database(database, database_url, make, tmp_path):
    backup(database, tmp_path / "b.zip", make.now)
    with pytest.raises(DatabaseUnreachable, match="must be empty"):
        restore(tmp_path / "b.zip", database_url)


def test_a_young_archive_file_stays_though_nothing_points_to_it_yet(database, archive):
    archive.append(URL, 200, "OK", [], b"x", datetime.now(UTC))
    archive.close()
    assert retire(database, Retention(), datetime.now(UTC), archive).archive_files == 0


def test_retention_lets_go_of_the_old_and_keeps_the_newest(database, make, say, archive, archived_page):
    first = archived_page(URL, [say("un")])
    archive.close()
    second = archived_page(URL, [say("deux")])
    archive.close()
    later = make.now + timedelta(days=500)
    done = retire(database, Retention(archive=300), later, archive)
    assert done.fetches == 1
    assert done.archive_files == 1
    with pytest.raises(RecordMissing):
        archive.read(first)
    assert archive.read(second).body == b"deux"
    assert check(database, archive) == ()


def test_the_draft_of_a_killed_backup_is_deleted_by_the_next_and_nobody_else_may_read_one(
    database: Database, tmp_path: Path
) -> None:
    left, busy = tmp_path / ".old.zip.0123abcd.part", tmp_path / ".now.zip.89abcdef.part"
    left.write_bytes(b"half")
    with busy.open("xb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # as a backup does that is being written
        backup(database, tmp_path / "new.zip", datetime.now(UTC))
    assert not left.exists()
    assert busy.exists()
    assert stat.S_IMODE((tmp_path / "new.zip").stat().st_mode) == 0o600


def test_a_backup_outlives_another_that_begins_before_its_draft_is_locked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def late(stream: IO[bytes], how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        drop_drafts(tmp_path)  # as the other one does
        lock(stream, how)

    monkeypatch.setattr(fcntl, "flock", late)
    made = backup(database, tmp_path / "night.zip", datetime(2026, 3, 1, tzinfo=UTC))
    assert made.path.exists()
    assert list(tmp_path.glob(".*.part")) == []


def test_a_draft_that_is_not_ours_to_lock_stops_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("not yours")

    (tmp_path / ".old.zip.0123abcd.part").write_bytes(b"half")
    monkeypatch.setattr(fcntl, "flock", refused)
    drop_drafts(tmp_path)
    assert (tmp_path / ".old.zip.0123abcd.part").exists()


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks."""

    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)


def test_where_files_have_no_locks_backups_are_made_and_drafts_go_when_they_are_old(
    database: Database, tmp_path: Path, no_locks: None
) -> None:
    young, old = tmp_path / ".a.zip.0123abcd.part", tmp_path / ".b.zip.0123abcd.part"
    for draft in (young, old):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert backup(database, tmp_path / "new.zip", datetime.now(UTC)).path.exists()
    assert (young.exists(), old.exists()) == (True, False)


def test_a_sqlite_database_where_files_have_no_locks_is_refused_in_one_sentence(tmp_path: Path, no_locks: None) -> None:
    turns = WriteTurns(tmp_path / "tamis.sqlite")
    with pytest.raises(DatabaseUnreachable, match="without locks"), turns.turn():
        pass
