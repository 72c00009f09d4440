"""Every command that writes, on a disk that fills up: run in a mount namespace of its own, prints JSON.

    unshare -Urm python -m tests.flows.full_disk FOLDER [KILOBYTES,KILOBYTES... [COMMAND...]]

One line an attempt: the command, the kilobytes that were free, its exit code, what it said, what it left behind, and what
is wrong with that (an empty list: nothing).
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.cli.app import main
from flows.clock import utc_now
from moderation.verdict import Action
from storage.crawl.loading import load
from storage.desk.decisions import decide
from storage.opening import open_database
from storage.schema import latest_revision, upgrade
from storage.upkeep.backup import backup
from tests.nightly_site import nights_later
from tests.press import rows, run, site_of, small_site
from tests.servers import SiteServer
from tests.storage.conftest import Maker, comment, verdict

DISK_MB = 24
FREE_KB = (0, 4, 16, 48, 120, 300, 600, 1000, 1800, 3000, 6000)
FILLER = "filler"


def prepared(folder: Path) -> tuple[Path, Path]:
    """A database of some articles, and a backup of it."""
    path = folder / "good.sqlite"
    upgrade(f"sqlite:///{folder / 'old.sqlite'}", "0005")
    upgrade(f"sqlite:///{path}")
    with open_database(f"sqlite:///{path}") as db:
        make = Maker(db)
        for number in range(40):
            said = [comment(f"Merci pour la fiche {number}, point {n}. " * 8, id=f"{number}-{n}") for n in range(6)]
            url = f"https://mag.example/{number}"
            load(db, [make.extracted(url, said, [verdict() for _ in said])], None, make.now)
        backup(db, folder / "good.zip", make.now)
    return path, folder / "good.zip"


def crawled(folder: Path, server: SiteServer) -> Path:
    """A folder with the database and the archive of a run, on whose comments an editor decided, read by an older
    extractor."""
    place = folder / "crawled"
    place.mkdir()
    settings = site_of(server, place)
    with nights_later(0):
        run(settings)
    with open_database(settings.database_url) as db:
        for number, version in rows(settings.database_url, "SELECT comment_id, version FROM reviews"):
            decide(db, number, "ana", Action.PUBLISH, None, version, utc_now(), f"disk-{number}")
        with db.write() as connection:
            connection.exec_driver_sql("UPDATE articles SET title = 'Autrement', content_key = 'older'")
    return place


@contextmanager
def small_disk(place: Path) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)], check=True)
    before = Path.cwd()
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)
        gc.collect()  # handles of a database that failed to open
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(leave_kb: int) -> None:
    """Everything but so many kilobytes."""
    with open(FILLER, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        file.truncate(max(0, file.tell() - leave_kb * 1024))


def attempt(words: list[str]) -> tuple[object, str]:
    """The exit code of the command line and what it said on standard error; a traceback is said too."""
    before = signal.getsignal(signal.SIGTERM)
    sys.argv = ["tamis", *words]
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ending:
        code = ending.code or 0
    except BaseException as fault:
        return "traceback", repr(fault)
    finally:
        signal.signal(signal.SIGTERM, before)
    return code, err.getvalue()


def sound(path: Path) -> list[str]:
    """What is wrong with a SQLite file; a file that holds no table is a database not made yet."""
    if not path.exists() or path.stat().st_size == 0:
        return []
    with contextlib.closing(sqlite3.connect(path)) as db:
        said = db.execute("PRAGMA integrity_check").fetchone()[0]
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        if said != "ok":
            return [f"integrity: {said}"]
        if tables and "alembic_version" not in tables:
            return [f"half made: {tables}"]
        return []


def repeated(words: list[str]) -> list[str]:
    """The same command with room enough."""
    code, said = attempt(words)
    return [] if code == 0 else [f"again with room: {code}, {said[-300:]}"]


def count(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


class Trial:
    """One command. `before` makes the folder, `words` is the command line, `after` says what is wrong once it ended."""

    def __init__(self, name: str, words: list[str], before: Callable[[], None], after: Callable[[bool], list[str]]):
        self.name, self.words, self.before, self.after = name, words, before, after

    def run(self, disk: Path, free: int) -> dict[str, object]:
        with small_disk(disk):
            self.before()
            Path("tamis.toml").touch()
            had = everything()
            fill(free)
            code, said = attempt(self.words)
            Path(FILLER).unlink()
            left = sorted(everything() - had)
            wrong = [f"left behind: {name}" for name in left if ".part" in name or name.startswith((".", "tmp"))]
            lines = [line for line in said.splitlines() if line]
            if code not in (0, 1):
                wrong.append(f"exit code {code}")
            if code == 1 and not (lines and lines[-1].startswith("tamis: ")):
                wrong.append("no sentence")
            if "Traceback" in said:
                wrong.append("traceback")
            wrong += self.after(code == 0)
        return {
            "command": self.name, "free": free, "code": str(code), "said": said[-400:], "left": left, "wrong": wrong,
        }  # fmt: skip


def everything() -> set[str]:
    return {str(path) for path in Path().rglob("*") if path.is_file() and path.name != FILLER}


def trials(folder: Path, server: SiteServer, everything_there_is: bool) -> list[Trial]:
    """`everything_there_is`: those too that need a site that was crawled."""
    good, saved = prepared(folder)

    def settings(site: str = "") -> None:
        Path("tamis.toml").write_text(f"jobs = 1\n[moderation]\nlean = true\n{site}", "utf-8")

    def with_database() -> None:
        settings()
        shutil.copy(good, "tamis.sqlite")

    def backup_is_whole(done: bool) -> list[str]:
        if not done:
            return ["a file stands there"] if Path("new.zip").exists() else repeated(["db", "backup", "new.zip"])
        return [] if zipfile.ZipFile("new.zip").testzip() is None else ["damaged"]

    def restored(done: bool) -> list[str]:
        wrong = sound(Path("tamis.sqlite"))
        if not done:
            wrong += repeated(["db", "restore", str(saved)])
        return wrong or ([] if count(Path("tamis.sqlite"), "articles") == 40 else ["rows are missing"])

    def exported(done: bool) -> list[str]:
        return (
            []
            if done == Path("data", "datapackage.json").exists() and (done or not Path("data").exists())
            else ["half"]
        )

    def old_database() -> None:
        settings()
        shutil.copy(folder / "old.sqlite", "tamis.sqlite")

    def upgraded(done: bool) -> list[str]:
        wrong = sound(Path("tamis.sqlite"))
        if not done:
            wrong += repeated(["db", "upgrade"])
        with contextlib.closing(sqlite3.connect("tamis.sqlite")) as db:
            found = db.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return wrong or ([] if found == latest_revision() else [f"schema {found}"])

    def no_database() -> None:
        settings()

    def started(done: bool) -> list[str]:
        there = Path("new/tamis.toml")
        return [] if not there.exists() or there.stat().st_size > 1000 else ["half a tamis.toml"]

    def site() -> None:
        settings(f'[sites.press]\nurls = ["{server.url("/")}"]\nlocal = true\npace = 0\nfollow_links = true\n')

    def ran(done: bool) -> list[str]:
        wrong = sound(Path("tamis.sqlite"))
        with nights_later(1):
            wrong += repeated(["run", "--direct"])
        found = count(Path("tamis.sqlite"), "articles")
        return wrong or ([] if found == 3 else [f"{found} articles of 3 after the next run"])

    def page() -> None:
        settings()
        Path("page.html").write_text(small_site()["/fiche-1"].body, "utf-8")
        Path("comments.jsonl").write_text('{"id": 1, "text": "Merci beaucoup"}\n' * 3000, "utf-8")

    def written(name: str) -> Callable[[bool], list[str]]:
        return lambda done: [] if Path(name).exists() == done else ["half a file"]

    def after_a_run(words: str = "") -> Callable[[], None]:
        def before() -> None:
            shutil.copytree(found, Path(), dirs_exist_ok=True)
            address = server.url("/")
            sites = f'[sites.press]\nurls = ["{address}"]\nlocal = true\npace = 0\nfollow_links = true\n'
            Path("tamis.toml").write_text(f"jobs = 1\n[moderation]\nlean = true\n{words}{sites}", "utf-8")

        return before

    def done_again(*words: str, query: str) -> Callable[[bool], list[str]]:
        """Nothing is damaged, editors' decisions stand, and the command does its work once there is room."""

        def after(done: bool) -> list[str]:
            wrong = sound(Path("tamis.sqlite"))
            if not done:
                wrong += repeated(list(words))
            with contextlib.closing(sqlite3.connect("tamis.sqlite")) as db:
                undone = db.execute(query).fetchone()[0]
            kept = count(Path("tamis.sqlite"), "decisions")
            wrong += [f"{undone} undone"] if undone else []
            return wrong + ([] if kept == decided else [f"{kept} decisions of {decided}"])

        return after

    rare = []
    if everything_there_is:
        found = crawled(folder, server)
        decided = count(found / "tamis.sqlite", "decisions")
        titles = "SELECT count(*) FROM articles WHERE title = 'Autrement'"
        held = "SELECT count(*) FROM reviews WHERE verdict_action = 'publish'"
        learned = "SELECT count(*) = 0 FROM learned WHERE kind = 'layer'"
        rare = [
            Trial("replay", ["replay"], after_a_run(), done_again("replay", query=titles)),
            Trial(
                "remoderate",
                ["remoderate"],
                after_a_run('hold_words = ["merci", "visit"]\n'),
                done_again("remoderate", query=held),
            ),
            Trial("train", ["train"], after_a_run(), done_again("train", query=learned)),
        ]
    return rare + [
        Trial("db backup", ["db", "backup", "new.zip"], with_database, backup_is_whole),
        Trial("db restore", ["db", "restore", str(saved)], no_database, restored),
        *[
            Trial(f"export {kind}", ["export", "data", "--format", kind], with_database, exported)
            for kind in ("csv", "jsonl", "parquet", "duckdb")
        ],
        Trial("db upgrade", ["db", "upgrade"], old_database, upgraded),
        Trial("db upgrade of nothing", ["db", "upgrade"], no_database, upgraded),
        Trial("init", ["init", "new"], lambda: None, started),
        Trial("extract --out", ["extract", "page.html", "--out", "pages.jsonl", "--jobs", "1"], page, written("pages.jsonl")),
        Trial("moderate --out", ["moderate", "comments.jsonl", "--lean", "--out", "v.jsonl"], page, written("v.jsonl")),
        Trial("run", ["run", "--direct"], site, ran),
    ]  # fmt: skip


def all_attempts(folder: Path, amounts: tuple[int, ...], chosen: list[str]) -> Iterator[dict[str, object]]:
    disk = folder / "disk"
    with SiteServer(small_site(3)) as server:
        for trial in trials(folder, server, amounts is FREE_KB):
            if chosen and trial.name not in chosen:
                continue
            for free in amounts:
                if trial.name in ("run", "replay"):
                    with nights_later(0):
                        yield trial.run(disk, free)
                else:
                    yield trial.run(disk, free)


if __name__ == "__main__":
    amounts = tuple(int(number) for number in sys.argv[2].split(",")) if len(sys.argv) > 2 else FREE_KB
    for found in all_attempts(Path(sys.argv[1]), amounts, sys.argv[3:]):
        print(json.dumps(found), flush=True)
