"""How the desk asks the SQL console: in threads of the console's own, so that editors never wait for an analyst."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from flows.desk.pages.i18n import Texts
from flows.desk.security import aside
from storage.analysts.console import Console
from storage.analysts.sql.files import KINDS
from storage.analysts.sql.refusals import SENTENCES, refused
from storage.database.errors import QueryRefused

QUESTIONS, FILES = 3, 2  # how many are answered at a time; each has a process and a thread that waits for it
WAITING = 12  # further ones may wait
OWN = 5  # of an account, answered or waiting: nobody fills the queue alone
LOOK_SECONDS = 0.25  # between two looks at whether the reader is still there
PIECE = 1 << 18

Result = TypeVar("Result")


class Pool:
    """So many at a time, and a short queue: whoever comes beyond it, or beyond his part of it, is told at once."""

    def __init__(self, size: int) -> None:
        self.threads = ThreadPoolExecutor(size, thread_name_prefix="sql")
        self.most = size + WAITING
        self.under_way: Counter[str] = Counter()

    async def run(self, request: Request, work: Callable[[threading.Event], Result]) -> Result:
        """What `work` returns. The event it gets is set when the reader has gone away. Raises QueryRefused."""
        name = who(request)
        if self.under_way[name] >= OWN or self.under_way.total() >= self.most:
            raise refused("busy")
        self.under_way[name] += 1
        stop = threading.Event()
        try:
            async with aside(request.scope):
                future = asyncio.get_running_loop().run_in_executor(self.threads, work, stop)
                while not (await asyncio.wait({future}, timeout=LOOK_SECONDS))[0]:
                    if await request.is_disconnected():
                        stop.set()
            return future.result()
        finally:
            stop.set()
            self.under_way[name] -= 1
            self.under_way += Counter()  # forget who asks nothing any more


questions, files = Pool(QUESTIONS), Pool(FILES)
_downloading: set[str] = set()


def who(request: Request) -> str:
    """Whose download it is: the account, or the address where there are no accounts."""
    session = getattr(request.state, "session", None)
    return f"account {session.editor.id}" if session else f"host {request.client.host if request.client else ''}"


def fault_words(t: Texts, error: QueryRefused) -> str:
    """The refusal in the reader's language."""
    return t.gettext(SENTENCES[error.why]) % error.values


async def file_of(
    request: Request, console: Console, sql: str, parameters: dict[str, str], kind: str
) -> StreamingResponse:
    """The complete answer as a file: it is on disk before the first byte is sent, for a status cannot be taken back.

    One at a time an account, until the last byte is sent. Raises QueryRefused.
    """
    name = who(request)
    if name in _downloading:
        raise refused("one_file")
    _downloading.add(name)
    try:
        with tempfile.TemporaryDirectory(prefix="tamis-sql-") as folder:
            path = Path(folder) / f"answer.{kind}"
            written = await files.run(request, lambda stop: console.download(sql, parameters, path, kind, stop=stop))
            file = path.open("rb")  # its name goes with the folder; the bytes stay until it is closed
    except BaseException:
        _downloading.discard(name)
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="tamis-query.{kind}"',
        "Content-Length": str(written.bytes),
    }
    return Download(file, lambda: _downloading.discard(name), KINDS[kind], headers)


class Download(StreamingResponse):
    """Sends an open file and closes it, whether the reader takes all of it or not."""

    def __init__(self, file: BinaryIO, ended: Callable[[], None], media: str, headers: dict[str, str]) -> None:
        super().__init__(iter(lambda: file.read(PIECE), b""), media_type=media, headers=headers)
        self.file, self.ended = file, ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.file.close()
            self.ended()
