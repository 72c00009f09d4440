"""The whole road on a real loopback site: fetch, archive, extract, moderate, load, report; twice, and after a kill."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from flows.runs import nightly
from flows.runs.nightly import run_site
from flows.settings_file import build
from storage.database.engine import connect
from storage.database.errors import SchemaMissing
from storage.schema import upgrade
from tests.press import (
    article,
    comment,
    ended,
    found_in,
    rows,
    run,
    running,
    settings_file,
    site_of,
    small_site,
    tagged,
    wait_until,
)
from tests.servers import Reply, Request, SiteServer, failing_then, redirect

pytestmark = pytest.mark.integration


def test_a_site_is_fetched_judged_and_stored(tmp_path: Path, database_url: str) -> None:
    with SiteServer(small_site()) as server:
        report = run(site_of(server, tmp_path, database_url))
    assert report.failure is None
    assert report.counts["new_articles"] == 4
    assert report.counts["new_comments"] == 8
    assert report.counts["publish"] == 4
    assert report.counts["review"] == 4
    assert rows(database_url, "SELECT count(*) FROM articles WHERE title LIKE 'Fiche %'") == [(4,)]


def test_a_second_run_asks_only_whether_anything_changed_and_writes_nothing(tmp_path: Path, database_url: str) -> None:
    def contents() -> list[list[tuple[Any, ...]]]:
        tables = ("articles", "article_versions", "comments", "comment_versions", "verdicts", "sections")
        return [rows(database_url, f"SELECT * FROM {table} ORDER BY 1") for table in tables]

    with SiteServer(small_site()) as server:
        settings = site_of(server, tmp_path, database_url)
        run(settings)
        before, asked = contents(), len(server.requests)
        report = run(settings)
        # discovery follows the links of the start page again; every page asked for by the road is conditional
        again = [request for request in server.requests[asked:] if request.path.startswith("/fiche-")]
    assert [request for request in again if "if-none-match" not in request.headers] == []
    assert len(again) == 4
    assert report.counts["unchanged"] == 4
    assert contents() == before


def test_an_author_of_earlier_nights_is_known_tonight(tmp_path: Path, database_url: str) -> None:
    pages = small_site(1)
    with SiteServer(pages) as server:
        settings = site_of(server, tmp_path, database_url)
        run(settings)
        with connect(database_url) as db, db.write() as connection:  # as if that had been days ago
            connection.execute(text("UPDATE comments SET first_seen_at = '2026-01-01T00:00:00Z'"))
        author = rows(database_url, "SELECT author FROM comments WHERE author IS NOT NULL ORDER BY id")[0][0]
        later = comment(7, author, "Une autre question sur ce métier, si vous permettez.").replace("2014", "2015")
        pages["/fiche-0"] = tagged(article(0, later))
        run(settings, full=True)
    ((evidence,),) = rows(
        database_url,
        "SELECT v.evidence FROM verdicts v JOIN comments c ON c.id = v.comment_id WHERE c.body LIKE 'Une autre question%'",
    )
    assert "known-author" in str(evidence)


def test_a_run_looks_whether_the_senders_of_pingbacks_link_here(tmp_path: Path, database_url: str) -> None:
    with SiteServer({}) as server:

        def notice(number: int, path: str) -> str:
            named = f'<a href="{server.url(path)}" class="url">Un carnet de métiers</a>'
            body = f'<div class="comment-body">Pingback: {named} <p>[...] une fiche utile [...]</p></div>'
            return f'<li class="pingback" id="comment-{number}">{body}</li>'

        said = comment(1, "Samuel", "Merci pour cette fiche.")
        pages = small_site(1) | {
            "/fiche-0": tagged(article(0, said + notice(2, "/carnet") + notice(3, "/vide"))),
            "/carnet": f'<html><body><p>Lire <a href="{server.url("/fiche-0")}#comments">la fiche</a>.</p></body></html>',
            "/vide": "<html><body><p>Rien ici.</p></body></html>",
        }
        server.pages.update(pages)
        report = run(site_of(server, tmp_path, database_url, check_notices=True, exclude=["carnet", "vide"]))
        asked = len([request for request in server.requests if request.path in ("/carnet", "/vide")])
        run(site_of(server, tmp_path, database_url, check_notices=True, exclude=["carnet", "vide"]), full=True)
        again = len([request for request in server.requests if request.path in ("/carnet", "/vide")])
    assert report.counts["notices_looked_at"] == 2
    assert asked == again == 2
    found = rows(
        database_url,
        "SELECT c.author_url, n.links_back, v.evidence FROM notice_looks n JOIN comments c ON c.id = n.comment_id"
        " JOIN reviews r ON r.comment_id = c.id JOIN verdicts v ON v.id = r.verdict_id ORDER BY c.position",
    )
    assert [(url.rpartition("/")[2], bool(back)) for url, back, _ in found] == [("carnet", True), ("vide", False)]
    assert ["notice-links-back" in str(evidence) for _, _, evidence in found] == [True, True]


def test_what_changed_upstream_is_tracked_and_nothing_is_lost(tmp_path: Path, database_url: str) -> None:
    pages = small_site(1)
    with SiteServer(pages) as server:
        settings = site_of(server, tmp_path, database_url)
        run(settings)
        edited = comment(1, "Samuel", "Merci pour cette fiche, et pour les chiffres ajoutés.") + comment(
            3, "Noémie", "Quelle formation conseillez-vous ?"
        )
        pages["/fiche-0"] = tagged(article(0, edited))
        report = run(settings)
    assert report.counts["new_comments"] == 1
    assert report.counts["changed_comments"] == 1
    assert report.counts["removed_comments"] == 1
    assert rows(database_url, "SELECT count(*) FROM comments") == [(3,)]
    assert rows(database_url, "SELECT count(*) FROM comments WHERE removed_at IS NOT NULL") == [(1,)]


def test_bad_pages_are_set_aside_and_the_others_are_unharmed(tmp_path: Path, database_url: str) -> None:
    pages = small_site(2)
    links = "".join(f'<p><a href="/{name}">{name}</a></p>' for name in ("gone", "flaky", "picture", "empty", "fiche-0"))
    pages["/"] = tagged(article(99, extra=links))
    pages["/flaky"] = failing_then(article(7), Reply(status=500, body="oops"))
    pages["/picture"] = Reply(body=b"\x89PNG", content_type="image/png")
    pages["/empty"] = "<html><body></body></html>"
    with SiteServer(pages) as server:
        report = run(site_of(server, tmp_path, database_url))
    assert report.exit_code == 3
    assert {case.reason for case in report.quarantined} == {"not_a_page", "no_article"}
    assert report.counts["gone"] == 1
    assert report.counts["new_articles"] == 2
    assert rows(database_url, "SELECT count(*) FROM quarantine") == [(2,)]


def test_robots_txt_is_obeyed_and_said(tmp_path: Path) -> None:
    pages = small_site(3)
    pages["/robots.txt"] = Reply(body="User-agent: *\nDisallow: /fiche-1\n", content_type="text/plain")
    with SiteServer(pages) as server:
        report = run(site_of(server, tmp_path))
        assert server.hits["/fiche-1"] == 0
    assert report.counts["disallowed"] == 1
    assert report.exit_code == 0


def test_a_redirect_to_another_machine_is_not_followed(tmp_path: Path) -> None:
    pages = small_site(1)
    pages["/fiche-0"] = redirect("http://169.254.169.254/latest/meta-data/")
    with SiteServer(pages) as server:
        report = run(site_of(server, tmp_path))
    assert report.counts["failed"] == 1
    assert "169.254.169.254" in rows(tmp_path, "SELECT error FROM fetches WHERE outcome = 'failed'")[0][0]


def test_the_raw_page_can_be_read_back_from_the_archive(tmp_path: Path) -> None:
    from storage.crawl.archive import ArchiveRef, WarcArchive

    pages = small_site(1)
    with SiteServer(pages) as server:
        run(site_of(server, tmp_path))
        url = server.url("/fiche-0")
    file, offset = rows(
        tmp_path,
        "SELECT warc_file, warc_offset FROM fetches f JOIN pages p ON p.id = page_id WHERE url LIKE '%fiche-0'",
    )[0]
    with WarcArchive(tmp_path / "archive") as archive:
        kept = archive.read(ArchiveRef(file=file, offset=offset, length=0))
    assert kept.url == url
    assert kept.body.decode() == pages["/fiche-0"].body


def test_a_limit_leaves_the_rest_for_the_next_run(tmp_path: Path) -> None:
    with SiteServer(small_site(6)) as server:
        settings = site_of(server, tmp_path)
        assert run(settings, limit=2).counts["new_articles"] == 2
        assert run(settings).counts["new_articles"] == 4


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    with SiteServer(small_site(2)) as server:
        report = run(site_of(server, tmp_path), dry_run=True)
    assert len(report.planned) == 2
    assert rows(tmp_path, "SELECT count(*) FROM pages") == [(0,)]


def test_an_unreachable_site_fails_with_one_sentence(tmp_path: Path) -> None:
    settings = build(
        {"jobs": 1, "sites": {"press": {"sitemaps": ["http://127.0.0.1:9/sitemap.xml"], "local": True}}},
        base=tmp_path,
        environment={"TAMIS_FETCH__ATTEMPTS": "1"},
    )
    report = run(settings)
    assert report.exit_code == 1
    assert report.failure is not None
    assert "http://127.0.0.1:9/sitemap.xml" in report.failure


def test_an_empty_sitemap_fails_with_one_sentence(tmp_path: Path) -> None:
    empty = Reply(body='<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', content_type="application/xml")
    with SiteServer({"/sitemap.xml": empty}) as server:
        report = run(site_of(server, tmp_path, urls=[], sitemaps=[server.url("/sitemap.xml")]))
    assert report.exit_code == 1
    assert "sitemap" in (report.failure or "")


def test_a_locked_database_fails_the_run_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.engine.LOCK_WAIT_SECONDS", 0.2)
    with SiteServer(small_site(1)) as server:
        settings = site_of(server, tmp_path)
        upgrade(settings.database_url)
        blocker = sqlite3.connect(tmp_path / "tamis.sqlite", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(Exception, match="locked"):
                run(settings)
        finally:
            blocker.close()


def test_a_database_of_nobody_is_refused_with_the_command_that_makes_it(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "tamis.sqlite").execute("CREATE TABLE x (y)").connection.close()
    settings = build({"sites": {"a": {"urls": ["http://127.0.0.1:9/"], "local": True}}}, base=tmp_path, environment={})
    with pytest.raises(SchemaMissing, match="tamis db upgrade"):
        asyncio.run(run_site(settings, settings.site("a")))


def test_a_killed_run_is_finished_by_the_next_one_nothing_lost_nothing_twice(tmp_path: Path, database_url: str) -> None:
    with SiteServer(small_site(40)) as server:
        run(site_of(server, tmp_path))
        config = settings_file(tmp_path / "killed", server, database_url)
        seen = len(server.requests)
        with running(config) as child:
            wait_until(lambda: len(server.requests) > seen + 20 or child.poll() is not None)
            assert child.poll() is None, "the run was over before it could be killed"
            os.killpg(child.pid, signal.SIGKILL)
        with running(config) as child:
            assert ended(child)["failure"] is None
    assert len(rows(database_url, "SELECT id FROM articles")) == 40
    assert found_in(database_url) == found_in(tmp_path)


def test_a_database_lost_in_mid_run_fails_with_one_sentence_and_the_next_run_finishes(
    tmp_path: Path, postgresql_server: str
) -> None:
    name = f"tamis_test_{secrets.token_hex(4)}"
    outside(postgresql_server, f"CREATE DATABASE {name}")
    url = make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    try:
        with SiteServer(small_site(40)) as server:
            run(site_of(server, tmp_path))
            config = settings_file(tmp_path / "lost", server, url)
            seen = len(server.requests)
            with running(config) as child:
                wait_until(lambda: len(server.requests) > seen + 20 or child.poll() is not None)
                outside(postgresql_server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
                kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                outside(postgresql_server, kill)
                report = ended(child)
            assert child.returncode == 1
            assert "the next run goes on" in report["failure"]
            assert len(report["failure"].splitlines()) == 1
            outside(postgresql_server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            with running(config) as child:
                assert ended(child)["failure"] is None
        assert found_in(url) == found_in(tmp_path)
    finally:
        outside(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def outside(url: str, statement: str) -> None:
    """Runs a statement that cannot be part of a transaction."""
    with connect(url) as db, db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))


def test_two_workers_at_one_frontier_fetch_each_page_once(tmp_path: Path, database_url: str) -> None:
    calm = small_site(40)
    pages = dict(calm)
    with SiteServer(pages) as server:
        run(site_of(server, tmp_path))

        def together(request: Request) -> Reply:
            """Neither begins before the other has come, nor runs ahead before the other has work too."""
            now = server.requests[before:]
            here = {r.headers["user-agent"] for r in now}
            at_work = {r.headers["user-agent"] for r in now if r.path.startswith("/fiche-")}
            waits = not {"one", "two"} <= (at_work if request.path.startswith("/fiche-") else here)
            page: Reply = calm[request.path]
            return replace(page, pause_s=8 if waits else 0)

        before = len(server.requests)
        pages.update(dict.fromkeys(calm, together))
        config = settings_file(tmp_path / "both", server, database_url)
        with (
            running(config, TAMIS_FETCH__USER_AGENT="one") as one,
            running(config, TAMIS_FETCH__USER_AGENT="two") as two,
        ):
            reports = [ended(one), ended(two)]
        asked = [(r.headers["user-agent"], r.path) for r in server.requests[before:] if r.path.startswith("/fiche-")]
    assert [report["failure"] for report in reports] == [None, None]
    assert sorted(path for _, path in asked) == sorted(f"/fiche-{n}" for n in range(40))
    assert {worker for worker, _ in asked} == {"one", "two"}
    assert found_in(database_url) == found_in(tmp_path)
    # what was learned of the site had the pages read again, and their comments are still known as a campaign
    held = "SELECT evidence FROM reviews JOIN verdicts ON verdicts.id = verdict_id"
    for where in (database_url, tmp_path):
        assert sum("many-alike" in str(evidence) for (evidence,) in rows(where, held)) == 40
    assert rows(database_url, "SELECT count(*) FROM articles") == rows(tmp_path, "SELECT count(*) FROM articles")


def test_a_campaign_over_several_pages_is_judged_as_one(tmp_path: Path) -> None:
    openings = ("Bonjour à tous", "Bonsoir à tous", "Salut à toutes et à tous")
    pages: dict[str, Any] = {}
    for n, opening in enumerate(openings * 2):
        pitch = (
            f"{opening}, je cherchais depuis des mois un crédit que ma banque me refusait toujours, et une dame très "
            "sérieuse me l'a accordé en deux jours sans aucun papier ; écrivez-lui de ma part, elle aide tout le monde."
        )
        pages[f"/{n}"] = tagged(article(n, comment(10 * n + 1, "Marie", pitch)))
    with SiteServer(pages) as server:
        report = run(site_of(server, tmp_path, urls=[server.url(f"/{n}") for n in range(6)], follow_links=False))
    assert rows(tmp_path, "SELECT size FROM campaigns") == [(6,)]
    assert rows(tmp_path, "SELECT count(*) FROM reviews WHERE labels LIKE '% duplicate %'") == [(6,)]
    assert report.counts["publish"] + report.counts.get("review", 0) == 6


def test_a_run_judges_the_campaigns_that_a_killed_one_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pitch = (
        "je cherchais depuis des mois un crédit que ma banque me refusait toujours, et une dame très sérieuse me l'a "
        "accordé en deux jours sans aucun papier ; écrivez-lui de ma part, elle aide tout le monde."
    )
    pages: dict[str, Any] = {
        f"/{n}": tagged(article(n, comment(10 * n + 1, "Marie", f"{opening}, {pitch}")))
        for n, opening in enumerate(("Bonjour à tous", "Bonsoir à tous", "Salut à toutes et à tous") * 2)
    }

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    labelled = "SELECT count(*) FROM reviews WHERE labels LIKE '% duplicate %'"
    with SiteServer(pages) as server:
        settings = site_of(server, tmp_path, urls=[server.url(f"/{n}") for n in range(6)], follow_links=False)
        with monkeypatch.context() as patch:
            patch.setattr(nightly, "judge_again", killed)  # campaigns are found by then, but not judged yet
            with pytest.raises(KeyboardInterrupt):
                run(settings)
        assert rows(tmp_path, "SELECT size FROM campaigns") == [(6,)]
        assert rows(tmp_path, labelled) == [(0,)]
        run(settings)  # nothing is new on the site
    assert rows(tmp_path, labelled) == [(6,)]
