"""Nights whose archive is an object store: here a mounted bucket, which fsspec reaches by `file://`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.archive import archive_of
from flows.clock import utc_now
from flows.commands.database import problems
from flows.commands.doctor import archive as looked_at
from flows.commands.health import site_states
from flows.commands.looking import archived_answer, site_runs
from flows.errors import SettingsError
from flows.orchestration.cluster_batch import ClusterBatch, run_cluster_batch
from flows.runs import telling
from flows.runs.replay import replay
from flows.settings import Settings
from flows.settings_file import build
from storage.crawl.quarantine import open_cases
from storage.database.engine import connect
from storage.database.errors import ArchiveUnreachable
from tests.nightly_site import InlinePool, night, nights_later
from tests.press import article, settings_file, site_of
from tests.servers import SiteServer

PAGES = 4


@pytest.fixture
def site():
    with SiteServer({f"/{n}": article(n) for n in range(PAGES)}) as server:
        yield server


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    return tmp_path / "bucket"


@pytest.fixture
def settings(site: SiteServer, tmp_path: Path, bucket: Path) -> Settings:
    plain = site_of(site, tmp_path, urls=[site.url(f"/{n}") for n in range(PAGES)], follow_links=False)
    return plain.model_copy(update={"archive": f"file://{bucket}/tamis", "alarms": ("json://nowhere.example",)})


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What people are told, instead of sending it."""
    sent: list[str] = []

    def note(alarms: Any, addresses: Any) -> tuple[str, ...]:
        sent.extend(f"{alarm.kind} {alarm.site}: {alarm.sentence}" for alarm in alarms)
        return ()

    monkeypatch.setattr(telling, "send", note)
    return sent


def spooled(settings: Settings) -> list[Path]:
    return list(settings.archive_folder.rglob("*.warc.gz"))


def again(settings: Settings) -> int:
    """How many pages a replay reads."""
    (done,) = replay(settings, None, since=None, older_than=None, diff=False, dry_run=False, advance=lambda *_: None)
    assert done.unreadable == ()
    return done.pages


@pytest.mark.integration
def test_a_night_goes_to_the_store_and_everything_reads_it_there(
    site: SiteServer, settings: Settings, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.runs.processing.WorkerPool", InlinePool)
    assert night(settings, 0).exit_code == 0
    assert spooled(settings) == []
    with archive_of(settings) as archive:
        assert len(archive.files()) == 1
    assert archived_answer(settings, site.url("/2"), None)[1].body == article(2).encode()
    assert again(settings) == PAGES
    assert problems(settings) == ()
    assert [(one.check, one.state) for one in looked_at(settings)] == [("archive", "ok"), ("archive store", "ok")]
    assert told == []


@pytest.mark.integration
def test_a_store_that_is_away_costs_no_night_and_no_page(
    settings: Settings, bucket: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.runs.processing.WorkerPool", InlinePool)
    bucket.write_bytes(b"no folder")
    first = night(settings, 0)
    assert (first.exit_code, first.counts["new_articles"]) == (0, PAGES)
    (said,) = [words for words in first.warnings if "raw pages" in words]
    assert "refuses or cannot be reached" in said
    assert "1 file of raw pages not sent, in" in said
    assert [words.split()[0] for words in told] == ["archive"]
    with archive_of(settings) as archive:
        assert archive.hand_over().waiting == 1
        assert archive.is_away
    night(settings, 1)
    assert len(told) == 1  # it is told once
    with nights_later(1):
        (state,) = site_states(settings, None)
    assert "1 file of raw pages (0 MB) in" in state.troubles[0].sentence
    assert [one.state for one in looked_at(settings)][:2] == ["ok", "broken"]
    assert again(settings) == PAGES  # from the spool
    bucket.unlink()
    assert night(settings, 2).warnings == ()
    assert spooled(settings) == []
    assert [words.split()[0] for words in told] == ["archive", "over"]


@pytest.mark.integration
def test_a_replay_without_its_store_stops_and_blames_no_page(
    settings: Settings, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.runs.processing.WorkerPool", InlinePool)
    night(settings, 0)
    bucket.rename(bucket.with_name("elsewhere"))
    bucket.write_bytes(b"no folder")
    with pytest.raises(ArchiveUnreachable):
        again(settings)
    with connect(settings.database_url) as db:
        assert open_cases(db, "press") == ()
    assert site_runs(settings, "press", 1)[0].status == "failed"


@pytest.mark.integration
def test_a_batch_on_another_machine_sends_its_pages_when_it_ends(
    site: SiteServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.runs.processing.WorkerPool", InlinePool)
    night(settings, 0)
    config = settings_file(tmp_path, site, settings.database_url)
    config.write_text(f'archive = "{settings.archive}"\narchive_spool = "elsewhere"\n' + config.read_text("utf-8"))
    later = utc_now() + timedelta(days=400)
    site.pages["/1"] = article(7)
    done = asyncio.run(
        run_cluster_batch(
            ClusterBatch(number=1, config=str(config), site="press", run_id=1, started=later, pages=PAGES, full=True)
        )
    )
    assert done["claimed"] == PAGES
    assert list((tmp_path / "elsewhere").rglob("*.warc.gz")) == []
    assert archived_answer(settings, site.url("/1"), None)[1].body == article(7).encode()


def test_a_store_is_no_path_and_an_address_that_cannot_be_one_is_explained(tmp_path: Path) -> None:
    def built(archive: str) -> Settings:
        return build({"archive": archive}, base=tmp_path, environment={})

    assert built("s3://pages/tamis").archive == "s3://pages/tamis"
    assert built("s3://pages/tamis").archive_folder == tmp_path / "archive-spool"
    assert built("raw").archive_folder == tmp_path / "raw"
    with pytest.raises(SettingsError, match="archive: credentials do not belong there") as caught:
        built("s3://key:hunter2@pages")
    assert "hunter2" not in str(caught.value)
