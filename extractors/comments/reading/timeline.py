"""The dates of a whole thread read together: one template prints them all in one format.

03/04/2012 alone says nothing about its order. The other dates of the page do: a number over 12, a weekday, a machine
date beside the visible one, a time that runs on from comment to comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from extractors.dates import FoundDate


def in_one_format(
    visible: Sequence[FoundDate | None], stated: Sequence[FoundDate | None], language: str | None = None
) -> list[FoundDate | None]:
    """The dates with day and month in the order that fits all of them, then joined with what machines are told.

    A stated (ISO) date counts where it agrees with the visible text: it may add time, offset and year. Where the two
    show different clocks the visible one stands; where there is no visible date the stated one does.
    """
    swap = _month_first(visible, stated, language)
    ordered = [date.swapped if date is not None and swap and date.swappable else date for date in visible]
    return [_joined(date, machine) for date, machine in zip(ordered, stated, strict=True)]


def _month_first(visible: Sequence[FoundDate | None], stated: Sequence[FoundDate | None], language: str | None) -> bool:
    open_dates = [date for date in visible if date is not None and date.swappable and date.year is not None]
    if not open_dates:
        return False
    numeric = [date for date in visible if date is not None and date.separator is not None]
    if any(date.day_first is True for date in numeric):
        return False
    if any(date.day_first is False for date in numeric):
        return True
    agree = sum(_agrees(date, machine) for date, machine in zip(visible, stated, strict=True) if date and machine)
    against = sum(
        _agrees(date.swapped, machine) for date, machine in zip(visible, stated, strict=True) if date and machine
    )
    if agree != against:
        return against > agree
    weekdays = _weekday_votes(open_dates)
    if weekdays:
        return weekdays < 0
    plain, swapped = _disorder(open_dates), _disorder([date.swapped for date in open_dates])
    if plain != swapped:
        return swapped < plain
    plain_span, swapped_span = _span(open_dates), _span([date.swapped for date in open_dates])
    if min(plain_span, swapped_span) * 4 < max(plain_span, swapped_span):
        return swapped_span < plain_span
    tag = (language or "").lower().replace("_", "-")
    return open_dates[0].separator != "." and (tag == "en" or tag.startswith("en-us"))


def _agrees(date: FoundDate, machine: FoundDate) -> bool:
    return (date.month, date.day) == (machine.month, machine.day)


def _weekday_votes(dates: Sequence[FoundDate]) -> int:
    votes = 0
    for date in dates:
        if date.weekday is None:
            continue
        for reading, vote in ((date, 1), (date.swapped, -1)):
            day = reading.calendar_day
            votes += vote if day is not None and day.weekday() == date.weekday else 0
    return votes


def _disorder(dates: Sequence[FoundDate]) -> int:
    """How often the time turns round from one comment to the next: 0 in a list sorted either way."""
    days = [day for date in dates if (day := date.calendar_day) is not None]
    steps = [(later - earlier).days for earlier, later in pairwise(days) if later != earlier]
    rising = sum(step > 0 for step in steps)
    return min(rising, len(steps) - rising)


def _span(dates: Sequence[FoundDate]) -> int:
    days = [day for date in dates if (day := date.calendar_day) is not None]
    return (max(days) - min(days)).days + 1 if days else 0


def _joined(date: FoundDate | None, machine: FoundDate | None) -> FoundDate | None:
    if machine is None or machine.calendar_day is None:
        return date
    if date is None or date.ago is not None:
        return machine
    if date.year is None:
        return machine if abs(_days_apart(date, machine)) <= 1 else date
    day = date.calendar_day
    if day is None:
        return machine
    if date.hour is None:
        same_day = day == machine.calendar_day
        return machine if same_day and machine.hour is not None else date
    if machine.hour is None:
        return date
    there = datetime(machine.year or 1, machine.month, machine.day, machine.hour, machine.minute)  # noqa: DTZ001
    here = datetime(date.year, date.month, date.day, date.hour, date.minute)  # noqa: DTZ001
    if here == there:
        return replace(date, offset=date.offset or machine.offset)
    return date


def _days_apart(date: FoundDate, machine: FoundDate) -> int:
    if (date.month, date.day) == (machine.month, machine.day):
        return 0
    year = machine.year or 2000
    try:
        return (datetime(year, date.month, date.day) - datetime(year, machine.month, machine.day)).days  # noqa: DTZ001
    except ValueError:
        return 366
