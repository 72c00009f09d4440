from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from storage.crawl.archive import ArchiveRef, WarcArchive
from storage.crawl.warc import warc_records
from storage.database.errors import RecordMissing

NOW = datetime(2026, 3, 2, 6, 0, 0, 123456, tzinfo=UTC)
URL = "https://mag.example/métier?a=1"
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "br"), ("Set-Cookie", "a=1")]


@pytest.fixture
def archive(tmp_path):
    with WarcArchive(tmp_path) as found:
        yield found


def test_an_answer_is_read_as_it_was_archived(archive):
    place = archive.append(URL, 200, "OK", HEADERS, "<p>é\r\n\r\n</p>".encode(), NOW, "127.0.0.1")
    archive.append(URL, 404, "", [], b"", NOW)
    found = archive.read(place)
    assert (found.url, found.status, found.body, found.fetched_at) == (URL, 200, "<p>é\r\n\r\n</p>".encode(), NOW)
    assert found.header("content-type") == "text/html; charset=utf-8"
    assert found.header("Content-Encoding") is None  # the body is decoded
    assert found.header("X-Archive-Orig-Content-Encoding") == "br"


def test_a_file_is_a_warc_that_other_programs_read(archive):
    place = archive.append(URL, 200, "OK", HEADERS, b"body", NOW)
    archive.close()
    with (archive.folder / place.file).open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", "response"]


def test_warcio_finds_no_fault_in_an_archive(archive, capsys):
    place = archive.append(URL, 200, "OK", HEADERS, b"body", NOW)
    dropped = archive.append(URL, 404, "", [("X-É", "x")], b"", NOW)
    archive.close()
    again = archive.without(place.file, {dropped.offset})  # erased on its author's request
    names = [str(archive.folder / file) for file in (place.file, again.file)]
    done = Checker(SimpleNamespace(inputs=names, verbose=True)).process_all()
    assert not done
    told = capsys.readouterr().out
    assert told.count("digest pass") >= 3
    assert "fail" not in told


def test_each_day_has_a_file_of_its_own(archive):
    places = [archive.append(URL, 200, "OK", [], b"body", NOW + timedelta(hours=hours)) for hours in (0, 17, 18)]
    assert places[0].file == places[1].file != places[2].file
    assert "20260303" in places[2].file
    assert [archive.read(place).body for place in places] == [b"body"] * 3


def test_headers_that_are_none_do_not_break_the_record(archive):
    bad = [("X-É", "x"), ("Evil\r\nInjected", "1"), ("X-Two", "a\r\nInjected: 1"), ("", "x"), ("X-Ok", "ü")]
    found = archive.read(archive.append(URL, 200, "O\r\nK", bad, b"body", NOW))
    assert found.body == b"body"
    assert found.header("Injected") is None
    assert found.header("X-Ok") == "%C3%BC"


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_end_leaves_the_records_before_it(archive, cut):
    places = [archive.append(URL, 200, "OK", [], f"body {n} ".encode() * 99, NOW) for n in range(3)]
    archive.close()
    path = archive.folder / places[0].file
    path.write_bytes(path.read_bytes()[:-cut])
    assert archive.read(places[1]).body.startswith(b"body 1")
    with pytest.raises(RecordMissing):
        archive.read(places[2])
    assert len(list(warc_records(path))) == 2


def test_two_archives_never_write_to_one_file(tmp_path):
    with WarcArchive(tmp_path) as one, WarcArchive(tmp_path) as two:
        assert one.append(URL, 200, "OK", [], b"", NOW).file != two.append(URL, 200, "OK", [], b"", NOW).file


@pytest.mark.parametrize("place", [ArchiveRef(file="none.warc.gz", offset=0), ArchiveRef(file="x.warc.gz", offset=9)])
def test_a_place_without_a_record_is_told(archive, place):
    (archive.folder / "x.warc.gz").write_bytes(b"not a warc at all")
    with pytest.raises(RecordMissing):
        archive.read(place)


def test_records_can_be_dropped_from_a_file(archive):
    places = [archive.append(URL, 200, "OK", [], f"{n}".encode(), NOW) for n in range(3)]
    moved = archive.without(places[0].file, {places[1].offset})
    assert places[1].offset not in moved.offsets
    for number in (0, 2):
        kept = ArchiveRef(file=moved.file, offset=moved.offsets[places[number].offset])
        assert archive.read(kept).body == f"{number}".encode()
    assert archive.append(URL, 200, "OK", [], b"next", NOW).file not in {places[0].file, moved.file}


def test_a_file_ends_with_its_day_and_once_it_is_as_large_as_wanted(tmp_path: Path) -> None:
    bodies = [secrets.token_hex(2_000) for _ in range(4)]  # 2 kB each, packed
    with WarcArchive(tmp_path, roll_bytes=3_000) as archive:
        places = [archive.append(URL, 200, "OK", [], body.encode(), NOW) for body in bodies]
        next_day = archive.append(URL, 200, "OK", [], b"morning", NOW + timedelta(days=1))
        assert [archive.read(place).body.decode() for place in places] == bodies
    files = [place.file for place in places]
    assert files[0] == files[1] != files[2] == files[3]
    assert next_day.file not in files


def test_threads_may_share_an_archive(tmp_path: Path) -> None:
    bodies = [f"page {number} ".encode() * (50 + number) for number in range(200)]
    with WarcArchive(tmp_path) as archive, ThreadPoolExecutor(8) as threads:
        places = list(
            threads.map(
                lambda body: archive.append("https://mag.example/", 200, "OK", (), body, datetime.now(UTC)), bodies
            )
        )
        threads.submit(archive.sync).result()
    assert len({(place.file, place.offset) for place in places}) == len(bodies)
    with WarcArchive(tmp_path) as archive:
        assert [archive.read(place).body for place in places] == bodies
