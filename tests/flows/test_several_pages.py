"""A magazine whose articles and threads go on over several pages, crawled as a stranger would."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from flows.commands.running import run_sites
from flows.runs.replay import replay
from flows.settings import Settings
from flows.settings_file import build
from tests.servers import SiteServer

pytestmark = pytest.mark.integration

SENTENCE = "Le relieur plie les cahiers, les presse une nuit entière puis les coud un à un sur les ficelles tendues"
NAMES = ("Anna", "Bruno", "Chloé", "David", "Émile", "Fanny", "Gérard", "Hélène", "Igor")


def prose(name: str) -> str:
    return "".join(f"<p>{SENTENCE}, {name} {number}: la colle attend sur le feu doux.</p>" for number in range(6))


def page(title: str, body: str, head: str = "") -> str:
    return f"<html lang='fr'><head><title>{title} - Revue</title>{head}</head><body>{body}</body></html>"


def part(number: int, last: int) -> str:
    """One page of an article; its pager names them all, as WordPress's does."""
    links = "".join(
        f" <span>{n}</span>" if n == number else f" <a href='/le-relieur/{f'{n}/' if n > 1 else ''}'>{n}</a>"
        for n in range(1, last + 1)
    )
    said = thread([1, 2, 3], "")
    body = (
        f"<article><h1>Le relieur</h1>{prose(f'page {number}')}<div class='page-links'>Pages :{links}</div></article>"
    )
    return page("Le relieur", body + said)


def comment(number: int) -> str:
    return (
        f"<li class='comment' id='comment-{number}'><cite class='fn'>{NAMES[number - 1]}</cite> <span class='date'>"
        f"{number} mars 2024 à 10 h {number + 10}</span><p>Merci pour ce billet, question numéro {number}.</p></li>"
    )


def thread(numbers: list[int], pager: str) -> str:
    listed = "".join(map(comment, numbers))
    return f"<div id='comments'><h3>Commentaires</h3><ol class='commentlist'>{listed}</ol>{pager}</div>"


def of_thread(server: SiteServer, numbers: list[int], newer: str | None, older: str | None) -> str:
    """The article with one page of its thread, the newest first, which names its neighbours by no number."""
    links = "".join(f"<a href='{to}'>{text}</a> " for to, text in ((newer, "Newer"), (older, "Older")) if to)
    canonical = f"<link rel='canonical' href='{server.url('/le-moulin/')}'>"
    body = f"<article><h1>Le moulin</h1>{prose('le moulin')}</article>"
    return page("Le moulin", body + thread(numbers, f"<div class='comments-nav'>{links}</div>"), canonical)


def crawled(tmp_path: Path, server: SiteServer, urls: list[str], **site: Any) -> Settings:
    table = {"urls": [server.url(url) for url in urls], "local": True, "pace": 0, "discover": False, **site}
    made = build({"jobs": 1, "moderation": {"lean": True}, "sites": {"revue": table}}, base=tmp_path, environment={})
    report = run_sites(made, None, direct=True, show=False)[0]
    assert report.failure is None
    return made


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as db:
        return db.execute(sql).fetchall()


def test_an_article_in_three_pages_is_loaded_whole_in_one_run_and_stays_so(tmp_path: Path) -> None:
    with SiteServer({}) as server:
        for number in (1, 2, 3):
            server.pages[f"/le-relieur/{f'{number}/' if number > 1 else ''}"] = part(number, 3)
        made = crawled(tmp_path, server, ["/le-relieur/"], follow_links=True)
        found = rows(made, "SELECT url, text, version FROM articles WHERE gone_at IS NULL")
        again = run_sites(made, None, direct=True, show=False, full=True)[0]
    assert len(found) == 1
    assert [found[0][1].count(f"page {number} ") for number in (1, 2, 3)] == [6, 6, 6]
    assert rows(made, "SELECT url, text, version FROM articles WHERE gone_at IS NULL") == found
    assert (again.counts["changed_articles"], again.counts.get("second_look", 0)) == (0, 0)
    assert rows(made, "SELECT count(*) FROM comments WHERE removed_at IS NULL") == [(3,)]
    assert rows(made, "SELECT kind, count(*) FROM pages GROUP BY kind ORDER BY kind") == [
        ("article", 1),
        ("comments", 2),
    ]
    assert replay(made, None)[0].changed == 0
    assert replay(made, None, diff=True, dry_run=True)[0].changes == ()


def test_a_thread_without_numbers_is_walked_both_ways_from_its_middle(tmp_path: Path) -> None:
    with SiteServer({}) as server:
        newest, middle, oldest = "/le-moulin/", "/le-moulin/?avant=7", "/le-moulin/?avant=4"
        server.pages[newest] = of_thread(server, [9, 8, 7], None, middle)
        server.pages[middle] = of_thread(server, [6, 5, 4], newest, oldest)
        server.pages[oldest] = of_thread(server, [3, 2, 1], middle, None)
        made = crawled(tmp_path, server, [middle], follow_links=True)
    assert rows(made, "SELECT canonical_url, page_id IS NOT NULL FROM articles WHERE gone_at IS NULL") == [
        (server.url("/le-moulin/"), 1)
    ]
    assert rows(made, "SELECT count(*), count(DISTINCT author) FROM comments WHERE removed_at IS NULL") == [(9, 9)]
