"""Named filters of the queue."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from extractors.records import CommentKind
from flows.clock import utc_now
from flows.desk.api.access import Db, Number, Reviewer
from storage.desk.review_queue import QueueOrder
from storage.desk.saved_views import SavedView, forget_view, save_view, views_of

router = APIRouter()


class QueueChoice(BaseModel):
    """What the queue may be filtered and sorted by; everything is optional."""

    site: str | None = Field(default=None, max_length=100)
    label: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=60, description="The name of a signal.")
    language: str | None = Field(default=None, max_length=3)
    author: str | None = Field(
        default=None, max_length=100, description="The author's name, or the `author_key` of a card."
    )
    campaign: Number | None = None
    article: str | None = Field(default=None, max_length=300, description="Words of its title or its address.")
    kind: CommentKind | None = None
    since: date | None = Field(default=None, description="Written on this day or later.")
    until: date | None = Field(default=None, description="Written on this day or earlier.")
    text: str | None = Field(default=None, max_length=200)
    older_than_hours: float | None = Field(default=None, ge=0, le=24 * 366)
    order: QueueOrder | None = None


class Chosen(QueueChoice):
    model_config = ConfigDict(extra="forbid")


class NamedView(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    chosen: Chosen


class ViewAnswer(BaseModel):
    """`chosen` has what the view sets and nothing else."""

    name: str
    chosen: QueueChoice


class ViewsAnswer(BaseModel):
    """Your saved views, by name."""

    views: tuple[ViewAnswer, ...]


@router.get("/views", summary="Your saved views", response_model_exclude_unset=True)
def views(db: Db, editor: Reviewer) -> ViewsAnswer:
    kept = views_of(db, editor.id)
    return ViewsAnswer(
        views=tuple(ViewAnswer(name=one.name, chosen=QueueChoice.model_validate(one.chosen)) for one in kept)
    )


@router.post("/views", summary="Save a view under a name", response_model_exclude_unset=True)
def keep_view(db: Db, editor: Reviewer, body: NamedView) -> ViewsAnswer:
    chosen = body.chosen.model_dump(mode="json", exclude_none=True)
    save_view(db, editor.id, SavedView(name=body.name, chosen=chosen), utc_now())
    return views(db, editor)


@router.delete("/views/{name}", summary="Forget a saved view", response_model_exclude_unset=True)
def delete_view(db: Db, editor: Reviewer, name: str) -> ViewsAnswer:
    forget_view(db, editor.id, name)
    return views(db, editor)
