"""Bombs of every kind, each in a whole run of a site that also has a good page: `python -m ...bombs NAME` prints JSON.

A run is a process of its own, so that its peak memory is its own. Its event loop is watched by the CPU time that it
spends between two turns, which other work on the machine does not change.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import zstandard

from flows.runs.nightly import run_site
from tests.press import article, rows, site_of
from tests.servers import Reply, SiteServer, slow

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 12.0  # of one fetch
PAGE_SECONDS = 5.0  # CPU of one page
MAX_TURN_S = 1.0  # CPU of the event loop between two turns
MAX_GROWTH_MB = 250.0  # over the run of a harmless site, in the run's process and in the largest of its children
GOOD = "/good"
BAD = "/bomb"

Pages = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bomb:
    """`pages` of the site, and the settings of the site. `ends`: the states that its page /bomb may end in; empty where
    the bomb is no page (robots.txt, a sitemap)."""

    name: str
    pages: Callable[[], Pages]
    ends: frozenset[str]
    keys: dict[str, Any]
    blocks: bool = False  # nothing of the site may be fetched, and the run says so


def page(body: Any, ends: str = "quarantined failed", **keys: Any) -> Callable[[str], Bomb]:
    return lambda name: Bomb(
        name=name,
        pages=lambda: {BAD: body() if callable(body) else body},
        ends=frozenset(ends.split()),
        keys=keys,
    )


def file(path: str, body: Callable[[], Any], blocks: bool = False, **keys: Any) -> Callable[[str], Bomb]:
    return lambda name: Bomb(name=name, pages=lambda: {path: body()}, ends=frozenset(), keys=keys, blocks=blocks)


def coded(body: bytes, coding: str) -> Reply:
    return Reply(body=body, headers=(("Content-Encoding", coding),))


def packed(coding: str, mib: int, head: bytes = b"") -> bytes:
    """So many MiB of blanks, packed piece by piece: the server of the bomb is in the process that is measured."""
    machine: Any
    match coding:
        case "gzip":
            machine = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        case "deflate":
            machine = zlib.compressobj(9)
        case "br":
            machine = brotli.Compressor(quality=4)
        case _:
            machine = zstandard.ZstdCompressor().compressobj()
    pack = machine.process if coding == "br" else machine.compress
    end = machine.finish if coding == "br" else machine.flush
    return b"".join([pack(head), *(pack(b" " * (1 << 20)) for _ in range(mib)), end()])


def surplus() -> Reply:
    """A whole page, and behind its end another answer, for whoever reads on."""
    honest = article(1).encode()
    forged = article(666).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(forged)
    return Reply(body=honest + head + forged, headers=(("Content-Length", str(len(honest))),))


def robots_of_agents_and_rules() -> Reply:
    agents = "".join(f"User-agent: a{n}\n" for n in range(15_000))
    rules = "".join(f"Disallow: /x{n}\n" for n in range(15_000))
    return Reply(body=(agents + rules)[:482_000], content_type="text/plain")


def sitemap_of_elements() -> Reply:
    return Reply(body=b"<urlset>" + b"<x/>" * 63_000 + b"</urlset>", content_type="text/xml")


def sitemap_of_attributes() -> Reply:
    inner = b"".join(b' a%d="1"' % n for n in range(30_000))
    return Reply(body=b"<urlset" + inner + b"></urlset>", content_type="text/xml")


def sitemap_of_entities() -> Reply:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE u [<!ENTITY e0 "a">{lines}]><urlset><url><loc>&e11;</loc></url></urlset>'
    return Reply(body=text, content_type="text/xml")


def packed_sitemap() -> Reply:
    return Reply(body=packed("gzip", 300, b"<urlset>"), content_type="application/gzip")


def thread_of_everything() -> str:
    items = "".join(f'<li class="comment" id="comment-{n}"><cite class="fn">A</cite><p>b' for n in range(30_000))
    return article(1) + f'<ol class="commentlist">{items}</ol>'


FOLLOWED = {"follow_links": True}
MAPPED = {"sitemaps": True}
READ = "ok quarantined failed"

BOMBS = {
    name: made(name)
    for name, made in {
        "robots.txt of agents and rules, 482 kB": file("/robots.txt", robots_of_agents_and_rules, robots=True),
        "robots.txt of wildcards": file(
            "/robots.txt",
            lambda: Reply(body="User-agent: *\n" + f"Disallow: /{'*a' * 900}$\n" * 270, content_type="text/plain"),
            robots=True,
        ),
        "robots.txt of 64 MB of gzip": file(
            "/robots.txt", lambda: coded(packed("gzip", 64), "gzip"), blocks=True, robots=True
        ),
        "sitemap of other elements, 252 kB": file("/sitemap.xml", sitemap_of_elements, **MAPPED),
        "sitemap of attributes": file("/sitemap.xml", sitemap_of_attributes, **MAPPED),
        "sitemap of nested entities": file("/sitemap.xml", sitemap_of_entities, **MAPPED),
        "sitemap of 300 MB of gzip": file("/sitemap.xml", packed_sitemap, **MAPPED),
        "gzip of 800,000 empty members": page(lambda: coded(gzip.compress(b"") * 800_000, "gzip")),
        "gzip of 512 MB": page(lambda: coded(packed("gzip", 512), "gzip")),
        "deflate of 512 MB": page(lambda: coded(packed("deflate", 512), "deflate")),
        "brotli of 512 MB": page(lambda: coded(packed("br", 512), "br")),
        "zstd of 512 MB": page(lambda: coded(packed("zstd", 512), "zstd")),
        "repeated style under follow_links, 112 kB": page("<style>" * 16_000, READ, **FOLLOWED),
        "repeated comment openings under follow_links": page("<!--" * 40_000, READ, **FOLLOWED),
        "anchors without an end under follow_links": page("<a href='" * 40_000, READ, **FOLLOWED),
        "40,000 open divs": page(lambda: article(1) + "<div>" * 40_000, READ),
        "80,000 attributes of one element": page(
            lambda: article(1) + "<p " + " ".join(f"a{n}=1" for n in range(80_000)) + ">", READ
        ),
        "30,000 open comments": page(thread_of_everything, READ),
        "a megabyte of one word": page(lambda: article(1).replace("</article>", "a" * 1_000_000 + "</article>"), READ),
        "a megabyte of blanks and commas": page(
            lambda: article(1).replace("</article>", "<p>" + " ," * 500_000 + "</article>"), READ
        ),
        "JSON-LD of 100,000 brackets": page(
            lambda: f'<script type="application/ld+json">{"[" * 100_000}</script>' + article(1), READ
        ),
        "surplus bytes after Content-Length": page(surplus, READ),
        "a body without end": page(lambda: Reply(body=b"<p>" + b"a" * 20_000_000, chunked=True)),
        "one byte every half second": page(lambda: slow(0.5)),
    }.items()
}
CONTROLS = {
    "a harmless site": Bomb(name="a harmless site", pages=lambda: {BAD: article(2)}, ends=frozenset({"ok"}), keys={}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """How a run with one bomb ended. `turn` is the longest turn of the event loop, in CPU seconds; memory in MB."""

    name: str
    good: bool  # the good page of the same site came in, whole; or was left alone where robots.txt gives no answer
    state: str | None  # of the bomb's page
    reason: str | None  # why it was set aside, or the sentence of the run
    wanted: bool  # it ended in a state that it may end in, with a reason
    turn: float
    seconds: float
    own_mb: float
    child_mb: float


async def watched(work: Any, turns: list[float]) -> Any:
    """The work's result; `turns` gets the CPU time of this thread between two turns of the loop."""

    async def watch() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.01)
            now = time.thread_time()
            turns.append(now - last)
            last = now

    watcher = asyncio.create_task(watch())
    try:
        return await work
    finally:
        await asyncio.sleep(0.03)
        watcher.cancel()


