"""Sitemaps and feeds, honest and hostile."""

from __future__ import annotations

import contextlib
import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetching.listings import ListedPage, ListingKind, NotAListing, listed_pages, modified

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://example.org/a </loc><lastmod>2026-11-01</lastmod>
<image:image><image:loc>https://example.org/a.jpg</image:loc></image:image></url>
<url><lastmod>2026-11-02</lastmod><loc>https://example.org/b?x=1&amp;y=2</loc></url>
<url><lastmod>2026-11-02</lastmod></url>
</urlset>"""


def test_a_sitemap_names_pages_and_their_dates_but_not_their_pictures() -> None:
    found = listed_pages(SITEMAP, NOW)
    assert found.kind is ListingKind.SITEMAP
    assert found.entries == (
        ListedPage("https://example.org/a", datetime(2026, 11, 1, tzinfo=UTC)),
        ListedPage("https://example.org/b?x=1&y=2", datetime(2026, 11, 2, tzinfo=UTC)),
    )


def test_a_compressed_sitemap_and_a_plain_text_one_are_read_too() -> None:
    assert listed_pages(gzip.compress(SITEMAP), NOW) == listed_pages(SITEMAP, NOW)
    plain = listed_pages(b"\xef\xbb\xbfhttps://example.org/a\r\n\r\nhttps://example.org/b\n", NOW)
    assert [entry.address for entry in plain.entries] == ["https://example.org/a", "https://example.org/b"]


def test_an_index_is_told_from_a_sitemap() -> None:
    found = listed_pages(b"<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap></sitemapindex>", NOW)
    assert (found.kind, found.entries) == (ListingKind.INDEX, (ListedPage("/s1.xml"),))


def test_an_rss_feed_gives_links_or_permanent_guids() -> None:
    found = listed_pages(
        b"""<rss version="2.0"><channel><title>t</title><link>https://example.org/</link>
        <item><link>https://example.org/a</link><pubDate>Mon, 02 Nov 2026 10:00:00 +0100</pubDate></item>
        <item><guid>https://example.org/b</guid></item>
        <item><guid isPermaLink="false">https://example.org/never</guid></item></channel></rss>""",
        NOW,
    )
    assert found.kind is ListingKind.FEED
    assert found.entries == (
        ListedPage("https://example.org/a", datetime(2026, 11, 2, 9, 0, tzinfo=UTC)),
        ListedPage("https://example.org/b"),
    )


def test_an_atom_feed_gives_alternate_links_and_the_newest_date() -> None:
    found = listed_pages(
        b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="replies" href="/a#comments"/><link href="/a"/>
        <published>2026-01-01T00:00:00Z</published><updated>2026-02-01T00:00:00Z</updated></entry></feed>""",
        NOW,
    )
    assert found.entries == (ListedPage("/a", datetime(2026, 2, 1, tzinfo=UTC)),)


def test_an_rdf_feed_is_a_feed() -> None:
    found = listed_pages(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><item><link>/a</link><dc:date>2026-03-01</dc:date></item></rdf:RDF>""",
        NOW,
    )
    assert found.entries == (ListedPage("/a", datetime(2026, 3, 1, tzinfo=UTC)),)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body>Oops</body></html>", "HTML"),
        (b"<html><body>Oops</body></html>", "HTML"),
        (b"nothing at all", "XML"),
        (b"\x89PNG\r\n\x1a\n", "XML"),
        (b"<opml><body/></opml>", "opml"),
        (b"<rss><channel><item><title>a & b<link>http://x/", "well-formed"),
        (b"\x1f\x8bnot gzip", "damaged"),
        (b"<urlset>" + b"<a>" * 3000, "well-formed"),
    ],
)
def test_what_is_no_listing_is_said_to_be_what_it_is(body: bytes, what: str) -> None:
    with pytest.raises(NotAListing, match=what):
        listed_pages(body, NOW)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "http://169.254.169.254/">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_with_entities_of_its_own_is_refused_in_any_encoding(doctype: str, encoding: str) -> None:
    feed = "<rss><channel><item><link>&x;</link></item></channel></rss>"
    text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{feed}'
    with pytest.raises(NotAListing, match="entities"):
        listed_pages(text.encode(encoding), NOW)


def test_a_sitemap_that_breaks_off_gives_what_it_had_and_says_so() -> None:
    found = listed_pages(b"<urlset><url><loc>/a</loc></url><url><loc>/b & c", NOW)
    assert (found.entries, found.cut) == ((ListedPage("/a"),), True)


def test_no_more_than_the_protocol_allows_is_taken() -> None:
    found = listed_pages(b"<urlset>" + b"<url><loc>/a</loc></url>" * 50_002 + b"</urlset>", NOW)
    assert (len(found.entries), found.cut) == (50_000, True)


