"""The archive of raw pages: WARC files, one gzip member a record, written before anything is parsed.

A file ends with its day (UTC), with its run, or once it has grown past `roll_bytes`. Every archive object writes its
own files, so no two processes append to one. A file that ends in the middle of a record (the process was killed) stays
readable up to there; the next run writes another file.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArchiveLoadFailed as LoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.database.errors import RecordMissing

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
ROLL_BYTES = 1_000_000_000
READ_BYTES = 1 << 16
LEVEL = 5  # of gzip: a third of the CPU of level 9, for files that are 3 % larger (pages of ../shared/bench)
HOP_BY_HOP = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRef:
    """Where a record is: the file relative to the archive's folder, and its gzip member's place in bytes."""

    file: str
    offset: int
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A file written anew: its name, and where each record that was kept is now, by where it was."""

    file: str
    offsets: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedResponse:
    """An archived answer. `body` is decoded (no Content-Encoding); `fetched_at` is aware UTC."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class WarcArchive:
    """A folder of WARC files. Threads may share one; two processes never write to the same file."""

    def __init__(self, folder: Path | str, roll_bytes: int = ROLL_BYTES) -> None:
        """`roll_bytes`: a file that has grown past it is followed by another one."""
        self.folder = Path(folder)
        self.roll_bytes = roll_bytes
        self._file: BinaryIO | None = None
        self._name = ""
        self._day = date.min
        self._unsynced = False
        self._turn = threading.RLock()  # an offset is taken and its record written as one step

    def __enter__(self) -> WarcArchive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(
        self,
        url: str,
        status: int,
        reason: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        fetched_at: datetime,
        ip: str | None = None,
    ) -> ArchiveRef:
        """Add one answer and return its place. It is safe on disk after `sync`, not before.

        `body` is the decoded body; headers which described its transfer are kept under `X-Archive-Orig-...`.
        """
        record = response_record(url, status, reason, headers, body, fetched_at, ip)
        with self._turn:
            file = self._open(fetched_at)
            offset = file.tell()
            file.write(record)
            self._unsynced = True
            return ArchiveRef(file=self._name, offset=offset, length=len(record))

    def sync(self) -> None:
        """Return when everything appended is on disk: before the transaction that refers to it commits."""
        with self._turn:
            if self._file is not None and self._unsynced:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._unsynced = False

    def close(self) -> None:
        """Sync and close the file; the next `append` starts another one."""
        with self._turn:
            self.sync()
            if self._file is not None:
                self._file.close()
                self._file = None

    def read(self, ref: ArchiveRef) -> ArchivedResponse:
        """The answer at that place. Raises RecordMissing if there is no whole record."""
        with self._turn:
            if self._file is not None and ref.file == self._name:
                self._file.flush()
        path = self.folder / ref.file
        try:
            with path.open("rb") as stream:
                stream.seek(ref.offset)
                _, data = next(gzip_members(stream), (0, b""))
        except OSError as error:
            raise RecordMissing(f"{path} cannot be read: {error}") from error
        found = parsed_record(data)
        if found is None:
            raise RecordMissing(f"{path} has no whole record at byte {ref.offset}")
        return found

    def files(self, older_than: datetime | None = None) -> Iterator[str]:
        """The archive's files, relative to its folder; with a time: only those last written before it."""
        for path in sorted(self.folder.rglob("*.warc.gz")):
            if older_than is None or path.stat().st_mtime < older_than.timestamp():
                yield path.relative_to(self.folder).as_posix()

    def without(self, file: str, offsets: Collection[int]) -> Rewritten:
        """A copy of a file, under a new name, without the records at these offsets. It is on disk on return."""
        if file == self._name:
            self.close()
        old = self.folder / file
        new = old.with_name(f"{old.name.removesuffix('.warc.gz')}-{secrets.token_hex(3)}.warc.gz")
        moved: dict[int, int] = {}
        with old.open("rb") as source, new.open("xb") as out:
            places = list(record_places(old))
            for offset, end in places:
                if offset in offsets:
                    continue
                moved[offset] = out.tell()
                source.seek(offset)
                out.write(source.read(end - offset))
            out.flush()
            os.fsync(out.fileno())
        return Rewritten(file=new.relative_to(self.folder).as_posix(), offsets=moved)

    def delete(self, file: str) -> None:
        """Delete a file of the archive; one that is gone already is fine."""
        (self.folder / file).unlink(missing_ok=True)

    def _open(self, now: datetime) -> BinaryIO:
        day = now.astimezone(UTC)
        if self._file is not None and (self._file.tell() > self.roll_bytes or day.date() > self._day):
            self.close()
        if self._file is None:
            self._day = day.date()
            self._name = f"{day:%Y}/{day:%m}/tamis-{day:%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(4)}.warc.gz"
            path = self.folder / self._name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb")
            self._file.write(file_header(path.name))
            self._unsynced = True
        return self._file


