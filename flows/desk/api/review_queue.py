"""What waits: the next comments, their context, campaigns, counts, leases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from flows.clock import utc_now
from flows.desk import cards
from flows.desk.answers import (
    AuthorComments,
    CampaignAnswer,
    Card,
    Context,
    Count,
    CountsAnswer,
    Late,
    LeasesAnswer,
    QueueAnswer,
    ReleasedAnswer,
    SessionAnswer,
)
from flows.desk.api.access import Db, InWords, Number, Reviewer, Viewer, may_see
from flows.desk.api.saved_views import QueueChoice
from flows.desk.signing_in.sessions import current
from flows.desk.state import overdue_for
from storage.crawl.identity import author_key
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.desk.editors import Editor
from storage.desk.review_queue import (
    Capped,
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


class QueueQuery(QueueChoice):
    """What the queue is asked: a choice, and which page of it."""

    after: str | None = Field(default=None, max_length=100, description="`next` of the page before.")
    limit: int = Field(default=20, ge=1, le=MOST_LEASED)

    def filter_for(self, editor: Editor, db: Database) -> QueueFilter:
        """The filter asked for, within the sites that the editor may see. An author may be given by name."""
        sites = editor.sites
        if self.site:
            sites = (self.site,) if editor.sites is None or self.site in editor.sites else ()
        return QueueFilter(
            sites=sites,
            label=self.label or None,
            reason=self.reason or None,
            language=self.language or None,
            author_key=key_of(db, self.author) if self.author else None,
            campaign=self.campaign,
            text=self.text or None,
            article=self.article or None,
            kind=self.kind,
            since=self.since,
            until=self.until,
            older_than=utc_now() - timedelta(hours=self.older_than_hours) if self.older_than_hours else None,
        )


def key_of(db: Database, author: str) -> str:
    """The pseudonym itself, or that of the name."""
    return author if re.fullmatch(r"[0-9a-f]{32}", author) else author_key(db.secret, author) or author


@router.get("/session", summary="Who you are, and the token that writes need")
def session(request: Request, editor: Viewer) -> SessionAnswer:
    found = current(request)
    assert found is not None
    return SessionAnswer(editor=editor.name, role=editor.role, sites=editor.sites, csrf=found.csrf_token)


@router.get("/queue", summary="The next comments to decide on, leased to you for four minutes")
def queue(db: Db, editor: Reviewer, words: InWords, asked: Annotated[QueueQuery, Query()]) -> QueueAnswer:
    order = asked.order or "oldest"
    wanted = asked.filter_for(editor, db)
    after = place(asked.after, order)
    page = lease_page(db, editor.name, wanted, utc_now(), after=after, limit=asked.limit, order=order)
    return QueueAnswer(
        items=cards.cards(db, page.items, words),
        next=place_text(page.next) if page.next else None,
        waiting=count_of(waiting_count(db, wanted)),
    )


def count_of(found: Capped) -> Count:
    return Count(count=found.count, more=found.more)


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
def leases(db: Db, editor: Reviewer, words: InWords, body: Shown) -> LeasesAnswer:
    may_see(db, editor, list(body.items))
    renewed = renew(db, editor.name, body.items, utc_now())
    gone = cards.cards(db, renewed.gone, words)
    mine = {"leased_by": None}  # edited meanwhile, it is on nobody else's screen
    return LeasesAnswer(
        kept=renewed.kept,
        gone=tuple(card.model_copy(update=mine) if card.leased_by == editor.name else card for card in gone),
    )


@router.post("/release", summary="Give back every comment leased to you")
def release_lease(db: Db, editor: Reviewer) -> ReleasedAnswer:
    return ReleasedAnswer(released=release_items(db, editor.name))


@router.get("/campaigns/{campaign}", summary="The waiting comments of a campaign, leased to you")
def campaign(db: Db, editor: Reviewer, campaign: Number) -> CampaignAnswer:
    wanted = QueueFilter(sites=editor.sites, campaign=campaign)
    found = lease(db, editor.name, wanted, utc_now(), limit=MOST_IN_CAMPAIGN)
    return CampaignAnswer(
        id=campaign, items=tuple(map(cards.brief, found)), waiting=count_of(waiting_count(db, wanted))
    )


@router.get("/comments/{comment_id}", summary="One comment's card, whatever holds for it")
def comment(comment_id: Number, db: Db, editor: Viewer, words: InWords) -> Card:
    may_see(db, editor, [comment_id])
    return cards.cards(db, [item(db, comment_id)], words)[0]


@router.get("/comments/{comment_id}/context", summary="The article, the thread, the author, near-duplicates, history")
def comment_context(
    comment_id: Number,
    db: Db,
    editor: Viewer,
    blind: Annotated[bool, Query(description="Without what was decided on it.")] = False,
) -> Context:
    may_see(db, editor, [comment_id])
    found = cards.context(db, comment_id, editor.sites)
    return cards.blind_context(found) if blind else found


@router.get("/authors/{author_key}", summary="What an author wrote on the sites you may see, the newest first")
def author_comments(author_key: str, db: Db, editor: Viewer) -> AuthorComments:
    found = cards.author_card(db, author_key, editor.sites)
    if not found.comments:
        raise UnknownItem("no such author")
    return found


@router.get("/counts", summary="How many comments wait, since when the oldest, and where one waits too long")
def queue_counts(request: Request, db: Db, editor: Viewer) -> CountsAnswer:
    """`overdue` lists the sites where a comment waits for longer than the hours agreed (`wait_hours`)."""
    found = waiting_count(db, QueueFilter(sites=editor.sites))
    late = overdue_for(request.state.desk, editor)
    return CountsAnswer(
        count=found.count,
        more=found.more,
        oldest=oldest_waiting(db, editor.sites),
        overdue=tuple(
            Late(
                site=one.site,
                hours=one.hours,
                oldest=one.oldest,
                count=one.comments.count,
                more=one.comments.more,
            )
            for one in late
        ),
    )
