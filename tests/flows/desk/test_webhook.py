"""Decisions leave: signed, in order, at least once, and only if they were made."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from flows.clock import utc_now
from flows.desk.webhook import CONSUMER, deliver
from flows.settings_tables import WebhookSettings
from moderation.verdict import Action
from storage.database.errors import DecisionConflict
from storage.desk.decisions import decide, undo
from storage.desk.outbox import register, waiting, withdraw
from tests.flows.desk import room

SECRET = "a secret of both sides"


class Receiver:
    """A site's own software: takes what comes with the statuses it was told, then with 204."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                if status == 204:
                    receiver.got.append((dict(self.headers), body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((room.HOST, 0), Handler)
        self.hook = WebhookSettings(url=f"http://{room.HOST}:{self.server.server_address[1]}/hook", secret=SECRET)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def said(self) -> list[tuple[int, str]]:
        return [(json.loads(body)["comment"], json.loads(body)["action"]) for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def numbers(database) -> list[int]:
    made: list[int] = room.put(database, ["un", "deux", "trois"])
    return made


def decided(database, number: int, key: str, action: Action = Action.PUBLISH, version: int = 1):
    return decide(database, number, "marie", action, None, version, utc_now(), key)


def test_every_decision_and_its_taking_back_arrive_signed_and_in_order(database, receiver, numbers):
    register(database, CONSUMER)
    first = decided(database, numbers[0], "key-one")
    decided(database, numbers[1], "key-two", Action.REJECT)
    undo(database, first.id, "marie", utc_now(), "key-back")
    assert deliver(database, receiver.hook, utc_now()) == 3
    assert receiver.said() == [(numbers[0], "publish"), (numbers[1], "reject"), (numbers[0], "review")]
    for headers, body in receiver.got:
        stamp, given = (part.partition("=")[2] for part in headers["Tamis-Signature"].split(","))
        assert hmac.compare_digest(
            given, hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        )
    assert json.loads(receiver.got[2][1])["undoes"] == first.id
    assert deliver(database, receiver.hook, utc_now()) == 0


def test_what_is_refused_is_tried_again_and_those_behind_it_wait(database, receiver, numbers):
    register(database, CONSUMER)
    for place, number in enumerate(numbers):
        decided(database, number, f"key-number-{place}")
    receiver.statuses = [204, 503, 500]
    now = utc_now()
    assert deliver(database, receiver.hook, now) == 1
    assert waiting(database, CONSUMER).count == 2
    assert "503" in (waiting(database, CONSUMER).error or "")
    assert deliver(database, receiver.hook, now + timedelta(seconds=1)) == 0  # too early
    assert receiver.statuses == [500]
    assert deliver(database, receiver.hook, now + timedelta(seconds=6)) == 0
    assert deliver(database, receiver.hook, now + timedelta(seconds=30)) == 2
    assert [number for number, _ in receiver.said()] == numbers


def test_a_server_that_is_away_loses_nothing(database, receiver, numbers):
    register(database, CONSUMER)
    decided(database, numbers[0], "key-one")
    away = WebhookSettings(url=f"http://{room.HOST}:1/hook", secret=SECRET)
    now = utc_now()
    assert deliver(database, away, now) == 0
    assert deliver(database, receiver.hook, now + timedelta(minutes=1)) == 1


def test_a_process_that_dies_while_delivering_leaves_it_to_the_next(database, receiver, numbers):
    from storage.desk.outbox import CLAIM, claim

    register(database, CONSUMER)
    decided(database, numbers[0], "key-one")
    now = utc_now()
    assert len(claim(database, CONSUMER, now)) == 1
    assert deliver(database, receiver.hook, now) == 0
    assert deliver(database, receiver.hook, now + CLAIM + timedelta(seconds=1)) == 1


def test_a_decision_that_was_refused_or_made_before_leaves_nothing(database, receiver, numbers):
    decided(database, numbers[0], "key-before")
    register(database, CONSUMER)
    with pytest.raises(DecisionConflict):
        decided(database, numbers[1], "key-late", version=7)
    decided(database, numbers[1], "key-twice")
    decided(database, numbers[1], "key-twice")
    assert waiting(database, CONSUMER).count == 1
    withdraw(database, CONSUMER)
    decided(database, numbers[2], "key-after")
    assert waiting(database, CONSUMER).count == 0
