"""Every value that is put into the text of an SQL statement, rather than beside it, was looked at and stands here."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from storage.analysts.sql.files import quoted
from storage.analysts.views import quoted as quoted_text

ROOT = Path(__file__).parents[2]
PACKAGES = ("extractors", "moderation", "storage", "flows")
SQL = re.compile(
    r"\b(?:SELECT|INSERT INTO|DELETE FROM|UPDATE|FROM|WHERE|PRAGMA|CREATE|ALTER|GRANT|REVOKE|DROP|COPY|SET|COMMENT ON|BEGIN"
    r"|JOIN|ORDER BY|EXPLAIN|VALUES|AND|OR|UNION|LIMIT|INTERVAL)\b"
)

OURS = "names, conditions and words that only our source holds: tables, views, columns, kinds, marks of parameters"
NUMBER = "a number that Python made"
QUOTED = "quoted for its place, each quote in it doubled, or by the database's own quote_ident"
PLAIN_WORD = "refused unless it is [a-z_][a-z0-9_]*"
ANALYST = "the analyst's own statement, in a process that holds the views of an empty database and nothing else"
NO_SQL = "a sentence for people"

REVIEWED: dict[str, dict[str, tuple[str, ...]]] = {
    "flows/desk/pages/data.py": {
        OURS: (
            "nulls",
            "view.name",
        ),
    },
    "storage/analysts/exports/columnar.py": {
        OURS: (
            "MEMORY",
            "source(lines, chosen)",
            "chosen.name",
            "name",
        ),
        QUOTED: (
            "quoted_name(str(path.parent / 'spill'))",
            "quoted_name(str(path))",
            "quoted_name(chosen.comment)",
            "quoted_name(description)",
        ),
    },
    "storage/analysts/exports/past.py": {
        OURS: (
            "columns(table, 't', later)",
            "table",
            "moment",
            "columns(table, 't')",
            "BY_DECISION",
            "MEMBERS",
            "columns('articles', 'a', GONE | FOUND)",
            "columns('articles', 'a', ARTICLE_THEN)",
            "columns('sections', 'p')",
            "columns('sections', 'v', SECTION_THEN)",
            "columns('comments', 'c', VANISHED)",
            "AWAY",
            "columns('comments', 'c', COMMENT_THEN)",
            "columns('reviews', 'r', CURRENT)",
            "columns('tweet_entities', 'e')",
            "columns('campaign_members', 'm')",
            "columns('campaigns', 'g', CAMPAIGN_THEN)",
            "columns('pages', 'p', PAGE_THEN)",
            "NEWEST_FETCH",
        ),
    },
    "storage/analysts/exports/selection.py": {
        OURS: (
            "name",
            "where",
            "CHANGED[name]",
            "sql",
        ),
    },
    "storage/analysts/reader_login.py": {
        OURS: (
            "verb",
            "CONNECTIONS",
            "setting",
        ),
        PLAIN_WORD: ("name",),
        QUOTED: (
            "sentence",
            "database",
            "schema",
        ),
        NO_SQL: ("reason",),
    },
    "storage/analysts/rollups.py": {
        OURS: (
            "', '.join(columns)",
            "answered",
            "where",
            "', '.join((str(n) for n in range(1, len(keys) + 2)))",
            "table",
            "', '.join((*keys, *sums))",
            "fresh",
            "', '.join(names)",
        ),
    },
    "storage/analysts/search.py": {
        OURS: (
            "kind",
            "wanted",
            "sql",
            "key",
            "mark",
            "table",
            "versions",
            "column",
        ),
    },
    "storage/analysts/sql/files.py": {
        QUOTED: (
            "+', '.join((f'NULL AS {quoted(name)}' for name in columns))",
            "selected",
            "text(lines)",
            "text(file.with_suffix('.spill'))",
            "source",
            "text(file)",
        ),
    },
    "storage/analysts/sql/on_postgresql.py": {
        NUMBER: ("left",),
    },
    "storage/analysts/sql/on_sqlite.py": {
        NUMBER: ("memory_bytes",),
        OURS: (
            "view",
            "names",
            "name",
        ),
        ANALYST: ("statement",),
    },
    "storage/analysts/views.py": {
        OURS: (
            "selected(COMMENT, 'c')",
            "columns",
            "table",
            "selected(ARTICLE, 'a')",
            "COMMENT_SELECT",
            "selected(TWEET, 't')",
            "SITE",
            "kept('site_days')",
            "kept('language_days')",
            "FETCHED",
            "view.name",
            "sql",
            "kind",
            "name",
            "column",
        ),
        QUOTED: (
            "quoted(view.comment)",
            "quoted(sentence)",
            "quoted(comment)",
        ),
    },
    "storage/crawl/profiles.py": {
        OURS: ("mark",),
    },
    "storage/database/bulk.py": {
        OURS: (
            "table.name",
            "names",
            "marks",
            "source",
            "sets",
            "', '.join((*columns, by))",
            "by",
            "sql",
        ),
    },
    "storage/database/dialects.py": {
        OURS: (
            "SQLITE_AUTHORITY",
            "TIMED",
            "CLOCK",
        ),
    },
    "storage/database/engine.py": {
        OURS: (
            "mode",
            "pragma",
        ),
    },
    "storage/desk/finding.py": {
        OURS: (
            "hits",
            "' AND '.join(conditions)",
            "source",
            "where",
            "number",
        ),
    },
}


def interpolated(path: Path) -> set[str]:
    """The expressions that a file puts into a text which reads like SQL: by f-string, `+`, `%` or format()."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            words = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if SQL.search(words):
                found |= {ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue)}
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            for text, other in ((node.left, node.right), (node.right, node.left)):
                if is_sql(text) and not isinstance(other, ast.Constant | ast.JoinedStr):
                    found.add("+" + ast.unparse(other))
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
            and is_sql(node.func.value)
        ):
            found |= {"." + ast.unparse(part) for part in (*node.args, *(key.value for key in node.keywords))}
    return found


def is_sql(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(SQL.search(node.value))


def test_whatever_becomes_part_of_a_statement_was_looked_at() -> None:
    """Something new here: bind it as a parameter. If it has to be a name, take it from our own metadata, then add it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts and (names := interpolated(path)):
                found[str(path.relative_to(ROOT))] = names
    looked_at = {file: {one for names in reasons.values() for one in names} for file, reasons in REVIEWED.items()}
    assert {file: names - looked_at.get(file, set()) for file, names in found.items()} == {
        file: set() for file in found
    }
    assert {file: names - found[file] for file, names in looked_at.items()} == {file: set() for file in looked_at}


def test_the_look_finds_each_way_of_putting_a_value_into_a_statement(tmp_path: Path) -> None:
    source = tmp_path / "bad.py"
    source.write_text(
        "a = f'SELECT * FROM {one}'\nb = 'DELETE FROM ' + two\nc = 'DROP TABLE %s' % three\nd = 'SELECT {}'.format(four)\n"
    )
    assert interpolated(source) == {"one", "+two", "+three", ".four"}


def test_what_is_quoted_stays_one_name_and_one_text() -> None:
    spite = "a\"b'; DROP TABLE comments; --"
    assert re.fullmatch(r'"(?:[^"]|"")*"', quoted(spite))
    assert re.fullmatch(r"'(?:[^']|'')*'", quoted_text(spite))
