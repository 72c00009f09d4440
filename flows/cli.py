"""The command line: parse, call one function, print.

Heavy packages are imported inside the commands that need them, so that `tamis --help` stays instant.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from flows import __version__
from flows.errors import FlowError

if TYPE_CHECKING:
    from flows.settings import Settings

OK, FAILED, USAGE, QUARANTINED = 0, 1, 2, 3

app = typer.Typer(
    name="tamis",
    help="Article sites and their comment threads, turned into clean, moderated, queryable data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db_app = typer.Typer(help="The database: make it, bring it up to date, look after it.", no_args_is_help=True)
app.add_typer(db_app, name="db")
user_app = typer.Typer(help="Accounts of the desk.", no_args_is_help=True)
app.add_typer(user_app, name="user")

Config = Annotated[Optional[Path], typer.Option("--config", help="Settings file.", show_default="./tamis.toml")]  # noqa: UP045
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def main() -> None:
    """Entry point. Exit codes: 0 ok, 1 failed, 2 usage, 3 finished with quarantined pages."""
    from storage.errors import StorageError  # light: it imports no SQLAlchemy

    try:
        app()
    except FlowError as error:
        _fail(str(error), error.exit_code)
    except StorageError as error:
        _fail(str(error), FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left, as `head` does
        sys.exit(OK)
    except KeyboardInterrupt:
        _fail("stopped; the next run takes up where this one left off", 130)


def _fail(sentence: str, code: int) -> None:
    typer.echo(f"tamis: {sentence}", err=True)
    sys.exit(code)


def _settings(config: Path | None) -> Settings:
    from flows.settings import load

    settings = load(config or next(iter(_given_config), None))
    if settings.log_format == "json":
        from flows import observe

        observe.configure("json", secrets=observe.secrets_of(settings))
    return settings


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def _output(path: Path | None) -> Iterator[Any]:
    """The binary stream for JSONL: standard output, or a file that appears only when it is complete."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise FlowError(f"{path} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tamis {__version__}")
        raise typer.Exit(OK)


_given_config: list[Path] = []  # `tamis --config FILE run` means the same as `tamis run --config FILE`


@app.callback()
def _root(
    config: Config = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    _given_config[:] = [config] if config else []


@app.command(epilog="Example: tamis demo --keep demo-folder")
def demo(
    keep: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--keep", help="Folder for the demo's settings, database and archive; it must not exist yet."),
    ] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Run the same coroutine without Prefect.")] = False,
    open_desk: Annotated[bool, typer.Option("--desk", help="Then open the review desk on it.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The desk's port.")] = 8710,
    as_json: Json = False,
) -> None:
    """The bundled sample site on loopback -> nightly flow -> database -> what to look at next."""
    from flows.demo.tour import serve_desk, tour

    report = tour(keep, direct=direct, quiet=as_json)
    if as_json:
        _print_json(report)
    if open_desk:
        serve_desk(Path(report["folder"]), port, typer.echo)


@app.command(epilog="Example: tamis init my-sites && cd my-sites && tamis run")
def init(
    folder: Annotated[Path, typer.Argument(help="Where tamis.toml goes.", show_default="here")] = Path("."),
    as_json: Json = False,
) -> None:
    """Write a commented tamis.toml."""
    from flows.starter import write_settings

    path = write_settings(folder)
    if as_json:
        _print_json({"path": str(path)})
    else:
        typer.echo(f"Wrote {path}. Edit its [sites.…] table, then: tamis run")


@app.command(epilog="Example: tamis run magazine --limit 20")
def run(
    sites: Annotated[Optional[list[str]], typer.Argument(help="Sites to run.", show_default="all")] = None,  # noqa: UP045
    full: Annotated[bool, typer.Option("--full", help="Fetch every known page again, changed or not.")] = False,
    limit: Annotated[Optional[int], typer.Option("--limit", min=1, help="At most so many pages a site.")] = None,  # noqa: UP045
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Discover and show what would be fetched; write nothing.")
    ] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Run the same coroutine without Prefect.")] = False,
    runner: Annotated[
        str, typer.Option("--runner", help="Where batches run: processes, or dask://HOST:PORT for a cluster.")
    ] = "processes",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """The nightly flow, now: discover, fetch, extract, moderate, load, report."""
    from flows.nightly import run_sites
    from flows.report import print_reports

    reports = run_sites(
        _settings(config),
        sites,
        full=full,
        limit=limit,
        dry_run=dry_run,
        direct=direct,
        runner=runner,
        show=not as_json,
    )
    if as_json:
        _print_json([report.as_json() for report in reports])
    else:
        print_reports(reports)
    raise typer.Exit(max((report.exit_code for report in reports), default=OK, key=_gravity))


