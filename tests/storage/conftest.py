"""Pages, comments and verdicts to load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from extractors.records import Comment, Discussion, Page, Section, Tweet
from moderation.verdict import Action, Evidence, LanguageRelation, Verdict
from storage.crawl.frontier import DiscoveredUrl, discover
from storage.crawl.outcomes import Exchange, Extracted
from storage.database.engine import Database

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


class Maker:
    """Makes outcomes for a database: each call to `extracted` is one fetch of a page, an hour after the last."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = MORNING

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**(span or {"hours": 1}))
        return self.now

    def page_id(self, url: str, site: str = "mag") -> int:
        from sqlalchemy import select

        from storage.database.tables import pages

        discover(self.db, site, [DiscoveredUrl(url=url, source="given")], self.now)
        with self.db.read() as connection:
            return int(connection.execute(select(pages.c.id).where(pages.c.url == url)).scalar_one())

    def exchange(self, url: str, body: str = "", **changes: object) -> Exchange:
        exchange = Exchange(
            page_id=self.page_id(url),
            url=url,
            final_url=url,
            status=200,
            fetched_at=self.later(),
            bytes=len(body),
            elapsed_ms=12.5,
            etag='"1"',
            content_hash=sha256(body.encode()).hexdigest(),
            warc_file="a.warc.gz",
            warc_offset=7,
        )
        return replace(exchange, **changes)  # type: ignore[arg-type]

    def page(self, url: str, comments: Sequence[Comment] = (), **changes: object) -> Page:
        page = Page(
            url=url,
            canonical_url=url,
            title="Fiche métier : Traffic manager",
            site_name="Le Mag",
            language="fr",
            author="Rédaction",
            authors=("Rédaction",),
            published="2026-01-05",
            lead="Un métier.",
            text="Définition\n\nIl gère le trafic.",
            sections=(Section(level=2, heading="Définition", text="Il gère le trafic."),),
            discussion=Discussion(platform="wordpress", claimed=len(comments), found=len(comments)),
            comments=tuple(replace(comment, position=n) for n, comment in enumerate(comments, start=1)),
        )
        return replace(page, **changes)  # type: ignore[arg-type]

    def extracted(
        self,
        url: str,
        comments: Sequence[Comment] = (),
        verdicts: Sequence[Verdict] | None = None,
        exchange: Exchange | None = None,
        **changes: object,
    ) -> Extracted:
        page = self.page(url, comments, **changes)
        return Extracted(
            exchange=exchange or self.exchange(url, repr(page)),
            page=page,
            verdicts=tuple(verdicts if verdicts is not None else [verdict() for _ in comments]),
            next_due=self.now + timedelta(days=1),
        )


def comment(
    body: str, author: str | None = "Léa", id: str | None = None, date: str | None = "2026-02-01T10:00", **rest
):  # type: ignore[no-untyped-def]
    return Comment(position=0, id=id, author=author, body=body, date=date, **rest)


def verdict(
    action: str = "publish", probability: float = 0.02, labels: Sequence[str] = (), model: str = "1"
) -> Verdict:
    return Verdict(
        action=Action(action),
        labels=tuple(labels),
        spam_probability=probability,
        language="fr",
        language_relation=LanguageRelation.SAME,
        evidence=(Evidence(signal="short", log_odds=0.1, because="court", spans=((0, 3),)),),
        model_version=model,
        policy_version="1",
    )


def tweet(text: str, id: str | None = None, **rest) -> Tweet:  # type: ignore[no-untyped-def]
    return Tweet(text=text, id=id, handle="elaee", **rest)


@pytest.fixture
def make(database: Database) -> Maker:
    return Maker(database)


@pytest.fixture
def say() -> Callable[..., Comment]:
    return comment


@pytest.fixture
def judge() -> Callable[..., Verdict]:
    return verdict


@pytest.fixture
def short_message() -> Callable[..., Tweet]:
    return tweet


@pytest.fixture
def rows(database: Database) -> Callable[[str], list[dict[str, object]]]:
    """Run a query; its rows as dicts."""

    def run(sql: str) -> list[dict[str, object]]:
        with database.read() as connection:
            return [dict(row) for row in connection.exec_driver_sql(sql).mappings()]

    return run
