"""The night's judgement: what breaks with a site's past is held back and told, ordinary life is neither."""

from __future__ import annotations

import errno
import json
import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from flows import tracing
from flows.clock import utc_now
from flows.runs import processing
from flows.runs.accepting import NothingHeld, accept
from flows.runs.agreements import send_due_notices
from flows.runs.holding import Night, pages_breach, past_nights
from flows.runs.replay import replay
from flows.runs.workers import Unprocessable
from flows.settings import Settings
from storage.crawl.runs import Run
from storage.database.engine import NOT_DURABLE, connect
from storage.database.errors import StorageError
from storage.opening import open_database
from tests.nightly_site import night, nights_later
from tests.press import rows, running, settings_file, site_of, small_site, wait_until
from tests.servers import Reply, Request, SiteServer

pytestmark = pytest.mark.integration

WORDS = (
    "river mill bridge valley harbour market baker weaver school garden winter summer stone timber lantern orchard "
    "council teacher printer carriage railway factory cellar meadow village parish tavern sailor doctor merchant"
).split()
PAGES = 20


def sentence(numbers: random.Random, least: int = 9) -> str:
    words = [numbers.choice(WORDS) for _ in range(numbers.randint(least, least + 8))]
    return " ".join(["The", *words]) + "."


def body(number: int, paragraphs: int = 6) -> str:
    numbers = random.Random(number)
    parts = [f"<p>{' '.join(sentence(numbers) for _ in range(4))}</p>" for _ in range(paragraphs)]
    parts.insert(2, f"<h2>{sentence(numbers, 3)}</h2>")
    parts.insert(5, f"<h2>{sentence(numbers, 3)}</h2>")
    return "".join(parts)


def comment(number: int, words: str) -> str:
    return (
        f'<li class="comment depth-1" id="comment-{number}"><div class="comment-body">'
        f'<div class="comment-author vcard"><cite class="fn">Reader {number}</cite> <span class="says">says:</span>'
        f'</div><div class="comment-meta"><a href="#comment-{number}">March {number % 28 + 1}, 2014 at 10:00 am</a>'
        f"</div><p>{words}</p></div></li>"
    )


def thread(number: int, count: int = 3, edited: str = "") -> str:
    numbers = random.Random(1000 + number)
    return "".join(comment(10 * number + place, f"{sentence(numbers)} {edited}") for place in range(1, count + 1))


def page(number: int, *, text: str | None = None, comments: str | None = None, block: str = "entry-content") -> str:
    comments = thread(number) if comments is None else comments
    title = f"{sentence(random.Random(500 + number), 3)[4:-1]} {number}"
    return (
        f'<!doctype html><html lang="en"><head><title>{title} - The Valley Post</title></head><body>'
        f'<nav><a href="/">Home</a> <a href="/about">About</a></nav><main><article class="post">'
        f'<h1 class="entry-title">{title}</h1><div class="{block}">{body(number) if text is None else text}</div>'
        f'</article><section id="comments"><h3>{comments.count("<li")} comments</h3>'
        f'<ol class="commentlist">{comments}</ol></section></main><footer>Valley Post</footer></body></html>'
    )


WALL = (
    '<!doctype html><html lang="en"><head><title>Members only - The Valley Post</title></head><body><main><article>'
    "<h1>Members only</h1><div class='wall'>"
    + "<p>This story is for members of the reading club. Choose a plan that suits you, and read every story of the "
    "archive on all of your devices, at home and on the way, for as long as you like.</p>"
    * 3
    + "</div></article></main></body></html>"
)


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with SiteServer({f"/{n}": page(n) for n in range(PAGES)}) as server:
        yield server


@pytest.fixture
def settings(site: SiteServer, tmp_path: Path) -> Settings:
    urls = [site.url(f"/{n}") for n in range(PAGES)]
    return site_of(site, tmp_path, urls=urls, follow_links=False)


def kept(settings: Settings) -> list[tuple[Any, ...]]:
    return rows(settings.database_url, "SELECT canonical_url, title, text, version, gone_at FROM articles ORDER BY 1")


