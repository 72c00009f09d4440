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
from storage.crawl.loading import load
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


@pytest.fixture
def lived(database: Database, make: Maker) -> Maker:
    """A database with a past: answers, edits, a vanished comment, decisions, an undo, a second look, a bad page."""
    from sqlalchemy import select

    from moderation.verdict import Action
    from storage.crawl.outcomes import Quarantined
    from storage.database.tables import decisions
    from storage.desk.audits import draw, second_opinion, to_look_at
    from storage.desk.decisions import decide, undo
    from storage.upkeep.after_run import after_run

    one, two = "https://mag.example/a", "https://mag.example/b"
    advert = "Visitez notre boutique de montres de luxe et de sacs à petit prix livrés en deux jours chez vous partout"

    def said(edited: bool) -> list[Comment]:
        found = [
            comment("Comment obtenir un prêt étudiant ?", id="c1", date="2026-02-01T10:00"),
            comment("Bonjour, voyez votre banque.", "La rédaction", "c2", "2026-02-02T09:30", parent=1, by_site=True),
            comment(
                "Achetez ici",
                "Max",
                "c3",
                "2026-02-09T11:00",
                links=("https://www.shop.example/a", "https://shop.example/b"),
                author_url="https://shop.example/",
            ),
            comment("Très bel article" + (", vraiment" if edited else ""), "Zoé", "c4", "2026-02-10"),
            comment("Combien gagne-t-on ?", "Ali", "c5", "2026-02-11T08:00"),
            comment(advert, "Bot", "c6", "2026-02-12"),
            comment(advert, "Robot", "c7", "2026-02-13"),
        ]
        return found[:4] + found[5:] if edited else found

    judged = [
        verdict(),
        verdict(),
        verdict("reject", 0.99, ["spam"]),
        verdict("review", 0.4),
        verdict("review", 0.6),
        verdict("review", 0.8, ["spam"]),
        verdict("review", 0.8, ["spam"]),
    ]
    db = database
    widget = (tweet("Offre #Emploi", id="1", hashtags=("Emploi",)), tweet("RT #Bac", id="2", hashtags=("Bac",)))
    load(db, [make.extracted(one, said(False), judged, tweets=widget)], None, make.now)
    other = [comment("Merci, c'est clair", id="d1", date="2026-02-03")]
    pay = (Section(level=2, heading="Salaire", text="Entre 28 000 et 34 000 euros bruts par an pour un débutant."),)
    title = "Fiche métier : Juriste"
    more = Discussion(platform="wordpress", claimed=3, found=1)
    load(db, [make.extracted(two, other, title=title, sections=pay, text=pay[0].text, discussion=more)], None, make.now)
    after_run(db, make.later())
    with db.read() as connection:
        numbers = dict(connection.exec_driver_sql("SELECT site_comment_id, id FROM comments").tuples().all())

    def decided(name: str, action: Action, editor: str, key: str) -> int:
        with db.read() as connection:
            version = connection.exec_driver_sql(
                f"SELECT version FROM reviews WHERE comment_id = {numbers[name]}"
            ).scalar_one()
        made = decide(db, numbers[name], editor, action, "spam", version, make.later(), key)
        return made.id

    decided("c4", Action.PUBLISH, "ana", "key-1")
    wrong = decided("c5", Action.REJECT, "ana", "key-2")
    undo(db, wrong, "ana", make.later(), "key-3")
    decided("c5", Action.PUBLISH, "bob", "key-4")
    decided("c6", Action.REJECT, "bob", "key-5")
    decided("c1", Action.REJECT, "ana", "key-6")
    decided("c1", Action.PUBLISH, "bob", "key-7")
    draw(db, {"mag": 1.0}, 1.0, 1.0, make.later())
    for look in to_look_at(db, "cleo", None, 50):
        if look.kind == "second":
            second_opinion(db, look.id, "cleo", Action.PUBLISH, None, make.later())
    later = make.extracted(one, said(True), [v for n, v in enumerate(judged) if n != 4], text="Un texte revu.")
    load(db, [later], None, make.later())
    bad = Quarantined(exchange=make.exchange("https://mag.example/c"), reason="empty", message="-", next_due=None)
    load(db, [bad], None, make.later())
    after_run(db, make.later())
    with db.read() as connection:
        assert connection.execute(select(decisions)).first() is not None
    return make
