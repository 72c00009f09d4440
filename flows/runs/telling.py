"""Telling people about runs: what is new, what changed since it was told, and that it is over.

The database remembers what was told, so a trouble that lasts is told once, again each week, and when its words change
in more than their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flows.runs.alarms import OF_RUNS, Alarm, AlarmKind, send
from flows.settings import Settings
from storage.database.engine import Database
from storage.desk.notices import Notice, Told, clear_notices, keep_told, told_notices

REMIND_AFTER = timedelta(days=7)
EXAMPLE = re.compile(r" For example .*", re.DOTALL)  # another example of the same is no news
NUMBERS = re.compile(r"[\d,.%]+")


def tell(
    settings: Settings,
    db: Database,
    site: str,
    alarms: Sequence[Alarm],
    now: datetime,
    kinds: Sequence[AlarmKind] = OF_RUNS,
) -> tuple[str, ...]:
    """Sends what people do not know yet about the site; a sentence for each address that did not get it.

    `alarms` are all that holds now of these kinds. What no address took is tried again at the next run.
    """
    if not settings.alarms:
        return ()
    told = {one.notice.kind: one for one in told_notices(db, site, kinds)}
    messages, settled = [], []
    for alarm in alarms:
        words = news(alarm, told.get(alarm.kind), now)
        if words is not None:
            messages.append(replace(alarm, sentence=words))
            settled.append((Notice(kind=alarm.kind, site=site, subject=""), alarm.sentence))
    holds = {alarm.kind for alarm in alarms}
    over = [one for kind, one in told.items() if kind not in holds]
    messages += [Alarm(kind=AlarmKind.OVER, site=site, sentence=ending(one)) for one in over]
    if not messages:
        return ()
    unsent = send(messages, settings.alarms)
    if len(unsent) < len(settings.alarms):
        keep_told(db, settled, now)
        clear_notices(db, [one.notice for one in over])
    return unsent


def news(alarm: Alarm, told: Told | None, now: datetime) -> str | None:
    """What to say of it: all of it when it is new, what changed since, a reminder once a week; None for nothing."""
    if told is None:
        return alarm.sentence
    if gist(told.sentence) != gist(alarm.sentence):
        return f"{alarm.sentence} (since {told.since:%d %b}; what was told before: {short(told.sentence)})"
    if now - told.told_at >= REMIND_AFTER:
        return f"still, since {told.since:%d %b}: {alarm.sentence}"
    return None


def ending(told: Told) -> str:
    return f"over since the last run; it began on {told.since:%d %b}: {short(told.sentence)}"


def gist(sentence: str) -> str:
    """The sentence without what differs from night to night while the trouble is the same."""
    return NUMBERS.sub("#", EXAMPLE.sub("", sentence))


def short(sentence: str) -> str:
    words = EXAMPLE.sub("", sentence)
    return words if len(words) <= 300 else f"{words[:299]}…"
