"""Pages to load: made up, always the same for a number, with the sizes of real ones."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from extractors.records import Block, BlockKind, Comment, DatePrecision, Discussion, Page, Section, Tweet
from moderation.verdict import Action, Evidence, LanguageRelation, Verdict
from storage.crawl.frontier import DiscoveredUrl, discover
from storage.crawl.outcomes import Exchange, Extracted
from storage.database.engine import Database

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
SITE = "bench"
HEADINGS = ("Définition", "Mission", "Qualités", "Formation demandée", "Rémunération")
SYLLABLES = "ba ce di fo gu la mé ni pro ré sa tion ver que ment eur age ité".split()


def vocabulary(size: int = 4000) -> list[str]:
    pick = random.Random(7)
    return ["".join(pick.choices(SYLLABLES, k=pick.choice((1, 2, 2, 3, 3, 4)))) for _ in range(size)]


WORDS = vocabulary()
WEIGHTS = [1 / (rank + 3) for rank in range(len(WORDS))]  # words of a language are about so frequent


def text(pick: random.Random, words: int) -> str:
    return " ".join(pick.choices(WORDS, cum_weights=_cumulated(), k=words))


_sums: list[float] = []


def _cumulated() -> list[float]:
    if not _sums:
        total = 0.0
        for weight in WEIGHTS:
            total += weight
            _sums.append(total)
    return _sums


def url_of(number: int) -> str:
    return f"https://bench.example/fiche-metier-{number}"


def outcome(
    number: int, page_id: int, *, comments: int = 11, words: int = 400, fetched_at: datetime = NOW
) -> Extracted:
    """Page `number` with so many comments, an article of about so many words, five messages of a widget."""
    pick = random.Random(number)
    url = url_of(number)
    said = tuple(comment(pick, number, position) for position in range(1, comments + 1))
    part = max(8, words // len(HEADINGS))
    bodies = [text(pick, part) for _ in HEADINGS]
    tweets = tuple(
        Tweet(
            text=text(pick, 12),
            id=str(number % 50 * 5 + n),
            handle="bench",
            hashtags=(pick.choice(WORDS[:300]),),
            urls=(f"https://t.example/{n}",),
        )
        for n in range(5)
    )
    page = Page(
        url=url,
        canonical_url=url,
        title=f"Fiche métier : {text(pick, 2)}",
        site_name="Bench",
        language="fr",
        author="Rédaction",
        published=f"20{10 + number % 15}-0{1 + number % 9}-11",
        lead=text(pick, 20),
        text="\n\n".join(bodies),
        sections=tuple(
            Section(level=2, heading=heading, text=body, blocks=(Block(kind=BlockKind.PARAGRAPH, text=body),))
            for heading, body in zip(HEADINGS, bodies, strict=True)
        ),
        discussion=Discussion(platform="wordpress", claimed=comments, found=comments),
        comments=said,
        tweets=tweets,
    )
    return Extracted(
        exchange=Exchange(
            page_id=page_id,
            url=url,
            final_url=url,
            status=200,
            fetched_at=fetched_at,
            bytes=60_000,
            elapsed_ms=31.5,
            etag=f'"{number}"',
            content_hash=sha256(url.encode()).hexdigest(),
            warc_file="2026/01/bench.warc.gz",
            warc_offset=number * 9000,
        ),
        page=page,
        verdicts=tuple(verdict(pick) for _ in said),
        next_due=fetched_at + timedelta(days=1),
    )


def comment(pick: random.Random, number: int, position: int) -> Comment:
    return Comment(
        position=position,
        id=f"comment-{number * 100 + position}",
        author=f"{pick.choice(WORDS).capitalize()} {pick.randrange(40)}",
        author_url=f"https://{pick.choice(WORDS)}.example/" if position % 3 == 0 else None,
        date=f"20{10 + pick.randrange(15)}-{1 + pick.randrange(12):02}-{1 + pick.randrange(28):02}T10:{position:02}",
        date_text="le 3 mars",
        date_precision=DatePrecision.MINUTE,
        body=text(pick, pick.randrange(8, 60)),
        parent=position - 1 if position % 4 == 0 else None,
        by_site=position % 4 == 0,
    )


def verdict(pick: random.Random) -> Verdict:
    spam = pick.random()
    action = Action.PUBLISH if spam < 0.7 else Action.REVIEW if spam < 0.85 else Action.REJECT
    return Verdict(
        action=action,
        labels=() if spam < 0.7 else ("off_language", "spam") if spam > 0.9 else ("spam",),
        spam_probability=round(spam, 6),
        language="fr" if spam < 0.9 else "en",
        language_relation=LanguageRelation.SAME if spam < 0.9 else LanguageRelation.OTHER,
        evidence=tuple(
            Evidence(
                signal=f"signal-{n}", log_odds=round(pick.uniform(-2, 2), 3), because=text(pick, 3), spans=((0, 9),)
            )
            for n in range(3)
        ),
        model_version="2026.1",
        policy_version="1",
    )


def know_pages(db: Database, count: int, start: int = 0) -> dict[int, int]:
    """Put pages into the frontier; their numbers there by their number here."""
    for first in range(start, start + count, 5000):
        numbers = range(first, min(start + count, first + 5000))
        discover(db, SITE, [DiscoveredUrl(url=url_of(number), source="sitemap") for number in numbers], NOW)
    with db.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, url FROM pages WHERE NOT is_continuation")
        return {int(url.rsplit("-", 1)[1]): number for number, url in rows}


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for databases, on TMPDIR, gone after."""
    with tempfile.TemporaryDirectory(prefix="tamis-bench-", dir=os.environ.get("TMPDIR")) as folder:
        yield Path(folder)
