"""A small press site of our own writing for tests of the whole road, and runs on it: here or in processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from flows.commands.running import run_sites
from flows.runs.site_run import RunReport
from flows.settings import Settings
from flows.settings_file import build
from storage.database.engine import connect
from tests.servers import Reply, SiteServer

PARAGRAPH = (
    "Le documentaliste trie les dépêches du jour, vérifie chaque source et rédige une notice que le journaliste "
    "pourra citer sans la relire. Il connaît les fonds, les droits et les délais, et il sait dire non. "
)


def article(number: int, comments: str = "", extra: str = "") -> str:
    return (
        f'<!doctype html><html lang="fr"><head><title>Fiche {number}</title></head><body><article>'
        f"<h1>Fiche {number}</h1><p>{PARAGRAPH}{number}</p><h2>Mission</h2><p>{PARAGRAPH * 2}</p></article>"
        f'{extra}<div id="comments"><h3>{comments.count("<li")} commentaires</h3>'
        f'<ol class="commentlist">{comments}</ol></div></body></html>'
    )


def comment(number: int, author: str, body: str) -> str:
    head = f'<div class="comment-author vcard"><cite class="fn">{author}</cite> <span class="says">dit :</span></div>'
    date = f'<div class="comment-meta"><a href="#comment-{number}">3 mars 2014 à 10 h 0{number % 10} min</a></div>'
    body = f'<div class="comment-body">{head}{date}<p>{body}</p></div>'
    return f'<li class="comment depth-1" id="comment-{number}">{body}</li>'


def tagged(body: str) -> Reply:
    return Reply(body=body, etag=f'"{hash(body) & 0xFFFFFFFF:x}"')


def site_of(server: SiteServer, folder: Path, database_url: str | None = None, **keys: Any) -> Settings:
    """The settings of one site; without a URL the database is a SQLite file in the folder, made by the first run."""
    site = {"urls": [server.url("/")], "local": True, "pace": 0, "follow_links": True, **keys}
    data = {"jobs": 1, "sites": {"press": site}, "moderation": {"lean": True}, "fetch": {"attempts": 2}}
    return build(data | ({"database_url": database_url} if database_url else {}), base=folder, environment={})


def run(settings: Settings, **options: Any) -> RunReport:
    return run_sites(settings, None, direct=True, show=False, **options)[0]


def rows(where: Path | str, sql: str) -> list[tuple[Any, ...]]:
    """What a query gives in the database at a URL, or in the SQLite file that a run made in a folder."""
    url = where if isinstance(where, str) else f"sqlite:///{where / 'tamis.sqlite'}"
    with connect(url) as db, db.read() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def found_in(where: Path | str) -> list[list[str]]:
    """What a crawl found, without numbers and times: the same whichever run, worker or database brought it in."""
    queries = (
        "SELECT canonical_url, title, text FROM articles",
        "SELECT author, body, position, kind, removed_at FROM comments",
        "SELECT action, spam_probability FROM reviews",  # what holds: a campaign that grows is judged again
    )
    return [
        sorted(str([round(value, 9) if isinstance(value, float) else value for value in row]) for row in rows(where, q))
        for q in queries
    ]


def small_site(count: int = 4) -> dict[str, Any]:
    links = "".join(f'<p><a href="/fiche-{n}">Fiche {n}</a></p>' for n in range(count))
    pages: dict[str, Any] = {"/": tagged(article(99, extra=links))}
    for n in range(count):
        thread = comment(10 * n + 1, "Samuel", "Merci pour cette fiche très complète.") + comment(
            10 * n + 2, "cheap loans", "Great post! Visit http://loans.example for cheap loans"
        )
        pages[f"/fiche-{n}"] = tagged(article(n, thread))
    return pages


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def settings_file(folder: Path, server: SiteServer, database_url: str, batch_pages: int = 5) -> Path:
    """A tamis.toml for runs in processes of their own."""
    folder.mkdir(exist_ok=True)
    path = folder / "tamis.toml"
    path.write_text(
        f'jobs = 1\nbatch_pages = {batch_pages}\ndatabase_url = "{database_url}"\n[moderation]\nlean = true\n'
        f'[fetch]\nattempts = 10\n[sites.press]\nurls = ["{server.url("/")}"]\n'
        "local = true\npace = 0\nfollow_links = true\n",
        "utf-8",
    )
    return path


@contextmanager
def running(config: Path, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`tamis run` in a process of its own; it and its children are killed if they outlive the block."""
    words = [sys.executable, "-m", "flows.cli", "run", "--json", "--config", str(config), *(options or ["--direct"])]
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
        start_new_session=True,
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)


def ended(child: subprocess.Popen[str]) -> dict[str, Any]:
    """The report of a run that goes on to its end."""
    out, errors = child.communicate(timeout=120)
    assert out, errors
    report: dict[str, Any] = json.loads(out)[0]
    return report
