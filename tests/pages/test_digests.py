"""Records and verdicts of many real pages by their digests: a change that is to save time may change none of them.

`make golden` writes them anew where records or verdicts were changed on purpose; benchmarks/records.py names the pages.
"""

from __future__ import annotations

import json
import os
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.records import digest, own_pages, shared_pages
from extractors.records import EXTRACTOR_VERSION
from moderation.moderate import Moderator

KEPT = Path(__file__).with_name("digests.json")
EVERY = 40  # the sample of ../shared/bench

pytestmark = [pytest.mark.integration, pytest.mark.shared]


def test_golden_digests_of_real_pages_are_those_of_before() -> None:
    judge = Moderator()
    versions = [EXTRACTOR_VERSION, judge.model_version]
    kept = json.loads(KEPT.read_text("utf-8"))
    rewrite = os.environ.get("TAMIS_GOLDEN") == "rewrite"
    if kept["versions"] != versions and not rewrite:
        pytest.skip(f"records or verdicts were changed on purpose since {kept['versions']}: `make golden` keeps them")
    pages = [*own_pages(), *islice(shared_pages(), 0, None, EVERY)]
    if len(pages) == len(list(own_pages())):
        pytest.skip("../shared/bench is not here: it holds the pages")
    found = {name: digest(url, html, judge) for name, url, html in pages}
    if rewrite:
        KEPT.write_text(json.dumps({"versions": versions, "pages": found}, indent=1) + "\n", "utf-8")
        return
    assert [name for name, value in found.items() if kept["pages"].get(name) != value] == []
