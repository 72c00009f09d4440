"""Whether a salary has its bonuses in it; ranges of pay are counted apart for gross and net, anew."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    identifier = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute("ALTER TABLE articles ADD COLUMN salary_bonus TEXT")
    op.execute("DROP TABLE salary_ranges")
    op.execute(
        f"""
CREATE TABLE salary_ranges (
    site_id {identifier} NOT NULL,
    profession TEXT NOT NULL,
    currency TEXT NOT NULL,
    period TEXT NOT NULL,
    basis TEXT NOT NULL,
    lowest INTEGER NOT NULL,
    highest INTEGER,
    articles INTEGER NOT NULL,
    CONSTRAINT pk_salary_ranges PRIMARY KEY (site_id, profession, currency, period, basis),
    CONSTRAINT fk_salary_ranges_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
"""
    )
    op.execute("DELETE FROM settings WHERE name = 'recounted_at'")
