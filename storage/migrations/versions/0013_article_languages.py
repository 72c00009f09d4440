"""An editor can say which language an article is in."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    moment = "TEXT" if sqlite else "TIMESTAMP WITH TIME ZONE"
    identifier = "INTEGER" if sqlite else "BIGINT"
    op.execute(f"""
CREATE TABLE article_languages (
    article_id {identifier} NOT NULL,
    language TEXT NOT NULL,
    own TEXT,
    said_by TEXT NOT NULL,
    said_at {moment} NOT NULL,
    CONSTRAINT pk_article_languages PRIMARY KEY (article_id),
    CONSTRAINT fk_article_languages_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
)
""")
