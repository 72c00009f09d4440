"""Due pages have a rank: what moves goes before new articles, those before quiet ones, lists and the rest."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE pages ADD COLUMN rank INTEGER DEFAULT 2 NOT NULL")
    op.execute("UPDATE pages SET rank = 3 WHERE kind = 'list'")
    op.execute("UPDATE pages SET rank = 4 WHERE kind IN ('static', 'login', 'error', 'media')")
    op.execute("DROP INDEX ix_pages_due")
    op.execute("CREATE INDEX ix_pages_due ON pages (site_id, rank, next_due)")
