"""What can be wrong with the database and the archive.

StorageError
├── DatabaseError            stop: the operator's to mend
│   ├── SchemaMissing        no Tamis tables yet: `tamis db upgrade`
│   ├── SchemaOutdated       made by an older Tamis: `tamis db upgrade`
│   ├── SchemaTooNew         made by a newer Tamis: update Tamis
│   ├── DatabaseFull         the disk is full or broken
│   ├── DatabaseReadOnly     this account may not write to it
│   ├── DatabaseUnreachable  no such folder, no such server, wrong password, not a database
│   └── BackupDamaged        a backup whose checksums or counts do not agree with its contents
├── DatabaseLocked           retry: somebody else holds the write lock for longer than the wait allows
├── DecisionConflict         an editor decided on a comment that somebody else has decided on meanwhile
├── AccountExists            the desk has an account of that name already
├── UnknownItem              no such comment, editor, case or run
├── QueryRefused             an analyst's statement that is wrong, too slow or not allowed
├── ExportRefused            usage: an export that cannot be made as asked; nothing was written
└── ArchiveError             the archive's fault
    ├── RecordMissing        no whole record at that place of that file
    ├── ArchiveUnreachable   the object store that holds it does not answer or refuses
    └── ArchiveBusy          a run is writing to the file that is to be rewritten
"""

from __future__ import annotations

from collections.abc import Mapping


class StorageError(Exception):
    """Base of everything that `storage` raises on purpose. The message is a sentence for the operator."""


class DatabaseError(StorageError):
    """Stop: the run cannot go on until the operator has mended it."""


class SchemaMissing(DatabaseError):
    pass


class SchemaOutdated(DatabaseError):
    pass


class SchemaTooNew(DatabaseError):
    pass


class DatabaseUnreachable(DatabaseError):
    pass


class DatabaseFull(DatabaseError):
    pass


class DatabaseReadOnly(DatabaseError):
    pass


class BackupDamaged(DatabaseError):
    pass


class DatabaseLocked(StorageError):
    """Retry later: the database is sound."""


class DecisionConflict(StorageError):
    """Somebody decided first. `action`, `editor` and `version` say what holds now."""

    def __init__(self, comment_id: int, *, editor: str | None, action: str, version: int) -> None:
        who = f"{editor} decided" if editor else "the page changed and it is now"
        super().__init__(f"comment {comment_id}: {who} {action!r} meanwhile (version {version}); look again")
        self.comment_id = comment_id
        self.editor = editor
        self.action = action
        self.version = version


class UnknownItem(StorageError):
    pass


class AccountExists(StorageError):
    pass


class QueryRefused(StorageError):
    """A statement of an analyst that is not answered. `why` is a stable word, `values` what its sentence names."""

    def __init__(self, sentence: str, *, why: str, values: Mapping[str, object]) -> None:
        super().__init__(sentence)
        self.why = why
        self.values = dict(values)


class ExportRefused(StorageError):
    pass


class ArchiveError(StorageError):
    pass


class RecordMissing(ArchiveError):
    pass


class ArchiveUnreachable(ArchiveError):
    """Retry later: what the store did not take waits in the spool."""


class ArchiveBusy(ArchiveError):
    """Retry when the run is over."""
