"""Content codings undone under a cap: gzip, deflate, brotli and zstd, counted by what comes out.

16 kB of zstd can be 512 MB of page, so a cap on what arrives protects nobody. Every decoder here is asked for little
more than the cap and stops there; memory stays under three times the cap.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli
import zstandard

MAX_CODINGS = 2
"""Stacked codings. Two happen when a proxy compresses again; ten are an attack."""

MAX_MEMBERS = 10_000
"""Of a gzip or frames of a zstd body. Tools that cut a file for several processors make some hundred of 16 MB."""

MAX_ZSTD_WINDOW = 8 << 20
"""Bytes. The window that RFC 9659 allows for the zstd content coding."""

MAX_ZSTD_RATIO = 32_768
"""A run-length block of RFC 8878: 4 bytes stand for 128 KiB. No other block is denser."""

_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"

ACCEPTED = "gzip, deflate, br, zstd"


class OverCap(Exception):
    """More decompressed bytes than the cap."""


class Damaged(Exception):
    """The coding ends early or does not check: the transfer was cut or the server is broken."""


class UnknownCoding(Exception):
    """A coding we did not offer, or too many of them."""


_NO_CODING = frozenset({"", "identity", "none", "utf-8", "utf8"})  # the last three name none, and servers send them


def decoded(body: bytes, content_encoding: str, cap: int) -> bytes:
    """The body without its codings (a Content-Encoding header's value, outermost last), at most `cap` bytes.

    Raises OverCap, Damaged or UnknownCoding.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    codings = [name for name in names if name not in _NO_CODING]
    if len(codings) > MAX_CODINGS:
        raise UnknownCoding(f"{len(codings)} stacked codings")
    for coding in reversed(codings):
        if coding not in _DECODERS:
            raise UnknownCoding(f"the coding {coding[:40]!r}")
        body = _DECODERS[coding](body, cap)
    if len(body) > cap:
        raise OverCap
    return body


def _gzip(body: bytes, cap: int) -> bytes:
    """One or more gzip members; what follows the last is ignored, as browsers do.

    Each member is fed in slices that grow: whatever zlib leaves over it copies, and with the whole rest of the body a
    million empty members would copy it a million times.
    """
    pieces: list[bytes] = []
    size = at = members = 0
    while at < len(body) and (not members or body.startswith(b"\x1f\x8b", at)):
        members += 1
        if members > MAX_MEMBERS:
            raise UnknownCoding(f"gzip of more than {MAX_MEMBERS:,} members")
        machine, step = zlib.decompressobj(zlib.MAX_WBITS | 16), 512
        while not machine.eof:
            if at >= len(body):
                raise Damaged("the compressed stream has no end")
            try:
                piece = machine.decompress(machine.unconsumed_tail + body[at : at + step], cap + 1 - size)
            except zlib.error as error:
                raise Damaged(str(error)) from error
            at, step = at + step, min(2 * step, 1 << 20)
            size += len(piece)
            pieces.append(piece)
            if size > cap:
                raise OverCap
        at = min(at, len(body)) - len(machine.unused_data)
    return b"".join(pieces)


def _deflate(body: bytes, cap: int) -> bytes:
    """With the zlib wrapper that RFC 9110 asks for, or raw, as several servers send it."""
    wrapped = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _inflated(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, cap)[0]


def _inflated(body: bytes, window_bits: int, cap: int) -> tuple[bytes, bytes]:
    if not body:
        return b"", b""
    machine = zlib.decompressobj(window_bits)
    try:
        out = machine.decompress(body, cap + 1)
    except zlib.error as error:
        raise Damaged(str(error)) from error
    if len(out) > cap:
        raise OverCap
    if not machine.eof:
        raise Damaged("the compressed stream has no end")
    return out, machine.unused_data


def _brotli(body: bytes, cap: int) -> bytes:
    if not body:
        return b""
    machine = brotli.Decompressor()
    pieces: list[bytes] = []
    size = 0
    rest = body
    try:
        while not machine.is_finished():
            piece = machine.process(rest, output_buffer_limit=cap + 1 - size)
            size += len(piece)
            pieces.append(piece)
            if size > cap:
                raise OverCap
            if not piece and machine.can_accept_more_data() and not machine.is_finished():
                raise Damaged("the compressed stream has no end")
            rest = b""
    except brotli.error as error:
        raise Damaged(str(error)) from error
    return b"".join(pieces)


def _zstd(body: bytes, cap: int) -> bytes:
    """One or more frames; what follows the last is ignored.

    zstandard's pull reader takes a cut stream for a whole one, its push decoder knows the end but has no output limit:
    so the body is pushed in slices so small that no slice can add more than one cap.
    """
    pieces: list[bytes] = []
    size = at = frames = 0
    step = max(64, cap // MAX_ZSTD_RATIO)
    try:
        while body.startswith(_ZSTD_FRAME, at) or (not frames and at < len(body)):
            frames += 1
            if frames > MAX_MEMBERS:
                raise UnknownCoding(f"zstd of more than {MAX_MEMBERS:,} frames")
            machine = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW).decompressobj()
            while not machine.eof:
                if at >= len(body):
                    raise Damaged("the compressed stream has no end")
                piece = machine.decompress(body[at : at + step])
                at += step
                size += len(piece)
                pieces.append(piece)
                if size > cap:
                    raise OverCap
            at = min(at, len(body)) - len(machine.unused_data)
    except zstandard.ZstdError as error:
        raise Damaged(str(error)) from error
    return b"".join(pieces)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
