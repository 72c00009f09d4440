"""The publisher of an article, and what makes a heading one."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE articles ADD COLUMN publisher TEXT")
    op.execute("ALTER TABLE sections ADD COLUMN kind TEXT")
