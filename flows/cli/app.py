"""The command line: parse, call one function, print.

Heavy packages are imported inside the commands that need them, so that `tamis --help` stays instant.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows import __version__
from flows.cli import database, looking, pages, reprocessing, users
from flows.cli.terminal import (
    FAILED,
    OK,
    QUARANTINED,
    Config,
    JsonOption,
    given_config,
    output,
    print_json,
    say,
    settings_of,
    summary,
)
from flows.errors import FlowError

app = typer.Typer(
    name="tamis",
    help="Article sites and their comment threads, turned into clean, moderated, queryable data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(reprocessing.app)
app.add_typer(looking.app)
app.add_typer(database.app)
app.add_typer(users.user_app, name="user")
app.add_typer(pages.pages_app, name="pages")
app.add_typer(pages.site_app)


def main() -> None:
    """Entry point. Exit codes: 0 ok, 1 failed, 2 usage, 3 finished with quarantined pages, 130 or 143 stopped."""
    from storage.database.errors import StorageError  # light: it imports no SQLAlchemy

    stopping: list[int] = []

    def stop(number: int, frame: object) -> None:  # as Ctrl-C does: leases are given back, the run's row is ended
        stopping.append(number)
        signal.raise_signal(signal.SIGINT)

    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with "&" by a script: a stop must come through
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, stop)
    try:
        app()
    except FlowError as error:
        _fail(str(error), error.exit_code)
    except StorageError as error:
        _fail(str(error), FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left, as `head` does
        sys.exit(OK)
    except OSError as error:  # a full disk, a folder that is not ours, a name that cannot be
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or error}; mend that and start the command again", FAILED)
    except SystemExit as ending:  # typer's own for Ctrl-C is 130
        sys.exit(143 if stopping and ending.code == 130 else ending.code)
    except KeyboardInterrupt:
        _fail("stopped; the next run takes up where this one left off", 143 if stopping else 130)


def _fail(sentence: str, code: int) -> None:
    say(*f"tamis: {sentence}".split("\n"), err=True)
    sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"tamis {__version__}")
        raise typer.Exit(OK)


@app.callback()
def _root(
    config: Config = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    given_config[:] = [config] if config else []


@app.command(epilog="Example: tamis demo --keep demo-folder")
def demo(
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Folder for the demo's settings, database and archive; it must not exist yet."),
    ] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Run the same coroutine without Prefect.")] = False,
    open_desk: Annotated[bool, typer.Option("--desk", help="Then open the review desk on it.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The desk's port.")] = 8710,
    as_json: JsonOption = False,
) -> None:
    """The bundled sample site on loopback -> nightly flow -> database -> what to look at next."""
    from flows.demo.tour import serve_desk, tour

    report = tour(keep, direct=direct, quiet=as_json)
    if as_json:
        print_json(report)
    if open_desk:
        serve_desk(Path(report["folder"]), port, report["account"], say)


@app.command(epilog="Example: tamis init my-sites && cd my-sites && tamis run")
def init(
    folder: Annotated[Path, typer.Argument(help="Where tamis.toml goes.", show_default="here")] = Path("."),
    as_json: JsonOption = False,
) -> None:
    """Write a commented tamis.toml."""
    from flows.commands.starter import write_settings

    path = write_settings(folder)
    if as_json:
        print_json({"path": str(path)})
    else:
        say(f"Wrote {path}. Edit its [sites.…] table, then: tamis run")


@app.command(epilog="Example: tamis run magazine --limit 20")
def run(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to run.", show_default="all")] = None,
    full: Annotated[bool, typer.Option("--full", help="Fetch every known page again, changed or not.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many pages a site.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Discover and show what would be fetched; write nothing.")
    ] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Run the same coroutine without Prefect.")] = False,
    runner: Annotated[
        str, typer.Option("--runner", help="Where batches run: processes, or dask://HOST:PORT for a cluster.")
    ] = "processes",
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """The nightly flow, now: discover, fetch, extract, moderate, load, report."""
    from flows.commands.printing import print_reports
    from flows.commands.running import run_sites

    reports = run_sites(
        settings_of(config),
        sites,
        full=full,
        limit=limit,
        dry_run=dry_run,
        direct=direct,
        runner=runner,
        show=not as_json,
    )
    if as_json:
        print_json([report.as_json() for report in reports])
    else:
        print_reports(reports)
    raise typer.Exit(max((report.exit_code for report in reports), default=OK, key=_gravity))


def _gravity(code: int) -> int:
    """A failed site outweighs a quarantined page."""
    return {OK: 0, QUARANTINED: 1, FAILED: 2}.get(code, 3)


@app.command(epilog="Example: tamis schedule --config tamis.toml")
def schedule(
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Answer /healthz and /metrics on this port.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Where that port is.")] = "127.0.0.1",
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the schedules as JSON and leave.")] = False,
) -> None:
    """One long-lived process that runs every site on its cron; no other server is needed."""
    from flows.orchestration.scheduling import schedules, serve_sites

    settings = settings_of(config)
    if as_json:
        print_json(schedules(settings))
    else:
        serve_sites(settings, announce=say, host=host, port=port)


@app.command(epilog="Example: tamis deploy --pool nights")
def deploy(
    pool: Annotated[str, typer.Option("--pool", help="A Prefect work pool of type process; made if it is missing.")],
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """The deployments of `tamis schedule` into a Prefect work pool, for many workers; safe to repeat."""
    from dataclasses import asdict

    from flows.orchestration.deploying import deploy_sites

    done = deploy_sites(settings_of(config), pool)
    if as_json:
        print_json(asdict(done))
        return
    sites = "1 site is" if len(done.sites) == 1 else f"{len(done.sites):,} sites are"
    say(f"{sites} in the {'new ' if done.made else ''}work pool {pool}: {', '.join(done.sites)}")
    say(f"Start a worker on each machine with: prefect worker start --pool {pool}")


@app.command(epilog="Example: tamis extract page.html --url https://example.org/article > page.jsonl")
def extract(
    sources: Annotated[list[str], typer.Argument(help="HTML file, folder, JSONL(.gz|.xz) of id/url/html, or URL.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write here instead of standard output.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="Worker processes; 0 = one a core.")] = 0,
    url: Annotated[str | None, typer.Option("--url", help="The address of the one HTML file.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time limit for one page.")] = 15.0,
    local: Annotated[bool, typer.Option("--local", help="Allow a URL on this machine or network.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON summary on standard error.")] = False,
) -> None:
    """Page records as JSONL, one line a page: the record, or the reason why there is none."""
    import os

    from flows.commands.extracting import extract_all
    from flows.runs.progress import progress

    done = quarantined = 0
    with output(out) as stream, progress("extract", show=not as_json) as advance:
        for answer in extract_all(
            sources, url=url, workers=jobs or os.cpu_count() or 1, page_seconds=seconds, local=local
        ):
            stream.write(answer.line())
            done, quarantined = done + 1, quarantined + answer.quarantined
            advance(done, None)
    summary({"pages": done, "quarantined": quarantined}, as_json)
    raise typer.Exit(QUARANTINED if quarantined else OK)


@app.command(epilog="Example: tamis moderate comments.jsonl --out verdicts.jsonl")
def moderate(
    file: Annotated[Path, typer.Argument(help="JSONL(.gz|.xz) of comments: id, text, author, article_language, ...")],
    out: Annotated[Path | None, typer.Option("--out", help="Write here instead of standard output.")] = None,
    lean: Annotated[bool, typer.Option("--lean", help="Without the heavy language detector.")] = False,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="fr|en", help="Print the reasons in words instead of JSON."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON summary on standard error.")] = False,
) -> None:
    """Verdicts as JSONL with the ids of the input, in input order, each with its evidence."""
    from flows.commands.moderating import explained, moderate_file
    from flows.runs.progress import progress
    from moderation.moderate import Moderator

    if explain is not None and explain not in ("fr", "en"):
        raise typer.BadParameter("write --explain fr or --explain en")
    done = bad = 0
    with output(out) as stream, progress("moderate", show=not as_json) as advance:
        for answer in moderate_file(file, Moderator(lean=lean)):
            stream.write(explained(answer, "fr" if explain == "fr" else "en") if explain else answer.line())
            done, bad = done + 1, bad + answer.quarantined
            advance(done, None)
    summary({"comments": done - bad, "quarantined": bad}, as_json)
    raise typer.Exit(QUARANTINED if bad else OK)


@app.command(epilog="Example: tamis status --json")
def status(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to show.", show_default="all")] = None,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """What is wrong, the worst first, with the next command, and how each site does; exit code 3 if anything is."""
    from flows.commands.health import site_states
    from flows.commands.status_screen import lines

    states = site_states(settings_of(config), sites)
    if as_json:
        print_json([state.as_json() for state in states])
    else:
        say(*lines(states))
    raise typer.Exit(QUARANTINED if any(state.gravity for state in states) else OK)


@app.command(epilog="Example: tamis desk --port 8710")
def desk(
    host: Annotated[str, typer.Option("--host", help="Address to listen on; loopback until an account exists.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8710,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", help="Host name that browsers use, behind a reverse proxy."),
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Announce as JSON.")] = False,
) -> None:
    """The review desk and the analysts' pages, in a web browser."""
    from flows.desk.serving import serve

    def announce(words: str) -> None:
        say(json.dumps({"message": words}) if as_json else words)

    serve(settings_of(config), host, port, tuple(names or ()), announce)


@app.command(epilog="Example: tamis doctor")
def doctor(config: Config = None, as_json: JsonOption = False) -> None:
    """What is wrong with this installation and how to mend it."""
    from flows.commands.doctor import examine
    from flows.commands.printing import print_findings

    findings = examine(config or next(iter(given_config), None))
    if as_json:
        print_json([finding.as_json() for finding in findings])
    else:
        print_findings(findings)
    raise typer.Exit(FAILED if any(finding.broken for finding in findings) else OK)


if __name__ == "__main__":
    main()
