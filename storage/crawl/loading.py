"""Loading: what became of fetched pages goes into the database, in short transactions, as often as you like.

Loading the same outcomes twice leaves the same rows as loading them once. An answer older than the one that the
database already took into account changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from extractors.records import PageKind
from storage.crawl.article_parts import (
    adopt,
    continues_an_article,
    is_further,
    join_known,
    made_whole,
    put_together,
    write_parts,
)
from storage.crawl.articles import write_articles
from storage.crawl.comments import Prepared, prepared, sweep_missing, write_comments
from storage.crawl.judgements import write_judgements
from storage.crawl.outcomes import ASK_AGAIN, Extracted, Failed, GonePage, LoadCounts, Outcome, Quarantined, Unchanged
from storage.crawl.page_kinds import BY_EDITOR
from storage.crawl.quarantine import close_cases, open_case
from storage.crawl.revisits import Rank, rank_of_read
from storage.crawl.same_article import settled
from storage.crawl.site_profiles import write_traits
from storage.crawl.threads import continuations
from storage.crawl.tweets import write_tweets
from storage.crawl.withdrawing import take_back_comments, withdraw
from storage.database.bulk import insert_new_rows, update_rows
from storage.database.engine import Database
from storage.database.retrying import again_on_collision
from storage.database.tables import article_parts, articles, comments, fetches, pages, runs
from storage.database.values import json_text, storable, upsert

PAGES_AT_ONCE = 50
COMMENTS_AT_ONCE = 400  # a transaction of this size takes about 10 ms on SQLite: an editor hardly waits

PAGE = (
    "state",
    "attempts",
    "last_fetched",
    "next_due",
    "lease_worker",
    "lease_until",
    "etag",
    "last_modified",
    "content_hash",
    "stored_url",
    "extractor_version",
    "article_id",
    "shortfall",
    "kind",
    "kind_because",
    "kind_by",
    "moved_at",
    "rank",
)
FETCH = (
    "page_id",
    "run_id",
    "fetched_at",
    "final_url",
    "status",
    "bytes",
    "elapsed_ms",
    "etag",
    "last_modified",
    "content_hash",
    "warc_file",
    "warc_offset",
    "outcome",
    "comments",
    "sections",
    "text_length",
    "error",
    "kind",
)


def load(
    db: Database, outcomes: Sequence[Outcome], run_id: int | None, now: datetime, *, replayed: bool = False
) -> LoadCounts:
    """Bring the database up to date with what became of these pages; return what changed.

    One short transaction for about PAGES_AT_ONCE pages or COMMENTS_AT_ONCE comments. `replayed`: the pages come from
    the archive, not from the network, so when they are due and who works on them stays as it is.
    """
    total = LoadCounts()
    for chunk in outcome_chunks(outcomes):
        ready = {outcome.exchange.page_id: prepared(db, outcome) for outcome in chunk if isinstance(outcome, Extracted)}
        total += again_on_collision(partial(load_chunk, db, chunk, ready, run_id, now, replayed))
    return total


def outcome_chunks(outcomes: Sequence[Outcome]) -> Iterator[list[Outcome]]:
    """The outcomes in order, in parts that make short transactions; the same page comes once in each."""
    part: list[Outcome] = []
    size, seen = 0, set[int]()
    for outcome in outcomes:
        weight = len(outcome.page.comments) if isinstance(outcome, Extracted) else 0
        repeated = outcome.exchange.page_id in seen
        if part and (repeated or len(part) >= PAGES_AT_ONCE or size + weight > COMMENTS_AT_ONCE):
            yield part
            part, size, seen = [], 0, set()
        part.append(outcome)
        size += weight
        seen.add(outcome.exchange.page_id)
    if part:
        yield part


def load_chunk(
    db: Database,
    chunk: Sequence[Outcome],
    ready: dict[int, Prepared],
    run_id: int | None,
    now: datetime,
    replayed: bool,
) -> LoadCounts:
    with db.write() as connection:
        known = known_pages(connection, [outcome.exchange.page_id for outcome in chunk])
        current = [outcome for outcome in chunk if not is_stale(outcome, known[outcome.exchange.page_id])]
        read = [outcome for outcome in current if isinstance(outcome, Extracted)]
        write_parts(connection, read, known)
        if joined := join_known(connection, read, known):
            known |= known_pages(connection, joined)
        extracted = [
            made_whole(connection, outcome)
            for outcome in read
            if continues(page := known[outcome.exchange.page_id])
            or (shows_article(outcome, page) and not is_further(outcome))
        ]
        waiting = [one for one in read if is_further(one) and not continues(known[one.exchange.page_id])]
        own = [(outcome, known[outcome.exchange.page_id]) for outcome in extracted]
        named = settled(db, connection, [pair for pair in own if not continues(pair[1])], now)
        ready = {page_id: replace(item, outcome=named.get(page_id, item.outcome)) for page_id, item in ready.items()}
        extracted = [named.get(outcome.exchange.page_id, outcome) for outcome in extracted]
        known |= known_pages(connection, list(named))  # rows that were joined have another article now
        turned = sum(has_turned(outcome, known[outcome.exchange.page_id]) for outcome in read)
        counts = LoadCounts(pages=len(chunk), stale=len(chunk) - len(current), turned=turned)
        article_ids: dict[int, int] = {}
        new_articles: set[int] = set()
        for page_id in [one.exchange.page_id for one in extracted if one.without_widget]:
            take_back_comments(connection, page_id, ready[page_id].keys, now)
        for wave in waves(extracted, known):
            items = [ready[outcome.exchange.page_id] for outcome in wave]
            counts += write_wave(db, connection, items, known, article_ids, new_articles, run_id, now)
        adopt(connection, extracted, article_ids, now)
        counts += LoadCounts(changed_articles=put_together(db, connection, extracted, article_ids, now))
        taken_back = refuted(connection, read, known, replayed)
        withdraw(connection, taken_back, now)
        note_fetches(db, connection, chunk, run_id)
        moved = set() if replayed else moved_pages(connection, extracted, known, article_ids, now)
        write_pages(db, connection, current, known, article_ids, taken_back, moved, replayed)
        for outcome in current:
            if not isinstance(outcome, Extracted):
                counts += note_exchange(connection, outcome, known[outcome.exchange.page_id], run_id)
        well = [
            outcome.exchange.page_id
            for outcome in current
            if isinstance(outcome, Extracted) or is_well_again(outcome, known[outcome.exchange.page_id])
        ]
        given = {outcome.exchange.page_id: outcome.traits for outcome in read if outcome.traits is not None}
        write_traits(connection, given)
        close_cases(connection, well, now)
        follow_threads(connection, extracted, known, article_ids, now)
        ask_for_first_pages(connection, waiting, known, now)
        looked_at = ({*article_ids.values()} - new_articles) | continued(current, known)
        counts += LoadCounts(removed_comments=sweep_missing(connection, looked_at, now))
        if run_id is not None:
            connection.execute(update(runs).where(runs.c.id == run_id).values(seen_at=now))
    return counts


def has_turned(outcome: Extracted, page: Row[Any]) -> bool:
    """Whether other bytes than before make a list of an article, or an article of a list, and nobody said so."""
    if outcome.kind_by is not None or page.kind_by is not None or outcome.exchange.content_hash == page.content_hash:
        return False
    return {page.kind, str(outcome.page.page_kind)} == {"article", "list"}


def shows_article(outcome: Extracted, page: Row[Any]) -> bool:
    """A list, a login page or an error is kept as a page: it makes no article, and replaces none."""
    refused = page.kind_by == BY_EDITOR and page.kind != PageKind.ARTICLE  # said so while the page was being read
    return outcome.page.page_kind is PageKind.ARTICLE and not refused


def refuted(connection: Connection, read: Sequence[Extracted], known: dict[int, Row[Any]], replayed: bool) -> set[int]:
    """Articles that the pages they come from turn out not to be: people say so, or the same bytes are read better now.

    Another answer that is no article proves nothing: it may be an error in the page's place, so the good one stays.
    """
    doubted = {
        page.article_id: outcome
        for outcome in read
        if (page := known[outcome.exchange.page_id]).article_id is not None
        and not page.is_continuation
        and outcome.page.page_kind not in (PageKind.ARTICLE, PageKind.COMMENTS)
        and (replayed or outcome.kind_by)
    }
    query = select(articles.c.id, articles.c.page_id, articles.c.raw_hash).where(articles.c.id.in_(doubted))
    return {
        row.id
        for row in (connection.execute(query) if doubted else ())
        if row.page_id == doubted[row.id].exchange.page_id
        and (doubted[row.id].kind_by or row.raw_hash == doubted[row.id].exchange.content_hash)
    }


KNOWN = (
    select(*(pages.c[name] for name in ("id", "site_id", "is_continuation", *PAGE)))
    .where(pages.c.id.in_(bindparam("numbers", expanding=True)))
    .order_by(pages.c.id)
)
KNOWN_LOCKED = KNOWN.with_for_update()


def known_pages(connection: Connection, page_ids: Sequence[int]) -> dict[int, Row[Any]]:
    query = KNOWN_LOCKED if connection.dialect.name == "postgresql" else KNOWN
    return {row.id: row for row in connection.execute(query, {"numbers": page_ids})}


def is_well_again(outcome: Outcome, page: Row[Any]) -> bool:
    """Whether a page that was set aside reads again as its good record does, or is gone for good after all."""
    again = isinstance(outcome, GonePage) or (isinstance(outcome, Unchanged) and outcome.compared)
    return bool(page.state == "quarantined") and again


def is_stale(outcome: Outcome, page: Row[Any]) -> bool:
    """Whether the database has taken a newer answer into account, with another content."""
    if page.last_fetched is None or outcome.exchange.fetched_at >= page.last_fetched:
        return False
    return not (isinstance(outcome, Extracted) and outcome.exchange.content_hash == page.content_hash)


def waves(extracted: Sequence[Extracted], known: dict[int, Row[Any]]) -> Iterator[list[Extracted]]:
    """The outcomes in groups of which each has an article at most once (several pages may show one article).

    An article's own page goes before further pages of its thread.
    """
    rest = sorted(extracted, key=lambda outcome: continues(known[outcome.exchange.page_id]))
    while rest:
        named: set[object] = set()
        wave: list[Extracted] = []
        later: list[Extracted] = []
        thread = continues(known[rest[0].exchange.page_id])
        for outcome in rest:
            page = known[outcome.exchange.page_id]
            name = page.article_id if continues(page) else outcome.page.canonical_url
            (later if name in named or continues(page) != thread else wave).append(outcome)
            named.add(name)
        yield wave
        rest = later


def continues(page: Row[Any]) -> bool:
    """Whether the page is a further page of the comment thread of a known article."""
    return bool(page.is_continuation) and page.article_id is not None


def write_wave(
    db: Database,
    connection: Connection,
    wave: Sequence[Prepared],
    known: dict[int, Row[Any]],
    article_ids: dict[int, int],
    new_articles: set[int],
    run_id: int | None,
    now: datetime,
) -> LoadCounts:
    """Write pages of different articles; add each page's article to `article_ids`, and to `new_articles` if it is."""
    rows = [known[item.outcome.exchange.page_id] for item in wave]
    own = [(item.outcome, row.site_id) for item, row in zip(wave, rows, strict=True) if not continues(row)]
    written = write_articles(db, connection, own, now)
    numbers = [
        row.article_id if continues(row) else written.ids[item.outcome.page.canonical_url]
        for item, row in zip(wave, rows, strict=True)
    ]
    article_ids.update({row.id: number for row, number in zip(rows, numbers, strict=True)})
    new_articles |= written.made
    site_ids = [row.site_id for row in rows]
    threads = list(zip(wave, numbers, site_ids, strict=True))
    spoken = write_comments(db, connection, threads, set(numbers) - written.made, now)
    judged = write_judgements(db, connection, spoken.judged, run_id, now)
    shown = write_tweets(
        db, connection, [(item.outcome, number) for item, number in zip(wave, numbers, strict=True)], now
    )
    return LoadCounts(
        new_articles=len(written.made),
        changed_articles=written.changed,
        new_comments=spoken.new,
        changed_comments=spoken.changed,
        reappeared_comments=spoken.reappeared,
        verdicts=judged.verdicts,
        waiting=judged.waiting,
        new_tweets=shown.new,
        sightings=shown.sightings,
    )