def burst(one: Bomb) -> Burst:
    with tempfile.TemporaryDirectory(prefix="tamis-bomb-") as name, SiteServer() as server:
        folder = Path(name)
        pages: Pages = {GOOD: article(7), "/robots.txt": Reply(status=404), **one.pages()}
        keys = dict(one.keys)
        if keys.pop("sitemaps", False):
            keys["sitemaps"] = [server.url("/sitemap.xml")]
        server.pages = pages
        addresses = [server.url(path) for path in (BAD, GOOD) if path in pages]
        settings = site_of(server, folder, urls=addresses, **{"follow_links": False, **keys})
        settings = settings.model_copy(
            update={
                "page_seconds": PAGE_SECONDS,
                "fetch": settings.fetch.model_copy(update={"total_deadline": DEADLINE_S, "attempts": 1}),
            }
        )
        turns: list[float] = []
        began = time.perf_counter()
        report = asyncio.run(watched(run_site(settings, settings.sites[0]), turns))
        seconds = time.perf_counter() - began
        good = rows(folder, "SELECT a.title, a.text FROM articles a JOIN pages p ON p.article_id = a.id"
                            f" WHERE p.url LIKE '%{GOOD}'")  # fmt: skip
        states = rows(folder, f"SELECT state FROM pages WHERE url LIKE '%{BAD}'")
        reasons = rows(
            folder, f"SELECT q.reason FROM quarantine q JOIN pages p ON p.id = q.page_id WHERE p.url LIKE '%{BAD}'"
        )
        asked = all(server.hits[path] for path in pages if not (one.blocks and path == GOOD))
        forged = rows(folder, "SELECT 1 FROM articles WHERE title LIKE '%666%'")
    state = states[0][0] if states else None
    said = reasons[0][0] if reasons else None
    told = said is not None or state != "quarantined"
    return Burst(
        name=one.name,
        good=not good if one.blocks else [title for title, _ in good] == ["Fiche 7"] and "dépêches" in good[0][1],
        state=state,
        reason=said or (report.warnings[0] if report.warnings else report.failure or report.cause),
        wanted=asked and not forged and ((state in one.ends and told) if one.ends else True),
        turn=max(turns, default=0.0),
        seconds=seconds,
        own_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        child_mb=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    )


def in_a_process(name: str) -> Burst:
    """`burst` of the bomb of that name, in a process that ends with it."""
    words = [sys.executable, "-m", "benchmarks.hostile_parts.bombs", name]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode != 0:
        raise RuntimeError(f"{name}: the run ended with {done.returncode}: {done.stderr[-2000:]}")
    return Burst(**json.loads(done.stdout.splitlines()[-1]))


def turn_control() -> float:
    """What the watch of the event loop says when a bomb is decoded on it: it must fire."""
    turns: list[float] = []

    async def on_the_loop() -> None:
        await asyncio.sleep(0.02)
        until = time.thread_time() + 1.5 * MAX_TURN_S
        while time.thread_time() < until:
            gzip.compress(b"a" * 100_000)

    asyncio.run(watched(on_the_loop(), turns))
    return max(turns)


if __name__ == "__main__":
    found = burst((BOMBS | CONTROLS)[sys.argv[1]])
    print(json.dumps({name: getattr(found, name) for name in Burst.__slots__}))
