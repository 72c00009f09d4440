"""The analysts' views: stable names and columns, each with its description, the same on both databases.

They are a contract: columns are added, never renamed or taken away. Authors appear as pseudonyms (a keyed hash of the
name); who has the database itself can still join the tables underneath. `schema.upgrade` makes them anew whenever this
file has changed.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Connection, text

from storage.analysts.judgement_views import JUDGEMENT_VIEWS
from storage.analysts.postgresql_functions import FUNCTIONS, UNACCENT, make_functions
from storage.analysts.rollups import FETCHED, KEPT, counted_days
from storage.analysts.trace_views import TRACE_VIEWS
from storage.analysts.view import PROVENANCE, AnalystView
from storage.database.dialects import in_dialect
from storage.database.engine import driver_cursor
from storage.database.fields import ARTICLE, COMMENT, TWEET, FieldTable
from storage.database.tables import metadata

PROFILE = {
    "profession": "The profession described, for job profiles.",
    "salary_min": "Lower end of the salary stated, in salary_currency per salary_period.",
    "salary_max": "Upper end of the salary stated.",
    "salary_currency": "ISO 4217.",
    "salary_period": "year, month, day or hour.",
    "salary_basis": "gross or net, if stated.",
    "salary_bonus": "included or excluded, if it is stated whether bonuses are counted in.",
    "education_level": "The least schooling asked for, in years after secondary school (Bac+N).",
    "education_level_max": "The most schooling asked for.",
    "experience_years_min": "The least experience asked for, in years.",
    "experience_years_max": "The most experience asked for.",
}


def described(fields: FieldTable) -> dict[str, str]:
    """The columns that a record's own fields are in its clean view, with what they hold."""
    return {name: field.comment for name, field in fields.shown().items()}


def selected(fields: FieldTable, alias: str) -> str:
    """The same columns as a list of SELECT."""
    columns = [(f"{alias}.{field.column}", name) for name, field in fields.shown().items()]
    return ", ".join(source if source.endswith(f".{name}") else f"{source} AS {name}" for source, name in columns)


CLEAN_ARTICLES = AnalystView(
    name="clean_articles",
    comment="One row an article: its newest version.",
    columns={
        "article_id": "Number of the article.",
        "site": "The site's name.",
        "url": "The address the page names for itself.",
        **described(ARTICLE),
        "author": "Pseudonym of the author.",
        "published_on": "Day of publication, if stated.",
        "text_length": "Length of the text in characters.",
        **PROFILE,
        "version": "Counts from 1; rises when the content changes.",
        "version_since": "When this version was first fetched, UTC.",
        "first_seen_at": "When the article was first fetched, UTC.",
        "gone_at": "When the site first answered that it is gone, UTC.",
        **PROVENANCE,
    },
    sql=f"""
SELECT a.id AS article_id, (SELECT s.name FROM sites s WHERE s.id = a.site_id) AS site, a.canonical_url AS url,
       {selected(ARTICLE, "a")},
       a.author_key AS author, a.published_on, length(a.text) AS text_length, a.profession, a.salary_min,
       a.salary_max, a.salary_currency, a.salary_period, a.salary_basis, a.salary_bonus, a.education_level,
       a.education_level_max, a.experience_years_min, a.experience_years_max,
       a.version, a.version_since, a.first_seen_at, a.gone_at, a.url AS source_url, a.fetched_at,
       a.extractor_version, a.raw_hash
  FROM articles a
""",  # noqa: S608 - columns of our own list
)

