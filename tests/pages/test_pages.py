"""Whole pages against their expected records: one folder a page, `tests/pages/<site>/<slug>/`.

`make golden` (TAMIS_GOLDEN=rewrite) writes expected.json anew; read its diff like code before committing it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from extractors.extract import extract
from extractors.records import as_json

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
    del found["extractor_version"]  # rises with every release
    expected = folder / "expected.json"
    if os.environ.get("TAMIS_GOLDEN") == "rewrite":
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert found == json.loads(expected.read_text("utf-8"))
