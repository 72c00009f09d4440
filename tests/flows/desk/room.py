"""What tests and benches of the desk share: comments to judge, a client without a network, a served desk, a browser."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from extractors.records import Comment, Discussion, Page, Section
from flows.desk.app import create_app, provider_of
from flows.desk.signing_in import passwords
from flows.desk.signing_in import sessions as accounts
from flows.desk.state import DeskState
from flows.settings import Settings
from moderation.verdict import Action, Evidence, LanguageRelation, Verdict
from storage.crawl.frontier import DiscoveredUrl, discover
from storage.crawl.loading import load
from storage.crawl.outcomes import Exchange, Extracted
from storage.database.engine import Database
from storage.desk.editors import Role, add_editor

HOST = "127.0.0.1"
PASSWORD = "correct horse battery"
MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
# one hash for all test accounts: Argon2 is slow on purpose
_hash: str | None = None


def judged(
    action: str = "review",
    probability: float = 0.8,
    labels: Sequence[str] = ("spam",),
    evidence: Sequence[Evidence] = (),
    relation: str = "same",
    language: str = "fr",
    model: str = "1",
) -> Verdict:
    return Verdict(
        action=Action(action),
        labels=tuple(labels),
        spam_probability=probability,
        language=language,
        language_relation=LanguageRelation(relation),
        evidence=tuple(evidence)
        or (
            Evidence(signal="baseline", log_odds=-3.5, because=""),
            Evidence(signal="words-shopping", log_odds=1.4, because="pas cher", spans=((0, 8),)),
            Evidence(signal="link", log_odds=0.3, because="boutique.example"),
        ),
        model_version=model,
        policy_version="1",
    )


def put(
    db: Database,
    bodies: Sequence[str],
    verdicts: Sequence[Verdict] | None = None,
    *,
    site: str = "mag",
    url: str = "https://mag.example/a",
    authors: Sequence[str | None] | None = None,
    urls: Sequence[str | None] | None = None,
    now: datetime = MORNING,
    title: str = "Fiche métier : maraîcher",
    language: str = "fr",
) -> list[int]:
    """Load one page with these comments as a crawl would; their numbers in page order."""
    discover(db, site, [DiscoveredUrl(url=url, source="given")], now)
    names = authors or [f"Auteur {n}" for n in range(1, len(bodies) + 1)]
    said = tuple(
        Comment(position=n, id=f"c{n}", author=name, author_url=address, body=body, date="2026-02-01T10:00")
        for n, (body, name, address) in enumerate(zip(bodies, names, urls or [None] * len(bodies), strict=True), 1)
    )
    page = Page(
        url=url,
        canonical_url=url,
        title=title,
        site_name="Le Mag",
        language=language,
        lead="Un métier de plein air.",
        text="Définition\n\nIl cultive des légumes.",
        sections=(Section(level=2, heading="Définition", text="Il cultive des légumes."),),
        discussion=Discussion(platform="wordpress", claimed=len(said), found=len(said)),
        comments=said,
    )
    exchange = Exchange(
        page_id=number_of(db, "pages", "url", url),
        url=url,
        final_url=url,
        status=200,
        fetched_at=now,
        bytes=1000,
        elapsed_ms=12.5,
        content_hash=sha256(repr((page, now)).encode()).hexdigest(),
        warc_file="a.warc.gz",
        warc_offset=7,
    )
    judgements = tuple(verdicts if verdicts is not None else [judged() for _ in bodies])
    load(
        db,
        [Extracted(exchange=exchange, page=page, verdicts=judgements, next_due=now + timedelta(days=1))],
        None,
        now,
    )
    with db.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT c.id FROM comments c JOIN articles a ON a.id = c.article_id"
            f" WHERE a.canonical_url = '{url}' ORDER BY c.position"
        )
        return list(rows.scalars())


def number_of(db: Database, table: str, column: str, value: str) -> int:
    with db.read() as connection:
        return int(connection.exec_driver_sql(f"SELECT id FROM {table} WHERE {column} = '{value}'").scalar_one())


def account(db: Database, name: str, role: Role = "editor", sites: Sequence[str] | None = None) -> None:
    global _hash
    _hash = _hash or passwords.hashed(PASSWORD)
    add_editor(db, name, role, _hash, datetime.now(UTC), "test", sites)


class Stated:
    """The desk as servers run it, with the state that its start-up makes."""

    def __init__(self, db: Database, settings: Settings | None = None) -> None:
        self.app = create_app(db, hosts=(HOST,), settings=settings)
        self.state = DeskState(db=db, settings=settings, provider=provider_of(settings))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {"desk": self.state}
        await self.app(scope, receive, send)


@contextlib.asynccontextmanager
async def visitor(db: Database, settings: Settings | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the desk in this process; it follows no redirect."""
    transport = httpx.ASGITransport(app=Stated(db, settings), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        yield client


@contextlib.asynccontextmanager
async def editor(db: Database, name: str, settings: Settings | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is logged in (without the slow password check) and sends its CSRF token."""
    async with visitor(db, settings) as client:
        token, csrf = session(db, name)
        client.cookies.set(accounts.SESSION_COOKIE, token)
        client.headers["X-CSRF-Token"] = csrf
        yield client


def session(db: Database, name: str) -> tuple[str, str]:
    """A session of that account: the cookie's value and the CSRF token."""
    from storage.desk.editors import editor_named, start_session

    found = editor_named(db, name)
    assert found is not None
    token, csrf = f"token-of-{name}-{time.monotonic_ns()}", f"csrf-of-{name}"
    start_session(db, found[0], passwords.token_hash(token), csrf, accounts.utc_now(), accounts.LASTING)
    return token, csrf


@dataclass(frozen=True, slots=True)
class Served:
    url: str
    port: int


@contextlib.contextmanager
def served(db: Database, app: Any = None) -> Iterator[Served]:
    """The desk (or another application around it) on a free port of this machine, in a thread."""
    listening = socket.socket()
    listening.bind((HOST, 0))
    port = int(listening.getsockname()[1])
    config = uvicorn.Config(app or create_app(db, hosts=(HOST,)), log_level="error", access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the desk did not start")
        time.sleep(0.01)
    try:
        yield Served(f"http://{HOST}:{port}", port)
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def decided(db: Database) -> list[tuple[int, str, str, str | None]]:
    """What holds for each comment that an editor's decision holds for: (comment, editor, action, reason)."""
    with db.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT r.comment_id, d.editor, r.action, d.reason FROM reviews r"
            " JOIN decisions d ON d.id = r.decision_id ORDER BY 1"
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]
