"""The pages of an article in several ones are kept each by itself."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    identifier = "INTEGER" if sqlite else "BIGINT"
    binary = "BLOB" if sqlite else "BYTEA"
    op.execute(f"""
CREATE TABLE article_parts (
    page_id {identifier} NOT NULL,
    first_url TEXT NOT NULL,
    number INTEGER NOT NULL,
    record {binary} NOT NULL,
    CONSTRAINT pk_article_parts PRIMARY KEY (page_id),
    CONSTRAINT fk_article_parts_page_id FOREIGN KEY(page_id) REFERENCES pages (id)
)
""")
    op.execute("CREATE INDEX ix_article_parts_first_url ON article_parts (first_url)")
