"""Keeps a filled database of the newest schema: `python -m tests.storage.keep_schema`, once for each migration.

The database kept of the schema before is brought up to date and backed up as schemas/NNNN.zip, so that the rows of the
first version travel through all of them, and every later version of Tamis is tested to bring each one up to date.
Where its new columns must not stay empty, FILLED has the statements that fill them.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from storage.database.revisions import known_revisions
from storage.opening import open_database
from storage.schema import upgrade
from storage.upkeep.backup import backup, restore

SCHEMAS = Path(__file__).with_name("schemas")
FILLED = {  # what the rows that were kept have in the columns that a revision added
    "0004": (
        "UPDATE articles SET comments_next_page = canonical_url || '/comment-page-2/' WHERE shortfall = 'paginated'",
    ),
    "0007": (
        "UPDATE articles SET publisher = site_name",
        "UPDATE sections SET kind = 'h' WHERE heading IS NOT NULL",
    ),
    "0014": ("""UPDATE runs SET hosts = '{"mag.example":{"requests":3,"waited":2.0}}' WHERE site_id IS NOT NULL""",),
    "0016": (
        "UPDATE articles SET salary_bonus = 'excluded' WHERE salary_min IS NOT NULL",
        "INSERT INTO salary_ranges (site_id, profession, currency, period, basis, lowest, highest, articles)"
        " SELECT site_id, coalesce(profession, ''), coalesce(salary_currency, ''), coalesce(salary_period, ''),"
        " coalesce(salary_basis, ''), min(salary_min), max(salary_max), count(*)"
        " FROM articles WHERE salary_min IS NOT NULL GROUP BY 1, 2, 3, 4, 5",
    ),
}


def main() -> None:
    before, newest = known_revisions()[-2:]
    kept = SCHEMAS / f"{newest}.zip"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/kept.sqlite"
        restore(SCHEMAS / f"{before}.zip", url)
        upgrade(url)
        kept.unlink(missing_ok=True)
        with open_database(url) as db:
            with db.write() as connection:
                for statement in FILLED.get(newest, ()):
                    connection.exec_driver_sql(statement)
            backup(db, kept, datetime(2026, 11, 27, tzinfo=UTC))
    kept.chmod(0o644)


if __name__ == "__main__":
    main()
