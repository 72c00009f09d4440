"""Every table and column, each with the sentence that describes it.

The sentences feed the database's own comments, docs/data-dictionary.md and the web page; a test fails on a column
without one. Times are aware UTC. `key` columns identify a thing across crawls; `id` columns are ours.

Indexes with a condition have it on both databases, by their migrations. It is told to SQLite's side alone here: naming
PostgreSQL's loads its dialect, a tenth of what `tamis status` costs on SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from storage.database.columns import Day, Json, Moment
from storage.database.fields import ARTICLE, COMMENT, TWEET, FieldTable

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Identifier = BigInteger().with_variant(Integer(), "sqlite")


def identity(comment: str = "Our own number.") -> Column[Any]:
    return Column("id", Identifier, primary_key=True, autoincrement=True, comment=comment)


def needed(name: str, kind: Any, comment: str, *rest: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, *rest, nullable=False, comment=comment, **options)


def maybe(name: str, kind: Any, comment: str, *rest: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, *rest, nullable=True, comment=comment, **options)


def columns_of(fields: FieldTable) -> Iterator[Column[Any]]:
    """The columns of a record's fields."""
    for field in fields:
        make = needed if field.needed else maybe
        yield make(field.column, field.kind, field.comment)


def refers(target: str, **options: Any) -> ForeignKey:
    return ForeignKey(f"{target}.id", **options)


settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True, comment="What is kept: pseudonym_key, ..."),
    needed("value", Text, "Its value."),
    comment="What belongs to this database and not to a configuration file. The pseudonym key is secret.",
)

number_blocks = Table(
    "number_blocks",
    metadata,
    Column("name", Text, primary_key=True, comment="The table whose numbers are given out."),
    needed("next", Identifier, "The next number that nobody has."),
    comment="Numbers given out in blocks to bulk loads on SQLite (PostgreSQL has sequences).",
)

sites = Table(
    "sites",
    metadata,
    identity(),
    needed("name", Text, "The site's name in tamis.toml.", unique=True),
    needed("added_at", Moment, "When it was first seen."),
    comment="The sites that are crawled.",
)

runs = Table(
    "runs",
    metadata,
    identity(),
    maybe("site_id", Identifier, "The site, or null for a run over all sites.", refers("sites")),
    needed("command", Text, "What ran: run, replay, remoderate, retrain."),
    needed("started_at", Moment, "When it began."),
    maybe("finished_at", Moment, "When it ended; null while it runs."),
    needed(
        "status", Text, "running, finished, quarantined (finished with bad pages), held, degraded, failed or abandoned."
    ),
    needed("counts", Json, "What it did, by name: pages, new_comments, quarantined, ..."),
    maybe("message", Text, "Why it failed, in one sentence."),
    needed("seen_at", Moment, "Its last sign of life: an old one means that the process died."),
    maybe("worker", Text, "The process that runs it: host, number and a token."),
    maybe("hosts", Json, "What each host was asked: requests, seconds waited, answers 429, errors, silences."),
    comment="One row a run.",
)

pages = Table(
    "pages",
    metadata,
    identity(),
    needed("site_id", Identifier, "The site it was found for.", refers("sites")),
    needed("url", Text, "Its address, normalised.", unique=True),
    needed("source", Text, "How it was found: given, sitemap, feed, link or next_page."),
    needed("state", Text, "new, ok, failed, quarantined or gone."),
    needed("discovered_at", Moment, "When it was found."),
    maybe("stated_modified", Moment, "The newest last-modified time that a sitemap or feed stated for it."),
    maybe("next_due", Moment, "When to fetch it next; null: never again."),
    maybe("lease_worker", Text, "Who is working on it."),
    maybe("lease_until", Moment, "Until when the claim holds; afterwards anybody may take it."),
    needed("attempts", Integer, "Failures in a row since the last good answer.", server_default="0"),
    maybe("last_fetched", Moment, "The newest answer that was taken into account."),
    maybe("etag", Text, "Its entity tag at the last full answer."),
    maybe("last_modified", Text, "Its Last-Modified header at the last full answer."),
    maybe("content_hash", Text, "SHA-256 of the last body that was extracted, in hex."),
    maybe("stored_url", Text, "Where redirects led to that body, if anywhere else: its entity tag is of that address."),
    maybe("extractor_version", Text, "The extractor that read it last."),
    maybe("article_id", Identifier, "The article it shows, or whose comment thread it continues.", index=True),
    needed("is_continuation", Boolean, "A further page of an article or of its comment thread.", server_default="0"),
    maybe("shortfall", Text, "Why it shows fewer comments than it claims; null: it shows them all."),
    maybe("kind", Text, "article, list, comments, static, login, error or media; null: not read yet."),
    maybe("kind_because", Json, "Why it was taken for that: a list of sentences."),
    maybe("kind_by", Text, "Who said so, if a person did: the crawl leaves it alone then."),
    maybe("moved_at", Moment, "When its article or its comments last changed."),
    needed(
        "rank", Integer, "Which due pages go first: 0 moving, 1 new, 2 quiet, 3 lists, 4 others.", server_default="2"
    ),
    Index("ix_pages_due", "site_id", "rank", "next_due"),
    Index("ix_pages_kind", "site_id", "kind"),
    comment="The frontier: every known address, what is due, and who works on it.",
)

