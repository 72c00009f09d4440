"""Five editors decide as fast as they can while everything goes wrong; afterwards the books are compared."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from playwright.async_api import BrowserContext, Page, Route, async_playwright

from flows.clock import utc_now
from flows.desk.app import create_app
from flows.desk.signing_in.sessions import SESSION_COOKIE
from moderation.verdict import Action
from storage.database.engine import Database
from storage.database.errors import DecisionConflict
from storage.desk.decisions import decide
from tests.flows.desk import room

EDITORS = ("ana", "bob", "cleo", "dan", "eva")
STEP = 40  # keys between two accidents
FAULTY = 0.06  # of the requests that write

# Presses keys as fast as the page draws, and writes down what was on screen at each.
DRIVER = """async ({ steps, seed }) => {
  let state = seed;
  const random = () => ((state = (state * 1103515245 + 12345) % 2147483648), state / 2147483648);
  const press = (key, code) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }));
  const shown = () => document.querySelector('#card article')?.dataset.comment;
  const log = [];
  for (let n = 0; n < steps; n++) {
    for (let wait = 0; !shown() && wait < 40; wait++) await new Promise((done) => setTimeout(done, 25));
    const id = shown();
    if (!id) break;
    const chance = random();
    const last = log.at(-1);
    if (chance < 0.05 && last && last[0] !== 'undo') { press('u', 'KeyU'); log.push(['undo', last[1]]); }
    else if (chance < 0.55) { press('p', 'KeyP'); log.push(['publish', id]); }
    else { press('r', 'KeyR'); press('1', 'Digit1'); log.push(['reject', id]); }
    if (n % 4 === 0) await new Promise((done) => requestAnimationFrame(done));
  }
  return log;
}"""
PENDING = "() => Object.keys(localStorage).filter((name) => name.startsWith('tamis-outbox:')).length"


class Accidents:
    """Answers some writes with 500 before, some after they were done, and some not at all."""

    def __init__(self, app: Any, seed: int) -> None:
        self.app, self.random, self.on = app, random.Random(seed), True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        bad = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in ("/api/decisions", "/api/undo")
        if not (bad and self.on and self.random.random() < FAULTY):
            await self.app(scope, receive, send)
            return
        if self.random.random() < 0.5:  # done, but the answer is lost

            async def nowhere(message: Any) -> None:
                return None

            await self.app(scope, receive, nowhere)
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    pressed: int
    undone: int
    conflicts: int
    closed_tabs: int
    lost: int
    missing: tuple[tuple[str, int, str], ...]  # editor, comment and key of what was lost
    doubled: int
    unlike_replay: int


def storm(db: Database, count: int, seed: int) -> Aftermath:
    """The books after `count` decisions. The database holds at least twice as many waiting comments."""
    for name in EDITORS:
        room.account(db, name)
    app = Accidents(create_app(db, hosts=(room.HOST,)), seed)
    with room.served(db, app) as desk:
        logs, closed, rival = asyncio.run(everybody(db, desk.url, app, count, seed))
    return compared(db, logs, closed, rival)


async def everybody(
    db: Database, url: str, app: Accidents, count: int, seed: int
) -> tuple[dict[str, list[tuple[str, int]]], int, set[int]]:
    logs: dict[str, list[tuple[str, int]]] = {}
    rival: set[int] = set()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(room.CHROMIUM), args=list(room.FLAGS))
        done = asyncio.Event()
        sixth = asyncio.create_task(contrary(db, rival, done, seed))
        people = [one(browser, db, url, name, count // len(EDITORS), seed + n) for n, name in enumerate(EDITORS)]
        results = await asyncio.gather(*people)
        done.set()
        await sixth
        app.on = False
        closed = 0
        for name, (context, log, tabs) in zip(EDITORS, results, strict=True):
            logs[name], closed = log, closed + tabs
            await all_sent(await opened(context, url))
            await context.close()
        await browser.close()
    return logs, closed, rival


async def all_sent(page: Page) -> None:
    """Wait until everything on its way has arrived, for as long as anything still arrives within a minute."""
    pending, quiet = -1, 0
    while quiet < 600:
        now = await page.evaluate(PENDING)
        if now == 0:
            return
        quiet = quiet + 1 if now == pending else 0
        pending = now
        await page.wait_for_timeout(100)


async def one(
    browser: Any, db: Database, url: str, name: str, count: int, seed: int
) -> tuple[BrowserContext, list[tuple[str, int]], int]:
    """One editor until he has made `count` decisions: his context, what he pressed, how many tabs he closed."""
    chance = random.Random(seed)
    token, _ = room.session(db, name)
    context = await browser.new_context(locale="en-GB")
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": url}])
    await context.route("**/*", lambda route: local_only(route))
    log: list[tuple[str, int]] = []
    tabs = 0
    page = await opened(context, url)
    while len(log) < count:
        pressed = await page.evaluate(DRIVER, {"steps": min(STEP, count - len(log)), "seed": chance.randrange(2**31)})
        log += [(what, int(comment)) for what, comment in pressed]
        accident = chance.random()
        if accident < 0.15:
            await page.close()  # whatever is on its way
            tabs += 1
            page = await opened(context, url)
        elif accident < 0.3:
            await context.set_offline(True)
            pressed = await page.evaluate(DRIVER, {"steps": min(10, count - len(log)), "seed": chance.randrange(2**31)})
            log += [(what, int(comment)) for what, comment in pressed]
            await context.set_offline(False)
            await page.evaluate("dispatchEvent(new Event('online'))")
        if not pressed:
            await page.reload()
    await page.close()
    return context, log, tabs + 1


async def opened(context: BrowserContext, url: str) -> Page:
    page = await context.new_page()
    await page.goto(url + "/review")
    return page


async def local_only(route: Route) -> None:
    if route.request.url.startswith(f"http://{room.HOST}:"):
        await route.continue_()
    else:
        await route.abort()


async def contrary(db: Database, taken: set[int], done: asyncio.Event, seed: int) -> None:
    """A sixth editor without a desk, who decides here and there on what others have on screen."""
    chance = random.Random(seed)
    while not done.is_set():
        with db.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT comment_id, version FROM reviews WHERE lease_editor IS NOT NULL AND waiting_since IS NOT NULL"
            ).all()
        if rows:
            number, version = chance.choice(rows)
            try:
                await asyncio.to_thread(
                    decide, db, number, "sixth", Action.REJECT, "spam", version, utc_now(), f"sixth-{number}-{version}"
                )
                taken.add(number)
            except DecisionConflict:
                pass
        await asyncio.sleep(0.05)


def compared(db: Database, logs: dict[str, list[tuple[str, int]]], closed: int, rival: set[int]) -> Aftermath:
    """Every key against the rows it left. Only what the sixth editor took may be missing: it was a conflict."""
    with db.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, comment_id, editor, action, undoes FROM decisions ORDER BY id"
        ).all()
        holds = dict(
            connection.exec_driver_sql("SELECT comment_id, action FROM reviews").tuples().all()  # type: ignore[arg-type]
        )
        verdicts = dict(
            connection.exec_driver_sql("SELECT comment_id, verdict_action FROM reviews").tuples().all()  # type: ignore[arg-type]
        )
    written = Counter((row.editor, row.comment_id, "undo" if row.undoes is not None else row.action) for row in rows)
    pressed = Counter((name, comment, what) for name, log in logs.items() for what, comment in log)
    shared = Counter(comment for _, comment in {(name, comment) for name, comment, _ in pressed})
    lost = doubled = conflicts = 0
    missing = []
    for key in pressed.keys() | {key for key in written if key[0] != "sixth"}:
        difference = pressed[key] - written[key]
        contested = key[1] in rival or shared[key[1]] > 1
        if difference > 0 and contested:
            conflicts += difference
        elif difference > 0:
            lost += difference
            missing.append(key)
        elif difference < 0:
            doubled -= difference
    by_log = replayed(rows, verdicts)
    return Aftermath(
        pressed=sum(pressed.values()),
        undone=sum(count for key, count in pressed.items() if key[2] == "undo"),
        conflicts=conflicts,
        closed_tabs=closed,
        lost=lost,
        missing=tuple(missing),
        doubled=doubled,
        unlike_replay=sum(by_log[comment] != action for comment, action in holds.items()),
    )


def replayed(rows: Any, verdicts: dict[int, str]) -> dict[int, str]:
    """What holds for each comment by the event log alone: the newest decision that was not taken back."""
    by_comment: dict[int, list[Any]] = {}
    for row in rows:
        by_comment.setdefault(row.comment_id, []).append(row)
    found = dict(verdicts)
    for comment, events in by_comment.items():
        undone: set[int] = set()
        for event in reversed(events):
            if event.id in undone:
                continue
            if event.undoes is not None:
                undone.add(event.undoes)
            else:
                found[comment] = event.action
                break
    return found