CLEAN_SECTIONS = AnalystView(
    name="clean_sections",
    comment="One row a titled part of an article's newest version.",
    columns={
        "article_id": "Number of the article.",
        "site": "The site's name.",
        "article_url": "The article's own address.",
        "article_title": "The article's title.",
        "language": "The article's language, ISO 639-1.",
        "position": "Counts from 1 down the page.",
        "level": "1 to 6.",
        "kind": "What makes its heading one: h (an h-tag) or pseudo (a bold line); null: it has none.",
        "heading": "As shown; null: the text before the first heading.",
        "section": "The heading's stable name across sites, if it has one: definition, mission, salary, ...",
        "text": "Its text, blocks separated by one blank line.",
        **PROFILE,
        **PROVENANCE,
    },
    sql="""
SELECT p.article_id, s.name AS site, a.canonical_url AS article_url, a.title AS article_title, a.language, p.position,
       p.level, p.kind, p.heading, p.canonical AS section, p.text, a.profession, a.salary_min, a.salary_max,
       a.salary_currency, a.salary_period, a.salary_basis, a.salary_bonus, a.education_level, a.education_level_max,
       a.experience_years_min,
       a.experience_years_max, a.url AS source_url, a.fetched_at, a.extractor_version, a.raw_hash
  FROM sections p LEFT JOIN articles a ON a.id = p.article_id LEFT JOIN sites s ON s.id = a.site_id
""",
)

COMMENT_COLUMNS = {
    "comment_id": "Number of the comment.",
    "site": "The site's name.",
    "article_id": "Number of the article it answers.",
    "article_url": "The article's own address.",
    **described(COMMENT),
    "parent_id": "The comment it answers.",
    "author": "Pseudonym of the author: the same person has the same one on every site.",
    "day": "The day it was written; the day it was first seen where the page states none.",
    "language": "ISO 639-1 of the comment; null: undecided.",
    "action": "What holds: publish, review or reject.",
    "decided_by": "editor or model.",
    "labels": "Stable words, each between spaces: ' off_language spam '.",
    "spam_probability": "0 to 1, calibrated.",
    "version": "Counts from 1; rises when it is edited on the site.",
    "first_seen_at": "When it was first fetched, UTC.",
    "removed_at": "When it had vanished from the site, UTC; null: it is there.",
    **PROVENANCE,
}

COMMENT_SELECT = f"""
SELECT c.id AS comment_id, s.name AS site, c.article_id, a.canonical_url AS article_url,
       {selected(COMMENT, "c")},
       c.parent_id, c.author_key AS author, c.day, r.language, r.action,
       CASE WHEN r.decision_id IS NULL THEN 'model' ELSE 'editor' END AS decided_by, r.labels, r.spam_probability,
       c.version, c.first_seen_at, c.removed_at, p.url AS source_url, c.fetched_at, c.extractor_version, c.raw_hash
  FROM comments c
  JOIN reviews r ON r.comment_id = c.id
  LEFT JOIN articles a ON a.id = c.article_id
  LEFT JOIN sites s ON s.id = a.site_id
  LEFT JOIN pages p ON p.id = c.page_id
 WHERE c.erased_at IS NULL AND c.kind <> 'removed'"""  # noqa: S608 - columns of our own list

CLEAN_COMMENTS = AnalystView(
    name="clean_comments",
    comment="One row a published comment: what moderation or an editor let through. Spam is in judged_comments.",
    columns=COMMENT_COLUMNS,
    sql=f"{COMMENT_SELECT} AND r.action = 'publish'",
)

JUDGED_COMMENTS = AnalystView(
    name="judged_comments",
    comment="One row a comment, whatever holds for it: published, waiting or rejected.",
    columns=COMMENT_COLUMNS,
    sql=COMMENT_SELECT,
)

