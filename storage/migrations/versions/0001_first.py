"""The first schema; never changed after its release."""

from __future__ import annotations

from alembic import op

from storage.analysts.search import create_index
from storage.database.secret import make_secret

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
    make_secret(connection)
    create_index(connection)


SQLITE = (
    """
CREATE TABLE audit_log (
    id INTEGER NOT NULL,
    at TEXT NOT NULL,
    editor TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
)
""",
    """
CREATE TABLE campaigns (
    id INTEGER NOT NULL,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    size INTEGER NOT NULL,
    sites INTEGER NOT NULL,
    sample TEXT NOT NULL,
    CONSTRAINT pk_campaigns PRIMARY KEY (id)
)
""",
    """
CREATE INDEX ix_campaigns_size ON campaigns (size)
""",
    """
CREATE TABLE editors (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    sites TEXT,
    created_at TEXT NOT NULL,
    disabled_at TEXT,
    CONSTRAINT pk_editors PRIMARY KEY (id),
    CONSTRAINT uq_editors_name UNIQUE (name)
)
""",
    """
CREATE TABLE erased_authors (
    author_key TEXT NOT NULL,
    erased_at TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    CONSTRAINT pk_erased_authors PRIMARY KEY (author_key)
)
""",
    """
CREATE TABLE number_blocks (
    name TEXT NOT NULL,
    next INTEGER NOT NULL,
    CONSTRAINT pk_number_blocks PRIMARY KEY (name)
)
""",
    """
CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (name)
)
""",
    """
CREATE TABLE sites (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    added_at TEXT NOT NULL,
    CONSTRAINT pk_sites PRIMARY KEY (id),
    CONSTRAINT uq_sites_name UNIQUE (name)
)
""",
    """
CREATE TABLE tweets (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    source TEXT NOT NULL,
    site_tweet_id TEXT,
    url TEXT,
    author_name TEXT,
    handle TEXT,
    author_key TEXT,
    text TEXT NOT NULL,
    date TEXT,
    date_text TEXT,
    date_precision TEXT,
    day TEXT NOT NULL,
    is_retweet BOOLEAN NOT NULL,
    retweet_of TEXT,
    via TEXT,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_tweets PRIMARY KEY (id),
    CONSTRAINT uq_tweets_key UNIQUE ("key")
)
""",
    """
CREATE TABLE api_tokens (
    id INTEGER NOT NULL,
    token_hash TEXT NOT NULL,
    editor_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT,
    ended_at TEXT,
    CONSTRAINT pk_api_tokens PRIMARY KEY (id),
    CONSTRAINT uq_api_tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_api_tokens_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    """
CREATE INDEX ix_api_tokens_editor_id ON api_tokens (editor_id)
""",
    """
CREATE TABLE articles (
    id INTEGER NOT NULL,
    site_id INTEGER NOT NULL,
    canonical_url TEXT NOT NULL,
    page_id INTEGER,
    url TEXT NOT NULL,
    title TEXT,
    site_name TEXT,
    language TEXT,
    author TEXT,
    author_key TEXT,
    published TEXT,
    modified TEXT,
    lead TEXT,
    published_on TEXT,
    text TEXT NOT NULL,
    footnotes TEXT NOT NULL,
    platform TEXT,
    comments_claimed INTEGER,
    comments_found INTEGER NOT NULL,
    comments_order TEXT,
    comments_hosted_by TEXT,
    shortfall TEXT,
    links_internal INTEGER NOT NULL,
    links_external INTEGER NOT NULL,
    profession TEXT,
    salary_min INTEGER,
    salary_max INTEGER,
    salary_currency TEXT,
    salary_period TEXT,
    salary_basis TEXT,
    salary_text TEXT,
    education_level INTEGER,
    education_level_max INTEGER,
    experience_years_min INTEGER,
    experience_years_max INTEGER,
    profile_key TEXT,
    version INTEGER NOT NULL,
    version_since TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    gone_at TEXT,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    content_key TEXT NOT NULL,
    CONSTRAINT pk_articles PRIMARY KEY (id),
    CONSTRAINT fk_articles_site_id FOREIGN KEY(site_id) REFERENCES sites (id),
    CONSTRAINT uq_articles_canonical_url UNIQUE (canonical_url)
)
""",
    """
CREATE INDEX ix_articles_comments_found ON articles (comments_found)
""",
    """
CREATE INDEX ix_articles_page_id ON articles (page_id)
""",
    """
CREATE INDEX ix_articles_site_id ON articles (site_id)
""",
    """
CREATE TABLE author_days (
    site_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    new_authors INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    CONSTRAINT pk_author_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_author_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE fetch_days (
    site_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    answers INTEGER NOT NULL,
    extracted INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    sections INTEGER NOT NULL,
    CONSTRAINT pk_fetch_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_fetch_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE language_days (
    site_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    language TEXT NOT NULL,
    comments INTEGER NOT NULL,
    published INTEGER NOT NULL,
    off_language INTEGER NOT NULL,
    CONSTRAINT pk_language_days PRIMARY KEY (site_id, day, language),
    CONSTRAINT fk_language_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE learned (
    id INTEGER NOT NULL,
    site_id INTEGER,
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    content TEXT NOT NULL,
    made_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    CONSTRAINT pk_learned PRIMARY KEY (id),
    CONSTRAINT fk_learned_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE INDEX ix_learned_site_kind ON learned (site_id, kind, id)
""",
    """
CREATE TABLE pages (
    id INTEGER NOT NULL,
    site_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    discovered_at TEXT NOT NULL,
    stated_modified TEXT,
    next_due TEXT,
    lease_worker TEXT,
    lease_until TEXT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    last_fetched TEXT,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    stored_url TEXT,
    extractor_version TEXT,
    article_id INTEGER,
    is_continuation BOOLEAN DEFAULT '0' NOT NULL,
    shortfall TEXT,
    CONSTRAINT pk_pages PRIMARY KEY (id),
    CONSTRAINT fk_pages_site_id FOREIGN KEY(site_id) REFERENCES sites (id),
    CONSTRAINT uq_pages_url UNIQUE (url)
)
""",
    """
CREATE INDEX ix_pages_article_id ON pages (article_id)
""",
    """
CREATE INDEX ix_pages_due ON pages (site_id, next_due)
""",
    """
CREATE TABLE runs (
    id INTEGER NOT NULL,
    site_id INTEGER,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    status TEXT NOT NULL,
    counts TEXT NOT NULL,
    message TEXT,
    seen_at TEXT NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (id),
    CONSTRAINT fk_runs_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE salary_ranges (
    site_id INTEGER NOT NULL,
    profession TEXT NOT NULL,
    currency TEXT NOT NULL,
    period TEXT NOT NULL,
    lowest INTEGER NOT NULL,
    highest INTEGER,
    articles INTEGER NOT NULL,
    CONSTRAINT pk_salary_ranges PRIMARY KEY (site_id, profession, currency, period),
    CONSTRAINT fk_salary_ranges_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE saved_views (
    id INTEGER NOT NULL,
    editor_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    chosen TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    CONSTRAINT pk_saved_views PRIMARY KEY (id),
    CONSTRAINT uq_saved_views_editor_id_name UNIQUE (editor_id, name),
    CONSTRAINT fk_saved_views_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    """
CREATE TABLE section_counts (
    site_id INTEGER NOT NULL,
    section TEXT NOT NULL,
    articles INTEGER NOT NULL,
    CONSTRAINT pk_section_counts PRIMARY KEY (site_id, section),
    CONSTRAINT fk_section_counts_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE sessions (
    token_hash TEXT NOT NULL,
    editor_id INTEGER NOT NULL,
    csrf_token TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (token_hash),
    CONSTRAINT fk_sessions_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    """
CREATE INDEX ix_sessions_editor_id ON sessions (editor_id)
""",
    """
CREATE TABLE site_authors (
    site_id INTEGER NOT NULL,
    author_key TEXT NOT NULL,
    first_day TEXT NOT NULL,
    number INTEGER NOT NULL,
    CONSTRAINT pk_site_authors PRIMARY KEY (site_id, author_key),
    CONSTRAINT fk_site_authors_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE site_days (
    site_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    comments INTEGER NOT NULL,
    published INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    spam INTEGER NOT NULL,
    off_language INTEGER NOT NULL,
    staff_answers INTEGER NOT NULL,
    staff_days INTEGER NOT NULL,
    CONSTRAINT pk_site_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_site_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE stale_days (
    site_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    CONSTRAINT pk_stale_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_stale_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE tweet_entities (
    tweet_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_tweet_entities PRIMARY KEY (tweet_id, kind, position),
    CONSTRAINT fk_tweet_entities_tweet_id FOREIGN KEY(tweet_id) REFERENCES tweets (id)
)
""",
    """
CREATE INDEX ix_tweet_entities_kind_value ON tweet_entities (kind, value)
""",
    """
CREATE TABLE article_versions (
    article_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    record TEXT NOT NULL,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_article_versions PRIMARY KEY (article_id, version),
    CONSTRAINT fk_article_versions_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
)
""",
    """
CREATE TABLE comments (
    id INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    page_id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    site_comment_id TEXT,
    permalink TEXT,
    position INTEGER NOT NULL,
    parent_id INTEGER,
    kind TEXT NOT NULL,
    author TEXT,
    author_key TEXT,
    author_url TEXT,
    author_truncated BOOLEAN NOT NULL,
    date TEXT,
    date_text TEXT,
    date_precision TEXT,
    day TEXT NOT NULL,
    body TEXT NOT NULL,
    links TEXT NOT NULL,
    by_site BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    version_since TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    missing_since TEXT,
    removed_at TEXT,
    erased_at TEXT,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_comments PRIMARY KEY (id),
    CONSTRAINT uq_comments_article_id_key UNIQUE (article_id, "key"),
    CONSTRAINT fk_comments_article_id FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_comments_page_id FOREIGN KEY(page_id) REFERENCES pages (id)
)
""",
    """
CREATE INDEX ix_comments_author_key ON comments (author_key)
""",
    """
CREATE INDEX ix_comments_by_site ON comments (id) WHERE by_site = 1
""",
    """
CREATE INDEX ix_comments_day ON comments (day)
""",
    """
CREATE INDEX ix_comments_missing ON comments (article_id) WHERE missing_since IS NOT NULL
""",
    """
CREATE INDEX ix_comments_removed ON comments (removed_at) WHERE removed_at IS NOT NULL
""",
    """
CREATE TABLE fetches (
    id INTEGER NOT NULL,
    page_id INTEGER NOT NULL,
    run_id INTEGER,
    fetched_at TEXT NOT NULL,
    final_url TEXT,
    status INTEGER,
    bytes INTEGER NOT NULL,
    elapsed_ms FLOAT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    warc_file TEXT,
    warc_offset INTEGER,
    outcome TEXT NOT NULL,
    comments INTEGER,
    sections INTEGER,
    text_length INTEGER,
    error TEXT,
    CONSTRAINT pk_fetches PRIMARY KEY (id),
    CONSTRAINT uq_fetches_page_id_fetched_at UNIQUE (page_id, fetched_at),
    CONSTRAINT fk_fetches_page_id FOREIGN KEY(page_id) REFERENCES pages (id),
    CONSTRAINT fk_fetches_run_id FOREIGN KEY(run_id) REFERENCES runs (id)
)
""",
    """
CREATE TABLE quarantine (
    id INTEGER NOT NULL,
    page_id INTEGER NOT NULL,
    run_id INTEGER,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    times INTEGER NOT NULL,
    resolved_at TEXT,
    resolved_by TEXT,
    content_hash TEXT,
    warc_file TEXT,
    warc_offset INTEGER,
    CONSTRAINT pk_quarantine PRIMARY KEY (id),
    CONSTRAINT fk_quarantine_page_id FOREIGN KEY(page_id) REFERENCES pages (id),
    CONSTRAINT fk_quarantine_run_id FOREIGN KEY(run_id) REFERENCES runs (id)
)
""",
    """
CREATE INDEX ix_quarantine_page_id ON quarantine (page_id)
""",
    """
CREATE TABLE sections (
    article_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    level INTEGER NOT NULL,
    heading TEXT,
    canonical TEXT,
    text TEXT NOT NULL,
    blocks TEXT NOT NULL,
    CONSTRAINT pk_sections PRIMARY KEY (article_id, position),
    CONSTRAINT fk_sections_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
)
""",
    """
CREATE INDEX ix_sections_canonical ON sections (canonical, article_id)
""",
    """
CREATE TABLE tweet_sightings (
    tweet_id INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    CONSTRAINT pk_tweet_sightings PRIMARY KEY (tweet_id, article_id),
    CONSTRAINT fk_tweet_sightings_tweet_id FOREIGN KEY(tweet_id) REFERENCES tweets (id),
    CONSTRAINT fk_tweet_sightings_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
)
""",
    """
CREATE INDEX ix_tweet_sightings_article_id ON tweet_sightings (article_id)
""",
    """
CREATE TABLE audits (
    id INTEGER NOT NULL,
    comment_id INTEGER NOT NULL,
    site_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    spam_probability FLOAT NOT NULL,
    drawn_at TEXT NOT NULL,
    first_decision_id INTEGER,
    editor TEXT,
    action TEXT,
    reason TEXT,
    looked_at TEXT,
    CONSTRAINT pk_audits PRIMARY KEY (id),
    CONSTRAINT uq_audits_kind_comment_id UNIQUE (kind, comment_id),
    CONSTRAINT fk_audits_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT fk_audits_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE INDEX ix_audits_site ON audits (site_id, kind)
""",
    """
CREATE TABLE campaign_members (
    comment_id INTEGER NOT NULL,
    campaign_id INTEGER NOT NULL,
    CONSTRAINT pk_campaign_members PRIMARY KEY (comment_id),
    CONSTRAINT fk_campaign_members_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT fk_campaign_members_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaigns (id)
)
""",
    """
CREATE INDEX ix_campaign_members_campaign_id ON campaign_members (campaign_id)
""",
    """
CREATE TABLE comment_absences (
    comment_id INTEGER NOT NULL,
    removed_at TEXT NOT NULL,
    reappeared_at TEXT NOT NULL,
    CONSTRAINT pk_comment_absences PRIMARY KEY (comment_id, removed_at),
    CONSTRAINT fk_comment_absences_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE TABLE comment_bands (
    band BIGINT NOT NULL,
    comment_id INTEGER NOT NULL,
    CONSTRAINT pk_comment_bands PRIMARY KEY (band, comment_id),
    CONSTRAINT fk_comment_bands_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
 WITHOUT ROWID
""",
    """
CREATE INDEX ix_comment_bands_comment_id ON comment_bands (comment_id)
""",
    """
CREATE TABLE comment_signatures (
    comment_id INTEGER NOT NULL,
    comment_version INTEGER NOT NULL,
    signature BLOB NOT NULL,
    CONSTRAINT pk_comment_signatures PRIMARY KEY (comment_id),
    CONSTRAINT fk_comment_signatures_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE TABLE comment_versions (
    comment_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    author TEXT,
    body TEXT NOT NULL,
    record TEXT NOT NULL,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_comment_versions PRIMARY KEY (comment_id, version),
    CONSTRAINT fk_comment_versions_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE TABLE decisions (
    id INTEGER NOT NULL,
    comment_id INTEGER NOT NULL,
    comment_version INTEGER NOT NULL,
    editor TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT,
    note TEXT,
    decided_at TEXT NOT NULL,
    undoes INTEGER,
    idempotency_key TEXT NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (id),
    CONSTRAINT fk_decisions_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT uq_decisions_idempotency_key UNIQUE (idempotency_key)
)
""",
    """
CREATE INDEX ix_decisions_comment_id ON decisions (comment_id)
""",
    """
CREATE TABLE reviews (
    comment_id INTEGER NOT NULL,
    site_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    decision_id INTEGER,
    verdict_id INTEGER NOT NULL,
    verdict_key TEXT NOT NULL,
    verdict_action TEXT NOT NULL,
    spam_probability FLOAT NOT NULL,
    language TEXT,
    labels TEXT NOT NULL,
    doubt FLOAT NOT NULL,
    version INTEGER NOT NULL,
    waiting_since TEXT,
    changed_at TEXT NOT NULL,
    lease_editor TEXT,
    lease_until TEXT,
    CONSTRAINT pk_reviews PRIMARY KEY (comment_id),
    CONSTRAINT fk_reviews_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE INDEX ix_reviews_waiting ON reviews (waiting_since, comment_id) WHERE waiting_since IS NOT NULL
""",
    """
CREATE INDEX ix_reviews_waiting_doubt ON reviews (doubt, comment_id) WHERE waiting_since IS NOT NULL
""",
    """
CREATE INDEX ix_reviews_waiting_site ON reviews (site_id, waiting_since, comment_id) WHERE waiting_since IS NOT NULL
""",
    """
CREATE TABLE verdicts (
    id INTEGER NOT NULL,
    comment_id INTEGER NOT NULL,
    comment_version INTEGER NOT NULL,
    judged_at TEXT NOT NULL,
    run_id INTEGER,
    action TEXT NOT NULL,
    labels TEXT NOT NULL,
    spam_probability FLOAT NOT NULL,
    language TEXT,
    language_relation TEXT NOT NULL,
    evidence TEXT NOT NULL,
    model_version TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    CONSTRAINT pk_verdicts PRIMARY KEY (id),
    CONSTRAINT fk_verdicts_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT fk_verdicts_run_id FOREIGN KEY(run_id) REFERENCES runs (id)
)
""",
    """
CREATE INDEX ix_verdicts_comment_id ON verdicts (comment_id)
""",
)

POSTGRESQL = (
    """
CREATE TABLE audit_log (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    editor TEXT,
    event TEXT NOT NULL,
    detail JSONB NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
)
""",
    """
CREATE TABLE campaigns (
    id BIGSERIAL NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    size INTEGER NOT NULL,
    sites INTEGER NOT NULL,
    sample TEXT NOT NULL,
    CONSTRAINT pk_campaigns PRIMARY KEY (id)
)
""",
    """
CREATE INDEX ix_campaigns_size ON campaigns (size)
""",
    """
CREATE TABLE editors (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    sites JSONB,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_editors PRIMARY KEY (id),
    CONSTRAINT uq_editors_name UNIQUE (name)
)
""",
    """
CREATE TABLE erased_authors (
    author_key TEXT NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by TEXT NOT NULL,
    CONSTRAINT pk_erased_authors PRIMARY KEY (author_key)
)
""",
    """
CREATE TABLE number_blocks (
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    CONSTRAINT pk_number_blocks PRIMARY KEY (name)
)
""",
    """
CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (name)
)
""",
    """
CREATE TABLE sites (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sites PRIMARY KEY (id),
    CONSTRAINT uq_sites_name UNIQUE (name)
)
""",
    """
CREATE TABLE tweets (
    id BIGSERIAL NOT NULL,
    key TEXT NOT NULL,
    source TEXT NOT NULL,
    site_tweet_id TEXT,
    url TEXT,
    author_name TEXT,
    handle TEXT,
    author_key TEXT,
    text TEXT NOT NULL,
    date TEXT,
    date_text TEXT,
    date_precision TEXT,
    day DATE NOT NULL,
    is_retweet BOOLEAN NOT NULL,
    retweet_of TEXT,
    via TEXT,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_tweets PRIMARY KEY (id),
    CONSTRAINT uq_tweets_key UNIQUE (key)
)
""",
    """
CREATE TABLE api_tokens (
    id BIGSERIAL NOT NULL,
    token_hash TEXT NOT NULL,
    editor_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_tokens PRIMARY KEY (id),
    CONSTRAINT uq_api_tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_api_tokens_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    """
CREATE INDEX ix_api_tokens_editor_id ON api_tokens (editor_id)
""",
    """
CREATE TABLE articles (
    id BIGSERIAL NOT NULL,
    site_id BIGINT NOT NULL,
    canonical_url TEXT NOT NULL,
    page_id BIGINT,
    url TEXT NOT NULL,
    title TEXT,
    site_name TEXT,
    language TEXT,
    author TEXT,
    author_key TEXT,
    published TEXT,
    modified TEXT,
    lead TEXT,
    published_on DATE,
    text TEXT NOT NULL,
    footnotes JSONB NOT NULL,
    platform TEXT,
    comments_claimed INTEGER,
    comments_found INTEGER NOT NULL,
    comments_order TEXT,
    comments_hosted_by TEXT,
    shortfall TEXT,
    links_internal INTEGER NOT NULL,
    links_external INTEGER NOT NULL,
    profession TEXT,
    salary_min INTEGER,
    salary_max INTEGER,
    salary_currency TEXT,
    salary_period TEXT,
    salary_basis TEXT,
    salary_text TEXT,
    education_level INTEGER,
    education_level_max INTEGER,
    experience_years_min INTEGER,
    experience_years_max INTEGER,
    profile_key TEXT,
    version INTEGER NOT NULL,
    version_since TIMESTAMP WITH TIME ZONE NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    gone_at TIMESTAMP WITH TIME ZONE,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    content_key TEXT NOT NULL,
    CONSTRAINT pk_articles PRIMARY KEY (id),
    CONSTRAINT fk_articles_site_id FOREIGN KEY(site_id) REFERENCES sites (id),
    CONSTRAINT uq_articles_canonical_url UNIQUE (canonical_url)
)
""",
    """
CREATE INDEX ix_articles_comments_found ON articles (comments_found)
""",
    """
CREATE INDEX ix_articles_page_id ON articles (page_id)
""",
    """
CREATE INDEX ix_articles_site_id ON articles (site_id)
""",
    """
CREATE TABLE author_days (
    site_id BIGINT NOT NULL,
    day DATE NOT NULL,
    new_authors INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    CONSTRAINT pk_author_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_author_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE fetch_days (
    site_id BIGINT NOT NULL,
    day DATE NOT NULL,
    answers INTEGER NOT NULL,
    extracted INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    sections INTEGER NOT NULL,
    CONSTRAINT pk_fetch_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_fetch_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE language_days (
    site_id BIGINT NOT NULL,
    day DATE NOT NULL,
    language TEXT NOT NULL,
    comments INTEGER NOT NULL,
    published INTEGER NOT NULL,
    off_language INTEGER NOT NULL,
    CONSTRAINT pk_language_days PRIMARY KEY (site_id, day, language),
    CONSTRAINT fk_language_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE learned (
    id BIGSERIAL NOT NULL,
    site_id BIGINT,
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    content JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by TEXT NOT NULL,
    CONSTRAINT pk_learned PRIMARY KEY (id),
    CONSTRAINT fk_learned_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE INDEX ix_learned_site_kind ON learned (site_id, kind, id)
""",
    """
CREATE TABLE pages (
    id BIGSERIAL NOT NULL,
    site_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    discovered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stated_modified TIMESTAMP WITH TIME ZONE,
    next_due TIMESTAMP WITH TIME ZONE,
    lease_worker TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    attempts INTEGER DEFAULT '0' NOT NULL,
    last_fetched TIMESTAMP WITH TIME ZONE,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    stored_url TEXT,
    extractor_version TEXT,
    article_id BIGINT,
    is_continuation BOOLEAN DEFAULT '0' NOT NULL,
    shortfall TEXT,
    CONSTRAINT pk_pages PRIMARY KEY (id),
    CONSTRAINT fk_pages_site_id FOREIGN KEY(site_id) REFERENCES sites (id),
    CONSTRAINT uq_pages_url UNIQUE (url)
)
""",
    """
CREATE INDEX ix_pages_article_id ON pages (article_id)
""",
    """
CREATE INDEX ix_pages_due ON pages (site_id, next_due)
""",
    """
CREATE TABLE runs (
    id BIGSERIAL NOT NULL,
    site_id BIGINT,
    command TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    status TEXT NOT NULL,
    counts JSONB NOT NULL,
    message TEXT,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (id),
    CONSTRAINT fk_runs_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE salary_ranges (
    site_id BIGINT NOT NULL,
    profession TEXT NOT NULL,
    currency TEXT NOT NULL,
    period TEXT NOT NULL,
    lowest INTEGER NOT NULL,
    highest INTEGER,
    articles INTEGER NOT NULL,
    CONSTRAINT pk_salary_ranges PRIMARY KEY (site_id, profession, currency, period),
    CONSTRAINT fk_salary_ranges_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE saved_views (
    id BIGSERIAL NOT NULL,
    editor_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    chosen JSONB NOT NULL,
    saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_saved_views PRIMARY KEY (id),
    CONSTRAINT uq_saved_views_editor_id_name UNIQUE (editor_id, name),
    CONSTRAINT fk_saved_views_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    """
CREATE TABLE section_counts (
    site_id BIGINT NOT NULL,
    section TEXT NOT NULL,
    articles INTEGER NOT NULL,
    CONSTRAINT pk_section_counts PRIMARY KEY (site_id, section),
    CONSTRAINT fk_section_counts_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE sessions (
    token_hash TEXT NOT NULL,
    editor_id BIGINT NOT NULL,
    csrf_token TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (token_hash),
    CONSTRAINT fk_sessions_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    """
CREATE INDEX ix_sessions_editor_id ON sessions (editor_id)
""",
    """
CREATE TABLE site_authors (
    site_id BIGINT NOT NULL,
    author_key TEXT NOT NULL,
    first_day DATE NOT NULL,
    number INTEGER NOT NULL,
    CONSTRAINT pk_site_authors PRIMARY KEY (site_id, author_key),
    CONSTRAINT fk_site_authors_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE site_days (
    site_id BIGINT NOT NULL,
    day DATE NOT NULL,
    comments INTEGER NOT NULL,
    published INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    spam INTEGER NOT NULL,
    off_language INTEGER NOT NULL,
    staff_answers INTEGER NOT NULL,
    staff_days INTEGER NOT NULL,
    CONSTRAINT pk_site_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_site_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE stale_days (
    site_id BIGINT NOT NULL,
    day DATE NOT NULL,
    CONSTRAINT pk_stale_days PRIMARY KEY (site_id, day),
    CONSTRAINT fk_stale_days_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE TABLE tweet_entities (
    tweet_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_tweet_entities PRIMARY KEY (tweet_id, kind, position),
    CONSTRAINT fk_tweet_entities_tweet_id FOREIGN KEY(tweet_id) REFERENCES tweets (id)
)
""",
    """
CREATE INDEX ix_tweet_entities_kind_value ON tweet_entities (kind, value)
""",
    """
CREATE TABLE article_versions (
    article_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_to TIMESTAMP WITH TIME ZONE NOT NULL,
    record JSONB NOT NULL,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_article_versions PRIMARY KEY (article_id, version),
    CONSTRAINT fk_article_versions_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
)
""",
    """
CREATE TABLE comments (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    page_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    site_comment_id TEXT,
    permalink TEXT,
    position INTEGER NOT NULL,
    parent_id BIGINT,
    kind TEXT NOT NULL,
    author TEXT,
    author_key TEXT,
    author_url TEXT,
    author_truncated BOOLEAN NOT NULL,
    date TEXT,
    date_text TEXT,
    date_precision TEXT,
    day DATE NOT NULL,
    body TEXT NOT NULL,
    links JSONB NOT NULL,
    by_site BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    version_since TIMESTAMP WITH TIME ZONE NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    missing_since TIMESTAMP WITH TIME ZONE,
    removed_at TIMESTAMP WITH TIME ZONE,
    erased_at TIMESTAMP WITH TIME ZONE,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_comments PRIMARY KEY (id),
    CONSTRAINT uq_comments_article_id_key UNIQUE (article_id, key),
    CONSTRAINT fk_comments_article_id FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_comments_page_id FOREIGN KEY(page_id) REFERENCES pages (id)
)
""",
    """
CREATE INDEX ix_comments_author_key ON comments (author_key)
""",
    """
CREATE INDEX ix_comments_by_site ON comments (id) WHERE by_site
""",
    """
CREATE INDEX ix_comments_day ON comments (day)
""",
    """
CREATE INDEX ix_comments_missing ON comments (article_id) WHERE missing_since IS NOT NULL
""",
    """
CREATE INDEX ix_comments_removed ON comments (removed_at) WHERE removed_at IS NOT NULL
""",
    """
CREATE TABLE fetches (
    id BIGSERIAL NOT NULL,
    page_id BIGINT NOT NULL,
    run_id BIGINT,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    final_url TEXT,
    status INTEGER,
    bytes INTEGER NOT NULL,
    elapsed_ms FLOAT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    warc_file TEXT,
    warc_offset BIGINT,
    outcome TEXT NOT NULL,
    comments INTEGER,
    sections INTEGER,
    text_length INTEGER,
    error TEXT,
    CONSTRAINT pk_fetches PRIMARY KEY (id),
    CONSTRAINT uq_fetches_page_id_fetched_at UNIQUE (page_id, fetched_at),
    CONSTRAINT fk_fetches_page_id FOREIGN KEY(page_id) REFERENCES pages (id),
    CONSTRAINT fk_fetches_run_id FOREIGN KEY(run_id) REFERENCES runs (id)
)
""",
    """
CREATE TABLE quarantine (
    id BIGSERIAL NOT NULL,
    page_id BIGINT NOT NULL,
    run_id BIGINT,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    times INTEGER NOT NULL,
    resolved_at TIMESTAMP WITH TIME ZONE,
    resolved_by TEXT,
    content_hash TEXT,
    warc_file TEXT,
    warc_offset BIGINT,
    CONSTRAINT pk_quarantine PRIMARY KEY (id),
    CONSTRAINT fk_quarantine_page_id FOREIGN KEY(page_id) REFERENCES pages (id),
    CONSTRAINT fk_quarantine_run_id FOREIGN KEY(run_id) REFERENCES runs (id)
)
""",
    """
CREATE INDEX ix_quarantine_page_id ON quarantine (page_id)
""",
    """
CREATE TABLE sections (
    article_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    level INTEGER NOT NULL,
    heading TEXT,
    canonical TEXT,
    text TEXT NOT NULL,
    blocks JSONB NOT NULL,
    CONSTRAINT pk_sections PRIMARY KEY (article_id, position),
    CONSTRAINT fk_sections_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
)
""",
    """
CREATE INDEX ix_sections_canonical ON sections (canonical, article_id)
""",
    """
CREATE TABLE tweet_sightings (
    tweet_id BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tweet_sightings PRIMARY KEY (tweet_id, article_id),
    CONSTRAINT fk_tweet_sightings_tweet_id FOREIGN KEY(tweet_id) REFERENCES tweets (id),
    CONSTRAINT fk_tweet_sightings_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
)
""",
    """
CREATE INDEX ix_tweet_sightings_article_id ON tweet_sightings (article_id)
""",
    """
CREATE TABLE audits (
    id BIGSERIAL NOT NULL,
    comment_id BIGINT NOT NULL,
    site_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    spam_probability FLOAT NOT NULL,
    drawn_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_decision_id BIGINT,
    editor TEXT,
    action TEXT,
    reason TEXT,
    looked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_audits PRIMARY KEY (id),
    CONSTRAINT uq_audits_kind_comment_id UNIQUE (kind, comment_id),
    CONSTRAINT fk_audits_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT fk_audits_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    """
CREATE INDEX ix_audits_site ON audits (site_id, kind)
""",
    """
CREATE TABLE campaign_members (
    comment_id BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    CONSTRAINT pk_campaign_members PRIMARY KEY (comment_id),
    CONSTRAINT fk_campaign_members_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT fk_campaign_members_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaigns (id)
)
""",
    """
CREATE INDEX ix_campaign_members_campaign_id ON campaign_members (campaign_id)
""",
    """
CREATE TABLE comment_absences (
    comment_id BIGINT NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reappeared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_comment_absences PRIMARY KEY (comment_id, removed_at),
    CONSTRAINT fk_comment_absences_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE TABLE comment_bands (
    band BIGINT NOT NULL,
    comment_id BIGINT NOT NULL,
    CONSTRAINT pk_comment_bands PRIMARY KEY (band, comment_id),
    CONSTRAINT fk_comment_bands_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE INDEX ix_comment_bands_comment_id ON comment_bands (comment_id)
""",
    """
CREATE TABLE comment_signatures (
    comment_id BIGINT NOT NULL,
    comment_version INTEGER NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT pk_comment_signatures PRIMARY KEY (comment_id),
    CONSTRAINT fk_comment_signatures_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE TABLE comment_versions (
    comment_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_to TIMESTAMP WITH TIME ZONE NOT NULL,
    author TEXT,
    body TEXT NOT NULL,
    record JSONB NOT NULL,
    extractor_version TEXT NOT NULL,
    raw_hash TEXT NOT NULL,
    CONSTRAINT pk_comment_versions PRIMARY KEY (comment_id, version),
    CONSTRAINT fk_comment_versions_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE TABLE decisions (
    id BIGSERIAL NOT NULL,
    comment_id BIGINT NOT NULL,
    comment_version INTEGER NOT NULL,
    editor TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT,
    note TEXT,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    undoes BIGINT,
    idempotency_key TEXT NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (id),
    CONSTRAINT fk_decisions_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT uq_decisions_idempotency_key UNIQUE (idempotency_key)
)
""",
    """
CREATE INDEX ix_decisions_comment_id ON decisions (comment_id)
""",
    """
CREATE TABLE reviews (
    comment_id BIGINT NOT NULL,
    site_id BIGINT NOT NULL,
    action TEXT NOT NULL,
    decision_id BIGINT,
    verdict_id BIGINT NOT NULL,
    verdict_key TEXT NOT NULL,
    verdict_action TEXT NOT NULL,
    spam_probability FLOAT NOT NULL,
    language TEXT,
    labels TEXT NOT NULL,
    doubt FLOAT NOT NULL,
    version INTEGER NOT NULL,
    waiting_since TIMESTAMP WITH TIME ZONE,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lease_editor TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_reviews PRIMARY KEY (comment_id),
    CONSTRAINT fk_reviews_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    """
CREATE INDEX ix_reviews_waiting ON reviews (waiting_since, comment_id) WHERE waiting_since IS NOT NULL
""",
    """
CREATE INDEX ix_reviews_waiting_doubt ON reviews (doubt, comment_id) WHERE waiting_since IS NOT NULL
""",
    """
CREATE INDEX ix_reviews_waiting_site ON reviews (site_id, waiting_since, comment_id) WHERE waiting_since IS NOT NULL
""",
    """
CREATE TABLE verdicts (
    id BIGSERIAL NOT NULL,
    comment_id BIGINT NOT NULL,
    comment_version INTEGER NOT NULL,
    judged_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id BIGINT,
    action TEXT NOT NULL,
    labels JSONB NOT NULL,
    spam_probability FLOAT NOT NULL,
    language TEXT,
    language_relation TEXT NOT NULL,
    evidence JSONB NOT NULL,
    model_version TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    CONSTRAINT pk_verdicts PRIMARY KEY (id),
    CONSTRAINT fk_verdicts_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id),
    CONSTRAINT fk_verdicts_run_id FOREIGN KEY(run_id) REFERENCES runs (id)
)
""",
    """
CREATE INDEX ix_verdicts_comment_id ON verdicts (comment_id)
""",
)
