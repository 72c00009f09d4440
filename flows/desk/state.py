"""What every page of the desk may use: the database, the settings, who can log in."""

from __future__ import annotations

from dataclasses import dataclass

from flows.clock import utc_now
from flows.desk.signing_in.oidc import Provider
from flows.runs.agreements import Overdue, overdue
from flows.settings import Settings
from storage.analysts.console import Console, Limits
from storage.database.engine import Database
from storage.desk.editors import Editor, all_editors


@dataclass(slots=True, kw_only=True)
class DeskState:
    """What every page may use."""

    db: Database
    settings: Settings | None = None
    provider: Provider | None = None
    _guarded: bool = False

    @property
    def console(self) -> Console:
        return console_of(self.db, self.settings)

    def accounts(self) -> bool:
        """Whether anybody can log in. Once true it stays true: closing the last account does not open the desk."""
        self._guarded = self._guarded or self.provider is not None or bool(all_editors(self.db))
        return self._guarded


def console_of(db: Database, settings: Settings | None) -> Console:
    """Where analysts' statements go, with the limits of the settings."""
    if settings is None:
        return Console(db=db)
    given, url = settings.desk.sql, settings.database_reader_url
    limits = Limits(
        seconds=given.seconds,
        rows=given.rows,
        bytes=given.page_bytes,
        memory_bytes=given.memory,
        download_seconds=given.download_seconds,
        download_bytes=given.download_bytes,
    )
    return Console(db=db, reader_url=url.get_secret_value() if url else None, limits=limits)


def overdue_for(state: DeskState, editor: Editor) -> tuple[Overdue, ...]:
    """Where comments wait for longer than agreed, among the sites that the editor may see."""
    if state.settings is None:
        return ()
    names = [site.name for site in state.settings.sites if editor.sites is None or site.name in editor.sites]
    return overdue(state.settings, state.db, names, utc_now())
