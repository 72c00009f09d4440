"""The desk's JSON interface, with an OpenAPI description at /api/openapi.json.

Reads need the role viewer, decisions the role editor and the session's token in X-CSRF-Token. Every decision carries
the version of the comment that the editor saw and a key of the client's choice: sending it again is harmless, and a
comment that changed meanwhile is answered with 409 and what holds now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from flows import __version__
from flows.desk import reading
from flows.desk.accounts import current, is_meant, utc_now
from flows.desk.app import language_of
from moderation.verdict import Action
from storage.editors import ROLES, Editor, Role
from storage.engine import Database
from storage.errors import DecisionConflict, UnknownItem
from storage.reviews import Decision, Wanted, decide_all, undo
from storage.waiting import Filter, Order, give_back, item, lease, oldest_waiting, waiting_count

MOST_LEASED = 50
REASONS = ("spam", "off_language", "promotional", "off_topic", "insult", "personal_data", "duplicate", "other")

api = FastAPI(title="Tamis desk", version=__version__, docs_url=None, redoc_url=None, openapi_url="/openapi.json")


class Verdict(BaseModel):
    """One decision on one comment."""

    model_config = ConfigDict(extra="forbid")

    id: int = Field(description="The comment's number.")
    version: int = Field(description="The version that the editor saw.")
    key: str = Field(
        min_length=8, max_length=100, description="Chosen by the client: the same key is the same decision."
    )


class DecisionRequest(BaseModel):
    """The same decision on one comment or on several (a campaign): all of them or none."""

    model_config = ConfigDict(extra="forbid")

    items: list[Verdict] = Field(min_length=1, max_length=500)
    action: Literal["publish", "reject", "review"]
    reason: Literal[REASONS] | None = Field(default=None, description="Why, for a rejection.")  # type: ignore[valid-type]
    note: str | None = Field(default=None, max_length=2000)


class UndoRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    decisions: list[int] = Field(min_length=1, max_length=500)
    key: str = Field(min_length=8, max_length=100)


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

    return dependency


Viewer = Annotated[Editor, Depends(reader_with("viewer"))]
Reviewer = Annotated[Editor, Depends(reader_with("editor"))]
Db = Annotated[Database, Depends(database)]


def chosen(
    editor: Editor,
    site: str | None,
    label: str | None,
    language: str | None,
    author: str | None,
    campaign: int | None,
    text: str | None,
    older_than_hours: float | None,
) -> Filter:
    """The filter asked for, within the sites that the editor may see."""
    sites = editor.sites
    if site:
        sites = (site,) if editor.sites is None or site in editor.sites else ()
    return Filter(
        sites=sites,
        label=label or None,
        language=language or None,
        author_key=author or None,
        campaign=campaign,
        text=text or None,
        older_than=utc_now() - timedelta(hours=older_than_hours) if older_than_hours else None,
    )


def may_see(db: Database, editor: Editor, comment_ids: list[int]) -> None:
    """Raises 404 for comments of sites that the editor may not see, as for those that do not exist."""
    if editor.sites is None:
        return
    for number in comment_ids:
        if item(db, number).site not in editor.sites:
            raise UnknownItem(f"no comment {number}")


@api.get("/queue", summary="The next comments to decide on, leased to you for four minutes")
def queue(
    request: Request,
    db: Db,
    editor: Reviewer,
    site: str | None = None,
    label: str | None = None,
    language: str | None = None,
    author: str | None = None,
    campaign: int | None = None,
    text: Annotated[str | None, Query(max_length=200)] = None,
    older_than_hours: Annotated[float | None, Query(ge=0)] = None,
    order: Order = "oldest",
    limit: Annotated[int, Query(ge=1, le=MOST_LEASED)] = 20,
) -> JSONResponse:
    wanted = chosen(editor, site, label, language, author, campaign, text, older_than_hours)
    found = lease(db, editor.name, wanted, utc_now(), limit=limit, order=order)
    words = reading.language_of(language_of(request).language)
    count = waiting_count(db, wanted)
    return answer({"items": reading.cards(db, found, words), "waiting": {"count": count.count, "more": count.more}})


@api.get("/comments/{comment_id}", summary="One comment's card, whatever holds for it")
def comment(request: Request, comment_id: int, db: Db, editor: Viewer) -> JSONResponse:
    may_see(db, editor, [comment_id])
    words = reading.language_of(language_of(request).language)
    return answer(reading.cards(db, [item(db, comment_id)], words)[0])


@api.get("/comments/{comment_id}/context", summary="The article, the thread, the author, near-duplicates, history")
def comment_context(request: Request, comment_id: int, db: Db, editor: Viewer) -> JSONResponse:
    may_see(db, editor, [comment_id])
    return answer(reading.context(db, comment_id, reading.language_of(language_of(request).language)))


@api.post("/decisions", summary="Decide on comments; all of them or none")
def decisions(db: Db, editor: Reviewer, body: DecisionRequest) -> JSONResponse:
    may_see(db, editor, [one.id for one in body.items])
    wanted = [
        Wanted(comment_id=one.id, expected_version=one.version, idempotency_key=f"{editor.name}:{one.key}")
        for one in body.items
    ]
    made = decide_all(db, wanted, editor.name, Action(body.action), body.reason, utc_now(), body.note)
    return answer({"decisions": [shown(one) for one in made]})


@api.post("/undo", summary="Take decisions back, of any age")
def take_back(db: Db, editor: Reviewer, body: UndoRequest) -> JSONResponse:
    now = utc_now()
    made = [undo(db, number, editor.name, now, f"{editor.name}:undo:{body.key}:{number}") for number in body.decisions]
    return answer({"decisions": [shown(one) for one in made]})


@api.post("/release", summary="Give back every comment leased to you")
def release(db: Db, editor: Reviewer) -> JSONResponse:
    return answer({"released": give_back(db, editor.name)})


@api.get("/counts", summary="How many comments wait, and since when the oldest")
def counts(db: Db, editor: Viewer) -> JSONResponse:
    found = waiting_count(db, Filter(sites=editor.sites))
    return answer({"count": found.count, "more": found.more, "oldest": oldest_waiting(db)})


def shown(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "comment": decision.comment_id,
        "action": decision.action,
        "version": decision.version,
        "undoes": decision.undoes,
    }


def answer(value: Any, status: int = 200) -> JSONResponse:
    from fastapi.encoders import jsonable_encoder

    return JSONResponse(jsonable_encoder(value), status_code=status)


@api.exception_handler(DecisionConflict)
async def conflict(request: Request, error: Exception) -> JSONResponse:
    """409: who decided what; the client shows it and lets the editor agree or contest with the new version."""
    assert isinstance(error, DecisionConflict)
    return JSONResponse(
        {
            "error": str(error),
            "comment": error.comment_id,
            "editor": error.editor,
            "action": error.action,
            "version": error.version,
        },
        status_code=409,
    )


@api.exception_handler(UnknownItem)
async def unknown(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status_code=404)


@api.exception_handler(HTTPException)
async def refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, status_code=error.status_code)
