"""What was agreed with the editors: told once by whoever looks first, again while it lasts, and news when it returns."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from flows.desk.app import create_app
from flows.runs import agreements as watching
from flows.runs import nightly
from flows.runs.agreements import overdue, send_due_notices, sentences, watched
from flows.runs.remoderate import judge_in_new_context
from flows.settings_file import build
from moderation.moderate import Moderator
from moderation.verdict import Action
from storage.crawl.campaigns import find_campaigns
from storage.database.errors import DatabaseUnreachable
from storage.desk.decisions import decide
from storage.desk.notices import CLAIM, Notice, claim_notices, clear_notices, confirm_sent
from storage.desk.review_queue import QueueFilter, review_queue
from storage.opening import open_database
from tests.flows.desk.room import MORNING, account, editor, put
from tests.press import run, site_of, small_site
from tests.servers import Reply, SiteServer, failing_then

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ALIKE = "Achetez nos montres de luxe pas cher sur notre boutique en ligne, livraison gratuite aujourd'hui"


@pytest.fixture
def settings(tmp_path):
    def make(*addresses, desk=None, site=None, url="sqlite:///x.db"):
        data = {
            "database_url": url,
            "alarms": list(addresses),
            "desk": desk or {},
            "sites": {"mag": {"urls": ["https://mag.example/"]} | ({"desk": site} if site else {})},
        }
        return build(data, base=tmp_path, environment={})

    return make


def messages(site):
    return [json.loads(request.body)["message"] for request in site.requests]


def test_a_comment_that_waits_too_long_is_told_once_then_daily_then_anew(database, settings):
    (number,) = put(database, ["merci"])
    with SiteServer({"/hook": Reply(body="ok")}) as site:
        given = settings(f"json://{site.authority}/hook", desk={"wait_hours": 24, "address": "https://desk.example/"})
        late = MORNING + 2 * DAY
        for now in (MORNING + HOUR, late, late + HOUR, late + DAY + HOUR):
            assert send_due_notices(given, database, now) == ()
        assert len(site.requests) == 2
        assert messages(site)[0] == (
            "- 1 comment has waited for longer than the 24 hours agreed, the oldest since 02 Mar 06:00 UTC;"
            " open https://desk.example/review?site=mag"
        )
        decide(database, number, "marie", Action.PUBLISH, None, 1, late, "key-1")
        send_due_notices(given, database, late + 2 * DAY)
        put(database, ["encore"], url="https://mag.example/b")
        send_due_notices(given, database, late + 2 * DAY + HOUR)
        assert len(site.requests) == 3


def test_a_long_queue_is_told_until_it_is_well_under_what_was_agreed(database, settings):
    put(database, [f"n {n}" for n in range(11)])
    with SiteServer({"/hook": Reply(body="ok")}) as site:
        given = settings(f"json://{site.authority}/hook", desk={"queue_over": 10})
        send_due_notices(given, database, MORNING)
        assert messages(site) == [
            "- more comments wait for review than the 10 agreed; open the desk at /review?site=mag"
        ]
        waits = review_queue(database, QueueFilter()).items
        for one in waits[:1]:  # 10 wait, which is as agreed, then 11 again: the queue swings
            decide(database, one.comment_id, "marie", Action.PUBLISH, None, 1, MORNING, f"key-{one.comment_id}")
        send_due_notices(given, database, MORNING + HOUR)
        put(database, ["encore"], url="https://mag.example/b")
        send_due_notices(given, database, MORNING + HOUR)
        assert len(site.requests) == 1
        for one in waits[1:5]:
            decide(database, one.comment_id, "marie", Action.PUBLISH, None, 1, MORNING, f"key-{one.comment_id}")
        send_due_notices(given, database, MORNING + HOUR)
        put(database, [f"m {n}" for n in range(5)], url="https://mag.example/c")
        send_due_notices(given, database, MORNING + HOUR)
        assert len(site.requests) == 2


def test_a_campaign_is_told_once(database, settings):
    put(database, [f"{ALIKE} {word}" for word in ("un", "deux", "trois")])
    find_campaigns(database, MORNING + HOUR)
    with SiteServer({"/hook": Reply(body="ok")}) as site:
        address = f"json://{site.authority}/hook"
        send_due_notices(settings(address), database, MORNING)
        assert site.requests == []
        for now in (MORNING, MORNING + 3 * DAY):
            send_due_notices(settings(address, desk={"campaign_from": 3}), database, now)
        assert len(site.requests) == 1
        assert "3 nearly alike comments, 3 of them wait for review" in messages(site)[0]
        assert "&campaign=" in messages(site)[0]


def test_a_night_without_news_judges_no_member_of_a_campaign_again(database, settings, monkeypatch):
    judged = []
    judge_all = Moderator.judge_all
    monkeypatch.setattr(Moderator, "judge_all", lambda self, asked: judged.extend(asked) or judge_all(self, asked))
    configured = settings()
    put(database, [f"{ALIKE} {word}" for word in ("un", "deux", "trois")])
    find_campaigns(database, MORNING + HOUR)
    judge_in_new_context(configured, database, MORNING, None)
    assert len(judged) == 3
    judge_in_new_context(configured, database, MORNING, None)
    assert len(judged) == 3
    put(database, [f"{ALIKE} quatre"], url="https://mag.example/b", now=MORNING + DAY)
    find_campaigns(database, MORNING + DAY + HOUR)
    judge_in_new_context(configured, database, MORNING + DAY, None)
    assert len(judged) == 7


def test_a_site_may_have_an_agreement_of_its_own(database, settings):
    put(database, ["merci"])
    late = MORNING + 2 * DAY
    assert overdue(settings(desk={"wait_hours": 24}, site={"wait_hours": 72}), database, ["mag"], late) == ()
    (found,) = overdue(settings(desk={"wait_hours": 72}, site={"wait_hours": 24}), database, ["mag"], late)
    assert (found.hours, found.comments.count, found.oldest) == (24, 1, MORNING)
    assert sentences([found]) == ("1 comment has waited for longer than the 24 hours agreed; run: tamis desk",)


def test_what_no_address_took_is_told_later(database, settings):
    put(database, ["merci"])
    with SiteServer({"/hook": failing_then(Reply(body="ok"), Reply(status=500))}) as site:
        given = settings(f"json://{site.authority}/hook", desk={"wait_hours": 1})
        late = MORNING + DAY
        (sentence,) = send_due_notices(given, database, late)
        assert "did not take the message" in sentence
        assert send_due_notices(given, database, late + timedelta(seconds=60)) == ()  # it may still be on its way
        assert send_due_notices(given, database, late + CLAIM) == ()
        assert send_due_notices(given, database, late + CLAIM + HOUR) == ()
        assert site.hits["/hook"] == 2


def test_of_many_that_look_at_once_one_tells(database, database_url):
    matter = Notice(kind="queue", site="mag", subject="")

    def one(_):
        with open_database(database_url) as db:
            return claim_notices(db, [matter], MORNING, DAY)

    with ThreadPoolExecutor(8) as pool:
        assert sum(len(mine) for mine in pool.map(one, range(8))) == 1
    confirm_sent(database, [matter], MORNING)
    assert claim_notices(database, [matter], MORNING + HOUR, DAY) == []
    clear_notices(database, [matter])
    assert claim_notices(database, [matter], MORNING + HOUR, DAY) == [matter]


async def test_the_desk_and_the_interface_say_who_waits_too_long(database, database_url, settings):
    account(database, "marie")
    put(database, ["merci"])
    given = settings(desk={"wait_hours": 24}, url=database_url)
    async with editor(database, "marie", given) as client:
        counts = (await client.get("/api/counts")).json()
        page = (await client.get("/review?lang=fr")).text
    assert [(one["site"], one["hours"], one["count"]) for one in counts["overdue"]] == [("mag", 24, 1)]
    assert "convenu : 24\xa0heures au plus" in page.replace("\u202f", "\xa0").replace("24 heures", "24\xa0heures")


async def test_a_running_desk_tells_without_any_run(database, database_url, settings):
    put(database, ["merci"])
    with SiteServer({"/hook": Reply(body="ok")}) as site:
        given = settings(f"json://{site.authority}/hook", desk={"wait_hours": 1}, url=database_url)
        app = create_app(database, settings=given)
        async with app.router.lifespan_context(app):
            for _ in range(200):
                if site.hits["/hook"]:
                    break
                await asyncio.sleep(0.05)
        assert "waited for longer than the 1 hours agreed" in messages(site)[0]
    async with watched(settings(url="sqlite:////nowhere/at/all.db")):  # nobody to tell: nothing is opened
        pass


async def test_a_look_that_fails_is_not_the_last_one(database, settings, monkeypatch):
    looks = []

    def failing(*_):
        looks.append(1)
        raise OSError("the disk is full")

    monkeypatch.setattr(watching, "send_due_notices", failing)
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.01)
    looking = asyncio.create_task(watching.keep_looking(settings(), database))
    for _ in range(200):
        if len(looks) > 2:
            break
        await asyncio.sleep(0.02)
    looking.cancel()
    assert len(looks) > 2


def test_a_run_keeps_its_report_when_the_queue_cannot_be_looked_at(tmp_path, monkeypatch):
    def away(*_):
        raise DatabaseUnreachable("it went away")

    monkeypatch.setattr(nightly, "send_due_notices", away)
    with SiteServer(small_site(1)) as site:
        report = run(site_of(site, tmp_path))
    assert report.failure is None
    assert any("the review queue was not looked at: it went away" in warning for warning in report.warnings)
