"""What held after each verdict and decision, since when a comment had waited, hosts that spam leads to, the outbox."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    moment = "TEXT" if sqlite else "TIMESTAMP WITH TIME ZONE"
    identifier = "INTEGER" if sqlite else "BIGINT"
    identity = "INTEGER NOT NULL" if sqlite else "BIGSERIAL NOT NULL"
    for statement in BOTH:
        op.execute(statement.replace("MOMENT", moment).replace("IDENTIFIER", identifier).replace("IDENTITY", identity))


BOTH = (
    "ALTER TABLE verdicts ADD COLUMN held TEXT",
    "ALTER TABLE verdicts ADD COLUMN decision_id IDENTIFIER",
    "ALTER TABLE decisions ADD COLUMN waiting_since MOMENT",
    "ALTER TABLE decisions ADD COLUMN held_id IDENTIFIER",
    "CREATE INDEX ix_decisions_undoes ON decisions (undoes) WHERE undoes IS NOT NULL",
    # A decision held by itself; what a taking back brought back is known of the newest of a comment only.
    "UPDATE decisions SET held_id = id WHERE undoes IS NULL",
    "UPDATE decisions SET held_id = (SELECT r.decision_id FROM reviews r WHERE r.comment_id = decisions.comment_id)"
    " WHERE undoes IS NOT NULL"
    " AND id = (SELECT max(d.id) FROM decisions d WHERE d.comment_id = decisions.comment_id)",
    # The first decision on a comment that the model sent to the queue ended a wait since that verdict.
    "UPDATE decisions SET waiting_since = (SELECT v.judged_at FROM verdicts v WHERE v.id = ("
    "SELECT max(x.id) FROM verdicts x WHERE x.comment_id = decisions.comment_id"
    " AND x.judged_at <= decisions.decided_at) AND v.action = 'review')"
    " WHERE undoes IS NULL AND action <> 'review'"
    " AND id = (SELECT min(d.id) FROM decisions d WHERE d.comment_id = decisions.comment_id)",
    # A verdict held unless an editor had decided on that text or a later one before it.
    "UPDATE verdicts SET held = action",
    "UPDATE verdicts SET"
    " decision_id = (SELECT max(d.id) FROM decisions d WHERE d.comment_id = verdicts.comment_id"
    " AND d.decided_at < verdicts.judged_at AND d.comment_version >= verdicts.comment_version)"
    " WHERE comment_id IN (SELECT comment_id FROM decisions)",
    "UPDATE verdicts SET held = (SELECT d.action FROM decisions d WHERE d.id = verdicts.decision_id),"
    " decision_id = (SELECT d.held_id FROM decisions d WHERE d.id = verdicts.decision_id)"
    " WHERE decision_id IS NOT NULL",
    # What holds now is known: it is what held after the last of both.
    "UPDATE verdicts SET"
    " held = (SELECT r.action FROM reviews r WHERE r.comment_id = verdicts.comment_id),"
    " decision_id = (SELECT r.decision_id FROM reviews r WHERE r.comment_id = verdicts.comment_id)"
    " WHERE comment_id IN (SELECT d.comment_id FROM decisions d)"
    " AND id IN (SELECT r.verdict_id FROM reviews r)"
    " AND judged_at > (SELECT max(d.decided_at) FROM decisions d WHERE d.comment_id = verdicts.comment_id)",
    """
CREATE TABLE host_counts (
    site_id IDENTIFIER NOT NULL,
    host TEXT NOT NULL,
    place TEXT NOT NULL,
    comments INTEGER NOT NULL,
    CONSTRAINT pk_host_counts PRIMARY KEY (site_id, host, place),
    CONSTRAINT fk_host_counts_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
)
""",
    "DELETE FROM settings WHERE name = 'recounted_at'",  # so that the hosts are counted at the next run
    """
CREATE TABLE outbox (
    id IDENTITY,
    consumer TEXT NOT NULL,
    decision_id IDENTIFIER NOT NULL,
    put_at MOMENT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    next_try_at MOMENT,
    sent_at MOMENT,
    error TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT fk_outbox_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (id)
)
""",
    "CREATE INDEX ix_outbox_decision_id ON outbox (decision_id)",
    "CREATE INDEX ix_outbox_waiting ON outbox (consumer, id) WHERE sent_at IS NULL",
)
