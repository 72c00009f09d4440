"""The figures of hostile input: responses, SSRF targets, bombs, patterns, statements, a crowd; the fetcher's speed.

    python benchmarks/hostile.py [--only PART ...] [--fetch-only] [--json OUT]

Parts: fetching, bombs, patterns, statements, crowd. Runs in a network namespace with nothing but loopback. Fetching
needs ../shared/bench/hostile and happens in this process inside its EgressGuard, which stops a connection to anywhere
but the two loopback servers and remembers the attempt; only the pages' extraction runs in killable children.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx

from benchmarks.hostile_parts import bombs, crowd, statements
from benchmarks.isolation import isolate
from benchmarks.table import Figure, show
from flows.fetching.client import Fetcher
from flows.fetching.discover import Discovery, DiscoverySource, discover_urls
from flows.fetching.errors import (
    DeadlineExceeded,
    FetchError,
    NotAPage,
    RedirectLoop,
    Refused,
    TooLarge,
    Transient,
)
from flows.fetching.pace import Pace
from flows.fetching.policy import FetchPolicy, FetchRequest, FetchResult
from flows.runs.workers import RawPage, Unprocessable, WorkerPool, extract_page
from tests import patterns
from tests.servers import Reply, SiteServer, redirect

HOSTILE = Path(__file__).parents[2] / "shared" / "bench" / "hostile"
DEADLINE_S = 7.0  # of what never ends
PATIENCE_S = 60.0  # of everything else: that a busy machine is slow to make a bomb must not end its fetch
PAGE_SECONDS = 15.0
MAX_GROWTH_MB = 400.0

Answer = FetchResult | FetchError
Extract = Callable[[FetchResult], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one hostile case; `holds` is whether that is what its README expects."""

    name: str
    expect: str
    got: str
    holds: bool
    seconds: float


def corpus() -> ModuleType:
    """The generator of ../shared/bench/hostile, as a module. Raises ImportError when it is absent."""
    sys.path.insert(0, str(HOSTILE))
    try:
        import generate  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(HOSTILE))
    generate.MAX_SECONDS = PATIENCE_S
    return generate  # type: ignore[no-any-return]


def policy(*local: str, deadline_s: float = DEADLINE_S) -> FetchPolicy:
    return FetchPolicy(
        local_addresses=frozenset(local),
        total_deadline_s=deadline_s,
        respect_robots=False,
        attempts=1,
        breaker_failures=10_000,
    )


async def responses(corpus: ModuleType, server: Any, ports: set[int], extract: Extract | None) -> list[Outcome]:
    """Every hostile response through the fetcher, and through the extractor if one is given. Order of the corpus.

    `ports` are those that the guard lets through; the ports of our own servers are added.
    """
    several = asyncio.Semaphore(6)

    async def one(case: dict[str, Any]) -> Outcome:
        async with several:
            began = time.perf_counter()
            got, holds = await _judge(case, server, ports, extract)
            return Outcome(case["name"], case["expect"], got, holds, time.perf_counter() - began)

    return list(await asyncio.gather(*(one(case) for case in corpus.RESPONSES.values())))


async def _judge(case: dict[str, Any], server: Any, ports: set[int], extract: Extract | None) -> tuple[str, bool]:
    url, authority = f"{server.url}/case/{case['name']}", server.url.removeprefix("http://")
    if case["category"] == "robots":
        return await _judge_robots(case, url, authority, ports)
    deadline_s = DEADLINE_S if case["expect"] == "timeout" else PATIENCE_S
    async with Fetcher(policy(authority, deadline_s=deadline_s), pace=Pace()) as fetcher:
        if case["category"] == "xml":
            kind = "sitemaps" if case["name"].startswith("sitemap") else "feeds"
            source = DiscoverySource(**{kind: (url,)}, hosts=("example.org",))
            found = await discover_urls(fetcher, source)
            return _judge_listing(case, found, server.hits[f"/case/{case['name']}"])
        try:
            answer: Answer = await fetcher.fetch(FetchRequest(url=url))
        except FetchError as error:
            answer = error
    holds = _judge_answer(case["expect"], answer, fetcher.policy)
    if isinstance(answer, FetchError):
        return f"{type(answer).__name__} ({answer.reason})", bool(holds)
    if extract is None:
        return f"{len(answer.body):,} bytes", holds is not False
    return await _judge_page(case, answer, extract)


