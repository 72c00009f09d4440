"""What an operator agreed with the editors, watched: how long the queue may be, how long a comment may wait.

Every run looks at its end, and `tamis desk` and `tamis schedule` look every minute, so that an alarm comes although no
run happens. Whoever looks first tells; the others find it told.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flows.clock import utc_now
from flows.observe import log
from flows.runs.alarms import Alarm, AlarmKind, Language, send
from flows.runs.lateness import lateness
from flows.settings import Settings
from flows.settings_tables import AgreedSettings
from storage.crawl.campaigns import Campaign, largest_campaigns
from storage.crawl.runs import recent_runs
from storage.database.engine import Database
from storage.desk.notices import Notice, claim_notices, clear_notices, keep_told
from storage.desk.review_queue import Capped, QueueFilter, oldest_waiting, waiting_count
from storage.opening import open_database

LOOK_EVERY = 60.0  # seconds
ANY_SITE = "*"
REMIND_AFTER = timedelta(days=1)
CALM = 0.8  # a queue under this share of what was agreed is over it no more: one that swings is told once


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Comments of a site that have waited for longer than `hours`, and since when the oldest does."""

    site: str
    hours: float
    comments: Capped
    oldest: datetime


def agreed(settings: Settings, site: str) -> AgreedSettings:
    """What holds for a site: its own [sites.NAME.desk], else [desk]."""
    own = next((one.desk for one in settings.sites if one.name == site), None)
    return own or settings.desk


def overdue(settings: Settings, db: Database, names: Iterable[str], now: datetime) -> tuple[Overdue, ...]:
    """Those of the sites whose comments wait for longer than agreed."""
    found = []
    for name in names:
        hours = agreed(settings, name).wait_hours
        if hours is None:
            continue
        oldest = oldest_waiting(db, (name,))
        if oldest is not None and now - oldest > timedelta(hours=hours):
            late = waiting_count(db, QueueFilter(sites=(name,), older_than=now - timedelta(hours=hours)))
            found.append(Overdue(site=name, hours=hours, comments=late, oldest=oldest))
    return tuple(found)


def send_due_notices(settings: Settings, db: Database, now: datetime) -> tuple[str, ...]:
    """Sends what nobody was told yet; returns a sentence for each address that did not get it.

    An alarm that no address took is tried again at a later look.
    """
    if not settings.alarms or not settings.sites:
        return ()
    raised = dict(due(settings, db, now))
    clear_notices(db, ended_breaches(settings, db, raised))
    mine = claim_notices(db, list(raised), now, REMIND_AFTER, once=(AlarmKind.CAMPAIGN,))
    unsent = send([raised[matter] for matter in mine], settings.alarms)
    if mine and len(unsent) < len(settings.alarms):
        keep_told(db, [(matter, raised[matter].sentence) for matter in mine], now)
    return unsent


def due(settings: Settings, db: Database, now: datetime) -> list[tuple[Notice, Alarm]]:
    """Every breach there is now; a campaign is one, on however many sites it is."""
    names = [site.name for site in settings.sites]
    found = [
        breach(settings, AlarmKind.LATE, site.name, late_by)
        for site in settings.sites
        if (late_by := lateness(site, recent_runs(db, site.name), now)) is not None
    ]
    for late in overdue(settings, db, names, now):
        words = WORDS[language_of(settings, late.site)]
        sentence = words.overdue.format(
            comments=words.comments(late.comments),
            hours=words.number(late.hours),
            oldest=f"{late.oldest:{words.moment}}",
            page=page(settings, words, late.site),
        )
        found.append(breach(settings, AlarmKind.OVERDUE, late.site, sentence))
    for name in names:
        most = agreed(settings, name).queue_over
        if most is None:
            continue
        if waiting_count(db, QueueFilter(sites=(name,)), most=most).more:
            words = WORDS[language_of(settings, name)]
            sentence = words.queue.format(most=words.number(most), page=page(settings, words, name))
            found.append(breach(settings, AlarmKind.QUEUE, name, sentence))
    told: dict[int, tuple[Campaign, list[str]]] = {}
    for name in names:
        least = agreed(settings, name).campaign_from
        for campaign in largest_campaigns(db, site=name, least=least) if least is not None else ():
            if campaign.waiting:
                told.setdefault(campaign.id, (campaign, []))[1].append(name)
    for campaign, where in told.values():
        words = WORDS[language_of(settings, where[0])]
        sentence = words.campaign.format(
            size=words.number(campaign.size),
            waiting=words.number(campaign.waiting),
            page=page(settings, words, where[0] if len(where) == 1 else None, campaign.id),
        )
        _, alarm = breach(settings, AlarmKind.CAMPAIGN, ", ".join(where), sentence)
        found.append((Notice(kind=AlarmKind.CAMPAIGN, site=ANY_SITE, subject=str(campaign.id)), alarm))
    return found