def present(settings: Settings) -> int:
    query = "SELECT count(*) FROM comments WHERE removed_at IS NULL AND missing_since IS NULL"
    return int(rows(settings.database_url, query)[0][0])


def reasons(settings: Settings) -> dict[str, int]:
    query = "SELECT reason, count(*) FROM quarantine WHERE resolved_at IS NULL GROUP BY reason"
    return dict(rows(settings.database_url, query))


def test_a_healthy_first_night_and_an_unchanged_one_are_good(site: SiteServer, settings: Settings) -> None:
    first, second = night(settings, 0), night(settings, 1)
    assert [(one.outcome, one.cause, one.exit_code) for one in (first, second)] == [("good", None, 0)] * 2
    assert (second.counts["unchanged"], second.counts.get("verdicts", 0)) == (PAGES, 0)


def test_a_page_whose_bytes_changed_and_whose_records_did_not_is_one_row(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    for number in range(PAGES):
        links = "".join(f'<li><a href="/other-{number}-{n}">Story {n}</a></li>' for n in range(number % 5))
        site.pages[f"/{number}"] = page(number).replace("</footer>", f"nonce {number}<ul>{links}</ul></footer>")
    report = night(settings, 1)
    assert (report.outcome, report.counts["unchanged"]) == ("good", PAGES)
    assert rows(settings.database_url, "SELECT count(*) FROM fetches") == [(PAGES,)]
    assert rows(settings.database_url, "SELECT max(version) FROM articles") == [(1,)]


def test_a_login_wall_replaces_nothing_and_is_told_with_the_command(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    before, comments = kept(settings), present(settings)
    site.pages.update({f"/{n}": WALL for n in range(PAGES)})
    report = night(settings, 1)
    assert (report.outcome, report.exit_code, report.held) == ("degraded", 3, True)
    assert (kept(settings), present(settings)) == (before, comments)
    assert reasons(settings) == {"login": PAGES}  # the pages say so themselves
    assert f"{PAGES} of {PAGES} pages no longer say what they said" in (report.cause or "")
    assert "tamis pages press --state quarantined" in (report.cause or "")
    again = night(settings, 2)
    assert (again.outcome, kept(settings)) == ("degraded", before)
    site.pages.update({f"/{n}": page(n) for n in range(PAGES)})
    over = night(settings, 3)
    assert (over.outcome, over.exit_code, reasons(settings)) == ("good", 0, {})


def test_a_body_that_moved_names_the_block_that_is_gone(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    before = kept(settings)
    aside = "".join(f"<p>{sentence(random.Random(n), 12)}</p>" for n in range(8))
    for number in range(PAGES):
        site.pages[f"/{number}"] = page(number, text=aside + str(number), block="teaser-box")
    report = night(settings, 1)
    assert kept(settings) == before
    assert "div.entry-content" in (report.cause or "")


def test_a_tenth_of_the_pages_is_told_and_one_page_is_not(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    before = kept(settings)
    site.pages["/0"] = WALL
    alone = night(settings, 1)
    assert (alone.outcome, alone.exit_code, reasons(settings)) == ("good", 3, {"login": 1})
    site.pages.update({f"/{n}": WALL for n in range(3)})
    assert night(settings, 2).outcome == "degraded"
    assert kept(settings) == before


def test_pages_that_stayed_held_back_and_short_nights_do_not_teach_what_is_usual() -> None:
    def run(broken: int, held: int, compared: int = 60, left_alone: int = 0) -> Run:
        counts = {"compared": compared, "broken_pages": broken, "broken_held": held, "left_alone": left_alone}
        now = utc_now()
        return Run(
            id=1, site="press", command="run", started_at=now, finished_at=now, status="quarantined", counts=counts,
            message=None, worker=None,
        )  # fmt: skip

    drift = Night(pages=60, broken=6, comments=0, missing=0, rewritten=0)
    assert pages_breach(drift, past_nights([run(3, 0)])) is None  # a site whose pages are often written anew
    told = pages_breach(drift, past_nights([run(3, 3)]))
    assert told == "6 of 60 pages no longer say what they said (up to 5% is usual here)"
    assert pages_breach(drift, past_nights([run(2, 0, compared=10, left_alone=50)])) == told


def test_pages_written_anew_nights_apart_and_one_that_is_gone_are_no_event(
    site: SiteServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(settings, 0)
    monkeypatch.setattr("flows.runs.holding.believed_after", lambda site_run: timedelta(days=99))  # as in a held night
    written_anew = {1: 0, 4: 1, 5: 2}  # night -> page
    outcomes = []
    for number in range(1, 7):  # on the last ones hardly any other page is due
        if (story := written_anew.get(number)) is not None:
            site.pages[f"/{story}"] = page(77 + story, comments=thread(story))
        if number == 5:
            del site.pages["/3"]
        outcomes.append(night(settings, number).outcome)
    assert outcomes == 6 * ["good"]
    assert reasons(settings) == {"page_changed": 3}


def test_one_page_that_stays_another_is_believed_after_some_nights(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    site.pages["/0"] = page(77, comments=thread(0))
    for number in (1, 2):
        night(settings, number)
    assert rows(settings.database_url, "SELECT count(*) FROM articles WHERE version > 1") == [(0,)]
    night(settings, 3)
    assert rows(settings.database_url, "SELECT count(*) FROM articles WHERE version > 1") == [(1,)]
    assert reasons(settings) == {}


def test_one_page_that_is_no_article_any_more_waits_for_a_person(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    before = kept(settings)
    site.pages["/0"] = page(0, text="<p>Read more stories of the week in our paper, and tell us which you liked.</p>")
    for number in range(1, 7):
        assert night(settings, number).exit_code == 3
    assert (kept(settings), reasons(settings)) == (before, {"page_changed": 1})


def test_comments_that_vanish_everywhere_are_held_and_believed_when_they_stay_away(
    site: SiteServer, settings: Settings
) -> None:
    night(settings, 0)
    assert present(settings) == 3 * PAGES
    site.pages.update({f"/{n}": page(n, comments=thread(n, 1)) for n in range(PAGES)})
    for number in (1, 2):
        report = night(settings, number)
        assert (report.outcome, present(settings)) == ("degraded", 3 * PAGES)
        assert "comments are no longer on their pages" in (report.cause or "")
    report = night(settings, 3)
    assert present(settings) == PAGES


def test_a_mass_edit_of_comments_is_held(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    site.pages.update({f"/{n}": page(n, comments=thread(n, edited="Buy cheap watches")) for n in range(PAGES)})
    report = night(settings, 1)
    assert "comments were rewritten" in (report.cause or "")
    assert rows(settings.database_url, "SELECT count(*) FROM comment_versions") == [(0,)]


def test_a_night_of_404_is_held_back(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    before = kept(settings)
    site.pages.clear()
    report = night(settings, 1)
    assert (report.outcome, report.held, kept(settings)) == ("degraded", True, before)
    assert "HTTP 404" in (report.cause or "")
    site.pages.update({f"/{n}": page(n) for n in range(PAGES)})
    assert night(settings, 2).exit_code == 0


def test_one_page_that_is_gone_is_gone_at_once(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    del site.pages["/3"]
    assert night(settings, 1).exit_code == 0
    assert rows(settings.database_url, "SELECT count(*) FROM articles WHERE gone_at IS NOT NULL") == [(1,)]


def test_ordinary_life_is_good(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    site.pages["/0"] = page(0, comments=thread(0, 9))
    site.pages["/1"] = page(1, comments=thread(1, 2))
    site.pages["/2"] = page(2).replace("<p>The", "<p>Correction: the", 1)
    for number in range(5, PAGES):
        site.pages[f"/{number}"] = page(number).replace(
            "<footer>", f"<aside><h3>Most read</h3>{'<li><a href=/9>Story</a></li>' * 9}</aside><footer>"
        )
    report = night(settings, 1)
    assert (report.outcome, report.exit_code, reasons(settings)) == ("good", 0, {})
    assert report.counts["new_comments"] == 6
    assert report.counts["removed_comments"] == 1
    assert report.counts["changed_articles"] == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=403), "lets nobody in"),
        (Reply(status=500), "busy or broken"),
        (Reply(status=429), "busy or broken"),
    ],
)
def test_a_site_that_answers_nobody_fails_the_run_in_one_sentence(
    site: SiteServer, settings: Settings, reply: Reply, words: str
) -> None:
    night(settings, 0)
    site.pages.update({f"/{n}": reply for n in range(PAGES)})
    for number in (1, 2):
        report = night(settings, number)
        assert (report.outcome, report.exit_code) == ("failed", 1)
        assert f"0 of {PAGES} due pages were read" in (report.failure or "")
        assert words in (report.failure or "")


@pytest.mark.parametrize("home", [Reply(status=403), "<html><body><form><input type=password></form></body></html>"])
def test_a_start_page_that_leads_nowhere_any_more_is_told_although_no_page_is_due(
    site: SiteServer, tmp_path: Path, home: Reply | str
) -> None:
    site.pages["/"] = "".join(f'<a href="/{number}">{number}</a>' for number in range(PAGES))
    settings = site_of(site, tmp_path, recheck_hours=24)
    assert night(settings, 0).exit_code == 0
    known = rows(settings.database_url, "SELECT count(*) FROM pages")
    site.pages["/"] = home
    report = night(settings, 0.1)
    assert (report.outcome, report.exit_code) == ("degraded", 3)
    assert str(report.cause).startswith("no address was found: ")
    assert rows(settings.database_url, "SELECT count(*) FROM pages") == known


def test_a_site_whose_pages_are_all_another_sites_says_so(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    again = settings.model_copy(update={"sites": (settings.sites[0].model_copy(update={"name": "twin"}),)})
    assert "is another site's page already" in str(night(again, 0.1).failure)


def test_robots_that_forbid_all_or_give_no_answer_fail_the_run(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    site.pages["/robots.txt"] = Reply(body="User-agent: *\nDisallow: /\n", content_type="text/plain")
    forbidden = night(settings, 1)
    assert (forbidden.outcome, forbidden.exit_code) == ("failed", 1)
    assert "robots.txt forbids every one" in (forbidden.failure or "")
    site.pages["/robots.txt"] = Reply(status=503)
    silent = night(settings, 2)
    assert (silent.outcome, silent.exit_code) == ("failed", 1)
    assert "robots.txt gives no answer" in (silent.failure or "")


def test_a_hundred_forbidden_pages_are_one_sentence(site: SiteServer, settings: Settings) -> None:
    from rich.console import Console

    from flows.commands.printing import print_reports

    site.pages.update({f"/{n}": Reply(status=403) for n in range(PAGES)})
    report = night(settings, 0)
    console = Console(record=True, width=200)
    print_reports([report], console)
    said = console.export_text()
    assert (said.count("lets nobody in"), said.count("(forbidden)")) == (1, 1)


def test_people_are_told_once_then_what_changed_then_that_it_is_over(
    site: SiteServer, settings: Settings, tmp_path: Path
) -> None:
    with SiteServer({"/hook": Reply(body="ok")}) as hook:
        told = settings.model_copy(update={"alarms": (f"json://{hook.authority}/hook",)})
        night(told, 0)
        site.pages.update({f"/{n}": WALL for n in range(PAGES)})
        night(told, 1)
        night(told, 2)
        site.pages.update({f"/{n}": Reply(status=403) for n in range(PAGES)})
        night(told, 3)
        site.pages.update({f"/{n}": page(n) for n in range(PAGES)})
        night(told, 4)
        night(told, 5)
        titles = [json.loads(request.body)["title"] for request in hook.requests]
    assert titles == [
        "Tamis: press: the site changed, nothing was applied",
        "Tamis: press: the run failed, over",
        "Tamis: press: over",
    ]


def test_a_clock_that_ran_ahead_is_told_and_the_pages_are_looked_at(site: SiteServer, settings: Settings) -> None:
    night(settings, 400)
    site.pages["/0"] = page(0, comments=thread(0, 4))
    report = night(settings, 0)
    assert report.counts["new_comments"] == 1
    assert "were looked at in the future" in (report.clock or "")
    assert night(settings, 1).clock is None


def test_a_daily_recheck_is_due_each_night(site: SiteServer, settings: Settings) -> None:
    daily = settings.model_copy(update={"sites": (settings.sites[0].model_copy(update={"recheck_hours": 24.0}),)})
    night(daily, 0)
    assert night(daily, 0.5).counts.get("pages", 0) == 0
    assert night(daily, 0.99).counts["pages"] == PAGES


def test_a_run_that_died_is_shown_as_dead(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    with connect(settings.database_url) as db, db.write() as connection:
        connection.exec_driver_sql(
            "UPDATE runs SET status = 'running', finished_at = NULL, worker = replace(worker, substr(worker, -8), 'x')"
        )
    night(settings, 0.001)
    assert rows(settings.database_url, "SELECT status, message FROM runs ORDER BY id")[0] == (
        "abandoned",
        "its process died; the next run takes up its pages",
    )


def test_what_was_held_back_is_applied_when_a_person_accepts_it(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    site.pages.update({f"/{n}": page(n + 100, comments=thread(n, 1)) for n in range(PAGES)})
    report = night(settings, 1)
    assert report.held
    with nights_later(1.5):
        done = accept(settings, "press", report.run_id)
        assert (done.pages, done.exit_code) == (PAGES, 0)
        with pytest.raises(NothingHeld, match="no page is held back"):
            accept(settings, "press")
    assert (reasons(settings), present(settings)) == ({}, PAGES)
    assert rows(settings.database_url, "SELECT min(version) FROM articles") == [(2,)]
    assert rows(settings.database_url, "SELECT outcome, count(*) FROM fetches GROUP BY 1") == [("extracted", 2 * PAGES)]
    calm = night(settings, 2)
    assert (calm.outcome, calm.counts["unchanged"]) == ("good", PAGES)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_night_is_judged_and_accepted_on_postgresql_too(site: SiteServer, tmp_path: Path, database_url: str) -> None:
    urls = [site.url(f"/{n}") for n in range(PAGES)]
    settings = site_of(site, tmp_path, database_url, urls=urls, follow_links=False)
    assert night(settings, 0).outcome == "good"
    before = kept(settings)
    site.pages.update({f"/{n}": page(n + 100, comments=thread(n, 1)) for n in range(PAGES)})
    report = night(settings, 1)
    assert (report.outcome, report.held) == ("degraded", True)
    assert (kept(settings), present(settings)) == (before, 3 * PAGES)
    with nights_later(1.5):
        assert accept(settings, "press", report.run_id).pages == PAGES
    assert (reasons(settings), present(settings)) == ({}, PAGES)


def test_threads_that_moved_into_a_script_are_told_until_somebody_accepts_it(
    site: SiteServer, settings: Settings
) -> None:
    night(settings, 0)
    script = '<div id="disqus_thread"></div><script src="https://press.disqus.com/embed.js"></script>'
    bare = re.compile('<section id="comments">.*</section>')
    site.pages.update({f"/{n}": bare.sub(script, page(n)) for n in range(PAGES)})
    report = night(settings, 1)
    assert (report.held, present(settings)) == (True, 3 * PAGES)
    with nights_later(1.5):
        accept(settings, "press")
    assert night(settings, 2).outcome == "good"


def test_a_replay_applies_what_a_mended_extractor_reads_and_nothing_else(
    site: SiteServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(settings, 0)
    before = kept(settings)
    site.pages.update({f"/{n}": WALL if n < 5 else page(n, text="", block="x") for n in range(PAGES)})
    night(settings, 1)
    with nights_later(1.5):
        (still,) = replay(settings, None)
        assert (still.held > 0, kept(settings)) == (True, before)
    read = processing.processed
    monkeypatch.setattr(processing, "processed", lambda raw: mended(raw, read))
    with nights_later(1.6):
        (done,) = replay(settings, None)
    assert done.counts["quarantined"] == 5  # the walls, that say themselves what they are
    assert kept(settings) == before
    assert reasons(settings) == {"login": 5}


def mended(raw: Any, read: Any) -> Any:
    """As if a developer had taught the extractor where the site's text is now."""
    number = int(raw.url.rsplit("/", 1)[1])
    return read(raw) if number < 5 else read(replace(raw, html=page(number)))


def test_a_full_disk_is_one_sentence_and_the_next_night_goes_on(site: SiteServer, settings: Settings) -> None:
    url = settings.database_url
    night(settings, 0, limit=2)
    full = rows(url, "PRAGMA page_count")[0][0] + 2
    with patch_pragma(f"max_page_count={full}"):
        report = night(settings, 0.1)
    assert (report.exit_code, len((report.failure or "").splitlines())) == (1, 1)
    assert "the disk is full" in (report.failure or "")
    assert night(settings, 1).exit_code == 0
    assert len(kept(settings)) == PAGES


@contextmanager
def patch_pragma(words: str) -> Iterator[None]:
    """SQLite as on a disk that takes no more than so many pages."""
    with patch("storage.database.engine.NOT_DURABLE", (*NOT_DURABLE, words)):
        yield


def test_an_archive_on_a_full_disk_is_one_sentence(
    site: SiteServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("flows.runs.ingest.archive_answer", full)
    report = night(settings, 0)
    assert (
        report.failure == f"{settings.archive}: the disk is full; free some space, and the next run goes on from here"
    )
    monkeypatch.undo()
    assert night(settings, 1).counts["new_articles"] == PAGES


def test_a_run_that_cannot_start_is_told(site: SiteServer, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "tamis.sqlite").write_bytes(b"no database at all, whatever its name says. " * 50)
    with SiteServer({"/hook": Reply(body="ok")}) as hook:
        told = settings.model_copy(update={"alarms": (f"json://{hook.authority}/hook",)})
        with pytest.raises(StorageError):
            night(told, 0)
        (message,) = [json.loads(request.body) for request in hook.requests]
    assert message["title"] == "Tamis: press: the run could not start"
    assert "not a SQLite database" in message["message"]


@pytest.mark.parametrize("inherited", [signal.default_int_handler, signal.SIG_IGN], ids=["plain", "in the background"])
def test_a_run_that_is_told_to_stop_gives_its_pages_back_and_ends_its_row(tmp_path: Path, inherited: Any) -> None:
    """A script that starts a program with "&" lets it ignore SIGINT."""
    url = f"sqlite:///{tmp_path / 'tamis.sqlite'}"
    slow = {f"/fiche-{n}": Reply(body="<html></html>", pause_s=1.0) for n in range(40)}
    with SiteServer(small_site(40) | slow) as server:
        config = settings_file(tmp_path, server, url)
        ours = signal.signal(signal.SIGINT, inherited)
        with running(config) as child:
            signal.signal(signal.SIGINT, ours)
            wait_until(lambda: server.hits["/fiche-0"] > 0 or child.poll() is not None)
            child.terminate()
            child.wait(30)
    assert child.returncode == 143
    assert rows(url, "SELECT status FROM runs") == [("failed",)]
    assert "it was interrupted" in rows(url, "SELECT message FROM runs")[0][0]
    assert rows(url, "SELECT count(*) FROM pages WHERE lease_worker IS NOT NULL") == [(0,)]


def test_pace_and_concurrency_hold_for_a_local_site_that_names_them(site: SiteServer, settings: Settings) -> None:
    times: list[float] = []

    def asked(request: Request) -> str:
        times.append(time.monotonic())
        return page(int(request.path.strip("/")))

    site.pages.update({f"/{n}": asked for n in range(6)})
    slow = settings.sites[0].model_validate(
        {**settings.sites[0].model_dump(exclude_unset=True), "pace": 0.2, "concurrency": 1, "robots": False}
    )
    slow = slow.model_copy(update={"urls": slow.urls[:6]})
    night(settings.model_copy(update={"sites": (slow,)}), 0)
    # Five pauses of .2 s; single ones may look shorter, when the machine was late to see the request before.
    assert (len(times), times[-1] - times[0] > 0.8, site.most_at_once) == (6, True, 1)


def test_a_good_run_calls_the_heartbeat_and_a_bad_one_does_not(site: SiteServer, settings: Settings) -> None:
    with SiteServer({"/ping/secret": Reply(body="ok")}) as watcher:
        beating = settings.sites[0].model_copy(update={"heartbeat": watcher.url("/ping/secret")})
        watched = settings.model_copy(update={"sites": (beating,)})
        night(watched, 0)
        assert watcher.hits["/ping/secret"] == 1
        site.pages.update({f"/{n}": Reply(status=403) for n in range(PAGES)})
        night(watched, 1)
        assert watcher.hits["/ping/secret"] == 1
        site.pages.update({f"/{n}": page(n) for n in range(PAGES)})
        watcher.pages.clear()
        report = night(watched, 2)
    assert [words for words in report.warnings if "heartbeat was not taken (HTTP 404)" in words]
    assert "secret" not in "".join(report.warnings)


def test_a_site_that_does_not_run_is_told_and_the_next_run_says_that_it_is_over(
    site: SiteServer, settings: Settings
) -> None:
    with SiteServer({"/hook": Reply(body="ok")}) as hook:
        nightly = settings.sites[0].model_copy(update={"cron": "30 2 * * *"})
        told = settings.model_copy(update={"alarms": (f"json://{hook.authority}/hook",), "sites": (nightly,)})
        night(told, 0)
        with nights_later(3), open_database(told.database_url) as db:
            for _ in range(2):
                send_due_notices(told, db, utc_now())
        night(told, 3.1)
        messages = [json.loads(request.body) for request in hook.requests]
    assert [message["title"] for message in messages] == [
        "Tamis: press: no run when one was due",
        "Tamis: press: over",
    ]
    assert "although one was due on" in messages[0]["message"]


def test_a_mass_edit_is_not_believed_on_a_page_that_waits_for_another_reason(
    site: SiteServer, settings: Settings
) -> None:
    night(settings, 0)
    before = rows(settings.database_url, "SELECT body FROM comments ORDER BY id")
    for number in (1, 2):  # one story is written anew: that would be believed on the third night
        site.pages["/0"] = page(0, text=body(900))
        night(settings, number)
    for n in range(PAGES):
        site.pages[f"/{n}"] = page(
            n, comments=thread(n, edited="Visit our shop for watches"), text=body(900) if n == 0 else None
        )
    report = night(settings, 3)
    assert "were rewritten" in (report.cause or "")
    assert rows(settings.database_url, "SELECT body FROM comments ORDER BY id") == before
    for number in (4, 5):  # it stays so for three nights
        night(settings, number)
    assert all("watches" in text for (text,) in rows(settings.database_url, "SELECT body FROM comments"))


def test_a_page_that_was_too_slow_gets_more_time_on_each_following_night(site: SiteServer, settings: Settings) -> None:
    asked: list[float] = []

    async def slow(self: Any, work: Any, raw: Any, longer: float = 1.0) -> Any:
        if not raw.url.endswith("/3"):
            return work(raw)
        asked.append(longer)
        return (
            Unprocessable(url=raw.url, reason="too_slow", message=f"{raw.url}: not done") if longer < 4 else work(raw)
        )

    with patch("tests.nightly_site.InlinePool.run", slow):
        reports = [night(settings, number) for number in range(3)]
    assert asked == [1.0, 2.0, 4.0]
    assert [report.exit_code for report in reports] == [3, 3, 0]


def test_a_night_is_traced_from_the_run_down_to_the_fetch_of_a_page(
    site: SiteServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept_spans = InMemorySpanExporter()
    monkeypatch.setattr(tracing, "_provider", None)
    tracing.trace_by(SimpleSpanProcessor(kept_spans))
    night(settings, 0)
    spans = {span.context.span_id: span for span in kept_spans.get_finished_spans()}
    fetches = [span for span in spans.values() if span.name == "fetch"]
    assert len(fetches) == PAGES
    line = []
    span = fetches[0]
    while True:
        line.append(span.name)
        if span.parent is None:
            break
        span = spans[span.parent.span_id]
    assert line == ["fetch", "page", "pages", "run"]
    assert span.attributes["tamis.site"] == "press"