@pytest.mark.parametrize(
    "text", ["hier", "", None, "2999-01-01", "0000-00-00", "0001-01-01", "2014-03-01T00:00:00+99:00", "x" * 5000, "1e9"]
)
def test_a_date_that_cannot_be_true_is_no_date(text: str | None) -> None:
    assert modified(text, NOW) is None


@given(st.binary(max_size=300))
def test_any_bytes_at_all_raise_nothing_else(body: bytes) -> None:
    for text in (body, b"<urlset><url><loc>" + body):
        with contextlib.suppress(NotAListing):
            listed_pages(text, NOW)


RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss><channel><title>Mag</title>'
    "<item><link>https://mag.example/un</link><title>{}</title></item>"
    "<item><link>https://mag.example/deux</link></item></channel></rss>"
)


@pytest.mark.parametrize(
    "body",
    [
        RSS.format("Pain & vin").encode(),
        RSS.format("L&rsquo;artisan &eacute;mu &nbsp;; a &unknown; b").encode(),
        RSS.format("Saut\x0bde page \x00").encode(),
        RSS.format("Caf").encode().replace(b"Caf", b"Caf\xe9"),
        RSS.format("&#0; &#xFFFF; &#233;").encode(),
        b"\xef\xbb\xbf\n\n" + RSS.format("Pain & vin").encode(),
        RSS.format("<![CDATA[a & b]]> & c").encode(),
    ],
)
def test_a_feed_with_one_bad_byte_or_sign_loses_no_entry(body: bytes) -> None:
    found = listed_pages(body, NOW)
    assert [entry.address for entry in found.entries] == ["https://mag.example/un", "https://mag.example/deux"]
    assert (found.mended, found.cut) == (True, False)


def test_blank_lines_and_a_mark_before_the_prolog_are_no_fault() -> None:
    found = listed_pages(b"\xef\xbb\xbf\r\n \n" + RSS.format("Pain").encode(), NOW)
    assert (len(found.entries), found.mended) == (2, False)


def test_an_address_with_a_bare_ampersand_is_read_whole() -> None:
    body = b"<urlset><url><loc>https://mag.example/?a=1&b=2</loc></url></urlset>"
    assert [entry.address for entry in listed_pages(body, NOW).entries] == ["https://mag.example/?a=1&b=2"]


def test_an_atom_entry_without_a_link_is_found_by_an_id_that_is_an_address() -> None:
    body = b"<feed><entry><id>https://mag.example/un</id></entry><entry><id>tag:mag.example,2026:2</id></entry></feed>"
    assert [entry.address for entry in listed_pages(body, NOW).entries] == ["https://mag.example/un"]


def test_entities_of_a_documents_own_are_refused_however_broken_it_is() -> None:
    body = b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><link>https://mag.example/&a;</link></item> & </rss>'
    with pytest.raises(NotAListing, match="entities of its own"):
        listed_pages(body, NOW)


@pytest.mark.parametrize(
    ("feed", "address"),
    [
        (
            b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/blog/">'
            b'<entry><link href="a"/></entry></feed>',
            "https://example.org/blog/a",
        ),
        (
            b'<feed xml:base="https://example.org/"><entry xml:base="2026/"><link href="a"/></entry></feed>',
            "https://example.org/2026/a",
        ),
        (
            b'<rss xml:base="https://example.org/"><channel><item><link>/a</link></item></channel></rss>',
            "https://example.org/a",
        ),
        (b'<feed xml:base="http://["><entry><link href="/a"/></entry></feed>', "/a"),
        (
            b'<feed xml:base="https://example.org/x"><entry><link href="https://e.org/a"/></entry></feed>',
            "https://e.org/a",
        ),
    ],
)
def test_addresses_of_a_feed_start_where_it_says(feed: bytes, address: str) -> None:
    assert [one.address for one in listed_pages(feed, NOW).entries] == [address]


def test_a_json_feed_gives_addresses_and_the_newest_date() -> None:
    found = listed_pages(
        b"""{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [
        {"id": "1", "url": "https://example.org/a", "date_published": "2026-11-01T10:00:00Z",
         "date_modified": "2026-11-02T10:00:00Z"},
        {"id": "https://example.org/b", "external_url": "https://elsewhere.example/"},
        {"id": "3", "content_text": "a note without a page"}, "no item", {"id": 4, "url": 5}]}""",
        NOW,
    )
    assert found.kind is ListingKind.FEED
    assert found.entries == (
        ListedPage("https://example.org/a", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ListedPage("https://example.org/b"),
    )


@pytest.mark.parametrize(
    "body", [b"{", b'{"items": []}', b'{"version": "https://jsonfeed.org/version/1.1", "items": 1}', b"{" * 5000]
)
def test_other_json_is_no_listing(body: bytes) -> None:
    with pytest.raises(NotAListing, match="JSON"):
        listed_pages(body, NOW)
