"""Rules from the desk: try an entry on past decisions, put it in force, take it back.

Everybody who reviews may try rules and make rules that hold comments for review; rules that publish or reject unseen
need the role admin.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StringConstraints

from flows.desk import reading
from flows.desk.access import Db, Reviewer, answer, may_see_site
from flows.desk.accounts import utc_now
from flows.desk.app import language_of
from flows.desk.rules import (
    RuleAction,
    RuleList,
    keep_rules,
    rules_from_json,
    rules_of,
    versions,
    with_entry,
    without_entry,
)
from moderation.rules import NO_RULES, dry_run
from storage.editors import Editor
from storage.engine import Database
from storage.settled import settled
from storage.waiting import items_of

SHOWN = 12

router = APIRouter(prefix="/rules")


class Entry(BaseModel):
    """One entry of one list; `site` null: for all sites."""

    model_config = ConfigDict(extra="forbid")

    site: str | None = None
    action: RuleAction
    list: RuleList
    entry: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class TakeBack(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site: str | None = None
    version: str


@router.get("", summary="The lists in force for a site (none: for all sites), and their versions")
def lists(db: Db, editor: Reviewer, site: str | None = None) -> JSONResponse:
    may_see_site(editor, site)
    return answer(in_force(db, site))


@router.post("/try", summary="What an entry would have changed among past decisions; nothing is written")
def attempt(request: Request, db: Db, editor: Reviewer, body: Entry) -> JSONResponse:
    may_see_site(editor, body.site)
    tried = dry_run(with_entry(NO_RULES, body.action, body.list, body.entry), settled(db, body.site))
    words = reading.language_of(language_of(request).language)
    flipped = [int(number) for number in (*tried.approved_flipped, *tried.refused_flipped)]
    return answer(
        {
            "fitting": tried.fitting,
            "decisions": tried.decisions,
            "approved_flipped": len(tried.approved_flipped),
            "refused_flipped": len(tried.refused_flipped),
            "sentence": tried.sentence,
            "shown": [reading.brief(one, words) for one in items_of(db, flipped[:SHOWN])],
        }
    )


@router.post("", summary="Put an entry in force from the next run on")
def apply(db: Db, editor: Reviewer, body: Entry) -> JSONResponse:
    may_write(editor, body)
    keep_rules(db, body.site, with_entry(rules_of(db, body.site), body.action, body.list, body.entry), *by(editor))
    return answer(in_force(db, body.site))


@router.post("/remove", summary="Take an entry off its list")
def remove(db: Db, editor: Reviewer, body: Entry) -> JSONResponse:
    may_write(editor, body)
    keep_rules(db, body.site, without_entry(rules_of(db, body.site), body.action, body.list, body.entry), *by(editor))
    return answer(in_force(db, body.site))


@router.post("/undo", summary="Put an earlier version of the lists in force again")
def undo(db: Db, editor: Reviewer, body: TakeBack) -> JSONResponse:
    if editor.role != "admin":
        raise HTTPException(403, f"this needs the role admin; yours is {editor.role}")
    may_see_site(editor, body.site)
    earlier = next((one for one in versions(db, body.site) if one.version == body.version), None)
    if earlier is None:
        raise HTTPException(404, f"no version {body.version!r} of these rules")
    keep_rules(db, body.site, rules_from_json(earlier.content), *by(editor))
    return answer(in_force(db, body.site))


def may_write(editor: Editor, body: Entry) -> None:
    may_see_site(editor, body.site)
    if body.action != "hold" and editor.role != "admin":
        raise HTTPException(403, f"a rule that decides unseen needs the role admin; yours is {editor.role}")


def by(editor: Editor) -> tuple[str, Any]:
    return editor.name, utc_now()


def in_force(db: Database, site: str | None) -> dict[str, Any]:
    known = versions(db, site)
    return {
        "site": site,
        "lists": asdict(rules_of(db, site)),
        "version": known[0].version if known else None,
        "versions": [{"version": one.version, "at": one.made_at, "by": one.made_by} for one in known],
    }
