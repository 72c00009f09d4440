"""One event is one line, whatever a page wrote into it, and no line holds a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.observe import HIDDEN, LOGGER, JsonLines, TextLines, configure, log, secrets_of, within, without_secrets
from flows.settings import Settings
from flows.settings_tables import FetchSettings
from tests.growth import grows_linearly, repeated


@pytest.fixture(autouse=True)
def _leave_logging_as_it_was() -> Iterator[None]:
    logger = logging.getLogger(LOGGER)
    before = (list(logger.handlers), logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


def written(layout: str, event: str, secrets: tuple[str, ...] = (), **fields: object) -> str:
    stream = io.StringIO()
    configure(layout, stream=stream, secrets=secrets)
    log(event, **fields)
    return stream.getvalue()


def test_a_json_line_holds_the_event_and_its_fields_as_data() -> None:
    line = json.loads(written("json", "page_loaded", site="magazine", comments=16, ok=True, missing=None, tags=("a",)))
    assert line.pop("time").endswith("+00:00")
    expected = {"site": "magazine", "comments": 16, "ok": True, "missing": None, "tags": ["a"]}
    assert line == {"level": "info", "event": "page_loaded"} | expected


def test_a_text_line_reads_like_a_sentence_of_pairs() -> None:
    line = written("text", "page_loaded", site="magazine", title="Chef de projet", comments=16)
    assert line.endswith('INFO    page_loaded site=magazine title="Chef de projet" comments=16\n')


FORGERY = "x\r\n2030-01-01 00:00:00 INFO admin logged in\x1b[2J\x1b]0;pwn\x07\u2028\u202e\x85\x00\ud83d"


@pytest.mark.parametrize("layout", ["text", "json"])
def test_a_title_cannot_forge_a_line_nor_move_the_cursor(layout: str) -> None:
    line = written(layout, f"event {FORGERY}", title=FORGERY, **{"na\nme": 1})
    assert line.count("\n") == 1
    assert line.rstrip("\n").isprintable()
    if layout == "json":
        assert json.loads(line)["title"].isprintable()


@given(st.text(), st.text(max_size=20), st.sampled_from([JsonLines, TextLines]))
def test_any_text_at_all_gives_one_printable_line(
    text: str, name: str, kind: type[JsonLines] | type[TextLines]
) -> None:
    record = logging.LogRecord(LOGGER, logging.INFO, __file__, 1, text, None, None)
    record.fields = {name: text, "nested": {text: [text]}}
    line = kind().format(record)
    assert line.isprintable()
    if kind is JsonLines:
        json.loads(line)


def test_a_field_of_the_same_name_as_ours_does_not_replace_it() -> None:
    line = json.loads(written("json", "page_loaded", time="never"))
    assert line["time"] != "never"
    assert line["time_"] == "never"


def test_an_error_brings_its_traceback_without_secrets_and_in_order() -> None:
    try:
        raise ValueError("cannot open postgresql://tamis:geheim1@db/x\nforged line")
    except ValueError as error:
        line = json.loads(written("json", "run_failed", error=error))
        text = written("text", "run_failed", error=error)
    assert line["trace"][0].startswith("Traceback")
    assert line["trace"][-1] == "forged line"
    assert "geheim1" not in json.dumps(line) + text
    assert all(part.startswith("    | ") for part in text.splitlines()[1:])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgresql+psycopg://tamis:s3cr3t-pw@db.example/tamis", "db.example"),
        ("https://s3cr3t-pw@example.org/a", "example.org"),
        ("https://example.org/?page=2&api_key=s3cr3t-pw&x=1", "page=2"),
        ("https://example.org/?access_token=s3cr3t-pw", "example.org"),
        ("Authorization: Bearer s3cr3t-pw", "Authorization"),
        ("sent Bearer s3cr3t-pw to it", "sent"),
        ("Cookie: s3cr3t-pw", "Cookie"),
        ("{'password': 's3cr3t-pw', 'user': 'anna'}", "anna"),
        ("TAMIS_DB_PASSWORD=s3cr3t-pw", "TAMIS_DB_PASSWORD"),
        ("client_secret = s3cr3t-pw", "client_secret"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_the_rest_stays(text: str, kept: str) -> None:
    shown = without_secrets(text)
    assert "s3cr3t" not in shown
    assert HIDDEN in shown
    assert kept in shown


@pytest.mark.parametrize(
    "text",
    [
        "the author=anna wrote 3 comments",
        "https://example.org/passage?token-ring",
        "authors: 3",
        "tokens 12",
        "a@b.example",
    ],
)
def test_innocent_text_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


def test_a_field_is_hidden_by_its_name_however_deep_it_lies() -> None:
    line = written("json", "called", password="s3cr3t-pw", headers={"Set-Cookie": "s3cr3t-pw", "Accept": "text/html"})
    assert "s3cr3t" not in line
    assert json.loads(line)["headers"] == {"Set-Cookie": HIDDEN, "Accept": "text/html"}


def test_secrets_of_the_settings_are_hidden_by_value() -> None:
    settings = Settings(
        database_url="postgresql://tamis:p%40ssw0rd@db/tamis",
        alarms=("slack://TokenAAAA/TokenBBBB/TokenCCCC/#ops",),
        fetch=FetchSettings(proxy="http://anna:proxypw@proxy.example:3128"),
    )
    secrets = secrets_of(settings)
    line = written(
        "text",
        "odd",
        secrets,
        one="p@ssw0rd",
        two="p%40ssw0rd",
        three="got TokenBBBB back",
        four=settings.alarms,
        five="proxypw",
    )
    for secret in ("p@ssw0rd", "p%40ssw0rd", "TokenAAAA", "TokenBBBB", "TokenCCCC", "proxypw"):
        assert secret not in line


def test_a_megabyte_in_a_message_is_cut_and_costs_no_time() -> None:
    for piece in ("password=", "password", "a://", "bearer ", "token:"):
        assert len(written("json", "big", text=piece * 200_000)) < 20_000
        assert grows_linearly(without_secrets, repeated(piece), 5_000, rounds=2), piece


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    configure("json", stream=stream, level=logging.WARNING)
    log("quiet")
    log("loud", level=logging.ERROR)
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


def test_what_happens_within_a_run_and_a_page_says_which() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    with within(site="magazine", run=7):
        with within(url="https://mag.example/a"):
            log("fetch_failed", because="no answer")
        log("run_ended", site="magazine")
    log("alone")
    first, second, third = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["site"], first["run"], first["url"], first["because"]) == (
        "magazine",
        7,
        "https://mag.example/a",
        "no answer",
    )
    assert ("url" in second, second["run"]) == (False, 7)
    assert "site" not in third
