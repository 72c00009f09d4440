"""Full-text search over articles and comments: one call, the same on both databases.

SQLite: FTS5, words as they are beside the stems of French and English ones, accents and case ignored. PostgreSQL:
tsvector in the language of the article, words as they are beside their stems, accents taken off by us (the extension
for it is not everywhere). The index follows at the end of a run
(`index_new`), so loading pays nothing for it.

A query is words, all of which must occur; "words in quotes" occur in that order; a word* matches what starts with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, text

from storage.database.batches import batched
from storage.database.engine import Database

RecordKind = Literal["article", "comment"]
RECORD_KINDS: tuple[RecordKind, ...] = ("article", "comment")
AT_ONCE = 500
OVERLAP = 20_000  # numbers looked at again: on PostgreSQL a smaller one may be committed after a greater one
SNIPPET = 160  # characters
CONFIGURATIONS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
SOURCES = {
    "article": """
SELECT a.id, a.version, a.language, coalesce(a.title, '') || ' ' || coalesce(a.lead, '') || ' ' || a.text AS words
  FROM articles a WHERE a.id IN :numbers""",
    "comment": """
SELECT c.id, c.version, coalesce(r.language, a.language) AS language, c.body AS words
  FROM comments c JOIN articles a ON a.id = c.article_id JOIN reviews r ON r.comment_id = c.id
 WHERE c.id IN :numbers AND c.erased_at IS NULL""",
}
RESULTS = {
    "article": """
SELECT a.id, s.name AS site, a.canonical_url AS url, a.title, coalesce(a.lead, '') || ' ' || a.text AS words,
       a.published AS written, h.rank
  FROM hits h JOIN articles a ON a.id = h.id JOIN sites s ON s.id = a.site_id WHERE 1 = 1""",
    "comment": """
SELECT c.id, s.name AS site, a.canonical_url AS url, a.title, c.body AS words, c.date AS written, h.rank
  FROM hits h JOIN comments c ON c.id = h.id JOIN articles a ON a.id = c.article_id JOIN sites s ON s.id = a.site_id
  JOIN reviews r ON r.comment_id = c.id
 WHERE c.erased_at IS NULL""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One hit. `spans` are (start, end) places of the words in `snippet`; a greater `rank` is a better hit."""

    kind: RecordKind
    id: int
    site: str
    url: str  # the article's
    title: str | None  # the article's
    written: str | None
    snippet: str
    spans: tuple[tuple[int, int], ...]
    rank: float


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must occur in this order; `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool


def create_index(connection: Connection) -> None:
    """The tables of the index (called by the first migration)."""
    for kind in RECORD_KINDS:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {kind}_search"
                " USING fts5(words, version UNINDEXED, stems, tokenize = 'unicode61 remove_diacritics 2')"
            )
        else:
            connection.exec_driver_sql(
                f"CREATE TABLE {kind}_search (id bigint PRIMARY KEY, version int NOT NULL, words tsvector NOT NULL)"
            )
            connection.exec_driver_sql(f"CREATE INDEX ix_{kind}_search_words ON {kind}_search USING gin (words)")


def index_new(db: Database) -> int:
    """Take in what is new or changed since the last time, in short transactions; return how many."""
    done = 0
    for kind in RECORD_KINDS:
        with db.read() as connection:
            numbers, mark = to_index(connection, kind)
        for part in batched(numbers, AT_ONCE):
            with db.write() as connection:
                index(connection, kind, part)
            done += len(part)
        with db.write() as connection:
            remember_texts(connection, mark)
    return done


def index_all(connection: Connection) -> None:
    """The same in the caller's transaction, for a database that nobody else uses yet."""
    for kind in RECORD_KINDS:
        numbers, mark = to_index(connection, kind)
        for part in batched(numbers, AT_ONCE):
            index(connection, kind, part)
        remember_texts(connection, mark)


