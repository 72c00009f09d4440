"""After the demo, by the README alone: an operator's look, and an analyst's first hour with /data, an export, DuckDB and
pandas."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.orchestration.server import free_port
from tests.flows.desk.browser import chromium, need_chromium
from tests.flows.desk.room import HOST
from tests.test_docs import FENCE

README = Path(__file__).parents[1] / "README.md"
TAMIS = (sys.executable, "-m", "flows.cli")
SECONDS = 240

pytestmark = pytest.mark.integration


def section(title: str) -> str:
    return README.read_text("utf-8").split(f"## {title}\n")[1].split("\n## ")[0]


def called(words: list[str], folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which a reader has just run the demo, and what it said."""
    folder = tmp_path_factory.mktemp("reader")
    return folder, called([*TAMIS, "demo", "--direct"], folder)


def test_the_operators_look_at_the_demo_answers(demo: tuple[Path, str]) -> None:
    assert "no_article" in called([*TAMIS, "status", "--config", "tamis-demo/tamis.toml"], demo[0])


@pytest.mark.browser
def test_the_first_hour_of_an_analyst(demo: tuple[Path, str]) -> None:
    need_chromium()
    folder, told = demo
    blocks = FENCE.findall(section("First steps for analysts"))
    typed = [line.partition("  #")[0] for language, code in blocks if language == "sh" for line in code.splitlines()]
    (desk,) = (shlex.split(line)[1:] for line in typed if line.startswith("tamis desk"))
    (export,) = (shlex.split(line)[1:] for line in typed if line.startswith("tamis export"))
    (python,) = (code for language, code in blocks if language == "python")

    account = re.search(r"Log in as (\S+) with the password\s+(\S+)", told)
    assert account is not None

    answers = ask_in_the_browser(folder, desk, account[1], account[2])
    assert answers["views"] > 8
    assert answers["questions"] == 12
    assert answers["rows"] > 0
    assert answers["downloaded"].startswith(b"day,comments\r\n20")

    called([*TAMIS, *export], folder)
    assert (folder / "tamis-data" / "datapackage.json").exists()
    (folder / "read.py").write_text(python, "utf-8")
    printed = called([sys.executable, "read.py"], folder)
    assert "article_url" in printed
    assert re.search(r"^fr\s+\d+", printed, re.MULTILINE)


def test_the_page_for_analysts_works_word_for_word(demo: tuple[Path, str]) -> None:
    """Its blocks in their order, in one shell; only what a reader has done before is left out: making the environment."""
    blocks = FENCE.findall((README.parent / "docs" / "analysts.md").read_text("utf-8"))
    done_before = (". .venv", "pip install")
    lines = [line for language, code in blocks if language == "sh" for line in code.splitlines()]
    typed = [line for line in lines if not line.startswith(done_before)]
    if shutil.which("sqlite3") is None:
        typed = [line for line in typed if not line.startswith("sqlite3")]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    shell = subprocess.run(
        ["sh", "-e"],
        input="\n".join(typed),
        cwd=demo[0],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert shell.returncode == 0, shell.stderr
    assert "verdict_reasons: " in shell.stdout
    assert len([line for line in typed if line.startswith("tamis export")]) == 5
    (python,) = (code for language, code in blocks if language == "python")
    (demo[0] / "tamis-demo" / "read.py").write_text(python, "utf-8")
    assert "comments" in called([sys.executable, "read.py"], demo[0] / "tamis-demo")


def ask_in_the_browser(folder: Path, desk: list[str], name: str, password: str) -> dict:
    serving = subprocess.Popen(
        [*TAMIS, *desk, "--port", str(free_port())], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout is not None
        address = next(found[1] for line in serving.stdout if (found := re.search(r"The desk is at (\S+)/", line)))
        assert HOST in address
        with chromium() as browser:
            page = browser.new_page(locale="en-GB")
            page.goto(f"{address}/data")
            page.fill("[name=name]", name)
            page.fill("[name=password]", password)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/data")
            views = page.locator("a[href^='/data/dictionary/']").count()
            page.goto(f"{address}/data/gallery")
            questions = page.locator("main a[href^='/data/gallery/']").count()
            page.click("main a[href='/data/gallery/most-discussed']")
            page.locator("main svg.wide").wait_for()
            rows = page.locator("main tbody tr").count()
            page.goto(f"{address}/data/sql?q=SELECT+day,+comments+FROM+site_daily")
            with page.expect_download() as download:
                page.click("a[href^='/data/sql.csv']")
            downloaded = Path(download.value.path()).read_bytes()
    finally:
        serving.terminate()
        serving.wait(SECONDS)
    return {"views": views, "questions": questions, "rows": rows, "downloaded": downloaded}