CLEAN_TWEETS = AnalystView(
    name="clean_tweets",
    comment="One row a short message, however many pages show it.",
    columns={
        "tweet_id": "Number of the message.",
        **described(TWEET),
        "author": "Pseudonym of the account.",
        "day": "The day it was written; the day it was first seen where the page states none.",
        "hashtags": "Number of hashtags.",
        "links": "Number of links.",
        "mentions": "Number of accounts mentioned.",
        "sightings": "Number of articles that show it.",
        "first_seen_at": "When it was first fetched, UTC.",
        **PROVENANCE,
    },
    sql=f"""
SELECT t.id AS tweet_id, {selected(TWEET, "t")}, t.author_key AS author, t.day,
       (SELECT count(*) FROM tweet_entities e WHERE e.tweet_id = t.id AND e.kind = 'hashtag') AS hashtags,
       (SELECT count(*) FROM tweet_entities e WHERE e.tweet_id = t.id AND e.kind = 'url') AS links,
       (SELECT count(*) FROM tweet_entities e WHERE e.tweet_id = t.id AND e.kind = 'mention') AS mentions,
       (SELECT count(*) FROM tweet_sightings g WHERE g.tweet_id = t.id) AS sightings, t.first_seen_at,
       (SELECT a.url FROM tweet_sightings g JOIN articles a ON a.id = g.article_id
         WHERE g.tweet_id = t.id ORDER BY g.article_id LIMIT 1) AS source_url,
       t.first_seen_at AS fetched_at, t.extractor_version, t.raw_hash
  FROM tweets t
""",  # noqa: S608 - columns of our own list
)

CLEAN_HASHTAGS = AnalystView(
    name="clean_hashtags",
    comment="One row a hashtag of a short message.",
    columns={
        "tweet_id": "Number of the message.",
        "position": "Counts from 1 in the message.",
        "hashtag": "In lower case, without #.",
        "as_written": "As written, without #.",
        "day": "The day the message was written or first seen.",
        "source": "twitter, mastodon or bluesky.",
        "is_retweet": "The message repeats somebody else's.",
        **PROVENANCE,
    },
    sql="""
SELECT e.tweet_id, e.position, lower(e.value) AS hashtag, e.value AS as_written, t.day, t.source, t.is_retweet,
       (SELECT a.url FROM tweet_sightings g JOIN articles a ON a.id = g.article_id
         WHERE g.tweet_id = t.id ORDER BY g.article_id LIMIT 1) AS source_url,
       t.first_seen_at AS fetched_at, t.extractor_version, t.raw_hash
  FROM tweet_entities e JOIN tweets t ON t.id = e.tweet_id
 WHERE e.kind = 'hashtag'
""",
)

SITE_PAGES = AnalystView(
    name="site_pages",
    comment="One row a known page: what it is, and how it stands.",
    columns={
        "site": "The site's name.",
        "page_id": "Number of the page.",
        "url": "Its address.",
        "kind": "article, list, comments, static, login, error or media; null: not read yet.",
        "kind_by": "Who said so, if a person did.",
        "state": "new, ok, failed, quarantined or gone.",
        "found_by": "How it was found: given, sitemap, feed, link or next_page.",
        "article_id": "The article that it shows, or whose thread it continues.",
        "fetched_at": "When its last answer came, UTC.",
    },
    sql="""
SELECT s.name AS site, p.id AS page_id, p.url, p.kind, p.kind_by, p.state, p.source AS found_by, p.article_id,
       p.last_fetched AS fetched_at
  FROM pages p JOIN sites s ON s.id = p.site_id
""",
)


def kept(table: str) -> str:
    """SQL of a table of counts as it is now: the kept counts, and the stale days counted afresh."""
    keys, sums = KEPT[table]
    columns = ", ".join(f"d.{name}" for name in ("site_id", *keys, *sums))
    return f"""
SELECT {columns} FROM {table} d
 WHERE (d.site_id, d.day) NOT IN (SELECT s.site_id, s.day FROM stale_days s)
UNION ALL
FRESH_{table}"""  # noqa: S608 - names of ours


SITE = "(SELECT n.name FROM sites n WHERE n.id = x.site_id) AS site"
DAILY = {"site": "The site's name.", "day": "The day the comments were written."}

