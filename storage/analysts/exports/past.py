# ruff: noqa: S608 - names of ours
"""The tables as they were at a moment in the past (`:as_of`), from the history the database keeps.

"Was" means: as far as it had been fetched, judged and decided by then. The views are written once: an export of the
past puts these relations in the place of the tables of the same names, so what holds now is the case where the moment
is now. What held for a comment is not worked out again: each verdict and each decision says what held after it.
"""

from __future__ import annotations

from storage.analysts.rollups import KEPT, WHOLE, counted_days
from storage.crawl.articles import KEPT_OF_VERSIONS
from storage.database.dialects import in_dialect
from storage.database.fields import ARTICLE, Form
from storage.database.tables import metadata

PROFILE = ("profession", "education_level", "education_level_max", "experience_years_min", "experience_years_max")


def columns(table: str, alias: str, otherwise: dict[str, str] | None = None) -> str:
    """Every column of a table as a list of SELECT; `otherwise` has those that are computed."""
    changed = otherwise or {}
    return ", ".join(
        f"{changed[name]} AS {name}" if name in changed else f"{alias}.{name}"
        for name in metadata.tables[table].columns.keys()  # noqa: SIM118
    )


def until(table: str, moment: str, **ends: str) -> str:
    """The rows of a table that were there at the moment; of `ends`, columns and what empties them, later ones empty."""
    later = {name: f"CASE WHEN t.{by} <= :as_of THEN t.{name} END" for name, by in ends.items()}
    return f"SELECT {columns(table, 't', later)} FROM REAL.{table} t WHERE t.{moment} <= :as_of"


def none_of(table: str) -> str:
    return f"SELECT {columns(table, 't')} FROM REAL.{table} t WHERE 1 = 0"


