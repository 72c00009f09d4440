"""The rules made at the desk: what is in force where, since when and by whom; adding, removing, going back; and rules
on the comments that wait already."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from flows.clock import utc_now
from flows.desk.api.decisions import REASONS
from flows.desk.pages.i18n import Texts
from flows.desk.pages.rendering import render, texts_for
from flows.desk.pages.script_words import reason_names
from flows.desk.signing_in.sessions import refused_page, requires
from flows.runs.judging import moderation_of
from flows.runs.judging import rules_of as configured_rules
from flows.settings import Settings
from moderation.rules import NO_RULES, DryRun, Rules, dry_run
from storage.database.engine import Database
from storage.desk.editors import Editor
from storage.desk.past_decisions import past_decisions
from storage.desk.review_queue import QueueFilter, items_of, waiting_count
from storage.desk.rules import (
    RuleAction,
    RuleList,
    keep_rules,
    rules_from_json,
    rules_in_force,
    rules_of,
    versions,
    with_entry,
    without_entry,
)
from storage.desk.waiting_rules import Applied, Fits, applied, apply_to_waiting, fits_waiting, take_back
from storage.upkeep.health import site_names

ACTIONS: tuple[RuleAction, ...] = ("reject", "hold", "allow")
LISTS: tuple[RuleList, ...] = ("words", "authors", "hosts")
ENTRY_LENGTHS = (2, 200)
MOST_VERSIONS = 20
SHOWN = 20  # comments of a dry run

Origin = Literal["site", "all", "settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of one list, and where it was made."""

    action: RuleAction
    list: RuleList
    entry: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the lists with what it changed from the one before."""

    version: str
    made_at: datetime
    made_by: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An entry as the form has it."""

    list: RuleList = "words"
    action: RuleAction = "hold"
    entry: str = ""


class Scope:
    """What the rules are for: one site or (None) all of them; `sites` are those that the account may see.

    Raises HTTPException (404) for a site that it may not see, as for one that does not exist.
    """

    def __init__(self, request: Request) -> None:
        self.db: Database = request.state.desk.db
        self.settings: Settings | None = request.state.desk.settings
        self.editor: Editor = request.state.session.editor
        configured = [site.name for site in self.settings.sites] if self.settings else []
        self.sites = sorted({*site_names(self.db), *configured} if self.editor.sites is None else self.editor.sites)
        self.site: str | None = request.query_params.get("site") or None
        if self.site is None and self.editor.sites is not None:
            self.site = self.sites[0] if self.sites else ""
        if self.site is not None and self.site not in self.sites:  # a mistyped site must not become all sites
            raise HTTPException(404)

    @property
    def chosen(self) -> list[str]:
        return self.sites if self.site is None else [self.site]

    @property
    def address(self) -> str:
        return "/rules" + ("?" + urlencode({"site": self.site}) if self.site is not None else "")

    def configured(self, name: str) -> Rules:
        """The lists of the site's settings."""
        for site in self.settings.sites if self.settings else ():
            if site.name == name:
                return configured_rules(moderation_of(self.settings, site)) if self.settings else NO_RULES
        return NO_RULES

    def in_force(self) -> dict[str, Rules]:
        """All that holds on each of the chosen sites."""
        return {name: rules_in_force(self.db, name, self.configured(name)) for name in self.chosen}

    def entries(self) -> list[Entry]:
        own = rules_of(self.db, self.site)
        found = entries_of(own, "all" if self.site is None else "site")
        if self.site is not None:
            found += entries_of(rules_of(self.db, None), "all") + entries_of(self.configured(self.site), "settings")
        return found

    def versions(self) -> list[Version]:
        """The newest first."""
        kept = [(one, rules_from_json(one.content)) for one in versions(self.db, self.site, MOST_VERSIONS + 1)]
        before = [lists for _, lists in kept[1:]] + [NO_RULES]  # of the oldest: what was there before any
        return [
            Version(
                version=one.version,
                made_at=one.made_at,
                made_by=one.made_by,
                added=words_of(lists, earlier),
                removed=words_of(earlier, lists),
            )
            for (one, lists), earlier in zip(kept, before, strict=False)
        ][:MOST_VERSIONS]


def entries_of(rules: Rules, origin: Origin) -> list[Entry]:
    return [
        Entry(action=action, list=name, entry=entry, origin=origin)
        for action in ACTIONS
        for name in LISTS
        for entry in getattr(rules, f"{action}_{name}")
    ]