SITE_DAILY = AnalystView(
    name="site_daily",
    comment="Readers' comments of each site by day and by what holds for them.",
    columns={
        **DAILY,
        "comments": "Readers' comments (pingbacks are not counted).",
        "published": "Of these, published.",
        "waiting": "Of these, in review.",
        "rejected": "Of these, rejected.",
        "staff_answers": "Of these, answers of the site's staff to a comment.",
        "staff_days": "Days that the answered comments had waited, in sum.",
    },
    sql=f"""
SELECT {SITE}, x.day, x.comments, x.published, x.waiting, x.rejected, x.staff_answers, x.staff_days
  FROM ({kept("site_days")}) x
""",  # noqa: S608 - names of ours
)

SPAM_DAILY = AnalystView(
    name="spam_daily",
    comment="Spam of each site by day.",
    columns={
        **DAILY,
        "comments": "Readers' comments (pingbacks are not counted).",
        "spam": "Of these, labelled as spam or rejected.",
        "off_language": "Of these, labelled as being in another language than the article.",
        "spam_share": "spam / comments, 0 to 1.",
    },
    sql=f"""
SELECT {SITE}, x.day, x.comments, x.spam, x.off_language, x.spam * 1.0 / x.comments AS spam_share
  FROM ({kept("site_days")}) x
""",  # noqa: S608 - names of ours
)

LANGUAGE_DAILY = AnalystView(
    name="language_daily",
    comment="Languages of the readers' comments of each site by day.",
    columns={
        **DAILY,
        "language": "ISO 639-1; empty: undecided.",
        "comments": "Readers' comments in it.",
        "published": "Of these, published.",
        "off_language": "Of these, in another language than the article.",
    },
    sql=f"""
SELECT {SITE}, x.day, x.language, x.comments, x.published, x.off_language FROM ({kept("language_days")}) x
""",  # noqa: S608 - names of ours
)

CLEAN_CAMPAIGNS = AnalystView(
    name="clean_campaigns",
    comment="One row a group of near-duplicate comments across pages and sites.",
    columns={
        "campaign_id": "Number of the group.",
        "members": "How many comments belong to it.",
        "sites": "On how many sites.",
        "sample": "The text of its first member.",
        "first_seen_at": "When its first member was fetched, UTC.",
        "last_seen_at": "When its newest member was fetched, UTC.",
    },
    sql="SELECT id AS campaign_id, size AS members, sites, sample, first_seen_at, last_seen_at FROM campaigns",
)

AUTHORS_DAILY = AnalystView(
    name="authors_daily",
    comment="New authors of each site by the day of their first comment, as of the last run's end.",
    columns={
        "site": "The site's name.",
        "day": "The day of their first comment.",
        "new_authors": "How many.",
        "returned": "Of these, how many have written more than once since.",
    },
    sql="""
SELECT n.name AS site, x.day, x.new_authors, x.returned FROM author_days x LEFT JOIN sites n ON n.id = x.site_id
""",
)

CHANGES_DAILY = AnalystView(
    name="changes_daily",
    comment="Comments that were edited on their site or vanished from it, by the day it was noticed.",
    columns={
        "site": "The site's name.",
        "day": "The day it was noticed.",
        "edited": "Comments with a new text.",
        "removed": "Comments that vanished and have not come back.",
    },
    sql="""
SELECT n.name AS site, x.day, sum(x.edited) AS edited, sum(x.removed) AS removed
  FROM (SELECT r.site_id, DAY_OF(v.valid_to) AS day, 1 AS edited, 0 AS removed
          FROM comment_versions v JOIN reviews r ON r.comment_id = v.comment_id
         UNION ALL
        SELECT r.site_id, DAY_OF(c.removed_at), 0, 1
          FROM comments c JOIN reviews r ON r.comment_id = c.id WHERE c.removed_at IS NOT NULL) x
  JOIN sites n ON n.id = x.site_id
 GROUP BY n.name, x.day
""",
)

