"""Writing comments: new ones, edited ones with their history, vanished and re-appeared ones."""

from __future__ import annotations

import json
from collections import defaultdict, namedtuple
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from extractors.records import Comment, CommentKind, DatePrecision, Shortfall
from storage.analysts.rollups import mark_stale
from storage.crawl.identity import author_key, comment_fingerprint, plain, stated_date
from storage.crawl.judgements import Judged
from storage.crawl.matching import Known, Told, comment_keys, match, settled_keys, told
from storage.crawl.outcomes import Extracted
from storage.database.bulk import insert_new_rows, insert_rows, reserve, update_rows
from storage.database.columns import stated_day
from storage.database.engine import Database
from storage.database.fields import COMMENT
from storage.database.tables import comment_absences, comment_versions, comments, erased_authors, pages, reviews
from storage.database.values import json_text, storable

DAY_AHEAD = timedelta(days=1)  # a date of tomorrow may be today's elsewhere
SUSPICIOUS_LOSS = 5  # comments that vanish all at once: more likely a new theme than so many deletions


COLUMNS = (
    "id",
    "article_id",
    "page_id",
    "key",
    "fingerprint",
    *COMMENT.columns,
    "parent_id",
    "author_key",
    "day",
    "version",
    "version_since",
    "first_seen_at",
    "fetched_at",
    "changed_at",
    "missing_since",
    "removed_at",
    "erased_at",
    "extractor_version",
    "raw_hash",
)
if TYPE_CHECKING:
    Written = Any
else:
    Written = namedtuple("Written", COLUMNS)  # a comment's values, as the driver takes them

