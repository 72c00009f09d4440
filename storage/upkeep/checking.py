"""`tamis db check`: is the database sound, and do its parts agree with each other?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from storage.crawl.archive import ArchiveRef, WarcArchive
from storage.database.engine import Database
from storage.database.errors import RecordMissing
from storage.database.tables import fetches

SAMPLE = 50  # archived answers that are read: the newest, and as many again from all over the archive

RULES = {
    "comments without a state": "SELECT count(*) FROM comments c LEFT JOIN reviews r ON r.comment_id = c.id"
    " WHERE r.comment_id IS NULL",
    "standings whose verdict is another comment's": "SELECT count(*) FROM reviews r JOIN verdicts v"
    " ON v.id = r.verdict_id WHERE v.comment_id <> r.comment_id",
    "standings whose decision is another comment's": "SELECT count(*) FROM reviews r JOIN decisions d"
    " ON d.id = r.decision_id WHERE d.comment_id <> r.comment_id OR d.action <> r.action",
    "standings that hold a decision taken back": "SELECT count(*) FROM reviews r JOIN decisions u"
    " ON u.undoes = r.decision_id WHERE NOT EXISTS (SELECT 1 FROM decisions b WHERE b.undoes = u.id)",
    "decisions on the present text that do not hold": "SELECT count(*) FROM reviews r"
    " JOIN comments c ON c.id = r.comment_id"
    " JOIN decisions d ON d.id = (SELECT max(x.id) FROM decisions x WHERE x.comment_id = r.comment_id)"
    " WHERE d.comment_version = c.version AND d.undoes IS NULL AND r.decision_id IS NULL",
    "standings without a decision that differ from their verdict": "SELECT count(*) FROM reviews r"
    " WHERE r.decision_id IS NULL AND r.action <> r.verdict_action AND r.action <> 'review'",
    "comments in review that wait for nobody": "SELECT count(*) FROM reviews"
    " WHERE action = 'review' AND waiting_since IS NULL",
    "answers to comments that are not there": "SELECT count(*) FROM comments c LEFT JOIN comments p"
    " ON p.id = c.parent_id WHERE c.parent_id IS NOT NULL AND p.id IS NULL",
    "pages of articles that are not there": "SELECT count(*) FROM pages p LEFT JOIN articles a ON a.id = p.article_id"
    " WHERE p.article_id IS NOT NULL AND a.id IS NULL",
    "well articles without a record": "SELECT count(*) FROM pages WHERE state = 'ok' AND article_id IS NULL"
    " AND kind = 'article'",
    "erased comments that still hold something": "SELECT count(*) FROM comments WHERE erased_at IS NOT NULL"
    " AND (body <> '' OR author IS NOT NULL OR author_url IS NOT NULL)",
    "versions newer than the comment": "SELECT count(*) FROM comment_versions v JOIN comments c ON c.id = v.comment_id"
    " WHERE v.version >= c.version",
    "versions newer than the article": "SELECT count(*) FROM article_versions v JOIN articles a"
    " ON a.id = v.article_id WHERE v.version >= a.version",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that must not be: what, and how many rows. `archive`: of the raw pages, not of the database."""

    what: str
    rows: int
    archive: bool = False


def check(db: Database, archive: WarcArchive | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with the database; nothing if it is sound. `archive`: a sample of it is read too."""
    found: list[Problem] = []
    with db.snapshot() as connection:
        if db.dialect == "sqlite":
            found += sqlite_problems(connection)
        for what, query in RULES.items():
            rows = int(connection.execute(text(query)).scalar_one())
            if rows:
                found.append(Problem(what=what, rows=rows))
        places = sampled(connection) if archive is not None else []
        files = list(connection.execute(FILES).scalars())
    if archive is not None:
        found += archive_problems(archive, files, places)
    return tuple(found)


FILES = select(fetches.c.warc_file).where(fetches.c.warc_file.is_not(None)).distinct().order_by(fetches.c.warc_file)


def sampled(connection: Connection) -> list[ArchiveRef]:
    """Places of the newest archived answers, and of as many others from all over the archive."""
    archived = select(fetches.c.id, fetches.c.warc_file, fetches.c.warc_offset).where(fetches.c.warc_file.is_not(None))
    newest = connection.execute(archived.order_by(fetches.c.id.desc()).limit(SAMPLE)).all()
    last = newest[-1].id if newest else 0
    step = max(1, last // SAMPLE)
    others = connection.execute(archived.where(fetches.c.id < last, fetches.c.id % step == 0).limit(2 * SAMPLE)).all()
    return [ArchiveRef(file=row.warc_file, offset=row.warc_offset) for row in (*newest, *others)]


def archive_problems(archive: WarcArchive, files: Sequence[str], places: Sequence[ArchiveRef]) -> list[Problem]:
    """Files that the database names and that are not there, and answers that cannot be read."""
    found = []
    there = set(archive.files())
    if gone := [file for file in files if file not in there]:
        found.append(
            Problem(
                what=f"archive files that are not in {archive.name}, such as {gone[0]}", rows=len(gone), archive=True
            )
        )
    bad = [place for place in places if place.file in there and not is_readable(archive, place)]
    if bad:
        first = f"byte {bad[0].offset} of {bad[0].file}"
        what = f"archived answers that cannot be read, of {len(places)} tried, such as {first}"
        found.append(Problem(what=what, rows=len(bad), archive=True))
    return found


def sqlite_problems(connection: Connection) -> list[Problem]:
    found = []
    answers = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if answers != ["ok"]:
        found.append(Problem(what=f"damage to the file: {answers[0]}", rows=len(answers)))
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if dangling:
        found.append(Problem(what=f"rows of {dangling[0][0]} that refer to nothing", rows=len(dangling)))
    return found


def is_readable(archive: WarcArchive, place: ArchiveRef) -> bool:
    try:
        archive.read(place)
    except RecordMissing:
        return False
    return True