def _judge_answer(expect: str, answer: Answer, policy: FetchPolicy) -> bool | None:
    """Whether the answer is what was expected; None where the extractor has the last word."""
    if isinstance(answer, FetchResult):
        return None if expect.startswith(("load", "quarantine", "refuse")) else False
    match expect.partition(":")[::2]:
        case ("error" | "load_or_error" | "load_or_too_large", _):
            return True
        case ("backoff", asked):
            wait = {"default": None, "cap": policy.retry_after_cap_s}.get(asked, float(asked) if asked.isdigit() else 0)
            return isinstance(answer, Transient) and answer.retry_after == wait
        case ("unchanged", _):
            return answer.reason == "unasked_304"
        case (word, _):
            kinds = {
                "retry": Transient,
                "timeout": DeadlineExceeded,
                "too_large": TooLarge,
                "refuse": Refused,
                "loop": RedirectLoop,
                "skip": NotAPage,
            }
            return word in kinds and isinstance(answer, kinds[word])


async def _judge_page(case: dict[str, Any], answer: FetchResult, extract: Extract) -> tuple[str, bool]:
    page = await extract(answer)
    if isinstance(page, Unprocessable):
        return f"quarantined ({page.reason})", case["expect"] != "load"
    if case["expect"] == "quarantine":
        return f"a page of {len(page.text):,} characters and {len(page.comments)} comments", False
    if case["expect"] == "refuse":
        return "a page; nothing followed", True
    return _needle(case["name"], page)


def _needle(name: str, page: Any) -> tuple[str, bool]:
    text = "\n".join([page.lead or "", page.text, *(comment.body for comment in page.comments)])
    there = f"NEEDLE-{name}" in text
    return f"a page {'with' if there else 'WITHOUT'} its needle", there


def _judge_listing(case: dict[str, Any], found: Discovery, requests: int) -> tuple[str, bool]:
    urls, got = found.urls, f"{len(found.urls):,} addresses; {'; '.join(found.warnings)[-90:] or 'no warning'}"
    match case["expect"]:
        case "load":
            return got, bool(urls) and all(url.modified is None for url in urls)
        case "refuse" | "too_large" | "error":
            return got, not urls and bool(found.warnings)
        case "loop":
            return got, requests == 1
        case _:
            return got, bool(urls) or bool(found.warnings)


async def _judge_robots(case: dict[str, Any], url: str, hostile: str, ports: set[int]) -> tuple[str, bool]:
    """A site whose robots.txt is the hostile one, by redirect; a page of it is asked for the way a run does."""
    with SiteServer({"/robots.txt": redirect(url), "/page": Reply(body="<p>page")}) as site:
        ports.add(site.port)
        asked = FetchPolicy(
            local_addresses=frozenset({hostile, site.authority}), total_deadline_s=DEADLINE_S, attempts=1
        )
        async with Fetcher(asked, pace=Pace()) as fetcher:
            rules = await fetcher.rules(site.url("/page"))
            began = time.thread_time()
            private = rules.allow(site.url("/private")), rules.allow(site.url("/secret"))
            rules.allow(site.url("/" + "a" * 3000))
            quick = time.thread_time() - began < 1.0
            allowed = rules.allow(site.url("/page"))
            delay = rules.crawl_delay(asked.crawl_delay_cap_s)
    got = f"page {'allowed' if allowed else 'disallowed'}, delay {delay:g} s"
    match case["expect"]:
        case "allow_all":
            return got, allowed
        case "disallow_all":
            return got, not allowed and rules.unreachable is not None
        case "cap":
            return got, allowed and delay <= asked.crawl_delay_cap_s
    forbidden = {"robots_huge": (False, True), "robots_binary": (True, False)}.get(case["name"], (True, True))
    return got, allowed and quick and private == forbidden


