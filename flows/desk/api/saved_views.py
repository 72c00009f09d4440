"""Named filters of the queue."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from flows.clock import utc_now
from flows.desk.api.access import Db, Number, Reviewer, json_answer
from storage.desk.review_queue import QueueOrder
from storage.desk.saved_views import SavedView, forget_view, save_view, views_of

router = APIRouter()


class Chosen(BaseModel):
    """What the queue may be filtered and sorted by; everything is optional."""

    model_config = ConfigDict(extra="forbid")

    site: str | None = Field(default=None, max_length=100)
    label: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=60)
    language: str | None = Field(default=None, max_length=3)
    author: str | None = Field(default=None, max_length=100)
    campaign: Number | None = None
    text: str | None = Field(default=None, max_length=200)
    older_than_hours: float | None = Field(default=None, ge=0, le=24 * 366)
    order: QueueOrder | None = None


class NamedView(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    chosen: Chosen


@router.get("/views", summary="Your saved views")
def views(db: Db, editor: Reviewer) -> JSONResponse:
    return json_answer({"views": [{"name": one.name, "chosen": one.chosen} for one in views_of(db, editor.id)]})


@router.post("/views", summary="Save a view under a name")
def keep_view(db: Db, editor: Reviewer, body: NamedView) -> JSONResponse:
    save_view(db, editor.id, SavedView(name=body.name, chosen=body.chosen.model_dump(exclude_none=True)), utc_now())
    return views(db, editor)


@router.delete("/views/{name}", summary="Forget a saved view")
def delete_view(db: Db, editor: Reviewer, name: str) -> JSONResponse:
    forget_view(db, editor.id, name)
    return views(db, editor)
