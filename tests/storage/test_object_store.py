"""The archive in an object store: `file://` and `memory://` for its rules, a loopback S3 for the real thing."""

from __future__ import annotations

import errno
import os
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.checker import Checker

from storage.crawl.archive import ArchiveRef, WarcArchive
from storage.crawl.object_store import PART, ObjectStore, fault_of, is_store
from storage.database.engine import Database
from storage.database.errors import ArchiveBusy, ArchiveUnreachable, RecordMissing
from storage.upkeep.checking import archive_problems
from storage.upkeep.retention import drop_unused

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
URL = "https://mag.example/a"
SECRET = "hunter2hunter2hunter2"


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    folder = f"{tmp_path}/bucket" if request.param == "file" else f"/{secrets.token_hex(8)}"
    return ObjectStore(f"{request.param}://{folder}/tamis")


@pytest.fixture
def archive(tmp_path: Path, store: ObjectStore) -> Iterator[WarcArchive]:
    with WarcArchive(tmp_path / "spool", store=store) as found:
        yield found


def put(archive: WarcArchive, body: str, now: datetime = NOW) -> ArchiveRef:
    return archive.append(URL, 200, "OK", [("Content-Type", "text/html")], body.encode(), now)


def another(archive: WarcArchive) -> WarcArchive:
    """The archive as another process on the same machine sees it."""
    return WarcArchive(archive.folder, store=archive.store)


def here(archive: WarcArchive) -> list[str]:
    return [path.relative_to(archive.folder).as_posix() for path in archive.waiting()]


def test_a_file_goes_to_the_store_when_it_is_closed_and_is_read_from_there(archive: WarcArchive) -> None:
    places = [put(archive, f"page {number}") for number in range(3)]
    assert archive.read(places[1]).body == b"page 1"  # from the spool
    assert archive.hand_over().sent == 1
    assert here(archive) == []
    assert archive.files() == [places[0].file]
    assert [archive.read(place).body for place in places] == [b"page 0", b"page 1", b"page 2"]
    assert archive_problems(archive, [places[0].file], places) == []
    assert put(archive, "later").file != places[0].file


def test_a_file_that_grew_too_large_goes_to_the_store_while_the_run_goes_on(archive: WarcArchive) -> None:
    archive.roll_bytes = 1_000
    places = [put(archive, secrets.token_hex(2_000)) for _ in range(3)]
    done = archive.hand_over()
    assert (done.waiting, done.because) == (0, None)
    assert len({place.file for place in places}) == 3
    assert set(archive.files()) == {place.file for place in places}
    assert here(archive) == []


def test_what_another_process_writes_is_not_sent_and_what_a_killed_one_left_is(archive: WarcArchive) -> None:
    with another(archive) as living:
        written = put(living, "living")
        living.sync()
        archive.hand_over()
        assert here(archive) == [written.file]
    with another(archive) as next_run:
        assert next_run.hand_over().sent == 1
    assert archive.read(written).body == b"living"
    assert here(archive) == []


def test_the_torn_record_of_a_killed_process_does_not_reach_the_store(
    archive: WarcArchive, capsys: pytest.CaptureFixture[str]
) -> None:
    with another(archive) as killed:
        places = [put(killed, f"page {number} " * 99) for number in range(2)]
    path = archive.folder / places[0].file
    path.write_bytes(path.read_bytes()[:-20])
    empty = path.with_name("tamis-empty.warc.gz")
    empty.write_bytes(b"\x1f\x8b")
    archive.hand_over()
    assert archive.files() == [places[0].file]
    assert archive.read(places[0]).body.startswith(b"page 0")
    with pytest.raises(RecordMissing):
        archive.read(places[1])
    assert archive.store is not None
    with archive.store.open(places[0].file) as stream:
        path.write_bytes(stream.read())
    assert not Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all()
    assert "fail" not in capsys.readouterr().out