fetches = Table(
    "fetches",
    metadata,
    identity(),
    needed("page_id", Identifier, "The page.", refers("pages")),
    maybe("run_id", Identifier, "The run that fetched it.", refers("runs")),
    needed("fetched_at", Moment, "When the answer came."),
    maybe("final_url", Text, "Where redirects led, if anywhere else."),
    maybe("status", Integer, "HTTP status; null when there was no answer."),
    needed("bytes", Integer, "Size of the decoded body."),
    needed("elapsed_ms", Float, "From request to the last byte, in milliseconds."),
    maybe("etag", Text, "Entity tag of the answer."),
    maybe("last_modified", Text, "Last-Modified header of the answer."),
    maybe("content_hash", Text, "SHA-256 of the body, in hex."),
    maybe("warc_file", Text, "The archive file that holds the answer, relative to the archive folder."),
    maybe("warc_offset", Identifier, "Where its record starts in that file, in bytes."),
    needed("outcome", Text, "extracted, unchanged, quarantined, failed or gone."),
    maybe("comments", Integer, "How many comments were extracted."),
    maybe("sections", Integer, "How many titled sections were extracted."),
    maybe("text_length", Integer, "Length of the article's text, in characters."),
    maybe("error", Text, "What went wrong, in one sentence."),
    maybe("kind", Text, "What the page was taken for: article, list, ...; null: it was not read."),
    Unique("page_id", "fetched_at"),
    Index("ix_fetches_run_id", "run_id"),
    comment="One row an answer of a server (or the lack of one).",
)

page_traits = Table(
    "page_traits",
    metadata,
    Column("page_id", Identifier, refers("pages"), primary_key=True, comment="The page."),
    needed("traits", LargeBinary, "What a site is learned from: hashes of its blocks, its title, its links' shapes."),
    comment="What each page adds to the profile of its site; written when the page is read.",
)

article_parts = Table(
    "article_parts",
    metadata,
    Column("page_id", Identifier, refers("pages"), primary_key=True, comment="The page."),
    needed("first_url", Text, "The address of the article's first page.", index=True),
    needed("number", Integer, "Which page of the article it is: 1 is the first."),
    needed("record", LargeBinary, "What it says without its comments, as compressed JSON."),
    comment="The pages of articles in several ones, each as it was read; the article is put together from them.",
)

site_profiles = Table(
    "site_profiles",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("version", Integer, primary_key=True, comment="Counts from 1; rises when the content changes."),
    needed("content", LargeBinary, "The profile, as compressed JSON in the form that extraction reads."),
    needed("digest", Text, "SHA-256 of the JSON, in hex: the same pages give the same one."),
    needed("pages", Integer, "How many pages it was learned from."),
    needed("made_at", Moment, "When."),
    maybe("ended_at", Moment, "When it was dropped by hand, to learn the site anew; null: it was not."),
    comment="What was learned of each site from its own pages. The newest that was not dropped counts.",
)

