"""What comments link to, by host, and what was found behind the addresses of notices: the history that verdicts use."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in BOTH:
        words = statement.replace("IDENTIFIER", "INTEGER" if sqlite else "BIGINT")
        words = words.replace("MOMENT", "TEXT" if sqlite else "TIMESTAMP WITH TIME ZONE")
        op.execute(words.replace("WITHOUT", "WITHOUT ROWID" if sqlite else ""))


BOTH = (
    """
CREATE TABLE comment_hosts (
    host TEXT NOT NULL,
    comment_id IDENTIFIER NOT NULL,
    CONSTRAINT pk_comment_hosts PRIMARY KEY (host, comment_id),
    CONSTRAINT fk_comment_hosts_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
) WITHOUT
""",
    "CREATE INDEX ix_comment_hosts_comment_id ON comment_hosts (comment_id)",
    """
CREATE TABLE notice_looks (
    comment_id IDENTIFIER NOT NULL,
    looked_at MOMENT NOT NULL,
    links_back BOOLEAN,
    CONSTRAINT pk_notice_looks PRIMARY KEY (comment_id),
    CONSTRAINT fk_notice_looks_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id)
)
""",
    # the comments that are known are signed anew by the next run, which then writes their hosts too
    "UPDATE comment_signatures SET comment_version = 0",
)
