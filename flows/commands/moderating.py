"""`tamis moderate`: comments from a JSONL file, and one verdict a line in the same order."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from flows.errors import FlowError
from flows.fetching.errors import printable
from moderation.explain import Language, reasons
from moderation.host_names import HostNames
from moderation.moderate import Moderator
from moderation.submissions import submission_from_json
from moderation.verdict import Submission, Verdict
from storage.database.batches import batched

CHUNK = 512  # comments judged together
MAX_LINE_BYTES = 64_000_000  # a few kB of .xz can be a line of gigabytes


class CommentsUnreadable(FlowError):
    exit_code = 2


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that holds no comment, and why."""

    id: Any
    message: str


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """The answer to one line of the file, under the id that the line has."""

    id: Any
    outcome: Verdict | BadRow

    @property
    def quarantined(self) -> bool:
        return isinstance(self.outcome, BadRow)

    def line(self) -> bytes:
        """One line of JSON: the id, then the verdict's fields; for a bad row the id and `quarantine`."""
        if isinstance(self.outcome, BadRow):
            quarantine = {"reason": "bad_row", "message": self.outcome.message}
            return orjson.dumps({"id": self.id, "quarantine": quarantine}) + b"\n"
        return orjson.dumps({"id": self.id})[:-1] + b"," + orjson.dumps(self.outcome)[1:] + b"\n"


def moderate_file(path: Path, moderator: Moderator) -> Iterator[JudgedLine]:
    """One answer a line, in input order. Raises CommentsUnreadable naming the file.

    The file is read twice: which names share an address is counted over all its comments before any is judged, so
    that their order makes no difference and memory does not grow with the file.
    """
    names = HostNames()
    for _, row in _rows(path):
        if isinstance(row, Submission):
            names.see(row)
    for chunk in batched(_rows(path), CHUNK):
        good = [
            row if row.host_names is not None else replace(row, host_names=names.names(row))
            for _, row in chunk
            if isinstance(row, Submission)
        ]
        verdicts = iter(moderator.judge_all(good))
        for identity, row in chunk:
            yield JudgedLine(identity, next(verdicts) if isinstance(row, Submission) else row)


def _rows(path: Path) -> Iterator[tuple[Any, Submission | BadRow]]:
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield None, BadRow(None, f"{path.name}:{number}: not JSON ({error})")
            continue
        identity = row.get("id") if isinstance(row, dict) else None
        try:
            yield identity, submission_from_json(row)
        except ValueError as error:
            yield identity, BadRow(identity, f"{path.name}:{number}: {error}")


def read_lines(path: Path) -> Iterable[bytes]:
    """The lines of a plain, .gz or .xz file. Raises CommentsUnreadable naming it."""
    opener: Any = gzip.open if path.name.endswith(".gz") else lzma.open if path.name.endswith(".xz") else open
    try:
        with opener(path, "rb") as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                if len(line) > MAX_LINE_BYTES:
                    raise CommentsUnreadable(f"{path} holds a line longer than {MAX_LINE_BYTES:,} bytes; cut it")
                yield line
    except FileNotFoundError:
        raise CommentsUnreadable(f"{path} does not exist; give a JSONL file of comments") from None
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise CommentsUnreadable(f"{path} cannot be read: {error}") from error


def explained(answer: JudgedLine, language: Language) -> bytes:
    """The verdict in words: a heading line, then its reasons, strongest first; each on one line of its own."""
    if isinstance(answer.outcome, BadRow):
        return (printable(f"{answer.id}: {answer.outcome.message}", limit=1_000) + "\n").encode()
    verdict = answer.outcome
    labels = ", ".join(verdict.labels) or "-"
    head = f"{answer.id}: {verdict.action} ({verdict.spam_probability:.0%} spam; {labels})"
    lines = [printable(line, limit=1_000) for line in (head, *reasons(verdict, language))]
    return "\n  - ".join(lines).encode("utf-8", "replace") + b"\n"