articles = Table(
    "articles",
    metadata,
    identity(),
    needed("site_id", Identifier, "The site.", refers("sites"), index=True),
    needed("canonical_url", Text, "The address the page names for itself: the article's identity.", unique=True),
    maybe("page_id", Identifier, "The page its fields come from.", index=True),
    needed("url", Text, "The address of that page."),
    maybe("post_key", Text, "The site's own number of the post, as postid-17: a moved article is known by it."),
    *columns_of(ARTICLE),
    maybe("author_key", Text, "The author's pseudonym: a keyed hash of the name."),
    maybe("published_on", Day, "Day of publication, if one is stated."),
    maybe("profession", Text, "The profession described, for job profiles."),
    maybe("salary_min", Integer, "Lower end of the salary stated, in salary_currency per salary_period."),
    maybe("salary_max", Integer, "Upper end of the salary stated."),
    maybe("salary_currency", Text, "ISO 4217."),
    maybe("salary_period", Text, "year, month, day or hour."),
    maybe("salary_basis", Text, "gross or net, if stated."),
    maybe("salary_bonus", Text, "included or excluded, if it is stated whether bonuses are counted in."),
    maybe("salary_text", Text, "The sentence that states it."),
    maybe("education_level", Integer, "The least schooling asked for, in years after secondary school (Bac+N)."),
    maybe("education_level_max", Integer, "The most schooling asked for."),
    maybe("experience_years_min", Integer, "The least experience asked for, in years."),
    maybe("experience_years_max", Integer, "The most experience asked for."),
    maybe("profile_key", Text, "Content and rules the job profile's fields were derived from; null: not yet."),
    needed("version", Integer, "Counts from 1; rises when the content changes."),
    needed("version_since", Moment, "When this version was first fetched."),
    needed("first_seen_at", Moment, "When the article was first fetched."),
    needed("fetched_at", Moment, "The fetch these values come from."),
    needed("changed_at", Moment, "When this row was last written: what an incremental export goes by."),
    maybe("gone_at", Moment, "When the site first answered that it is gone."),
    needed("extractor_version", Text, "The extractor that read it."),
    needed("raw_hash", Text, "SHA-256 of the body it was read from, in hex."),
    needed("content_key", Text, "Fingerprint of the content: tells a changed version."),
    comment="One row an article: its newest version.",
)

Index("ix_articles_comments_found", articles.c.comments_found)
Index("ix_articles_post_key", articles.c.site_id, articles.c.post_key)
Index("ix_articles_content_key", articles.c.site_id, articles.c.content_key)

article_languages = Table(
    "article_languages",
    metadata,
    Column("article_id", Identifier, refers("articles"), primary_key=True, comment="The article."),
    needed("language", Text, "ISO 639-1: what an editor says it is in; the site and the page are overruled."),
    maybe("own", Text, "What counted before: what the site or the page says, or what its text reads as."),
    needed("said_by", Text, "The editor."),
    needed("said_at", Moment, "When: comments that were judged before are judged again."),
    comment="Articles whose language an editor set by hand; taking it back deletes the row, the audit log keeps it.",
)

article_versions = Table(
    "article_versions",
    metadata,
    Column("article_id", Identifier, refers("articles"), primary_key=True, comment="The article."),
    Column("version", Integer, primary_key=True, comment="The version that was replaced."),
    needed("valid_from", Moment, "When it was first fetched."),
    needed("valid_to", Moment, "When its successor was first fetched."),
    needed("record", Json, "The whole record of that version: fields, sections, footnotes."),
    needed("extractor_version", Text, "The extractor that read it."),
    needed("raw_hash", Text, "SHA-256 of the body it was read from, in hex."),
    comment="Earlier versions of articles; the newest is in `articles`.",
)

sections = Table(
    "sections",
    metadata,
    Column("article_id", Identifier, refers("articles"), primary_key=True, comment="The article."),
    Column("position", Integer, primary_key=True, comment="Counts from 1 down the page."),
    needed("level", Integer, "1 to 6."),
    maybe("kind", Text, "What makes its heading one: h (an h-tag) or pseudo (a bold line); null: it has none."),
    maybe("heading", Text, "Null: the text before the first heading."),
    maybe("canonical", Text, "The heading's stable name across sites, if it has one: definition, salary, ..."),
    needed("text", Text, "Its blocks, separated by one blank line."),
    needed("blocks", Json, "Its blocks: kind and text of each."),
    Index("ix_sections_canonical", "canonical", "article_id"),
    comment="The titled parts of the newest version of each article.",
)

