"""A database and an archive that Tamis 0.1.0 made go on under this version.

kept/0.1.0.zip was made by the code of that release (the last commit of 2026-11-23): two `tamis run --direct --full` over
the small site of tests/press.py on loopback, with a comment edited between them and a login page set aside.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import pytest

from flows.archive import archive_of
from flows.commands.health import site_states
from flows.commands.looking import archived_answer, story
from flows.runs.replay import replay
from flows.settings_file import load
from storage.database.errors import SchemaOutdated
from storage.opening import open_database
from storage.schema import upgrade
from storage.upkeep.checking import check
from tests.nightly_site import InlinePool
from tests.press import rows

KEPT = Path(__file__).with_name("kept") / "0.1.0.zip"
SAID = "SELECT author, body, removed_at FROM comments ORDER BY article_id, position"


def test_a_database_and_an_archive_of_0_1_0_go_on_under_this_version(tmp_path: Path) -> None:
    with ZipFile(KEPT) as kept:
        kept.extractall(tmp_path)
    settings = load(tmp_path / "tamis.toml")  # its settings are valid still
    url = settings.database_url
    said = rows(url, SAID)
    with pytest.raises(SchemaOutdated, match="tamis db upgrade"):
        open_database(url)
    assert upgrade(url).before == "0001"
    with open_database(url) as db, archive_of(settings) as archive:
        assert check(db, archive) == ()
    with patch("flows.runs.processing.WorkerPool", InlinePool):
        (again,) = replay(settings, None)
    assert (again.pages, again.unreadable) == (4, ())
    assert rows(url, SAID) == said
    assert len(said) == 6
    assert rows(url, "SELECT count(*) FROM comment_versions") == [(1,)]
    (state,) = site_states(settings, None)
    assert state.status is not None
    assert (state.status.articles, state.status.quarantined) == (3, 0)
    assert state.status.kinds["login"] == 1  # 0.1.0 set it aside; now it is read as what it is
    (address,) = rows(url, "SELECT url FROM pages WHERE url LIKE '%fiche-1'")[0]
    assert len(story(settings, address).answers) >= 2
    assert "Samuel" in archived_answer(settings, address, None)[1].body.decode()
