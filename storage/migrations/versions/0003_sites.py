"""For whole sites: what kind of page each is, the number of a post, and what is learned of a site from its pages."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    words = {
        "MOMENT": "TEXT" if sqlite else "TIMESTAMP WITH TIME ZONE",
        "IDENTIFIER": "INTEGER" if sqlite else "BIGINT",
        "JSONS": "TEXT" if sqlite else "JSONB",
        "BYTES": "BLOB" if sqlite else "BYTEA",
    }
    for statement in BOTH:
        for word, kind in words.items():
            statement = statement.replace(word, kind)
        op.execute(statement)


BOTH = (
    "ALTER TABLE pages ADD COLUMN kind TEXT",
    "ALTER TABLE pages ADD COLUMN kind_because JSONS",
    "ALTER TABLE pages ADD COLUMN kind_by TEXT",
    "ALTER TABLE pages ADD COLUMN moved_at MOMENT",
    "CREATE INDEX ix_pages_kind ON pages (site_id, kind)",
    "ALTER TABLE fetches ADD COLUMN kind TEXT",
    "ALTER TABLE articles ADD COLUMN post_key TEXT",
    "CREATE INDEX ix_articles_post_key ON articles (site_id, post_key)",
    """
CREATE TABLE page_traits (
    page_id IDENTIFIER NOT NULL,
    traits BYTES NOT NULL,
    CONSTRAINT pk_page_traits PRIMARY KEY (page_id),
    CONSTRAINT fk_page_traits_page_id FOREIGN KEY(page_id) REFERENCES pages (id)
)
""",
    """
CREATE TABLE site_profiles (
    site_id IDENTIFIER NOT NULL,
    version INTEGER NOT NULL,
    content BYTES NOT NULL,
    digest TEXT NOT NULL,
    pages INTEGER NOT NULL,
    made_at MOMENT NOT NULL,
    ended_at MOMENT,
    CONSTRAINT pk_site_profiles PRIMARY KEY (site_id, version),
    CONSTRAINT fk_site_profiles_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
)
