"""Views of where things come from and what became of them: versions, answers, links, sightings, fetches, quarantine."""

from __future__ import annotations

from storage.analysts.view import PROVENANCE, AnalystView

ARTICLE_HISTORY = AnalystView(
    name="article_history",
    comment="One row a version of an article, the newest too.",
    columns={
        "article_id": "Number of the article.",
        "site": "The site's name.",
        "url": "The address the page names for itself.",
        "version": "Counts from 1.",
        "valid_from": "When this version was first fetched, UTC.",
        "valid_to": "When its successor was first fetched, UTC; null: it is the newest.",
        "title": "Its title then.",
        "language": "ISO 639-1, lower case.",
        "published": "Publication date as stated then, ISO 8601.",
        "lead": "Its lead then.",
        "text": "Its text then.",
        **PROVENANCE,
    },
    sql="""
SELECT a.id AS article_id, s.name AS site, a.canonical_url AS url, a.version, a.version_since AS valid_from,
       NO_MOMENT AS valid_to, a.title, a.language, a.published, a.lead, a.text, a.url AS source_url,
       a.version_since AS fetched_at, a.extractor_version, a.raw_hash
  FROM articles a JOIN sites s ON s.id = a.site_id
 UNION ALL
SELECT a.id, s.name, a.canonical_url, v.version, v.valid_from, v.valid_to, FIELD_OF(v.record, title),
       FIELD_OF(v.record, language), FIELD_OF(v.record, published), FIELD_OF(v.record, lead), FIELD_OF(v.record, text),
       coalesce(FIELD_OF(v.record, url), a.url), v.valid_from, v.extractor_version, v.raw_hash
  FROM article_versions v JOIN articles a ON a.id = v.article_id JOIN sites s ON s.id = a.site_id
""",
)

COMMENT_HISTORY = AnalystView(
    name="comment_history",
    comment="One row a version of a comment, the newest too.",
    columns={
        "comment_id": "Number of the comment.",
        "site": "The site's name.",
        "article_id": "Number of the article it answers.",
        "version": "Counts from 1.",
        "valid_from": "When this version was first fetched, UTC.",
        "valid_to": "When its successor was first fetched, UTC; null: it is the newest.",
        "body": "Its text then.",
        **PROVENANCE,
    },
    sql="""
SELECT c.id AS comment_id, s.name AS site, c.article_id, c.version, c.version_since AS valid_from,
       NO_MOMENT AS valid_to, c.body, p.url AS source_url, c.version_since AS fetched_at, c.extractor_version,
       c.raw_hash
  FROM comments c
  JOIN reviews r ON r.comment_id = c.id
  JOIN sites s ON s.id = r.site_id
  JOIN pages p ON p.id = c.page_id
 WHERE c.erased_at IS NULL AND c.kind <> 'removed'
 UNION ALL
SELECT c.id, s.name, c.article_id, v.version, v.valid_from, v.valid_to, v.body, p.url, v.valid_from,
       v.extractor_version, v.raw_hash
  FROM comment_versions v
  JOIN comments c ON c.id = v.comment_id
  JOIN reviews r ON r.comment_id = c.id
  JOIN sites s ON s.id = r.site_id
  JOIN pages p ON p.id = c.page_id
 WHERE c.erased_at IS NULL AND c.kind <> 'removed'
""",
)

