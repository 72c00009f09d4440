"""What each host was asked is kept with its run; the answers of a run are found by its number."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = "TEXT" if op.get_bind().dialect.name == "sqlite" else "JSONB"
    op.execute(f"ALTER TABLE runs ADD COLUMN hosts {json}")
    op.execute("CREATE INDEX ix_fetches_run_id ON fetches (run_id)")