def words_of(rules: Rules, without: Rules) -> tuple[str, ...]:
    """The entries of these lists that the other ones do not have."""
    there = {(one.action, one.list, one.entry) for one in entries_of(without, "site")}
    return tuple(one.entry for one in entries_of(rules, "site") if (one.action, one.list, one.entry) not in there)


def list_names(t: Texts) -> dict[str, str]:
    _ = t.gettext
    return {"words": _("words of the comment"), "authors": _("name of the author"), "hosts": _("host of a link")}


def action_names(t: Texts) -> dict[str, str]:
    _ = t.gettext
    return {"reject": _("reject"), "hold": _("hold for review"), "allow": _("publish")}


@requires("editor")
async def rules_page(request: Request) -> Response:
    return await shown(request, Asked())


async def shown(
    request: Request, asked: Asked, tried: DryRun | None = None, fault: str | None = None, status: int = 200
) -> Response:
    t = texts_for(request)
    scope = await run_in_threadpool(Scope, request)

    def read() -> dict[str, Any]:
        flipped = [int(one) for one in (*tried.approved_flipped, *tried.refused_flipped)] if tried else []
        return {
            "entries": scope.entries(),
            "versions": scope.versions(),
            "applied": applied(scope.db, scope.site),
            "flipped": items_of(scope.db, flipped[:SHOWN]),
        }

    values = {
        **await run_in_threadpool(read),
        **names(t, scope),
        "asked": asked,
        "tried": tried,
        "fault": fault,
        "said": said(t, request),
        "shortest": ENTRY_LENGTHS[0],
        "longest": ENTRY_LENGTHS[1],
    }
    return render(request, "rules.html", values, status)


def names(t: Texts, scope: Scope) -> dict[str, Any]:
    """What both pages show of the scope."""
    return {
        "scope": scope,
        "list_names": list_names(t),
        "action_names": action_names(t),
        "may_decide_unseen": scope.editor.role == "admin",
        "all_sites": scope.editor.sites is None,
    }


def said(t: Texts, request: Request) -> str | None:
    """What the page before has done."""
    done = request.query_params
    if done.get("done") == "kept":
        return t.gettext("The rule is in force from the next run on.")
    if done.get("done") == "removed":
        return t.gettext("The rule is removed. What it decided stays.")
    if done.get("done") == "earlier":
        return t.gettext("The earlier version is in force again.")
    if (count := whole(done.get("back"))) is not None:
        return t.ngettext("%(n)s decision was taken back.", "%(n)s decisions were taken back.", count)
    if (count := whole(done.get("decided"))) is not None:
        return t.ngettext("%(n)s comment was decided.", "%(n)s comments were decided.", count)
    return None


def whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 9 else None


@requires("editor")
async def change(request: Request) -> Response:
    """Try an entry on past decisions, put it in force, or take it off its list."""
    form = await request.form()
    asked, do = asked_for(form), str(form.get("do"))
    scope = await run_in_threadpool(Scope, request)
    t = texts_for(request)
    if not ENTRY_LENGTHS[0] <= len(asked.entry) <= ENTRY_LENGTHS[1]:
        words = t.gettext("Give %(least)s to %(most)s characters.", least=ENTRY_LENGTHS[0], most=ENTRY_LENGTHS[1])
        return await shown(request, asked, fault=words, status=422)
    if do not in ("keep", "remove"):
        only = with_entry(NO_RULES, asked.action, asked.list, asked.entry)
        tried = await run_in_threadpool(lambda: dry_run(only, past_decisions(scope.db, scope.site)))
        return await shown(request, asked, tried)
    if asked.action != "hold" and scope.editor.role != "admin":
        return refused_page(request, 403, "role", role="admin", mine=scope.editor.role)
    changed = with_entry if do == "keep" else without_entry

    def write() -> None:
        rules = changed(rules_of(scope.db, scope.site), asked.action, asked.list, asked.entry)
        keep_rules(scope.db, scope.site, rules, scope.editor.name, utc_now())

    await run_in_threadpool(write)
    return back_to(scope, done="kept" if do == "keep" else "removed")


def asked_for(form: FormData) -> Asked:
    chosen: RuleList = next((one for one in get_args(RuleList) if one == form.get("list")), "words")
    action: RuleAction = next((one for one in get_args(RuleAction) if one == form.get("action")), "hold")
    return Asked(list=chosen, action=action, entry=str(form.get("entry", "")).strip())


