"""Commands that go over what is kept already: replay, remoderate, train, evaluate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.terminal import (
    OK,
    Config,
    Diff,
    DryRunOption,
    JsonOption,
    Since,
    Site,
    print_json,
    say,
    settings_of,
    utc,
)

app = typer.Typer()


@app.command(epilog="Example: tamis replay --extractor '<1.4' --diff --dry-run")
def replay(
    site: Site = None,
    since: Since = None,
    extractor: Annotated[
        str | None,
        typer.Option("--extractor", help="Only pages read by an older extractor: '<1.4'."),
    ] = None,
    diff: Diff = False,
    dry_run: DryRunOption = False,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Extract again from the archive, without the network."""
    from flows.commands.printing import print_replayed
    from flows.runs.progress import progress
    from flows.runs.replay import replay as run_replay

    if extractor is not None and not re.fullmatch(r"<\d+(\.\d+)*", extractor):
        raise typer.BadParameter("write --extractor '<1.4'")
    older_than = extractor.removeprefix("<") if extractor else None
    with progress("replay", show=not as_json) as advance:
        reports = run_replay(
            settings_of(config),
            site,
            since=utc(since),
            older_than=older_than,
            diff=diff,
            dry_run=dry_run,
            advance=advance,
        )
    if as_json:
        print_json([report.as_json() for report in reports])
    else:
        print_replayed(reports)
    raise typer.Exit(max((report.exit_code for report in reports), default=OK))


@app.command(epilog="Example: tamis accept magazine 41")
def accept(
    site: Annotated[str, typer.Argument(help="The site whose pages are held back.")],
    run: Annotated[
        int | None,
        typer.Argument(help="What this run and later ones held back.", show_default="all"),
    ] = None,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Apply what a night held back: the site means it."""
    from flows.runs.accepting import accept as run_accept

    done = run_accept(settings_of(config), site, run)
    if as_json:
        print_json(done.as_json())
    else:
        changed = ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in sorted(done.counts.items()))
        say(f"{done.site}: {done.pages:,} pages that were held back are applied ({changed or 'no change'})")
        for sentence in done.unreadable:
            say(f"  not applied: {sentence}")
    raise typer.Exit(done.exit_code)


@app.command(epilog="Example: tamis remoderate --site magazine --diff --dry-run")
def remoderate(
    site: Site = None,
    since: Since = None,
    diff: Diff = False,
    dry_run: DryRunOption = False,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Judge stored comments again, without extracting; what editors decided holds."""
    from flows.commands.printing import print_remoderated
    from flows.runs.progress import progress
    from flows.runs.remoderate import remoderate as run_remoderate

    with progress("remoderate", show=not as_json) as advance:
        reports = run_remoderate(
            settings_of(config), site, since=utc(since), diff=diff, dry_run=dry_run, advance=advance
        )
    if as_json:
        print_json([report.as_json() for report in reports])
    else:
        print_remoderated(reports)


@app.command(epilog="Example: tamis train --site magazine")
def train(
    site: Site = None,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the layer before the newest one.")] = False,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Learn from editors' decisions: a layer for each site that acts only once it has proved itself."""
    from flows.commands.accounts import by_shell
    from flows.runs.remoderate import train as run_train
    from flows.runs.remoderate import untrain

    settings = settings_of(config)
    if undo:
        sentences = untrain(settings, site, by_shell())
        print_json(sentences) if as_json else say(*sentences)
        return
    trained = run_train(settings, site, by_shell())
    if as_json:
        print_json([one.as_json() for one in trained])
        return
    for one in trained:
        verdict = "acts" if one.acts else "does not act yet: it is not better than the global score so far"
        say(f"{one.site}: {one.decisions} decisions ({one.spam} spam), layer {one.version} {verdict}")
        say(f"  {one.guarantee}")
    say("Judge the stored comments by it with: tamis remoderate")


@app.command(epilog="Example: tamis evaluate labelled.jsonl")
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(help="JSONL of comments with a label, spam or ham.", show_default="editors' decisions"),
    ] = None,
    site: Site = None,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """How well comments are judged: on a labelled file, or on what editors decided."""
    from dataclasses import asdict

    from flows.commands.evaluating import on_decisions, on_file

    result = on_file(file) if file else on_decisions(settings_of(config), site)
    if as_json:
        print_json(asdict(result))
    else:
        say(*result.table().splitlines())
