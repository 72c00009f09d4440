"""Commands for the pages of a site: `tamis pages SITE` lists them, `tamis pages set URL KIND` corrects one."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.cli.terminal import FAILED, OK, Config, JsonOption, print_json, say, settings_of

LIST = "list"


class ListsByDefault(TyperGroup):
    """`tamis pages SITE` is short for `tamis pages list SITE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [LIST, *args]
        return list(super().parse_args(ctx, args))


pages_app = typer.Typer(
    cls=ListsByDefault,
    no_args_is_help=True,
    help="Pages of a site by what they are: `tamis pages SITE` lists them, `tamis pages set URL KIND` corrects one.",
)


@pages_app.command(LIST, epilog="Example: tamis pages magazine --kind list")
def pages_list(
    site: Annotated[str, typer.Argument(help="The site.")],
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="article, list, comments, static, login, error or media."),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", help="new, ok, failed, quarantined or gone."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0 = all.")] = 100,
    why: Annotated[bool, typer.Option("--why", help="Also the reasons for each kind.")] = False,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """The known pages of a site by address: kind, who said so, state."""
    from dataclasses import asdict

    from flows.commands.pages import listed
    from flows.commands.printing import print_pages

    found = listed(settings_of(config), site, kind, state, limit or None)
    if as_json:
        print_json(asdict(found))
    else:
        print_pages(found, why=why)


@pages_app.command("set", epilog="Example: tamis pages set https://example.org/dossier/ list")
def pages_set(
    url: Annotated[str, typer.Argument(help="The page's address.")],
    kind: Annotated[
        str,
        typer.Argument(help="article, list, comments, static, login, error or media; auto: as the page itself says."),
    ],
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a page is: that holds over runs and replays until somebody says otherwise."""
    from flows.commands.pages import correct

    done = correct(settings_of(config), url, kind)
    if as_json:
        print_json(done.as_json())
    else:
        say(done.sentence)
    raise typer.Exit(FAILED if done.replayed and done.replayed.unreadable else OK)


site_app = typer.Typer()


@site_app.command("site", epilog="Example: tamis site magazine")
def site(
    name: Annotated[str, typer.Argument(help="The site.")],
    reset: Annotated[
        bool, typer.Option("--reset", help="Drop what was learned of it: the next run learns it anew.")
    ] = False,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """What was learned of a site from its own pages: its profile, its kinds of pages, what looks wrong."""
    from flows.commands.site_look import shown, start_anew

    settings = settings_of(config)
    if reset:
        dropped = start_anew(settings, name)
        said = "dropped what was learned; the next run learns it anew" if dropped else "nothing was learned yet"
        print_json({"site": name, "dropped": dropped}) if as_json else say(f"{name}: {said}")
        return
    found = shown(settings, name)
    if as_json:
        print_json(found.as_json())
    else:
        say(*found.lines)
