"""Who may call the desk's JSON interface, and for which comments: what its routes depend on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from pydantic import Field

from flows.desk.cards import evidence_language
from flows.desk.pages.rendering import texts_for
from flows.desk.signing_in.sessions import current, is_meant
from moderation.explain import Language
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.desk.editors import ROLES, Editor, Role
from storage.desk.review_queue import LARGEST, sites_of


def database(request: Request) -> Database:
    db: Database = request.state.desk.db
    return db


def reader_with(role: Role) -> Callable[[Request], Any]:
    """A dependency: the editor at the desk, if he has that role (401, 403 otherwise)."""

    async def dependency(request: Request) -> Editor:
        session = await asyncio.to_thread(current, request)
        if session is None:
            raise HTTPException(401, "log in first")
        if ROLES.index(session.editor.role) < ROLES.index(role):
            raise HTTPException(403, f"this needs the role {role}; yours is {session.editor.role}")
        if request.method not in ("GET", "HEAD") and not await is_meant(request, session):
            raise HTTPException(403, "the page is too old; load it again")
        return session.editor

    dependency.role = role  # type: ignore[attr-defined]
    return dependency


Viewer = Annotated[Editor, Depends(reader_with("viewer"))]
Reviewer = Annotated[Editor, Depends(reader_with("editor"))]
Admin = Annotated[Editor, Depends(reader_with("admin"))]
Db = Annotated[Database, Depends(database)]
Number = Annotated[int, Field(ge=0, le=LARGEST)]
"""A number that the database can hold: a larger one is a fault of the request, not of the server."""


def may_see(db: Database, editor: Editor, comment_ids: Sequence[int]) -> None:
    """Raises UnknownItem (404) for comments of sites that the editor may not see, as for those that do not exist."""
    if editor.sites is None:
        return
    found = sites_of(db, comment_ids)
    for number in comment_ids:
        if found.get(number) not in editor.sites:
            raise UnknownItem(f"no comment {number}")


def may_see_site(editor: Editor, site: str | None) -> None:
    """Raises 403 for a site that the editor may not see; None, all sites, needs an editor who may see them all."""
    if editor.sites is not None and site not in editor.sites:
        raise HTTPException(403, f"your account does not include {site or 'all sites'}")


def reader_language(request: Request) -> Language:
    """The language in which reasons are told."""
    return evidence_language(texts_for(request).language)


InWords = Annotated[Language, Depends(reader_language)]