def note_fetches(db: Database, connection: Connection, chunk: Sequence[Outcome], run_id: int | None) -> None:
    """One row an answer that said something; an unchanged page only moves its own row."""
    rows = [fetch_row(db, outcome, run_id) for outcome in chunk if not isinstance(outcome, Unchanged)]
    insert_new_rows(connection, fetches, FETCH, rows)


def fetch_row(db: Database, outcome: Outcome, run_id: int | None) -> tuple[Any, ...]:
    exchange = outcome.exchange
    read = outcome.page if isinstance(outcome, Extracted) else None
    return (
        exchange.page_id,
        run_id,
        db.moment(exchange.fetched_at),
        exchange.final_url if exchange.final_url != exchange.url else None,
        exchange.status,
        exchange.bytes,
        exchange.elapsed_ms,
        storable(exchange.etag),
        storable(exchange.last_modified),
        exchange.content_hash,
        exchange.warc_file,
        exchange.warc_offset,
        type(outcome).__name__.lower(),
        len(read.comments) if read is not None else None,
        sum(section.heading is not None for section in read.sections) if read is not None else None,
        len(read.text) if read is not None else None,
        storable(exchange.error),
        str(read.page_kind) if read is not None else outcome.kind if isinstance(outcome, Quarantined) else None,
    )


