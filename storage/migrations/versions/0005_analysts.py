"""For analysts: editors as codes, marks of the counts in a table of their own, questions kept with a title, threads
joined by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.crawl.identity import editor_key
from storage.database.secret import secret

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    moment = "TEXT" if sqlite else "TIMESTAMP WITH TIME ZONE"
    identifier = "INTEGER" if sqlite else "BIGINT"
    identity = "INTEGER NOT NULL" if sqlite else "BIGSERIAL NOT NULL"
    for statement in BOTH:
        words = statement.replace("MOMENT", moment).replace("IDENTIFIER", identifier).replace("IDENTITY", identity)
        op.execute(words)
    name_editors(connection)


def name_editors(connection: sa.Connection) -> None:
    """Give the decisions made so far their editors' codes."""
    key = None
    for table in ("decisions", "audits"):
        query = f"SELECT DISTINCT editor FROM {table} WHERE editor IS NOT NULL"  # noqa: S608 - two words of ours
        for name in list(connection.execute(sa.text(query)).scalars()):
            key = key or secret(connection)
            connection.execute(
                sa.text(f"UPDATE {table} SET editor_key = :code WHERE editor = :name"),  # noqa: S608 - two words of ours
                {"code": editor_key(key, name), "name": name},
            )


BOTH = (
    "ALTER TABLE decisions ADD COLUMN editor_key TEXT",
    "ALTER TABLE audits ADD COLUMN editor_key TEXT",
    """
CREATE TABLE counted (
    name TEXT NOT NULL,
    up_to IDENTIFIER NOT NULL,
    CONSTRAINT pk_counted PRIMARY KEY (name)
)
""",
    "INSERT INTO counted (name, up_to) SELECT CASE name WHEN 'authors_counted_to' THEN 'comments' ELSE 'fetches' END,"
    " CAST(value AS bigint) FROM settings WHERE name IN ('authors_counted_to', 'fetches_counted_to')",
    "DELETE FROM settings WHERE name IN ('authors_counted_to', 'fetches_counted_to')",
    """
CREATE TABLE saved_questions (
    id IDENTITY,
    editor_id IDENTIFIER NOT NULL,
    title TEXT NOT NULL,
    sql TEXT NOT NULL,
    saved_at MOMENT NOT NULL,
    CONSTRAINT pk_saved_questions PRIMARY KEY (id),
    CONSTRAINT fk_saved_questions_editor_id FOREIGN KEY(editor_id) REFERENCES editors (id)
)
""",
    "CREATE INDEX ix_saved_questions_editor_id ON saved_questions (editor_id)",
    "CREATE INDEX ix_comments_parent ON comments (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX ix_decisions_decided_at ON decisions (decided_at)",
)
