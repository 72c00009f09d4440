"""How much hangs on a waiting comment, so that the queue can be sorted by it."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in BOTH:
        op.execute(statement)


BOTH = (
    "ALTER TABLE reviews ADD COLUMN impact INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX ix_reviews_waiting_impact ON reviews (impact, comment_id) WHERE waiting_since IS NOT NULL",
)
