"""`tamis status`: what is wrong, the worst first, and what to do about it; then how each site is doing.

Everything heavy is imported where it is needed: an operator asks this in the middle of a night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from flows.archive import unsent
from flows.clock import utc_now
from flows.runs.lateness import lateness, next_due
from flows.runs.worker_name import is_alive
from flows.settings import Settings, SiteSettings
from storage.crawl.runs import Run, recent_runs
from storage.database.engine import Database
from storage.opening import open_database
from storage.upkeep.health import SetAside, SiteStatus, site_status

MACHINE = ("too_slow", "worker_died", "fault")
HELD = ("site_changed", "comments_changed")
BAD, POOR, SMALL = 3, 2, 1
"""How bad a trouble is: nothing new comes in; what came is held back or thin; single pages, or people, wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong with a site, and the command to type next."""

    gravity: int
    sentence: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """One site. `status` is None before its first run; `next_run` is when its cron line starts it next, aware UTC."""

    site: str
    status: SiteStatus | None
    troubles: tuple[Trouble, ...]
    next_run: datetime | None
    guarantee: str = ""  # what is missing until the site may reject unseen

    @property
    def gravity(self) -> int:
        return max((trouble.gravity for trouble in self.troubles), default=0)

    @property
    def verdict(self) -> str:
        """One word for how its nights go."""
        last = self.status.last_run if self.status else None
        if last is None:
            return "never ran"
        return in_words(last.status)

    def as_json(self) -> dict[str, Any]:
        found = asdict(self.status) if self.status else {"site": self.site}
        return {
            **found,
            "sentence": self.status.sentence if self.status else "",
            "verdict": self.verdict,
            "alarms": [trouble.sentence for trouble in self.troubles],
            "troubles": [asdict(trouble) for trouble in self.troubles],
            "next_run": self.next_run,
            "guarantee": self.guarantee,
        }


def in_words(status: str) -> str:
    """What became of a run, by the status of its row."""
    return {"finished": "well", "quarantined": "well", "abandoned": "died", "held": "held back"}.get(status, status)


def moment(value: datetime) -> str:
    return value.strftime("%d %b %H:%M")


def site_states(settings: Settings, names: Sequence[str] | None) -> list[SiteState]:
    """The state of the chosen sites, the worst first. Raises UnknownSite, StorageError."""
    chosen = settings.chosen(list(names) if names else None)
    with open_database(settings.database_url) as db:
        return states_in(settings, db, chosen, utc_now())


def states_in(settings: Settings, db: Database, chosen: Sequence[SiteSettings], now: datetime) -> list[SiteState]:
    """The state of these sites in an open database, the worst first."""
    known = {status.site: status for status in site_status(db, now)}
    late = unsent(settings, now)
    states = [state_of(settings, site, db, known.get(site.name), now, late) for site in chosen]
    return sorted(states, key=lambda state: -state.gravity)


def state_of(
    settings: Settings, site: SiteSettings, db: Database, status: SiteStatus | None, now: datetime, late: str | None
) -> SiteState:
    """`late`: what waits in the archive's spool for longer than it should."""
    runs = recent_runs(db, site.name)
    if status is not None and status.last_run is not None:
        status = replace(status, last_run=as_it_is(status.last_run))
    found = [*of_the_last_run(site, status, now), *of_pages(site, status)]
    if (missed := lateness(site, runs, now)) is not None:
        found.append(Trouble(gravity=BAD, sentence=missed, command="tamis schedule"))
    found += [
        Trouble(gravity=SMALL, sentence=words, command="tamis desk")
        for words in waiting_too_long(settings, site, db, now)
    ]
    if late is not None:
        found.append(Trouble(gravity=SMALL, sentence=late, command="tamis doctor"))
    return SiteState(
        site=site.name,
        status=status,
        troubles=tuple(sorted(found, key=lambda trouble: -trouble.gravity)),
        next_run=next_due(site, now),
        guarantee=guarantee(settings, site, db) if status is not None else "",
    )


def as_it_is(run: Run) -> Run:
    """The run, shown as died if it says that it runs and its process is gone."""
    if run.status == "running" and run.worker is not None and not is_alive(run.worker):
        return replace(run, status="abandoned", message="its process died")
    return run


