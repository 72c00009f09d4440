"""What operators see at the desk, who sees what, and that an archived page is harmless and can be read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.archive import archive_of
from flows.clock import utc_now
from flows.settings_file import build
from storage.crawl.frontier import DiscoveredUrl, discover
from storage.crawl.loading import load
from storage.crawl.outcomes import Exchange, Quarantined
from storage.crawl.quarantine import open_cases
from storage.crawl.runs import finish_run, note_hosts, start_run
from tests.flows.desk.room import account, editor, number_of, put, visitor
from tests.press import article, comment

URL = "https://mag.example/fiche-7"
EVIL = '<link rel="preconnect" href="https://evil.example"><script>alert(1)</script>'


def settings_for(database, folder: Path, **sites):
    data = {
        "jobs": 1,
        "archive": str(folder / "archive"),
        "moderation": {"lean": True},
        "sites": {"mag": {"urls": ["https://mag.example/"], "cron": "30 2 * * *", "timezone": "Europe/Paris"}, **sites},
    }
    return build({**data, "database_url": database.url}, base=folder, environment={})


def set_aside(database, settings, url=URL, site="mag", body=None, reason="no_article"):
    """A page of that site in quarantine, with its archived answer."""
    now = utc_now()
    discover(database, site, [DiscoveredUrl(url=url, source="given")], now)
    run = start_run(database, site, "run", now)
    text = body or article(7, comment(1, "Samuel", "Merci pour cette fiche très complète.")) + EVIL
    with archive_of(settings) as archive:
        kind = (("Content-Type", "text/html; charset=utf-8"),)
        kept = archive.append(url, 200, "OK", kind, text.encode(), now)
    exchange = Exchange(
        page_id=number_of(database, "pages", "url", url),
        url=url,
        final_url=url,
        status=200,
        fetched_at=now,
        bytes=len(text),
        elapsed_ms=9.0,
        content_hash="0" * 64,
        warc_file=kept.file,
        warc_offset=kept.offset,
    )
    fault = Quarantined(
        exchange=exchange, reason=reason, message=f"{url}: no article", next_due=now + timedelta(days=1)
    )
    load(database, [fault], run, now)
    note_hosts(database, run, {"mag.example": {"requests": 2, "waited": 1.5}})
    note_hosts(database, run, {"mag.example": {"requests": 1, "busy": 1}})  # another batch of the same run
    finish_run(database, run, {"pages": 1, "quarantined": 1}, "quarantined", now)
    return open_cases(database, site)[0]


async def test_one_screen_shows_sites_runs_schedule_and_manners(database, tmp_path):
    settings = settings_for(database, tmp_path)
    put(database, ["merci"])
    set_aside(database, settings)
    account(database, "ops", "viewer")
    async with editor(database, "ops", settings) as client:
        page = (await client.get("/ops")).text
        french = (await client.get("/ops?lang=fr")).text
    assert "30 2 * * *" in page
    assert "Europe/Paris" in page
    row = page[page.index('<th scope="row">mag.example</th>') :].partition("</tr>")[0]
    assert [part.partition("<")[0] for part in row.split('"number">')[1:3]] == ["3", "1.5"]
    assert "/ops/aside?site=mag&amp;reason=no_article" in page
    assert "Prochains passages" in french


async def test_what_is_wrong_comes_first_with_the_command_to_type(database, tmp_path):
    settings = settings_for(database, tmp_path)
    run = start_run(database, "mag", "run", utc_now())
    finish_run(database, run, {}, "failed", utc_now(), "its sitemaps name no page")
    account(database, "ops", "viewer")
    async with editor(database, "ops", settings) as client:
        page = (await client.get("/ops")).text
    trouble = page.index("its sitemaps name no page")
    assert trouble < page.index("tamis run mag") < page.index("<h2>Sites</h2>")


async def test_an_account_for_one_site_sees_nothing_of_another(database, tmp_path):
    settings = settings_for(database, tmp_path, secret={"urls": ["https://secret.example/"]})
    case = set_aside(database, settings, "https://secret.example/a", "secret")
    put(database, ["merci"])
    account(database, "ops", "admin", ["mag"])
    async with editor(database, "ops", settings) as client:
        page = await client.get("/ops")
        assert page.status_code == 200
        assert "secret" not in page.text
        for path in (
            "/ops/runs?site=secret",
            "/ops/aside?site=secret",
            f"/ops/aside/{case.id}",
            f"/ops/aside/{case.id}/page",
        ):
            assert (await client.get(path)).status_code == 404, path
        assert (await client.post(f"/ops/aside/{case.id}/replay")).status_code == 404
    assert len(open_cases(database, "secret")) == 1


async def test_an_archived_page_is_shown_in_a_sandbox_that_asks_nobody_anything(database, tmp_path):
    settings = settings_for(database, tmp_path)
    case = set_aside(database, settings)
    account(database, "ops", "viewer")
    async with editor(database, "ops", settings) as client:
        around = await client.get(f"/ops/aside/{case.id}")
        inside = await client.get(f"/ops/aside/{case.id}/page")
        source = await client.get(f"/ops/aside/{case.id}/page?source=1")
    assert 'sandbox=""' in around.text
    assert "frame-src 'self'" in around.headers["content-security-policy"]
    assert "Read it again" not in around.text  # a viewer changes nothing
    policy = inside.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert "Samuel" in inside.text
    assert '<link rel="preconnect"' not in inside.text  # no policy holds a browser back from that
    assert (source.headers["content-type"], "<script>" in source.text) == ("text/plain; charset=utf-8", True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_an_administrator_reads_a_page_again_and_it_is_an_article_from_then_on(database, tmp_path, monkeypatch):
    from tests.nightly_site import InlinePool

    monkeypatch.setattr("flows.runs.processing.WorkerPool", InlinePool)
    settings = settings_for(database, tmp_path)
    case = set_aside(database, settings)
    account(database, "ops", "admin")
    async with editor(database, "ops", settings) as client:
        assert "Read it again" in (await client.get(f"/ops/aside/{case.id}")).text
        answer = await client.post(f"/ops/aside/{case.id}/replay")
        assert answer.status_code == 303
        assert "not set aside any more" in (await client.get(answer.headers["location"])).text
        assert "page_read_again" in (await client.get("/people")).text
    assert open_cases(database, "mag") == ()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM comments").scalar_one() == 1


async def test_long_lists_come_in_pages(database, tmp_path, monkeypatch):
    monkeypatch.setattr("flows.desk.pages.operations.PAGE", 2)
    settings = settings_for(database, tmp_path)
    for number in range(3):
        set_aside(database, settings, f"https://mag.example/fiche-{number}")
    account(database, "ops", "viewer")
    async with editor(database, "ops", settings) as client:
        first = (await client.get("/ops/aside?site=mag")).text
        link = first.rpartition('<a href="/ops/aside?')[2].partition('"')[0].replace("&amp;", "&")
        second = (await client.get(f"/ops/aside?{link}")).text
    assert [f"fiche-{n}" in first for n in range(3)] == [False, True, True]
    assert [f"fiche-{n}" in second for n in range(3)] == [True, False, False]


async def test_the_screen_is_open_on_this_machine_until_there_is_an_account(database, tmp_path):
    async with visitor(database, settings_for(database, tmp_path)) as client:
        assert (await client.get("/ops")).status_code == 200
        account(database, "ops")
        assert (await client.get("/ops")).status_code == 303


def test_yields_are_shown_for_runs_that_read_something(database, tmp_path):
    from storage.upkeep.operations import host_manners, run_yields

    settings = settings_for(database, tmp_path)
    set_aside(database, settings)
    (only,) = run_yields(database, "mag")
    assert (only.pages, only.share_read, only.comments) == (1, 0.0, 0.0)
    assert host_manners(database, datetime(2999, 1, 1, tzinfo=UTC)) == ()
