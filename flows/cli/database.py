"""Commands that look after the data: export, and `tamis db ...`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.terminal import FAILED, OK, Config, JsonOption, Since, print_json, say, settings_of, utc
from flows.clock import utc_now

if TYPE_CHECKING:
    from storage.upkeep.checking import Problem

app = typer.Typer()
db_app = typer.Typer(help="The database: make it, bring it up to date, look after it.", no_args_is_help=True)
app.add_typer(db_app, name="db")


@app.command(epilog="Example: tamis export data --format parquet")
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier export to replace.")],
    wanted: Annotated[str, typer.Option("--format", help="parquet, csv, jsonl or duckdb.")] = "parquet",
    since: Since = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="As it was then, UTC."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--table", help="Only this table; repeat for more.")] = None,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """The cleaned data as files, complete, with data dictionary and checksums."""
    from flows.commands.database import export_to
    from flows.runs.progress import progress

    with progress("export", show=not as_json) as advance:
        done = export_to(
            settings_of(config),
            folder,
            wanted,
            since=utc(since),
            as_of=utc(as_of),
            only=tuple(only) if only else None,
            on_table=lambda name, count: advance(count, None),
        )
    if as_json:
        print_json({"folder": done.folder, "rows": done.rows, "bytes": done.bytes, "watermark": done.watermark})
        return
    for name, count in done.rows.items():
        say(f"{name}: {count:,} rows")
    say(
        f"Wrote {done.folder}. What changes from now on: tamis export FOLDER --since {done.watermark:%Y-%m-%dT%H:%M:%S}"
    )


@db_app.command("upgrade", epilog="Example: tamis db upgrade")
def db_upgrade(config: Config = None, as_json: JsonOption = False) -> None:
    """Make the database, or bring its schema up to date; safe to repeat."""
    from storage.opening import open_database
    from storage.schema import upgrade
    from storage.upkeep.after_run import after_upgrade

    url = settings_of(config).database_url
    change = upgrade(url)
    with open_database(url) as db:
        indexed = after_upgrade(db, utc_now())
    if as_json:
        print_json({"before": change.before, "after": change.after, "indexed": indexed})
    elif change.before == change.after:
        say(f"The database is up to date (schema {change.after}).")
    else:
        say(f"Upgraded the database from {change.before or 'nothing'} to schema {change.after}.")


@db_app.command("backup", epilog="Example: tamis db backup tamis-2026-03-01.backup")
def db_backup(
    file: Annotated[Path, typer.Argument(help="A new file.")], config: Config = None, as_json: JsonOption = False
) -> None:
    """Write the whole database into one file, while a crawl runs."""
    from flows.commands.database import backup_to

    settings = settings_of(config)
    made = backup_to(settings, file)
    _rows_report("Saved", made.path, made.rows, as_json)
    if not as_json:
        say(f"The raw pages are not in it: they are in {settings.archive}; those files never change, copy them.")
        if settings.archive_store is not None:
            say(f"What is not sent there yet is in {settings.archive_spool}.")


@db_app.command("restore", epilog="Example: tamis db restore tamis-2026-03-01.backup")
def db_restore(
    file: Annotated[Path, typer.Argument(help="A file made by tamis db backup.")],
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Fill an empty database from a backup and verify every table by count and checksum."""
    from flows.commands.database import restore_from

    made = restore_from(settings_of(config), file)
    _rows_report("Restored and verified", made.path, made.rows, as_json)


def _rows_report(what: str, path: Path, rows: dict[str, int], as_json: bool) -> None:
    if as_json:
        print_json({"path": path, "rows": rows})
    else:
        say(f"{what} {path}: {sum(rows.values()):,} rows in {len(rows)} tables.")


@db_app.command("check", epilog="Example: tamis db check")
def db_check(config: Config = None, as_json: JsonOption = False) -> None:
    """Look for what must not be: damage, broken references, versions out of order, unreadable archives."""
    from flows.commands.database import problems

    found = problems(settings_of(config))
    if as_json:
        print_json([{"what": problem.what, "rows": problem.rows} for problem in found])
    else:
        for problem in found:
            say(f"{problem.what}: {problem.rows:,}")
        say(*verdict(found))
    raise typer.Exit(FAILED if found else OK)


def verdict(found: Sequence[Problem]) -> Iterator[str]:
    """What to do about it: a database can be restored, raw pages can be put back or fetched again."""
    if any(not problem.archive for problem in found):
        yield "Restore the newest good backup into a new database."
    else:
        yield "The database is sound."
    if any(problem.archive for problem in found):
        yield "Put the archive's files back where they were; what is lost is fetched again by: tamis run --full"


@db_app.command("reader", epilog="Example: tamis db reader")
def db_reader(
    name: Annotated[str, typer.Argument(help="Name of the login.")] = "tamis_reader",
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Make a PostgreSQL login that reads the analysts' views and nothing else; again: give it a new password."""
    from flows.commands.database import reader_login

    login = reader_login(settings_of(config), name)
    if as_json:
        print_json({"name": login.name, "url": login.url, "made": login.made})
        return
    say(f"{login.name} {'was made' if login.made else 'has a new password'}. Its URL, shown once:")
    say(login.url)
    say("For the desk's SQL console: database_reader_url in tamis.toml, or TAMIS_DATABASE_READER_URL.")


@db_app.command("sources", epilog="Example: tamis db sources > models/sources.yml")
def db_sources(
    schema: Annotated[str, typer.Option("--schema", help="The database's schema that holds the views.")] = "public",
) -> None:
    """Print the analysts' views as sources.yml, with their descriptions, for a dbt project."""
    from storage.analysts.dbt import sources

    say(*sources(schema).splitlines())


@db_app.command("erase-author", epilog="Example: tamis db erase-author 'Jean Dupont' --yes")
def db_erase_author(
    author: Annotated[str, typer.Argument(help="The name as the comments show it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Erase every comment of one author, now and in later crawls; it cannot be undone."""
    from dataclasses import asdict

    from flows.commands.database import erase

    settings = settings_of(config)
    if not yes:
        typer.confirm(f"Erase every comment of {author!r}? This cannot be undone", abort=True)
    done = erase(settings, author)
    if as_json:
        print_json(asdict(done))
        return
    found = (number(done.comments, "comment"), number(done.versions, "former text"), number(done.archived, "raw page"))
    say(f"Erased {', '.join(found)}.")
    if done.mentions or done.articles:
        others = f"{number(done.mentions, 'comment')} of others and over {number(done.articles, 'article')}"
        say(f"The name still stands in {others}.")


def number(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