COMMENT_ANSWERS = AnalystView(
    name="comment_answers",
    comment="One row a published comment that answers a published one.",
    columns={
        "comment_id": "Number of the answer.",
        "question_id": "Number of the comment that it answers.",
        "site": "The site's name.",
        "article_id": "Number of the article.",
        "by_site": "The answer is by the site's own staff.",
        "asked_on": "The day the answered comment was written.",
        "hours": "From the one to the other, in hours; null: the page does not state both times of day.",
        "days": "From the one to the other, in days.",
    },
    sql="""
SELECT c.id AS comment_id, q.id AS question_id, s.name AS site, c.article_id, c.by_site, q.day AS asked_on,
       HOURS_APART(q, c) AS hours, DAYS_APART(q.day, c.day) AS days
  FROM comments c
  JOIN reviews r ON r.comment_id = c.id AND r.action = 'publish'
  JOIN comments q ON q.id = c.parent_id
  JOIN reviews p ON p.comment_id = q.id AND p.action = 'publish'
  JOIN sites s ON s.id = r.site_id
 WHERE c.parent_id IS NOT NULL AND c.erased_at IS NULL AND q.erased_at IS NULL AND c.kind <> 'removed'
   AND q.kind <> 'removed'
""",
)

COMMENT_LINKS = AnalystView(
    name="comment_links",
    comment="One row a link in the text of a comment. Addresses behind authors' names are not in it.",
    columns={
        "comment_id": "Number of the comment.",
        "site": "The site's name.",
        "position": "Counts from 1 in the text.",
        "url": "The address.",
        "host": "Its host in lower case, without www.; null: it has none.",
        "day": "The day the comment was written, or first seen.",
        "action": "What holds for the comment: publish, review or reject.",
        "labels": "The comment's labels, each between spaces.",
    },
    sql="""
SELECT c.id AS comment_id, s.name AS site, PLACE_OF(e) AS position, TEXT_OF(e) AS url, HOST_OF(TEXT_OF(e)) AS host,
       c.day, r.action, r.labels
  FROM comments c
 CROSS JOIN EACH_OF(c.links, e)
  JOIN reviews r ON r.comment_id = c.id
  JOIN sites s ON s.id = r.site_id
 WHERE c.erased_at IS NULL AND c.kind <> 'removed'
""",
)

SPAM_HOSTS = AnalystView(
    name="spam_hosts",
    comment="Hosts that rejected comments, or comments labelled as spam, lead to, as of the last run's end.",
    columns={
        "site": "The site's name.",
        "host": "The host in lower case, without www.",
        "place": "text: a link in the text; name: the address behind the author's name.",
        "comments": "How many such comments lead there.",
    },
    sql="SELECT n.name AS site, x.host, x.place, x.comments FROM host_counts x JOIN sites n ON n.id = x.site_id",
)

AUTHORS_ON_SITES = AnalystView(
    name="authors_on_sites",
    comment="One row an author of comments on a site, as of the last run's end.",
    columns={
        "site": "The site's name.",
        "author": "Pseudonym of the author: the same person has the same one on every site.",
        "first_day": "The day of the first comment there.",
        "comments": "How many comments.",
    },
    sql="""
SELECT n.name AS site, x.author_key AS author, x.first_day, x.number AS comments
  FROM site_authors x JOIN sites n ON n.id = x.site_id
""",
)

CAMPAIGN_COMMENTS = AnalystView(
    name="campaign_comments",
    comment="One row a comment that belongs to a group of near-duplicates.",
    columns={
        "campaign_id": "Number of the group.",
        "comment_id": "Number of the comment: in one group only.",
        "site": "The site's name.",
        "author": "Pseudonym of the author.",
        "day": "The day it was written, or first seen.",
        "action": "What holds: publish, review or reject.",
    },
    sql="""
SELECT m.campaign_id, m.comment_id, s.name AS site, c.author_key AS author, c.day, r.action
  FROM campaign_members m
  JOIN comments c ON c.id = m.comment_id
  JOIN reviews r ON r.comment_id = m.comment_id
  JOIN sites s ON s.id = r.site_id
 WHERE c.erased_at IS NULL AND c.kind <> 'removed'
""",
)

