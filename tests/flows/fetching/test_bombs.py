"""Answers made to hold us up: each costs its own size, or is refused. Growth is measured as a ratio, never in seconds."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from flows.fetching import codings, listings
from flows.fetching.links import page_links
from flows.fetching.listings import NotAListing, listed_pages
from tests.growth import grows_linearly, repeated

NOW = datetime(2026, 3, 2, tzinfo=UTC)
URL = "https://example.org/a"


@pytest.mark.parametrize(
    "unit",
    [
        b"<style>", b"<script>", b"<!--", b"<template>", b"<a ", b"<a href=", b"<a rel=' ", b"<a rel=>", b"<base ",
        b"<a href='/x' rel=' rel=' rel='>", b"<style></style ", b"</style", b"<textarea><style><script>",
        b"<a\n" + b" " * 3000, b"<a " + b"rel= " * 700 + b">",
    ],
)  # fmt: skip
def test_the_links_of_a_hostile_page_cost_its_size(unit: bytes) -> None:
    assert grows_linearly(lambda text: page_links(text, URL), repeated(unit), 50_000)


def test_links_stand_outside_of_styles_scripts_and_comments() -> None:
    page = (
        b"<base href='https://example.org/x/'><!-- <a href='/1'> --><style><a href='/2'></style><a href='3'>"
        b"<a rel='me nofollow' href='/4'><a rel=\"nofollower\" href='/5'><script>'<a href=\"/6\">'</script ><a href=/7>"
    )
    assert page_links(page, URL) == [f"https://example.org/{path}" for path in ("x/3", "5", "7")]


def test_gzip_members_without_content_are_counted() -> None:
    few, many = gzip.compress(b"") * 100 + gzip.compress(b"whole"), gzip.compress(b"") * 800_000
    assert codings.decoded(few, "gzip", 1000) == b"whole"
    with pytest.raises(codings.UnknownCoding, match="members"):
        codings.decoded(many, "gzip", 1000)


def test_gzip_of_several_long_members_is_whole() -> None:
    parts = [bytes([65 + number]) * 300_000 + str(number).encode() for number in range(5)]
    assert codings.decoded(b"".join(map(gzip.compress, parts)) + b"rest", "gzip", 2_000_000) == b"".join(parts)
    with pytest.raises(codings.Damaged):
        codings.decoded(b"".join(map(gzip.compress, parts))[:-9], "gzip", 2_000_000)
    with pytest.raises(codings.OverCap):
        codings.decoded(b"".join(map(gzip.compress, parts)), "gzip", 1_000_000)


def test_a_sitemap_of_other_elements_is_forgotten_while_it_is_read(monkeypatch) -> None:
    kept: list[int] = []
    forget = listings._forget

    def counted(element) -> None:  # type: ignore[no-untyped-def]
        forget(element)
        kept.append(len(element.getparent()) if element.getparent() is not None else 0)

    monkeypatch.setattr(listings, "_forget", counted)
    found = listed_pages(b"<urlset>" + b"<x/>" * 200_000 + b"<url><loc>https://e.org/1</loc></url></urlset>", NOW)
    assert [entry.address for entry in found.entries] == ["https://e.org/1"]
    assert len(kept) > 200_000
    assert max(kept) < 20_000  # what the parser read ahead


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<urlset><url>" + b"<loc/>" * 6_000 + b"</url></urlset>", "5,000 elements"),
        (b"<urlset " + b"".join(b' a%d="1"' % n for n in range(20_000)) + b"></urlset>", "64 kB"),
    ],
)
def test_a_listing_that_no_honest_site_writes_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(NotAListing, match=why):
        listed_pages(body, NOW)
