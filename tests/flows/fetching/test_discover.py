"""Which pages a site has, and the sentences for what cannot be read."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

from flows.fetching.discover import USUAL_FEEDS, USUAL_SITEMAPS, DiscoverySource, discover_urls
from flows.fetching.traps import Traps
from tests.servers import Reply, redirect

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
XML = "application/xml"


def xml(text: str) -> Reply:
    return Reply(body=text, content_type=XML)


def urlset(*addresses: str, lastmod: str = "2026-11-01") -> Reply:
    entries = "".join(f"<url><loc>{address}</loc><lastmod>{lastmod}</lastmod></url>" for address in addresses)
    return xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>')


def index(*addresses: str) -> Reply:
    return xml("<sitemapindex>" + "".join(f"<sitemap><loc>{a}</loc></sitemap>" for a in addresses) + "</sitemapindex>")


async def found(fetcher, **source) -> tuple[list[str], list[str]]:
    result = await discover_urls(fetcher, DiscoverySource(**source), now=lambda: NOW)
    return [url.url for url in result.urls], list(result.warnings)


async def test_given_addresses_are_kept_whatever_the_patterns_say_and_cost_no_request(site, fetcher) -> None:
    urls, warnings = await found(fetcher, urls=(site.url("/a#top"), site.url("/a")), include=("never",))
    assert (urls, warnings, site.requests) == ([site.url("/a")], [], [])


async def test_a_sitemap_names_pages_with_their_dates(site, fetcher) -> None:
    site.pages = {"/sitemap.xml": urlset(site.url("/a"), "/b")}
    result = await discover_urls(fetcher, DiscoverySource(sitemaps=(site.url("/sitemap.xml"),)), now=lambda: NOW)
    assert [(url.url, url.source, url.modified) for url in result.urls] == [
        (site.url("/a"), "sitemap", datetime(2026, 11, 1, tzinfo=UTC)),
        (site.url("/b"), "sitemap", datetime(2026, 11, 1, tzinfo=UTC)),
    ]


async def test_indexes_compressed_sitemaps_and_the_robots_txt_that_names_them_are_followed(site, fetcher) -> None:
    packed = gzip.compress(urlset(site.url("/a")).body.encode())
    site.pages = {
        "/robots.txt": Reply(body=f"Sitemap: {site.url('/index.xml')}\n", content_type="text/plain"),
        "/index.xml": index("/one.xml.gz", site.url("/two.xml"), "/index.xml"),
        "/one.xml.gz": Reply(body=packed, content_type="application/gzip"),
        "/two.xml": urlset(site.url("/b")),
    }
    urls, warnings = await found(fetcher, sitemaps=(site.url("/robots.txt"),))
    assert (urls, warnings) == ([site.url("/a"), site.url("/b")], [])
    assert site.hits["/index.xml"] == 1  # it names itself


async def test_a_feed_names_pages_relative_to_itself(site, fetcher) -> None:
    site.pages = {"/feed": redirect("/blog/feed"), "/blog/feed": xml("<feed><entry><link href='a'/></entry></feed>")}
    urls, warnings = await found(fetcher, feeds=(site.url("/feed"),))
    assert (urls, warnings) == ([site.url("/blog/a")], [])


async def test_include_and_exclude_choose_among_what_was_found(site, fetcher) -> None:
    site.pages = {"/s.xml": urlset("/metiers/a", "/metiers/print/a", "/tag/x")}
    urls, _ = await found(fetcher, sitemaps=(site.url("/s.xml"),), include=("/metiers/",), exclude=("print",))
    assert urls == [site.url("/metiers/a")]


async def test_a_page_named_twice_keeps_its_newest_date(site, fetcher) -> None:
    site.pages = {
        "/s.xml": urlset("/a", lastmod="2026-01-01"),
        "/t.xml": urlset("/a?utm_source=x", lastmod="2026-10-01"),
    }
    source = DiscoverySource(sitemaps=(site.url("/s.xml"), site.url("/t.xml")))
    result = await discover_urls(fetcher, source, now=lambda: NOW)
    assert [url.modified for url in result.urls] == [datetime(2026, 10, 1, tzinfo=UTC)]


async def test_links_are_followed_on_the_own_host_as_deep_as_asked(site, fetcher) -> None:
    site.pages = {
        "/": '<a href="/a">a</a><a href="https://other.example/">o</a>',
        "/a": '<a href="/b">b</a><a href="/">home</a>',
        "/b": '<a href="/c">c</a>',
    }
    once, _ = await found(fetcher, urls=(site.url("/"),), follow_links=True)
    twice, _ = await found(fetcher, urls=(site.url("/"),), follow_links=True, link_depth=2)
    assert once == [site.url("/"), site.url("/a")]
    assert twice == [site.url("/"), site.url("/a"), site.url("/b")]
    assert site.hits["/b"] == 0


async def test_addresses_on_other_hosts_and_on_private_ones_are_left_out_with_a_sentence(site, fetcher) -> None:
    foreign = ("http://other.example/", "http://10.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:1/", "/mine")
    site.pages = {"/s.xml": urlset(*foreign)}
    urls, warnings = await found(fetcher, sitemaps=(site.url("/s.xml"),))
    assert urls == [site.url("/mine")]
    assert len(warnings) == 2
    assert "other.example" in warnings[0]
    assert warnings[1].startswith("3 addresses may not be fetched")


async def test_a_host_that_is_named_is_no_stranger(site, fetcher) -> None:
    site.pages = {"/feed": xml("<rss><channel><item><link>https://www.blog.example/a</link></item></channel></rss>")}
    urls, warnings = await found(fetcher, feeds=(site.url("/feed"),), hosts=("blog.example",))
    assert (urls, warnings) == (["https://www.blog.example/a"], [])


async def test_every_source_that_cannot_be_read_gives_one_sentence_and_the_others_go_on(site, fetcher) -> None:
    site.pages = {
        "/empty.xml": urlset(),
        "/nothing.xml": Reply(body="", content_type=XML),
        "/page.xml": "<!doctype html><p>Oops",
        "/bomb.xml": xml('<!DOCTYPE r [<!ENTITY a "x">]><urlset><url><loc>&a;</loc></url></urlset>'),
        "/good.xml": urlset("/a"),
    }
    paths = ("/gone.xml", "/empty.xml", "/nothing.xml", "/page.xml", "/bomb.xml", "/good.xml")
    urls, warnings = await found(fetcher, sitemaps=tuple(map(site.url, paths)))
    assert urls == [site.url("/a")]
    said = "\n".join(warnings)
    for path, sentence in {
        "/gone.xml": "gone (HTTP 404)",
        "/empty.xml": "names no page",
        "/nothing.xml": "is empty",
        "/page.xml": "is an HTML page",
        "/bomb.xml": "entities",
    }.items():
        assert any(path in warning and sentence in warning for warning in warnings), (path, said)


async def test_an_unreachable_site_gives_a_sentence_that_says_so(site, new_fetcher) -> None:
    url = site.url("/sitemap.xml")
    site.stop()
    urls, warnings = await found(new_fetcher(), sitemaps=(url,), feeds=(url,))
    assert urls == []
    assert all("no connection" in warning and url in warning for warning in warnings)


async def test_more_addresses_than_the_limit_are_cut_with_a_sentence(site, fetcher) -> None:
    site.pages = {"/s.xml": urlset(*(f"/{n}" for n in range(10)))}
    urls, warnings = await found(fetcher, sitemaps=(site.url("/s.xml"),), limit=4)
    assert len(urls) == 4
    assert "more than 4 addresses" in warnings[0]


FEED = "<rss><channel><item><link>/le-moulin/</link></item></channel></rss>"
FRIENDLY = "<!doctype html><title>Oups</title><h1>Cette page est introuvable</h1>"


async def test_a_home_page_is_enough_where_robots_txt_and_the_page_name_sitemap_and_feed(site, fetcher) -> None:
    head = '<link rel="alternate" type="application/rss+xml" title="Le Mag" href="/flux">'
    comments = '<link rel="alternate" type="application/rss+xml" title="Comments feed" href="/comments/feed/">'
    site.pages = {
        "/": f"<html><head>{comments}{head}</head><body>Bonjour</body></html>",
        "/robots.txt": Reply(body=f"Sitemap: {site.url('/plan.xml')}\n", content_type="text/plain"),
        "/plan.xml": urlset("/le-four/"),
        "/flux": xml(FEED),
    }
    urls, warnings = await found(fetcher, urls=(site.url("/"),), find=True)
    assert (urls, warnings) == ([site.url(path) for path in ("/", "/le-four/", "/le-moulin/")], [])
    assert site.hits["/"] == 1
    assert (site.hits["/comments/feed/"], site.hits["/sitemap.xml"], site.hits["/feed/"]) == (0, 0, 0)


async def test_sitemap_and_feed_are_looked_for_in_the_usual_places_without_a_word_on_those_that_are_not(
    site, fetcher
) -> None:
    site.pages = {"/": "Bonjour", "/wp-sitemap.xml": urlset("/le-four/"), "/rss.xml": xml(FEED)}
    urls, warnings = await found(fetcher, urls=(site.url("/"),), find=True)
    assert (urls, warnings) == ([site.url(path) for path in ("/", "/le-four/", "/le-moulin/")], [])


async def test_a_friendly_page_at_a_usual_place_is_no_sitemap_and_no_feed(site, fetcher) -> None:
    site.pages = {"/": '<a href="/le-four/">Le four</a>'} | dict.fromkeys((*USUAL_SITEMAPS, *USUAL_FEEDS), FRIENDLY)
    urls, warnings = await found(fetcher, urls=(site.url("/"),), find=True, follow_links=True)
    assert (urls, warnings) == ([site.url("/"), site.url("/le-four/")], [])


async def test_links_into_traps_are_left_out_and_counted(site, fetcher) -> None:
    links = ("/le-four/", "/wp-admin/", "/le-four/?replytocom=1", "/le-four/?replytocom=2", "/le-four/feed/")
    site.pages = {"/": "".join(f'<a href="{link}">x</a>' for link in links)}
    traps = Traps()
    urls, _ = await found(fetcher, urls=(site.url("/"),), follow_links=True, traps=traps)
    assert urls == [site.url("/"), site.url("/le-four/")]
    assert traps.left_out == {"account": 1, "feed": 1}  # a reply form is the article itself under another address


async def test_an_unreachable_start_page_is_told_once(site, fetcher) -> None:
    site.pages = {"/": Reply(status=403, body="no")}
    _, warnings = await found(fetcher, urls=(site.url("/"),), find=True, follow_links=True)
    assert len(warnings) == 1
    assert "start page" in warnings[0]
