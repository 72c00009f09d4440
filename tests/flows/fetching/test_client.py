"""The client against a real server on loopback: what comes back, what is tried again, what is given up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import httpcore
import pytest

from flows.fetching.client import Fetcher
from flows.fetching.errors import (
    BadAnswer,
    Busy,
    DeadlineExceeded,
    FetchError,
    Gone,
    NotAPage,
    RedirectLoop,
    Refused,
    TooLarge,
    Truncated,
    Unreachable,
)
from flows.fetching.pace import Pace
from flows.fetching.policy import Expect, FetchPolicy, FetchRequest
from tests.servers import Reply, bomb, failing_then, redirect, slow


def get(site, path: str = "/a", **more) -> FetchRequest:
    return FetchRequest(url=site.url(path), **more)


async def test_a_page_comes_back_with_its_headers_time_and_address(site, fetcher) -> None:
    site.pages = {"/a": Reply(body="<p>é", etag='"v1"', last_modified="Mon, 02 Nov 2026 10:00:00 GMT")}
    result = await fetcher.fetch(get(site))
    assert (result.status, result.reason, result.body, result.ip) == (200, "OK", "<p>é".encode(), "127.0.0.1")
    assert (result.url, result.final_url, result.redirects) == (site.url("/a"), site.url("/a"), ())
    assert (result.etag, result.last_modified) == ('"v1"', "Mon, 02 Nov 2026 10:00:00 GMT")
    assert result.content_type == "text/html; charset=utf-8"
    assert result.fetched_at.tzinfo is UTC
    assert not result.not_modified


async def test_we_say_who_we_are_and_bring_nothing_else(site, fetcher) -> None:
    site.pages = {"/a": Reply(body="a", headers=(("Set-Cookie", "id=1; Path=/"),))}
    await fetcher.fetch(get(site))
    await fetcher.fetch(get(site))
    assert set(site.requests[1].headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert site.requests[1].headers["user-agent"].startswith("Tamis/")
    assert site.requests[1].headers["host"] == site.authority
    assert site.connections == 1  # kept alive


async def test_a_conditional_request_that_finds_nothing_new_brings_no_body(site, fetcher) -> None:
    site.pages = {"/a": Reply(body="a", etag='"v1"', last_modified="Mon, 02 Nov 2026 10:00:00 GMT")}
    first = await fetcher.fetch(get(site))
    again = await fetcher.fetch(get(site, etag=first.etag, last_modified=first.last_modified))
    assert (again.not_modified, again.status, again.body) == (True, 304, b"")
    assert site.header_hits["/a", "if-none-match"] == site.header_hits["/a", "if-modified-since"] == 1


async def test_a_night_of_unchanged_pages_takes_one_connection(site, fetcher) -> None:
    site.pages = {f"/{number}": Reply(body="a", etag='"v1"') for number in range(4)}
    for number in range(4):
        assert (await fetcher.fetch(get(site, f"/{number}", etag='"v1"'))).not_modified
    assert site.connections == 1


async def test_validators_go_only_to_the_address_that_the_stored_copy_came_from(site, fetcher) -> None:
    site.pages = {"/old": redirect("/new"), "/new": Reply(body="new", etag='"v1"')}
    moved = await fetcher.fetch(get(site, "/old", etag='"v1"'))
    assert (moved.not_modified, moved.body) == (False, b"new")
    same = await fetcher.fetch(get(site, "/old", etag='"v1"', stored_url=site.url("/new")))
    assert same.not_modified
    assert site.header_hits["/old", "if-none-match"] == 1


async def test_a_304_that_nobody_asked_for_is_no_page(site, fetcher) -> None:
    site.pages = {"/a": Reply(status=304)}
    with pytest.raises(BadAnswer) as error:
        await fetcher.fetch(get(site))
    assert error.value.reason == "unasked_304"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_every_coding_that_we_offer_is_undone(coding: str, site, fetcher) -> None:
    page = "<p>Une page. " * 1000
    site.pages = {"/a": Reply(body=page, coding=coding)}
    result = await fetcher.fetch(get(site))
    assert result.body == page.encode()
    assert result.header("Content-Encoding") == coding


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_a_bomb_is_too_large(coding: str, site, fetcher) -> None:
    site.pages = {"/a": bomb(coding)}
    with pytest.raises(TooLarge):
        await fetcher.fetch(get(site))
    assert site.hits["/a"] == 1  # not tried again


async def test_a_body_over_the_cap_is_too_large_whether_announced_or_not(site, new_fetcher) -> None:
    fetcher = new_fetcher(max_bytes=1000)
    site.pages = {"/a": "a" * 1000, "/b": "a" * 1001, "/c": Reply(body="a" * 1001, chunked=True)}
    assert len((await fetcher.fetch(get(site, "/a"))).body) == 1000
    for path in ("/b", "/c"):
        with pytest.raises(TooLarge, match="1,000"):
            await fetcher.fetch(get(site, path))


async def test_a_sitemap_may_be_longer_than_a_page(site, new_fetcher) -> None:
    fetcher = new_fetcher(max_bytes=1000, max_listing_bytes=2000)
    site.pages = {"/a": Reply(body="<" * 1500, content_type="text/xml"), "/b": Reply(body="<" * 2001)}
    assert len((await fetcher.fetch(get(site, expect=Expect.XML))).body) == 1500
    with pytest.raises(TooLarge, match="2,000"):
        await fetcher.fetch(get(site, "/b", expect=Expect.XML))


async def test_a_server_that_fails_once_is_asked_again_after_a_back_off(site, fetcher, time) -> None:
    site.pages = {"/a": failing_then("fine", Reply(status=500), Reply(status=502))}
    assert (await fetcher.fetch(get(site))).body == b"fine"
    assert site.hits["/a"] == 3
    assert [0.25 <= time.slept[0] <= 0.5, 0.5 <= time.slept[1] <= 1.0] == [True, True]


async def test_back_off_is_the_same_for_the_same_seed(site, new_fetcher, time) -> None:
    site.pages = {"/a": Reply(status=500)}
    for _ in range(2):
        with pytest.raises(Busy):
            await new_fetcher().fetch(get(site))
    assert time.slept[:2] == time.slept[2:4]


async def test_after_the_last_attempt_the_failure_is_raised(site, new_fetcher) -> None:
    site.pages = {"/a": Reply(status=503)}
    with pytest.raises(Busy, match="503"):
        await new_fetcher(attempts=2).fetch(get(site))
    assert site.hits["/a"] == 2


async def test_a_short_retry_after_is_waited_out(site, fetcher, time) -> None:
    site.pages = {"/a": failing_then("fine", Reply(status=429, headers=(("Retry-After", "3"),)))}
    assert (await fetcher.fetch(get(site))).body == b"fine"
    assert sum(time.slept) >= 3.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("600", 600.0),
        ("999999999999", 3600.0),
        ("9" * 5000, 3600.0),
        ("Fri, 31 Dec 2999 23:59:59 GMT", 3600.0),
        ("Mon, 23 Nov 2026 12:10:00 GMT", 600.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
    ],
)
async def test_a_retry_after_is_reported_capped_or_left_to_the_default(value: str, seconds: float | None, site) -> None:
    site.pages = {"/a": Reply(status=503, headers=(("Retry-After", value),))}
    policy = FetchPolicy(local_addresses=frozenset({site.authority}), respect_robots=False, attempts=1)
    async with Fetcher(policy, pace=Pace(), now=lambda: datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) as fetcher:
        with pytest.raises(Busy) as error:
            await fetcher.fetch(get(site))
    assert error.value.retry_after == seconds


async def test_what_a_host_was_asked_and_how_it_bore_it_is_counted(site, fetcher, new_fetcher) -> None:
    site.pages = {
        "/a": failing_then("fine", Reply(status=429, headers=(("Retry-After", "3"),))),
        "/b": Reply(status=500),
    }
    await fetcher.fetch(get(site))
    with pytest.raises(Busy):
        await fetcher.fetch(get(site, "/b"))
    told = fetcher.tallies.as_json()
    host = site.authority.removeprefix("http://")
    assert list(told) == [host]
    assert told[host]["requests"] == sum(site.hits.values())
    assert told[host]["busy"] == 1
    assert told[host]["errors"] == site.hits["/b"]
    assert told[host]["waited"] >= 3.0
    refusing = new_fetcher(local_addresses=frozenset())
    with pytest.raises(Refused):
        await refusing.fetch(get(site))
    assert refusing.tallies.as_json() == {}  # our own guard's no is no request


async def test_a_host_that_asks_for_time_is_left_alone_by_every_page(site, fetcher) -> None:
    site.pages = {"/a": Reply(status=429, headers=(("Retry-After", "600"),)), "/b": "b"}
    for path in ("/a", "/b"):
        with pytest.raises(Busy) as error:
            await fetcher.fetch(get(site, path))
    assert error.value.reason == "host_on_hold"
    assert error.value.retry_after == 600.0
    assert site.hits["/b"] == 0


async def test_an_interface_that_asks_for_time_is_left_alone_and_its_pages_are_not(site, fetcher) -> None:
    site.pages = {"/api": Reply(status=429, headers=(("Retry-After", "600"),)), "/a": "a"}
    for _ in range(2):
        with pytest.raises(Busy) as error:
            await fetcher.fetch(replace(get(site, "/api"), aside=True))
    assert (error.value.reason, site.hits["/api"]) == ("host_on_hold", 1)
    assert (await fetcher.fetch(get(site, "/a"))).body == b"a"


async def test_a_host_that_fails_fetch_after_fetch_is_left_alone_for_a_while(site, new_fetcher, time) -> None:
    site.pages = {"/a": slow(), "/b": "b"}
    fetcher = new_fetcher(total_deadline_s=0.5, breaker_failures=2, breaker_hold_s=60)
    for _ in range(2):
        with pytest.raises(DeadlineExceeded):
            await fetcher.fetch(get(site))
    with pytest.raises(Busy, match="left alone"):
        await fetcher.fetch(get(site, "/b"))
    time.now += 61
    assert (await fetcher.fetch(get(site, "/b"))).body == b"b"


@pytest.mark.parametrize(
    "page",
    [slow(), Reply(body="<p>", pause_s=60), Reply(wire=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>", pause_s=60)],
)
async def test_the_deadline_spans_the_whole_exchange(page: Reply, site, new_fetcher) -> None:
    site.pages = {"/a": page}
    with pytest.raises(DeadlineExceeded):
        await asyncio.wait_for(new_fetcher(total_deadline_s=0.3).fetch(get(site)), 30)
    assert site.hits["/a"] <= 1  # on a busy machine the deadline may be over before the request is out


async def test_the_deadline_spans_redirects_together(site, new_fetcher) -> None:
    site.pages = lambda request: Reply(
        status=302, pause_s=0.1, headers=(("Location", f"/x{int('0' + request.path[2:]) + 1}"),)
    )
    fetcher = new_fetcher(total_deadline_s=0.25, max_redirects=50)
    # the fake clock does not move while the server pauses, so the budget is taken from a real one
    fetcher._clock = asyncio.get_running_loop().time
    with pytest.raises(DeadlineExceeded):
        await fetcher.fetch(get(site, "/x0"))
    assert len(site.requests) <= 4


@pytest.mark.parametrize(
    "page",
    [
        Reply(body="<p>cut short", close_after=5),
        Reply(body="<p>cut short", close_after=5, chunked=True),
        Reply(hang_up=True),
        Reply(body=b"\x1f\x8b\x08\0\0\0\0\0\0\3cut", headers=(("Content-Encoding", "gzip"),)),
    ],
)
async def test_a_cut_answer_is_tried_again_and_never_taken_for_a_page(page: Reply, site, new_fetcher) -> None:
    site.pages = {"/a": page, "/b": failing_then("whole", page)}
    with pytest.raises(Truncated):
        await new_fetcher(attempts=1).fetch(get(site))
    assert (await new_fetcher().fetch(get(site, "/b"))).body == b"whole"


@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>and more",
        b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>+",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<p>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n<p>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 103 Hints\r\nLink: </a.css>\r\n\r\n" * 2000 + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\n<",
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
        b"<!doctype html><p>HTTP/0.9",
        b"\x16\x03\x01 not http\r\n\r\n",
    ],
)
async def test_what_is_not_proper_http_is_a_bad_answer_and_is_not_tried_again(wire: bytes, site, fetcher) -> None:
    site.pages = {"/a": Reply(wire=wire)}
    with pytest.raises(BadAnswer):
        await fetcher.fetch(get(site))
    assert site.hits["/a"] == 1


async def test_early_hints_before_a_proper_answer_do_no_harm(site, fetcher) -> None:
    hints = b"HTTP/1.1 103 Hints\r\nLink: </a.css>\r\n\r\n" * 3
    site.pages = {
        "/a": Reply(wire=hints + b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>")
    }
    assert (await fetcher.fetch(get(site))).body == b"<p>"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, Gone), (410, Gone), (401, BadAnswer), (403, BadAnswer), (451, Gone), (204, NotAPage), (300, BadAnswer)],
)
async def test_a_status_says_what_becomes_of_the_page(status: int, kind: type[FetchError], site, fetcher) -> None:
    site.pages = {"/a": Reply(status=status, body="")}
    with pytest.raises(kind, match=str(status)):
        await fetcher.fetch(get(site))
    assert site.hits["/a"] == 1


@pytest.mark.parametrize(
    ("page", "sort"),
    [
        (Reply(body=b"%PDF-1.7", content_type="application/pdf"), "pdf"),
        (Reply(body="{}", content_type="application/json"), "json"),
        (Reply(body=b"\x89PNG\r\n\x1a\n1234", content_type="text/html"), "PNG"),
        (Reply(body="no markup", content_type=None), "markup"),
    ],
)
async def test_what_is_not_html_is_skipped_with_its_type(page: Reply, sort: str, site, fetcher) -> None:
    site.pages = {"/a": page}
    with pytest.raises(NotAPage, match=sort):
        await fetcher.fetch(get(site))


async def test_a_page_without_a_type_is_taken_if_it_looks_like_one(site, fetcher) -> None:
    site.pages = {"/a": Reply(body="<p>a", content_type=None)}
    assert (await fetcher.fetch(get(site))).body == b"<p>a"


async def test_a_feed_may_have_any_text_type_but_not_an_image_s(site, fetcher) -> None:
    site.pages = {"/a": Reply(body="<rss/>", content_type="text/plain"), "/b": Reply(content_type="image/png")}
    assert (await fetcher.fetch(get(site, expect=Expect.XML))).body == b"<rss/>"
    with pytest.raises(NotAPage):
        await fetcher.fetch(get(site, "/b", expect=Expect.XML))


async def test_redirects_are_followed_and_listed(site, fetcher) -> None:
    site.pages = {"/a": redirect("b", 301), "/b": redirect(site.url("/c#top"), 308), "/c": "there"}
    result = await fetcher.fetch(get(site))
    assert (result.body, result.final_url) == (b"there", site.url("/c"))
    assert result.redirects == (site.url("/a"), site.url("/b"))
    assert result.url == site.url("/a")


async def test_redirects_that_go_round_or_on_and_on_are_given_up(site, fetcher) -> None:
    site.pages = {"/a": redirect("/b"), "/b": redirect("/a")}
    with pytest.raises(RedirectLoop):
        await fetcher.fetch(get(site))
    site.pages = lambda request: redirect(f"{request.path}x")
    with pytest.raises(RedirectLoop, match="6 redirects"):
        await fetcher.fetch(get(site, "/chain"))
    assert site.hits["/chainxxxxx"] == 1
    assert site.hits["/chainxxxxxx"] == 0


@pytest.mark.parametrize(
    "to", ["http://10.0.0.1/", "file:///etc/passwd", "//169.254.169.254/", "http://127.0.0.1:1/", "http://2130706433/"]
)
async def test_every_hop_of_a_redirect_is_judged_anew(to: str, site, fetcher) -> None:
    site.pages = {"/a": redirect(to)}
    with pytest.raises(Refused, match="redirected from"):
        await fetcher.fetch(get(site))


async def test_the_connection_goes_to_the_address_that_was_judged_however_the_name_changes(site, new_fetcher) -> None:
    """DNS rebinding: the first answer is harmless, every later one is not."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    name = f"site.example:{site.port}"
    site.pages = {"/a": "a", "/b": Reply(body="b", headers=(("Connection", "close"),))}
    fetcher = new_fetcher(resolve=resolve, local_addresses=frozenset({name}))
    result = await fetcher.fetch(FetchRequest(url=f"http://{name}/a"))
    assert (result.body, result.ip) == (b"a", "127.0.0.1")
    assert site.requests[0].headers["host"] == name
    assert asked == ["site.example"]  # asked once for the connection, not once to judge and once to connect
    await fetcher.fetch(FetchRequest(url=f"http://{name}/b"))  # same connection; the server closes it
    with pytest.raises(Refused, match=r"169\.254\.169\.254"):
        await fetcher.fetch(FetchRequest(url=f"http://{name}/a"))