VERSION = {
    "version": "v.version",
    "version_since": "v.valid_from",
    "fetched_at": "v.valid_from",
    "extractor_version": "v.extractor_version",
    "raw_hash": "v.raw_hash",
}
THEN_READ = (
    "(SELECT x.{0} FROM REAL.fetches x WHERE x.page_id = a.page_id AND x.outcome = 'extracted'"
    " AND x.fetched_at <= :as_of ORDER BY x.fetched_at DESC LIMIT 1)"
)
GONE = {"gone_at": "CASE WHEN a.gone_at <= :as_of THEN a.gone_at END"}
FOUND = {  # what every reading of the page brings up to date, without a new version; claimed numbers are not kept
    name: f"CASE WHEN a.fetched_at <= :as_of THEN a.{name} ELSE coalesce({THEN_READ.format(kept)}, a.{name}) END"
    for name, kept in {"comments_found": "comments", "fetched_at": "fetched_at", "raw_hash": "content_hash"}.items()
}
LISTS = frozenset(field.column for field in ARTICLE if field.form is Form.LIST)
ARTICLE_THEN = (
    VERSION
    | GONE
    | {"comments_found": FOUND["comments_found"]}
    | {name: f"v.record {'->' if name in LISTS else '->>'} '{name}'" for name in KEPT_OF_VERSIONS}
    | {"published_on": "CASE WHEN v.record ->> 'published' = a.published THEN a.published_on END"}
    | {
        column.name: f"CASE WHEN 1 = 0 THEN a.{column.name} END"  # null, of the column's type
        for column in metadata.tables["articles"].c
        if column.name in PROFILE or column.name.startswith("salary_")
    }
)
SECTION_THEN = {
    "position": "PLACE_OF(e)",
    "level": "CAST(e.value ->> 'level' AS integer)",
    "kind": "e.value ->> 'kind'",
    "heading": "e.value ->> 'heading'",
    "canonical": "NULL",
    "text": "e.value ->> 'text'",
    "blocks": "NULL",
}
VANISHED = {
    "removed_at": "CASE WHEN b.removed_at IS NOT NULL THEN b.removed_at"
    " WHEN c.removed_at <= :as_of THEN c.removed_at END"
}
COMMENT_THEN = (
    VERSION
    | VANISHED
    | {name: f"v.record ->> '{name}'" for name in ("author_url", "date", "date_text", "permalink")}
    | {
        "author": "v.author",
        "body": "v.body",
        "kind": "coalesce(v.record ->> 'kind', c.kind)",
        "links": "coalesce(v.record -> 'links', c.links)",
    }
)
AWAY = (
    "LEFT JOIN REAL.comment_absences b ON b.comment_id = c.id AND b.removed_at <= :as_of AND b.reappeared_at > :as_of"
)
BY_DECISION = "d.id IS NOT NULL AND d.decided_at >= v.judged_at"
CURRENT = {
    "action": f"CASE WHEN {BY_DECISION} THEN d.action ELSE v.held END",
    "decision_id": f"CASE WHEN {BY_DECISION} THEN d.held_id ELSE v.decision_id END",
    "verdict_id": "v.id",
    "verdict_action": "v.action",
    "spam_probability": "v.spam_probability",
    "language": "v.language",
    "labels": "SPACED(v.labels)",
    "waiting_since": f"CASE WHEN CASE WHEN {BY_DECISION} THEN d.action ELSE v.held END = 'review' THEN"
    " coalesce((SELECT min(n.waiting_since) FROM REAL.decisions n WHERE n.comment_id = r.comment_id"
    " AND n.decided_at > :as_of AND n.waiting_since <= :as_of),"
    " CASE WHEN r.waiting_since <= :as_of THEN r.waiting_since END) END",
}
NEWEST_FETCH = (
    "(SELECT x.id FROM REAL.fetches x WHERE x.page_id = p.id AND x.fetched_at <= :as_of"
    " ORDER BY x.fetched_at DESC LIMIT 1)"
)
PAGE_THEN = {
    "state": "CASE WHEN p.last_fetched <= :as_of THEN p.state WHEN f.id IS NULL THEN 'new'"
    " WHEN f.outcome IN ('extracted', 'unchanged') THEN 'ok' ELSE f.outcome END",
    "kind": "CASE WHEN p.last_fetched <= :as_of THEN p.kind WHEN f.id IS NOT NULL THEN coalesce(f.kind, p.kind) END",
    "last_fetched": "CASE WHEN p.last_fetched <= :as_of THEN p.last_fetched ELSE f.fetched_at END",
}
MEMBERS = "FROM campaign_members m JOIN comments c ON c.id = m.comment_id"
CAMPAIGN_THEN = {
    "size": f"CASE WHEN g.last_seen_at <= :as_of THEN g.size ELSE (SELECT count(*) {MEMBERS}"
    " WHERE m.campaign_id = g.id) END",
    "sites": "CASE WHEN g.last_seen_at <= :as_of THEN g.sites ELSE (SELECT count(DISTINCT r.site_id)"
    f" {MEMBERS} JOIN reviews r ON r.comment_id = m.comment_id WHERE m.campaign_id = g.id) END",
    "last_seen_at": "CASE WHEN g.last_seen_at <= :as_of THEN g.last_seen_at ELSE (SELECT max(c.first_seen_at)"
    f" {MEMBERS} WHERE m.campaign_id = g.id) END",
}

