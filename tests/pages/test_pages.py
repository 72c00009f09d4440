"""Whole pages against their expected records: one folder a page, `tests/pages/<site>/<slug>/`.

`make golden` (TAMIS_GOLDEN=rewrite) writes expected.json anew; read its diff like code before committing it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.extract import extract
from extractors.records import EXTRACTOR_VERSION, as_json

FOLDER = Path(__file__).parent
PAGES = sorted(path.parent for path in FOLDER.glob("*/*/page.html"))


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_a_golden_page_gives_its_expected_record(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    fetched_at = datetime.fromisoformat(meta["fetched_at"]) if "fetched_at" in meta else None
    page = extract(
        (folder / "page.html").read_bytes(),
        meta["url"],
        content_type=meta.get("content_type"),
        fetched_at=fetched_at,
    )
    found = json.loads(as_json(page))
    expected = folder / "expected.json"
    if os.environ.get("TAMIS_GOLDEN") == "rewrite":
        rewrite(expected, found)
    assert record_of(found) == record_of(json.loads(expected.read_text("utf-8")))


def record_of(page: dict[str, Any]) -> dict[str, Any]:
    """What the page says; the version of the extractor stands beside it."""
    return {name: value for name, value in page.items() if name != "extractor_version"}


def rewrite(expected: Path, found: dict[str, Any]) -> None:
    """Writes a record that has changed, with the version that first gave it.

    Fails when that version gave another one: a replay is chosen by the version, so rows read before would stay.
    """
    before = json.loads(expected.read_text("utf-8")) if expected.exists() else {}
    if before and record_of(before) == record_of(found):
        return
    if before.get("extractor_version") == found["extractor_version"]:
        pytest.fail(
            f"{expected.parent}: another record, the same version: raise EXTRACTOR_VERSION in extractors/records.py"
        )
    expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")


def test_a_changed_golden_page_asks_for_a_new_version_of_the_extractor(tmp_path: Path) -> None:
    expected = tmp_path / "expected.json"
    rewrite(expected, {"title": "Relieur", "extractor_version": "1.0.0"})
    rewrite(expected, {"title": "Relieur", "extractor_version": "1.1.0"})  # the same record: nothing is written
    assert json.loads(expected.read_text("utf-8"))["extractor_version"] == "1.0.0"
    with pytest.raises(pytest.fail.Exception, match="raise EXTRACTOR_VERSION"):
        rewrite(expected, {"title": "Le relieur", "extractor_version": "1.0.0"})
    rewrite(expected, {"title": "Le relieur", "extractor_version": "1.1.0"})
    assert json.loads(expected.read_text("utf-8")) == {"title": "Le relieur", "extractor_version": "1.1.0"}


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_a_golden_page_says_which_extractor_first_gave_its_record(folder: Path) -> None:
    kept = json.loads((folder / "expected.json").read_text("utf-8"))["extractor_version"]
    assert [int(part) for part in kept.split(".")] <= [int(part) for part in EXTRACTOR_VERSION.split(".")]