def _gravity(code: int) -> int:
    """A failed site outweighs a quarantined page."""
    return {OK: 0, QUARANTINED: 1, FAILED: 2}.get(code, 3)


@app.command(epilog="Example: tamis schedule --config tamis.toml")
def schedule(
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the schedules as JSON and leave.")] = False,
) -> None:
    """One long-lived process that runs every site on its cron; no other server is needed."""
    from flows.scheduling import schedules, serve_sites

    settings = _settings(config)
    if as_json:
        _print_json(schedules(settings))
    else:
        serve_sites(settings, announce=typer.echo)


@app.command(epilog="Example: tamis deploy --pool nights")
def deploy(
    pool: Annotated[str, typer.Option("--pool", help="A Prefect work pool of type process; made if it is missing.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """The deployments of `tamis schedule` into a Prefect work pool, for many workers; safe to repeat."""
    from dataclasses import asdict

    from flows.deploying import deploy_sites

    done = deploy_sites(_settings(config), pool)
    if as_json:
        _print_json(asdict(done))
        return
    typer.echo(
        f"{len(done.sites)} sites are in the {'new ' if done.made else ''}work pool {pool}: {', '.join(done.sites)}"
    )
    typer.echo(f"Start a worker on each machine with: prefect worker start --pool {pool}")


@app.command(epilog="Example: tamis extract page.html --url https://example.org/article > page.jsonl")
def extract(
    sources: Annotated[list[str], typer.Argument(help="HTML file, folder, JSONL(.gz|.xz) of id/url/html, or URL.")],
    out: Annotated[Optional[Path], typer.Option("--out", help="Write here instead of standard output.")] = None,  # noqa: UP045
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="Worker processes; 0 = one a core.")] = 0,
    url: Annotated[Optional[str], typer.Option("--url", help="The address of the one HTML file.")] = None,  # noqa: UP045
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time limit for one page.")] = 15.0,
    local: Annotated[bool, typer.Option("--local", help="Allow a URL on this machine or network.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON summary on standard error.")] = False,
) -> None:
    """Page records as JSONL, one line a page: the record, or the reason why there is none."""
    import os

    from flows.extracting import extract_all
    from flows.report import progress

    done = quarantined = 0
    with _output(out) as stream, progress("extract", show=not as_json) as advance:
        for answer in extract_all(
            sources, url=url, workers=jobs or os.cpu_count() or 1, page_seconds=seconds, local=local
        ):
            stream.write(answer.line())
            done, quarantined = done + 1, quarantined + answer.quarantined
            advance(done, None)
    _summary({"pages": done, "quarantined": quarantined}, as_json)
    raise typer.Exit(QUARANTINED if quarantined else OK)


@app.command(epilog="Example: tamis moderate comments.jsonl --out verdicts.jsonl")
def moderate(
    file: Annotated[Path, typer.Argument(help="JSONL(.gz|.xz) of comments: id, text, author, article_language, ...")],
    out: Annotated[Optional[Path], typer.Option("--out", help="Write here instead of standard output.")] = None,  # noqa: UP045
    lean: Annotated[bool, typer.Option("--lean", help="Without the heavy language detector.")] = False,
    explain: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--explain", metavar="fr|en", help="Print the reasons in words instead of JSON."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON summary on standard error.")] = False,
) -> None:
    """Verdicts as JSONL with the ids of the input, in input order, each with its evidence."""
    from flows.moderating import explained, moderate_file
    from flows.report import progress
    from moderation.moderate import Moderator

    if explain is not None and explain not in ("fr", "en"):
        raise typer.BadParameter("write --explain fr or --explain en")
    done = bad = 0
    with _output(out) as stream, progress("moderate", show=not as_json) as advance:
        for answer in moderate_file(file, Moderator(lean=lean)):
            stream.write(explained(answer, "fr" if explain == "fr" else "en") if explain else answer.line())
            done, bad = done + 1, bad + answer.quarantined
            advance(done, None)
    _summary({"comments": done - bad, "quarantined": bad}, as_json)
    raise typer.Exit(QUARANTINED if bad else OK)


def _summary(counts: dict[str, int], as_json: bool) -> None:
    """On standard error, so that the JSONL on standard output stays clean."""
    typer.echo(json.dumps(counts) if as_json else ", ".join(f"{n:,} {what}" for what, n in counts.items()), err=True)


Site = Annotated[Optional[list[str]], typer.Option("--site", help="Only this site; repeat for more.")]  # noqa: UP045
Since = Annotated[
    Optional[datetime],  # noqa: UP045
    typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only what was seen since then, UTC."),
]
Diff = Annotated[bool, typer.Option("--diff", help="Show every difference.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing.")]


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


@app.command(epilog="Example: tamis replay --extractor '<1.4' --diff --dry-run")
def replay(
    site: Site = None,
    since: Since = None,
    extractor: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--extractor", help="Only pages read by an older extractor: '<1.4'."),
    ] = None,
    diff: Diff = False,
    dry_run: DryRun = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Extract again from the archive, without the network."""
    from flows.replay import replay as run_replay
    from flows.report import print_replayed, progress

    if extractor is not None and not re.fullmatch(r"<\d+(\.\d+)*", extractor):
        raise typer.BadParameter("write --extractor '<1.4'")
    older_than = extractor.removeprefix("<") if extractor else None
    with progress("replay", show=not as_json) as advance:
        reports = run_replay(
            _settings(config),
            site,
            since=_utc(since),
            older_than=older_than,
            diff=diff,
            dry_run=dry_run,
            advance=advance,
        )
    if as_json:
        _print_json([report.as_json() for report in reports])
    else:
        print_replayed(reports)
    raise typer.Exit(max((report.exit_code for report in reports), default=OK))


@app.command(epilog="Example: tamis remoderate --site magazine --diff --dry-run")
def remoderate(
    site: Site = None,
    since: Since = None,
    diff: Diff = False,
    dry_run: DryRun = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Judge stored comments again, without extracting; what editors decided holds."""
    from flows.remoderate import remoderate as run_remoderate
    from flows.report import print_remoderated, progress

    with progress("remoderate", show=not as_json) as advance:
        reports = run_remoderate(
            _settings(config), site, since=_utc(since), diff=diff, dry_run=dry_run, advance=advance
        )
    if as_json:
        _print_json([report.as_json() for report in reports])
    else:
        print_remoderated(reports)


@app.command(epilog="Example: tamis train --site magazine")
def train(
    site: Site = None,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the layer before the newest one.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Learn from editors' decisions: a layer for each site that acts only once it has proved itself."""
    from flows.accounts import by_shell
    from flows.remoderate import train as run_train
    from flows.remoderate import untrain

    settings = _settings(config)
    if undo:
        sentences = untrain(settings, site, by_shell())
        _print_json(sentences) if as_json else typer.echo("\n".join(sentences))
        return
    trained = run_train(settings, site, by_shell())
    if as_json:
        _print_json([one.as_json() for one in trained])
        return
    for one in trained:
        verdict = "acts" if one.acts else "does not act yet: it is not better than the global score so far"
        typer.echo(f"{one.site}: {one.decisions} decisions ({one.spam} spam), layer {one.version} {verdict}")
        typer.echo(f"  {one.guarantee}")
    typer.echo("Judge the stored comments by it with: tamis remoderate")


@app.command(epilog="Example: tamis evaluate labelled.jsonl")
def evaluate(
    file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(help="JSONL of comments with a label, spam or ham.", show_default="editors' decisions"),
    ] = None,
    site: Site = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """How well comments are judged: on a labelled file, or on what editors decided."""
    from dataclasses import asdict

    from flows.evaluating import on_decisions, on_file

    result = on_file(file) if file else on_decisions(_settings(config), site)
    if as_json:
        _print_json(asdict(result))
    else:
        typer.echo(result.table())


@app.command(epilog="Example: tamis export data --format parquet")
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier export to replace.")],
    wanted: Annotated[str, typer.Option("--format", help="parquet, csv, jsonl or duckdb.")] = "parquet",
    since: Since = None,
    as_of: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option("--as-of", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="As it was then, UTC."),
    ] = None,
    only: Annotated[Optional[list[str]], typer.Option("--table", help="Only this table; repeat for more.")] = None,  # noqa: UP045
    config: Config = None,
    as_json: Json = False,
) -> None:
    """The cleaned data as files, complete, with data dictionary and checksums."""
    from flows.keeping import export_to
    from flows.report import progress

    with progress("export", show=not as_json) as advance:
        done = export_to(
            _settings(config),
            folder,
            wanted,
            since=_utc(since),
            as_of=_utc(as_of),
            only=tuple(only) if only else None,
            on_table=lambda name, count: advance(count, None),
        )
    if as_json:
        _print_json({"folder": done.folder, "rows": done.rows, "bytes": done.bytes, "watermark": done.watermark})
        return
    for name, count in done.rows.items():
        typer.echo(f"{name}: {count:,} rows")
    typer.echo(
        f"Wrote {done.folder}. What changes from now on: tamis export FOLDER --since {done.watermark:%Y-%m-%dT%H:%M:%S}"
    )


@app.command(epilog="Example: tamis status --json")
def status(
    sites: Annotated[Optional[list[str]], typer.Argument(help="Sites to show.", show_default="all")] = None,  # noqa: UP045
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Per-site health: pages by state, last run, quarantine, comments by action, alarms."""
    from flows.health import site_states
    from flows.report import print_status

    states = site_states(_settings(config), sites)
    if as_json:
        _print_json([state.as_json() for state in states])
    else:
        print_status(states)


@app.command(epilog="Example: tamis desk --port 8710")
def desk(
    host: Annotated[str, typer.Option("--host", help="Address to listen on; loopback until an account exists.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8710,
    names: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--name", help="Host name that browsers use, behind a reverse proxy."),
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Announce as JSON.")] = False,
) -> None:
    """The review desk and the analysts' pages, in a web browser."""
    from flows.desk.serving import serve

    def announce(words: str) -> None:
        typer.echo(json.dumps({"message": words}) if as_json else words)

    serve(_settings(config), host, port, tuple(names or ()), announce)


@app.command(epilog="Example: tamis doctor")
def doctor(config: Config = None, as_json: Json = False) -> None:
    """What is wrong with this installation and how to mend it."""
    from flows.doctor import examine
    from flows.report import print_findings

    findings = examine(config or next(iter(_given_config), None))
    if as_json:
        _print_json([finding.as_json() for finding in findings])
    else:
        print_findings(findings)
    raise typer.Exit(FAILED if any(finding.broken for finding in findings) else OK)


@db_app.command("upgrade", epilog="Example: tamis db upgrade")
def db_upgrade(config: Config = None, as_json: Json = False) -> None:
    """Make the database, or bring its schema up to date; safe to repeat."""
    from storage.schema import upgrade

    change = upgrade(_settings(config).database_url)
    if as_json:
        _print_json({"before": change.before, "after": change.after})
    elif change.before == change.after:
        typer.echo(f"The database is up to date (schema {change.after}).")
    else:
        typer.echo(f"Upgraded the database from {change.before or 'nothing'} to schema {change.after}.")


@db_app.command("backup", epilog="Example: tamis db backup tamis-2026-03-01.backup")
def db_backup(
    file: Annotated[Path, typer.Argument(help="A new file.")], config: Config = None, as_json: Json = False
) -> None:
    """Write the whole database into one file, while a crawl runs."""
    from flows.keeping import backup_to

    made = backup_to(_settings(config), file)
    _rows_report("Saved", made.path, made.rows, as_json)


@db_app.command("restore", epilog="Example: tamis db restore tamis-2026-03-01.backup")
def db_restore(
    file: Annotated[Path, typer.Argument(help="A file made by tamis db backup.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Fill an empty database from a backup and verify every table by count and checksum."""
    from flows.keeping import restore_from

    made = restore_from(_settings(config), file)
    _rows_report("Restored and verified", made.path, made.rows, as_json)


def _rows_report(what: str, path: Path, rows: dict[str, int], as_json: bool) -> None:
    if as_json:
        _print_json({"path": path, "rows": rows})
    else:
        typer.echo(f"{what} {path}: {sum(rows.values()):,} rows in {len(rows)} tables.")


@db_app.command("check", epilog="Example: tamis db check")
def db_check(config: Config = None, as_json: Json = False) -> None:
    """Look for what must not be: damage, broken references, versions out of order, unreadable archives."""
    from flows.keeping import problems

    found = problems(_settings(config))
    if as_json:
        _print_json([{"what": problem.what, "rows": problem.rows} for problem in found])
    else:
        for problem in found:
            typer.echo(f"{problem.what}: {problem.rows:,}")
        typer.echo("Restore the newest good backup into a new database." if found else "The database is sound.")
    raise typer.Exit(FAILED if found else OK)


@db_app.command("erase-author", epilog="Example: tamis db erase-author 'Jean Dupont' --yes")
def db_erase_author(
    author: Annotated[str, typer.Argument(help="The name as the comments show it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Erase every comment of one author, now and in later crawls; it cannot be undone."""
    from dataclasses import asdict

    from flows.keeping import erase

    settings = _settings(config)
    if not yes:
        typer.confirm(f"Erase every comment of {author!r}? This cannot be undone", abort=True)
    done = erase(settings, author)
    if as_json:
        _print_json(asdict(done))
        return
    typer.echo(f"Erased {done.comments:,} comments, {done.versions:,} former texts, {done.archived:,} raw pages.")
    if done.mentions or done.articles:
        typer.echo(
            f"The name still stands in {done.mentions:,} comments of others and over {done.articles:,} articles."
        )


Name = Annotated[str, typer.Argument(help="The account's name.")]
Password = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    entered: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return entered


@user_app.command("add", epilog="Example: tamis user add marie --role editor")
def user_add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="viewer, editor or admin.")] = "editor",
    sites: Annotated[Optional[list[str]], typer.Option("--site", help="Only this site; repeat for more.")] = None,  # noqa: UP045
    password_stdin: Password = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Make an account."""
    from flows.accounts import add

    editor = add(_settings(config), name, role, sites, _password(password_stdin))
    if as_json:
        _print_json(editor)
    else:
        typer.echo(f"Made the account {name} ({role}).")


@user_app.command("list", epilog="Example: tamis user list")
def user_list(config: Config = None, as_json: Json = False) -> None:
    """Show the accounts."""
    from flows.accounts import listing

    accounts = listing(_settings(config))
    if as_json:
        _print_json(accounts)
    for account in accounts if not as_json else []:
        closed = f", closed {account['disabled_at']}" if account["disabled_at"] else ""
        sites = ", ".join(account["sites"]) if account["sites"] is not None else "all sites"
        typer.echo(f"{account['name']}: {account['role']}, {sites}{closed}")


@user_app.command("role", epilog="Example: tamis user role marie admin")
def user_role(
    name: Name,
    role: Annotated[str, typer.Argument(help="viewer, editor, admin, or closed to shut the account.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Change what an account may do; whoever is logged in with it is logged out."""
    from flows.accounts import change_role

    editor = change_role(_settings(config), name, role)
    if as_json:
        _print_json(editor)
    else:
        typer.echo(f"{name} is now {role}.")


@user_app.command("passwd", epilog="Example: tamis user passwd marie")
def user_passwd(name: Name, password_stdin: Password = False, config: Config = None, as_json: Json = False) -> None:
    """Change a password; whoever is logged in with the old one is logged out."""
    from flows.accounts import change_password

    editor = change_password(_settings(config), name, _password(password_stdin))
    if as_json:
        _print_json(editor)
    else:
        typer.echo(f"Changed the password of {name}.")


if __name__ == "__main__":
    main()