comments = Table(
    "comments",
    metadata,
    identity(),
    needed("article_id", Identifier, "The article it answers.", refers("articles")),
    needed("page_id", Identifier, "The page it was last seen on.", refers("pages")),
    needed("key", Text, "Its identity within the article: the site's id, else its fingerprint."),
    needed("fingerprint", Text, "Fingerprint of author, date and body: stable when comments are re-ordered."),
    *columns_of(COMMENT),
    maybe("parent_id", Identifier, "The comment it answers."),
    maybe("author_key", Text, "The author's pseudonym: a keyed hash of the name.", index=True),
    needed("day", Day, "The day it was written; the day it was first seen where the page states none.", index=True),
    needed("version", Integer, "Counts from 1; rises when it is edited."),
    needed("version_since", Moment, "When this version was first fetched."),
    needed("first_seen_at", Moment, "When it was first fetched."),
    needed("fetched_at", Moment, "The fetch these values come from."),
    needed("changed_at", Moment, "When this row was last written: what an incremental export goes by."),
    maybe(
        "missing_since",
        Moment,
        "Not on its page since this fetch; other pages of the thread are still to look at.",
    ),
    maybe("removed_at", Moment, "When it had vanished from the site; null while it is there."),
    maybe("erased_at", Moment, "When it was erased on its author's request."),
    needed("extractor_version", Text, "The extractor that read it."),
    needed("raw_hash", Text, "SHA-256 of the body it was read from, in hex."),
    Unique("article_id", "key"),
    comment="One row a comment: its newest version.",
)
Index(
    "ix_comments_missing",
    comments.c.article_id,
    sqlite_where=comments.c.missing_since.is_not(None),
)

Index(
    "ix_comments_parent",
    comments.c.parent_id,
    sqlite_where=comments.c.parent_id.is_not(None),
)
Index(
    "ix_comments_by_site",
    comments.c.id,
    sqlite_where=text("by_site = 1"),
)
Index(
    "ix_comments_removed",
    comments.c.removed_at,
    sqlite_where=comments.c.removed_at.is_not(None),
)

comment_versions = Table(
    "comment_versions",
    metadata,
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="The comment."),
    Column("version", Integer, primary_key=True, comment="The version that was replaced."),
    needed("valid_from", Moment, "When it was first fetched."),
    needed("valid_to", Moment, "When its successor was first fetched."),
    maybe("author", Text, "Name as shown then."),
    needed("body", Text, "Its text then."),
    needed("record", Json, "Its other fields then."),
    needed("extractor_version", Text, "The extractor that read it."),
    needed("raw_hash", Text, "SHA-256 of the body it was read from, in hex."),
    comment="Earlier versions of comments; the newest is in `comments`.",
)

comment_absences = Table(
    "comment_absences",
    metadata,
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="The comment."),
    Column("removed_at", Moment, primary_key=True, comment="When it had vanished."),
    needed("reappeared_at", Moment, "When it was back."),
    comment="Times during which a comment had vanished and came back after.",
)

erased_authors = Table(
    "erased_authors",
    metadata,
    Column("author_key", Text, primary_key=True, comment="The pseudonym: the name itself is not kept."),
    needed("erased_at", Moment, "When the request was carried out."),
    needed("asked_by", Text, "Who carried it out."),
    comment="Authors erased on request: what a later crawl brings of them is blanked as it comes.",
)

tweets = Table(
    "tweets",
    metadata,
    identity(),
    needed("key", Text, "source and id, else a fingerprint of handle and text.", unique=True),
    *columns_of(TWEET),
    maybe("author_key", Text, "The account's pseudonym: a keyed hash of the handle."),
    needed("day", Day, "The day it was written; the day it was first seen where the page states none."),
    needed("first_seen_at", Moment, "When it was first fetched."),
    needed("changed_at", Moment, "When this row was written: what an incremental export goes by."),
    needed("extractor_version", Text, "The extractor that read it first."),
    needed("raw_hash", Text, "SHA-256 of the body it was first read from, in hex."),
    comment="One row a short message, however many pages show it.",
)

tweet_sightings = Table(
    "tweet_sightings",
    metadata,
    Column("tweet_id", Identifier, refers("tweets"), primary_key=True, comment="The message."),
    Column("article_id", Identifier, refers("articles"), primary_key=True, comment="The article that shows it."),
    needed("position", Integer, "Counts from 1 down the page."),
    needed("seen_at", Moment, "When it was first seen there."),
    Index("ix_tweet_sightings_article_id", "article_id"),
    comment="Which articles show which messages.",
)

tweet_entities = Table(
    "tweet_entities",
    metadata,
    Column("tweet_id", Identifier, refers("tweets"), primary_key=True, comment="The message."),
    Column("kind", Text, primary_key=True, comment="url, hashtag, mention or cashtag."),
    Column("position", Integer, primary_key=True, comment="Counts from 1 in the text."),
    needed("value", Text, "Without its sigil, as written."),
    Index("ix_tweet_entities_kind_value", "kind", "value"),
    comment="Links, hashtags, mentions and cashtags of short messages.",
)