@requires("admin")
async def earlier(request: Request) -> Response:
    """Put an earlier version of the lists in force again, as a new version."""
    form = await request.form()
    scope = await run_in_threadpool(Scope, request)

    def write() -> None:
        found = next((one for one in versions(scope.db, scope.site) if one.version == form.get("version")), None)
        if found is not None:
            keep_rules(scope.db, scope.site, rules_from_json(found.content), scope.editor.name, utc_now())

    await run_in_threadpool(write)
    return back_to(scope, done="earlier")


@requires("editor")
async def waiting(request: Request) -> Response:
    """What the rules in force would do to the comments that wait; nothing is written."""
    return await waiting_page(request, changed=False)


async def waiting_page(request: Request, *, changed: bool) -> Response:
    scope = await run_in_threadpool(Scope, request)
    t = texts_for(request)
    now = utc_now()

    def read() -> dict[str, Any]:
        rules = scope.in_force()
        fits = fits_waiting(scope.db, rules, now)
        by_rule = Counter((one.rule.action, one.rule.list, one.rule.entry) for one in fits.decided)
        first = fits.decided[:SHOWN]
        items = {item.comment_id: item for item in items_of(scope.db, [one.comment_id for one in first])}
        return {
            "fits": fits,
            "by_rule": by_rule.most_common(),
            "briefs": [(items[one.comment_id], one.rule) for one in first if one.comment_id in items],
            "total": waiting_count(scope.db, QueueFilter(sites=tuple(scope.chosen))),
            "lists": lists_mark(rules),
        }

    values = {
        **await run_in_threadpool(read),
        **names(t, scope),
        "changed": changed,
        "seen_at": now.isoformat(),
        "key": secrets.token_hex(8),
        "reasons": [(name, reason_names(t)[name]) for name in REASONS],
    }
    return render(request, "rules_waiting.html", values, 409 if changed else 200)


def lists_mark(rules: Mapping[str, Rules]) -> str:
    """The same as long as nobody has changed a list."""
    return sha256(repr(sorted(rules.items(), key=lambda pair: pair[0])).encode()).hexdigest()[:16]


@requires("admin")
async def apply(request: Request) -> Response:
    """Decide what the dry run showed; if the rules have changed since, show it anew instead."""
    form = await request.form()
    scope = await run_in_threadpool(Scope, request)
    rules = await run_in_threadpool(scope.in_force)
    try:
        seen_at = datetime.fromisoformat(str(form.get("seen_at")))
    except ValueError:
        seen_at = None
    key, reason = str(form.get("key", "")), str(form.get("reason"))
    usable = key.isalnum() and 8 <= len(key) <= 32 and reason in REASONS
    if seen_at is None or seen_at.tzinfo is None or not usable or form.get("lists") != lists_mark(rules):
        return await waiting_page(request, changed=True)

    def write() -> int:
        fits: Fits = fits_waiting(scope.db, rules, seen_at)
        name, now = scope.editor.name, utc_now()
        return sum(apply_to_waiting(scope.db, fits.decided, scope.site, name, reason, now, key))

    return back_to(scope, decided=str(await run_in_threadpool(write)))


@requires("admin")
async def back(request: Request) -> Response:
    """Take back what one application decided."""
    form = await request.form()
    scope = await run_in_threadpool(Scope, request)

    def write() -> int:
        known: Sequence[Applied] = applied(scope.db, scope.site)
        return sum(
            take_back(scope.db, one, scope.editor.name, utc_now()) for one in known if one.key == form.get("key")
        )

    return back_to(scope, back=str(await run_in_threadpool(write)))


def back_to(scope: Scope, **told: str) -> Response:
    query = urlencode({**({"site": scope.site} if scope.site is not None else {}), **told})
    return RedirectResponse(f"/rules?{query}", status_code=303)


routes: list[BaseRoute] = [
    Route("/rules", rules_page, methods=["GET"]),
    Route("/rules", change, methods=["POST"]),
    Route("/rules/earlier", earlier, methods=["POST"]),
    Route("/rules/waiting", waiting, methods=["GET"]),
    Route("/rules/waiting", apply, methods=["POST"]),
    Route("/rules/back", back, methods=["POST"]),
]