def write_pages(
    db: Database,
    connection: Connection,
    current: Sequence[Outcome],
    known: dict[int, Row[Any]],
    article_ids: dict[int, int],
    taken_back: set[int],
    moved: set[int],
    replayed: bool,
) -> None:
    rows = []
    for outcome in current:
        page = known[outcome.exchange.page_id]
        known_article = None if page.article_id in taken_back else page.article_id
        article_id = article_ids.get(page.id, known_article)
        rows.append((*page_row(db, outcome, page, article_id, page.id in moved, replayed), page.id))
    update_rows(connection, pages, PAGE, rows)


def page_row(
    db: Database, outcome: Outcome, page: Row[Any], article_id: int | None, moved: bool, replayed: bool
) -> tuple[Any, ...]:
    """The page's row after this outcome, in the order of PAGE."""
    exchange = outcome.exchange
    state, attempts, last_fetched, next_due = page.state, 0, exchange.fetched_at, outcome.next_due
    worker, until = None, None
    etag, last_modified, content_hash, stored_url = page.etag, page.last_modified, page.content_hash, page.stored_url
    extractor_version, shortfall = page.extractor_version, page.shortfall
    kind, because, kind_by = page.kind, page.kind_because, page.kind_by
    if isinstance(outcome, Quarantined) and outcome.reason in ASK_AGAIN:
        etag = last_modified = content_hash = stored_url = None
        attempts = page.attempts + 1
    elif isinstance(outcome, Extracted | Quarantined) or (isinstance(outcome, Unchanged) and outcome.compared):
        etag, last_modified, content_hash = exchange.etag, exchange.last_modified, exchange.content_hash
        stored_url = exchange.final_url if exchange.final_url != exchange.url else None
    match outcome:
        case Extracted(page=read):
            state, extractor_version, shortfall = "ok", read.extractor_version, read.discussion.shortfall
            if page.kind_by != BY_EDITOR:
                kind, because = str(read.page_kind), [cue.because for cue in read.kind_cues]
                if read.page_kind is PageKind.ARTICLE and (continues(page) or continues_an_article(outcome)):
                    kind, because = str(PageKind.COMMENTS), ["it continues an article or its comment thread"]
                kind_by = outcome.kind_by
        case Unchanged():
            state = "quarantined" if page.state == "quarantined" and not outcome.compared else "ok"
            etag, last_modified = exchange.etag or etag, exchange.last_modified or last_modified
        case Quarantined():
            state, kind = "quarantined", kind or outcome.kind  # what it was before is what it is
        case Failed():
            state = "failed" if page.last_fetched is None or page.state == "failed" else page.state
            attempts, last_fetched = page.attempts + 1, page.last_fetched
        case GonePage():
            state, etag, last_modified, content_hash = "gone", None, None, None
    moved_at, rank = page.moved_at, page.rank
    if isinstance(outcome, Extracted | Unchanged | Quarantined) and not replayed:
        moved_at = exchange.fetched_at if moved or moved_at is None else moved_at
        rank = int(rank_of_read(kind, moved_at, exchange.fetched_at))
    if moved and isinstance(outcome, Extracted):
        next_due = outcome.due_if_moved or next_due
    if replayed and page.last_fetched is not None:
        last_fetched, next_due = page.last_fetched, page.next_due
        worker, until = page.lease_worker, page.lease_until
    return (
        state,
        attempts,
        db.moment(last_fetched),
        db.moment(next_due),
        worker,
        db.moment(until),
        storable(etag),
        storable(last_modified),
        content_hash,
        stored_url,
        extractor_version,
        article_id,
        None if shortfall is None else str(shortfall),
        kind,
        None if because is None else json_text(because),
        kind_by,
        db.moment(moved_at),
        rank,
    )