verdicts = Table(
    "verdicts",
    metadata,
    identity(),
    needed("comment_id", Identifier, "The comment.", refers("comments"), index=True),
    needed("comment_version", Integer, "The version that was judged."),
    needed("judged_at", Moment, "When."),
    maybe("run_id", Identifier, "The run that judged it.", refers("runs")),
    needed("action", Text, "publish, review or reject."),
    needed("labels", Json, "Stable words: spam, off_language, promotional, ..."),
    needed("spam_probability", Float, "0 to 1, calibrated."),
    maybe("language", Text, "ISO 639-1 of the comment."),
    needed("language_relation", Text, "same, other or undecidable, against the article's language."),
    needed("evidence", Json, "The reasons: signal, log_odds, because, spans."),
    needed("model_version", Text, "The model's version."),
    needed("policy_version", Text, "The policy's version."),
    maybe("held", Text, "What held for the comment after it: publish, review or reject."),
    maybe("decision_id", Identifier, "The editor's decision that held against it; null: none did."),
    comment="Every judgement that differed from the one before it. Rows are only ever added.",
)

decisions = Table(
    "decisions",
    metadata,
    identity(),
    needed("comment_id", Identifier, "The comment.", refers("comments"), index=True),
    needed("comment_version", Integer, "The version that the editor saw."),
    needed("editor", Text, "Who decided: the account's name."),
    maybe("editor_key", Text, "The same as a code, which analysts see: a keyed hash of the name."),
    needed("action", Text, "publish or reject; review puts it back into the queue."),
    maybe("reason", Text, "A stable word: spam, off_language, insult, ..."),
    maybe("note", Text, "The editor's own words."),
    needed("decided_at", Moment, "When."),
    maybe("waiting_since", Moment, "Since when the comment had waited for it; null: it did not wait, or waits on."),
    maybe("undoes", Identifier, "The decision that this one takes back."),
    maybe("held_id", Identifier, "The decision that held after it: itself, or an earlier one; null: the verdict."),
    needed("idempotency_key", Text, "Given by the client: the same key is the same decision.", unique=True),
    Index("ix_decisions_decided_at", "decided_at"),
    Index(
        "ix_decisions_undoes",
        "undoes",
        sqlite_where=text("undoes IS NOT NULL"),
    ),
    comment="Every decision of an editor. Rows are only ever added; taking one back is a new row.",
)

reviews = Table(
    "reviews",
    metadata,
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="The comment."),
    needed("site_id", Identifier, "The article's site."),
    needed("action", Text, "What holds: the editor's decision, else the verdict."),
    maybe("decision_id", Identifier, "The decision that holds; null: the verdict holds."),
    needed("verdict_id", Identifier, "The newest verdict."),
    needed("verdict_key", Text, "Fingerprint of the newest verdict: an equal one is not stored again."),
    needed("verdict_action", Text, "Of the newest verdict."),
    needed("spam_probability", Float, "Of the newest verdict."),
    maybe("language", Text, "Of the newest verdict."),
    needed("labels", Text, "Of the newest verdict, each between spaces: ' off_language spam '."),
    needed("doubt", Float, "0 sure to 1 a coin toss: the order in which a look is worth most."),
    needed("impact", Integer, "Comments of its discussion and its campaign, counted after a run.", server_default="0"),
    needed("version", Integer, "Rises with every change: an editor's write names the one it was based on."),
    maybe("waiting_since", Moment, "Since when it waits for an editor; null: it does not wait."),
    needed("changed_at", Moment, "When this row was last changed: what an incremental export goes by."),
    maybe("lease_editor", Text, "The editor who has it on screen."),
    maybe("lease_until", Moment, "Until when."),
    comment="What holds for each comment now, and the queue of those that wait for an editor.",
)
for name, columns in {
    "ix_reviews_waiting": (reviews.c.waiting_since, reviews.c.comment_id),
    "ix_reviews_waiting_site": (reviews.c.site_id, reviews.c.waiting_since, reviews.c.comment_id),
    "ix_reviews_waiting_doubt": (reviews.c.doubt, reviews.c.comment_id),
    "ix_reviews_waiting_impact": (reviews.c.impact, reviews.c.comment_id),
}.items():  # partial: as long as the queue, not as long as the table
    waits = reviews.c.waiting_since.is_not(None)
    Index(name, *columns, sqlite_where=waits)