async def test_a_dead_port_is_unreachable(site, new_fetcher) -> None:
    url = site.url("/a")
    fetcher = new_fetcher()
    site.stop()
    with pytest.raises(Unreachable) as error:
        await fetcher.fetch(FetchRequest(url=url))
    assert error.value.url == url


async def test_no_proxy_of_the_environment_is_used(site, new_fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    site.pages = {"/a": "a"}
    assert (await new_fetcher().fetch(get(site))).body == b"a"


async def test_a_host_is_not_asked_by_more_tasks_at_once_than_it_is_allowed(site, new_fetcher) -> None:
    site.pages = lambda request: Reply(body="a", pause_s=0.1)
    fetcher = new_fetcher(max_connections=3)
    await asyncio.gather(*(fetcher.fetch(get(site, f"/{n}")) for n in range(12)))
    assert site.most_at_once == 3


async def test_a_cancelled_fetch_leaves_the_fetcher_usable(site, new_fetcher) -> None:
    site.pages = {"/a": Reply(body="a", pause_s=30), "/b": "b"}
    fetcher = new_fetcher(max_connections=1)
    task = asyncio.create_task(fetcher.fetch(get(site)))
    async with asyncio.timeout(30):
        while not site.hits["/a"]:  # noqa: ASYNC110 (the server lives in another thread)
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await fetcher.fetch(get(site, "/b"))).body == b"b"


