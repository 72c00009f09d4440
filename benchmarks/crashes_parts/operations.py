"""What is killed: each operation says what there is to do, does it, and what is wrong once it was done to the end."""

from __future__ import annotations

import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from sqlalchemy import text

from benchmarks.crashes_parts.databases import Postgresql, Sqlite
from benchmarks.crashes_parts.site import Server
from flows.clock import utc_now
from flows.commands.database import backup_to
from flows.commands.running import run_sites
from flows.runs.remoderate import remoderate, train
from flows.runs.replay import replay
from flows.settings import Settings
from flows.settings_file import build
from moderation.verdict import Action
from storage.crawl.archive import ArchiveRef, WarcArchive
from storage.database.engine import connect
from storage.database.errors import DecisionConflict, RecordMissing
from storage.desk.decisions import decide
from storage.opening import open_database
from storage.schema import latest_revision, upgrade
from storage.upkeep.after_run import after_upgrade
from storage.upkeep.backup import restore
from storage.upkeep.checking import check
from tests.press import rows

HELD = ("moulin", "gare", "forêt", "musée", "école")
Wrong = Counter[str]
"""What is wrong, in words, and how often; the first word is what it counts as: lost, doubled, overwritten, ..."""


@dataclass
class World:
    """One database, one site, one archive, and what editors decided in between."""

    folder: Path
    database: Sqlite | Postgresql
    server: Server
    pick: Random
    decided: dict[int, str] = field(default_factory=dict)
    turn: int = 0

    def settings(self, **more: object) -> Settings:
        site = {
            "sitemaps": [f"http://127.0.0.1:{self.server.port}/sitemap.xml"],
            "local": True,
            "robots": False,
            "pace": 0,
            "concurrency": 4,
            "recheck_hours": 0,
        }
        data = {
            "jobs": 1,
            "batch_pages": 10,
            "database_url": self.database.url,
            "sites": {"press": site},
            "moderation": {"lean": True, **more},
            "fetch": {"attempts": 2},
        }
        return build(data, base=self.folder, environment={})

    def decide(self, number: int = 3) -> None:
        """An editor decides on some comments that wait."""
        query = "SELECT comment_id, version FROM reviews WHERE decision_id IS NULL ORDER BY random() LIMIT {}"
        with open_database(self.database.url) as db:
            for comment, version in rows(self.database.url, query.format(number)):
                action = self.pick.choice((Action.PUBLISH, Action.REJECT))
                try:
                    decide(db, comment, "ana", action, None, version, utc_now(), f"{self.turn}-{comment}")
                except DecisionConflict:
                    continue
                self.decided[comment] = str(action)

    def wrong(self) -> Wrong:
        """What is wrong with what is kept, against what the site says and what was decided."""
        url, found = self.database.url, Wrong()
        stories, comments = self.server.press.truth()
        kept = Counter(path_of(address) for (address,) in rows(url, "SELECT canonical_url FROM articles"))
        said = Counter(
            (path_of(address), author, body)
            for address, author, body in rows(
                url,
                "SELECT p.url, c.author, c.body FROM comments c JOIN pages p ON p.id = c.page_id"
                " WHERE c.removed_at IS NULL",
            )
        )
        found["lost: stories"] = (stories - kept).total()
        found["lost: comments"] = (comments - said).total()
        found["doubled: stories"] = (kept - stories).total()
        found["doubled: comments"] = (said - comments).total()
        holds = dict(rows(url, "SELECT comment_id, action FROM reviews"))
        written = dict(rows(url, "SELECT comment_id, count(*) FROM decisions GROUP BY 1"))
        found["overwritten: decisions"] = sum(holds.get(number) != action for number, action in self.decided.items())
        found["lost: decisions"] = sum(number not in written for number in self.decided)
        with open_database(url) as db, WarcArchive(self.folder / "archive") as archive:
            for file, offset in rows(url, "SELECT warc_file, warc_offset FROM fetches WHERE warc_file IS NOT NULL"):
                try:
                    archive.read(ArchiveRef(file=file, offset=offset))
                except RecordMissing:
                    found["unreadable: archived answers"] += 1
            for problem in check(db, archive):
                found[f"unsound: {problem.what}"] += problem.rows
        found["left behind: leases"] = rows(url, "SELECT count(*) FROM pages WHERE lease_worker IS NOT NULL")[0][0]
        frozen = "SELECT count(*) FROM pages WHERE state NOT IN ('ok')"
        found["lost: pages that are not well"] = rows(url, frozen)[0][0]
        return +found


def path_of(address: str) -> str:
    return urlsplit(address).path