def of_the_last_run(site: SiteSettings, status: SiteStatus | None, now: datetime) -> list[Trouble]:
    last = status.last_run if status else None
    if last is None:
        return []
    when, why = moment(last.finished_at or last.started_at), last.message or "it gave no reason"
    match last.status:
        case "failed":
            return [
                Trouble(gravity=BAD, sentence=f"the last run failed ({when}): {why}", command=f"tamis run {site.name}")
            ]
        case "abandoned":
            words = f"the last run died ({when}): {why}"
            return [Trouble(gravity=BAD, sentence=words, command=f"tamis run {site.name}")]
        case "held":
            words = f"the last run was held back ({when}): {why}"
            command = f"tamis accept {site.name} {last.id}"
            if status is not None and not any(
                one.reason in HELD for one in status.set_aside
            ):  # login walls and the like: nothing to accept
                words, command = words.partition(" For example ")[0], f"tamis pages {site.name} --state quarantined"
            return [Trouble(gravity=POOR, sentence=words, command=command)]
        case "degraded":
            words = f"the last run was incomplete ({when}): {why}"
            return [Trouble(gravity=POOR, sentence=words, command=f"tamis run {site.name}")]
    return []


def of_pages(site: SiteSettings, status: SiteStatus | None) -> list[Trouble]:
    """What is wrong with single pages: those that the machine could not read, and those that are held back."""
    found = []
    aside = {one.reason: one.pages for one in status.set_aside} if status else {}
    machine = {reason: aside[reason] for reason in MACHINE if reason in aside}
    if machine:
        most = ", ".join(f"{reason} {number:,}" for reason, number in machine.items())
        sentence = f"{counted(sum(machine.values()))} could not be read by this machine ({most})"
        found.append(Trouble(gravity=SMALL, sentence=sentence, command=f"tamis run {site.name}"))
    held = sum(aside.get(reason, 0) for reason in HELD)
    last = status.last_run if status else None
    if held and (last is None or last.status != "held"):
        sentence = f"{counted(held)} of an earlier night {'is' if held == 1 else 'are'} held back"
        found.append(Trouble(gravity=POOR, sentence=sentence, command=f"tamis accept {site.name}"))
    return found


def counted(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages:,} pages"


def waiting_too_long(settings: Settings, site: SiteSettings, db: Database, now: datetime) -> tuple[str, ...]:
    """What editors have left for longer than was agreed, if anything was."""
    if (site.desk or settings.desk).wait_hours is None:
        return ()
    from flows.runs.agreements import overdue, sentences

    return sentences(overdue(settings, db, [site.name], now))


def guarantee(settings: Settings, site: SiteSettings, db: Database) -> str:
    """What is missing until a site may reject unseen, and when that is reached."""
    from flows.runs.judging import moderation_of, policy_of, progress_of

    return progress_of(db, site.name, policy_of(moderation_of(settings, site))).sentence


def verdict_on_all(states: Sequence[SiteState]) -> str:
    """The first line of the screen."""
    bad = [state for state in states if state.gravity]
    total = "1 site" if len(states) == 1 else f"{len(states):,} sites"
    if not bad:
        never = [state.site for state in states if state.status is None]
        which = f"tamis run {never[0]}" if len(never) == 1 else "tamis run"
        return f"All is well: {total}." + (f" {len(never):,} never ran: {which}" if never else "")
    return f"{len(bad):,} of {total} {'needs' if len(bad) == 1 else 'need'} a look."


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The same trouble of several sites."""

    sites: tuple[str, ...]
    trouble: Trouble


def grouped(states: Sequence[SiteState]) -> list[Group]:
    """All troubles, the worst first; what differs in names and numbers only is one."""
    found: dict[tuple[int, str], list[tuple[str, Trouble]]] = {}
    for state in states:
        for trouble in state.troubles:
            gist = "".join(letter for letter in trouble.sentence.partition(" For example ")[0] if letter.isalpha())
            found.setdefault((-trouble.gravity, gist.replace(state.site, "")), []).append((state.site, trouble))
    return [
        Group(sites=tuple(dict.fromkeys(site for site, _ in same)), trouble=same[0][1])
        for _, same in sorted(found.items(), key=lambda item: item[0][0])
    ]


def page_faults(status: SiteStatus) -> list[SetAside]:
    """Pages that are set aside for what they are: nothing is wrong with the night."""
    return [one for one in status.set_aside if one.reason not in (*MACHINE, *HELD)]
