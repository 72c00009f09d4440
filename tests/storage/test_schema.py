from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.analysts.gallery import GALLERY, gallery_answer
from storage.database.engine import connect
from storage.database.errors import DatabaseLocked, DatabaseUnreachable, SchemaMissing, SchemaOutdated, SchemaTooNew
from storage.database.revisions import MIGRATIONS, known_revisions, latest_revision
from storage.database.tables import metadata
from storage.opening import open_database
from storage.schema import upgrade
from storage.upkeep.backup import restore
from storage.upkeep.checking import check
from tests.postgresql import in_database, run

SCHEMAS = Path(__file__).with_name("schemas")
OURS_TOO = ("_search", "alembic_version")  # not in the tables, made by hand


def test_a_new_database_is_made_and_an_upgrade_of_it_changes_nothing(empty_database_url):
    first = upgrade(empty_database_url)
    assert (first.before, first.after) == (None, latest_revision())
    again = upgrade(empty_database_url)
    assert (again.before, again.after) == (latest_revision(), latest_revision())
    open_database(empty_database_url).close()


def test_the_files_of_the_migrations_are_numbered_as_alembic_walks_them():
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    walked = [step.revision for step in ScriptDirectory.from_config(settings).walk_revisions()]
    assert list(known_revisions()) == walked[::-1]


def test_the_migrations_make_exactly_the_tables_of_the_code(database):
    with database.read() as connection:

        def named(object_, name, kind, reflected, compared):
            return not (kind == "table" and any(word in str(name) for word in OURS_TOO))

        context = MigrationContext.configure(
            connection, opts={"include_object": named, "compare_type": False, "compare_server_default": False}
        )
        found = compare_metadata(context, metadata)
    # partial indexes on a column are read back as other objects; tables and columns must agree
    assert [one for one in found if isinstance(one, tuple) and "index" not in one[0] and "comment" not in one[0]] == []


@pytest.mark.parametrize("schema", sorted(path.stem for path in SCHEMAS.glob("*.zip")))
def test_a_filled_database_of_every_released_schema_is_brought_up_to_date(empty_database_url, schema):
    kept = restore(SCHEMAS / f"{schema}.zip", empty_database_url)
    assert kept.schema == schema
    with open_database(empty_database_url) as db:
        assert check(db) == ()
        assert len(gallery_answer(db, GALLERY[0]).rows) > 0
        with db.read() as connection:
            for table in ("articles", "comments", "decisions", "tweets"):
                stored = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                assert stored == kept.rows[table] > 0


def test_a_filled_database_is_kept_of_every_schema():
    assert {path.stem for path in SCHEMAS.glob("*.zip")} == set(known_revisions())


def test_a_database_without_tables_asks_for_an_upgrade(empty_database_url):
    with pytest.raises(SchemaMissing, match="run: tamis db upgrade"):
        open_database(empty_database_url)


def test_an_older_and_a_newer_schema_are_told_apart(database, database_url, monkeypatch):
    def stamp(revision):
        with database.write() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")

    stamp("9999")
    with pytest.raises(SchemaTooNew, match="update Tamis"):
        open_database(database_url)
    with pytest.raises(SchemaTooNew):
        upgrade(database_url)
    stamp("0000")
    monkeypatch.setattr("storage.schema.known_revisions", lambda: ("0000", latest_revision()))
    with pytest.raises(SchemaOutdated, match="run: tamis db upgrade"):
        open_database(database_url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/at/all/x.db", "cannot open the file"),
        ("sqlite://", "needs a file"),
        ("mysql://x/y", "mysql is not supported"),
        ("not a url", "is not a database URL"),
        ("postgresql://x@nosuch.invalid/x", "failed to resolve host"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(url, words):
    with pytest.raises(DatabaseUnreachable, match=words):
        open_database(url)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    path = tmp_path / "x.db"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(DatabaseUnreachable, match="not a SQLite database"):
        open_database(f"sqlite:///{path}")


@pytest.mark.integration
def test_a_database_that_does_not_hold_every_text_is_refused_with_the_command(postgresql_server):
    name = f"tamis_ascii_{secrets.token_hex(4)}"
    made = f"CREATE DATABASE {name} TEMPLATE template0 ENCODING SQL_ASCII LC_COLLATE 'C' LC_CTYPE 'C'"
    run(postgresql_server, made)
    try:
        with pytest.raises(DatabaseUnreachable, match=r"has the encoding SQL_ASCII.*createdb --encoding UTF8"):
            open_database(in_database(postgresql_server, name))
    finally:
        run(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_password_is_in_no_message():
    with pytest.raises(DatabaseUnreachable) as caught:
        open_database("postgresql://ana:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value)


def test_a_database_locked_by_another_program_is_told_so(database, monkeypatch):
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL waits")
    import sqlite3

    holder = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("storage.database.engine.LOCK_WAIT_SECONDS", 0)
    with (
        connect(database.url) as impatient,
        pytest.raises(DatabaseLocked, match="another process"),
        impatient.write() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM runs")
    holder.execute("ROLLBACK")
    holder.close()
