"""`tamis extract`: pages from files, folders, JSONL or the web, and one JSON line for each."""

from __future__ import annotations

import asyncio
import gzip
import lzma
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import IO, Any

import orjson

from extractors.records import Page
from flows.errors import FlowError
from flows.runs.warming import warm_extraction
from flows.runs.workers import RawPage, Unprocessable, WorkerPool, extract_page

HTML_ENDINGS = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
JSONL_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.xz", ".ndjson")
MAX_FILE_BYTES = 50_000_000  # of one page, decompressed


class SourceError(FlowError):
    """A source that cannot be read: a usage error."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ExtractedSource:
    """The answer to one page. `id` is the row's own, or the file's name."""

    id: str
    outcome: Page | Unprocessable

    @property
    def quarantined(self) -> bool:
        return isinstance(self.outcome, Unprocessable)

    def line(self) -> bytes:
        """One line of JSON: id, quarantine (null or reason and message), then the fields of the page record."""
        if isinstance(self.outcome, Page):
            record, quarantine = self.outcome, None
        else:
            record = Page(url=self.outcome.url, canonical_url=self.outcome.url)
            quarantine = {"reason": self.outcome.reason, "message": self.outcome.message}
        head = orjson.dumps({"id": self.id, "quarantine": quarantine})
        return head[:-1] + b"," + orjson.dumps(record)[1:] + b"\n"


def extract_all(
    sources: Sequence[str], *, url: str | None, workers: int, page_seconds: float, local: bool = False
) -> Iterator[ExtractedSource]:
    """One answer for each page of the sources, in their order; memory holds a few pages at a time.

    Raises SourceError before the first answer if a source cannot be read at all.
    """
    for source in sources:
        _check(source)
    with WorkerPool(workers, page_seconds, warm_extraction) as pool:
        yield from _ordered(pool, _pages(sources, url, local), ahead=4 * workers)


def _ordered(
    pool: WorkerPool, pages: Iterable[tuple[str, RawPage | Unprocessable]], ahead: int
) -> Iterator[ExtractedSource]:
    waiting: deque[tuple[str, RawPage | Unprocessable, Future[Page | Unprocessable] | None]] = deque()

    def settle() -> ExtractedSource:
        identity, raw, future = waiting.popleft()
        if isinstance(raw, Unprocessable) or future is None:
            assert isinstance(raw, Unprocessable)
            return ExtractedSource(identity, raw)
        return ExtractedSource(identity, pool.settled(extract_page, raw, future))

    for identity, raw in pages:
        future = None if isinstance(raw, Unprocessable) else pool.submit(extract_page, raw)
        waiting.append((identity, raw, future))
        if len(waiting) >= ahead:
            yield settle()
    while waiting:
        yield settle()


def is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _check(source: str) -> None:
    if is_url(source):
        return
    path = Path(source)
    if not path.exists():
        raise SourceError(f"{source} does not exist; give an HTML file, a folder, a JSONL file or a URL")
    if path.is_file() and not path.name.lower().endswith(HTML_ENDINGS + JSONL_ENDINGS):
        endings = ", ".join(HTML_ENDINGS + JSONL_ENDINGS)
        raise SourceError(f"{source}: unknown kind of file; its name should end in one of {endings}")


def _pages(sources: Sequence[str], url: str | None, local: bool) -> Iterator[tuple[str, RawPage | Unprocessable]]:
    for source in sources:
        path = Path(source)
        if is_url(source):
            yield source, _fetched(source, local)
        elif path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file() and file.name.lower().endswith(HTML_ENDINGS):
                    yield str(file.relative_to(path)), _read(file, None)
                elif file.is_file() and file.name.lower().endswith(JSONL_ENDINGS):
                    yield from _rows(file)
        elif path.name.lower().endswith(JSONL_ENDINGS):
            yield from _rows(path)
        else:
            yield path.name, _read(path, url)


def _opened(path: Path) -> IO[bytes]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if path.name.endswith(".xz"):
        return lzma.open(path, "rb")
    return path.open("rb")


def _read(path: Path, url: str | None) -> RawPage | Unprocessable:
    address = url or path.resolve().as_uri()
    try:
        with _opened(path) as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        return Unprocessable(url=address, reason="unreadable", message=f"{path} cannot be read: {error}")
    if len(body) > MAX_FILE_BYTES:
        sentence = f"{path} holds more than {MAX_FILE_BYTES:,} bytes; cut it or raise the limit"
        return Unprocessable(url=address, reason="too_large", message=sentence)
    return RawPage(url=address, html=body)


def _rows(path: Path) -> Iterator[tuple[str, RawPage | Unprocessable]]:
    try:
        with _opened(path) as file:
            for number in count(1):
                line = file.readline(MAX_FILE_BYTES + 1)
                if not line:
                    return
                if len(line) > MAX_FILE_BYTES:
                    raise OSError(f"line {number:,} is longer than {MAX_FILE_BYTES:,} bytes")
                if line.strip():
                    yield _row(f"{path.name}:{number}", line)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        sentence = f"{path} cannot be read to its end: {error}"
        yield path.name, Unprocessable(url=path.resolve().as_uri(), reason="unreadable", message=sentence)


def _row(place: str, line: bytes) -> tuple[str, RawPage | Unprocessable]:
    def refused(why: str) -> tuple[str, Unprocessable]:
        sentence = f"{place}: {why}; a row is {{'id': ..., 'url': ..., 'html': ...}}"
        return place, Unprocessable(url="", reason="bad_row", message=sentence)

    try:
        row: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return refused(f"not JSON ({error})")
    if not isinstance(row, dict) or not isinstance(row.get("html"), str):
        return refused("no 'html' text")
    identity, url = row.get("id"), row.get("url")
    known = str(identity) if identity is not None else place
    return known, RawPage(url=url if isinstance(url, str) and url else "about:blank", html=row["html"])


def _fetched(url: str, local: bool) -> RawPage | Unprocessable:
    from flows.fetching.client import Fetcher  # only a URL pays for the HTTP client
    from flows.fetching.errors import FetchError
    from flows.fetching.policy import FetchPolicy, FetchRequest
    from flows.settings_tables import address_of

    async def fetch() -> RawPage | Unprocessable:
        policy = FetchPolicy()
        if local:
            policy = replace(policy, local_addresses=frozenset({address_of(url)}))
        async with Fetcher(policy) as fetcher:
            try:
                result = await fetcher.fetch(FetchRequest(url=url))
            except FetchError as error:
                return Unprocessable(url=url, reason=error.reason, message=str(error))
        return RawPage(
            url=result.final_url, html=result.body, content_type=result.content_type, fetched_at=result.fetched_at
        )

    return asyncio.run(fetch())