def moved_pages(
    connection: Connection,
    extracted: Sequence[Extracted],
    known: dict[int, Row[Any]],
    article_ids: dict[int, int],
    now: datetime,
) -> set[int]:
    """The pages whose article is new or has a new version, or that show a comment which this load has written."""
    if not extracted:
        return set()
    numbers = sorted(set(article_ids.values()))
    since = dict(connection.execute(SINCE, {"numbers": numbers}).tuples().all())
    written = set(connection.execute(WRITTEN, {"numbers": numbers, "now": now}).scalars())
    found = set()
    for outcome in extracted:
        page = known[outcome.exchange.page_id]
        version_since = since[article_ids[page.id]]
        if page.id in written or page.last_fetched is None or version_since > page.last_fetched:
            found.add(page.id)
    return found


SINCE = select(articles.c.id, articles.c.version_since).where(articles.c.id.in_(bindparam("numbers", expanding=True)))
WRITTEN = (
    select(comments.c.page_id)
    .where(comments.c.article_id.in_(bindparam("numbers", expanding=True)), comments.c.changed_at == bindparam("now"))
    .distinct()
)


def note_exchange(
    connection: Connection, outcome: Unchanged | Quarantined | Failed | GonePage, page: Row[Any], run_id: int | None
) -> LoadCounts:
    """Count a page that was not read, and write what that means beyond its own row."""
    match outcome:
        case Unchanged():
            return LoadCounts(unchanged=1)
        case Quarantined():
            open_case(connection, outcome, run_id)
            return LoadCounts(quarantined=1)
        case Failed():
            return LoadCounts(failed=1)
        case GonePage(exchange=exchange):
            connection.execute(
                update(articles)
                .where(articles.c.page_id == page.id, articles.c.gone_at.is_(None))
                .values(gone_at=exchange.fetched_at)
            )
            if page.is_continuation:
                connection.execute(delete(article_parts).where(article_parts.c.page_id == page.id))
                connection.execute(
                    update(comments)
                    .where(comments.c.page_id == page.id, comments.c.missing_since.is_(None))
                    .values(missing_since=exchange.fetched_at)
                )
            return LoadCounts(gone=1)


