"""The search index of SQLite keeps stems beside words; the next run fills it anew."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for kind in ("article", "comment"):
        op.execute(f"DROP TABLE {kind}_search")
        op.execute(
            f"CREATE VIRTUAL TABLE {kind}_search"
            " USING fts5(words, version UNINDEXED, stems, tokenize = 'unicode61 remove_diacritics 2')"
        )
    op.execute("DELETE FROM settings WHERE name IN ('searched_articles', 'searched_comments')")
