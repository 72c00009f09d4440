"""Job profiles: canonical section names and typed fields, derived from stored articles at the end of a run.

Derived from what is stored, so a change of the rules reaches every article without extracting it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, or_, select

import extractors.job_profiles.job_profile
import extractors.job_profiles.salaries
import extractors.job_profiles.section_names
from extractors.job_profiles.job_profile import canonical_section, profile_fields
from extractors.records import Page
from storage.crawl.reading_back import section_record
from storage.database.bulk import update_rows
from storage.database.engine import Database
from storage.database.tables import articles, sections
from storage.database.values import storable

AT_ONCE = 100
FIELDS = (
    "profession",
    "salary_min",
    "salary_max",
    "salary_currency",
    "salary_period",
    "salary_basis",
    "salary_bonus",
    "salary_text",
    "education_level",
    "education_level_max",
    "experience_years_min",
    "experience_years_max",
)


def rules_key() -> str:
    """Changes with any change of the rules' own files."""
    modules = (
        extractors.job_profiles.job_profile,
        extractors.job_profiles.salaries,
        extractors.job_profiles.section_names,
    )
    return sha256(b"".join(Path(str(module.__file__)).read_bytes() for module in modules)).hexdigest()[:12]


def derive_profiles(db: Database, now: datetime) -> int:
    """Bring the derived fields of every new or changed article up to date; return how many were looked at."""
    rules, done, last = rules_key(), 0, 0
    key = articles.c.content_key + f":{rules}"
    while True:
        with db.read() as connection:
            rows = connection.execute(
                select(articles)
                .where(articles.c.id > last, or_(articles.c.profile_key.is_(None), articles.c.profile_key != key))
                .order_by(articles.c.id)
                .limit(AT_ONCE)
            ).all()
            if not rows:
                return done
            parts = parts_of(connection, [row.id for row in rows])
        updates = [(*fields(row, parts[row.id]), f"{row.content_key}:{rules}", db.moment(now), row.id) for row in rows]
        names = [
            (name, part.article_id, part.position)
            for row in rows
            for part in parts[row.id]
            if (name := canonical_section(part.heading or "")) != part.canonical
        ]
        with db.write() as connection:
            update_rows(connection, articles, (*FIELDS, "profile_key", "changed_at"), updates)
            rename(connection, names)
        done, last = done + len(rows), rows[-1].id


def parts_of(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    query = select(sections).where(sections.c.article_id.in_(numbers))
    for part in connection.execute(query.order_by(sections.c.article_id, sections.c.position)):
        found[part.article_id].append(part)
    return found


def fields(row: Any, parts: Sequence[Any]) -> tuple[Any, ...]:
    """The derived values of one article, in the order of FIELDS."""
    page = Page(
        url=row.url,
        canonical_url=row.canonical_url,
        title=row.title,
        language=row.language,
        lead=row.lead,
        text=row.text,
        sections=tuple(map(section_record, parts)),
    )
    found = profile_fields(page)
    values = (getattr(found, name) for name in FIELDS)
    return tuple(storable(str(value)) if isinstance(value, str) else value for value in values)


def rename(connection: Connection, names: Sequence[tuple[str | None, int, int]]) -> None:
    if names:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(
            f"UPDATE sections SET canonical = {mark} WHERE article_id = {mark} AND position = {mark}",  # noqa: S608 - names of ours
            list(names),
        )
