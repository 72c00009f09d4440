"""`tamis pages`: a site's pages by kind and state, and the verdict on one of them set right."""

from __future__ import annotations

import asyncio
import difflib
from dataclasses import asdict, dataclass
from typing import Any

from extractors.records import PageKind
from extractors.urls import normalised
from flows.clock import utc_now
from flows.commands.accounts import by_shell
from flows.errors import FlowError
from flows.runs.replay import Replayed, replay_site
from flows.settings import Settings
from storage.crawl.page_kinds import STATES, KindSet, SitePages, page_at, set_kind, site_pages
from storage.crawl.replaying import archived_pages
from storage.database.engine import Database
from storage.opening import open_database

AUTO = "auto"
"""Instead of a kind: what the page and the settings say counts again."""
KINDS = tuple(str(kind) for kind in PageKind)


class NoSuchKind(FlowError):
    exit_code = 2


def listed(settings: Settings, site: str, kind: str | None, state: str | None, limit: int | None) -> SitePages:
    """The site's pages. Raises UnknownSite, NoSuchKind, StorageError."""
    chosen = settings.site(site)
    known("kind", kind, KINDS)
    known("state", state, STATES)
    with open_database(settings.database_url) as db:
        return site_pages(db, chosen.name, kind=kind, state=state, limit=limit)


def known(what: str, word: str | None, words: tuple[str, ...]) -> None:
    if word is not None and word not in words:
        guess = difflib.get_close_matches(word, words, n=1)
        hint = f"did you mean {guess[0]!r}? " if guess else ""
        raise NoSuchKind(f"no {what} {word!r}; {hint}there are: {', '.join(words)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What became of a page whose kind was set. `replayed`: what reading its archived answer again did, if it was."""

    done: KindSet
    replayed: Replayed | None

    @property
    def sentence(self) -> str:
        done = self.done
        if done.kind is None:
            said = f"{done.url}: what the page and the settings say counts again"
        else:
            said = f"{done.url} is {done.kind} from now on (it was {done.before or 'not read'})"
        if done.withdrawn:
            return f"{said}; the article that it had given and its comments were taken back"
        if self.replayed is None:
            return said if done.kind not in (None, PageKind.ARTICLE) else f"{said}; the next run reads it"
        if self.replayed.unreadable:
            return f"{said}; it could not be read again: {self.replayed.unreadable[0]}"
        return f"{said}; it was read again from the archive"

    def as_json(self) -> dict[str, Any]:
        return asdict(self.done) | {"replayed": self.replayed.as_json() if self.replayed else None}


def correct(settings: Settings, url: str, kind: str) -> Corrected:
    """Say what the page at that address is, and read its archived answer again where that says more.

    Raises NoSuchKind, UnknownItem, UnknownSite, StorageError.
    """
    known("kind", kind, (*KINDS, AUTO))
    with open_database(settings.database_url) as db:
        number = page_at(db, (url, normalised(url)))
        done = set_kind(db, number, None if kind == AUTO else PageKind(kind), by_shell(), utc_now())
        if done.kind not in (None, PageKind.ARTICLE) or not any(archived_pages(db, page_id=number)):
            return Corrected(done=done, replayed=None)
        return Corrected(done=done, replayed=read_again(settings, db, done.site, number))


def read_again(settings: Settings, db: Database, site: str, page_id: int) -> Replayed:
    """Read the newest archived answer of one page again, judge its comments, load. Raises UnknownSite, StorageError."""
    found = archived_pages(db, page_id=page_id)
    return asyncio.run(replay_site(settings, settings.site(site), db, found, False, False, lambda done, total: None))
