"""Nights on a site that says itself what is new: three requests, and every page in its turn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flows.fetching.feed_news import MOST_ENTRIES, ReadFeed, read_feeds
from flows.fetching.policy import FetchPolicy, FetchRequest
from flows.fetching.wordpress_news import news_of
from flows.settings_file import build
from tests.nightly_site import night
from tests.press import article, comment, rows
from tests.servers import Reply, Request, SiteServer

pytestmark = pytest.mark.integration

API = "https://mag.example/wp-json/"
LONG_AGO = datetime.now(UTC) - timedelta(days=400)
STORIES = 14  # two in turn each night


@pytest.fixture(autouse=True)
def no_least_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.crawl.leaving_alone.IN_TURN_LEAST", 0)


class WordPress:
    """Stories with a comment each; WordPress sends no entity tags, and names its API in each answer."""

    def __init__(self, server: SiteServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.comments = {number: [(10 * number + 1, "Samuel", "Merci pour cette fiche.")] for number in range(STORIES)}
        self.modified = dict.fromkeys(range(STORIES), LONG_AGO)
        self.listed = set(range(STORIES))
        self.faulty = False
        self.has_api = True
        self.root = server.url("")
        server.pages = self.answer

    def asked(self, number: float, outcome: str = "good", **more: Any) -> list[str]:
        """The paths that a night asks for, pages in order after the others; the night ended so."""
        before = len(self.server.requests)
        site = {"sitemaps": [self.root + "/sitemap.xml"], "local": True, "pace": 0, "concurrency": 1, **more}
        data = {"jobs": 1, "sites": {"press": site}, "moderation": {"lean": True}, "fetch": {"attempts": 1}}
        report = night(build(data, base=self.folder, environment={}), number)
        assert (report.failure, report.outcome) == (None, outcome)
        paths = [urlsplit(request.path).path for request in self.server.requests[before:]]
        return [*(path for path in paths if path not in pages_in(paths)), *pages_in(paths)]

    def answer(self, request: Request) -> Reply | None:
        parts = urlsplit(request.path)
        if parts.path == "/robots.txt":
            return Reply(body="User-agent: *\nAllow: /\n", content_type="text/plain")
        if parts.path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{self.root}{path(number)}</loc></url>" for number in self.comments)
            return Reply(body=f"<urlset>{urls}</urlset>", content_type="application/xml")
        if parts.path.startswith("/wp-json/"):
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            found = "no JSON" if self.faulty else json.dumps(self.listing(parts.path.rsplit("/", 1)[1], asked))
            return Reply(body=found, content_type="application/json")
        if parts.path.endswith("/feed"):
            body = self.comments_feed() if parts.path == "/comments/feed" else self.feed()
            return Reply(body=body, content_type="application/rss+xml", etag=f'"{hash(body)}"')
        if not parts.path.startswith("/fiche-"):
            return None
        number = int(parts.path.removeprefix("/fiche-"))
        html = article(number, "".join(comment(*one) for one in self.comments[number]))
        html = html.replace("<body>", f'<body class="single postid-{number}">')
        link = ("Link", f'<{self.root}/wp-json/>; rel="https://api.w.org/"')
        if self.has_api:
            return Reply(body=html, headers=(link,))
        feeds = "".join(
            f'<link rel="alternate" type="application/rss+xml" href="{name}">'
            for name in ("/feed", "/comments/feed", f"{path(number)}/feed")
        )
        day = f'<meta property="article:published_time" content="{self.day(number):%Y-%m-%d}">'
        return Reply(body=html.replace("<head>", f"<head>{feeds}{day}"))

    def day(self, number: int) -> datetime:
        return LONG_AGO + timedelta(days=number)

    def feed(self) -> str:
        """The ten newest stories."""
        newest = sorted(self.listed, reverse=True)[:10]
        return rss((path(number), max(self.day(number), self.modified[number])) for number in newest)

    def comments_feed(self) -> str:
        """The ten newest comments."""
        said = sorted(((one[0], post) for post, thread in self.comments.items() for one in thread), reverse=True)
        day = datetime(2014, 3, 3, tzinfo=UTC)
        return rss((f"{path(post)}#comment-{number}", day) for number, post in said[:10])

    def listing(self, what: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        assert asked["per_page"] == "100"
        if what == "comments":
            said = sorted(((one[0], post) for post, thread in self.comments.items() for one in thread), reverse=True)
            return [{"id": number, "post": post} for number, post in said[:100]]
        posts = [
            {"id": n, "link": self.root + path(n), "modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}"}
            for n, at in sorted(self.modified.items())
            if n in self.listed
        ]
        first = 100 * (int(asked["page"]) - 1)
        return posts[first : first + 100]


def rss(entries: Iterable[tuple[str, datetime]]) -> str:
    items = "".join(
        f"<item><link>{address}</link><pubDate>{format_datetime(at)}</pubDate></item>" for address, at in entries
    )
    return f'<rss version="2.0"><channel>{items}</channel></rss>'


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WordPress]:
    with SiteServer({}) as server:
        yield WordPress(server, tmp_path)


def path(number: int) -> str:
    return f"/fiche-{number:02}"


def pages_in(paths: list[str]) -> list[str]:
    return sorted(path for path in paths if path.startswith("/fiche-"))


EVERY = [path(number) for number in range(STORIES)]
NEWS = ["/robots.txt", "/wp-json/wp/v2/posts", "/wp-json/wp/v2/comments"]


def test_an_unchanged_night_is_three_requests_and_the_pages_in_turn(site: WordPress) -> None:
    assert pages_in(site.asked(0)) == EVERY
    assert site.asked(1) == [*NEWS, *EVERY[:2]]
    assert site.asked(2) == [*NEWS, *EVERY[2:4]]
    assert site.asked(6) == [*NEWS, *EVERY[4:12]]  # nobody came for three nights


def test_every_page_has_had_its_turn_after_a_week_and_the_site_is_searched_for_others(site: WordPress) -> None:
    site.asked(0)
    nights = [site.asked(number) for number in range(1, 8)]
    assert [pages_in(paths) for paths in nights] == [EVERY[n : n + 2] for n in range(0, STORIES, 2)]
    assert ["/sitemap.xml" in paths for paths in nights] == 6 * [False] + [True]


def test_a_short_night_brings_new_comments_new_posts_and_changed_ones(site: WordPress) -> None:
    site.asked(0)
    site.comments[7].append((79, "Zoé", "Et la formation ?"))  # written long ago, approved today
    site.comments[STORIES] = [(1401, "Ana", "Enfin !")]
    site.modified[STORIES] = LONG_AGO  # it was scheduled: its last change is older than its first day
    site.listed.add(STORIES)
    site.modified[9] = datetime.now(UTC) + timedelta(hours=20)
    assert site.asked(1) == [*NEWS, *EVERY[:2], path(7), path(9), path(STORIES)]
    assert rows(site.folder, "SELECT count(*) FROM comments") == [(STORIES + 2,)]
    assert rows(site.folder, "SELECT count(*) FROM articles") == [(STORIES + 1,)]


def test_what_the_site_does_not_say_is_found_when_it_is_the_pages_turn(site: WordPress) -> None:
    site.asked(0)
    site.comments[3] = [(31, "Samuel", "Merci, corrigé par un modérateur.")]
    bodies = "SELECT count(*) FROM comments WHERE body LIKE '%modérateur.'"
    found = []
    for number in (1, 2):
        site.asked(number)
        found += rows(site.folder, bodies)
    assert found == [(0,), (1,)]


def test_a_night_on_which_a_page_breaks_is_whole_and_judges_the_site(site: WordPress) -> None:
    site.asked(0)
    site.comments = {number: [] for number in site.comments}  # its theme shows none, and its API still has them
    said = {number: [(10 * number + 1, "Samuel", "")] for number in site.comments}
    listing = site.listing
    site.listing = lambda what, asked: (  # type: ignore[method-assign]
        [{"id": one[0], "post": post} for post, thread in said.items() for one in thread]
        if what == "comments"
        else listing(what, asked)
    )
    assert pages_in(site.asked(1, outcome="degraded")) == EVERY
    assert rows(site.folder, "SELECT count(*) FROM comments WHERE removed_at IS NULL") == [(STORIES,)]


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
    unreliable: str, more: dict[str, Any], site: WordPress
) -> None:
    site.listed = {0} if "not the API's" in unreliable else site.listed
    site.faulty = "nonsense" in unreliable
    site.asked(0, **more)
    assert pages_in(site.asked(1, **more)) == EVERY


def test_a_night_is_whole_as_soon_as_the_news_cannot_be_relied_on_any_more(site: WordPress) -> None:
    site.asked(0)
    assert pages_in(site.asked(1)) == EVERY[:2]
    site.faulty = True
    assert pages_in(site.asked(2)) == EVERY


def test_more_new_comments_than_are_listed_make_a_night_whole(site: WordPress) -> None:
    site.asked(0)
    site.comments[1] += [(1000 + n, f"Lecteur {n}", f"Question {n} ?") for n in range(100)]
    assert pages_in(site.asked(1)) == EVERY


def test_a_night_after_a_change_of_the_settings_is_whole(site: WordPress) -> None:
    site.asked(0)
    assert pages_in(site.asked(1, include=["fiche"])) == EVERY
    assert site.asked(2, include=["fiche"])[:3] == NEWS


def test_a_clock_that_ran_ahead_puts_no_page_off(site: WordPress) -> None:
    site.asked(300)
    assert pages_in(site.asked(1)) == EVERY


FEEDS = ["/robots.txt", "/feed", "/comments/feed"]


@pytest.fixture
def fed(site: WordPress) -> WordPress:
    """A site with feeds and without an API."""
    site.has_api = False
    return site


def test_a_site_with_feeds_has_short_nights_too_and_its_feeds_are_asked_for_under_their_tags(fed: WordPress) -> None:
    assert pages_in(fed.asked(0)) == EVERY
    assert fed.asked(1) == [*FEEDS, *EVERY[:2]]
    assert fed.asked(2) == [*FEEDS, *EVERY[2:4]]
    tags = [request.headers.get("if-none-match") for request in fed.server.requests if request.path in FEEDS[1:]]
    assert [tag is not None for tag in tags] == [False, False, True, True]
    assert rows(fed.folder, "SELECT count(*) FROM learned WHERE kind = 'news_feeds'") == [(1,)]


def test_what_the_feeds_name_is_visited_and_what_they_do_not_in_its_turn(fed: WordPress) -> None:
    fed.asked(0)
    tomorrow = datetime.now(UTC) + timedelta(hours=20)
    fed.comments[7].append((128, "Zoé", "Et la formation ?"))
    fed.comments[3].append((39, "Tom", "Et pour moi ?"))  # it waited for its approval: ten others are newer
    fed.comments[8].append((999, "Ana", "Quel salaire ?"))
    fed.listed.add(STORIES)
    fed.comments[STORIES] = []
    fed.modified |= {STORIES: tomorrow, 9: tomorrow}
    assert pages_in(fed.asked(1)) == [*EVERY[:2], path(7), path(8), path(9), path(STORIES)]
    assert rows(fed.folder, "SELECT count(*) FROM comments") == [(STORIES + 2,)]
    assert path(3) in fed.asked(2)
    assert rows(fed.folder, "SELECT count(*) FROM comments") == [(STORIES + 3,)]


def a_category(site: WordPress) -> None:
    site.listed = {0, 1, 2}


def more_stories_than_it_names(site: WordPress) -> None:
    for number in range(STORIES, STORIES + 7):
        site.comments[number], site.modified[number] = [], LONG_AGO
        site.listed.add(number)


def more_comments_than_it_names(site: WordPress) -> None:
    site.comments[1] += [(1000 + n, f"Lecteur {n}", f"Question {n} ?") for n in range(7)]


def no_comments(site: WordPress) -> None:
    site.comments_feed = lambda: rss(())  # type: ignore[method-assign]


@pytest.mark.parametrize("change", [a_category, more_stories_than_it_names, more_comments_than_it_names, no_comments])
def test_a_night_is_whole_where_the_feeds_may_leave_something_out(
    change: Callable[[WordPress], None], fed: WordPress
) -> None:
    fed.asked(0)
    change(fed)
    assert set(EVERY) <= set(fed.asked(1))


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


class OneFeed:
    """A fetcher for which a feed is as given."""

    policy = FetchPolicy()

    def __init__(self, body: str) -> None:
        self.body = body

    async def fetch(self, request: FetchRequest) -> Any:
        return SimpleNamespace(
            body=self.body.encode(), final_url=request.url, etag=None, last_modified=None, not_modified=False
        )

    def now(self) -> datetime:
        return datetime.now(UTC)


def test_entries_that_may_not_be_fetched_and_endless_ones_are_left_out_of_a_feed() -> None:
    links = [
        "https://mag.example/1#c1",
        "ftp://mag.example/2",
        "http://127.0.0.1/3",
        "https://mag.example/4#" + 5000 * "4",
    ]
    links += [f"https://mag.example/{n}" for n in range(5, 2 * MOST_ENTRIES)]
    fetcher: Any = OneFeed(rss((link, LONG_AGO) for link in links))
    (feed,) = asyncio.run(read_feeds(fetcher, [ReadFeed(url="https://mag.example/feed")]))
    assert [address for address, _ in feed.entries[:2]] == [links[0], links[4]]
    assert len(feed.entries) < MOST_ENTRIES
    assert ReadFeed.from_json(json.loads(json.dumps(feed.as_json()))) == feed


def test_a_feed_that_cannot_be_read_whole_is_none() -> None:
    fetcher: Any = OneFeed("<html><body>Just a moment</body></html>")
    assert asyncio.run(read_feeds(fetcher, [ReadFeed(url="https://mag.example/feed")])) == ()
