"""Every command in docs/sites.md runs as it is written there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from tests.press import small_site
from tests.servers import SiteServer

PAGE = Path(__file__).parents[2] / "docs" / "sites.md"
pytestmark = pytest.mark.integration


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("tamis ")]


def test_every_command_of_the_page_on_sites_runs_as_written(tmp_path: Path) -> None:
    with SiteServer(small_site(2)) as server:
        config = tmp_path / "tamis.toml"
        config.write_text(
            f'jobs = 1\n[moderation]\nlean = true\n[sites.magazine]\nurls = ["{server.url("/")}"]\nlocal = true\npace = 0\n',
            "utf-8",
        )
        assert CliRunner().invoke(app, ["--config", str(config), "run", "--direct"]).exit_code == 0
        assert len(commands()) >= 10
        for line in commands():
            words = shlex.split(line.replace("https://example.org", server.url("").rstrip("/")))[1:]
            done = CliRunner().invoke(app, ["--config", str(config), *words])
            assert done.exit_code == 0, (line, done.output, done.exception)