def breach(settings: Settings, kind: AlarmKind, site: str, sentence: str) -> tuple[Notice, Alarm]:
    language = language_of(settings, site.partition(", ")[0])
    return Notice(kind=kind, site=site, subject=""), Alarm(kind=kind, site=site, sentence=sentence, language=language)


def language_of(settings: Settings, site: str) -> Language:
    """What the site's team reads: as agreed, else the site's own language where we speak it."""
    own = next((one for one in settings.sites if one.name == site), None)
    return agreed(settings, site).alarm_language or ("fr" if own is not None and own.language == "fr" else "en")


def ended_breaches(settings: Settings, db: Database, raised: Container[Notice]) -> list[Notice]:
    """Breaches that are over, so that the next one is told again."""
    over = []
    for site in settings.sites:
        most = agreed(settings, site.name).queue_over
        still = most is not None and waiting_count(db, QueueFilter(sites=(site.name,)), most=most).count > CALM * most
        late, many = (Notice(kind=kind, site=site.name, subject="") for kind in (AlarmKind.OVERDUE, AlarmKind.QUEUE))
        over += [matter for matter, holds in ((late, False), (many, still)) if matter not in raised and not holds]
    return over


def counted_comments(comments: Capped) -> str:
    if comments.more:
        return f"more than {comments.count:,} comments have"
    return "1 comment has" if comments.count == 1 else f"{comments.count:,} comments have"


def page(settings: Settings, words: Words, site: str | None, campaign: int | None = None) -> str:
    """Where the editor finds them."""
    given = {"site": site, "campaign": campaign}
    address = "/review?" + urlencode({name: value for name, value in given.items() if value is not None})
    return (
        f"{settings.desk.address.rstrip('/')}{address}" if settings.desk.address else words.desk.format(address=address)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of one language; `{...}` are filled in."""

    overdue: str
    queue: str
    campaign: str
    one: str
    several: str
    more: str
    between: str  # thousands
    moment: str  # as strftime has it
    desk: str

    def number(self, value: float) -> str:
        text = f"{value:,.0f}" if value == int(value) else f"{value:,g}"
        return text if self.between == "," else text.replace(",", self.between).replace(".", ",")

    def comments(self, found: Capped) -> str:
        if found.more:
            return self.more.format(n=self.number(found.count))
        return self.one if found.count == 1 else self.several.format(n=self.number(found.count))


WORDS = {
    "en": Words(
        overdue="{comments} waited for longer than the {hours} hours agreed, the oldest since {oldest} UTC;"
        " open {page}",
        queue="more comments wait for review than the {most} agreed; open {page}",
        campaign="{size} nearly alike comments, {waiting} of them wait for review: one decision settles all;"
        " open {page}",
        one="1 comment has",
        several="{n} comments have",
        more="more than {n} comments have",
        between=",",
        moment="%d %b %H:%M",
        desk="the desk at {address}",
    ),
    "fr": Words(
        overdue="{comments} depuis plus longtemps que les {hours} heures convenues,"
        " le plus ancien depuis le {oldest} UTC ; ouvrez {page}",
        queue="plus de commentaires attendent une décision que les {most} convenus ; ouvrez {page}",
        campaign="{size} commentaires presque identiques, dont {waiting} attendent : une décision les règle tous ;"
        " ouvrez {page}",
        one="1 commentaire attend",
        several="{n} commentaires attendent",
        more="plus de {n} commentaires attendent",
        between="\u202f",
        moment="%d/%m à %H:%M",
        desk="la modération, {address}",
    ),
}


async def keep_looking(settings: Settings, db: Database) -> None:
    """Looks every minute until it is cancelled. What goes wrong is logged, and tried again at the next look."""
    while True:
        try:
            for sentence in await asyncio.to_thread(send_due_notices, settings, db, utc_now()):
                log("alarm_unsent", because=sentence)
        except Exception as error:  # whatever it was: the desk goes on, and looks again in a minute
            log("look_failed", because=f"{type(error).__name__}: {error}")
        await asyncio.sleep(LOOK_EVERY)


@contextlib.asynccontextmanager
async def watched(settings: Settings) -> AsyncIterator[None]:
    """Looks at the queue for as long as the block runs, if there is anybody to tell."""
    if not settings.alarms:
        yield
        return
    with open_database(settings.database_url) as db:
        looking = asyncio.create_task(keep_looking(settings, db))
        try:
            yield
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking


def sentences(late: Sequence[Overdue]) -> tuple[str, ...]:
    """What `tamis status` says of them."""
    english = WORDS["en"]
    return tuple(
        f"{english.comments(one.comments)} waited for longer than the {one.hours:g} hours agreed; run: tamis desk"
        for one in late
    )