quarantine = Table(
    "quarantine",
    metadata,
    identity(),
    needed("page_id", Identifier, "The page.", refers("pages"), index=True),
    maybe("run_id", Identifier, "The run that met it.", refers("runs")),
    needed("reason", Text, "A stable word: not_html, empty, no_article, too_complex, layout_changed, ..."),
    needed("message", Text, "One sentence for a person."),
    needed("opened_at", Moment, "When it was first met."),
    needed("last_seen_at", Moment, "When it was last met."),
    needed("times", Integer, "How often it was met."),
    maybe("resolved_at", Moment, "When the page was well again, or somebody closed the case."),
    maybe("resolved_by", Text, "crawl, or the editor's name."),
    maybe("content_hash", Text, "SHA-256 of the body that was refused, in hex."),
    maybe("warc_file", Text, "Where the answer is archived."),
    maybe("warc_offset", Identifier, "Where its record starts, in bytes."),
    maybe("signs", Text, "What broke with the page's own past, in stable words: text, title, comments, gone, ..."),
    comment="Pages set aside, with the reason; a page has at most one open case.",
)

campaigns = Table(
    "campaigns",
    metadata,
    identity(),
    needed("first_seen_at", Moment, "When its first member was seen."),
    needed("last_seen_at", Moment, "When its newest member was seen."),
    needed("size", Integer, "Number of members.", index=True),
    needed("sites", Integer, "Number of sites it was seen on."),
    needed("sample", Text, "The text of its first member."),
    comment="Groups of near-duplicate comments across pages and sites.",
)

campaign_members = Table(
    "campaign_members",
    metadata,
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="The comment: in one group only."),
    needed("campaign_id", Identifier, "The group.", refers("campaigns"), index=True),
    comment="Which comments belong to which group.",
)

comment_signatures = Table(
    "comment_signatures",
    metadata,
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="The comment."),
    needed("comment_version", Integer, "The version it was computed from."),
    needed("signature", LargeBinary, "MinHash over pairs of words; empty: too short to tell."),
    comment="What near-duplicates are found by.",
)

comment_bands = Table(
    "comment_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False, comment="Hash of one part of a signature."),
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="A comment that has it."),
    Index("ix_comment_bands_comment_id", "comment_id"),
    comment="Comments that share a band are compared. Old ones are dropped by the retention rules.",
    sqlite_with_rowid=False,
)

comment_hosts = Table(
    "comment_hosts",
    metadata,
    Column("host", Text, primary_key=True, comment="A host that the comment gives as somebody's own."),
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="The comment."),
    Index("ix_comment_hosts_comment_id", "comment_id"),
    comment="Where comments lead: tells an address that is given under many names. Old ones are dropped.",
    sqlite_with_rowid=False,
)

notice_looks = Table(
    "notice_looks",
    metadata,
    Column("comment_id", Identifier, refers("comments"), primary_key=True, comment="The pingback or trackback."),
    needed("looked_at", Moment, "When its sender's page was asked for."),
    maybe("links_back", Boolean, "Whether that page links to the article; null: it could not be read."),
    comment="What was found behind the addresses of notices.",
)

learned = Table(
    "learned",
    metadata,
    identity(),
    maybe("site_id", Identifier, "The site it is for, or null for all.", refers("sites")),
    needed(
        "kind",
        Text,
        "layer, certification or rules; news_api and news_feeds: where a site says itself what is new.",
    ),
    needed("version", Text, "Its version, as verdicts name it."),
    needed("content", Json, "The thing itself, in the form moderation reads."),
    needed("made_at", Moment, "When."),
    needed("made_by", Text, "An editor's name, or the command."),
    Index("ix_learned_site_kind", "site_id", "kind", "id"),
    comment="What editors and nights taught. The newest of a kind counts; older rows are history.",
)

notices = Table(
    "told",
    metadata,
    Column("kind", Text, primary_key=True, comment="What it is about: queue, overdue, campaign, run_failed, ..."),
    Column("site", Text, primary_key=True, comment="The site's name."),
    Column("subject", Text, primary_key=True, comment="The campaign's number; empty for the others."),
    maybe("told_at", Moment, "When somebody was told last; null: nobody yet."),
    maybe("claimed_until", Moment, "Until when the process that is telling it has time."),
    maybe("sentence", Text, "What was told last."),
    maybe("since", Moment, "When it was told first."),
    comment="Alarms that are out, so that each is told once.",
)