async def ssrf(corpus: ModuleType) -> list[Outcome]:
    """Every SSRF target through the fetcher; the guard's record of attempts is the oracle."""
    public = "93.184.215.14"
    names = {
        "example.org": public,
        "xn--caf-dma.example.org": public,
        "a.b.c.127.0.0.1.nip.example": "127.0.0.1",
        "metadata.google.internal": "169.254.169.254",
        "localhost.localdomain": "127.0.0.1",
        "ip6-localhost": "::1",
    }
    found = []
    for case in corpus.SSRF_URLS:
        began = time.perf_counter()
        with corpus.EgressGuard(ports=set(), hosts=names) as egress:
            async with Fetcher(policy(), pace=Pace()) as fetcher:
                try:
                    await fetcher.fetch(FetchRequest(url=case["url"]))
                    got = "fetched"
                except FetchError as error:
                    got = f"{type(error).__name__} ({error.reason})"
        holds = bool(egress.attempts) if case["allow"] else not egress.attempts and got.startswith("Refused")
        seconds = time.perf_counter() - began
        found.append(Outcome(case["url"], "ask" if case["allow"] else "refuse", got, holds, seconds))
    return found


SERVER = """
import sys
sys.path.insert(0, {root!r})
from tests.servers import Reply, SiteServer
with SiteServer(lambda request: Reply(body=b"<p>" + b"Une page de soixante kilo-octets. " * 1800)) as site:
    print(site.port, flush=True)
    sys.stdin.read()
"""


def speed(pages: int = 400, rounds: int = 7) -> tuple[float, float]:
    """Requests a second and CPU a request of the fetcher, each as a ratio to plain httpx: the medians of alternating
    rounds of `pages` of 60 kB at 8 connections, on HTTP/1.1, from a server in another process."""
    code = SERVER.format(root=str(Path(__file__).parents[1]))
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        return asyncio.run(_speed(f"127.0.0.1:{port}", pages, rounds))
    finally:
        child.communicate("")


async def _speed(authority: str, pages: int, rounds: int) -> tuple[float, float]:
    urls = [f"http://{authority}/{number}" for number in range(pages)]
    asked = FetchPolicy(local_addresses=frozenset({authority}), respect_robots=False)
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
    async with Fetcher(asked, pace=Pace()) as fetcher, httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def plain(url: str) -> int:
            return len((await client.get(url)).content)

        async def ours(url: str) -> int:
            return len((await fetcher.fetch(FetchRequest(url=url))).body)

        async def timed(get: Callable[[str], Awaitable[int]]) -> tuple[float, float]:
            todo = iter(urls)

            async def worker() -> None:
                for url in todo:
                    assert await get(url) > 50_000

            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(worker() for _ in range(8)))
            return time.perf_counter() - wall, time.process_time() - cpu

        for get in (plain, ours):
            await timed(get)  # warm connections and caches
        walls, cpus = [], []
        for _ in range(rounds):
            plain_time, our_time = await timed(plain), await timed(ours)
            walls.append(plain_time[0] / our_time[0])
            cpus.append(our_time[1] / plain_time[1])
    return statistics.median(walls), statistics.median(cpus)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def extracting(pool: WorkerPool, answer: FetchResult) -> Any:
    raw = RawPage(
        url=answer.final_url, html=answer.body, content_type=answer.content_type, fetched_at=datetime.now(UTC)
    )
    return await pool.run(extract_page, raw)


