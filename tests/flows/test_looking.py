"""What ops look at: the verdict first, why a page is as it is, its archived bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.commands.health import grouped, site_states, verdict_on_all
from flows.commands.looking import archived_answer, run_lines, site_runs, story, story_lines
from flows.commands.pages import listed
from flows.commands.status_screen import lines
from flows.settings import Settings
from storage.database.engine import connect
from storage.database.errors import UnknownItem
from tests.nightly_site import night, nights_later
from tests.press import article, site_of
from tests.servers import Reply, SiteServer

pytestmark = pytest.mark.integration


@pytest.fixture
def site():
    with SiteServer({f"/{n}": article(n) for n in range(4)}) as server:
        yield server


@pytest.fixture
def settings(site: SiteServer, tmp_path: Path) -> Settings:
    return site_of(site, tmp_path, urls=[site.url(f"/{n}") for n in range(4)], follow_links=False, cron="30 2 * * *")


def screen(settings: Settings, night_number: float) -> tuple[list[str], int]:
    with nights_later(night_number):
        states = site_states(settings, None)
        return list(lines(states)), max(state.gravity for state in states)


def test_a_site_that_is_well_says_so_first(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    said, gravity = screen(settings, 0.01)
    assert (said[0], gravity) == ("All is well: 1 site.", 0)
    assert said[3].split()[:2] == ["press", "well"]
    missing = (
        "press: Nothing is rejected unseen (auto_reject = false); 329 more audited good comments would prove it safe."
    )
    assert any(line.startswith(missing) for line in said)


def test_a_site_that_fails_says_why_and_what_to_type(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    site.pages.update({f"/{n}": Reply(status=503) for n in range(4)})
    night(settings, 1)
    said, gravity = screen(settings, 1.01)
    assert (said[0], gravity) == ("1 of 1 site needs a look.", 3)
    trouble = said.index(next(line for line in said if line.startswith("press: the last run failed")))
    assert "0 of 4 due pages were read; the site is busy or broken" in said[trouble]
    assert said[trouble + 1] == "  next: tamis run press"


def test_a_wall_is_no_page_to_accept(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    wall = (
        '<html><head><title>Login</title></head><body><form><input type="password"></form>Please log in.</body></html>'
    )
    site.pages.update({f"/{n}": wall for n in range(4)})
    night(settings, 1)
    said, _ = screen(settings, 1.01)
    assert "  next: tamis pages press --state quarantined" in said
    assert "tamis accept" not in "\n".join(said)
    assert "press  run: held back" in next(run_lines(site_runs(settings, "press", 1)))
    assert {page.reason for page in listed(settings, "press", None, "quarantined", None).pages} == {"login"}


def test_a_run_whose_process_is_gone_is_shown_as_died(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    with connect(settings.database_url) as db, db.write() as connection:
        connection.exec_driver_sql(
            "UPDATE runs SET status = 'running', finished_at = NULL, worker = replace(worker, substr(worker, -8), 'x')"
        )
    said, gravity = screen(settings, 0.01)
    assert (gravity, "press: the last run died" in "\n".join(said)) == (3, True)
    assert "run: died" in next(run_lines(site_runs(settings, "press", 5)))


def test_no_run_when_one_was_due_is_a_trouble(site: SiteServer, settings: Settings) -> None:
    night(settings, 0)
    said, _ = screen(settings, 3)
    assert "although one was due on" in "\n".join(said)


def test_equal_troubles_of_several_sites_are_one(site: SiteServer, settings: Settings) -> None:
    first = settings.sites[0]
    several = settings.model_copy(
        update={"sites": (first, first.model_copy(update={"name": "blog", "urls": (site.url("/blog-1"),)}))}
    )
    site.pages.clear()
    for one in several.sites:
        site.pages.update({f"/{n}": Reply(status=503) for n in range(4)} | {"/blog-1": Reply(status=503)})
        night(several.model_copy(update={"sites": (one,)}), 0)
    with nights_later(0.01):
        states = site_states(several, None)
    assert verdict_on_all(states) == "2 of 2 sites need a look."
    assert [group.sites for group in grouped(states)] == [("press", "blog")]


def test_why_tells_the_story_of_a_page_and_raw_gives_its_bytes(site: SiteServer, settings: Settings) -> None:
    site.pages["/3"] = "<html><body></body></html>"
    night(settings, 0)
    well = "\n".join(story_lines(story(settings, site.url("/0"))))
    for words in ("it is among the urls of tamis.toml", "HTTP 200", "read, ", "it is well", "article: Fiche 0"):
        assert words in well
    aside = "\n".join(story_lines(story(settings, site.url("/3"))))
    assert "set aside as " in aside
    assert "and still is" in aside
    _, answer = archived_answer(settings, site.url("/0"), None)
    assert answer.body == article(0).encode()
    with pytest.raises(UnknownItem, match="no site has named this address"):
        story(settings, "https://nowhere.example/")


def test_the_commands_answer_and_say_by_their_exit_code_that_something_is_wrong(
    site: SiteServer, settings: Settings, tmp_path: Path
) -> None:
    night(settings, 0)
    (tmp_path / "tamis.toml").write_text(f'[sites.press]\nlocal = true\nurls = ["{site.url("/0")}"]\n', "utf-8")

    def tamis(*words: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "flows.cli", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env=os.environ)

    assert tamis("raw", site.url("/1")).stdout == article(1).encode()
    assert b"HTTP 200" in tamis("why", site.url("/1")).stdout
    assert tamis("runs").stdout.count(b"run: well") == 1
    assert tamis("status").returncode == 0
    with connect(settings.database_url) as db, db.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET status = 'failed', message = 'the disk is full'")
    failed = tamis("status")
    assert (failed.returncode, failed.stdout.splitlines()[0]) == (3, b"1 of 1 site needs a look.")


def test_a_status_does_not_import_what_it_does_not_need() -> None:
    code = (
        "import flows.commands.status_screen, sys;"
        "print([name for name in ('httpx', 'bs4', 'lxml', 'rich', 'prefect', 'apprise', 'sqlalchemy.dialects.postgresql') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout == "[]\n"
