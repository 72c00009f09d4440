"""The small failing inputs of ../shared/cases: shapes of bug reports, and of whole real sites."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from extractors.extract import extract
from extractors.records import CommentKind, Page, as_json

CASES = Path(__file__).parents[2] / ".." / "shared" / "cases"
REPORTS = sorted((CASES / "reports").glob("[0-9]*.html"))
EXPECTED = CASES / "pages" / "expected.json"
PAGES = json.loads(EXPECTED.read_text("utf-8")) if EXPECTED.exists() else {}

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not CASES.exists(), reason="NO CASES: ../shared/cases is absent")]


def at(record: Any, path: str) -> Any:
    """What a path such as comments[*].author finds; a list where it has a star."""
    found, has_star = [record], "[*]" in path
    for name, index in re.findall(r"([A-Za-z_]\w*)|\[(\*|-?\d+)\]", path):
        if name:
            found = [one.get(name) for one in found]
        elif index == "*":
            found = [item for one in found for item in one]
        else:
            found = [one[int(index)] for one in found]
    return found if has_star else found[0]


def holds(found: Any, how: str, wanted: Any) -> bool:
    parts = [wanted] if isinstance(wanted, str) else wanted
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    answers = {
        "eq": lambda: found == wanted,
        "null": lambda: found is None,
        "notnull": lambda: found is not None,
        "in": lambda: found in wanted,
        "len": lambda: len(found or []) == wanted,
        "has": lambda: all(part in text for part in parts),
        "lacks": lambda: not any(part in text for part in parts),
        "has_line": lambda: all(part in text.split("\n") for part in parts),
        "prefix": lambda: isinstance(found, str) and found.startswith(wanted),
    }
    return bool(answers[how]())


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_reported_shape_is_read(path: Path) -> None:
    spec = json.loads(path.with_name(f"{path.stem}.expected.json").read_text("utf-8"))
    record = json.loads(as_json(extract(path.read_bytes(), spec["url"], content_type=spec.get("content_type"))))
    wrong = [
        (where, how, wanted, at(record, where))
        for where, how, wanted in spec["checks"]
        if not holds(at(record, where), how, wanted)
    ]
    assert not wrong


def facts(record: Page) -> dict[str, Any]:
    """What expected.json of the pages states, from a record."""
    people = [one for one in record.comments if one.kind is CommentKind.COMMENT]
    headings = [part.heading for part in record.sections if part.heading]
    return {
        "author": record.author,
        "authors": [one.author for one in people],
        "by_site": [one.by_site for one in people],
        "comments": len(people),
        "pingbacks": sum(one.kind is CommentKind.PINGBACK for one in record.comments),
        "headings": headings,
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_shape_of_a_real_site_is_read(name: str) -> None:
    record = extract((CASES / "pages" / f"{name}.html").read_bytes(), f"https://site.example/{name}")
    found = facts(record)
    for what, wanted in PAGES[name].items():
        value = len(found[what]) if what == "headings" and isinstance(wanted, int) else found[what]
        assert value == wanted, what
