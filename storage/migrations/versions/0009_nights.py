"""Who runs a run, why a page is held back, what an alarm said last; pages that a verdict on the machine had frozen are
asked for again."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = "TEXT" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute("ALTER TABLE runs ADD COLUMN worker TEXT")
    op.execute("ALTER TABLE quarantine ADD COLUMN signs TEXT")
    op.execute("ALTER TABLE told ADD COLUMN sentence TEXT")
    op.execute(f"ALTER TABLE told ADD COLUMN since {moment}")
    op.execute(
        "UPDATE pages SET etag = NULL, last_modified = NULL, content_hash = NULL, stored_url = NULL"
        " WHERE id IN (SELECT page_id FROM quarantine WHERE resolved_at IS NULL"
        " AND reason IN ('too_slow', 'worker_died', 'fault'))"
    )