class Operation:
    """`prepare` makes something to do, `work` does it, `wrong` is asked after `work` came to its end undisturbed."""

    name = ""

    def prepare(self, world: World) -> None:
        world.decide()

    def work(self, world: World) -> None:
        raise NotImplementedError

    def after_kill(self, world: World) -> Wrong:
        """What may not be even before the work was done to its end."""
        return Wrong()

    def wrong(self, world: World) -> Wrong:
        return world.wrong()


class Run(Operation):
    name = "run"

    def prepare(self, world: World) -> None:
        world.decide()
        world.server.next()

    def work(self, world: World) -> None:
        (report,) = run_sites(world.settings(), None, direct=True, show=False)
        assert report.failure is None, report.failure


class Replay(Operation):
    """A third of the titles are made other than what the pages say, as if an older extractor had read them."""

    name = "replay"

    def prepare(self, world: World) -> None:
        world.decide()
        spoiled = f"UPDATE articles SET title = 'Autrement', content_key = 'older' WHERE id % 3 = {world.turn % 3}"
        with connect(world.database.url) as db, db.write() as connection:
            connection.execute(text(spoiled))

    def work(self, world: World) -> None:
        (done,) = replay(world.settings(), None)
        assert not done.unreadable, done.unreadable

    def wrong(self, world: World) -> Wrong:
        found = world.wrong()
        left = rows(world.database.url, "SELECT count(*) FROM articles WHERE title = 'Autrement'")[0][0]
        return found + Wrong({"lost: titles that a replay mends": left})


class Remoderate(Operation):
    """A word of the operator's is held in every other turn, so that half of the readers' comments move."""

    name = "remoderate"

    def moved(self, world: World) -> Settings:
        return world.settings(hold_words=HELD if world.turn % 2 else ())

    def work(self, world: World) -> None:
        remoderate(self.moved(world), None)

    def wrong(self, world: World) -> Wrong:
        (again,) = remoderate(self.moved(world), None, dry_run=True)
        return world.wrong() + Wrong({"lost: comments not judged again": again.changed})


class Train(Operation):
    name = "train"

    def work(self, world: World) -> None:
        train(world.settings(), None, "bench")

    def wrong(self, world: World) -> Wrong:
        (again,) = train(world.settings(), None, "bench")
        return world.wrong() + Wrong({"lost: what was learned": int(again.kept)})


class Backup(Operation):
    name = "backup"

    def file(self, world: World) -> Path:
        return world.folder / "backups" / f"{world.turn}.zip"

    def work(self, world: World) -> None:
        backup_to(world.settings(), self.file(world))

    def after_kill(self, world: World) -> Wrong:
        file = self.file(world)
        whole = not file.exists() or zipfile.ZipFile(file).testzip() is None
        file.unlink(missing_ok=True)
        return Wrong({"unreadable: backups": int(not whole)})

    def wrong(self, world: World) -> Wrong:
        found, file = world.wrong(), self.file(world)
        copy = world.folder / "restored.sqlite"
        restore(file, f"sqlite:///{copy}")
        for table in ("articles", "comments", "decisions", "verdicts"):
            both = [
                rows(url, f"SELECT count(*) FROM {table}")[0][0] for url in (world.database.url, f"sqlite:///{copy}")
            ]
            found[f"lost: {table} in a backup"] += abs(both[0] - both[1])
        found["left behind: halves of backups"] = sum(1 for _ in file.parent.glob(".*.part"))
        for left in world.folder.glob("restored.sqlite*"):
            left.unlink()
        file.unlink()
        return +found


class Upgrade(Operation):
    """From the first schema to today's."""

    name = "upgrade"

    def __init__(self) -> None:
        self.url = ""
        self.rows: dict[str, int] = {}

    def prepare(self, world: World) -> None:
        self.url = world.database.old_copy()
        self.rows = self.counts()

    def counts(self) -> dict[str, int]:
        tables = ("pages", "articles", "comments", "comment_versions", "verdicts", "decisions", "reviews", "fetches")
        return {table: rows(self.url, f"SELECT count(*) FROM {table}")[0][0] for table in tables}

    def work(self, world: World) -> None:
        upgrade(self.url)
        with open_database(self.url) as db:
            after_upgrade(db, utc_now())

    def after_kill(self, world: World) -> Wrong:
        """Every copy is upgraded again after its kill: the next turn begins with another one."""
        self.work(world)
        return self.wrong(world)

    def wrong(self, world: World) -> Wrong:
        found = Wrong()
        for table, number in self.counts().items():
            found[f"lost: {table} of an upgrade"] += abs(number - self.rows[table])
        revision = rows(self.url, "SELECT version_num FROM alembic_version")
        found["unsound: schema"] = int(revision != [(latest_revision(),)])
        with open_database(self.url) as db:
            for problem in check(db):
                found[f"unsound: {problem.what}"] += problem.rows
        return +found


OPERATIONS: tuple[type[Operation], ...] = (Run, Replay, Remoderate, Train, Backup, Upgrade)
