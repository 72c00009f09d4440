"""The outcome of a run: the share of its due pages that were read, and the cause, in one sentence, of a bad one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

GOOD_FROM = 0.9  # of the due pages
FAILED_UNDER = 0.5
BAD_LEAST = 3  # pages; on a small site one that is down for a minute is no news
OLD_NEWS = 0.1  # of the site's pages: so few that could not be read last time either are no news

CAUSES = {
    "forbidden": "the site lets nobody in (HTTP 401, 402 or 403); ask its owner",
    "busy": "the site is busy or broken (HTTP 429 or 5xx)",
    "host_on_hold": "the site failed or asked for rest, and was left alone",
    "robots_unreachable": "its robots.txt gives no answer, so nothing may be fetched",
    "connect_timeout": "the site does not answer",
    "unreachable": "the site cannot be reached",
    "reset": "the connection breaks off",
    "deadline": "its answers take too long",
    "truncated": "its answers end too early",
    "tls": "there is no secure connection; look at its certificate",
    "dns": "its name has no address; check its spelling and your DNS",
    "status": "the site refuses the request (HTTP 4xx)",
    "address": "its address is not public; set local = true if it is yours",
    "too_slow": "reading a page takes longer than page_seconds; raise it, or run fewer jobs",
    "worker_died": "the worker processes die; look at the machine's memory",
    "fault": "Tamis fails on the pages; please report it",
}


class Outcome(StrEnum):
    GOOD = "good"
    DEGRADED = "degraded"  # too few of the due pages were read, or they broke with their past and were held back
    FAILED = "failed"


EXIT_CODES = {Outcome.GOOD: 0, Outcome.DEGRADED: 3, Outcome.FAILED: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`cause` is one sentence, or None when all is well."""

    outcome: Outcome
    cause: str | None = None


def judged(
    counts: Mapping[str, int], *, known: int = 0, held: str | None = None, nothing_found: str | None = None
) -> Judged:
    """What became of the run. `known`: pages of the site that are not gone; `held`: why pages were held back;
    `nothing_found`: why no address was found."""
    reasons = {name.partition(":")[2]: number for name, number in counts.items() if name.startswith("unread:")}
    unread = sum(reasons.values())
    disallowed, still_gone = counts.get("disallowed", 0), counts.get("still_gone", 0)
    due = counts.get("pages", 0) - disallowed - still_gone
    if due <= 0 and disallowed:
        return Judged(outcome=Outcome.FAILED, cause=f"robots.txt forbids every one of the {disallowed:,} pages due")
    read = (due - unread) / due if due > 0 else 1.0
    if unread <= counts.get("unread_before", 0) and unread < OLD_NEWS * known:
        read = 1.0
    cause = None
    if unread:
        most = sorted(reasons.items(), key=lambda item: -item[1])
        words = "; ".join(f"{said(reason)}: {number:,}" for reason, number in most[:3] if number > 0)
        cause = f"{due - unread:,} of {due:,} due pages were read; {words}"
    if read < FAILED_UNDER:
        return Judged(outcome=Outcome.FAILED, cause=cause)
    if held is not None:
        return Judged(outcome=Outcome.DEGRADED, cause=held)
    if read < GOOD_FROM and unread >= BAD_LEAST:
        return Judged(outcome=Outcome.DEGRADED, cause=cause)
    gone = counts.get("gone", 0) - still_gone
    if due >= BAD_LEAST and gone > due * FAILED_UNDER:
        words = f"{gone:,} of {due:,} due pages are not there (HTTP 404 or 410); look at the site's addresses"
        return Judged(outcome=Outcome.DEGRADED, cause=words)
    if nothing_found is not None:
        return Judged(outcome=Outcome.DEGRADED, cause=nothing_found)
    return Judged(outcome=Outcome.GOOD)


def said(reason: str) -> str:
    return CAUSES.get(reason, reason.replace("_", " "))