def to_index(connection: Connection, kind: RecordKind) -> tuple[list[int], dict[str, str]]:
    """What is not in the index yet or has changed since, and the marks to keep when it is."""
    table, versions, column = f"{kind}s", f"{kind}_versions", f"{kind}_id"
    key = "rowid" if connection.dialect.name == "sqlite" else "id"
    marks = {
        row.name: row.value
        for row in connection.execute(text("SELECT name, value FROM settings WHERE name LIKE 'searched_%'"))
    }
    last = int(marks.get(f"searched_{kind}s", 0)) - OVERLAP
    new = connection.execute(
        text(
            f"SELECT id FROM {table} t WHERE id > :last"  # noqa: S608 - names of ours
            f" AND NOT EXISTS (SELECT 1 FROM {kind}_search x WHERE x.{key} = t.id) ORDER BY id"
        ),
        {"last": last},
    ).scalars()
    numbers = list(new)
    edited = connection.execute(
        text(
            f"SELECT DISTINCT t.id FROM {versions} v JOIN {table} t ON t.id = v.{column}"  # noqa: S608 - names of ours
            f" JOIN {kind}_search x ON x.{key} = t.id WHERE x.version < t.version"
        )
    ).scalars()
    newest = connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()  # noqa: S608 - names of ours
    return sorted({*numbers, *edited}), {f"searched_{kind}s": str(newest)}


def index(connection: Connection, kind: RecordKind, numbers: Sequence[int]) -> None:
    """Put these into the index in place of what it held of them; the erased ones leave it."""
    query = text(SOURCES[kind]).bindparams(bindparam("numbers", expanding=True))
    rows = connection.execute(query, {"numbers": list(numbers)}).all()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DELETE FROM {kind}_search WHERE rowid = ?", [(number,) for number in numbers])  # noqa: S608 - names of ours
        if rows:
            connection.exec_driver_sql(
                f"INSERT INTO {kind}_search (rowid, words, version, stems) VALUES (?, ?, ?, ?)",  # noqa: S608 - names of ours
                [(row.id, row.words, row.version, stems_of(row.words, row.language)) for row in rows],
            )
        return
    connection.exec_driver_sql(f"DELETE FROM {kind}_search WHERE id = ANY(%s)", (list(numbers),))  # noqa: S608 - names of ours
    if rows:
        connection.exec_driver_sql(
            f"INSERT INTO {kind}_search (id, version, words) VALUES (%s, %s,"  # noqa: S608 - names of ours
            " to_tsvector('simple', %s) || to_tsvector(%s::regconfig, %s))",
            [
                (
                    row.id,
                    row.version,
                    (plain := search_folded(row.words)[:500_000]),
                    CONFIGURATIONS.get(row.language, "simple"),
                    plain,
                )
                for row in rows
            ],
        )


