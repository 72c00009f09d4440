"""`tamis desk`: the web application on a port, on loopback until an account guards it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import uvicorn

from flows.desk.app import create_app, provider_of
from flows.desk.security import is_loopback
from flows.errors import FlowError
from flows.settings import Settings
from storage.desk.editors import all_editors
from storage.opening import open_database

SWITCH_SECONDS = 0.001
"""After so long a thread that computes lets the others on: the queue reads a database, takes Python's lock again after
each row, and would wait for every page that is being made with Python's own 5 ms."""

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


class DeskUnguarded(FlowError):
    exit_code = 2


def serve(settings: Settings, host: str, port: int, names: tuple[str, ...], announce: Callable[[str], object]) -> None:
    """Serves the desk until interrupted. Raises DeskUnguarded for an open address without accounts.

    `names` are the host names that browsers may use besides the loopback ones (a reverse proxy's).
    """
    with open_database(settings.database_url) as db:
        provider = provider_of(settings)
        guarded = provider is not None or any(editor.disabled_at is None for editor in all_editors(db))
        if not guarded and not is_loopback(host):
            raise DeskUnguarded(
                f"the desk has no account yet, so it may not listen on {host}; "
                "make one with: tamis user add NAME --role admin"
            )
        app = create_app(db, (*LOOPBACK_NAMES, *names, host), settings=settings)
        announce(f"The desk is at http://{host if ':' not in host else f'[{host}]'}:{port}/ (stop with Ctrl-C)")
        if not guarded:
            announce("It is read-only until the first account: tamis user add NAME --role editor")
        sys.setswitchinterval(SWITCH_SECONDS)
        uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, access_log=False)
