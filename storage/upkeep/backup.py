"""Backup and restore: one file with every table of one consistent moment, verified by counts and checksums.

A zip of JSON Lines, the same for both databases, so a backup of SQLite can be restored into PostgreSQL and the other
way round. It holds everything, names and the pseudonym key included: keep it as safe as the database. Views and search
indexes are not in it, they are made anew. The archive's files are not in it either: they never change, copy them.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

import orjson
from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    or_,
    select,
)
from sqlalchemy import table as table_clause
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import CompileError, DataError, IntegrityError

from storage.analysts.search import index_all
from storage.analysts.views import make_views
from storage.database.columns import Json, moment_text
from storage.database.engine import Database, connect
from storage.database.errors import BackupDamaged, DatabaseUnreachable
from storage.database.revisions import current_revision, known_revisions, migrate
from storage.database.tables import metadata, settings
from storage.file_locks import NoLocks, is_abandoned, lock

ROWS_AT_ONCE = 1000
DRAFT = re.compile(r"\..+\.[0-9a-f]{8}\.part")
MADE_ANEW = settings.delete().where(or_(settings.c.name == "views", settings.c.name.startswith("searched_")))
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1_000_000
MAX_LINE_BYTES = 64_000_000
"""A row as JSON. The largest is an article: a page has at most 16 MB."""
ENCRYPTED = 1
KNOWN_TABLES = frozenset(str(name) for name in metadata.tables)
"""The only names that a backup may bring: a table that a later version drops is to be added here."""
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, CompileError)
"""What taking apart a file raises that we did not write; orjson's and base64's errors are ValueErrors."""
UNREADABLE = (zipfile.BadZipFile, EOFError, OSError, zlib.error, struct.error, NotImplementedError, UnicodeError)
NUMBERED = ("articles", "comments", "tweets", "verdicts")  # tables whose numbers are given out by us on SQLite


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTable:
    """What the manifest says of a table's file: its lines, and the SHA-256 of all of them in hex."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The facts of a backup file, checked: the schema is one we know, the tables are ours."""

    schema: str
    made_at: datetime
    tables: dict[str, SavedTable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup file holds: rows by table."""

    path: Path
    schema: str
    made_at: datetime
    rows: dict[str, int]


def backup(db: Database, path: Path, now: datetime) -> Backup:
    """Write the whole database into one file while others go on reading and writing; complete or not at all."""
    schema = current_revision(db)
    assert schema is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    drop_drafts(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        facts: dict[str, dict[str, Any]] = {}
        with locked(draft) as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out, db.snapshot() as connection:
                for table in metadata.sorted_tables:
                    with out.open(f"{table.name}.jsonl", "w", force_zip64=True) as stream:
                        facts[str(table.name)] = write_lines(backup_lines(connection, table), stream)
                manifest = {"tamis_backup": 1, "schema": schema, "made_at": now.astimezone(UTC), "tables": facts}
                out.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return Backup(path=path, schema=schema, made_at=now, rows={name: fact["rows"] for name, fact in facts.items()})


def locked(draft: Path) -> BinaryIO:
    """A new file of that name which no other backup takes for a leaving of a killed one."""
    while True:
        raw = open(draft, "xb", opener=for_us_alone)  # noqa: SIM115 - the caller closes it
        try:
            with suppress(NoLocks):  # there, drafts are told from leavings by their age
                lock(raw, wait=True)
            if os.fstat(raw.fileno()).st_nlink:
                return raw
        except BaseException:
            raw.close()
            raise
        raw.close()  # deleted by one that began between our opening and our lock


def for_us_alone(name: str, flags: int) -> int:
    """Opens a file that only this account may read, from its first byte on: it holds names and the pseudonym key."""
    return os.open(name, flags, 0o600)


def drop_drafts(folder: Path) -> None:
    """Deletes what backups that were killed left in that folder; a draft that is being written is locked, and stays.

    So does one that is not ours to open: no backup fails over another's leavings. On a file system without locks one
    stays until nobody has written to it for two days.
    """
    for left in folder.glob(".*.part"):
        if DRAFT.fullmatch(left.name) and left.is_file() and not left.is_symlink():
            with suppress(OSError), open(left, "rb") as stream:
                if is_abandoned(stream):
                    left.unlink()


def restore(path: Path, url: str) -> Backup:
    """Fill an empty database from a backup, bring it up to this version's schema, and verify every table.

    The file may come from a stranger: everything that can be refused is refused before a connection is opened. One
    transaction holds the rest, so that a restore that fails or is killed leaves the database empty, to be tried again.
    Raises BackupDamaged when the file is not whole or what was restored is not what was saved, DatabaseUnreachable
    when the database is not empty.
    """
    try:
        with zipfile.ZipFile(path) as source:
            manifest = verified(source, path)
            with connect(url) as db:
                filled(db, source, manifest)
    except UNREADABLE as error:
        raise BackupDamaged(f"{path} cannot be read as a backup: {error}") from error
    return Backup(
        path=path,
        schema=manifest.schema,
        made_at=manifest.made_at,
        rows={name: fact.rows for name, fact in manifest.tables.items()},
    )


def filled(db: Database, source: zipfile.ZipFile, manifest: Manifest) -> None:
    """Makes the backup's schema, fills and verifies it, and raises it to today's: all of it or nothing."""
    with db.write(durable=True) as connection:
        if set(inspect(connection).get_table_names()) & {*metadata.tables, "alembic_version"}:
            raise DatabaseUnreachable("the database to restore into must be empty; name a new one")
        migrate(connection, manifest.schema)
        try:
            fill(db, connection, source, manifest)
            verify(connection, manifest)
        except (IntegrityError, DataError, *MALFORMED) as error:
            raise BackupDamaged(f"the backup holds a row that cannot be stored ({str(error)[:200]})") from error
        connection.execute(MADE_ANEW)  # what these say is there has to be made anew
        migrate(connection, "head")
        make_views(connection)
        index_all(connection)


def verified(source: zipfile.ZipFile, path: Path) -> Manifest:
    """The backup's manifest, after every table's file was read and agreed with it. Raises BackupDamaged."""
    names = [entry.filename for entry in source.infolist()]
    if MANIFEST not in names:
        raise BackupDamaged(f"{path} is no whole Tamis backup: it has no manifest")
    for entry in source.infolist():
        if entry.flag_bits & ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BackupDamaged(f"{path} is packed in a way that Tamis never packs; it is no backup of ours")
    manifest = manifest_of(source, path)
    wanted = {MANIFEST, *(f"{name}.jsonl" for name in manifest.tables)}
    if len(names) != len(wanted) or set(names) != wanted:
        raise BackupDamaged(f"{path} does not hold exactly the files that its manifest names")
    for name, fact in manifest.tables.items():
        with source.open(f"{name}.jsonl") as stream:
            if digest(stream, path) != (fact.rows, fact.sha256):
                raise BackupDamaged(f"{path}: table {name} is not what the manifest says")
    return manifest


def manifest_of(source: zipfile.ZipFile, path: Path) -> Manifest:
    """The manifest, every part of it checked: its names become part of statements, so only ours are taken."""
    with source.open(MANIFEST) as stream:
        raw = stream.read(MAX_MANIFEST_BYTES + 1)
    if len(raw) > MAX_MANIFEST_BYTES:
        raise BackupDamaged(f"{path}: its manifest is longer than {MAX_MANIFEST_BYTES:,} bytes")
    try:
        found = orjson.loads(raw)
        schema, tables = str(found["schema"]), dict(found["tables"])
        manifest = Manifest(
            schema=schema,
            made_at=datetime.fromisoformat(found["made_at"]),
            tables={
                str(name): SavedTable(rows=int(fact["rows"]), sha256=str(fact["sha256"]))
                for name, fact in tables.items()
            },
        )
    except MALFORMED as error:
        raise BackupDamaged(f"{path}: its manifest is not one that Tamis writes") from error
    if schema not in known_revisions():
        raise BackupDamaged(f"{path} was made by a newer Tamis (schema {schema[:40]!r}); update Tamis")
    for name in manifest.tables:
        if name not in KNOWN_TABLES:
            raise BackupDamaged(f"{path} names a table that no Tamis has ({name[:60]!r}); it is no backup of ours")
    if settings.name not in manifest.tables:
        raise BackupDamaged(f"{path} has no table of settings; it is no whole backup")
    return manifest


def lines_of(stream: IO[bytes], path: Path | None = None) -> Iterator[bytes]:
    """The stream's lines, one at a time in memory. Raises BackupDamaged for one longer than MAX_LINE_BYTES."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise BackupDamaged(f"{path or 'the backup'} holds a row longer than {MAX_LINE_BYTES:,} bytes")
        yield line


def digest(stream: IO[bytes], path: Path) -> tuple[int, str]:
    checksum, count = hashlib.sha256(), 0
    for line in lines_of(stream, path):
        checksum.update(line)
        count += 1
    return count, checksum.hexdigest()


def write_lines(found: Iterable[bytes], stream: IO[bytes]) -> dict[str, Any]:
    checksum, count = hashlib.sha256(), 0
    for line in found:
        stream.write(line)
        checksum.update(line)
        count += 1
    return {"rows": count, "sha256": checksum.hexdigest()}


def backup_lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row as one line of JSON, in the order of the primary key, the same text on both databases."""
    kinds = [portable_kind(column.type) for column in table.c]
    names = [str(column.name) for column in table.c]  # orjson takes no subclass of str
    query = select(table).order_by(*table.primary_key.columns)
    streaming = {"stream_results": True, "yield_per": ROWS_AT_ONCE}
    for part in connection.execute(query, execution_options=streaming).partitions(ROWS_AT_ONCE):
        for row in part:
            values = {name: portable(value, kind) for name, kind, value in zip(names, kinds, row, strict=True)}
            yield orjson.dumps(values, option=orjson.OPT_SORT_KEYS) + b"\n"


def portable_kind(kind: Any) -> str:
    if isinstance(kind, Boolean):
        return "truth"
    return "bytes" if isinstance(kind, LargeBinary) else "plain"


def portable(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "truth":
        return bool(value)
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def fill(db: Database, connection: Connection, source: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put the rows in. The tables are looked up in the database: they are those of the backup's own schema."""
    reflected = MetaData()
    reflected.reflect(connection, only=lambda name, _: name in manifest.tables)
    if missing := sorted(manifest.tables.keys() - {table.name for table in reflected.sorted_tables}):
        raise BackupDamaged(f"the backup's schema has no table {missing[0]}")
    if db.dialect == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    connection.execute(reflected.tables["settings"].delete())  # the new database's own key goes
    for table in reflected.sorted_tables:
        types = {column.name: column.type for column in metadata.tables[table.name].c}
        with source.open(f"{table.name}.jsonl") as stream:
            for part in portions(lines_of(stream)):
                rows = [storable_row(orjson.loads(line), table, types, db.dialect) for line in part]
                connection.execute(insert(table), rows)
    renumber(db, connection, reflected)


def portions(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """At most ROWS_AT_ONCE lines and about MAX_LINE_BYTES at once."""
    part: list[bytes] = []
    size = 0
    for line in lines:
        if part and (len(part) >= ROWS_AT_ONCE or size + len(line) > MAX_LINE_BYTES):
            yield part
            part, size = [], 0
        part.append(line)
        size += len(line)
    if part:
        yield part


def storable_row(row: dict[str, Any], table: Table, types: dict[str, Any], dialect: str) -> dict[str, Any]:
    """A line's values as the reflected table takes them. Raises KeyError for a column that it does not have."""
    for name, value in row.items():
        kind = table.c[name].type
        if value is None:
            continue
        if isinstance(kind, LargeBinary):
            row[name] = base64.b64decode(value)
        elif isinstance(kind, JSONB):
            pass
        elif isinstance(types.get(name), Json) and dialect == "sqlite":
            row[name] = orjson.dumps(value).decode()
        elif isinstance(kind, DateTime):
            row[name] = datetime.fromisoformat(value)
        elif isinstance(kind, Date):
            row[name] = date.fromisoformat(value)
    return row


def renumber(db: Database, connection: Connection, reflected: MetaData) -> None:
    """Let new rows get numbers that no restored row has."""
    for name, table in reflected.tables.items():
        if "id" not in table.c:
            continue
        newest = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        if db.dialect == "postgresql":
            if newest:
                connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (name, int(newest)))
        elif name in NUMBERED:
            connection.exec_driver_sql(
                "INSERT INTO number_blocks (name, next) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET next = max(next, excluded.next)",
                (name, int(newest) + 1),
            )


def verify(connection: Connection, manifest: Manifest) -> None:
    """Compare every table's rows with what was saved; only a schema of this version can be compared line by line."""
    same_schema = manifest.schema == known_revisions()[-1]
    for name, fact in manifest.tables.items():
        if name == "number_blocks":
            continue  # it belongs to the database it is in
        if same_schema:
            checksum, count = hashlib.sha256(), 0
            for line in backup_lines(connection, metadata.tables[name]):
                checksum.update(line)
                count += 1
            found: tuple[Any, ...] = (count, checksum.hexdigest())
            wanted: tuple[Any, ...] = (fact.rows, fact.sha256)
        else:
            rows = select(func.count()).select_from(table_clause(name))
            found, wanted = (connection.execute(rows).scalar_one(),), (fact.rows,)
        if found != wanted:
            raise BackupDamaged(f"table {name} was not restored as it was saved: {found[0]} rows of {wanted[0]}")
