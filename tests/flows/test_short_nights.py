"""Nights on a WordPress site that says itself what is new: three requests, and whole visits in turns."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flows.fetching.policy import FetchPolicy, FetchRequest
from flows.fetching.wordpress_news import news_of
from flows.settings import Settings
from flows.settings_file import build
from tests.nightly_site import night
from tests.press import article, comment, rows
from tests.servers import Reply, Request, SiteServer

pytestmark = pytest.mark.integration

API = "https://mag.example/wp-json/"
LONG_AGO = datetime.now(UTC) - timedelta(days=400)
STORIES = 4


class WordPress:
    """Stories with a comment each; WordPress sends no entity tags, and names its API in each answer."""

    def __init__(self) -> None:
        self.comments = {number: [(10 * number + 1, "Samuel", "Merci pour cette fiche.")] for number in range(STORIES)}
        self.modified = dict.fromkeys(range(STORIES), LONG_AGO)
        self.listed = set(range(STORIES))
        self.faulty = False

    def serve(self, server: SiteServer) -> None:
        self.root = server.url("")
        server.pages = self.answer

    def answer(self, request: Request) -> Reply | None:
        parts = urlsplit(request.path)
        if parts.path == "/robots.txt":
            return Reply(body="User-agent: *\nAllow: /\n", content_type="text/plain")
        if parts.path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{self.root}/fiche-{number}</loc></url>" for number in self.comments)
            return Reply(body=f"<urlset>{urls}</urlset>", content_type="application/xml")
        if parts.path.startswith("/wp-json/"):
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            found = "no JSON" if self.faulty else json.dumps(self.listing(parts.path.rsplit("/", 1)[1], asked))
            return Reply(body=found, content_type="application/json")
        number = int(parts.path.removeprefix("/fiche-"))
        html = article(number, "".join(comment(*one) for one in self.comments[number]))
        link = ("Link", f'<{self.root}/wp-json/>; rel="https://api.w.org/"')
        return Reply(body=html.replace("<body>", f'<body class="single postid-{number}">'), headers=(link,))

    def listing(self, what: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        assert asked["per_page"] == "100"
        if what == "comments":
            said = sorted(((one[0], post) for post, thread in self.comments.items() for one in thread), reverse=True)
            return [{"id": number, "post": post} for number, post in said[:100]]
        posts = [
            {"id": n, "link": f"{self.root}/fiche-{n}", "modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}"}
            for n, at in sorted(self.modified.items())
            if n in self.listed
        ]
        first = 100 * (int(asked["page"]) - 1)
        return posts[first : first + 100]


def settings_of(server: SiteServer, folder: Path, **more: Any) -> Settings:
    site = {"sitemaps": [server.url("/sitemap.xml")], "local": True, "pace": 0, **more}
    data = {"jobs": 1, "sites": {"press": site}, "moderation": {"lean": True}, "fetch": {"attempts": 1}}
    return build(data, base=folder, environment={})


def asked(server: SiteServer, settings: Settings, number: float) -> list[str]:
    """The paths that a night asks for, after which it ended well."""
    before = len(server.requests)
    report = night(settings, number)
    assert (report.failure, report.outcome) == (None, "good")
    return [urlsplit(request.path).path for request in server.requests[before:]]


def pages_in(paths: list[str]) -> list[str]:
    return sorted(path for path in paths if path.startswith("/fiche-"))


EVERY = [f"/fiche-{number}" for number in range(STORIES)]
NEWS = ["/robots.txt", "/wp-json/wp/v2/posts", "/wp-json/wp/v2/comments"]


def test_an_unchanged_night_is_three_requests_and_every_seventh_is_whole(tmp_path: Path) -> None:
    site = WordPress()
    with SiteServer({}) as server:
        site.serve(server)
        settings = settings_of(server, tmp_path)
        assert pages_in(asked(server, settings, 0)) == EVERY
        assert [asked(server, settings, number) for number in (1, 2, 6)] == [NEWS, NEWS, NEWS]
        assert pages_in(asked(server, settings, 7)) == EVERY
        assert asked(server, settings, 8) == NEWS


def test_a_short_night_brings_new_comments_new_posts_and_changed_ones(tmp_path: Path) -> None:
    site = WordPress()
    with SiteServer({}) as server:
        site.serve(server)
        settings = settings_of(server, tmp_path)
        asked(server, settings, 0)
        site.comments[2].append((29, "Zoé", "Et la formation ?"))  # written long ago, approved today
        site.comments[STORIES] = [(41, "Ana", "Enfin !")]
        site.modified[STORIES] = LONG_AGO  # it was scheduled: its last change is older than its first day
        site.listed.add(STORIES)
        site.modified[0] = datetime.now(UTC) + timedelta(hours=20)
        assert sorted(asked(server, settings, 1)) == sorted([*NEWS, "/fiche-0", "/fiche-2", f"/fiche-{STORIES}"])
        assert rows(tmp_path, "SELECT count(*) FROM comments") == [(STORIES + 2,)]
        assert rows(tmp_path, "SELECT count(*) FROM articles") == [(STORIES + 1,)]


@pytest.mark.parametrize(
    ("unreliable", "more"),
    [
        ("its articles are not the API's posts", {}),
        ("the API answers nonsense", {}),
        ("it is switched off", {"short_nights": False}),
        ("every page is to be looked at in each run", {"recheck_hours": 0}),
    ],
)
def test_a_night_is_whole_where_the_news_cannot_be_relied_on(
    unreliable: str, more: dict[str, Any], tmp_path: Path
) -> None:
    site = WordPress()
    site.listed = {0} if "not the API's" in unreliable else site.listed
    site.faulty = "nonsense" in unreliable
    with SiteServer({}) as server:
        site.serve(server)
        settings = settings_of(server, tmp_path, **more)
        asked(server, settings, 0)
        assert pages_in(asked(server, settings, 1)) == EVERY


def test_more_new_comments_than_are_listed_make_a_night_whole(tmp_path: Path) -> None:
    site = WordPress()
    with SiteServer({}) as server:
        site.serve(server)
        settings = settings_of(server, tmp_path)
        asked(server, settings, 0)
        site.comments[1] += [(1000 + n, f"Lecteur {n}", f"Question {n} ?") for n in range(100)]
        assert pages_in(asked(server, settings, 1)) == EVERY


def test_a_night_after_a_change_of_the_settings_is_whole(tmp_path: Path) -> None:
    site = WordPress()
    with SiteServer({}) as server:
        site.serve(server)
        asked(server, settings_of(server, tmp_path), 0)
        changed = settings_of(server, tmp_path, include=["fiche"])
        assert pages_in(asked(server, changed, 1)) == EVERY
        assert asked(server, changed, 2) == NEWS


def test_a_clock_that_ran_ahead_puts_no_page_off(tmp_path: Path) -> None:
    site = WordPress()
    with SiteServer({}) as server:
        site.serve(server)
        settings = settings_of(server, tmp_path)
        asked(server, settings, 300)
        assert pages_in(asked(server, settings, 1)) == EVERY


class Answers:
    """A fetcher for which a site lists as many posts, and says an error where WordPress does."""

    policy = FetchPolicy()

    def __init__(self, posts: list[dict[str, Any]]) -> None:
        self.posts = posts

    async def fetch(self, request: FetchRequest) -> Any:
        asked = parse_qs(urlsplit(request.url).query)
        if "/comments" in request.url:
            return SimpleNamespace(body=b"[]", header=lambda name: None)
        first = 100 * (int(asked["page"][0]) - 1)
        listed: Any = self.posts[first : first + 100] or {"code": "rest_post_invalid_page_number"}
        lists = str(-(-len(self.posts) // 100))
        return SimpleNamespace(body=json.dumps(listed).encode(), header={"x-wp-totalpages": lists}.get)


def post(number: int, link: str) -> dict[str, Any]:
    return {"id": number, "link": link, "modified_gmt": "2026-01-02T03:04:05"}


def test_a_site_of_whole_hundreds_of_posts_is_not_asked_for_one_list_more() -> None:
    news = asyncio.run(news_of(Answers([post(n, f"https://mag.example/{n}") for n in range(200)]), API))  # type: ignore[arg-type]
    assert news is not None
    assert len(news.posts) == 200


def test_addresses_that_may_not_be_fetched_are_no_posts() -> None:
    links = [
        "https://mag.example/1",
        "ftp://mag.example/2",
        "https://other.example/3",
        "https://mag.example/" + 5000 * "4",
    ]
    news = asyncio.run(news_of(Answers([post(n, link) for n, link in enumerate(links)]), API))  # type: ignore[arg-type]
    assert news is not None
    assert [one.url for one in news.posts] == ["https://mag.example/1"]