editors = Table(
    "editors",
    metadata,
    identity(),
    needed("name", Text, "The account's name.", unique=True),
    needed("role", Text, "viewer, editor or admin."),
    needed("password_hash", Text, "Argon2."),
    maybe("sites", Json, "Names of the sites the account may see; null: all."),
    needed("created_at", Moment, "When it was made."),
    maybe("disabled_at", Moment, "When it was closed; accounts are never deleted, decisions name them."),
    comment="Accounts of the desk.",
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True, comment="The OpenID provider."),
    Column("subject", Text, primary_key=True, comment="The person's name there, which is never given to another."),
    needed("editor_id", Identifier, "The account.", refers("editors"), index=True),
    needed("by_role", Boolean, "The provider's roles made the account and govern it."),
    needed("linked_at", Moment, "When the person signed in first."),
    comment="Which account a person has who signs in through an OpenID provider.",
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the cookie's token: the token is not kept."),
    needed("editor_id", Identifier, "Whose.", refers("editors"), index=True),
    needed("csrf_token", Text, "What forms of this session carry."),
    needed("created_at", Moment, "When it began."),
    needed("seen_at", Moment, "When it was last used."),
    needed("expires_at", Moment, "When it ends."),
    comment="Sessions of the desk.",
)

audit_log = Table(
    "audit_log",
    metadata,
    identity(),
    needed("at", Moment, "When."),
    maybe("editor", Text, "Who; null: nobody was logged in."),
    needed("event", Text, "login, login_failed, logout, user_added, role_changed, author_erased, restored, ..."),
    needed("detail", Json, "What it was about."),
    comment="What was done with accounts and personal data. Rows are only ever added.",
)

api_tokens = Table(
    "api_tokens",
    metadata,
    identity(),
    needed("token_hash", Text, "SHA-256 of the token: the token itself is not kept.", unique=True),
    needed("editor_id", Identifier, "Whose rights it has.", refers("editors"), index=True),
    needed("name", Text, "What it is for, in its owner's words."),
    needed("created_at", Moment, "When it was made."),
    maybe("seen_at", Moment, "When it was last used, to the minute."),
    maybe("ended_at", Moment, "When it was withdrawn."),
    comment="Tokens with which programs use the desk's interface.",
)

saved_views = Table(
    "saved_views",
    metadata,
    identity(),
    needed("editor_id", Identifier, "Whose.", refers("editors")),
    needed("name", Text, "Its name."),
    needed("chosen", Json, "The filter: site, label, language, text, order, ..."),
    needed("saved_at", Moment, "When it was saved."),
    Unique("editor_id", "name"),
    comment="Filters of the review queue that an editor has given a name.",
)

audits = Table(
    "audits",
    metadata,
    identity(),
    needed("comment_id", Identifier, "The comment.", refers("comments")),
    needed("site_id", Identifier, "Its site.", refers("sites")),
    needed("kind", Text, "unseen: drawn from all comments; second: drawn from those that an editor decided on."),
    needed("spam_probability", Float, "Of its verdict when it was drawn."),
    needed("drawn_at", Moment, "When it was drawn."),
    maybe("first_decision_id", Identifier, "For a second look: the decision that is checked."),
    maybe("editor", Text, "Who gave the second opinion; another one than the first."),
    maybe("editor_key", Text, "The same as a code, which analysts see: a keyed hash of the name."),
    maybe("action", Text, "The second opinion: publish or reject."),
    maybe("reason", Text, "Its reason, a stable word."),
    maybe("looked_at", Moment, "When it was given."),
    Unique("kind", "comment_id"),
    Index("ix_audits_site", "site_id", "kind"),
    comment="The random sample that the promise about wrongly rejected comments is proved on, and second opinions.",
)

saved_questions = Table(
    "saved_questions",
    metadata,
    identity(),
    needed("editor_id", Identifier, "Who saved it.", refers("editors"), index=True),
    needed("title", Text, "Its title."),
    needed("sql", Text, "The statement."),
    needed("saved_at", Moment, "When it was saved."),
    maybe("chart", Text, "How it is drawn, as in the page's address; null: as a table."),
    comment="Questions of analysts with a title: everybody with the data pages sees them.",
)

counted = Table(
    "counted",
    metadata,
    Column("name", Text, primary_key=True, comment="comments or fetches."),
    needed("up_to", Identifier, "The last number that the counts by day hold."),
    comment="How far the counts by day have come.",
)

