"""The desk's JSON interface, with an OpenAPI description at /api/openapi.json.

Reads need the role viewer, decisions the role editor. Browsers send the session's token in X-CSRF-Token; programs send
a token of their own (`Authorization: Bearer ...`) and no cookie. Every decision carries the version of the comment that
the editor saw and a key of the client's choice: sending it again is harmless, and a comment that changed meanwhile is
answered with 409 and what holds now.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from flows import __version__
from flows.desk.answers import Conflict, Fault
from flows.desk.api import articles as api_articles
from flows.desk.api import decisions as api_decisions
from flows.desk.api import pages as api_pages
from flows.desk.api import review_queue as api_queue
from flows.desk.api import rules as api_rules
from flows.desk.api import sample as api_sample
from flows.desk.api import saved_views as api_views
from storage.database.errors import DatabaseLocked, DecisionConflict, UnknownItem

FAULTS: dict[int | str, dict[str, Any]] = {
    401: {"model": Fault, "description": "Nobody is logged in."},
    403: {"model": Fault, "description": "Not with this role, for these sites, or without the page's token."},
    404: {"model": Fault, "description": "There is no such thing, or it is not yours to see."},
    409: {"model": Conflict, "description": "Somebody else has decided: look again."},
    422: {"model": Fault, "description": "The request is not well-formed."},
    503: {"model": Fault, "description": "The database is busy: the same request is welcome again."},
}

api = FastAPI(
    title="Tamis desk",
    version=__version__,
    docs_url=None,
    redoc_url=None,
    openapi_url="/openapi.json",
    responses=FAULTS,
)
for part in (api_queue, api_decisions, api_sample, api_views, api_rules, api_pages, api_articles):
    api.include_router(part.router)


@api.exception_handler(DecisionConflict)
async def conflict_answer(request: Request, error: Exception) -> JSONResponse:
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


@api.exception_handler(DatabaseLocked)
async def locked_answer(request: Request, error: Exception) -> JSONResponse:
    """503: the same request is welcome again."""
    return JSONResponse({"error": str(error)}, status_code=503, headers={"Retry-After": "2"})


@api.exception_handler(RequestValidationError)
async def invalid(request: Request, error: Exception) -> JSONResponse:
    """422 in one sentence that names the field; the values sent are not repeated."""
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()]
    return JSONResponse({"error": "; ".join(faults)}, status_code=422)


@api.exception_handler(UnicodeEncodeError)
async def half_a_character(request: Request, error: Exception) -> JSONResponse:
    """422: JSON can name half of a surrogate pair, which is no text and which no database holds."""
    return JSONResponse({"error": "a text of the request holds half of a surrogate pair"}, status_code=422)


@api.exception_handler(HTTPException)
async def refused_answer(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, status_code=error.status_code)
