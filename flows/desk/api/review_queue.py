"""What waits: the next comments, their context, campaigns, counts, leases."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from flows.clock import utc_now
from flows.desk import cards
from flows.desk.api.access import Db, Number, Reviewer, Viewer, json_answer, may_see
from flows.desk.pages.rendering import texts_for
from flows.desk.signing_in.sessions import current
from flows.desk.state import overdue_for
from storage.database.errors import UnknownItem
from storage.desk.editors import Editor
from storage.desk.review_queue import (
    Place,
    QueueFilter,
    QueueOrder,
    item,
    lease,
    lease_page,
    oldest_waiting,
    place_from,
    place_text,
    release_items,
    renew,
    waiting_count,
)

MOST_LEASED = 50
MOST_IN_CAMPAIGN = 500

router = APIRouter()


def chosen(
    editor: Editor,
    site: str | None,
    label: str | None,
    reason: str | None,
    language: str | None,
    author: str | None,
    campaign: int | None,
    text: str | None,
    older_than_hours: float | None,
) -> QueueFilter:
    """The filter asked for, within the sites that the editor may see."""
    sites = editor.sites
    if site:
        sites = (site,) if editor.sites is None or site in editor.sites else ()
    return QueueFilter(
        sites=sites,
        label=label or None,
        reason=reason or None,
        language=language or None,
        author_key=author or None,
        campaign=campaign,
        text=text or None,
        older_than=utc_now() - timedelta(hours=older_than_hours) if older_than_hours else None,
    )


@router.get("/session", summary="Who you are, and the token that writes need")
def session(request: Request, editor: Viewer) -> JSONResponse:
    found = current(request)
    assert found is not None
    return json_answer({"editor": editor.name, "role": editor.role, "sites": editor.sites, "csrf": found.csrf_token})


@router.get("/queue", summary="The next comments to decide on, leased to you for four minutes")
def queue(
    request: Request,
    db: Db,
    editor: Reviewer,
    site: str | None = None,
    label: str | None = None,
    reason: Annotated[str | None, Query(max_length=60, description="The name of a signal.")] = None,
    language: str | None = None,
    author: Annotated[str | None, Query(max_length=100, description="The `author_key` of a card.")] = None,
    campaign: Number | None = None,
    text: Annotated[str | None, Query(max_length=200)] = None,
    older_than_hours: Annotated[float | None, Query(ge=0, le=24 * 366)] = None,
    order: QueueOrder = "oldest",
    after: Annotated[str | None, Query(max_length=100, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LEASED)] = 20,
) -> JSONResponse:
    wanted = chosen(editor, site, label, reason, language, author, campaign, text, older_than_hours)
    page = lease_page(db, editor.name, wanted, utc_now(), after=place(after, order), limit=limit, order=order)
    words = cards.evidence_language(texts_for(request).language)
    count = waiting_count(db, wanted)
    return json_answer(
        {
            "items": cards.cards(db, page.items, words),
            "next": place_text(page.next) if page.next else None,
            "waiting": {"count": count.count, "more": count.more},
        }
    )


def place(text: str | None, order: QueueOrder) -> Place | None:
    try:
        return place_from(text, order) if text else None
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


class Shown(BaseModel):
    """Comments on an editor's screen: number and version of each."""

    model_config = ConfigDict(extra="forbid")

    items: dict[Number, Number] = Field(max_length=MOST_IN_CAMPAIGN)


@router.post("/leases", summary="Keep what is on your screen; learn what is not yours to decide on any more")
def leases(request: Request, db: Db, editor: Reviewer, body: Shown) -> JSONResponse:
    may_see(db, editor, list(body.items))
    renewed = renew(db, editor.name, body.items, utc_now())
    words = cards.evidence_language(texts_for(request).language)
    return json_answer({"kept": renewed.kept, "gone": cards.cards(db, renewed.gone, words)})


@router.post("/release", summary="Give back every comment leased to you")
def release_lease(db: Db, editor: Reviewer) -> JSONResponse:
    return json_answer({"released": release_items(db, editor.name)})


@router.get("/campaigns/{campaign}", summary="The waiting comments of a campaign, leased to you")
def campaign(request: Request, db: Db, editor: Reviewer, campaign: Number) -> JSONResponse:
    wanted = QueueFilter(sites=editor.sites, campaign=campaign)
    found = lease(db, editor.name, wanted, utc_now(), limit=MOST_IN_CAMPAIGN)
    words = cards.evidence_language(texts_for(request).language)
    count = waiting_count(db, wanted)
    return json_answer(
        {
            "id": campaign,
            "items": [cards.brief(one, words) for one in found],
            "waiting": {"count": count.count, "more": count.more},
        }
    )


@router.get("/comments/{comment_id}", summary="One comment's card, whatever holds for it")
def comment(request: Request, comment_id: Number, db: Db, editor: Viewer) -> JSONResponse:
    may_see(db, editor, [comment_id])
    words = cards.evidence_language(texts_for(request).language)
    return json_answer(cards.cards(db, [item(db, comment_id)], words)[0])


@router.get("/comments/{comment_id}/context", summary="The article, the thread, the author, near-duplicates, history")
def comment_context(
    request: Request,
    comment_id: Number,
    db: Db,
    editor: Viewer,
    blind: Annotated[bool, Query(description="Without what was decided on it.")] = False,
) -> JSONResponse:
    may_see(db, editor, [comment_id])
    found = cards.context(db, comment_id, cards.evidence_language(texts_for(request).language), editor.sites)
    return json_answer(cards.blind_context(found) if blind else found)


@router.get("/authors/{author_key}", summary="What an author wrote on the sites you may see, the newest first")
def author_comments(request: Request, author_key: str, db: Db, editor: Viewer) -> JSONResponse:
    found = cards.author_card(db, author_key, editor.sites, cards.evidence_language(texts_for(request).language))
    if not found["comments"]:
        raise UnknownItem("no such author")
    return json_answer(found)


@router.get("/counts", summary="How many comments wait, since when the oldest, and where one waits too long")
def queue_counts(request: Request, db: Db, editor: Viewer) -> JSONResponse:
    """`overdue` lists the sites where a comment waits for longer than the hours agreed (`wait_hours`)."""
    found = waiting_count(db, QueueFilter(sites=editor.sites))
    late = [
        {
            "site": one.site,
            "hours": one.hours,
            "oldest": one.oldest,
            "count": one.comments.count,
            "more": one.comments.more,
        }
        for one in overdue_for(request.state.desk, editor)
    ]
    return json_answer(
        {"count": found.count, "more": found.more, "oldest": oldest_waiting(db, editor.sites), "overdue": late}
    )
