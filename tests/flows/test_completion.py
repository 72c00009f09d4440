"""Pages that show fewer comments than they claim, on a loopback WordPress: completed, compared, or left as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.runs.site_run import RunReport
from storage.crawl.warc import warc_records
from tests.press import PARAGRAPH, comment, rows, run, site_of
from tests.servers import Page, Reply, Request, SiteServer

pytestmark = pytest.mark.integration

SHOWN = ((11, "Odile", "Merci pour cette fiche."), (12, "Samuel", "Quelle école choisir ?"))
HIDDEN = (
    (13, 12, "Noémie", "<p>L'école <a href='http://school.example/'>Estienne</a>, par exemple.</p>"),
    (14, 0, "Karim", "<p>Je confirme.</p><script>alert(1)</script>"),
)


def article_page(claimed: int = 4, head: str = '<link rel="https://api.w.org/" href="/wp-json/">') -> str:
    shown = "".join(comment(*one) for one in SHOWN)
    return (
        f'<!doctype html><html lang="fr"><head><title>Relieur</title>{head}</head><body class="single postid-41">'
        f"<article><h1>Relieur</h1><p>{PARAGRAPH * 2}</p></article>"
        f'<div id="comments"><h3>{claimed} commentaires</h3><ol class="commentlist">{shown}</ol></div></body></html>'
    )


def api_entry(number: int, parent: int, author: str, body: str) -> dict[str, Any]:
    return {
        "id": number,
        "post": 41,
        "parent": parent,
        "author_name": author,
        "author_url": "",
        "date": "2014-03-04T09:30:12",
        "content": {"rendered": body},
        "status": "approved",
        "type": "comment",
    }


ENTRIES = [api_entry(number, 0, author, f"<p>{body}</p>") for number, author, body in SHOWN] + [
    api_entry(*one) for one in HIDDEN
]


def answer(request: Request) -> Reply:
    """WordPress's own way: pages of per_page comments, how many there are in a header."""
    asked = dict(pair.split("=") for pair in request.path.partition("?")[2].split("&"))
    size, page = int(asked["per_page"]), int(asked["page"])
    return Reply(
        body=json.dumps(ENTRIES[size * (page - 1) : size * page]),
        content_type="application/json; charset=UTF-8",
        headers=(("X-WP-Total", str(len(ENTRIES))),),
    )


API = "/wp-json/wp/v2/comments"


def night(tmp_path: Path, pages: dict[str, Page], **keys: Any) -> tuple[RunReport, SiteServer]:
    pages = {"/relieur/": article_page(), **pages}
    with SiteServer(pages) as server:
        settings = site_of(server, tmp_path, urls=[server.url("/relieur/")], follow_links=False, **keys)
        return run(settings), server


def stored(tmp_path: Path) -> list[tuple[Any, ...]]:
    return rows(
        tmp_path,
        "SELECT c.site_comment_id, c.author, c.body, p.site_comment_id FROM comments c"
        " LEFT JOIN comments p ON p.id = c.parent_id ORDER BY c.position",
    )


WHOLE = [
    ("comment-11", "Odile", "Merci pour cette fiche.", None),
    ("comment-12", "Samuel", "Quelle école choisir ?", None),
    ("comment-13", "Noémie", "L'école Estienne, par exemple.", "comment-12"),
    ("comment-14", "Karim", "Je confirme.", None),
]


def test_it_is_off_unless_it_is_asked_for(tmp_path: Path) -> None:
    report, server = night(tmp_path, {API: answer})
    assert stored(tmp_path) == WHOLE[:2]
    assert server.hits[API] == 0
    assert report.warnings == ()


def test_the_comments_that_a_page_lacks_come_from_the_api_and_are_judged_and_archived(tmp_path: Path) -> None:
    report, server = night(tmp_path, {API: answer}, complete_comments=True)
    assert report.failure is None
    assert report.warnings == ()
    assert report.counts["completed_comments"] == 2
    assert server.hits[API] == 1
    assert stored(tmp_path) == WHOLE
    assert rows(tmp_path, "SELECT count(*) FROM verdicts") == [(4,)]
    assert rows(tmp_path, "SELECT platform, comments_found, shortfall FROM articles") == [("wordpress+api", 4, None)]
    kept = [one.url for file in (tmp_path / "archive").rglob("*.warc.gz") for one in warc_records(file)]
    assert [url.partition("?")[0] for url in kept] == [server.url("/relieur/"), server.url(API)]


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    with SiteServer({"/relieur/": article_page(), API: answer}) as server:
        keys = {"urls": [server.url("/relieur/")], "follow_links": False, "complete_comments": True}
        run(site_of(server, tmp_path, **keys))
        report = run(site_of(server, tmp_path, **keys), full=True)
    assert stored(tmp_path) == WHOLE
    assert [report.counts.get(name, 0) for name in ("new_comments", "changed_comments", "removed_comments")] == [
        0,
        0,
        0,
    ]


