"""Alarms reach a webhook, say what to do, and give no secret away."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flows.runs.alarms import Alarm, AlarmKind, alarms_of, send
from flows.runs.site_run import QuarantinedPage, RunReport
from tests.servers import Reply, SiteServer

WHEN = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def report(*reasons: str, failure: str | None = None) -> RunReport:
    pages = tuple(
        QuarantinedPage(url=f"https://example.org/{n}", reason=reason, message=f"https://example.org/{n}: {reason}")
        for n, reason in enumerate(reasons)
    )
    return RunReport(
        site="magazine", run_id=1, started=WHEN, finished=WHEN, counts={}, quarantined=pages, failure=failure
    )


def kinds(alarms: tuple[Alarm, ...]) -> list[AlarmKind]:
    return [alarm.kind for alarm in alarms]


def test_a_good_run_is_silent() -> None:
    assert alarms_of(report("no_article", "empty")) == ()


def test_a_failed_run_says_why_and_nothing_else() -> None:
    found = alarms_of(report("layout_changed", failure="the site cannot be reached"))
    assert [(alarm.kind, alarm.sentence) for alarm in found] == [(AlarmKind.RUN_FAILED, "the site cannot be reached")]


def test_a_lost_element_means_a_changed_theme() -> None:
    assert kinds(alarms_of(report("layout_changed"))) == [AlarmKind.THEME_CHANGED]


def test_a_night_that_was_held_back_or_read_little_is_told_with_its_cause() -> None:
    held = replace(report("site_changed"), outcome="degraded", cause="12 of 20 pages broke", held=True)
    poor = replace(report(), outcome="degraded", cause="15 of 20 due pages were read")
    assert [(alarm.kind, alarm.sentence) for alarm in (*alarms_of(held), *alarms_of(poor))] == [
        (AlarmKind.SITE_CHANGED, "12 of 20 pages broke"),
        (AlarmKind.DEGRADED, "15 of 20 due pages were read"),
    ]


def test_quarantine_over_the_number_says_the_reasons_and_what_to_do() -> None:
    found = alarms_of(report("too_slow", "no_article", "no_article"), quarantine_over=2)
    assert kinds(found) == [AlarmKind.QUARANTINE]
    assert "3 pages" in found[0].sentence
    assert "no_article 2, too_slow 1" in found[0].sentence
    assert "tamis status magazine" in found[0].sentence
    assert alarms_of(report("too_slow", "no_article", "no_article"), quarantine_over=3) == ()


def test_a_webhook_gets_one_message_a_site_with_every_sentence() -> None:
    alarms = (
        Alarm(kind=AlarmKind.RUN_FAILED, site="magazine", sentence="it cannot be reached"),
        Alarm(kind=AlarmKind.QUARANTINE, site="blog", sentence="30 pages\r\nforged\x1b[2J"),
        Alarm(kind=AlarmKind.CAMPAIGN, site="blog", sentence="37 comments"),
    )
    with SiteServer({"/hook": Reply(body="ok")}) as site:
        assert send(alarms, [f"json://{site.authority}/hook"]) == ()
    sent = [json.loads(request.body) for request in site.requests]
    assert [message["title"] for message in sent] == [
        "Tamis: magazine: the run failed",
        "Tamis: blog: many pages in quarantine, a spam campaign was found",
    ]
    assert sent[0]["message"] == "- it cannot be reached"
    assert sent[1]["message"].splitlines() == ["- 30 pages\\r\\nforged\\x1b[2J", "- 37 comments"]
    assert [message["type"] for message in sent] == ["failure", "warning"]


def test_an_address_that_fails_is_named_without_its_secrets_and_the_others_still_get_the_message() -> None:
    alarm = Alarm(kind=AlarmKind.RUN_FAILED, site="magazine", sentence="it cannot be reached")
    with SiteServer({"/hook": Reply(body="ok"), "/broken": Reply(status=500)}) as site:
        addresses = [
            "nonsense://user:s3cr3t@host",
            f"json://user:s3cr3t@{site.authority}/broken",
            f"json://{site.authority}/hook",
        ]
        unsent = send([alarm], addresses)
    assert site.hits["/hook"] == 1
    assert len(unsent) == 2
    assert unsent[0].startswith("alarms entry 1 (nonsense://...)")
    assert unsent[1].startswith("alarms entry 2 (json://...)")
    assert "s3cr3t" not in "".join(unsent)


@pytest.mark.parametrize(
    ("alarms", "addresses"), [((), ["json://127.0.0.1:1"]), ([Alarm(kind=AlarmKind.QUEUE, site="a", sentence="b")], [])]
)
def test_without_alarms_or_addresses_nothing_happens(alarms: list[Alarm], addresses: list[str]) -> None:
    assert send(alarms, addresses) == ()


def test_apprise_is_imported_by_alarms_that_are_sent_only() -> None:
    code = "import sys, flows.runs.alarms; flows.runs.alarms.send([], ['json://127.0.0.1:1']); sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
