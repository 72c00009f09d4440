"""`tamis export`, `tamis db ...`: one function a command, between the settings and storage."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from flows.archive import archive_of
from flows.clock import utc_now
from flows.errors import FlowError
from flows.settings import Settings
from storage.analysts.exports.export import Exported, Format, export
from storage.analysts.reader_login import ReaderLogin, make_reader
from storage.opening import open_database
from storage.upkeep.backup import Backup, backup, restore
from storage.upkeep.checking import Problem, check
from storage.upkeep.erasure import Erasure, erase_author

FORMATS: tuple[Format, ...] = ("parquet", "csv", "jsonl", "duckdb")


class KeepingRefused(FlowError):
    exit_code = 2


def export_to(
    settings: Settings,
    folder: Path,
    wanted: str,
    *,
    since: datetime | None,
    as_of: datetime | None,
    only: tuple[str, ...] | None,
    on_table: Callable[[str, int], None],
) -> Exported:
    """Raises KeepingRefused for an unknown format, ExportRefused for what cannot be exported."""
    for known in FORMATS:
        if wanted == known:
            with open_database(settings.database_url) as db:
                return export(db, folder, known, utc_now(), since=since, as_of=as_of, only=only, on_table=on_table)
    raise KeepingRefused(f"there is no format {wanted!r}; use {', '.join(FORMATS)}")


def backup_to(settings: Settings, path: Path) -> Backup:
    """Raises KeepingRefused rather than replace a file."""
    if path.exists():
        raise KeepingRefused(f"{path} exists already; name a new file")
    try:
        with open_database(settings.database_url) as db:
            return backup(db, path, utc_now())
    except OSError as error:
        raise FlowError(f"{path} cannot be written: {error}") from error


def restore_from(settings: Settings, path: Path) -> Backup:
    if not path.exists():
        raise KeepingRefused(f"{path} does not exist; name a file that `tamis db backup` made")
    return restore(path, settings.database_url)


def reader_login(settings: Settings, name: str) -> ReaderLogin:
    with open_database(settings.database_url) as db:
        return make_reader(db, name)


def problems(settings: Settings) -> tuple[Problem, ...]:
    with ExitStack() as stack:
        db = stack.enter_context(open_database(settings.database_url))
        return check(db, stack.enter_context(archive_of(settings)))


def erase(settings: Settings, author: str) -> Erasure:
    """Raises KeepingRefused without a name."""
    if not author.strip():
        raise KeepingRefused("name the author to erase, as the comments show it")
    with ExitStack() as stack:
        db = stack.enter_context(open_database(settings.database_url))
        return erase_author(
            db, author, f"shell:{getpass.getuser()}", utc_now(), stack.enter_context(archive_of(settings))
        )
