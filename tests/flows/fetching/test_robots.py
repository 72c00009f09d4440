"""robots.txt as RFC 9309 says."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

import pytest

from flows.fetching.errors import Busy, Refused
from flows.fetching.policy import FetchRequest
from flows.fetching.robots import MAX_ROBOTS_BYTES, RobotsRules, parsed_robots, product_token
from flows.fetching.robots_text import parse
from tests.servers import Reply, redirect

TEXT = "text/plain"


def rules(text: bytes) -> RobotsRules:
    return RobotsRules("https://example.org/robots.txt", parsed_robots(text, "Tamis"), expires=0)


def test_a_disallowed_path_is_not_allowed_and_the_others_are() -> None:
    assert not rules(b"User-agent: *\nDisallow: /private\n").allow("https://example.org/private/a")
    assert rules(b"User-agent: *\nDisallow: /private\n").allow("https://example.org/public")


def test_rules_for_us_go_before_rules_for_everybody() -> None:
    found = rules(b"User-agent: tamis\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n")
    assert found.allow("https://example.org/b")
    assert not found.allow("https://example.org/a")


@pytest.mark.parametrize(
    ("delay", "seconds"), [("2", 2.0), ("1000000000", 30.0), ("nan", 0.0), ("-3", 0.0), ("x", 0.0)]
)
def test_a_crawl_delay_is_honoured_but_capped(delay: str, seconds: float) -> None:
    assert rules(f"User-agent: *\nCrawl-delay: {delay}\n".encode()).crawl_delay(30.0) == seconds


def test_what_follows_the_first_500_kib_is_left_out() -> None:
    head = b"User-agent: *\nDisallow: /private\n"
    found = rules(head + b"#" * MAX_ROBOTS_BYTES + b"\nDisallow: /late\n")
    assert not found.allow("https://example.org/private")
    assert found.allow("https://example.org/late")


def test_a_byte_order_mark_and_old_line_ends_are_read() -> None:
    assert not rules(b"\xef\xbb\xbfUser-agent: *\rDisallow: /secret\r\0\0\xff\xfe").allow("https://example.org/secret")


def test_sitemaps_are_listed_once() -> None:
    text = b"Sitemap: https://example.org/s.xml\nsitemap: https://example.org/s.xml\nSitemap: /t.xml\n"
    assert rules(text).sitemaps == ("https://example.org/s.xml", "/t.xml")


@pytest.mark.parametrize(("agent", "token"), [("Tamis/1.0 (+https://x)", "Tamis"), ("bot", "bot"), ("", "*")])
def test_the_product_token_is_what_robots_files_call_us(agent: str, token: str) -> None:
    assert product_token(agent) == token


async def test_pages_are_fetched_as_far_as_robots_txt_lets_us_and_it_is_asked_for_once(site, new_fetcher) -> None:
    site.pages = {"/robots.txt": Reply(body="User-agent: *\nDisallow: /no", content_type=TEXT), "/a": "a", "/no": "no"}
    fetcher = new_fetcher(respect_robots=True)
    for _ in range(3):
        await fetcher.fetch(FetchRequest(url=site.url("/a")))
        with pytest.raises(Refused, match="stay away") as error:
            await fetcher.fetch(FetchRequest(url=site.url("/no")))
    assert error.value.reason == "robots"
    assert (site.hits["/robots.txt"], site.hits["/no"]) == (1, 0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_4xx_means_that_there_are_no_rules(status: int, site, new_fetcher) -> None:
    site.pages = {"/robots.txt": Reply(status=status, body="no"), "/a": "a"}
    assert (await new_fetcher(respect_robots=True).fetch(FetchRequest(url=site.url("/a")))).body == b"a"


@pytest.mark.parametrize(
    "answer",
    [Reply(status=500), Reply(status=503), Reply(status=429), Reply(hang_up=True), Reply(wire=b"nonsense\r\n\r\n")],
)
async def test_without_an_answer_nothing_may_be_fetched_for_now(answer: Reply, site, new_fetcher) -> None:
    site.pages = {"/robots.txt": answer, "/a": "a"}
    fetcher = new_fetcher(respect_robots=True, attempts=1)
    for _ in range(2):
        with pytest.raises(Busy) as error:
            await fetcher.fetch(FetchRequest(url=site.url("/a")))
    assert error.value.reason == "robots_unreachable"
    assert error.value.retry_after > 0
    assert (site.hits["/robots.txt"], site.hits["/a"]) == (1, 0)


async def test_robots_txt_is_asked_for_again_when_it_has_expired(site, new_fetcher, time) -> None:
    site.pages = {"/robots.txt": Reply(status=500), "/a": "a"}
    fetcher = new_fetcher(respect_robots=True, attempts=1)
    with pytest.raises(Busy):
        await fetcher.fetch(FetchRequest(url=site.url("/a")))
    site.pages = {"/robots.txt": Reply(body="", content_type=TEXT), "/a": "a"}
    time.now += 301
    await fetcher.fetch(FetchRequest(url=site.url("/a")))
    time.now += 86_401
    await fetcher.fetch(FetchRequest(url=site.url("/a")))
    assert site.hits["/robots.txt"] == 3


async def test_redirects_of_robots_txt_are_followed_and_a_loop_means_no_rules(site, new_fetcher) -> None:
    site.pages = {
        "/robots.txt": redirect("/real.txt"),
        "/real.txt": Reply(body="User-agent: *\nDisallow: /no", content_type=TEXT),
        "/no": "no",
    }
    with pytest.raises(Refused):
        await new_fetcher(respect_robots=True).fetch(FetchRequest(url=site.url("/no")))
    site.pages = {"/robots.txt": redirect("/robots.txt"), "/no": "no"}
    assert (await new_fetcher(respect_robots=True).fetch(FetchRequest(url=site.url("/no")))).body == b"no"


async def test_an_endless_robots_txt_is_read_to_its_limit_only(site, new_fetcher) -> None:
    body = b"User-agent: *\nDisallow: /no\n" + b"#\n" * (2 << 20)
    site.pages = {"/robots.txt": Reply(body=body, content_type=TEXT, chunked=True), "/a": "a"}
    assert (await new_fetcher(respect_robots=True).fetch(FetchRequest(url=site.url("/a")))).body == b"a"


async def test_every_hop_of_a_redirect_asks_robots_txt_again(site, new_fetcher) -> None:
    site.pages = {
        "/robots.txt": Reply(body="User-agent: *\nDisallow: /no", content_type=TEXT),
        "/a": redirect("/no"),
        "/no": "no",
    }
    with pytest.raises(Refused):
        await new_fetcher(respect_robots=True).fetch(FetchRequest(url=site.url("/a")))
    assert site.hits["/no"] == 0


def robots_cases() -> list[tuple[str, str, str, bool]]:
    """Name, file, path, whether it is allowed: from robots_cases.txt, one for each path."""
    found = []
    for line in (Path(__file__).parent / "robots_cases.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, text, *verdicts = [part.strip() for part in line.split(" |")]
        text = text.replace(" / ", "\n").replace("\\s", " ").replace("\\n", "\n")
        for verdict in verdicts:
            sign, *paths = verdict.split()
            found += [(name, text, path, sign == "+") for path in paths]
    return found


@pytest.mark.parametrize(("name", "text", "path", "allowed"), robots_cases())
def test_rfc_9309_is_read_as_written(name: str, text: str, path: str, allowed: bool) -> None:
    assert rules(text.encode()).allow("https://example.org" + path) is allowed


def test_there_are_as_many_cases_as_the_figure_says() -> None:
    assert len(robots_cases()) >= 245


def pieces_of_work(text: str) -> int:
    """Lines of Python run while a file is parsed and asked: what grows with it whatever else the machine does."""
    count = 0

    def step(frame: FrameType, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return step

    sys.settrace(step)  # type: ignore[arg-type]
    try:
        found = parse(text, "Tamis")
        found.can_fetch("https://example.org/" + "a/" * 50)
    finally:
        sys.settrace(None)
    return count


def test_a_file_of_many_names_and_many_rules_costs_its_size_and_not_their_product() -> None:
    def bomb(size: int) -> str:
        names = "".join(f"User-agent: bot{number}\n" for number in range(size))
        return names + "User-agent: *\n" + "".join(f"Disallow: /{number}*x*\n" for number in range(size))

    assert pieces_of_work(bomb(2_000)) < 15 * pieces_of_work(bomb(200))


def test_the_file_of_many_names_and_rules_holds_no_more_than_our_rules() -> None:
    found = parse("".join(f"User-agent: b{n}\n" for n in range(20_000)) + "Disallow: /a\n" * 20_000, "Tamis")
    assert found.rules == ()
