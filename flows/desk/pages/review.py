"""The pages of the review desk: a shell with the words it needs; the cards come by the JSON interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from flows.clock import utc_now
from flows.desk.api.decisions import REASONS
from flows.desk.cards import evidence_language as language_code
from flows.desk.cards import typeset
from flows.desk.pages.find import number_of
from flows.desk.pages.i18n import Texts
from flows.desk.pages.rendering import render, texts_for
from flows.desk.pages.script_words import kind_names, label_names, reason_names, script_words
from flows.desk.proof import proof_of_sample
from flows.desk.signing_in.sessions import requires
from flows.desk.state import overdue_for
from moderation.explain import meanings
from storage.analysts.sql.sqlite_functions import unaccent
from storage.desk.audits import AUDIT_KINDS, looks_waiting
from storage.desk.editors import all_editors, all_tokens, audit_entries
from storage.desk.finding import (
    decided_since,
    waiting_articles,
    waiting_by_site,
    waiting_campaigns,
    waiting_languages,
)
from storage.desk.review_queue import oldest_waiting
from storage.upkeep.health import site_names

NO_FILTER = frozenset({"lang", "comment"})
LEAST_HOURS = 0.25  # of work today before a pace is told
FILTER_LABELS = ("spam", "off_language", "promotional", "pingback", "trackback", "duplicate")


@requires("editor")
async def review(request: Request) -> Response:
    return await review_page(request, sample=False)


@requires("editor")
async def sample_page(request: Request) -> Response:
    """The same screen for the random sample: without scores, reasons and earlier decisions."""
    return await review_page(request, sample=True)


async def review_page(request: Request, *, sample: bool) -> Response:
    t = texts_for(request)
    editor = request.state.session.editor
    db = request.state.desk.db
    sites = await run_in_threadpool(site_names, db)
    named = reason_names(t)
    data: dict[str, Any] = {
        "words": script_words(t),
        "reasons": [(name, named[name]) for name in REASONS],
        "csrf": request.state.session.csrf_token,
        "editor": editor.name,
        "role": editor.role,
        "chosen": {} if sample else {key: value for key, value in request.query_params.items() if key not in NO_FILTER},
        "comment": None if sample else number_of(request.query_params.get("comment")),
        "sample": sample,
        "kind": next((kind for kind in AUDIT_KINDS if sample and kind == request.query_params.get("kind")), None),
    }
    now = utc_now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today, first = await run_in_threadpool(decided_since, db, editor.name, midnight)
    hours = (now - first).total_seconds() / 3600 if first else 0.0
    pace = round(today / hours) if hours >= LEAST_HOURS else None
    values = {
        "data": data,
        "reasons": data["reasons"],
        "sites": [site for site in sites if editor.sites is None or site in editor.sites],
        "labels": [(label, label_names(t)[label]) for label in FILTER_LABELS],
        "spoken": languages_waiting(t, await run_in_threadpool(waiting_languages, db)),
        "signals": {
            name: typeset(words, language_code(t.language))
            for name, words in meanings(language_code(t.language)).items()
        },
        "sample": sample,
        "looks": await run_in_threadpool(looks_waiting, db, editor.name, editor.sites) if sample else {},
        "look_kind": data["kind"],
        "campaigns": () if sample else await run_in_threadpool(waiting_campaigns, db, editor.sites),
        "articles": () if sample else await run_in_threadpool(waiting_articles, db, editor.sites),
        "kinds": kind_names(t),
        "late": () if sample else await run_in_threadpool(overdue_for, request.state.desk, editor),
        "waiting": {} if sample else await run_in_threadpool(waiting_by_site, db, editor.sites),
        "today": today,
        "pace": pace,
        "oldest": None if sample else await run_in_threadpool(oldest_waiting, db, editor.sites),
    }
    return render(request, "review.html", values)


def languages_waiting(t: Texts, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Languages by their names, sorted as the reader sorts."""
    named = [(code, str(t.locale.languages.get(code, code))) for code in codes]
    return sorted(named, key=lambda pair: unaccent(pair[1]))


@requires("viewer")
async def quality(request: Request) -> Response:
    """What the random sample proves, and how far editors agree."""
    t = texts_for(request)
    editor = request.state.session.editor
    found = await run_in_threadpool(proof_of_sample, request.state.desk.db, editor)
    values = {"reason_names": reason_names(t), "may_look": editor.role != "viewer", **dict(found)}
    return render(request, "quality.html", values)


@requires("admin", all_sites=True)
async def people(request: Request) -> Response:
    """Who has an account and which programs have tokens; changing them is the command line's."""
    db = request.state.desk.db

    def read() -> dict[str, Any]:
        return {"editors": all_editors(db), "tokens": all_tokens(db), "entries": audit_entries(db, 100)}

    return render(request, "people.html", await run_in_threadpool(read))


routes: list[BaseRoute] = [
    Route("/review", review),
    Route("/sample", sample_page),
    Route("/quality", quality),
    Route("/people", people),
]
