"""Deciding and taking back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from flows.clock import utc_now
from flows.desk.answers import DecisionAnswer, DecisionsAnswer
from flows.desk.api.access import Db, Number, Reviewer, may_see
from moderation.verdict import Action
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.desk.decisions import (
    Decision,
    Wanted,
    decide_all,
    decisions_with_keys,
    latest_decisions,
    sites_decided_on,
    undo_all,
)
from storage.desk.editors import Editor

REASONS = ("spam", "off_language", "promotional", "off_topic", "insult", "personal_data", "duplicate", "other")
Reason = Literal["spam", "off_language", "promotional", "off_topic", "insult", "personal_data", "duplicate", "other"]

router = APIRouter()


class DecisionBody(BaseModel):
    """One decision on one comment."""

    model_config = ConfigDict(extra="forbid")

    id: Number = Field(description="The comment's number.")
    version: Number = Field(description="The version that the editor saw.")
    key: str = Field(
        min_length=8, max_length=100, description="Chosen by the client: the same key is the same decision."
    )


class DecisionRequest(BaseModel):
    """The same decision on one comment or on several (a campaign): all of them or none."""

    model_config = ConfigDict(extra="forbid")

    items: list[DecisionBody] = Field(min_length=1, max_length=500)
    action: Literal["publish", "reject", "review"]
    reason: Reason | None = Field(default=None, description="Why, for a rejection.")
    note: str | None = Field(default=None, max_length=2000)


class UndoRequest(BaseModel):
    """Decisions to take back, by their numbers or by the keys they were sent with: all of them or none."""

    model_config = ConfigDict(extra="forbid")

    decisions: list[Number] = Field(default_factory=list, max_length=500)
    keys: list[str] = Field(default_factory=list, max_length=500, description="Keys of your own decisions.")
    key: str = Field(min_length=8, max_length=100, description="Of this undo: sending it again is harmless.")

    @model_validator(mode="after")
    def _something(self) -> UndoRequest:
        if not (self.decisions or self.keys):
            raise ValueError("name decisions or keys to take back")
        return self


@router.post("/decisions", summary="Decide on comments; all of them or none")
def decisions(db: Db, editor: Reviewer, body: DecisionRequest) -> DecisionsAnswer:
    may_see(db, editor, [one.id for one in body.items])
    wanted = [
        Wanted(comment_id=one.id, expected_version=one.version, idempotency_key=f"{editor.name}:{one.key}")
        for one in body.items
    ]
    made = decide_all(db, wanted, editor.name, Action(body.action), body.reason, utc_now(), body.note)
    return answer(made)


@router.post("/undo", summary="Take decisions back, of any age; all of them or none")
def take_back(db: Db, editor: Reviewer, body: UndoRequest) -> DecisionsAnswer:
    numbers = [*body.decisions, *numbers_of(db, editor, body.keys)]
    sites = sites_decided_on(db, numbers)
    for number in numbers:
        if number not in sites or (editor.sites is not None and sites[number] not in editor.sites):
            raise UnknownItem(f"no decision {number}")
    made = undo_all(db, numbers, editor.name, utc_now(), f"{editor.name}:undo:{body.key}")
    return answer(made)


def numbers_of(db: Database, editor: Editor, keys: list[str]) -> list[int]:
    """Raises UnknownItem (404) if one of the keys was never taken: the server refused that decision."""
    found = decisions_with_keys(db, [f"{editor.name}:{key}" for key in keys])
    missing = [key for key in keys if f"{editor.name}:{key}" not in found]
    if missing:
        raise UnknownItem(f"no decision with the key {missing[0]}")
    return [found[f"{editor.name}:{key}"].id for key in keys]


@router.get("/decisions", summary="Your newest decisions that hold still, the newest first")
def latest(db: Db, editor: Reviewer, limit: int = 20) -> DecisionsAnswer:
    return answer(latest_decisions(db, editor.name, min(max(limit, 1), 500)))


def answer(made: Sequence[Decision]) -> DecisionsAnswer:
    return DecisionsAnswer(
        decisions=tuple(
            DecisionAnswer(
                id=one.id,
                comment=one.comment_id,
                action=Action(one.action),
                reason=one.reason,
                version=one.version,
                undoes=one.undoes,
                at=one.decided_at,
                group=one.group,
            )
            for one in made
        )
    )
