"""For the review desk: how much hangs on a waiting comment, and which alarms are out."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = "TEXT" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for statement in BOTH:
        op.execute(statement.replace("MOMENT", moment))


BOTH = (
    "ALTER TABLE reviews ADD COLUMN impact INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX ix_reviews_waiting_impact ON reviews (impact, comment_id) WHERE waiting_since IS NOT NULL",
    """
CREATE TABLE told (
    kind TEXT NOT NULL,
    site TEXT NOT NULL,
    subject TEXT NOT NULL,
    told_at MOMENT,
    claimed_until MOMENT,
    CONSTRAINT pk_told PRIMARY KEY (kind, site, subject)
)
""",
)
