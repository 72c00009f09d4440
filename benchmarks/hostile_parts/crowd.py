"""An editor who reads the queue while fifty clients work on the desk, calm ones first, then hostile ones.

The desk is `tamis desk` in a process of its own, the crowd is another (`python -m benchmarks.hostile_parts.crowd URL
COOKIE MOOD`), the editor is this one. What fifty calm clients cost tells what the machine does besides.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from flows.desk.signing_in.sessions import LOGIN_COOKIE, SESSION_COOKIE
from storage.opening import open_database
from storage.schema import upgrade
from tests.flows.desk import room
from tests.storage.hostile_statements import BOTH, SQLITE

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 50
LOOKS = 100
LEAST_LOOKS, MOST_SECONDS = 25, 60.0  # on a machine so busy that a look takes seconds
PAUSE = 0.05  # between two looks of the editor: he reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Milliseconds of the queue's answers, alone and among each crowd; `did`: the hostile one's requests by kind."""

    alone_p95: float
    calm_p95: float
    crowded_p50: float
    crowded_p95: float
    wrong: int  # answers to the editor that were none
    did: dict[str, int]


@contextmanager
def desk(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Its address, an editor's session and an analyst's."""
    url = f"sqlite:///{folder}/desk.db"
    upgrade(url)
    with open_database(url) as db:
        for part in range(4):
            room.put(db, [f"Merci pour la fiche {n}" for n in range(250)], url=f"https://mag.example/{part}")
        room.account(db, "marie")
        room.account(db, "ana", "viewer")
        sessions = room.session(db, "marie")[0], room.session(db, "ana")[0]
    (folder / "tamis.toml").write_text(f'database_url = "{url}"\n[sites.mag]\nurls = ["https://mag.example/"]\n')
    with socket.socket() as free:
        free.bind((room.HOST, 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "flows.cli", "desk", "--port", str(port), "--config", str(folder / "tamis.toml")]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as server:
        address = f"http://{room.HOST}:{port}"
        try:
            wait_for(address, server)
            yield address, *sessions
        finally:
            server.terminate()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    while True:
        if server.poll() is not None:
            raise RuntimeError(f"the desk ended with {server.returncode}")
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{address}/healthz", timeout=5)
            return
        time.sleep(0.1)


def watch() -> Watch:
    with tempfile.TemporaryDirectory(prefix="tamis-crowd-") as name, desk(Path(name)) as (address, marie, ana):
        alone, _ = looks(address, marie)
        calm, calm_wrong, _ = among("calm", address, marie, ana)
        crowded, wrong, did = among("hostile", address, marie, ana)
    return Watch(
        alone_p95=p95(alone),
        calm_p95=p95(calm),
        crowded_p50=statistics.median(crowded),
        crowded_p95=p95(crowded),
        wrong=wrong + calm_wrong,
        did=did,
    )


def among(mood: str, address: str, editor: str, others: str) -> tuple[list[float], int, dict[str, int]]:
    """What `looks` says while a crowd in that mood is at work, and what the crowd did."""
    words = [sys.executable, "-m", "benchmarks.hostile_parts.crowd", address, others, mood]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # all of them are at work
        times, wrong = looks(address, editor)
        said, _ = process.communicate("\n")
    return times, wrong, json.loads(said)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]


def looks(address: str, cookie: str) -> tuple[list[float], int]:
    """Milliseconds of each answer, and how many of them were no queue."""
    times: list[float] = []
    wrong = 0
    with httpx.Client(base_url=address, cookies={SESSION_COOKIE: cookie}, timeout=60) as client:
        client.get("/api/queue")
        ends = time.monotonic() + MOST_SECONDS
        while len(times) < LEAST_LOOKS or (len(times) < LOOKS and time.monotonic() < ends):
            began = time.perf_counter()
            answer = client.get("/api/queue")
            times.append((time.perf_counter() - began) * 1000)
            wrong += answer.status_code != 200 or not answer.json()["items"]
            time.sleep(PAUSE)
    return times, wrong


Client = Callable[[httpx.AsyncClient, random.Random, Counter[str]], Awaitable[None]]


async def asks_the_console(client: httpx.AsyncClient, chance: random.Random, did: Counter[str]) -> None:
    sql = chance.choice([one for one in (*BOTH, *SQLITE) if len(one) < 4000])
    answer = await client.get(f"/data/sql?q={quote(sql)}")
    did[f"console {answer.status_code}"] += 1


async def sends_a_long_address(client: httpx.AsyncClient, chance: random.Random, did: Counter[str]) -> None:
    piece = chance.choice(["'", "/*", "((", "$a$", "-- "])
    answer = await client.get("/data/sql?q=" + quote("SELECT " + piece * (40_000 // (3 * len(piece)))))
    did[f"long address {answer.status_code}"] += 1


async def guesses_a_password(client: httpx.AsyncClient, chance: random.Random, did: Counter[str]) -> None:
    page = await client.get("/login")
    token = page.cookies.get(LOGIN_COOKIE) or ""
    form = {"name": f"name-{chance.randrange(10**6)}", "password": "wrong password", "token": token}
    answer = await client.post("/login", data=form, headers={"Cookie": f"{LOGIN_COOKIE}={token}"})
    did[f"password {answer.status_code}"] += 1


async def sends_megabytes(client: httpx.AsyncClient, chance: random.Random, did: Counter[str]) -> None:
    """A body of 200 MB for a route of the interface, without an account."""

    async def body() -> object:
        for _ in range(200):
            yield b'{"items": [' + b" " * (1 << 20)

    with contextlib.suppress(httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
        answer = await client.post("/api/decisions", content=body(), headers={"Cookie": ""})  # type: ignore[arg-type]
        did[f"megabytes {answer.status_code}"] += 1
        return
    did["megabytes cut off"] += 1


async def opens_heavy_pages(client: httpx.AsyncClient, chance: random.Random, did: Counter[str]) -> None:
    path = chance.choice(
        ["/quality", "/data", "/data/gallery", "/find?q=merci+fiche", "/people", "/decided", "/review"]
    )
    answer = await client.get(path)
    did[f"page {answer.status_code}"] += 1


async def dawdles(client: httpx.AsyncClient, chance: random.Random, did: Counter[str]) -> None:
    """A request whose head never ends."""
    base = urlsplit(str(client.base_url))
    _, writer = await asyncio.open_connection(base.hostname, base.port)
    with contextlib.suppress(ConnectionError):
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        for _ in range(30):
            writer.write(b"X-A: b\r\n")
            await writer.drain()
            await asyncio.sleep(0.2)
    writer.close()
    did["slow head"] += 1


async def looks_at_the_counts(client: httpx.AsyncClient, chance: random.Random, did: Counter[str]) -> None:
    """What an open page of the desk does by itself, somewhat more often."""
    answer = await client.get("/api/counts")
    did[f"counts {answer.status_code}"] += 1
    await asyncio.sleep(4 + chance.random())


KINDS: dict[str, tuple[Client, ...]] = {
    "calm": (looks_at_the_counts,),
    "hostile": (
        asks_the_console,
        sends_a_long_address,
        guesses_a_password,
        sends_megabytes,
        opens_heavy_pages,
        dawdles,
    ),
}


async def crowd(address: str, cookie: str, kinds: tuple[Client, ...]) -> dict[str, int]:
    """Fifty clients, each of them at it again as soon as it has an answer, until standard input says a word."""
    did: Counter[str] = Counter()

    async def one(number: int) -> None:
        chance, work = random.Random(number), kinds[number % len(kinds)]
        async with httpx.AsyncClient(base_url=address, cookies={SESSION_COOKIE: cookie}, timeout=60) as client:
            while True:
                try:
                    await work(client, chance, did)
                except (httpx.HTTPError, OSError) as error:
                    did[f"{work.__name__} {type(error).__name__}"] += 1

    tasks = [asyncio.create_task(one(number)) for number in range(CLIENTS)]
    await asyncio.sleep(2)
    print("at work", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return dict(did)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(crowd(sys.argv[1], sys.argv[2], KINDS[sys.argv[3]]))))
