"""The first schema."""

from __future__ import annotations

from alembic import op

from storage.search import create_index
from storage.secret import make_secret
from storage.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    make_secret(op.get_bind())
    create_index(op.get_bind())