DAY = COLUMNS.index("day")
VERSION = (
    "comment_id",
    "version",
    "valid_from",
    "valid_to",
    "author",
    "body",
    "record",
    "extractor_version",
    "raw_hash",
)
EDITED = tuple(field.column for field in COMMENT.content)  # a change of these may be a new version: see `was_edited`
STORED = (  # what a row is written anew for
    *EDITED,
    "page_id",
    "key",
    "fingerprint",
    "parent_id",
    *(field.column for field in COMMENT if not field.content),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One page's comments with their identities, computed before the write lock is taken."""

    outcome: Extracted
    keys: list[str]
    told: list[Told]
    author_keys: list[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsWritten:
    """`judged` pairs each comment of the pages with its verdict."""

    judged: list[Judged]
    new: int
    changed: int
    reappeared: int


def prepared(db: Database, outcome: Extracted) -> Prepared:
    """The identities of a page's comments."""
    listed = outcome.page.comments
    here = [told(comment, comment_fingerprint(db.secret, comment)) for comment in listed]
    return Prepared(
        outcome=outcome,
        keys=comment_keys([one.id for one in here], [one.fingerprint for one in here]),
        told=here,
        author_keys=[author_key(db.secret, comment.author) for comment in listed],
    )


KNOWN = (
    select(comments, reviews.c.decision_id)
    .outerjoin(reviews, reviews.c.comment_id == comments.c.id)
    .where(comments.c.article_id.in_(bindparam("numbers", expanding=True)))
    .order_by(comments.c.id)
)
ANY_ERASED = select(erased_authors.c.author_key).limit(1)
WAITING = select(comments.c.article_id).where(
    comments.c.article_id.in_(bindparam("numbers", expanding=True)),
    comments.c.missing_since.is_not(None),
    comments.c.removed_at.is_(None),
)


def known_comments(connection: Connection, article_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    known: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(KNOWN, {"numbers": article_ids}):
        known[row.article_id].append(row)
    return known


def erased(connection: Connection, author_keys: set[str]) -> set[str]:
    """Those of the pseudonyms whose owner asked to be erased. The table is small: it is read whole."""
    if connection.execute(ANY_ERASED).scalar() is None:
        return set()
    return author_keys & set(connection.execute(select(erased_authors.c.author_key)).scalars())


def write_comments(
    db: Database,
    connection: Connection,
    threads: Sequence[tuple[Prepared, int, int]],
    known_ids: set[int],
    now: datetime,
) -> CommentsWritten:
    """Write the comments of pages, each given with the numbers of its article and site; an article may come once.

    `known_ids` are the articles that existed before: the others have no comments to compare with.
    """
    at_load = db.moment(now)
    known = known_comments(connection, [number for _, number, _ in threads if number in known_ids]) if known_ids else {}
    blanked = erased(connection, {key for page, *_ in threads for key in page.author_keys if key})
    matches = [matched(page, known.get(number, [])) for page, number, _ in threads]
    fresh = iter(reserve(connection, comments, sum(found.count(None) for found in matches)))
    inserts: list[tuple[Any, ...]] = []
    updates: list[tuple[Any, ...]] = []
    versions: list[tuple[Any, ...]] = []
    absences: list[tuple[Any, ...]] = []
    missing: list[tuple[Any, ...]] = []
    judged: list[Judged] = []
    for (page, article_id, site_id), found in zip(threads, matches, strict=True):
        at = page.outcome.exchange.fetched_at
        rows = {row.id: row for row in known.get(article_id, ())}
        ids = [number if number is not None else next(fresh) for number in found]
        keys = settled_keys(page.keys, found, {row.key: row.id for row in rows.values()})
        listed = zip(
            ids,
            page.outcome.page.comments,
            page.outcome.verdicts,
            page.author_keys,
            new_rows(db, page, article_id, ids, keys, at_load),
            strict=True,
        )
        for number, comment, verdict, pseudonym, new in listed:
            row = rows.get(number)
            if row is not None and is_shown_before(page, row):
                continue
            hidden = pseudonym in blanked or (row is not None and row.erased_at is not None)
            if hidden:
                new = blank(new)
            if row is None:
                inserts.append(new)
                judged.append(Judged(number, 1, site_id, verdict, False, False, hidden, new[DAY]))
                continue
            written, edited = merged(db, row, Written._make(new), comment)
            if row.removed_at is not None:
                absences.append((number, db.moment(row.removed_at), db.moment(at)))
            if edited:
                versions.append(history(db, row, at))
            if edited or differs(row, written, STORED) or row.missing_since is not None:
                updates.append((*written[1:], number))
            judged.append(Judged(number, written.version, site_id, verdict, edited, True, hidden, written.day))
        here = page.outcome.exchange.page_id
        absent = {number: row for number, row in rows.items() if number not in ids and row.page_id == here}
        if page.outcome.page.discussion.shortfall is Shortfall.HIDDEN:
            absent = held_back(page, absent)
        elif not shows_whole_thread(page, rows.values()):
            absent = {}
        missing += [(db.moment(at), number) for number, row in absent.items() if row.missing_since is None]
    insert_rows(connection, comments, COLUMNS, inserts)
    insert_rows(connection, comment_versions, VERSION, versions)
    insert_new_rows(connection, comment_absences, ("comment_id", "removed_at", "reappeared_at"), absences)
    update_rows(connection, comments, COLUMNS[1:], updates)
    update_rows(connection, comments, ("missing_since",), missing)
    mark_stale(connection, [row[-1] for row in updates])
    return CommentsWritten(judged=judged, new=len(inserts), changed=len(versions), reappeared=len(absences))


def matched(page: Prepared, known: Sequence[Row[Any]]) -> list[int | None]:
    """For each comment of the page the number of the stored comment it is, or None."""
    if not known:
        return [None] * len(page.keys)
    return match(page.told, map(known_comment, known), page.outcome.exchange.page_id)


def known_comment(row: Row[Any]) -> Known:
    """A stored comment as identity sees it: by what its row says, not by the key that an earlier release gave it."""
    relative = row.date_precision == DatePrecision.RELATIVE
    said = Told(
        row.site_comment_id,
        plain(row.author),
        plain(row.body),
        None if relative else row.date if row.date is not None else row.date_text,
        row.kind == CommentKind.REMOVED,
        row.fingerprint,
    )
    return Known(
        row.id, said, row.page_id, row.erased_at is not None, row.removed_at is not None, row.decision_id is not None
    )


def new_rows(
    db: Database, page: Prepared, article_id: int, ids: Sequence[int], keys: Sequence[str], now: Any
) -> Iterator[tuple[Any, ...]]:
    """Each comment of the page as a new row, in the order of `Written`; `ids` are their numbers.

    Plain tuples, and values of exactly the types that the driver takes: it converts an enumeration or a bool at several
    times the cost of a text or an int, and a page has many of them.
    """
    read, exchange = page.outcome.page, page.outcome.exchange
    at, seen = db.moment(exchange.fetched_at), exchange.fetched_at.date()
    flag = int if db.dialect == "sqlite" else bool
    places = {comment.position: number for comment, number in zip(read.comments, ids, strict=True)}
    from_page = (read.extractor_version, exchange.content_hash or "")
    for number, comment, key, said, pseudonym in zip(
        ids, read.comments, keys, page.told, page.author_keys, strict=True
    ):
        yield (
            number,
            article_id,
            exchange.page_id,
            storable(key),
            said.fingerprint,
            *COMMENT.values(comment, flag),
            places.get(comment.parent) if comment.parent is not None else None,
            pseudonym,
            db.day(written_on(comment.date and comment.date[:10], seen)),
            1,
            at,
            at,
            at,
            now,
            None,
            None,
            None,
            *from_page,
        )


def is_shown_before(page: Prepared, row: Row[Any]) -> bool:
    """Whether a comment stands on another page of an article in several ones: themes show the thread on each."""
    parts, here = page.outcome.parts, page.outcome.exchange.page_id
    return parts is not None and parts.number > 1 and row.page_id != here and row.missing_since is None


def blank(new: tuple[Any, ...]) -> Written:
    """The row of a comment whose author asked to be erased."""
    written = Written._make(new)
    return written._replace(
        author=None, author_key=None, author_url=None, body="", links="[]", erased_at=written.fetched_at
    )


@lru_cache(maxsize=10_000)  # the same days come again and again
def written_on(stated: str | None, seen: date) -> date:
    """The day of an ISO date; when none is stated, or one that is still to come, the day the comment was first seen."""
    return stated_day(stated, not_after=seen + DAY_AHEAD) or seen


def merged(db: Database, row: Row[Any], written: Written, comment: Comment) -> tuple[Written, bool]:
    """The known comment's row as it should be now, and whether it was edited upstream."""
    written = written._replace(first_seen_at=db.moment(row.first_seen_at), erased_at=db.moment(row.erased_at))
    if comment.date_precision is DatePrecision.RELATIVE and (row.date is not None or row.date_text is not None):
        # "3 days ago" was right when it was first read
        written = written._replace(date=row.date, date_text=row.date_text, date_precision=row.date_precision)
    if stated_date(comment) is None or stated_day(written.date) is None:
        written = written._replace(day=db.day(row.day))
    if written.parent_id is None and comment.parent is None and written.page_id != row.page_id:
        written = written._replace(parent_id=row.parent_id)  # its parent stands on an earlier page of the thread
    edited = row.erased_at is None and was_edited(row, written)
    if edited:
        return written._replace(version=row.version + 1), True
    return (
        written._replace(
            version=row.version,
            version_since=db.moment(row.version_since),
            fetched_at=db.moment(row.fetched_at),
            extractor_version=row.extractor_version,
            raw_hash=row.raw_hash,
        ),
        False,
    )


def was_edited(row: Row[Any], written: Written) -> bool:
    """Whether the content says something else now: a change of typography, or of http to https, says the same."""
    for name in EDITED:
        old, new = getattr(row, name), getattr(written, name)
        match name:
            case "author" | "body":
                old, new = plain(old), plain(new)
            case "author_url":
                old, new = address(old), address(new)
            case "links":
                old, new = [*map(address, old)], [*map(address, json.loads(new))]
        if old != new:
            return True
    return False


def address(url: str | None) -> str | None:
    """The address without what a move to HTTPS changes."""
    if url is None:
        return None
    return url.removeprefix("https://").removeprefix("http://").removesuffix("/")


def differs(row: Row[Any], written: Written, names: Sequence[str]) -> bool:
    return any(
        getattr(row, name) != (json.loads(written.links) if name == "links" else getattr(written, name))
        for name in names
    )


def history(db: Database, row: Row[Any], until: datetime) -> tuple[Any, ...]:
    record = {name: getattr(row, name) for name in ("author_url", "kind", "links", "date", "date_text", "permalink")}
    return (
        row.id,
        row.version,
        db.moment(row.version_since),
        db.moment(until),
        row.author,
        row.body,
        json_text(record),
        row.extractor_version,
        row.raw_hash,
    )


def shows_whole_thread(page: Prepared, known: Any) -> bool:
    """Whether a comment that this page no longer shows can have vanished: the page shows all it should."""
    shortfall = page.outcome.page.discussion.shortfall
    if shortfall not in (None, Shortfall.PAGINATED):
        return False
    here = page.outcome.exchange.page_id
    before = sum(row.page_id == here and row.missing_since is None for row in known)
    emptied = not page.outcome.page.comments and page.outcome.page.discussion.claimed != 0
    return page.outcome.accepted or not (emptied and before >= SUSPICIOUS_LOSS)


def held_back(page: Prepared, absent: Mapping[int, Row[Any]]) -> dict[int, Row[Any]]:
    """Those of the absent comments that are gone where the site counts answers which it does not show.

    WordPress hides the answers to a comment that is held back and goes on counting them. So what is gone are the
    comments at the top of what is absent; nothing is, when the page's number leaves room for fewer than these.
    """
    discussion = page.outcome.page.discussion
    tops = {number: row for number, row in absent.items() if row.parent_id not in absent}
    still_counted = (discussion.claimed or 0) - discussion.found
    return tops if len(absent) - still_counted >= len(tops) else {}


def sweep_missing(connection: Connection, article_ids: Collection[int], now: datetime) -> int:
    """Mark as removed what is missing from its page and cannot have moved to another page of the thread.

    That is certain once every other page of the thread was looked at since it went missing. Returns how many.
    """
    if not article_ids:
        return 0
    waiting = set(connection.execute(WAITING, {"numbers": sorted(article_ids)}).scalars())
    if not waiting:
        return 0
    unchecked = (
        select(pages.c.id)
        .where(
            pages.c.article_id == comments.c.article_id,
            pages.c.id != comments.c.page_id,
            or_(
                pages.c.state.not_in(("ok", "gone")),
                pages.c.last_fetched.is_(None),
                pages.c.last_fetched < comments.c.missing_since,
            ),
        )
        .exists()
    )
    done = connection.execute(
        update(comments)
        .where(
            and_(
                comments.c.article_id.in_(waiting),
                comments.c.missing_since.is_not(None),
                comments.c.removed_at.is_(None),
                ~unchecked,
            )
        )
        .values(removed_at=comments.c.missing_since, changed_at=now)
    )
    return int(done.rowcount)
