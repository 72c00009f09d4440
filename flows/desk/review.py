"""The page of the review desk: a shell with the words it needs; the cards come by the JSON interface."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from flows.desk.accounts import requires
from flows.desk.api import REASONS
from flows.desk.app import language_of, render
from flows.desk.i18n import Texts
from storage.editors import all_editors
from storage.health import site_names


@requires("editor")
async def review(request: Request) -> Response:
    t = language_of(request)
    sites = await run_in_threadpool(site_names, request.state.desk.db)
    allowed = request.state.session.editor.sites
    values = {
        "words": words(t),
        "reasons": [(name, reason_name(t, name)) for name in REASONS],
        "sites": [site for site in sites if allowed is None or site in allowed],
        "chosen": dict(request.query_params),
    }
    return render(request, "review.html", values)


@requires("admin")
async def people(request: Request) -> Response:
    """Who has an account; changing them is the command line's."""
    editors = await run_in_threadpool(all_editors, request.state.desk.db)
    return render(request, "people.html", {"editors": editors})


def reason_name(t: Texts, name: str) -> str:
    _ = t.gettext
    return {
        "spam": _("spam"),
        "off_language": _("other language"),
        "promotional": _("advertising"),
        "off_topic": _("off topic"),
        "insult": _("insult"),
        "personal_data": _("personal data"),
        "duplicate": _("duplicate"),
        "other": _("other reason"),
    }[name]


def words(t: Texts) -> dict[str, str]:
    """What the scripts say, in the reader's language."""
    _ = t.gettext
    return {
        "published": _("Published."),
        "rejected": _("Rejected: {reason}."),
        "skipped": _("Skipped."),
        "undone": _("Taken back."),
        "nothing_to_undo": _("Nothing to take back."),
        "left": _("{n} waiting"),
        "left_more": _("more than {n} waiting"),
        "empty": _("Nothing is waiting. Well done."),
        "loading": _("Loading…"),
        "offline": _("No connection. {n} decisions are kept here and will be sent."),
        "sending": _("Sending {n}…"),
        "saved": _("All decisions are saved."),
        "session": _("You have been logged out. Your {n} decisions are kept here: log in again, then come back."),
        "failed": _("The server did not take a decision: {why}"),
        "conflict": _("{editor} decided “{action}” on this comment meanwhile."),
        "somebody": _("Somebody"),
        "agree": _("Leave it so"),
        "contest": _("Decide anyway"),
        "choose_reason": _("Why? Press a digit."),
        "spam_probability": _("{p} % spam"),
        "language": _("Comment: {comment}. Article: {article}."),
        "unknown_language": _("undecided"),
        "campaign": _("{n} comments like this one"),
        "campaign_preview": _("{n} comments of this campaign. Deselect those that do not belong to it."),
        "author_past": _("{published} published, {waiting} waiting, {rejected} rejected on this site"),
        "new_author": _("First comment on this site."),
        "no_history": _("Nobody has decided on it yet."),
        "decided": _("{editor}: {action}"),
        "for_spam": _("for spam"),
        "against_spam": _("against spam"),
        "publish": _("publish"),
        "reject": _("reject"),
        "review": _("wait"),
        "gone": _("no longer on the site"),
        "keys_off": _("Shortcuts are off."),
        "keys_on": _("Shortcuts are on."),
        "anonymous": _("no name"),
        "show_all": _("Show all of it"),
        "article": _("Article"),
        "thread": _("Thread"),
        "author": _("Author"),
        "duplicates": _("Near-duplicates"),
        "history": _("History"),
        "this_comment": _("this comment"),
    }


routes: list[BaseRoute] = [Route("/review", review), Route("/people", people)]