def test_where_files_have_no_locks_only_what_was_left_for_days_is_sent(
    archive: WarcArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", no_locks)
    with another(archive) as one:
        place = put(one, "body")
    mine = put(archive, "mine")
    archive.hand_over()
    assert here(archive) == [place.file]
    assert archive.read(mine).body == b"mine"
    long_ago = time.time() - 3 * 24 * 3600
    os.utime(archive.folder / place.file, (long_ago, long_ago))
    archive.hand_over()
    assert here(archive) == []
    assert archive.read(place).body == b"body"


def test_a_store_that_is_away_loses_no_page_and_is_told_once(tmp_path: Path) -> None:
    bucket = tmp_path / "bucket"
    bucket.write_bytes(b"no folder")  # as a mount that is not there
    with WarcArchive(tmp_path / "spool", store=ObjectStore(f"file://{bucket}/tamis")) as archive:
        places = [put(archive, str(day), NOW + timedelta(days=day)) for day in range(2)]
        done = archive.hand_over()
        assert (done.sent, done.waiting) == (0, 2)
        assert done.because is not None
        assert done.because.startswith(f"file://{bucket}/tamis refuses or cannot be reached (")
        assert [archive.read(place).body for place in places] == [b"0", b"1"]
    bucket.unlink()
    with WarcArchive(tmp_path / "spool", store=ObjectStore(f"file://{bucket}/tamis")) as archive:
        assert archive.hand_over().sent == 2
        assert [archive.read(place).body for place in places] == [b"0", b"1"]


def test_an_object_that_was_damaged_on_its_way_is_not_trusted(
    archive: WarcArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = put(archive, "body")
    archive.sync()
    assert archive.store is not None
    send = archive.store._fs.put_file

    def torn(path: str, place: str, **options: object) -> None:
        send(path, place, **options)
        with archive.store._fs.open(place, "rb") as stream:  # type: ignore[union-attr]
            whole = stream.read()
        with archive.store._fs.open(place, "wb") as stream:  # type: ignore[union-attr]
            stream.write(whole[:-1] + b"?")

    monkeypatch.setattr(archive.store._fs, "put_file", torn)
    done = archive.hand_over()
    assert done.because is not None
    assert "is not what was sent there" in done.because
    assert here(archive) == [place.file]
    monkeypatch.undo()
    assert archive.hand_over().sent == 1
    assert archive.read(place).body == b"body"


def test_an_answer_that_is_nowhere_is_told_and_a_name_that_leads_elsewhere_is_refused(archive: WarcArchive) -> None:
    for file in ("2026/03/none.warc.gz", "../secret.warc.gz", "/etc/passwd"):
        with pytest.raises(RecordMissing):
            archive.read(ArchiveRef(file=file, offset=0))


def test_records_are_dropped_from_a_file_in_the_store(archive: WarcArchive) -> None:
    places = [put(archive, str(number)) for number in range(3)]
    archive.sync()
    with another(archive) as eraser, pytest.raises(ArchiveBusy):
        eraser.without(places[0].file, {places[1].offset})
    archive.hand_over()
    moved = archive.without(places[0].file, {places[1].offset})
    archive.delete(places[0].file)
    assert archive.files() == [moved.file]
    assert here(archive) == []
    assert places[1].offset not in moved.offsets
    for number in (0, 2):
        kept = ArchiveRef(file=moved.file, offset=moved.offsets[places[number].offset])
        assert archive.read(kept).body == str(number).encode()


@pytest.mark.parametrize("store", ["file"], indirect=True)
def test_retention_drops_objects_that_nothing_refers_to_once_they_are_old(
    database: Database, archive: WarcArchive
) -> None:
    place = put(archive, "nobody's")
    archive.hand_over()
    written = archive.written_at(place.file)
    assert drop_unused(database, archive, written + timedelta(days=1)) == 0
    assert drop_unused(database, archive, written + timedelta(days=3)) == 1
    assert archive.files() == []


def test_an_address_that_cannot_hold_an_archive_is_explained() -> None:
    assert not is_store("archive")
    assert not is_store("/srv/s3:/archive")
    assert fault_of("s3://bucket/tamis") is None
    assert "credentials do not belong there" in str(fault_of("s3://key:secret@bucket"))
    assert "read-only" in str(fault_of("https://bucket.example/x"))
    assert "write it as" in str(fault_of("s3://"))
    with pytest.raises(ArchiveUnreachable, match="nosuch"):
        ObjectStore("nosuch://bucket")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ArchiveUnreachable, match=r"pip install 'tamis\[s3\]'"):
        ObjectStore("s3://bucket/tamis", skip_instance_cache=True)


@pytest.fixture(scope="module")
def s3() -> Iterator[ObjectStore]:
    """A bucket on a loopback server that speaks S3."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        store = ObjectStore("s3://pages/tamis", skip_instance_cache=True)
        store._fs.mkdir("pages")
        yield store
        server.stop()


@pytest.mark.integration
def test_an_archive_in_s3_is_written_read_rewritten_and_emptied(s3: ObjectStore, tmp_path: Path) -> None:
    with WarcArchive(tmp_path / "spool", store=s3) as archive:
        places = [put(archive, f"page {number} " * 2_000) for number in range(200)]
        assert archive.hand_over().sent == 1
        assert here(archive) == []
        assert s3.files(".warc.gz") == [places[0].file]
        assert archive.read(places[150]).body.startswith(b"page 150 ")
        assert archive_problems(archive, [places[0].file], places[::50]) == []
        assert datetime.now(UTC) - archive.written_at(places[0].file) < timedelta(hours=1)
        moved = archive.without(places[0].file, {places[150].offset})
        archive.delete(places[0].file)
        assert archive.files() == [moved.file]
        with pytest.raises(RecordMissing, match="another machine"):
            archive.read(places[0])
        archive.delete(moved.file)
        archive.delete(moved.file)
        assert archive.files() == []


@pytest.mark.integration
def test_a_large_file_goes_to_s3_in_parts_and_is_known_by_the_tag_of_its_parts(
    s3: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.warc.gz"
    large.write_bytes(os.urandom(2 * PART + 1_000))
    s3.put(large, "large.warc.gz")
    monkeypatch.setattr(s3._fs, "open", None)  # what the tag says is believed: nothing is read again
    assert s3.holds(large, "large.warc.gz")
    monkeypatch.undo()
    large.write_bytes(os.urandom(2 * PART + 1_000))
    assert not s3.holds(large, "large.warc.gz")
    s3.delete("large.warc.gz")


@pytest.mark.integration
def test_a_bucket_that_is_not_there_is_told_without_the_secret(s3: ObjectStore, tmp_path: Path) -> None:
    with WarcArchive(tmp_path / "spool", store=ObjectStore("s3://no-such-bucket/tamis")) as archive:
        place = put(archive, "body")
        done = archive.hand_over()
        assert done.waiting == 1
        assert "s3://no-such-bucket/tamis" in str(done.because)
        assert SECRET not in str(done.because)
        with pytest.raises(ArchiveUnreachable, match="no-such-bucket"):
            archive.store.try_out()  # type: ignore[union-attr]
        assert archive.read(place).body == b"body"
