"""Erasing one author on request: what he wrote, under which name, and every copy of it that the database keeps.

The place of each comment stays (its thread would fall apart), as does a keyed hash of the name, so that a later crawl
does not bring back what was erased. Archived answers of the pages concerned are dropped from the archive. What other
people wrote about him stays: it is counted, for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.analysts.rollups import mark_stale
from storage.analysts.search import forget_texts
from storage.crawl.archive import Rewritten, WarcArchive
from storage.crawl.campaigns import summarise
from storage.crawl.identity import author_key, folded
from storage.database.batches import batched
from storage.database.engine import Database
from storage.database.errors import ArchiveBusy, RecordMissing
from storage.database.tables import (
    articles,
    audit_log,
    campaign_members,
    campaigns,
    comment_bands,
    comment_hosts,
    comment_signatures,
    comment_versions,
    comments,
    decisions,
    erased_authors,
    fetches,
    notice_looks,
    quarantine,
    site_authors,
    verdicts,
)
from storage.database.values import upsert

AT_ONCE = 200
SENT_WITHIN = timedelta(days=14)
"""A file that is in no store for longer than this is lost and not late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased. `mentions`: comments of others that hold the name; `articles`: written under it; both stay."""

    comments: int
    versions: int
    archived: int
    mentions: int
    articles: int


def erase_author(db: Database, author: str, asked_by: str, now: datetime, archive: WarcArchive | None) -> Erasure:
    """Erase every comment under this name (case and spacing aside), on all sites, now and in later crawls.

    `archive` None: there is none. Doing it again finishes what an interruption left. Raises ValueError for no name.
    """
    key = author_key(db.secret, author)
    if key is None:
        raise ValueError("an author's name is needed")
    with db.write(durable=True) as connection:
        statement = upsert(connection, erased_authors)
        connection.execute(statement.values(author_key=key, erased_at=now, asked_by=asked_by).on_conflict_do_nothing())
        connection.execute(delete(site_authors).where(site_authors.c.author_key == key))
    numbers, page_ids = theirs(db, key, author)
    dropped = (
        drop_archived(db, archive, page_ids, now) if archive is not None else 0
    )  # first: it needs to know the pages
    versions = 0
    for part in batched(numbers, AT_ONCE):
        with db.write(durable=True) as connection:
            versions += blank_row(connection, part, now)
    with db.write(durable=True) as connection:
        done = {"author_key": key, "comments": len(numbers), "archived": dropped}
        connection.execute(insert(audit_log).values(at=now, editor=asked_by, event="author_erased", detail=done))
        named = comments.c.body.icontains(" ".join(author.split()), autoescape=True)
        mentions = connection.execute(select(func.count()).select_from(comments).where(named)).scalar_one()
        written = connection.execute(
            select(func.count()).select_from(articles).where(articles.c.author_key == key)
        ).scalar_one()
    return Erasure(
        comments=len(numbers), versions=versions, archived=dropped, mentions=int(mentions), articles=int(written)
    )


def theirs(db: Database, key: str, author: str) -> tuple[list[int], set[int]]:
    """The numbers of the author's comments, also of those that an earlier version has under his name; their pages."""
    with db.read() as connection:
        rows = list(connection.execute(select(comments.c.id, comments.c.page_id).where(comments.c.author_key == key)))
        earlier = connection.execute(select(comment_versions.c.author).distinct()).scalars()
        spellings = [name for name in earlier if name and folded(name) == folded(author)]
        before = select(comment_versions.c.comment_id).where(comment_versions.c.author.in_(spellings))
        rows += connection.execute(select(comments.c.id, comments.c.page_id).where(comments.c.id.in_(before)))
    return sorted({row.id for row in rows}), {row.page_id for row in rows}


def blank_row(connection: Connection, numbers: list[int], now: datetime) -> int:
    """Take everything personal out of these comments and what hangs on them; return how many versions that met."""
    mark_stale(connection, numbers)
    connection.execute(
        update(comments)
        .where(comments.c.id.in_(numbers))
        .values(
            author=None,
            author_key=None,
            author_url=None,
            permalink=None,
            body="",
            links=[],
            erased_at=now,
            changed_at=now,
        )
    )
    versions = connection.execute(
        update(comment_versions)
        .where(comment_versions.c.comment_id.in_(numbers))
        .values(author=None, body="", record={})
    )
    connection.execute(update(verdicts).where(verdicts.c.comment_id.in_(numbers)).values(evidence=[]))
    connection.execute(update(decisions).where(decisions.c.comment_id.in_(numbers)).values(note=None))
    groups = list(
        connection.execute(
            select(campaign_members.c.campaign_id).where(campaign_members.c.comment_id.in_(numbers)).distinct()
        ).scalars()
    )
    for table in (campaign_members, comment_bands, comment_hosts, comment_signatures, notice_looks):
        connection.execute(delete(table).where(table.c.comment_id.in_(numbers)))
    for group in groups:
        summarise(connection, group)
        left = select(campaign_members.c.comment_id).where(campaign_members.c.campaign_id == group).limit(1)
        if connection.execute(left).scalar() is None:
            connection.execute(delete(campaigns).where(campaigns.c.id == group))
    forget_texts(connection, "comment", numbers)
    return int(versions.rowcount)


def drop_archived(db: Database, archive: WarcArchive, page_ids: set[int], now: datetime) -> int:
    """Drop every archived answer of these pages; return how many.

    Each archive file is written anew under another name, then the database points to it, then the old one goes: an
    interruption leaves a file too many, never a record too few. Raises ArchiveBusy for a file that is still being
    written, here or, with an object store, on another machine that has not sent it yet.
    """
    with db.read() as connection:
        rows = connection.execute(
            select(fetches.c.warc_file, fetches.c.warc_offset, fetches.c.fetched_at).where(
                fetches.c.page_id.in_(page_ids), fetches.c.warc_file.is_not(None)
            )
        ).all()
    places: dict[str, set[int]] = {}
    written: dict[str, datetime] = {}
    for file, offset, fetched_at in rows:
        places.setdefault(file, set()).add(offset)
        written[file] = max(fetched_at, written.get(file, fetched_at))
    for file, offsets in places.items():
        try:
            moved = archive.without(file, offsets)
        except RecordMissing as error:
            if archive.store is not None and now - written[file] < SENT_WITHIN:
                raise ArchiveBusy(
                    f"{error}: it holds pages to erase and may still be on the machine that wrote it; "
                    "erase again when that machine has run once more"
                ) from error
            moved = Rewritten(file=file, offsets={})  # a file that is gone holds nothing
        with db.write(durable=True) as connection:
            for table in (fetches, quarantine):
                gone = update(table).where(table.c.warc_file == file, table.c.warc_offset.in_(offsets))
                connection.execute(gone.values(warc_file=None, warc_offset=None))
                stored = connection.execute(
                    select(table.c.id, table.c.warc_offset).where(table.c.warc_file == file)
                ).all()
                for row in stored if moved.offsets else ():
                    connection.execute(
                        update(table)
                        .where(table.c.id == row.id)
                        .values(warc_file=moved.file, warc_offset=moved.offsets[row.warc_offset])
                    )
        archive.delete(file)
    return len(rows)
