"""`tamis demo`: the whole road on the sample site, and what to look at next.

Two nights: the site as first published, then some weeks later with texts edited, added and removed, so that change
tracking has something to show. Everything stays in one folder, which the next demo replaces.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.commands.printing import print_reports
from flows.commands.running import run_sites
from flows.demo.server import DemoServer
from flows.errors import FlowError
from flows.runs.site_run import RunReport
from flows.settings import Settings
from flows.settings_file import load
from moderation.explain import reason
from moderation.verdict import Evidence

FOLDER = Path("tamis-demo")
MARK = ".tamis-demo"  # a folder without it was not made by a demo and is never removed

SETTINGS = """# Made by `tamis demo`: the sample site on loopback.
[sites.magazine]
urls = ["{url}/"]                                # its sitemap, its feed and its lists are found from there
recheck_hours = 0                                # every page on every run: the demo's weeks pass in seconds
language = "fr"
local = true                                     # it answers from this machine
pace = 0
concurrency = 4
cron = "30 2 * * *"
timezone = "Europe/Paris"
"""

ANALYST_QUERY = """SELECT profession, salary_min, salary_max, salary_currency, salary_period
FROM clean_articles WHERE salary_min IS NOT NULL ORDER BY salary_max DESC"""


class DemoFailed(FlowError):
    pass


def tour(keep: Path | None, *, direct: bool, quiet: bool) -> dict[str, Any]:
    """Runs the demo and returns its reports. Raises DemoFailed when the road did not hold."""
    folder = prepared_folder(keep)
    console = Console(quiet=quiet)
    with DemoServer() as server:
        config = folder / "tamis.toml"
        config.write_text(SETTINGS.format(url=server.url), "utf-8")
        console.print(f"A sample magazine is served at {server.url}; its settings are in {config}\n", highlight=False)
        console.print("[bold]The first night[/]" + ("" if direct else " (a Prefect flow run)"))
        first = first_night(config, direct=direct, console=console)
        server.edition = 2
        console.print("\n[bold]Some weeks later[/]: the same command; unchanged pages cost one conditional request")
        second = first_night(config, direct=direct, console=console)
    settings = load(config, {})
    account = make_account(settings)
    answer = look_around(console, folder, settings.database_url, account)
    return {"folder": str(folder), "runs": [first.as_json(), second.as_json()], "account": account, **answer}


def make_account(settings: Settings) -> dict[str, str]:
    """An admin of the demo's desk, with a password of this demo."""
    from flows.commands.accounts import add

    account = {"name": "demo", "password": secrets.token_urlsafe(9)}
    add(settings, account["name"], "admin", None, account["password"])
    return account


def serve_desk(folder: Path, port: int, account: dict[str, str], announce: Callable[[str], object]) -> None:
    """Opens the desk on the demo's database until interrupted."""
    from flows.desk.serving import serve

    announce(log_in(account))
    serve(load(folder / "tamis.toml", {}), "127.0.0.1", port, (), announce)


def log_in(account: dict[str, str]) -> str:
    return f"Log in as {account['name']} with the password {account['password']}"


def prepared_folder(keep: Path | None) -> Path:
    """The demo's folder, empty. Raises DemoFailed rather than touch a folder that no demo made."""
    folder = (keep or FOLDER).absolute()
    if folder.exists():
        if keep is not None or not (folder / MARK).exists():
            raise DemoFailed(f"{folder} exists already; remove it or name another one with --keep")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return folder


def first_night(config: Path, *, direct: bool, console: Console) -> RunReport:
    settings = load(config, {})
    report = run_sites(settings, None, direct=direct, show=not console.quiet)[0]
    print_reports([report], console)
    if report.failure:
        raise DemoFailed(f"the demo's run failed: {report.failure}; run `tamis doctor`")
    return report


def look_around(console: Console, folder: Path, database_url: str, account: dict[str, str]) -> dict[str, Any]:
    """What an operator, an editor and an analyst would look at next."""
    from storage.analysts.console import Console as SqlConsole
    from storage.desk.review_queue import QueueFilter, review_queue
    from storage.opening import open_database

    here = f"--config {folder.name}/tamis.toml" if folder.parent == Path.cwd() else f"--config {folder}/tamis.toml"
    with open_database(database_url) as db:
        queue = review_queue(db, QueueFilter(), limit=5, order="doubt").items
        answer = SqlConsole(db=db).query(ANALYST_QUERY)
    console.print("\n[bold]Operator[/]: the health of each site, and what was set aside")
    command(console, f"{program()} status {here}")
    console.print("\n[bold]Editor[/]: comments that wait for a decision, each with its reasons")
    command(console, f"{program()} desk {here}")
    console.print(f"  then open http://127.0.0.1:8710/review. {escape(log_in(account))}", highlight=False)
    for item in queue:
        console.print(f"  [yellow]{escape(item.author or '?')}[/]: {escape(short_text(item.body))}", highlight=False)
        for words in strongest(item.evidence):
            console.print(f"      {escape(words)}", highlight=False, style="dim")
    console.print("\n[bold]Analyst[/]: documented views; the salaries that the articles state")
    console.print(f"  {ANALYST_QUERY}", highlight=False, style="dim")
    table = Table(*answer.columns)
    for row in answer.rows[:8]:
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table)
    command(console, f"{program()} desk {here}     then open http://127.0.0.1:8710/data/gallery")
    command(console, f"{program()} export tamis-data {here}")
    return {"waiting": len(queue), "query": ANALYST_QUERY, "rows": [list(row) for row in answer.rows]}


def program() -> str:
    """What to type for this program: its path where no search path leads to it, as after `make demo`."""
    here = Path(sys.argv[0])
    if shutil.which("tamis") or here.name != "tamis":
        return "tamis"
    return str(here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here)


def strongest(evidence: Sequence[Evidence], count: int = 3) -> list[str]:
    """The reasons that weigh most, in words."""
    return [reason(one) for one in sorted(evidence, key=lambda one: -abs(one.log_odds)) if one.because][:count]


def command(console: Console, words: str) -> None:
    console.print(f"  $ {escape(words)}", highlight=False, style="cyan")


def short_text(text: str, limit: int = 110) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
