"""Commands for the accounts of the desk: `tamis user ...`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.cli.terminal import Config, JsonOption, print_json, say, settings_of

user_app = typer.Typer(help="Accounts of the desk.", no_args_is_help=True)

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
    sites: Annotated[list[str] | None, typer.Option("--site", help="Only this site; repeat for more.")] = None,
    password_stdin: Password = False,
    sso: Annotated[
        bool, typer.Option("--sso", help="Without a password: for who signs in under that name at the provider.")
    ] = False,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account."""
    from flows.commands.accounts import add

    editor = add(settings_of(config), name, role, sites, None if sso else _password(password_stdin))
    if as_json:
        print_json(editor)
    else:
        say(f"Made the account {name} ({role}).")


@user_app.command("list", epilog="Example: tamis user list")
def user_list(config: Config = None, as_json: JsonOption = False) -> None:
    """Show the accounts."""
    from flows.commands.accounts import account_rows

    accounts = account_rows(settings_of(config))
    if as_json:
        print_json(accounts)
        return
    if not accounts:
        say("No account yet. Make one with: tamis user add NAME")
    for account in accounts:
        closed = f", closed {account['disabled_at']}" if account["disabled_at"] else ""
        sites = ", ".join(account["sites"]) if account["sites"] is not None else "all sites"
        say(f"{account['name']}: {account['role']}, {sites}{closed}")


@user_app.command("role", epilog="Example: tamis user role marie admin")
def user_role(
    name: Name,
    role: Annotated[str, typer.Argument(help="viewer, editor, admin, or closed to shut the account.")],
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """Change what an account may do; whoever is logged in with it is logged out."""
    from flows.commands.accounts import change_role

    editor = change_role(settings_of(config), name, role)
    if as_json:
        print_json(editor)
    else:
        say(f"{name} is now {role}.")


@user_app.command("passwd", epilog="Example: tamis user passwd marie")
def user_passwd(
    name: Name, password_stdin: Password = False, config: Config = None, as_json: JsonOption = False
) -> None:
    """Change a password; whoever is logged in with the old one is logged out."""
    from flows.commands.accounts import change_password

    editor = change_password(settings_of(config), name, _password(password_stdin))
    if as_json:
        print_json(editor)
    else:
        say(f"Changed the password of {name}.")


@user_app.command("token", epilog="Example: tamis user token robot --purpose 'nightly statistics'")
def user_token(
    name: Annotated[str | None, typer.Argument(help="The account whose rights the program gets.")] = None,
    purpose: Annotated[str, typer.Option("--purpose", help="What it is for, as the audit log shows it.")] = "program",
    end: Annotated[int | None, typer.Option("--end", help="Withdraw the token of this number.")] = None,
    config: Config = None,
    as_json: JsonOption = False,
) -> None:
    """A token for a program that uses the desk's JSON interface; it is shown once."""
    from flows.commands.accounts import add_program, end_program

    settings = settings_of(config)
    if end is not None:
        end_program(settings, end)
        print_json({"ended": end}) if as_json else say(f"Withdrew the token {end}.")
        return
    if name is None:
        raise typer.BadParameter("name the account, or give --end with the number of a token")
    token, row = add_program(settings, name, purpose)
    if as_json:
        print_json({"token": token, **row})
    else:
        say(f"Token {row['id']} of {name}; send it as Authorization: Bearer {token}")