FETCH_DAILY = AnalystView(
    name="fetch_daily",
    comment="Answers of each site by day, and what the extractor found in them.",
    columns={
        "site": "The site's name.",
        "day": "The day of the answers.",
        "answers": "How many answers said something new (an unchanged page is not counted).",
        "extracted": "Of these, read.",
        "quarantined": "Of these, set aside.",
        "failed": "Of these, failed.",
        "comments_a_page": "Comments found on a page that was read, on average.",
        "sections_a_page": "Titled sections found on a page that was read, on average.",
    },
    sql=f"""
SELECT n.name AS site, x.day, sum(x.answers) AS answers, sum(x.extracted) AS extracted,
       sum(x.quarantined) AS quarantined, sum(x.failed) AS failed,
       sum(x.comments) * 1.0 / nullif(sum(x.extracted), 0) AS comments_a_page,
       sum(x.sections) * 1.0 / nullif(sum(x.extracted), 0) AS sections_a_page
  FROM (SELECT site_id, day, answers, extracted, quarantined, failed, comments, sections FROM fetch_days
        UNION ALL {FETCHED}) x
  LEFT JOIN sites n ON n.id = x.site_id
 GROUP BY x.site_id, n.name, x.day
""",  # noqa: S608 - names of ours
)

SECTIONS_COVERAGE = AnalystView(
    name="sections_coverage",
    comment="How many articles of each site have which section, as of the last run's end.",
    columns={
        "site": "The site's name.",
        "section": "Canonical name of the section.",
        "articles": "How many articles have it.",
    },
    sql="""
SELECT n.name AS site, x.section, x.articles FROM section_counts x LEFT JOIN sites n ON n.id = x.site_id
""",
)

SALARY_RANGES = AnalystView(
    name="salary_ranges_by_profession",
    comment="What the articles of each site say a profession earns, as of the last run's end.",
    columns={
        "site": "The site's name.",
        "profession": "The profession described; empty: not known.",
        "salary_currency": "ISO 4217; empty: not known.",
        "salary_period": "year, month, day or hour; empty: not known.",
        "salary_basis": "gross or net; empty: not stated.",
        "lowest": "The lowest salary stated.",
        "highest": "The highest salary stated.",
        "articles": "How many articles state one.",
    },
    sql=f"""
SELECT {SITE}, x.profession, x.currency AS salary_currency, x.period AS salary_period, x.basis AS salary_basis,
       x.lowest, x.highest, x.articles
  FROM salary_ranges x
""",  # noqa: S608 - names of ours
)

INTEGERS = frozenset(
    "article_id comment_id tweet_id parent_id page_id position level text_length comments_claimed comments_found"
    " links_internal links_external salary_min salary_max version comments published waiting rejected spam"
    " off_language hashtags links mentions sightings campaign_id members sites new_authors returned edited removed"
    " answers extracted quarantined failed education_level education_level_max experience_years_min"
    " experience_years_max staff_answers staff_days articles lowest highest decision_id comment_version seconds_waited"
    " undoes verdict_id audit_id came decided question_id days fetch_id status bytes sections case_id times"
    " warc_offset".split()
)
BOOLEANS = frozenset({"by_site", "is_retweet", "undone", "agreed"})
NUMBERS = frozenset(
    "spam_probability spam_share comments_a_page sections_a_page verdict_probability log_odds hours elapsed_ms".split()
)
DAYS = frozenset({"day", "published_on", "asked_on", "first_day"})
MOMENTS = frozenset({"valid_from", "valid_to"})
LISTS = frozenset({"labels"})
OTHERWISE = {  # a column that is another thing in that view
    ("clean_articles", "published"): "string",
    ("article_history", "published"): "string",
}


def column_type(view: str, column: str) -> str:
    """integer, number, boolean, date, datetime, list or string: the type a column has in every export.

    A list is of words; in the views it is a text in which each stands between spaces.
    """
    if (view, column) in OTHERWISE:
        return OTHERWISE[view, column]
    kinds = (
        ("integer", INTEGERS),
        ("number", NUMBERS),
        ("boolean", BOOLEANS),
        ("date", DAYS),
        ("datetime", MOMENTS),
        ("list", LISTS),
    )
    for kind, columns in kinds:
        if column in columns:
            return kind
    return "datetime" if column.endswith(("_at", "_since")) else "string"


