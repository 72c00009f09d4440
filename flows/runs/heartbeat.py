"""A sign of life to a watcher elsewhere, such as Healthchecks: called after a good run, so that silence is an alarm."""

from __future__ import annotations

import httpx

SECONDS = 10.0
TRIES = 3


def beat(address: str) -> str | None:
    """Calls the address; why it could not be, in one sentence without the address (it is a secret), or None."""
    why = ""
    for _ in range(TRIES):
        try:
            answer = httpx.get(address, timeout=SECONDS, follow_redirects=True)
        except httpx.HTTPError as error:
            why = type(error).__name__
            continue
        if answer.is_success:
            return None
        why = f"HTTP {answer.status_code}"
    return f"the heartbeat was not taken ({why}); look at the address in tamis.toml"