def test_a_night_without_completion_removes_nothing(tmp_path: Path) -> None:
    pages: dict[str, Page] = {"/relieur/": article_page(), API: answer}
    with SiteServer(pages) as server:
        keys = {"urls": [server.url("/relieur/")], "follow_links": False, "complete_comments": True}
        run(site_of(server, tmp_path, **keys))
        pages[API] = Reply(status=500, body="oops")
        pages["/relieur/"] = article_page(claimed=5)
        report = run(site_of(server, tmp_path, **keys))
    assert report.failure is None
    assert "could not be completed" in report.warnings[0]
    assert rows(tmp_path, "SELECT count(*) FROM comments WHERE removed_at IS NULL AND missing_since IS NULL") == [(4,)]


def feed_of(*numbers: int) -> Reply:
    items = "".join(
        f"<item><link>http://x.example/relieur/#comment-{number}</link><title>Par : {author}</title>"
        f"<pubDate>Tue, 04 Mar 2014 08:30:12 +0000</pubDate><description><![CDATA[{body}]]></description></item>"
        for number, _, author, body in HIDDEN
        if number in numbers
    )
    return Reply(body=f'<rss version="2.0"><channel>{items}</channel></rss>', content_type="application/rss+xml")


def test_where_the_api_is_closed_the_feed_is_asked(tmp_path: Path) -> None:
    closed = Reply(status=401, body='{"code":"rest_forbidden"}', content_type="application/json")
    report, server = night(tmp_path, {API: closed, "/relieur/feed/": feed_of(13, 14)}, complete_comments=True)
    assert report.counts["completed_comments"] == 2
    assert server.hits["/relieur/feed/"] == 1
    assert [row[:3] for row in stored(tmp_path)] == [row[:3] for row in WHOLE]
    assert rows(tmp_path, "SELECT platform FROM articles") == [("wordpress+feed",)]


def test_a_check_asks_once_and_only_reports_the_numbers(tmp_path: Path) -> None:
    report, server = night(tmp_path, {API: answer}, complete_comments="check")
    assert server.hits[API] == 1
    assert stored(tmp_path) == WHOLE[:2]
    assert report.counts["comments_elsewhere"] == 2
    assert "shows 2 comments, claims 4, and its site names 4" in report.warnings[0]
    assert report.exit_code == 0


def test_a_check_without_the_api_reads_the_feed(tmp_path: Path) -> None:
    report, _ = night(tmp_path, {API: Reply(status=404), "/relieur/feed/": feed_of(14)}, complete_comments="check")
    assert report.counts["comments_elsewhere"] == 1
    assert stored(tmp_path) == WHOLE[:2]


@pytest.mark.parametrize(
    "hostile",
    [
        Reply(body="[" * 200_000, content_type="application/json"),
        Reply(body='{"code": "nothing"}', content_type="application/json"),
        Reply(
            body=json.dumps([api_entry(n, n + 1, "x", "<div>" * 3_000) for n in range(50)]),
            content_type="application/json",
        ),
        Reply(body="[]", content_type="application/json", headers=(("X-WP-Total", "9" * 30),)),
        Reply(status=302, headers=(("Location", "http://169.254.169.254/latest/"),)),
        Reply(hang_up=True),
    ],
    ids="deep object nested lying away silent".split(),
)
def test_a_hostile_answer_costs_the_completion_and_not_the_page(tmp_path: Path, hostile: Reply) -> None:
    report, server = night(tmp_path, {API: hostile}, complete_comments=True)
    assert report.failure is None
    assert report.exit_code == 0
    assert stored(tmp_path) == WHOLE[:2]
    assert server.hits[API] <= 5


def test_no_more_is_asked_than_the_site_allows(tmp_path: Path) -> None:
    def endless(request: Request) -> Reply:
        return Reply(body="[]", content_type="application/json", headers=(("X-WP-Total", "100000"),))

    _, server = night(tmp_path, {API: endless}, complete_comments=True, complete_requests=3)
    assert server.hits[API] == 3


def test_robots_txt_holds_for_the_api_too(tmp_path: Path) -> None:
    robots = Reply(body="User-agent: *\nDisallow: /wp-json/\n", content_type="text/plain")
    report, server = night(tmp_path, {API: answer, "/robots.txt": robots}, complete_comments=True)
    assert server.hits[API] == 0
    assert report.exit_code == 0
    assert report.warnings != ()


def test_a_page_that_shows_what_it_claims_is_not_completed(tmp_path: Path) -> None:
    _, server = night(tmp_path, {API: answer, "/relieur/": article_page(claimed=2)}, complete_comments=True)
    assert server.hits[API] == 0