async def test_control_characters_of_an_address_never_reach_a_message(fetcher) -> None:
    with pytest.raises(Refused) as error:
        await fetcher.fetch(FetchRequest(url="http://x.example/\r\n2030-01-01 INFO admin logged in\x1b[2J"))
    assert "\n" not in str(error.value)
    assert "\x1b" not in str(error.value)


async def test_a_dead_address_leaves_time_for_the_next(site, new_fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.255.255.1", "127.0.0.1"]

    name = f"site.example:{site.port}"
    site.pages = {"/a": "a"}
    fetcher = new_fetcher(resolve=resolve, local_addresses=frozenset({name}), connect_s=1.0)
    backend = httpcore.AnyIOBackend.connect_tcp

    async def connect(self, host: str, *rest):
        if host != "127.0.0.1":
            await asyncio.Event().wait()  # packets to this one vanish
        return await backend(self, host, *rest)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    result = await fetcher.fetch(FetchRequest(url=f"http://{name}/a"))
    assert (result.body, result.ip) == (b"a", "127.0.0.1")


async def test_the_final_address_is_written_as_it_was_asked_without_its_fragment(site, fetcher) -> None:
    site.pages = lambda request: "a"
    result = await fetcher.fetch(get(site, "/é?q=à#top"))
    assert result.final_url == site.url("/%C3%A9?q=%C3%A0")
    assert site.requests[0].path == "/%C3%A9?q=%C3%A0"


async def test_a_configured_proxy_is_the_only_host_connected_to(site, new_fetcher) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host} is the proxy's to resolve")

    site.pages = {"http://site.example/a": "by proxy"}
    fetcher = new_fetcher(proxy=f"http://anna:s3cr3t@{site.authority}", resolve=resolve, pace_s=0.0)
    assert (await fetcher.fetch(FetchRequest(url="http://site.example/a"))).body == b"by proxy"
    assert site.requests[0].headers["proxy-authorization"].startswith("Basic ")
    with pytest.raises(Refused):
        await fetcher.fetch(FetchRequest(url="http://10.0.0.1/a"))
    assert len(site.requests) == 1