def remember_texts(connection: Connection, marks: dict[str, str]) -> None:
    for name, value in marks.items():
        connection.execute(
            text(
                "INSERT INTO settings (name, value) VALUES (:name, :value)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            ),
            {"name": name, "value": value},
        )


def search(
    db: Database,
    query: str,
    kinds: Sequence[RecordKind] = RECORD_KINDS,
    limit: int = 20,
    *,
    site: str | None = None,
    action: str | None = None,
) -> tuple[Found, ...]:
    """The best hits of each kind, articles first. `action`: only comments for which it holds (publish, ...).

    A query without any word finds nothing; no query is an error.
    """
    terms = parsed_query(query)
    if not terms:
        return ()
    found: list[Found] = []
    with db.read() as connection:
        for kind in kinds:
            found += hits(connection, kind, terms, limit, site, action)
    return tuple(found)


def hits(
    connection: Connection, kind: RecordKind, terms: Sequence[Term], limit: int, site: str | None, action: str | None
) -> list[Found]:
    values: dict[str, Any] = {"limit": limit, "site": site, "action": action}
    wanted, given = matching(connection, kind, terms)
    values |= given
    if connection.dialect.name == "sqlite":
        inner = (
            f"SELECT rowid AS id, -bm25({kind}_search) AS rank FROM {kind}_search WHERE {kind}_search MATCH {wanted}"  # noqa: S608 - names of ours
        )
    else:
        inner = f"SELECT id, ts_rank_cd(words, {wanted}) AS rank FROM {kind}_search WHERE words @@ ({wanted})"  # noqa: S608 - names of ours
    sql = f"WITH hits AS ({inner}) {RESULTS[kind]}"
    if site is not None:
        sql += " AND s.name = :site"
    if action is not None and kind == "comment":
        sql += " AND r.action = :action"
    rows = connection.execute(text(f"{sql} ORDER BY h.rank DESC, h.id DESC LIMIT :limit"), values)
    found = []
    for row in rows:
        cut, spans = snippet(row.words, terms)
        found.append(
            Found(
                kind=kind,
                id=row.id,
                site=row.site,
                url=row.url,
                title=row.title,
                written=row.written,
                snippet=cut,
                spans=spans,
                rank=float(row.rank),
            )
        )
    return found


def matching(connection: Connection, kind: RecordKind, terms: Sequence[Term]) -> tuple[str, dict[str, Any]]:
    """SQL of what to look for (SQLite: the operand of MATCH; PostgreSQL: a tsquery), and its values."""
    if connection.dialect.name == "sqlite":
        return ":query", {"query": " AND ".join(map(fts5_term, terms))}
    languages = connection.execute(text("SELECT DISTINCT language FROM articles")).scalars()
    names = sorted({"simple", *(CONFIGURATIONS[code] for code in languages if code in CONFIGURATIONS)})
    values, parts = {}, []
    for index_, term in enumerate(terms):
        values[f"term{index_}"] = tsquery_term(term)
        either = " || ".join(f"to_tsquery('{name}', :term{index_})" for name in names)
        parts.append(f"({either})")
    return " && ".join(parts), values


def numbers_matching(kind: RecordKind, dialect: str, wanted: str) -> str:
    """SQL of the numbers of the records that match."""
    if dialect == "sqlite":
        return f"SELECT rowid AS id FROM {kind}_search WHERE {kind}_search MATCH {wanted}"  # noqa: S608 - names of ours
    return f"SELECT id FROM {kind}_search WHERE words @@ ({wanted})"  # noqa: S608 - names of ours


def parsed_query(query: str) -> tuple[Term, ...]:
    """The query's terms; signs that are no part of a word only separate words."""
    terms = []
    for quoted, bare in re.findall(r'"([^"]*)"|([^\s"]+)', query):
        words = tuple(re.findall(r"\w+", search_folded(quoted or bare)))
        if words:
            terms.append(Term(words=words, prefix=not quoted and bare.endswith("*")))
    return tuple(terms[:20])


def fts5_term(term: Term) -> str:
    """The words as they are, or the stem of a single one in either language."""
    phrase = '"' + " ".join(term.words) + '"'
    if term.prefix:
        return f"{phrase}*"
    stems = (
        {stem for language in STEMMED if (stem := stemmed(term.words[0], language))} if len(term.words) == 1 else set()
    )
    return "(" + " OR ".join([phrase, *(f'"{stem}"' for stem in sorted(stems - {term.words[0]}))]) + ")"


STEMMED = {"fr": "french", "en": "english"}
MOST_STEMMED = 100_000  # characters of a text


@lru_cache(maxsize=50_000)
def stemmed(word: str, language: str) -> str:
    """The stem of a folded word. A stemmer works on one word at a time, whatever the thread."""
    with _one_at_a_time:
        stem: str = _stemmer(STEMMED[language]).stemWord(word)
    return stem


_one_at_a_time = Lock()


@cache
def _stemmer(name: str) -> Any:
    import snowballstemmer  # type: ignore[import-untyped]

    return snowballstemmer.stemmer(name)


def stems_of(words: str, language: str | None) -> str:
    """The stems of a French or English text that differ from its words, each once."""
    if language not in STEMMED:
        return ""
    folded = dict.fromkeys(re.findall(r"\w+", search_folded(words[:MOST_STEMMED])))
    return " ".join(dict.fromkeys(stem for word in folded if (stem := stemmed(word, language)) not in folded))


def tsquery_term(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    return " <-> ".join(words) + (":*" if term.prefix else "")


def search_folded(words: str) -> str:
    """Lower case without accents, letter for letter as far as possible."""
    return "".join(folded_letter(letter) for letter in words)


def folded_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    base = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in base if not unicodedata.combining(part)).lower() or letter


def snippet(words: str, terms: Sequence[Term]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """About SNIPPET characters around the first word found, and where the words stand in them."""
    flat = "".join(one if len(one := folded_letter(letter)) == 1 else letter for letter in words)
    stems = sorted({re.escape(word) for term in terms for word in term.words}, key=len, reverse=True)
    pattern = re.compile(r"\b(?:" + "|".join(stems) + r")\w{0,12}")
    first = pattern.search(flat)
    start = max(0, (first.start() if first else 0) - SNIPPET // 3)
    start = words.rfind(" ", 0, start) + 1 if start else 0
    cut = words[start : start + SNIPPET]
    spans = tuple((match.start(), match.end()) for match in pattern.finditer(flat[start : start + SNIPPET]))
    return cut, spans


def forget_texts(connection: Connection, kind: RecordKind, numbers: Sequence[int]) -> None:
    """Take these out of the index."""
    key = "rowid" if connection.dialect.name == "sqlite" else "id"
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    if numbers:
        connection.exec_driver_sql(f"DELETE FROM {kind}_search WHERE {key} = {mark}", [(number,) for number in numbers])  # noqa: S608 - names of ours
