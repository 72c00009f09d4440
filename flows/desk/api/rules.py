"""Rules from the desk: try an entry on past decisions, put it in force, take it back.

Everybody who reviews may try rules and make rules that hold comments for review; rules that publish or reject unseen
need the role admin.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, StringConstraints

from flows.clock import utc_now
from flows.desk import cards
from flows.desk.answers import RulesAnswer, RuleTried, RuleVersion
from flows.desk.api.access import Db, Reviewer, may_see_site
from moderation.rules import NO_RULES, dry_run
from storage.database.engine import Database
from storage.desk.editors import Editor
from storage.desk.past_decisions import past_decisions
from storage.desk.review_queue import items_of
from storage.desk.rules import (
    RuleAction,
    RuleList,
    keep_rules,
    rules_from_json,
    rules_of,
    versions,
    with_entry,
    without_entry,
)

SHOWN = 12

router = APIRouter(prefix="/rules")


class RuleBody(BaseModel):
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
def lists(db: Db, editor: Reviewer, site: str | None = None) -> RulesAnswer:
    may_see_site(editor, site)
    return in_force(db, site)


@router.post("/try", summary="What an entry would have changed among past decisions; nothing is written")
def attempt(db: Db, editor: Reviewer, body: RuleBody) -> RuleTried:
    may_see_site(editor, body.site)
    tried = dry_run(with_entry(NO_RULES, body.action, body.list, body.entry), past_decisions(db, body.site))
    flipped = [int(number) for number in (*tried.approved_flipped, *tried.refused_flipped)]
    return RuleTried(
        fitting=tried.fitting,
        decisions=tried.decisions,
        approved_flipped=len(tried.approved_flipped),
        refused_flipped=len(tried.refused_flipped),
        sentence=tried.sentence,
        shown=tuple(map(cards.brief, items_of(db, flipped[:SHOWN]))),
    )


@router.post("", summary="Put an entry in force from the next run on")
def apply_rule(db: Db, editor: Reviewer, body: RuleBody) -> RulesAnswer:
    may_write(editor, body)
    keep_rules(db, body.site, with_entry(rules_of(db, body.site), body.action, body.list, body.entry), *by(editor))
    return in_force(db, body.site)


@router.post("/remove", summary="Take an entry off its list")
def remove(db: Db, editor: Reviewer, body: RuleBody) -> RulesAnswer:
    may_write(editor, body)
    keep_rules(db, body.site, without_entry(rules_of(db, body.site), body.action, body.list, body.entry), *by(editor))
    return in_force(db, body.site)


@router.post("/undo", summary="Put an earlier version of the lists in force again")
def undo_rule(db: Db, editor: Reviewer, body: TakeBack) -> RulesAnswer:
    if editor.role != "admin":
        raise HTTPException(403, f"this needs the role admin; yours is {editor.role}")
    may_see_site(editor, body.site)
    earlier = next((one for one in versions(db, body.site) if one.version == body.version), None)
    if earlier is None:
        raise HTTPException(404, f"no version {body.version!r} of these rules")
    keep_rules(db, body.site, rules_from_json(earlier.content), *by(editor))
    return in_force(db, body.site)


def may_write(editor: Editor, body: RuleBody) -> None:
    may_see_site(editor, body.site)
    if body.action != "hold" and editor.role != "admin":
        raise HTTPException(403, f"a rule that decides unseen needs the role admin; yours is {editor.role}")


def by(editor: Editor) -> tuple[str, datetime]:
    return editor.name, utc_now()


def in_force(db: Database, site: str | None) -> RulesAnswer:
    known = versions(db, site)
    return RulesAnswer(
        site=site,
        lists=asdict(rules_of(db, site)),
        version=known[0].version if known else None,
        versions=tuple(RuleVersion(version=one.version, at=one.made_at, by=one.made_by) for one in known),
    )
