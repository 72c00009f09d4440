"""Commands that look things up: runs, why a page is as it is, its archived bytes."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.terminal import OK, Config, JsonOption, print_json, say, settings_of
from flows.errors import FlowError

app = typer.Typer()


@app.command(epilog="Example: tamis runs magazine --limit 10")
def runs(
    site: Annotated[str | None, typer.Argument(help="The site.", show_default="all")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many.")] = 20,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """The newest runs: when, how long, what became of them and why."""
    from dataclasses import asdict

    from flows.commands.looking import run_lines, site_runs

    found = site_runs(settings_of(config), site, limit)
    if as_json:
        print_json([asdict(run) for run in found])
        return
    say(*run_lines(found))


@app.command(epilog="Example: tamis why https://example.org/article")
def why(
    url: Annotated[str, typer.Argument(help="The page's address.")], config: Config = None, as_json: JsonOption = False
) -> None:
    """Why a page is as it is: how it was found, each fetch and what became of it, which rule decides."""
    from dataclasses import asdict

    from flows.commands.looking import story, story_lines

    found = story(settings_of(config), url)
    if as_json:
        print_json(asdict(found))
        return
    say(*story_lines(found))


@app.command(epilog="Example: tamis raw https://example.org/article > page.html")
def raw(
    url: Annotated[str, typer.Argument(help="The page's address.")],
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="As of that time, UTC; else the newest."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write here instead of standard output.")] = None,
    headers: Annotated[bool, typer.Option("--headers", help="The status line and headers before the body.")] = False,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it is archived, without the body.")] = False,
) -> None:
    """A page's archived bytes, as they came."""
    from dataclasses import asdict

    from flows.cli.terminal import utc
    from flows.commands.looking import archived_answer

    place, answer = archived_answer(settings_of(config), url, utc(at))
    if as_json:
        print_json({**asdict(place), "url": answer.url, "status": answer.status, "bytes": len(answer.body)})
        raise typer.Exit(OK)
    head = b""
    if headers:
        lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")
    if out is None:
        sys.stdout.buffer.write(head + answer.body)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(head + answer.body)
    except OSError as error:
        raise FlowError(f"{out} cannot be written: {error}") from error
