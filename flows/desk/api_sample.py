"""The random sample: looks that do not show what the machine or a colleague thought, and what they prove."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from flows.desk import reading
from flows.desk.access import Db, Number, Reviewer, Viewer, answer
from flows.desk.accounts import utc_now
from flows.desk.api_decisions import Reason
from flows.desk.app import language_of
from flows.judging import moderation_of
from flows.settings import Settings
from moderation.guarantee import certification
from moderation.policy import DEFAULT_POLICY
from moderation.verdict import Action
from storage.audits import agreement, disagreements, draw, samples, second_opinion, to_look_at
from storage.editors import Editor
from storage.engine import Database
from storage.waiting import items_of

SECOND_SHARE = 0.05  # of all decisions
AT_ONCE = 20

router = APIRouter(prefix="/sample")


class Opinion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: Literal["publish", "reject"]
    reason: Reason | None = None


@router.get("", summary="What of the random sample waits for your look; scores and first decisions are left out")
def sample(request: Request, db: Db, editor: Reviewer) -> JSONResponse:
    draw(db, shares_of(request.state.desk.settings), DEFAULT_POLICY.audit_share, SECOND_SHARE, utc_now())
    looks = to_look_at(db, editor.name, editor.sites, AT_ONCE)
    words = reading.language_of(language_of(request).language)
    cards = {card["id"]: card for card in reading.cards(db, items_of(db, [look.comment_id for look in looks]), words)}
    return answer(
        {
            "items": [
                reading.blind(cards[look.comment_id]) | {"look": look.id, "look_kind": look.kind}
                for look in looks
                if look.comment_id in cards
            ]
        }
    )


def shares_of(settings: Settings | None) -> dict[str, float]:
    """The share of each site's comments that is drawn: its `audit_share`."""
    return {site.name: moderation_of(settings, site).audit_share for site in settings.sites} if settings else {}


@router.post("/{look}", summary="Your second opinion on somebody's decision; it changes nothing by itself")
def opinion(db: Db, editor: Reviewer, look: Number, body: Opinion) -> JSONResponse:
    second_opinion(db, look, editor.name, Action(body.action), body.reason, utc_now(), editor.sites)
    return answer({"saved": look})


@router.get("/progress", summary="How far each site's sample proves the promise, and how far editors agree")
def progress(db: Db, editor: Viewer) -> JSONResponse:
    return answer(standing(db, editor))


def standing(db: Database, editor: Editor | None) -> dict[str, Any]:
    allowed = editor.sites if editor else None
    sites = []
    for one in samples(db, DEFAULT_POLICY.reject):
        if allowed is None or one.site in allowed:
            proof = certification(one.audited_ham, one.would_reject)
            sites.append(
                {
                    "site": one.site,
                    "drawn": one.drawn,
                    "audited_ham": one.audited_ham,
                    "would_reject": one.would_reject,
                    "needed": proof.needed,
                    "certified": proof.certified,
                    "broken": proof.broken,
                    "upper_limit": proof.upper_limit,
                }
            )
    return {
        "sites": sites,
        "agreement": [
            {"reason": one.reason, "looked": one.looked, "agreed": one.agreed} for one in agreement(db, allowed)
        ],
        "disagreements": disagreements(db, allowed),
    }