RELATIONS = {  # in this order: a relation may read those before it
    "verdicts": until("verdicts", "judged_at"),
    "decisions": until("decisions", "decided_at"),
    "comment_versions": until("comment_versions", "valid_to"),
    "article_versions": until("article_versions", "valid_to"),
    "articles": f"""
SELECT {columns("articles", "a", GONE | FOUND)} FROM REAL.articles a WHERE a.version_since <= :as_of
 UNION ALL
SELECT {columns("articles", "a", ARTICLE_THEN)}
  FROM REAL.article_versions v JOIN REAL.articles a ON a.id = v.article_id
 WHERE v.valid_from <= :as_of AND v.valid_to > :as_of""",
    "sections": f"""
SELECT {columns("sections", "p")} FROM REAL.sections p JOIN REAL.articles a ON a.id = p.article_id
 WHERE a.version_since <= :as_of
 UNION ALL
SELECT {columns("sections", "v", SECTION_THEN)}
  FROM (SELECT h.article_id, h.record -> 'sections' AS parts FROM REAL.article_versions h
         WHERE h.valid_from <= :as_of AND h.valid_to > :as_of) v
 CROSS JOIN EACH_OF(v.parts, e)""",
    "comments": f"""
SELECT {columns("comments", "c", VANISHED)} FROM REAL.comments c {AWAY} WHERE c.version_since <= :as_of
 UNION ALL
SELECT {columns("comments", "c", COMMENT_THEN)}
  FROM REAL.comment_versions v JOIN REAL.comments c ON c.id = v.comment_id {AWAY}
 WHERE v.valid_from <= :as_of AND v.valid_to > :as_of""",
    "reviews": f"""
SELECT {columns("reviews", "r", CURRENT)}
  FROM REAL.reviews r
  JOIN verdicts v ON v.id = (SELECT max(w.id) FROM REAL.verdicts w
                              WHERE w.comment_id = r.comment_id AND w.judged_at <= :as_of)
  LEFT JOIN decisions d ON d.id = (SELECT max(w.id) FROM REAL.decisions w
                                    WHERE w.comment_id = r.comment_id AND w.decided_at <= :as_of)""",
    "tweets": until("tweets", "first_seen_at"),
    "tweet_sightings": until("tweet_sightings", "seen_at"),
    "tweet_entities": f"""
SELECT {columns("tweet_entities", "e")} FROM REAL.tweet_entities e JOIN tweets t ON t.id = e.tweet_id""",
    "campaign_members": f"""
SELECT {columns("campaign_members", "m")} FROM REAL.campaign_members m JOIN comments c ON c.id = m.comment_id""",
    "campaigns": f"""
SELECT {columns("campaigns", "g", CAMPAIGN_THEN)} FROM REAL.campaigns g WHERE g.first_seen_at <= :as_of""",
    "fetches": until("fetches", "fetched_at"),
    "pages": f"""
SELECT {columns("pages", "p", PAGE_THEN)} FROM REAL.pages p LEFT JOIN REAL.fetches f ON f.id = {NEWEST_FETCH}
 WHERE p.discovered_at <= :as_of""",
    "quarantine": until("quarantine", "opened_at", resolved_at="resolved_at", resolved_by="resolved_at"),
    "audits": until(
        "audits",
        "drawn_at",
        editor="looked_at",
        editor_key="looked_at",
        action="looked_at",
        reason="looked_at",
        looked_at="looked_at",
    ),
    "counted": none_of("counted"),
    "fetch_days": none_of("fetch_days"),
    "site_days": none_of("site_days"),
    "language_days": none_of("language_days"),
    "stale_days": "SELECT DISTINCT r.site_id, c.day FROM comments c JOIN reviews r ON r.comment_id = c.id",
    "site_authors": "SELECT a.site_id, c.author_key, min(c.day) AS first_day, count(*) AS number"
    " FROM comments c JOIN articles a ON a.id = c.article_id"
    " WHERE c.author_key IS NOT NULL AND c.kind IN ('comment', 'post') GROUP BY a.site_id, c.author_key",
    **{f"{table} ({names})": query for table, (names, query) in WHOLE.items()},
}


def as_it_was(sql: str, dialect: str, schema: str) -> str:
    """A view's SELECT over the tables as they were at `:as_of`; `schema` is where the tables are."""
    for table in KEPT:
        sql = sql.replace(f"FRESH_{table}", counted_days(table, dialect))
    relations = ", ".join(f"{name} AS ({query})" for name, query in RELATIONS.items())
    return in_dialect(f"WITH {relations} {sql}", dialect).replace("REAL.", f"{schema}.")
