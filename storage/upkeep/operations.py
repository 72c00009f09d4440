"""What operators look at beyond `health`: the yields of a site run by run, and how its hosts were treated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Label, case, func, select

from storage.database.engine import Database
from storage.database.tables import fetches, pages, runs, sites

RUNS = 30  # of a site: a month of nights


@dataclass(frozen=True, slots=True, kw_only=True)
class RunYield:
    """What the pages that a run read gave on average; a run that read none is left out. `share_read` is 0 to 1."""

    run_id: int
    pages: int
    comments: float
    text_length: float
    sections: float
    share_read: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HostManners:
    """How a host was treated. `waited`: seconds that requests stood in line for its sake; `busy`: answers 429."""

    site: str
    host: str
    requests: int
    waited: float
    busy: int
    errors: int
    silent: int


def run_yields(db: Database, site: str, limit: int = RUNS) -> tuple[RunYield, ...]:
    """The site's newest runs, the oldest of them first. Pages that had not changed give nothing to compare."""
    newest = (
        select(runs.c.id)
        .join(sites, sites.c.id == runs.c.site_id)
        .where(sites.c.name == site, runs.c.command == "run")
        .order_by(runs.c.id.desc())
        .limit(limit)
    )
    read = fetches.c.outcome == "extracted"

    def mean(name: str) -> Label[Any]:
        return func.avg(case((read, func.coalesce(fetches.c[name], 0)))).label(name)

    with db.read() as connection:
        numbers = connection.execute(newest).scalars().all()
        if not numbers:
            return ()
        rows = connection.execute(
            select(
                fetches.c.run_id,
                func.count().label("pages"),
                func.sum(case((read, 1), else_=0)).label("read"),
                mean("comments"),
                mean("text_length"),
                mean("sections"),
            )
            .join(pages, pages.c.id == fetches.c.page_id)
            .where(
                fetches.c.run_id.in_(numbers),
                fetches.c.outcome.in_(("extracted", "quarantined")),
                ~pages.c.is_continuation,
            )
            .group_by(fetches.c.run_id)
            .order_by(fetches.c.run_id)
        ).all()
    return tuple(
        RunYield(
            run_id=row.run_id,
            pages=row.pages,
            comments=float(row.comments or 0),
            text_length=float(row.text_length or 0),
            sections=float(row.sections or 0),
            share_read=row.read / row.pages,
        )
        for row in rows
    )


def host_manners(db: Database, since: datetime, only: Collection[str] | None = None) -> tuple[HostManners, ...]:
    """Every host that was asked by runs since then, the one that complained most first; of these sites or of all."""
    query = (
        select(sites.c.name, runs.c.hosts)
        .join(sites, sites.c.id == runs.c.site_id)
        .where(runs.c.started_at >= since, runs.c.hosts.is_not(None))
    )
    if only is not None:
        query = query.where(sites.c.name.in_(only))
    total: dict[tuple[str, str], dict[str, float]] = {}
    with db.read() as connection:
        for site, hosts in connection.execute(query):
            for host, told in hosts.items():
                mine = total.setdefault((site, host), {})
                for name, value in told.items():
                    mine[name] = mine.get(name, 0) + value
    found = [
        HostManners(
            site=site,
            host=host,
            requests=int(told.get("requests", 0)),
            waited=told.get("waited", 0.0),
            busy=int(told.get("busy", 0)),
            errors=int(told.get("errors", 0)),
            silent=int(told.get("silent", 0)),
        )
        for (site, host), told in total.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.busy, -one.errors - one.silent, -one.requests, one.host)))
