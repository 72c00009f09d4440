"""Replay from the archive, judge again, learn from editors: all without the network."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from flows.commands.running import run_sites
from flows.runs.remoderate import Move, remoderate, train, untrain
from flows.runs.replay import replay
from flows.settings import Settings
from flows.settings_file import build
from moderation.verdict import Action
from storage.desk.decisions import decide
from storage.desk.review_queue import QueueFilter, review_queue
from storage.opening import open_database
from tests.servers import SiteServer

pytestmark = pytest.mark.integration

PARAGRAPH = "Le relieur choisit le cuir, coud les cahiers et dore les tranches ; il restaure aussi les livres anciens. "


def page(number: int) -> str:
    spam = f"Cheap pills here http://pills-{number}.example best price viagra cialis"
    comments = "".join(
        f'<li class="comment" id="comment-{number}{n}"><div class="comment-body"><div class="comment-author vcard">'
        f'<cite class="fn">{author}</cite></div><p>{body}</p></div></li>'
        for n, (author, body) in enumerate([("Samuel", "Merci, très belle fiche !"), ("cheap pills", spam)])
    )
    return (
        f'<html lang="fr"><head><title>Relieur {number}</title></head><body><article><h1>Relieur {number}</h1>'
        f"<p>{PARAGRAPH * 3}</p><h2>Mission</h2><p>{PARAGRAPH * 2}</p></article>"
        f'<div id="comments"><h3>2 commentaires</h3><ol class="commentlist">{comments}</ol></div></body></html>'
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A site of three pages that was crawled once; the site is gone by now."""
    with SiteServer({f"/{n}": page(n) for n in range(3)}) as server:
        urls = [server.url(f"/{n}") for n in range(3)]
        data: dict[str, Any] = {
            "jobs": 1,
            "moderation": {"lean": True},
            "sites": {"press": {"urls": urls, "local": True, "pace": 0}},
        }
        made = build(data, base=tmp_path, environment={})
        assert run_sites(made, None, direct=True, show=False)[0].counts["new_comments"] == 6
    return made


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as db:
        return db.execute(sql).fetchall()


def test_replaying_the_same_extractor_changes_nothing(settings: Settings) -> None:
    before = rows(settings, "SELECT * FROM articles ORDER BY id")
    report = replay(settings, None)[0]
    assert (report.pages, report.changed, report.unreadable) == (3, 0, ())
    assert rows(settings, "SELECT title, text, version FROM articles ORDER BY id") == [
        (row["title"], row["text"], row["version"])
        for row in (dict(zip(columns(settings, "articles"), values, strict=True)) for values in before)
    ]


def columns(settings: Settings, table: str) -> list[str]:
    return [row[1] for row in rows(settings, f"PRAGMA table_info({table})")]


def test_a_dry_replay_of_a_thread_in_pages_finds_nothing_where_nothing_changed(tmp_path: Path) -> None:
    def said(number: int) -> str:
        return (
            f'<li class="comment" id="comment-{number}"><div class="comment-body"><div class="comment-author vcard">'
            f'<cite class="fn">Lecteur {number}</cite></div><p>Merci pour la fiche, question {number} !</p></div></li>'
        )

    def thread(server: SiteServer, numbers: range, further: str) -> str:
        listed = "".join(said(number) for number in numbers)
        return (
            f'<html lang="fr"><head><title>Relieur</title><link rel="canonical" href="{server.url("/relieur/")}"></head>'
            f"<body><article><h1>Relieur</h1><p>{PARAGRAPH * 3}</p></article><div id='comments'><h3>8 commentaires</h3>"
            f'<ol class="commentlist">{listed}</ol>{further}</div></body></html>'
        )

    with SiteServer({}) as server:
        older = f'<a class="next" rel="next" href="{server.url("/relieur/comment-page-2/")}">Plus anciens</a>'
        server.pages["/relieur/"] = thread(server, range(1, 5), older)
        server.pages["/relieur/comment-page-2/"] = thread(server, range(5, 9), "")
        urls = [server.url("/relieur/"), server.url("/relieur/comment-page-2/")]
        data = {
            "jobs": 1,
            "moderation": {"lean": True},
            "sites": {"press": {"urls": urls, "local": True, "pace": 0}},
        }
        made = build(data, base=tmp_path, environment={})
        assert run_sites(made, None, direct=True, show=False)[0].counts["new_comments"] == 8
    report = replay(made, None, diff=True, dry_run=True)[0]
    assert (report.pages, report.changed, report.changes) == (2, 0, ())


def test_a_dry_replay_shows_the_difference_and_writes_nothing(settings: Settings) -> None:
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as db:
        db.execute(
            "UPDATE articles SET title = 'as an old extractor read it', content_key = '' WHERE title = 'Relieur 1'"
        )
    report = replay(settings, None, diff=True, dry_run=True)[0]
    assert [(change.field, change.before, change.after) for change in report.changes] == [
        ("title", "as an old extractor read it", "Relieur 1")
    ]
    assert rows(settings, "SELECT count(*) FROM articles WHERE title LIKE 'as an old%'") == [(1,)]
    assert replay(settings, None)[0].changed == 1
    assert rows(settings, "SELECT count(*) FROM articles WHERE title LIKE 'as an old%'") == [(0,)]


def test_a_damaged_archive_is_told_and_loses_nothing(settings: Settings) -> None:
    for file in settings.archive_folder.rglob("*.warc.gz"):
        file.write_bytes(file.read_bytes()[:200])
    report = replay(settings, None)[0]
    assert len(report.unreadable) == 3
    assert report.exit_code == 3
    assert rows(settings, "SELECT count(*) FROM articles") == [(3,)]


def test_a_new_rule_moves_comments_and_an_editors_decision_holds(settings: Settings) -> None:
    with open_database(settings.database_url) as db:
        item = review_queue(db, QueueFilter(), limit=1).items[0]
        from flows.clock import utc_now

        decide(db, item.comment_id, "marie", Action.REJECT, "spam", item.version, utc_now(), "key-0001")
    ruled = settings.model_copy(
        update={"moderation": settings.moderation.model_copy(update={"allow_words": ("pills",)})}
    )
    report = remoderate(ruled, None, diff=True)[0]
    assert report.moves == {Move(Action.REVIEW, Action.PUBLISH): 3}
    assert sum(change.decided == "reject" for change in report.changes) == 1
    assert rows(settings, "SELECT action, count(*) FROM reviews GROUP BY 1 ORDER BY 1") == [
        ("publish", 5),
        ("reject", 1),
    ]


def test_a_few_decisions_are_learned_but_do_not_act_yet(settings: Settings) -> None:
    with open_database(settings.database_url) as db:
        from flows.clock import utc_now

        for number, item in enumerate(review_queue(db, QueueFilter(), limit=2).items):
            decide(db, item.comment_id, "marie", Action.REJECT, "spam", item.version, utc_now(), f"key-{number:04}")
    trained = train(settings, None, "shell:test")[0]
    assert (trained.decisions, trained.spam, trained.acts, trained.kept) == (2, 2, False, True)
    assert not train(settings, None, "shell:test")[0].kept
    assert remoderate(settings, None)[0].changed == 0
    assert "back from" in untrain(settings, None, "shell:test")[0]
