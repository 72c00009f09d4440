"""What a page is, set right by people: patterns in tamis.toml, `tamis pages set`; over runs and replays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.errors import SettingsError
from flows.runs.replay import replay
from flows.settings import Settings
from flows.settings_file import build
from tests.press import rows, run, settings_file, site_of, small_site
from tests.servers import SiteServer

pytestmark = pytest.mark.integration

KINDS = "SELECT kind, kind_by FROM pages WHERE url LIKE '%fiche-{}'"


def kind_of(where: Path | str, number: int) -> tuple[Any, ...]:
    return rows(where, KINDS.format(number))[0]


def counts(where: Path | str) -> list[int]:
    tables = ("articles", "comments", "reviews", "sections")
    return [int(rows(where, f"SELECT count(*) FROM {table}")[0][0]) for table in tables]


def with_keys(settings: Settings, **keys: Any) -> Settings:
    return settings.model_copy(update={"sites": (settings.sites[0].model_copy(update=keys),)})


def test_a_pattern_of_lists_keeps_an_article_out_and_says_who_said_so(tmp_path: Path) -> None:
    with SiteServer(small_site(3)) as server:
        report = run(site_of(server, tmp_path, lists=["fiche-1$"]))
    assert report.counts["new_articles"] == 2
    assert kind_of(tmp_path, 1) == ("list", "settings")
    assert kind_of(tmp_path, 0) == ("article", None)
    because = rows(tmp_path, "SELECT kind_because FROM pages WHERE url LIKE '%fiche-1'")[0][0]
    assert "fiche-1$" in because


def test_a_pattern_of_articles_overrules_what_a_page_looks_like(tmp_path: Path) -> None:
    pages = small_site(1)
    pages["/fiche-0"] = pages["/fiche-0"].body.replace("<body>", '<body class="archive category">')
    with SiteServer(pages) as server:
        settings = site_of(server, tmp_path)
        run(settings)
        assert kind_of(tmp_path, 0) == ("list", None)
        assert counts(tmp_path)[0] == 0
        run(with_keys(settings, articles=("/fiche-",)))
    assert kind_of(tmp_path, 0) == ("article", "settings")
    assert counts(tmp_path)[:2] == [1, 2]


def test_new_patterns_reach_pages_that_did_not_change_and_taking_them_out_does_too(
    tmp_path: Path, database_url: str
) -> None:
    with SiteServer(small_site(3)) as server:
        settings = site_of(server, tmp_path, database_url)
        run(settings)
        before = counts(database_url)
        run(with_keys(settings, lists=("fiche-[12]$",)))
        assert counts(database_url)[:2] == [1, 2]
        run(settings)
    assert counts(database_url) == before
    assert kind_of(database_url, 1) == ("article", None)


def test_a_pattern_that_is_no_regular_expression_is_named_with_its_site(tmp_path: Path) -> None:
    site = {"urls": ["http://a.example/"], "lists": ["(tag"]}
    with pytest.raises(SettingsError, match=r"sites\.press\.lists.*\(tag"):
        build({"sites": {"press": site}}, base=tmp_path, environment={})


@pytest.fixture
def crawled(tmp_path: Path, database_url: str) -> tuple[Path, str]:
    """A tamis.toml with a crawled site of two articles with two comments each."""
    with SiteServer(small_site(2)) as server:
        config = settings_file(tmp_path / "home", server, database_url)
        run(site_of(server, tmp_path / "home", database_url))
    return config, server.url("/fiche-1")


def invoke(config: Path, *words: str) -> Any:
    done = CliRunner().invoke(app, ["--config", str(config), *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_pages_of_a_site_are_listed_by_kind_and_state(crawled: tuple[Path, str]) -> None:
    config, _ = crawled
    assert invoke(config, "pages", "press")["number"] == 2
    assert invoke(config, "pages", "list", "press", "--kind", "article", "--state", "ok")["number"] == 2
    assert invoke(config, "pages", "press", "--kind", "list") == {"number": 0, "pages": []}
    plain = CliRunner().invoke(app, ["--config", str(config), "pages", "press", "--why", "--limit", "1"])
    assert "1 not shown" in plain.stdout


def test_a_word_that_is_no_kind_is_answered_with_those_there_are(crawled: tuple[Path, str]) -> None:
    from flows.commands.pages import NoSuchKind

    config, url = crawled
    done = CliRunner().invoke(app, ["--config", str(config), "pages", "press", "--kind", "lists"])
    assert isinstance(done.exception, NoSuchKind)
    assert "did you mean 'list'?" in str(done.exception)
    done = CliRunner().invoke(app, ["--config", str(config), "pages", "set", url + "x", "list"])
    assert "tamis pages SITE" in str(done.exception)


def test_a_page_set_to_list_gives_its_article_back_and_stays_a_list(
    crawled: tuple[Path, str], tmp_path: Path, database_url: str
) -> None:
    config, url = crawled
    assert invoke(config, "pages", "set", url, "list")["withdrawn"] is True
    assert counts(database_url)[:3] == [1, 2, 2]
    assert rows(database_url, "SELECT count(*) FROM clean_articles") == [(1,)]
    from flows.settings_file import load

    settings = load(config, {})
    replay(settings, None)
    assert kind_of(database_url, 1) == ("list", "editor")
    assert counts(database_url)[0] == 1
    with SiteServer(small_site(2), port=int(url.split(":")[2].split("/")[0])):
        run(settings, full=True)
    assert kind_of(database_url, 1) == ("list", "editor")
    assert counts(database_url)[0] == 1


def test_a_page_set_back_to_article_is_read_again_from_the_archive(
    crawled: tuple[Path, str], database_url: str
) -> None:
    config, url = crawled
    before = counts(database_url)
    invoke(config, "pages", "set", url, "list")
    assert invoke(config, "pages", "set", url, "article")["replayed"]["counts"]["new_articles"] == 1
    assert counts(database_url) == before
    assert invoke(config, "pages", "set", url, "auto")["kind"] is None
    assert kind_of(database_url, 1) == ("article", None)


def test_what_an_editor_decided_is_kept_when_its_page_is_no_article(
    crawled: tuple[Path, str], database_url: str
) -> None:
    from flows.clock import utc_now
    from moderation.verdict import Action
    from storage.desk.decisions import Wanted, decide_all
    from storage.opening import open_database

    config, url = crawled
    number, version = rows(
        database_url,
        "SELECT r.comment_id, r.version FROM reviews r JOIN comments c ON c.id = r.comment_id"
        " JOIN pages p ON p.id = c.page_id WHERE p.url LIKE '%fiche-1' ORDER BY 1",
    )[0]
    with open_database(database_url) as db:
        wanted = Wanted(comment_id=number, expected_version=version, idempotency_key="marie:12345678")
        decide_all(db, [wanted], "marie", Action.PUBLISH, None, utc_now(), None)
    invoke(config, "pages", "set", url, "list")
    assert rows(database_url, "SELECT count(*) FROM decisions") == [(1,)]
    assert rows(database_url, "SELECT count(*) FROM comments WHERE removed_at IS NOT NULL") == [(2,)]
    assert rows(database_url, "SELECT count(*) FROM articles WHERE gone_at IS NOT NULL") == [(1,)]
    waiting = "SELECT count(*) FROM reviews r JOIN comments c ON c.id = r.comment_id WHERE r.waiting_since IS NOT NULL"
    assert rows(database_url, f"{waiting} AND c.removed_at IS NOT NULL") == [(0,)]
    invoke(config, "pages", "set", url, "article")
    assert rows(database_url, "SELECT count(*) FROM comments WHERE removed_at IS NOT NULL") == [(0,)]
