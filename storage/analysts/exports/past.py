"""The clean tables as they were at a moment in the past (`:as_of`), from the history the database keeps.

"Was" means: as far as it had been fetched, judged and decided by then.
"""

from __future__ import annotations

from storage.analysts.views import CLEAN_ARTICLES, CLEAN_COMMENTS, PROVENANCE, AnalystView

PAST_ARTICLES = AnalystView(
    name="clean_articles",
    comment="One row an article: the version that was the newest at that moment.",
    columns={
        name: CLEAN_ARTICLES.columns[name]
        for name in (
            "article_id",
            "site",
            "url",
            "title",
            "language",
            "author",
            "published",
            "lead",
            "text",
            "version",
            "version_since",
            "first_seen_at",
            "gone_at",
        )
    }
    | {name: PROVENANCE[name] for name in ("source_url", "extractor_version", "raw_hash")},
    sql="""
SELECT a.id AS article_id, s.name AS site, a.canonical_url AS url, a.title, a.language, a.author_key AS author,
       a.published, a.lead, a.text, a.version, a.version_since, a.first_seen_at,
       CASE WHEN a.gone_at <= :as_of THEN a.gone_at END AS gone_at, a.url AS source_url, a.extractor_version,
       a.raw_hash
  FROM articles a JOIN sites s ON s.id = a.site_id
 WHERE a.version_since <= :as_of
UNION ALL
SELECT a.id, s.name, a.canonical_url, v.record ->> 'title', v.record ->> 'language', a.author_key,
       v.record ->> 'published', v.record ->> 'lead', v.record ->> 'text', v.version, v.valid_from, a.first_seen_at,
       NULL, v.record ->> 'url', v.extractor_version, v.raw_hash
  FROM article_versions v JOIN articles a ON a.id = v.article_id JOIN sites s ON s.id = a.site_id
 WHERE v.valid_from <= :as_of AND v.valid_to > :as_of
""",
)

PAST_COMMENTS = AnalystView(
    name="clean_comments",
    comment="One row a comment that was there and published at that moment, with its text of then.",
    columns={
        name: CLEAN_COMMENTS.columns[name]
        for name in (
            "comment_id",
            "site",
            "article_id",
            "article_url",
            "kind",
            "author",
            "by_site",
            "day",
            "body",
            "action",
            "version",
            "first_seen_at",
        )
    }
    | {name: PROVENANCE[name] for name in ("source_url", "extractor_version", "raw_hash")},
    sql="""
WITH spoken AS (
  SELECT c.id, c.body, c.version, c.extractor_version, c.raw_hash FROM comments c WHERE c.version_since <= :as_of
   UNION ALL
  SELECT v.comment_id, v.body, v.version, v.extractor_version, v.raw_hash FROM comment_versions v
   WHERE v.valid_from <= :as_of AND v.valid_to > :as_of
), judged AS (
  SELECT t.*,
         (SELECT v.action FROM verdicts v WHERE v.comment_id = t.id AND v.judged_at <= :as_of
           ORDER BY v.id DESC LIMIT 1) AS verdict,
         (SELECT d.id FROM decisions d WHERE d.comment_id = t.id AND d.decided_at <= :as_of
           ORDER BY d.id DESC LIMIT 1) AS decision_id
    FROM spoken t
), held AS (
  SELECT j.*,
         CASE WHEN d.id IS NULL THEN j.verdict
              WHEN d.comment_version >= j.version THEN d.action
              WHEN (SELECT v.action FROM verdicts v WHERE v.comment_id = j.id AND v.comment_version <= d.comment_version
                     ORDER BY v.id DESC LIMIT 1) = j.verdict THEN d.action
              ELSE 'review' END AS action
    FROM judged j LEFT JOIN decisions d ON d.id = j.decision_id
)
SELECT h.id AS comment_id, s.name AS site, c.article_id, a.canonical_url AS article_url, c.kind,
       c.author_key AS author, c.by_site, c.day, h.body, h.action, h.version, c.first_seen_at, p.url AS source_url,
       h.extractor_version, h.raw_hash
  FROM held h
  JOIN comments c ON c.id = h.id
  JOIN articles a ON a.id = c.article_id
  JOIN sites s ON s.id = a.site_id
  JOIN pages p ON p.id = c.page_id
 WHERE h.action = 'publish' AND c.erased_at IS NULL AND c.kind <> 'removed'
   AND (c.removed_at IS NULL OR c.removed_at > :as_of)
   AND NOT EXISTS (SELECT 1 FROM comment_absences b
                    WHERE b.comment_id = c.id AND b.removed_at <= :as_of AND b.reappeared_at > :as_of)
""",
)

PAST = (PAST_ARTICLES, PAST_COMMENTS)
