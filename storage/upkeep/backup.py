"""Backup and restore: one file with every table of one consistent moment, verified by counts and checksums.

A zip of JSON Lines, the same for both databases, so a backup of SQLite can be restored into PostgreSQL and the other
way round. It holds everything, names and the pseudonym key included: keep it as safe as the database. Views and search
indexes are not in it, they are made anew. The archive's files are not in it either: they never change, copy them.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Boolean, Connection, Date, DateTime, LargeBinary, MetaData, Table, insert, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from storage.analysts.search import index_new
from storage.database.bulk import batched
from storage.database.columns import Json, moment_text
from storage.database.engine import Database, connect
from storage.database.errors import BackupDamaged, DatabaseUnreachable
from storage.database.revisions import current_revision, known_revisions
from storage.database.tables import metadata, settings
from storage.schema import upgrade

ROWS_AT_ONCE = 1000
MADE_ANEW = settings.delete().where(or_(settings.c.name == "views", settings.c.name.startswith("searched_")))
MANIFEST = "manifest.json"
NUMBERED = ("articles", "comments", "tweets", "verdicts")  # tables whose numbers are given out by us on SQLite


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
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        facts: dict[str, dict[str, Any]] = {}
        with draft.open("xb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out, db.snapshot() as connection:
                for table in metadata.sorted_tables:
                    with out.open(f"{table.name}.jsonl", "w", force_zip64=True) as stream:
                        facts[str(table.name)] = write_lines(backup_lines(connection, table), stream)
                manifest = {"tamis_backup": 1, "schema": schema, "made_at": now.astimezone(UTC), "tables": facts}
                out.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
            raw.flush()
            os.fsync(raw.fileno())
        os.chmod(draft, 0o600)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return Backup(path=path, schema=schema, made_at=now, rows={name: fact["rows"] for name, fact in facts.items()})


def restore(path: Path, url: str) -> Backup:
    """Fill an empty database from a backup, bring it up to this version's schema, and verify every table.

    Raises BackupDamaged when the file is not whole (before anything is written) or when what was restored is not what
    was saved; DatabaseUnreachable when the database is not empty.
    """
    try:
        with zipfile.ZipFile(path) as source:
            manifest = verified(source, path)
            with connect(url) as db:
                if current_revision(db) is not None:
                    raise DatabaseUnreachable("the database to restore into must be empty; name a new one")
            upgrade(url, manifest["schema"])
            with connect(url) as db:
                fill(db, source, manifest)
                verify(db, manifest)
                with db.write() as connection:  # what these say is there has to be made anew
                    connection.execute(MADE_ANEW)
            upgrade(url)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise BackupDamaged(f"{path} cannot be read as a backup: {error}") from error
    with connect(url) as db:
        index_new(db)
    return Backup(
        path=path,
        schema=manifest["schema"],
        made_at=datetime.fromisoformat(manifest["made_at"]),
        rows={name: fact["rows"] for name, fact in manifest["tables"].items()},
    )


def verified(source: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """The backup's manifest, after every table's file was read and agreed with it."""
    if MANIFEST not in source.namelist():
        raise BackupDamaged(f"{path} is no whole Tamis backup: it has no manifest")
    manifest: dict[str, Any] = orjson.loads(source.read(MANIFEST))
    if manifest["schema"] not in known_revisions():
        raise BackupDamaged(f"{path} was made by a newer Tamis (schema {manifest['schema']}); update Tamis")
    for name, fact in manifest["tables"].items():
        with source.open(f"{name}.jsonl") as stream:
            if digest(stream) != (fact["rows"], fact["sha256"]):
                raise BackupDamaged(f"{path}: table {name} is not what the manifest says")
    return manifest


def digest(stream: IO[bytes]) -> tuple[int, str]:
    checksum, count = hashlib.sha256(), 0
    for line in stream:
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
    streaming = connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    for part in streaming.execute(query).partitions(ROWS_AT_ONCE):
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


def fill(db: Database, source: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Put the rows in. The tables are looked up in the database: they are those of the backup's own schema."""
    with db.write() as connection:
        reflected = MetaData()
        reflected.reflect(connection, only=lambda name, _: name in manifest["tables"])
        if db.dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.execute(reflected.tables["settings"].delete())  # the new database's own key goes
        names = [table.name for table in reflected.sorted_tables if table.name in manifest["tables"]]
        for name in names:
            table = reflected.tables[name]
            types = {column.name: column.type for column in metadata.tables[name].c} if name in metadata.tables else {}
            with source.open(f"{name}.jsonl") as stream:
                for part in batched(stream, ROWS_AT_ONCE):
                    rows = [storable_row(orjson.loads(line), table, types, db.dialect) for line in part]
                    connection.execute(insert(table), rows)
        renumber(db, connection, reflected)


def storable_row(row: dict[str, Any], table: Table, types: dict[str, Any], dialect: str) -> dict[str, Any]:
    """A line's values as the reflected table takes them."""
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
        newest = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {name}").scalar_one()  # noqa: S608
        if db.dialect == "postgresql":
            if newest:
                connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (name, int(newest)))
        elif name in NUMBERED:
            connection.exec_driver_sql(
                "INSERT INTO number_blocks (name, next) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET next = max(next, excluded.next)",
                (name, int(newest) + 1),
            )


def verify(db: Database, manifest: dict[str, Any]) -> None:
    """Compare every table's rows with what was saved; only a schema of this version can be compared line by line."""
    same_schema = manifest["schema"] == known_revisions()[-1]
    with db.snapshot() as connection:
        for name, fact in manifest["tables"].items():
            if name == "number_blocks":
                continue  # it belongs to the database it is in
            if same_schema:
                checksum, count = hashlib.sha256(), 0
                for line in backup_lines(connection, metadata.tables[name]):
                    checksum.update(line)
                    count += 1
                found: tuple[Any, ...] = (count, checksum.hexdigest())
                wanted: tuple[Any, ...] = (fact["rows"], fact["sha256"])
            else:
                found = (connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one(),)  # noqa: S608
                wanted = (fact["rows"],)
            if found != wanted:
                raise BackupDamaged(f"table {name} was not restored as it was saved: {found[0]} rows of {wanted[0]}")