def continued(current: Sequence[Outcome], known: dict[int, Row[Any]]) -> set[int]:
    """Articles of which a page was looked at without being read again: 304, or gone."""
    return {
        known[outcome.exchange.page_id].article_id
        for outcome in current
        if isinstance(outcome, Unchanged | GonePage) and known[outcome.exchange.page_id].article_id is not None
    }


def follow_threads(
    connection: Connection,
    extracted: Sequence[Extracted],
    known: dict[int, Row[Any]],
    article_ids: dict[int, int],
    now: datetime,
) -> None:
    """Put the other pages of each comment thread into the frontier, as a page of the same article."""
    rows = {
        address: {
            "site_id": known[outcome.exchange.page_id].site_id,
            "url": address,
            "source": "next_page",
            "state": "new",
            "discovered_at": now,
            "next_due": now,
            "attempts": 0,
            "article_id": article_ids[outcome.exchange.page_id],
            "is_continuation": True,
            "rank": int(Rank.NEW_ARTICLE),
        }
        for outcome in extracted
        for address in continuations(outcome)
    }
    if not rows:
        return
    statement = upsert(connection, pages)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[pages.c.url],
            set_={"article_id": statement.excluded.article_id, "is_continuation": True},
            where=pages.c.article_id.is_(None),
        ),
        sorted(rows.values(), key=lambda row: str(row["url"])),
    )


def ask_for_first_pages(
    connection: Connection, waiting: Sequence[Extracted], known: dict[int, Row[Any]], now: datetime
) -> None:
    """Put the first pages into the frontier of articles of which a further page was read before."""
    rows = {
        outcome.parts.first: {
            "site_id": known[outcome.exchange.page_id].site_id,
            "url": outcome.parts.first,
            "source": "link",
            "state": "new",
            "discovered_at": now,
            "next_due": now,
            "attempts": 0,
            "is_continuation": False,
            "rank": int(Rank.NEW_ARTICLE),
        }
        for outcome in waiting
        if outcome.parts is not None
    }
    if rows:
        connection.execute(upsert(connection, pages).on_conflict_do_nothing(), list(rows.values()))
