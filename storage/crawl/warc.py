"""WARC records as bytes: writing one answer, and reading answers back, one gzip member a record."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArchiveLoadFailed as LoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
READ_BYTES = 1 << 16
LEVEL = 5  # of gzip: a third of the CPU of level 9, for files that are 3 % larger (pages of ../shared/bench)
HOP_BY_HOP = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}


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


def warc_records(path: Path) -> Iterator[ArchivedResponse]:
    """Every whole answer of one WARC file, in order; a torn end is where the file ends."""
    with path.open("rb") as stream:
        for _, data in gzip_members(stream):
            if (found := parsed_record(data)) is not None:
                yield found


def record_places(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Start and end in bytes of every whole record from here on."""
    start = stream.tell()
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