def measured(fetch_only: bool) -> tuple[list[Figure], dict[str, Any]]:
    generate = corpus()
    before = peak_mb()
    with generate.Server() as server:
        ports = {int(server.url.rpartition(":")[2])}
        with generate.EgressGuard(ports=ports) as egress:
            if fetch_only:
                cases = asyncio.run(responses(generate, server, ports, None))
            else:
                with WorkerPool(2, PAGE_SECONDS) as pool:
                    cases = asyncio.run(responses(generate, server, ports, lambda answer: extracting(pool, answer)))
    growth = peak_mb() - before
    targets = asyncio.run(ssrf(generate))
    right, safe = sum(case.holds for case in cases), sum(case.holds for case in targets)
    slowest = max(cases, key=lambda case: case.seconds)
    limit = DEADLINE_S + (0.0 if fetch_only else 2 * PAGE_SECONDS) + 3.0
    walls, cpu = speed()
    figures = [
        Figure(f"hostile responses as expected, of {len(cases)}", str(len(cases)), str(right), right == len(cases)),
        Figure(f"SSRF targets as expected, of {len(targets)}", str(len(targets)), str(safe), safe == len(targets)),
        Figure("connections tried to anywhere else", "0", str(len(egress.attempts)), not egress.attempts),
        Figure("slowest case", f"< {limit:g} s", f"{slowest.seconds:.1f} s ({slowest.name})", slowest.seconds < limit),
        Figure(
            "growth of peak memory, servers included",
            f"< {MAX_GROWTH_MB:g} MB",
            f"{growth:.0f} MB",
            growth < MAX_GROWTH_MB,
        ),
        Figure("requests a second against plain httpx", ">= 0.80", f"{walls:.2f}", walls >= 0.80),
        Figure("CPU a request against plain httpx", "", f"{cpu:.2f}"),
    ]
    return figures, {"deviations": [case for case in (*cases, *targets) if not case.holds], "cases": [*cases, *targets]}


def fetching(fetch_only: bool) -> tuple[list[Figure], dict[str, Any]]:
    if not HOSTILE.is_dir():
        return [Figure("hostile responses", "", "NOT MEASURED: ../shared/bench/hostile is not there")], {}
    figures, details = measured(fetch_only)
    for case in details["deviations"]:
        print(f"  not as expected: {case.name}: {case.expect}, got {case.got} after {case.seconds:.1f} s")
    return figures, {key: [vars_of(case) for case in cases] for key, cases in details.items()}


def bombed() -> tuple[list[Figure], dict[str, Any]]:
    """Each bomb in a whole run of its own, against the same run of a harmless site."""
    calm = bombs.in_a_process("a harmless site")
    found = [bombs.in_a_process(name) for name in bombs.BOMBS]
    right = [one for one in found if one.good and one.wanted]
    for one in found:
        if one not in right:
            print(f"  not as expected: {one.name}: {one.state} ({one.reason}), good page {one.good}")
    turn = max(found, key=lambda one: one.turn)
    memory = max(found, key=lambda one: one.own_mb)
    growth, control = memory.own_mb - calm.own_mb, bombs.turn_control()
    return [
        Figure(
            f"bombs that end as wanted, of {len(found)}", str(len(found)), str(len(right)), len(right) == len(found)
        ),
        Figure("  a harmless site beside them", "read", "read" if calm.good else "NOT READ", calm.good),
        Figure(
            "longest turn of the event loop, CPU",
            f"< {bombs.MAX_TURN_S:g} s",
            f"{turn.turn:.2f} s ({turn.name})",
            turn.turn < bombs.MAX_TURN_S,
        ),
        Figure("  when a bomb is unpacked on it (control)", "fires", f"{control:.2f} s", control > bombs.MAX_TURN_S),
        Figure(
            "growth of the run's peak memory over a harmless site",
            f"< {bombs.MAX_GROWTH_MB:g} MB",
            f"{growth:.0f} MB ({memory.name})",
            growth < bombs.MAX_GROWTH_MB,
        ),
    ], {"bombs": [{name: getattr(one, name) for name in bombs.Burst.__slots__} for one in (calm, *found)]}


PATTERN_SIZES, PATTERN_FURTHER = (1_000, 10_000), 100_000  # characters; the last for the text that took longest
PATTERN_GROWTH = 30.0  # for ten times the text: 10 in proportion, 13 with a logarithm, 100 by the square
SLOW = (r"\s+$", r"\s*[|:]\s*", r"[\w.]+@\w+", r"(?:\w+\s?)*x", r"<!--.*?-->", r"(?:a|aa)+!")


