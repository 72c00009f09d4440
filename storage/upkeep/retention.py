"""How long things are kept: the log of answers, archived pages, closed cases, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from storage.crawl.archive import WarcArchive
from storage.crawl.campaigns import forget_bands
from storage.database.engine import Database
from storage.database.errors import RecordMissing
from storage.database.tables import article_versions, comment_versions, fetches, quarantine, runs, sessions, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days to keep; None: for ever.

    The newest answer of every page, the newest archived one, and what editors decided are always kept.
    """

    fetches: int | None = 400
    archive: int | None = None
    versions: int | None = None
    closed_cases: int | None = 400
    runs: int | None = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """How many rows and archive files went."""

    fetches: int = 0
    archive_files: int = 0
    versions: int = 0
    closed_cases: int = 0
    runs: int = 0
    sessions: int = 0
    bands: int = 0


def retire(db: Database, rules: Retention, now: datetime, archive: WarcArchive | None = None) -> Retired:
    """Let go of what is older than the rules say."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    counts: dict[str, int] = {}
    newest = select(func.max(fetches.c.id)).group_by(fetches.c.page_id)
    if rules.archive is not None:
        old = fetches.c.fetched_at < before(rules.archive)
        replayable = select(func.max(fetches.c.id)).where(fetches.c.warc_file.is_not(None)).group_by(fetches.c.page_id)
        with db.write() as connection:
            connection.execute(
                update(fetches)
                .where(old, fetches.c.warc_file.is_not(None), fetches.c.id.not_in(replayable))
                .values(warc_file=None, warc_offset=None)
            )
    if rules.fetches is not None:
        with db.write() as connection:
            gone = delete(fetches).where(
                fetches.c.fetched_at < before(rules.fetches),
                fetches.c.id.not_in(newest),
                fetches.c.warc_file.is_(None),
            )
            counts["fetches"] = connection.execute(gone).rowcount
    if rules.versions is not None:
        with db.write() as connection:
            counts["versions"] = sum(
                connection.execute(delete(table).where(table.c.valid_to < before(rules.versions))).rowcount
                for table in (article_versions, comment_versions)
            )
    if rules.closed_cases is not None:
        with db.write() as connection:
            closed = delete(quarantine).where(quarantine.c.resolved_at < before(rules.closed_cases))
            counts["closed_cases"] = connection.execute(closed).rowcount
    if rules.runs is not None:
        named = (select(table.c.run_id).where(table.c.run_id.is_not(None)) for table in (fetches, quarantine, verdicts))
        with db.write() as connection:
            ended = delete(runs).where(runs.c.finished_at < before(rules.runs))
            counts["runs"] = connection.execute(ended.where(*(runs.c.id.not_in(ids) for ids in named))).rowcount
    with db.write() as connection:
        counts["sessions"] = connection.execute(delete(sessions).where(sessions.c.expires_at < now)).rowcount
    counts["bands"] = forget_bands(db, now)
    if archive is not None:
        counts["archive_files"] = drop_unused(db, archive, now)
    return Retired(**counts)


def drop_unused(db: Database, archive: WarcArchive, now: datetime) -> int:
    """Delete archive files that nothing points into any more; young ones stay, a run may be about to."""
    with db.read() as connection:
        used = set(connection.execute(select(fetches.c.warc_file).distinct()).scalars())
        used |= set(connection.execute(select(quarantine.c.warc_file).distinct()).scalars())
    dropped = 0
    for file in archive.files():
        try:
            if file not in used and archive.written_at(file) < now - timedelta(days=2):
                archive.delete(file)
                dropped += 1
        except RecordMissing:
            continue  # another run has dropped it meanwhile
    return dropped