def warc_records(path: Path) -> Iterator[ArchivedResponse]:
    """Every whole answer of one WARC file, in order; a torn end is where the file ends."""
    with path.open("rb") as stream:
        for _, data in gzip_members(stream):
            if (found := parsed_record(data)) is not None:
                yield found


def record_places(path: Path) -> Iterator[tuple[int, int]]:
    """Start and end in bytes of every whole record of a file."""
    with path.open("rb") as stream:
        start = 0
        for end, _ in gzip_members(stream):
            yield start, end
            start = end


def gzip_members(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Every whole gzip member from here on: where it ends in bytes, and what it holds. A torn one ends the stream."""
    rest = b""
    position = stream.tell()
    while True:
        unpacker = zlib.decompressobj(wbits=31)
        parts = []
        while not unpacker.eof:
            piece = rest or stream.read(READ_BYTES)
            rest = b""
            if not piece:
                return
            try:
                parts.append(unpacker.decompress(piece))
            except zlib.error:
                return
            position += len(piece)
        rest = unpacker.unused_data
        position -= len(rest)
        yield position, b"".join(parts)


def parsed_record(data: bytes) -> ArchivedResponse | None:
    """The answer in an unpacked record; None if it is none, or not whole."""
    try:
        for record in ArchiveIterator(BytesIO(data)):
            if record.rec_type == "response":
                return archived_record(record)
    except (ArchiveLoadFailed, LoadFailed, EOFError, ValueError):
        return None
    return None


def response_record(
    url: str,
    status: int,
    reason: str,
    headers: Sequence[tuple[str, str]],
    body: bytes,
    fetched_at: datetime,
    ip: str | None,
) -> bytes:
    """The bytes of one WARC response record: a gzip member of its own."""
    kept = [
        (f"X-Archive-Orig-{name}" if name.lower() in HOP_BY_HOP else name, CONTROL.sub(" ", value))
        for name, value in headers
        if TOKEN.fullmatch(name)  # a server may send anything; what is no header name would make an unreadable record
    ]
    kept.append(("Content-Length", str(len(body))))
    http = StatusAndHeaders(f"{status} {CONTROL.sub(' ', reason)}".strip(), kept, protocol="HTTP/1.1")
    extra = {"WARC-Date": fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    if ip is not None:
        extra["WARC-IP-Address"] = ip
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")  # it would pack at level 9
    writer.write_record(
        writer.create_warc_record(url, "response", payload=BytesIO(body), http_headers=http, warc_headers_dict=extra)
    )
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return packer.compress(out.getbuffer()) + packer.flush()


def file_header(name: str) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record(name, {"software": "tamis", "format": "WARC File Format 1.1"}))
    return out.getvalue()


def archived_record(record: Any) -> ArchivedResponse:
    body = record.content_stream().read()
    stated = int(record.http_headers.get_header("Content-Length") or 0)
    if len(body) < stated:
        raise EOFError(f"{len(body)} of {stated} bytes")
    return ArchivedResponse(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=int(record.http_headers.get_statuscode()),
        headers=tuple(record.http_headers.headers),
        body=body,
        fetched_at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
    )
