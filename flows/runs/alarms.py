"""Alarms: what a person should hear about a run without looking, sent by mail, chat or webhook through apprise.

Addresses are the operator's (`alarms` in tamis.toml) and hold passwords and tokens: no message of ours repeats one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from flows.fetching.errors import printable
from flows.runs.site_run import RunReport

TURNED_FROM = 3
TURNED_SHARE = 0.2
"""Articles that became lists, or the other way round, from which somebody is told: so many, or such a part of what was
read. One page may do that; a theme that changed does it to all."""

QUARANTINE_OVER = 20
"""Pages that one run may set aside before somebody is told."""

TOLD_ELSEWHERE = frozenset({"site_changed", "comments_changed"})
"""Reasons for which the alarm of the whole night speaks."""

MAX_LISTED = 20


class AlarmKind(StrEnum):
    RUN_FAILED = "run_failed"
    CANNOT_START = "cannot_start"  # the database is away, locked, full or may only be read
    SITE_CHANGED = "site_changed"  # the night broke with the site's past and was held back
    DEGRADED = "degraded"  # too few of the due pages were read
    THEME_CHANGED = "theme_changed"
    CLOCK = "clock"  # the machine's clock jumped
    ARCHIVE = "archive"  # the object store did not take raw pages; they wait on this machine
    LATE = "late"  # no run when one was due
    OVER = "over"  # what an alarm told is over
    QUARANTINE = "quarantine"
    QUEUE = "queue"  # more comments wait for review than agreed
    OVERDUE = "overdue"  # a comment waits for longer than agreed
    CAMPAIGN = "campaign"


_TITLES = {
    AlarmKind.RUN_FAILED: "the run failed",
    AlarmKind.CANNOT_START: "the run could not start",
    AlarmKind.SITE_CHANGED: "the site changed, nothing was applied",
    AlarmKind.DEGRADED: "few pages could be read",
    AlarmKind.CLOCK: "the clock jumped",
    AlarmKind.ARCHIVE: "raw pages wait to be sent to the archive",
    AlarmKind.LATE: "no run when one was due",
    AlarmKind.OVER: "over",
    AlarmKind.THEME_CHANGED: "the site may have changed its theme",
    AlarmKind.QUARANTINE: "many pages in quarantine",
    AlarmKind.QUEUE: "the review queue is long",
    AlarmKind.OVERDUE: "comments wait too long for review",
    AlarmKind.CAMPAIGN: "a spam campaign was found",
}
_TITLES_IN_FRENCH = {
    AlarmKind.QUEUE: "la file de modération est longue",
    AlarmKind.OVERDUE: "des commentaires attendent trop longtemps",
    AlarmKind.CAMPAIGN: "une campagne de spam",
}
Language = Literal["en", "fr"]
_FAILURES = frozenset(
    {
        AlarmKind.RUN_FAILED,
        AlarmKind.CANNOT_START,
        AlarmKind.SITE_CHANGED,
        AlarmKind.DEGRADED,
        AlarmKind.THEME_CHANGED,
        AlarmKind.LATE,
    }
)
OF_RUNS = (
    AlarmKind.RUN_FAILED,
    AlarmKind.CANNOT_START,
    AlarmKind.SITE_CHANGED,
    AlarmKind.DEGRADED,
    AlarmKind.THEME_CHANGED,
    AlarmKind.QUARANTINE,
    AlarmKind.CLOCK,
    AlarmKind.LATE,
)
"""What the end of a run settles: told before and not said by this run, it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing to look at. `sentence` says what, and what to do."""

    kind: AlarmKind
    site: str
    sentence: str
    language: Language = "en"


def alarms_of(report: RunReport, quarantine_over: int = QUARANTINE_OVER) -> tuple[Alarm, ...]:
    """What a finished run gives reason for."""
    site = report.site
    found = [Alarm(kind=AlarmKind.CLOCK, site=site, sentence=report.clock)] if report.clock else []
    if report.failure:
        return (*found, Alarm(kind=AlarmKind.RUN_FAILED, site=site, sentence=report.failure))
    if report.cause:
        kind = AlarmKind.SITE_CHANGED if report.held else AlarmKind.DEGRADED
        found.append(Alarm(kind=kind, site=site, sentence=report.cause))
    reasons = Counter(page.reason for page in report.quarantined)
    if changed := reasons["layout_changed"]:
        first = next(page for page in report.quarantined if page.reason == "layout_changed")
        sentence = f"{changed:,} pages lost an element that this site always had; the first: {first.message}"
        found.append(Alarm(kind=AlarmKind.THEME_CHANGED, site=site, sentence=sentence))
    turned, read = report.counts.get("turned", 0), report.counts.get("fetched", 0)
    if turned >= TURNED_FROM or turned > TURNED_SHARE * read:
        sentence = (
            f"{turned:,} pages turned from articles into lists or the other way round; the articles known stay as they "
            f"were: look at them with `tamis pages {site}`, and when they are read right, "
            f"run `tamis replay --site {site}`"
        )
        found.append(Alarm(kind=AlarmKind.THEME_CHANGED, site=site, sentence=sentence))
    others = {reason: number for reason, number in reasons.items() if reason not in TOLD_ELSEWHERE}
    if not report.held and (count := sum(others.values())) > quarantine_over:
        most = ", ".join(f"{reason} {number:,}" for reason, number in Counter(others).most_common(3))
        sentence = f"{count:,} pages went into quarantine ({most}); see them with: tamis status {site}"
        found.append(Alarm(kind=AlarmKind.QUARANTINE, site=site, sentence=sentence))
    return tuple(found)


def send(alarms: Sequence[Alarm], addresses: Sequence[str]) -> tuple[str, ...]:
    """Sends one message a site to every address; return a sentence for each address that did not get all of them.

    Blocks for some seconds at most an address: call it from a thread where that matters. Never raises for an address:
    a run must not fail because its alarm could not be sent.
    """
    if not alarms or not addresses:
        return ()
    from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType  # 100 ms that silent runs do not pay

    asset = AppriseAsset(app_id="Tamis", app_desc="Tamis", app_url="", async_mode=False, secure_logging=True)
    unsent = []
    for number, address in enumerate(addresses, start=1):
        channel = Apprise(asset=asset)
        if not channel.add(address):
            unsent.append(f"{_place(number, address)} is no address that apprise knows; correct it in tamis.toml")
            continue
        done = [
            channel.notify(
                title=title,
                body=body,
                notify_type=NotifyType.FAILURE if severe else NotifyType.WARNING,
                body_format=NotifyFormat.TEXT,
            )
            for title, body, severe in _messages(alarms)
        ]
        if not all(done):
            unsent.append(f"{_place(number, address)} did not take the message; try it, and look at its service")
    return tuple(unsent)


def _place(number: int, address: str) -> str:
    scheme = address.partition("://")[0] if "://" in address else "?"
    return f"alarms entry {number} ({printable(scheme, limit=20)}://...)"


def _messages(alarms: Sequence[Alarm]) -> list[tuple[str, str, bool]]:
    """Title, text and whether it is severe, one a site; pages wrote parts of the text, so it is cleaned."""
    messages = []
    for site in dict.fromkeys(alarm.site for alarm in alarms):
        mine = [alarm for alarm in alarms if alarm.site == site]
        kinds = list(dict.fromkeys(alarm.kind for alarm in mine))
        titles = _TITLES | (_TITLES_IN_FRENCH if mine[0].language == "fr" else {})
        title = f"Tamis: {printable(site, limit=100)}: {', '.join(titles[kind] for kind in kinds)}"
        lines = [f"- {printable(alarm.sentence, limit=1_500)}" for alarm in mine[:MAX_LISTED]]
        if len(mine) > MAX_LISTED:
            lines.append(f"- and {len(mine) - MAX_LISTED:,} more")
        messages.append((title, "\n".join(lines), not _FAILURES.isdisjoint(kinds)))
    return messages
