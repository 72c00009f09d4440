"""For the review desk: how much hangs on a waiting comment, which alarms are out, who signs in through a provider."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    moment, identifier = ("TEXT", "INTEGER") if sqlite else ("TIMESTAMP WITH TIME ZONE", "BIGINT")
    for statement in BOTH:
        op.execute(statement.replace("MOMENT", moment).replace("IDENTIFIER", identifier))


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
    """
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    editor_id IDENTIFIER NOT NULL,
    by_role BOOLEAN NOT NULL,
    linked_at MOMENT NOT NULL,
    CONSTRAINT pk_identities PRIMARY KEY (issuer, subject),
    CONSTRAINT fk_identities_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    "CREATE INDEX ix_identities_editor_id ON identities (editor_id)",
)
