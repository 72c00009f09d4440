"""Articles are found by their content too: the same text under two addresses of a site is one article."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_articles_content_key ON articles (site_id, content_key)")
