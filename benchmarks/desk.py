"""The review desk: speed of deciding, of the queue, weight, accessibility, hostile comments, and a storm of accidents.

    python benchmarks/desk.py [--json OUT] [--only PART ...] [--decisions N] [--flagged N ...]

Parts: speed, queue, weight, hostile, axe, lighthouse, storm. Runs in a network namespace with nothing but loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import desk_lighthouse
from benchmarks.isolation import isolate
from benchmarks.table import Figure, show
from flows.desk.app import create_app
from storage.crawl.campaigns import find_campaigns
from storage.database.engine import Database
from storage.desk.review_queue import QueueFilter, review_queue, waiting_count
from storage.opening import open_database
from storage.schema import upgrade
from tests.flows.desk import room, states
from tests.flows.desk.browser import chromium, visit

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = ROOT / ".." / "shared" / "bench" / "hostile" / "generate.py"
PARTS = ("speed", "queue", "weight", "hostile", "axe", "lighthouse", "storm")
ROUND_TRIP = 0.15  # seconds
DECISIONS = 200
RELOADS = 15
FRAME = 1000 / 60  # ms

# One key, then the next card: milliseconds until it stands in the page, and until the browser has drawn it.
RACE = """async (count) => {
  const waits = [];
  const start = performance.now();
  for (let n = 0; n < count; n++) {
    const before = document.querySelector('#card article')?.dataset.comment;
    const pressed = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', code: 'KeyP', bubbles: true }));
    while ((document.querySelector('#card article')?.dataset.comment ?? before) === before)
      await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    waits.push(performance.now() - pressed);
  }
  return { waits, total: performance.now() - start };
}"""


class Distant:
    """The desk at the other end of a line with that round trip."""

    def __init__(self, app: Any, seconds: float) -> None:
        self.app, self.seconds = app, seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(self.seconds)
        await self.app(scope, receive, send)


@contextmanager
def desk_database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as folder:
        url = f"sqlite:///{folder}/desk.db"
        upgrade(url)
        with open_database(url) as db:
            yield db


def speed() -> list[Figure]:
    with desk_database() as db:
        for part in range(2):
            room.put(db, [f"Merci {n}" for n in range(400)], url=f"https://mag.example/{part}")
        room.account(db, "marie")
        app = Distant(create_app(db, hosts=(room.HOST,)), ROUND_TRIP)
        with room.served(db, app) as desk, chromium() as browser:
            token, csrf = room.session(db, "marie")
            page = visit(browser, desk.url, token).new_page()
            page.goto(desk.url + "/review")
            page.wait_for_selector("#card article")
            race = page.evaluate(RACE, DECISIONS)
            page.wait_for_timeout(3000)
            saved = len(room.decided(db))
            started = time.perf_counter()
            for _ in range(RELOADS):  # the usual way: send, wait for the answer, load the page again
                number = int(page.get_attribute("#card article", "data-comment") or 0)
                body = {"items": [{"id": number, "version": 1, "key": f"reload-{number}"}], "action": "publish"}
                headers = {"X-CSRF-Token": csrf}
                page.request.post(desk.url + "/api/decisions", data=body, headers=headers)
                page.reload()
                page.wait_for_selector("#card article")
            baseline = 60 * RELOADS / (time.perf_counter() - started)
    rate = 60_000 * DECISIONS / race["total"]
    p95 = statistics.quantiles(race["waits"], n=20)[18]
    return [
        Figure("decisions a minute at 150 ms round trip", ">= 1,200", f"{rate:,.0f}", rate >= 1200),
        Figure("  against full reload in the same run", ">= 8x", f"{rate / baseline:.1f}x", rate >= 8 * baseline),
        Figure("key to next card drawn, p95", "<= 2 frames + 20 ms", f"{p95:.0f} ms", p95 <= 2 * FRAME + 20),
        Figure("saved of those decided", "all", f"{saved} of {DECISIONS}", saved == DECISIONS),
        campaign_keys(),
    ]


def campaign_keys() -> Figure:
    with desk_database() as db, chromium() as browser:
        room.account(db, "marie")
        room.put(db, [f"{states.CAMPAIGN} numéro {n}" for n in range(37)])
        find_campaigns(db, room.MORNING + timedelta(hours=1))
        with room.served(db) as desk:
            token, _ = room.session(db, "marie")
            page = visit(browser, desk.url, token).new_page()
            page.goto(desk.url + "/review")
            page.wait_for_selector("#card article")
            page.keyboard.press("c")
            page.wait_for_selector("#campaign-box li")
            page.keyboard.press("r")
            page.locator("#card .empty").wait_for()
            page.wait_for_timeout(500)
            count = len(room.decided(db))
    return Figure("campaign of 37", "2 keys", f"{count} decided with 2 keys", count == 37)


def median_ms(call: Callable[[], object], times: int = 15) -> float:
    call()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def fill(db: Database, count: int) -> None:
    """Copies of one waiting comment, by SQL."""
    (first,) = room.put(db, ["Merci pour cet article"])
    n = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
    with db.write() as connection:
        for table, key, changed in (
            ("comments", "id", {"id": f"{first} + i", "key": "'k' || i", "position": "i + 1"}),
            ("reviews", "comment_id", {
                "comment_id": f"{first} + i",
                "waiting_since": "strftime('%Y-%m-%dT%H:%M:%S', '2026-03-02', '+' || i || ' seconds') || '.000000Z'",
            }),
        ):  # fmt: skip
            columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(column, column) for column in columns)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({', '.join(columns)}) {n} SELECT {values} FROM n, {table} WHERE {key} = {first}"
            )
        connection.exec_driver_sql("ANALYZE")


def queue(sizes: list[int]) -> list[Figure]:
    figures, firsts = [], []
    for size in sizes:
        with desk_database() as db:
            fill(db, size)
            place = None
            for _ in range(min(1000, size // 50 - 1)):
                place = review_queue(db, QueueFilter(), after=place).next
            first = median_ms(lambda db=db: review_queue(db, QueueFilter()))
            far = median_ms(lambda db=db, place=place: review_queue(db, QueueFilter(), after=place))
            counted = median_ms(lambda db=db: waiting_count(db, QueueFilter()))
            bare = median_ms(lambda db=db: bare_query(db))
        firsts.append(first)
        named = f"{size:,} flagged"
        figures += [
            Figure(
                f"{named}: first page / bare keyset query of 50", "<= 1.3x", f"{first / bare:.2f}x", first <= 1.3 * bare
            ),
            Figure(f"{named}: page 1,000 / first page", "<= 2x", f"{far / first:.2f}x", far <= 2 * first),
            Figure(f"{named}: capped count / first page", "", f"{counted / first:.2f}x"),
        ]
    if len(firsts) > 1:
        ratio = firsts[-1] / firsts[0]
        figures.append(Figure(f"first page, {sizes[-1]:,} / {sizes[0]:,}", "<= 1.5x", f"{ratio:.2f}x", ratio <= 1.5))
    return figures


def bare_query(db: Database) -> list[dict[str, Any]]:
    """Fifty whole rows of the queue by key, through the same library, without making records of them."""
    from storage.database.tables import reviews
    from storage.desk.review_queue import items

    wanted = reviews.c.waiting_since.is_not(None)
    with db.read() as connection:
        ordered = items().where(wanted).order_by(reviews.c.waiting_since, reviews.c.comment_id)
        return [dict(row) for row in connection.execute(ordered.limit(50)).mappings()]


def weight() -> list[Figure]:
    with desk_database() as db, chromium() as browser:
        room.account(db, "marie")
        room.put(db, [states.SPAM] * 40)
        with room.served(db) as desk:
            token, _ = room.session(db, "marie")
            page = visit(browser, desk.url, token).new_page()
            answers: list[Any] = []
            page.on("response", lambda answer: answers.append(answer))
            page.goto(desk.url + "/review")
            page.wait_for_selector("#context details")
            foreign = [answer.url for answer in answers if not answer.url.startswith(desk.url)]
            sent = sum(len(gzip.compress(answer.body())) for answer in answers if "/api/" not in answer.url)
            data = sum(len(gzip.compress(answer.body())) for answer in answers if "/api/" in answer.url)
    return [
        Figure("page, scripts and styles, gzip", "<= 60 kB", f"{sent / 1000:.1f} kB", sent <= 60_000),
        Figure("  and 40 cards with one context", "", f"{data / 1000:.1f} kB"),
        Figure("requests to others", "0", str(len(foreign)), not foreign),
    ]


def hostile() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as folder:
        subprocess.run([sys.executable, HOSTILE, "write", folder], check=True, stdout=subprocess.DEVNULL)
        lines = (Path(folder) / "comments.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    clean = lambda text: "".join(c for c in text if not 0xD800 <= ord(c) < 0xE000)  # noqa: E731 - as the loader stores
    ran: list[str] = []
    control: list[str] = []
    with desk_database() as db, chromium() as browser:
        room.account(db, "marie", "admin")
        for start in range(0, len(cases), 5):
            part = cases[start : start + 5]
            room.put(
                db,
                [clean(case["body"]) for case in part],
                authors=[clean(case["author"]) or None for case in part],
                urls=[clean(case["author_url"]) or None for case in part],
                url=f"https://mag.example/{start}",
                title=clean(part[0]["body"])[:200],
            )
        with room.served(db) as desk:
            token, _ = room.session(db, "marie")
            context = visit(browser, desk.url, token)
            context.expose_function("__xss", lambda name: ran.append(str(name)))
            page = context.new_page()
            page.on("dialog", lambda dialog: (ran.append("dialog"), dialog.dismiss()))
            page.goto(desk.url + "/review")
            page.wait_for_selector("#context details")
            seen = 0
            for _ in cases:
                page.wait_for_selector("#context details")
                seen += 1
                if author := page.query_selector("#context details button.small:visible"):
                    author.click()
                page.keyboard.press("s")
                page.wait_for_timeout(260)
                if page.query_selector("#card .empty"):
                    break
            for path in (
                "/review?lang=fr",
                "/quality",
                "/people",
                "/sample",
                "/data/sql?q=SELECT+text+FROM+judged_comments",
            ):
                page.goto(desk.url + path)
                page.wait_for_timeout(500)
            csv = page.request.get(desk.url + "/data/sql.csv?q=SELECT+text+FROM+judged_comments").text()
            armed = visit(browser, desk.url, None)
            armed.expose_function("__xss", lambda name: control.append(str(name)))
            trap = armed.new_page()
            for case in cases:
                trap.set_content(clean(case["body"]), wait_until="commit")
                trap.wait_for_timeout(20)
    import csv as reader
    import io

    risky = sum(row[0][:1] in ("=", "+", "-", "@", "\t", "\r") for row in reader.reader(io.StringIO(csv)) if row)
    return [
        Figure(
            f"scripts run by {len(cases)} hostile comments ({seen} cards, contexts, pages)", "0", str(len(ran)), not ran
        ),
        Figure("  positive control: the same, unescaped", "> 0", str(len(set(control))), bool(control)),
        Figure("CSV cells that a spreadsheet would run", "0", str(risky), risky == 0),
    ]


VARIANTS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "French": {"locale": "fr-FR"},
    "320 px": {"viewport": {"width": 320, "height": 640}},
    "200 %": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}


def axe() -> list[Figure]:
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found: dict[str, list[str]] = {name: [] for name in VARIANTS}
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as name, chromium() as browser:
        template = Path(name) / "template.db"
        upgrade(f"sqlite:///{template}")
        for variant, options in VARIANTS.items():
            for state, draw in states.STATES.items():
                with states.scene(template, Path(name), browser, bypass_csp=True, **options) as made:
                    page = draw(made)
                    page.context.set_offline(False)
                    for violation in Axe().run(page, options=rules).response["violations"]:
                        targets = "; ".join(str(node["target"]) for node in violation["nodes"][:2])
                        found[variant].append(f"{state}: {violation['id']} {targets}")
    for variant, faults in found.items():
        for fault in faults:
            print(f"  axe, {variant}: {fault}")
    return [
        Figure(f"axe, {variant}, {len(states.STATES)} states", "0", str(len(faults)), not faults)
        for variant, faults in found.items()
    ]


def storm(count: int) -> list[Figure]:
    from benchmarks.desk_storm import EDITORS
    from benchmarks.desk_storm import storm as run

    with desk_database() as db:
        for part in range(0, 2 * count, 500):
            room.put(db, [f"Commentaire {part + n}" for n in range(500)], url=f"https://mag.example/{part}")
        books = run(db, count, 7)
    what = (
        f"{books.pressed:,} decisions of {len(EDITORS)} editors ({books.undone} undone, {books.conflicts} conflicts, "
        f"{books.closed_tabs} closed tabs)"
    )
    return [
        Figure(f"{what}: lost", "0", f"{books.lost} {list(books.missing[:9]) or ''}", books.lost == 0),
        Figure("  doubled", "0", str(books.doubled), books.doubled == 0),
        Figure("  comments unlike the replayed log", "0", str(books.unlike_replay), books.unlike_replay == 0),
    ]


def lighthouse() -> list[Figure]:
    with desk_database() as db:
        return desk_lighthouse.figures(db)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="*", default=PARTS)
    parser.add_argument("--decisions", type=int, default=10_000)
    parser.add_argument("--flagged", type=int, nargs="*", default=[100_000, 1_000_000])
    chosen = parser.parse_args()
    isolate()
    parts: dict[str, Callable[[], list[Figure]]] = {
        "speed": speed,
        "queue": lambda: queue(chosen.flagged),
        "weight": weight,
        "hostile": hostile,
        "axe": axe,
        "lighthouse": lighthouse,
        "storm": lambda: storm(chosen.decisions),
    }
    figures: list[Figure] = []
    for name in chosen.only:
        figures += parts[name]()
    sys.exit(not show("Review desk", figures, chosen.json))


if __name__ == "__main__":
    main()
