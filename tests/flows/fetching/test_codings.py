"""Content codings undone, and stopped at the cap."""

from __future__ import annotations

import contextlib
import gzip
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from flows.fetching.codings import Damaged, OverCap, UnknownCoding, decoded
from tests.servers import compressed

CODINGS = ("gzip", "deflate", "br", "zstd")
TEXT = b"".join(b"Une phrase et son numero %d. " % n for n in range(5000))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_comes_back_as_it_was(coding: str) -> None:
    assert decoded(compressed(TEXT, coding), coding.upper(), len(TEXT)) == TEXT
    assert decoded(compressed(b"", coding), coding, 10) == b""
    assert decoded(b"", coding, 10) == b""


@pytest.mark.parametrize("coding", CODINGS)
def test_one_byte_over_the_cap_is_too_much(coding: str) -> None:
    with pytest.raises(OverCap):
        decoded(compressed(TEXT, coding), coding, len(TEXT) - 1)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_cut_stream_is_never_taken_for_a_whole_one(coding: str) -> None:
    body = compressed(TEXT, coding)
    for length in (1, 5, len(body) // 2, len(body) - 1):
        with pytest.raises(Damaged):
            decoded(body[:length], coding, 10 * len(TEXT))


@pytest.mark.parametrize("coding", CODINGS)
def test_bytes_of_another_kind_are_damaged(coding: str) -> None:
    with pytest.raises(Damaged):
        decoded(b"<!doctype html><p>plain", coding, 1000)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_stops_near_the_cap(coding: str) -> None:
    import tracemalloc

    bomb = compressed(b"\0" * (32 << 20), coding)
    tracemalloc.start()
    try:
        with pytest.raises(OverCap):
            decoded(bomb, coding, 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_several_members_are_one_body_and_trailing_garbage_is_ignored() -> None:
    assert decoded(gzip.compress(b"a") + gzip.compress(b"b") + b"garbage", "gzip", 10) == b"ab"
    frame = zstandard.ZstdCompressor().compress
    assert decoded(frame(b"a") + frame(b"b") + b"garbage", "zstd", 10) == b"ab"


def test_deflate_without_its_wrapper_is_understood() -> None:
    assert decoded(zlib.compress(TEXT)[2:-4], "deflate", len(TEXT)) == TEXT


def test_two_stacked_codings_are_undone_and_more_are_refused() -> None:
    twice = compressed(compressed(TEXT, "gzip"), "br")
    assert decoded(twice, "gzip, br", len(TEXT)) == TEXT
    with pytest.raises(UnknownCoding):
        decoded(twice, "gzip, gzip, gzip", len(TEXT))


def test_an_unknown_coding_is_named() -> None:
    with pytest.raises(UnknownCoding, match="x-rot13"):
        decoded(b"nopqr", "x-rot13", 100)


@given(st.binary(max_size=200), st.sampled_from([*CODINGS, "identity", "", "gzip, br", "\0"]))
def test_any_bytes_at_all_raise_nothing_else(body: bytes, coding: str) -> None:
    with contextlib.suppress(OverCap, Damaged, UnknownCoding):
        assert len(decoded(body, coding, 1000)) <= 1000