def matched() -> tuple[list[Figure], dict[str, Any]]:
    """Every regular expression of the product on texts made against it, and some that are known to be slow."""
    found = patterns.patterns()
    slow = {
        one.place: worst
        for one in found
        if (worst := patterns.worst(one, PATTERN_SIZES, PATTERN_GROWTH, PATTERN_FURTHER))
    }
    for place, (size, times, text) in slow.items():
        print(f"  not linear: {place}: {times:.0f}x at {size:,} characters of {text}")
    controls = [patterns.Named("control", re.compile(one), ("findall",)) for one in SLOW]
    fired = sum(patterns.worst(one, PATTERN_SIZES, PATTERN_GROWTH) is not None for one in controls)
    linear = len(found) - len(slow)
    return [
        Figure(f"patterns in proportion to their text, of {len(found)}", str(len(found)), str(linear), not slow),
        Figure("  slow ones that are told (control)", str(len(SLOW)), str(fired), fired == len(SLOW)),
    ], {"slow_patterns": slow}


def besieged() -> tuple[list[Figure], dict[str, Any]]:
    """Hostile statements at the SQL console of each database."""
    found = statements.sieges()
    total = sum(one.statements for one in found)
    figures = [
        Figure("databases", "2", str(len(found)), len(found) == 2),
        Figure("hostile statements", ">= 120", str(total), total >= 120),
    ]
    for one in found:
        figures += [
            Figure(f"{one.dialect}: through, of {one.statements}", "0", str(len(one.through)), not one.through),
            Figure("  over their limit", "0", str(len(one.late)), not one.late),
            Figure("  database changed", "no", "yes" if one.changed else "no", not one.changed),
            Figure("  honest statements answered (control)", "3", str(one.honest), one.honest == 3),
            Figure("  that work with the owner's rights (control)", ">= 30", str(one.controls), one.controls >= 30),
        ]
    return figures, {"sieges": [{name: getattr(one, name) for name in statements.Siege.__slots__} for one in found]}


def crowded() -> tuple[list[Figure], dict[str, Any]]:
    """The queue of an editor while others work against the desk."""
    found = crowd.watch()
    asked = sum(found.did.values())
    return [
        Figure("queue, p95 alone", "", f"{found.alone_p95:.0f} ms"),
        Figure(f"  beside {crowd.CLIENTS} calm clients", "", f"{found.calm_p95:.0f} ms"),
        Figure(
            f"queue, p95 while {crowd.CLIENTS} hostile clients work",
            "<= 300 ms",
            f"{found.crowded_p95:.0f} ms",
            found.crowded_p95 <= 300,
        ),
        Figure("  against calm ones", "", f"{found.crowded_p95 / found.calm_p95:.1f}x"),
        Figure("  p50", "", f"{found.crowded_p50:.0f} ms"),
        Figure("answers to the editor that were no queue", "0", str(found.wrong), found.wrong == 0),
        Figure("requests of the crowd (control)", ">= 50", f"{asked:,}", asked >= 50),
    ], {"crowd": found.did}


def main() -> int:
    parser = argparse.ArgumentParser(description="How the product fares against hostile pages, statements and clients.")
    parts: dict[str, Callable[[], tuple[list[Figure], dict[str, Any]]]] = {
        "fetching": lambda: fetching(options.fetch_only),
        "bombs": bombed,
        "patterns": matched,
        "statements": besieged,
        "crowd": crowded,
    }
    parser.add_argument("--only", nargs="+", choices=parts, metavar="PART")
    parser.add_argument("--fetch-only", action="store_true", help="leave the extraction of the fetched pages out")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    isolate()
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for name, part in parts.items():
        if options.only and name not in options.only:
            continue
        rows, more = part()
        figures += rows
        details |= more
    return 0 if show("Hostile input", figures, options.json, details) else 1


def vars_of(case: Outcome) -> dict[str, Any]:
    return {name: getattr(case, name) for name in Outcome.__slots__}


if __name__ == "__main__":
    sys.exit(main())
