"""The views as sources for dbt: one YAML text, with the descriptions of the dictionary."""

from __future__ import annotations

import json
from collections.abc import Iterator

from storage.analysts.exports.selection import KEYS
from storage.analysts.view import AnalystView
from storage.analysts.views import VIEWS


def sources(schema: str = "public") -> str:
    """`sources.yml` for a dbt project that reads the database with the reader's login."""
    lines = [
        "version: 2",
        "sources:",
        "  - name: tamis",
        f"    schema: {json.dumps(schema)}",
        "    description: Articles, comments and short messages; authors are pseudonyms.",
        "    tables:",
    ]
    for view in VIEWS:
        lines += table(view)
    return "\n".join(lines) + "\n"


def table(view: AnalystView) -> Iterator[str]:
    yield f"      - name: {view.name}"
    yield f"        description: {quoted(view.comment)}"
    yield "        columns:"
    for name, description in view.columns.items():
        yield f"          - name: {name}"
        yield f"            description: {quoted(description)}"
        if KEYS[view.name] == (name,):
            yield "            data_tests: [unique, not_null]"


def quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)  # a JSON text is a YAML text
