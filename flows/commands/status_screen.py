"""The screen of `tamis status` as lines of text: the verdict, a table of sites, what is wrong with the next command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.commands.health import SiteState, grouped, moment, page_faults, verdict_on_all
from flows.fetching.errors import printable

HEADS = ("site", "result", "last run, UTC", "next run, UTC", "articles", "pages", "set aside", "in review")
LEFT = 4  # columns of text; the others are numbers


def lines(states: Sequence[SiteState]) -> Iterator[str]:
    """The screen, line by line; what pages wrote is on one line and without escape sequences."""
    yield verdict_on_all(states)
    yield ""
    rows = [HEADS, *(cells(state) for state in states)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    for row in rows:
        yield "  ".join(
            cell.ljust(width) if place < LEFT else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
    for group in grouped(states):
        names = ", ".join(group.sites[:5]) + (f" and {len(group.sites) - 5:,} more" if len(group.sites) > 5 else "")
        yield ""
        yield f"{names}: {printable(group.trouble.sentence, 1_500)}"
        yield f"  next: {group.trouble.command}"
    yield from details(states)


def cells(state: SiteState) -> tuple[str, ...]:
    status = state.status
    last = status.last_run if status else None
    return (
        printable(state.site, 40),
        state.verdict,
        moment(last.started_at) if last else "-",
        moment(state.next_run) if state.next_run else "-",
        f"{status.articles:,}" if status else "-",
        f"{sum(status.pages.values()):,}" if status else "-",
        f"{status.quarantined:,}" if status else "-",
        f"{status.waiting:,}" if status else "-",
    )


def details(states: Sequence[SiteState]) -> Iterator[str]:
    """What is no trouble and good to know: kinds of pages, pages that are set aside for what they are."""
    for state in states:
        if state.status is None:
            continue
        found = []
        if state.status.sentence:
            found.append(state.status.sentence)
        found += [f"warning: {printable(words, limit=500)}" for words in state.status.warnings]
        for one in page_faults(state.status):
            words = f"{one.pages:,} set aside ({one.reason})"
            found.append(f"{words}, such as {printable(one.message, 300)}" if one.message else words)
        if state.guarantee:
            found.append(state.guarantee)
        if found:
            yield ""
            yield from (f"{printable(state.site, 40)}: {line}" for line in found)