SITE_DAY = (
    needed("comments", Integer, "How many readers' comments."),
    needed("published", Integer, "Of these, published."),
    needed("waiting", Integer, "Of these, in review."),
    needed("rejected", Integer, "Of these, rejected."),
    needed("spam", Integer, "Of these, labelled as spam or rejected."),
    needed("off_language", Integer, "Of these, labelled as being in another language than the article."),
    needed("staff_answers", Integer, "Of these, answers of the site's staff to a comment."),
    needed("staff_days", Integer, "Days that the answered comments had waited, in sum."),
)

site_days = Table(
    "site_days",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("day", Day, primary_key=True, comment="The day the comments were written."),
    *SITE_DAY,
    comment="Comments counted by day, for the days that are not in `stale_days`.",
)

language_days = Table(
    "language_days",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("day", Day, primary_key=True, comment="The day the comments were written."),
    Column("language", Text, primary_key=True, comment="Language of the comments; empty: undecided."),
    needed("comments", Integer, "How many readers' comments."),
    needed("published", Integer, "Of these, published."),
    needed("off_language", Integer, "Of these, labelled as being in another language than the article."),
    comment="Comments counted by day and language, for the days that are not in `stale_days`.",
)

stale_days = Table(
    "stale_days",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("day", Day, primary_key=True, comment="A day of which something has changed."),
    comment="Days that the counts by day do not hold rightly: the views count them afresh.",
)

site_authors = Table(
    "site_authors",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("author_key", Text, primary_key=True, comment="An author's pseudonym."),
    needed("first_day", Day, "The day of his first comment on the site."),
    needed("number", Integer, "How many comments."),
    comment="Authors of comments by site, as of the last refresh.",
)

author_days = Table(
    "author_days",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("day", Day, primary_key=True, comment="The day of their first comment."),
    needed("new_authors", Integer, "How many authors wrote for the first time."),
    needed("returned", Integer, "Of these, how many have written more than once by now."),
    comment="New authors by day, as of the last refresh.",
)

fetch_days = Table(
    "fetch_days",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("day", Day, primary_key=True, comment="The day of the answers."),
    needed("answers", Integer, "How many answers that said something new."),
    needed("extracted", Integer, "Of these, read."),
    needed("quarantined", Integer, "Of these, set aside."),
    needed("failed", Integer, "Of these, failed."),
    needed("comments", Integer, "Comments extracted from them."),
    needed("sections", Integer, "Titled sections extracted from them."),
    comment="Answers counted by day, up to the one named in `counted`.",
)

section_counts = Table(
    "section_counts",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("section", Text, primary_key=True, comment="Canonical name of a section."),
    needed("articles", Integer, "How many articles have it."),
    comment="How many articles have which section, as of the last refresh.",
)

host_counts = Table(
    "host_counts",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("host", Text, primary_key=True, comment="A host in lower case, without www."),
    Column("place", Text, primary_key=True, comment="text or name: where the link stands."),
    needed("comments", Integer, "How many comments that are rejected or labelled as spam lead there."),
    comment="Hosts that spam leads to, as of the last refresh.",
)

outbox = Table(
    "outbox",
    metadata,
    identity("In this order they leave."),
    needed("consumer", Text, "Who is to get it: webhook."),
    needed("decision_id", Identifier, "The decision.", refers("decisions"), index=True),
    needed("put_at", Moment, "When it was put here: with the decision, in one transaction."),
    needed("attempts", Integer, "How often it was tried without success.", server_default="0"),
    maybe("next_try_at", Moment, "Not before then; null: at once."),
    maybe("sent_at", Moment, "When the consumer had taken it; null: not yet."),
    maybe("error", Text, "Why the last attempt failed, in one sentence."),
    Index(
        "ix_outbox_waiting",
        "consumer",
        "id",
        sqlite_where=text("sent_at IS NULL"),
    ),
    comment="Decisions on their way to other software, each at least once and in order.",
)

salary_ranges = Table(
    "salary_ranges",
    metadata,
    Column("site_id", Identifier, refers("sites"), primary_key=True, comment="The site."),
    Column("profession", Text, primary_key=True, comment="The profession described; empty: not known."),
    Column("currency", Text, primary_key=True, comment="ISO 4217; empty: not known."),
    Column("period", Text, primary_key=True, comment="year, month, day or hour; empty: not known."),
    Column("basis", Text, primary_key=True, comment="gross or net; empty: not stated."),
    needed("lowest", Integer, "The lowest salary stated."),
    maybe("highest", Integer, "The highest salary stated."),
    needed("articles", Integer, "How many articles state one."),
    comment="What articles say a profession earns, as of the last refresh.",
)

TABLES = tuple(metadata.sorted_tables)
