"""The webhook of decisions: one signed POST each, in order, tried again until the other side takes it.

The body is JSON. `Tamis-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256 of `SECONDS.BODY` under the secret that both
sides know; `Tamis-Delivery` is the decision's number, by which a second delivery is recognised. Any answer from 200 to
299 takes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import orjson

from flows.clock import utc_now
from flows.observe import log
from flows.settings import Settings
from flows.settings_tables import WebhookSettings
from storage.database.engine import Database
from storage.desk.outbox import Outgoing, claim, delivered, refused, register, withdraw
from storage.opening import open_database

CONSUMER = "webhook"
SECONDS = 10.0  # for the other side to answer
LOOK_EVERY = 2.0  # seconds


def body_of(one: Outgoing) -> bytes:
    """The names are a contract: fields are added, never renamed or taken away."""
    return orjson.dumps(
        {
            "event": "decision",
            "id": one.decision_id,
            "comment": one.comment_id,
            "site": one.site,
            "site_comment_id": one.site_comment_id,
            "permalink": one.permalink,
            "article_url": one.article_url,
            "action": one.action,
            "reason": one.reason,
            "editor": one.editor,
            "decided_at": one.decided_at,
            "undoes": one.undoes,
        }
    )


def signature(secret: str, body: bytes, now: datetime) -> str:
    seconds = int(now.timestamp())
    return f"t={seconds},v1={hmac.new(secret.encode(), b'%d.%s' % (seconds, body), hashlib.sha256).hexdigest()}"


def deliver(db: Database, hook: WebhookSettings, now: datetime) -> int:
    """Deliver what waits, the oldest first, until one is refused; return how many were taken."""
    taken = 0
    with httpx.Client(timeout=SECONDS, follow_redirects=False) as client:
        while batch := claim(db, CONSUMER, now):
            for place, one in enumerate(batch):
                fault = post(client, hook, one, now)
                if fault is not None:
                    again = refused(db, one, [later.id for later in batch[place + 1 :]], fault, now)
                    log("webhook_refused", decision=one.decision_id, because=fault, again=again.isoformat())
                    return taken
                delivered(db, [one.id], now)
                taken += 1
    return taken


def post(client: httpx.Client, hook: WebhookSettings, one: Outgoing, now: datetime) -> str | None:
    """None if it was taken, else why not in one sentence that holds no secret."""
    body = body_of(one)
    headers = {
        "Content-Type": "application/json",
        "Tamis-Delivery": str(one.decision_id),
        "Tamis-Signature": signature(hook.secret.get_secret_value(), body, now),
    }
    try:
        answer = client.post(str(hook.url), content=body, headers=headers)
    except httpx.HTTPError as error:
        return f"the webhook's server did not answer: {type(error).__name__}"
    return None if answer.is_success else f"the webhook's server answered {answer.status_code}"


async def keep_delivering(db: Database, hook: WebhookSettings) -> None:
    """Delivers until it is cancelled. What goes wrong is logged, and tried again at the next look."""
    while True:
        try:
            await asyncio.to_thread(deliver, db, hook, utc_now())
        except Exception as error:  # whatever it was: the desk goes on, and looks again
            log("webhook_failed", because=f"{type(error).__name__}: {error}")
        await asyncio.sleep(LOOK_EVERY)


@contextlib.asynccontextmanager
async def delivering(settings: Settings) -> AsyncIterator[None]:
    """Delivers decisions for as long as the block runs, if the settings name a webhook."""
    with open_database(settings.database_url) as db:
        hook = settings.desk.webhook
        if hook is None:
            await asyncio.to_thread(withdraw, db, CONSUMER)
            yield
            return
        await asyncio.to_thread(register, db, CONSUMER)
        working = asyncio.create_task(keep_delivering(db, hook))
        try:
            yield
        finally:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
