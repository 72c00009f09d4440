"""Runs: when each began and ended, what it did, and which died without saying so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from storage.crawl.site_numbers import site_number
from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.database.tables import runs, sites

SILENCE_SECONDS = 900  # a run that gave no sign of life for so long is dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `status`: running, finished, quarantined (finished with bad pages), held (a night that broke with the
    site's past was not applied), degraded (too few of its pages could be read), failed, abandoned (it died)."""

    id: int
    site: str | None
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    counts: dict[str, int]
    message: str | None
    worker: str | None
    hosts: dict[str, dict[str, float]] | None = None  # what each host was asked, by name


def start_run(db: Database, site: str | None, command: str, now: datetime, worker: str | None = None) -> int:
    """The number of a new run; runs that have died in silence are marked abandoned on the way."""
    with db.write() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.status == "running", runs.c.seen_at < now - timedelta(seconds=SILENCE_SECONDS))
            .values(status="abandoned", finished_at=runs.c.seen_at, message="the process ended without saying why")
        )
        made = connection.execute(
            insert(runs)
            .values(
                site_id=site_number(connection, site, now) if site is not None else None,
                command=command,
                worker=worker,
                started_at=now,
                seen_at=now,
                status="running",
                counts={},
            )
            .returning(runs.c.id)
        )
        return int(made.scalar_one())


def end_dead_runs(db: Database, is_alive: Callable[[str], bool], now: datetime) -> int:
    """Mark runs as abandoned whose process is gone, without waiting for their silence to last; return how many."""
    with db.read() as connection:
        query = select(runs.c.id, runs.c.worker).where(runs.c.status == "running", runs.c.worker.is_not(None))
        dead = [row.id for row in connection.execute(query) if not is_alive(row.worker)]
    if dead:
        with db.write() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.id.in_(dead), runs.c.status == "running")
                .values(
                    status="abandoned", finished_at=now, message="its process died; the next run takes up its pages"
                )
            )
    return len(dead)


def finish_run(
    db: Database, run_id: int, counts: Mapping[str, int], status: str, now: datetime, message: str | None = None
) -> None:
    """Write down how the run ended. Raises UnknownItem if there is no such run."""
    with db.write() as connection:
        done = connection.execute(
            update(runs)
            .where(runs.c.id == run_id)
            .values(counts=dict(counts), status=status, finished_at=now, seen_at=now, message=message)
        )
        if done.rowcount == 0:
            raise UnknownItem(f"no run {run_id}")


def note_hosts(db: Database, run_id: int, hosts: Mapping[str, Mapping[str, float]]) -> None:
    """Add what each host was asked to what the run has noted already: on a cluster each batch notes its share."""
    if not hosts:
        return
    with db.write() as connection:
        known = connection.execute(select(runs.c.hosts).where(runs.c.id == run_id).with_for_update()).scalar_one()
        total: dict[str, dict[str, float]] = known or {}
        for host, told in hosts.items():
            mine = total.setdefault(host, {})
            for name, value in told.items():
                mine[name] = round(mine.get(name, 0) + value, 3)
        connection.execute(update(runs).where(runs.c.id == run_id).values(hosts=total))


ENDED_WELL = ("finished", "quarantined", "held", "degraded")

NIGHTS = ("run", "accept")
"""What brings a site's pages in. A night that learns of its site starts a replay, whose row is newer than its own."""


def recent_runs(
    db: Database,
    site: str | None = None,
    limit: int = 20,
    *,
    only: Collection[str] | None = None,
    commands: Collection[str] | None = None,
) -> tuple[Run, ...]:
    """The newest runs first, of one site, of `only` these, or of all; `commands`: only of these."""
    query = (
        select(
            runs.c.id,
            sites.c.name.label("site"),
            runs.c.command,
            runs.c.started_at,
            runs.c.finished_at,
            runs.c.status,
            runs.c.counts,
            runs.c.message,
            runs.c.worker,
            runs.c.hosts,
        )
        .outerjoin(sites, sites.c.id == runs.c.site_id)
        .order_by(runs.c.id.desc())
        .limit(limit)
    )
    if site is not None:
        query = query.where(sites.c.name == site)
    if only is not None:
        query = query.where(sites.c.name.in_(only))
    if commands is not None:
        query = query.where(runs.c.command.in_(commands))
    with db.read() as connection:
        return tuple(Run(**row) for row in connection.execute(query).mappings())