TWEETS_ON_ARTICLES = AnalystView(
    name="tweets_on_articles",
    comment="One row a short message on an article that shows it.",
    columns={
        "tweet_id": "Number of the message.",
        "article_id": "Number of the article.",
        "site": "The site's name.",
        "article_url": "The article's own address.",
        "position": "Counts from 1 down the page.",
        "seen_at": "When it was first seen there, UTC.",
    },
    sql="""
SELECT g.tweet_id, g.article_id, s.name AS site, a.canonical_url AS article_url, g.position, g.seen_at
  FROM tweet_sightings g JOIN articles a ON a.id = g.article_id JOIN sites s ON s.id = a.site_id
""",
)

PAGE_FETCHES = AnalystView(
    name="page_fetches",
    comment="One row an answer of a server, or the lack of one, and where it is archived.",
    columns={
        "fetch_id": "Number of the answer.",
        "site": "The site's name.",
        "page_id": "Number of the page.",
        "url": "The address asked for.",
        "article_id": "The article that the page shows, or whose thread it continues.",
        "fetched_at": "When the answer came, UTC.",
        "final_url": "Where redirects led, if anywhere else.",
        "status": "HTTP status; null when there was no answer.",
        "bytes": "Size of the decoded body.",
        "elapsed_ms": "From request to the last byte, in milliseconds.",
        "outcome": "extracted, unchanged, quarantined, failed or gone.",
        "kind": "What the page was taken for: article, list, ...; null: it was not read.",
        "comments": "How many comments were extracted.",
        "sections": "How many titled sections were extracted.",
        "text_length": "Length of the article's text, in characters.",
        "error": "What went wrong, in one sentence.",
        "content_hash": "SHA-256 of the body, in hex: the raw_hash of what was read from it.",
        "warc_file": "The archive file that holds the answer, relative to the archive folder.",
        "warc_offset": "Where its record starts in that file, in bytes.",
    },
    sql="""
SELECT f.id AS fetch_id, s.name AS site, f.page_id, p.url, p.article_id, f.fetched_at, f.final_url, f.status, f.bytes,
       f.elapsed_ms, f.outcome, f.kind, f.comments, f.sections, f.text_length, f.error, f.content_hash, f.warc_file,
       f.warc_offset
  FROM fetches f JOIN pages p ON p.id = f.page_id JOIN sites s ON s.id = p.site_id
""",
)

QUARANTINED_PAGES = AnalystView(
    name="quarantined_pages",
    comment="One row a case of a page that was set aside, those that are settled too.",
    columns={
        "case_id": "Number of the case.",
        "site": "The site's name.",
        "page_id": "Number of the page.",
        "url": "Its address.",
        "reason": "A stable word: not_html, empty, no_article, too_complex, layout_changed, ...",
        "message": "One sentence for a person.",
        "opened_at": "When it was first met, UTC.",
        "last_seen_at": "When it was last met, UTC.",
        "times": "How often it was met.",
        "resolved_at": "When the page was well again, or somebody closed the case, UTC; null: it is open.",
        "resolved_by": "crawl or person.",
        "content_hash": "SHA-256 of the body that was refused, in hex.",
        "warc_file": "Where the answer is archived.",
        "warc_offset": "Where its record starts, in bytes.",
    },
    sql="""
SELECT q.id AS case_id, s.name AS site, q.page_id, p.url, q.reason, q.message, q.opened_at, q.last_seen_at, q.times,
       q.resolved_at,
       CASE WHEN q.resolved_by IS NULL OR q.resolved_by = 'crawl' THEN q.resolved_by ELSE 'person' END AS resolved_by,
       q.content_hash, q.warc_file, q.warc_offset
  FROM quarantine q JOIN pages p ON p.id = q.page_id JOIN sites s ON s.id = p.site_id
""",
)

TRACE_VIEWS = (
    ARTICLE_HISTORY,
    COMMENT_HISTORY,
    COMMENT_ANSWERS,
    COMMENT_LINKS,
    SPAM_HOSTS,
    AUTHORS_ON_SITES,
    CAMPAIGN_COMMENTS,
    TWEETS_ON_ARTICLES,
    PAGE_FETCHES,
    QUARANTINED_PAGES,
)
