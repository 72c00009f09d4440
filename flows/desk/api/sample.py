"""The random sample: looks that do not show what the machine or a colleague thought, and what they prove."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from flows.clock import utc_now
from flows.desk import cards
from flows.desk.answers import Count, ProgressAnswer, SampleAnswer, SavedAnswer
from flows.desk.api.access import Db, InWords, Number, Reviewer, Viewer
from flows.desk.api.decisions import Reason
from flows.desk.proof import proof_of_sample
from flows.runs.judging import moderation_of
from flows.settings import Settings
from moderation.policy import DEFAULT_POLICY
from moderation.verdict import Action
from storage.desk.audits import AuditKind, draw, looks_waiting, second_opinion, to_look_at
from storage.desk.review_queue import items_of

SECOND_SHARE = 0.05  # of all decisions
AT_ONCE = 20

router = APIRouter(prefix="/sample")


class Opinion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: Literal["publish", "reject"]
    reason: Reason | None = None


@router.get("", summary="What of the random sample waits for your look; scores and first decisions are left out")
def sample(
    request: Request,
    db: Db,
    editor: Reviewer,
    words: InWords,
    kind: Annotated[AuditKind | None, Query(description="One kind; without it, one second opinion in four.")] = None,
    passed: Annotated[str, Query(max_length=4000, pattern=r"^(\d{1,18}(,\d{1,18})*)?$", description="Comments.")] = "",
) -> SampleAnswer:
    draw(db, shares_of(request.state.desk.settings), DEFAULT_POLICY.audit_share, SECOND_SHARE, utc_now())
    skipped = [int(one) for one in passed.split(",") if one]
    looks = to_look_at(db, editor.name, editor.sites, AT_ONCE, kind, skipped)
    counted = looks_waiting(db, editor.name, editor.sites)
    shown = {card.id: card for card in cards.cards(db, items_of(db, [look.comment_id for look in looks]), words)}
    seen = [look for look in looks if look.comment_id in shown]
    return SampleAnswer(
        items=tuple(cards.blind(shown[look.comment_id], look.id, look.kind) for look in seen),
        waiting=Count(count=counted[kind] if kind else sum(counted.values()), more=False),
    )


def shares_of(settings: Settings | None) -> dict[str, float]:
    """The share of each site's comments that is drawn: its `audit_share`."""
    return {site.name: moderation_of(settings, site).audit_share for site in settings.sites} if settings else {}


@router.post("/{look}", summary="Your second opinion on somebody's decision; it changes nothing by itself")
def opinion(db: Db, editor: Reviewer, look: Number, body: Opinion) -> SavedAnswer:
    second_opinion(db, look, editor.name, Action(body.action), body.reason, utc_now(), editor.sites)
    return SavedAnswer(saved=look)


@router.get("/progress", summary="How far each site's sample proves the promise, and how far editors agree")
def sample_progress(db: Db, editor: Viewer) -> ProgressAnswer:
    return proof_of_sample(db, editor)
