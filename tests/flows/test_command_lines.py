"""Any command line ends in a result or in one sentence, never in a traceback, and shows nothing that moves a cursor."""

from __future__ import annotations

import io
import itertools
import json
import re
import signal
import sys
from pathlib import Path

import pytest

from flows.cli.app import main

pytestmark = pytest.mark.integration  # some four hundred command lines: half a minute of CPU

HOSTILE = "Eve\x1b]0;owned\x07\x1b[2J\r\nroot:\u202e\x9b31m[bold]"
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What is never printed where no terminal is: there are no colours of ours, so each of these is somebody else's."""

VALUES = ("", "-1", "0", "99999999999999999999", "nan", "é\u202e", "../../etc/passwd", "/", "/dev/null", "a" * 5_000,
          "[x]", "--", "-", "2026-02-30", "<1.4", "'; DROP TABLE pages; --", "http://[", "\x1b[2J")  # fmt: skip
COMMANDS = (
    ("run", "--direct", "--limit"), ("run", "--config"), ("run", "--runner"), ("extract", "--url"), ("extract", "--jobs"),
    ("extract", "--out"), ("moderate", "--explain"), ("moderate", "--out"), ("replay", "--since"),
    ("replay", "--extractor"), ("remoderate", "--site"), ("export", "--format"), ("status", "--config"), ("train", "--site"),
    ("evaluate",), ("init",), ("db", "restore"), ("db", "backup"), ("db", "check", "--config"), ("user", "role"), ("pages",),
    ("pages", "set"), ("accept",),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of one site, no database yet; nothing in it leads off this machine."""
    (tmp_path / "tamis.toml").write_text('[[sites]]\nname = "magazine"\nurls = ["http://127.0.0.1:9/"]\nlocal = true\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    """The exit code; whatever else leaves the program would have been a traceback."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(sys, "argv", ["tamis", *words])
    try:
        main()
    except SystemExit as ending:
        return ending.code
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def test_no_command_line_ends_in_a_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = {}
    for words, value in itertools.product(COMMANDS, VALUES):
        if words == ("init",) and value.startswith(("/", "..")):
            continue  # outside of this test's folder
        if words[-1] == "--out" and value.startswith(("/", "..")):
            continue
        try:
            code = run(monkeypatch, *words, value)
        except BaseException as fault:
            odd[(*words, value[:30])] = repr(fault)
            continue
        shown = capsys.readouterr()
        if code not in (0, None, 1, 2, 3) or "Traceback" in shown.err:
            odd[(*words, value[:30])] = f"{code}: {shown.err[-200:]}"
    assert odd == {}


def test_what_authors_wrote_moves_no_cursor(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    comments = [
        {"id": HOSTILE, "text": f"Buy cheap pills now {HOSTILE} http://pills.example", "author": HOSTILE},
        {"id": "2", "text": "no JSON of ours", "kind": HOSTILE},
    ]
    (folder / "comments.jsonl").write_text("".join(json.dumps(comment) + "\n" for comment in comments))
    (folder / "page.html").write_text(f"<title>{HOSTILE}</title><h1>{HOSTILE}</h1>", "utf-8")
    for words in (
        ("moderate", "comments.jsonl", "--explain", "en", "--lean"),
        ("status", "--config", HOSTILE.replace("\x00", "")),
        ("run", HOSTILE),
        ("pages", HOSTILE),
        ("evaluate", HOSTILE),
        ("extract", HOSTILE),
    ):
        run(monkeypatch, *words)
        shown = capsysbinary.readouterr()
        text = (shown.out + shown.err).decode("utf-8")
        assert text, words
        assert UNSAFE.findall(text) == [], words
