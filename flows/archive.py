"""The archive that the settings name."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.settings import Settings

if TYPE_CHECKING:
    from storage.crawl.archive import WarcArchive

OVERDUE = timedelta(hours=1)
"""Files of the spool that were written to within it may be under way."""


def archive_of(settings: Settings) -> WarcArchive:
    """Raises ArchiveUnreachable without the package that the store needs; the store is not asked yet."""
    from storage.crawl.archive import WarcArchive
    from storage.crawl.object_store import ObjectStore

    store = ObjectStore(settings.archive_store) if settings.archive_store else None
    return WarcArchive(settings.archive_folder, settings.archive_file_bytes, store)


def unsent(settings: Settings, now: datetime) -> str | None:
    """What waits in this machine's spool for longer than it should, in one sentence; the store is not asked."""
    if settings.archive_store is None:
        return None
    before = (now - OVERDUE).timestamp()
    late = []
    for path in settings.archive_folder.rglob("*.warc.gz"):
        with suppress(FileNotFoundError):  # it has just been sent
            if (file := path.stat()).st_mtime < before:
                late.append(file)
    if not late:
        return None
    since = datetime.fromtimestamp(min(file.st_mtime for file in late), now.tzinfo)
    size = sum(file.st_size for file in late) / 1e6
    return (
        f"{counted(len(late))} of raw pages ({size:,.0f} MB) in {settings.archive_folder} not sent to"
        f" {settings.archive_store} since {since:%d %b %H:%M}; nothing is lost, the next run on this machine sends them"
    )


def counted(files: int) -> str:
    return "1 file" if files == 1 else f"{files:,} files"
