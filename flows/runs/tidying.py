"""What is due in the database after a run."""

from __future__ import annotations

from flows.clock import utc_now
from flows.observe import log
from flows.settings import Settings
from storage.crawl.archive import WarcArchive
from storage.database.engine import Database
from storage.database.errors import ArchiveUnreachable
from storage.upkeep.after_run import after_run
from storage.upkeep.retention import Retention, retire


def tidy(settings: Settings, db: Database, archive: WarcArchive) -> int:
    """What is due after a run: derived tables, then letting go of what is too old; comments that joined campaigns."""
    done = after_run(db, utc_now())
    try:
        # a store that has just refused is not asked again for its files
        kept = None if archive.is_away else archive
        retire(db, Retention(**settings.retention.model_dump()), utc_now(), kept)
    except ArchiveUnreachable as error:
        log("archive_unpruned", because=str(error))  # the next run does it; that the store is away is told elsewhere
    return done.joined