VIEWS = (
    CLEAN_ARTICLES,
    CLEAN_SECTIONS,
    CLEAN_COMMENTS,
    JUDGED_COMMENTS,
    CLEAN_TWEETS,
    CLEAN_HASHTAGS,
    SITE_DAILY,
    SPAM_DAILY,
    LANGUAGE_DAILY,
    CLEAN_CAMPAIGNS,
    AUTHORS_DAILY,
    CHANGES_DAILY,
    FETCH_DAILY,
    SECTIONS_COVERAGE,
    SALARY_RANGES,
    SITE_PAGES,
    *JUDGEMENT_VIEWS,
    *TRACE_VIEWS,
)
STAMP = "views"
READERS = "readers"  # the logins that may read the views (PostgreSQL), by name


def fingerprint_of_views() -> str:
    """Changes with any change of a view or of a description."""
    return sha256(
        repr(
            (VIEWS, FUNCTIONS, UNACCENT, [counted_days(table, "sqlite") for table in KEPT], table_sentences())
        ).encode()
    ).hexdigest()


def table_sentences() -> list[tuple[str, str]]:
    """What every table and column is described with: `table` or `table.column`, and the sentence."""
    found = []
    for table in metadata.sorted_tables:
        found.append((str(table.name), str(table.comment)))
        found += [(f"{table.name}.{column.name}", str(column.comment)) for column in table.c]
    return found


def views_are_current(connection: Connection) -> bool:
    """Whether the database has the views of this version."""
    stored = connection.execute(text("SELECT value FROM settings WHERE name = :name"), {"name": STAMP}).scalar()
    return bool(stored == fingerprint_of_views())


def drop_views(connection: Connection) -> None:
    for view in reversed(VIEWS):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {view.name}")


def make_views(connection: Connection) -> None:
    """Make all views anew, with their descriptions where the database keeps descriptions."""
    drop_views(connection)
    for view in VIEWS:
        sql = view.sql
        for table in KEPT:
            sql = sql.replace(f"FRESH_{table}", counted_days(table, connection.dialect.name))
        sql = in_dialect(sql, connection.dialect.name)
        driver_cursor(connection).execute(f"CREATE VIEW {view.name} AS {sql}")  # as it is: it holds percent signs
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"COMMENT ON VIEW {view.name} IS {quoted(view.comment)}")
            for column, comment in view.columns.items():
                connection.exec_driver_sql(f"COMMENT ON COLUMN {view.name}.{column} IS {quoted(comment)}")
    if connection.dialect.name == "postgresql":
        make_functions(connection)
        for name, sentence in table_sentences():
            kind = "COLUMN" if "." in name else "TABLE"
            connection.exec_driver_sql(f"COMMENT ON {kind} {name} IS {quoted(sentence)}")
        grant_views(connection)
    connection.execute(
        text(
            "INSERT INTO settings (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"name": STAMP, "value": fingerprint_of_views()},
    )


def readers_of(connection: Connection) -> list[str]:
    """The logins that may read the views."""
    stored = connection.execute(text("SELECT value FROM settings WHERE name = :name"), {"name": READERS}).scalar()
    return str(stored).split() if stored else []


def grant_views(connection: Connection) -> None:
    """Let those logins read the views: a view that is made anew has lost its grants."""
    known = connection.execute(text("SELECT rolname FROM pg_roles")).scalars()
    for name in sorted(set(readers_of(connection)) & set(known)):
        for view in VIEWS:
            connection.exec_driver_sql(f'GRANT SELECT ON {view.name} TO "{name}"')


def quoted(sentence: str) -> str:
    return "'" + sentence.replace("'", "''") + "'"
