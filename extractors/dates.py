"""Dates as pages write them, turned into ISO 8601 with their precision; never a guessed year.

One text is read by `find_date`: it tells where in the text the date stands and what it says, and keeps a day and month
that could be swapped as such (03/04/2012). Who sees one date only settles that by language (`parse_page_date`); who
sees all dates of a thread settles it by what fits them all (`extractors.comments.reading.timeline`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain

from extractors.caching import kept
from extractors.calendars import find_solar, with_western_years
from extractors.months import (
    AGO_AFTER,
    AGO_BEFORE,
    DAY_WORDS,
    EVERYDAY_WORDS,
    MONTHS,
    UNIT_SECONDS,
    WEEKDAYS,
)
from extractors.records import DatePrecision

MAX_DATE_TEXT = 500
"""Characters looked at: a date stands near the start of what names it, and hostile texts are long."""

_BESIDE = 3  # characters beside a day and month in numbers without year and time that leave it a date
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date inside a text. `year` is null when none is shown, `hour` when no time is; `start`/`end` span all of it."""

    start: int
    end: int
    month: int
    day: int
    year: int | None = None
    hour: int | None = None
    minute: int = 0
    offset: str | None = None  # "+02:00", only as stated
    separator: str | None = None  # between day and month where both are numbers and the year is last: 25/12/2012
    day_first: bool | None = None  # of a numeric date: which it must be; null if both could be a month
    weekday: int | None = None  # as stated, Monday 0
    ago: timedelta | None = None  # a relative date: then month and day are 0
    whole_days: bool = False  # a relative date that is no finer than a day

    @property
    def precision(self) -> DatePrecision:
        if self.ago is not None:
            return DatePrecision.RELATIVE
        if self.year is None:
            return DatePrecision.NOYEAR
        return DatePrecision.DAY if self.hour is None else DatePrecision.MINUTE

    @property
    def swappable(self) -> bool:
        """Could day and month be the other way round, and does it matter?"""
        return self.separator is not None and self.day_first is None and self.day != self.month

    @property
    def swapped(self) -> FoundDate:
        """The same numbers with day and month exchanged."""
        return replace(self, month=self.day, day=self.month)

    @property
    def calendar_day(self) -> date | None:
        """The day, or null if the year is not shown or no such day exists."""
        if self.year is None or self.ago is not None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    def iso(self) -> str | None:
        """ISO 8601 to the minute or to the day; null without a year or for a relative date."""
        day = self.calendar_day
        if day is None:
            return None
        if self.hour is None:
            return day.isoformat()
        return f"{day.isoformat()}T{self.hour:02d}:{self.minute:02d}{self.offset or ''}"


def _names(words: object) -> str:
    return "|".join(sorted((re.escape(str(word)) for word in words), key=len, reverse=True))  # type: ignore[attr-defined]


_DIGIT = re.compile(r"[^\D0-9]")  # of Arabic, Persian, Devanagari, Thai, full width, ...
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963\u0e31-\u0e3a\u0e47-\u0e4e]){3,14}")  # letters, vowel signs
_ORDINAL = r"(?:st|nd|rd|th|er|ers|º|ª|\.|:a|:e|e(?=\s))?"
_JOIN = r"[\s,.\-/·|–]{0,4}"
_DAY_BEFORE = re.compile(
    rf"(?<!\w)(?<!\d:)(?P<d>0?[1-9]|[12]\d|3[01]){_ORDINAL}{_JOIN}(?:(?:de|del|of|the|di|do)\s+)?$", re.IGNORECASE
)
_DAY_AFTER = re.compile(rf"\.?{_JOIN}(?:the\s+)?(?P<d>0?[1-9]|[12]\d|3[01]){_ORDINAL}(?!\d|:\d)", re.IGNORECASE)
_YEAR_BEFORE = re.compile(rf"(?<!\d)(?P<y>(?:19|20)\d\d){_JOIN}$")
_YEAR_AFTER = re.compile(
    rf"\.?{_JOIN}(?:(?:de|del|of|in)\s+)?(?P<y>(?:19|20)\d\d(?!\d)"
    r"|['’]?\d\d(?![\d:.h])(?=\s*(?:$|[,;|@()–—-]|(?:at|à|um|a|om|alle|o)\b|\d{1,2}:)))",
    re.IGNORECASE,
)
_EAST_ASIAN = re.compile(r"(?<!\d)(?:(?P<y>\d{4})\s*[年년]\s*)?(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]")
_VIETNAMESE = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})\s*+(?:,\s*+)?(?:tháng|thg)\s*+(?P<m>\d{1,2})(?:\s*+(?:,\s*+)?(?:năm)?\s*+(?P<y>(?:19|20)\d\d)(?!\d))?",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(?<![\d/.-])(?P<y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<y2>(?:19|20)\d\d)(?P<m2>0[1-9]|1[0-2])(?P<d2>[0-2]\d|3[01])(?=T\d{4})"
)
_NUMBERS = re.compile(
    r"(?<![\d/.\-])(?<!\d:)(?P<a>\d{1,2})(?P<sep>\s?[./-]\s?| \| )(?P<b>\d{1,2})(?P=sep)"
    r"(?P<y>(?:19|20)\d\d|['’]?\d\d)(?![\d/-]|[.,:]\d)"
)
_NUMBERS_THEN_YEAR = re.compile(
    r"(?<![\d/.\-])(?<!\d:)(?P<a>\d{1,2})[./](?P<b>\d{1,2})[.,]{0,2}\s+(?P<y>(?:19|20)\d\d)(?!\d)"
)
_NUMBERS_NO_YEAR = re.compile(r"(?<![\d/.\-:,])(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)?(?![\d/-])")
_GAP = (
    r"[\s,;|·•@()\-–—.:/T]{0,8}"
    r"(?:(?:at|um|à|a las|a la|as|às|alle ore|alle|ore|om|kl|klo|o|on|в|ob|de|den|le)\b\.?[\s:]*)?"
)
_TIME = (
    r"(?P<pm_before>上午|下午|오전|오후)?\s{0,8}(?P<h>[01]?\d|2[0-4])"
    r"(?:\s?(?:[:.h]|h\s|：|heures?|uhr|u)\s?(?P<mi>[0-5]\d)(?!\d)(?::(?P<s>[0-5]\d)(?:[.,]\d+)?)?(?:\s*+(?:min|mn|uhr|h|hs|hrs|uur)\b)?"
    r"|(?=\s?[ap]\.?m(?![^\W\d_]))|\s?(?:h|uhr|heures?)\b)"
    r"\s*+(?P<ap>[ap]\.?\s?m(?![^\W\d_])\.?)?"
)
_AFTER = re.compile(_GAP + _TIME, re.IGNORECASE)
_BEFORE = re.compile(r"(?<![^\W\d_])" + _TIME + r"(?P<zone_between>\s*+(?:[A-Z]{2,4}\b)?)" + _GAP + "$", re.IGNORECASE)
_LATE_YEAR = re.compile(r"\s*(?:[A-Z]{2,5}\s+|[+-]\d{4}\s+)?((?:19|20)\d\d)(?!\d)")
_OFFSET = re.compile(
    r"\s*\(?(?:(?:UTC|GMT)\s*)?(?P<sign>[+-])(?P<hh>\d{1,2})(?::?(?P<mm>\d\d))?(?!\d)\)?|\s*\(?(?P<zulu>UTC|GMT|Z)\b\)?"
)
_WEEKDAY = re.compile(rf"(?<![^\W\d_])({_names(WEEKDAYS)})(?![^\W\d_])\.?", re.IGNORECASE)
_SPAN_OF_TIME = rf"(?P<n>\d{{1,4}}|an?|une?|eine?[mnr]?|un[oa]?|um|uma|één|en|ett)\+?\s*(?P<u>{_names(UNIT_SECONDS)})"
_ABOUT = r"(?:(?:about|over|almost|env\.?|environ|etwa|circa|ca\.?|plus de|mehr als|mer än|más de|più di)\s+)?"
_AGO = re.compile(
    rf"(?<![^\W_])(?:(?:{AGO_BEFORE})\s+{_ABOUT}{_SPAN_OF_TIME}"
    rf"(?![^\W\d_])(?:\s*+(?:,|and|et|und|y|e|en)?\s*+\d++\s*+(?:{_names(UNIT_SECONDS)})(?![^\W\d_]))?)",
    re.IGNORECASE,
)
_AGO_TAIL = re.compile(
    rf"(?<![^\W_]){_ABOUT}{_SPAN_OF_TIME}(?![^\W\d_])"
    rf"(?:\s*+(?:,|and|e|en|och|og|y|i)?\s*+\d++\s*+(?:{_names(UNIT_SECONDS)})(?![^\W\d_]))?\s++(?:{AGO_AFTER})(?![^\W\d_])",
    re.IGNORECASE,
)
_AGO_WORD = re.compile(rf"(?<![^\W_])(?:{AGO_BEFORE}|{AGO_AFTER})(?![^\W_])", re.IGNORECASE)
_DAY_WORD = re.compile(rf"(?<![^\W_])({_names(DAY_WORDS)})(?![^\W_])", re.IGNORECASE)
_MAYBE = re.compile(rf"\d|(?<![^\W_])(?:{AGO_BEFORE}|{AGO_AFTER}|{_names(DAY_WORDS)})(?![^\W_])", re.IGNORECASE)


def find_date(text: str) -> FoundDate | None:
    """The first date in a text, or null. Numbers that could be day/month or month/day are read day first."""
    text = text[:MAX_DATE_TEXT].replace("\xa0", " ").replace("\u202f", " ")
    if text.isascii():
        return _find_date(text)
    text = with_western_years(_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text))
    composed = unicodedata.normalize("NFC", text)
    found = _find_date(composed)
    if found is None or len(composed) == len(text):
        return found
    start, end = (len(unicodedata.normalize("NFD", composed[:place])) for place in (found.start, found.end))
    return replace(found, start=min(start, len(text)), end=min(end, len(text)))


@kept(4096)
def _find_date(text: str) -> FoundDate | None:
    if not _MAYBE.search(text):
        return None
    absolute = _absolute(text)
    if absolute is not None and absolute.year is not None:
        return absolute
    return _relative(text) or absolute


def _absolute(text: str) -> FoundDate | None:
    found = _iso(text) or _with_month_name(text) or _numeric(text) or _solar(text)
    if found is None:
        return None
    found = _with_weekday(text, found if found.hour is not None else _with_time(text, found))
    bare = found.separator is not None and found.year is None and found.hour is None
    if bare and len(text.strip()) > found.end - found.start + _BESIDE:
        return None  # "3/4 of them"
    return found


def _iso(text: str) -> FoundDate | None:
    for match in _ISO.finditer(text):
        year, month, day = (int(match[name] or match[f"{name}2"]) for name in ("y", "m", "d"))
        for found in _valid(*match.span(), year, month, day):
            return found
    for match in chain(_EAST_ASIAN.finditer(text), _VIETNAMESE.finditer(text)):
        stated = int(match["y"]) if match["y"] else None
        for found in _valid(*match.span(), stated, int(match["m"]), int(match["d"])):
            return found
    return None


def _solar(text: str) -> FoundDate | None:
    found = find_solar(text)
    if found is None:
        return None
    start, end, day = found
    return FoundDate(start=start, end=end, year=day.year, month=day.month, day=day.day)


def _with_month_name(text: str) -> FoundDate | None:
    candidates = []
    for word in _WORD.finditer(text):
        name = word[0].lower()
        month = MONTHS.get(name)
        if month is None:
            continue
        for found in _around_month(text, word, month):
            timed = _with_time(text, found)
            doubtful = timed.year is None and name in EVERYDAY_WORDS
            short = timed.year is not None and str(timed.year) not in text
            candidates.append((timed.year is None, doubtful or short, timed.start, timed))
    if not candidates:
        return None
    yearless, doubtful, _, best = min(candidates, key=lambda candidate: candidate[:3])
    return None if yearless and doubtful and best.hour is None else best


def _around_month(text: str, word: re.Match[str], month: int) -> Iterator[FoundDate]:
    """The dates that the numbers beside a month's name make: 5 March 2012, March 5 2012, 2012 March 5."""
    start, end = word.span()
    earlier = text[max(0, start - 16) : start]
    if day := _DAY_BEFORE.search(earlier):
        year = _YEAR_AFTER.match(text, end)
        begin = start - len(earlier) + day.start()
        yield from _valid(begin, year.end() if year else end, _year(year["y"]) if year else None, month, int(day["d"]))
    if day := _DAY_AFTER.match(text, end):
        year = _YEAR_AFTER.match(text, day.end())
        if year is None and (before := _YEAR_BEFORE.search(earlier)):
            begin = start - len(earlier) + before.start()
            yield from _valid(begin, day.end(), int(before["y"]), month, int(day["d"]))
            return
        stop = year.end() if year else day.end()
        yield from _valid(start, stop, _year(year["y"]) if year else None, month, int(day["d"]))


def _numeric(text: str) -> FoundDate | None:
    for match in _NUMBERS.finditer(text):
        for found in _day_first(match, _year(match["y"])):
            return found
    for match in _NUMBERS_THEN_YEAR.finditer(text):
        for found in _day_first(match, int(match["y"])):
            return found
    for match in _NUMBERS_NO_YEAR.finditer(text):
        if match["sep"] == "." and not match[0].endswith("."):
            continue  # 4.5 is a number
        for found in _day_first(match, None):
            return found
    return None


def _day_first(match: re.Match[str], year: int | None) -> Iterator[FoundDate]:
    first, second = int(match["a"]), int(match["b"])
    month_first = second > 12
    day, month = (second, first) if month_first else (first, second)
    for found in _valid(*match.span(), year, month, day):
        separator = "." if "." in match[0] else match[0].strip("0123456789'’ ")[:1]
        yield replace(found, separator=separator, day_first=False if month_first else (True if first > 12 else None))


def _year(text: str | None) -> int | None:
    if not text:
        return None
    digits = text.lstrip("'’")
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _valid(start: int, end: int, year: int | None, month: int, day: int) -> Iterator[FoundDate]:
    """The date if there is such a day, else nothing."""
    if year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR:
        return
    try:
        date(year or 2000, month, day)
    except ValueError:
        return
    yield FoundDate(start=start, end=end, year=year, month=month, day=day)


def _with_time(text: str, found: FoundDate) -> FoundDate:
    match = _AFTER.match(text, found.end)
    if match:
        found = _timed(found, match, end=match.start() + len(match[0].rstrip()))
        if found.year is None and (late := _LATE_YEAR.match(text, found.end)):
            found = replace(found, year=int(late[1]), end=late.end())
    else:
        match = _BEFORE.search(text[max(0, found.start - 40) : found.start])
        if match:
            return _timed(found, match, start=max(0, found.start - 40) + match.start())
    if match and (zone := _OFFSET.match(text, found.end)):
        found = replace(found, offset=_offset(zone), end=max(found.end, zone.end()))
    return found


def _timed(found: FoundDate, match: re.Match[str], start: int | None = None, end: int | None = None) -> FoundDate:
    hour, half = int(match["h"]), (match["ap"] or match["pm_before"] or "").lower()
    if half and hour <= 12:
        late = half.startswith("p") or half in ("下午", "오후")
        hour = hour % 12 + (12 if late else 0)
    return replace(
        found,
        hour=hour % 24,
        minute=int(match["mi"] or 0),
        start=found.start if start is None else start,
        end=found.end if end is None else end,
    )


def _offset(zone: re.Match[str]) -> str | None:
    if zone["zulu"]:
        return "+00:00"
    hours, minutes = int(zone["hh"]), int(zone["mm"] or 0)
    if len(zone["hh"]) == 1 and zone["mm"] is None and hours == 0:
        return "+00:00"
    return f"{zone['sign']}{hours:02d}:{minutes:02d}" if hours <= 14 and minutes < 60 else None


def _with_weekday(text: str, found: FoundDate) -> FoundDate:
    match = _WEEKDAY.search(text, max(0, found.start - 16), found.start) or _WEEKDAY.search(
        text, found.end, found.end + 14
    )
    return replace(found, weekday=WEEKDAYS[match[1].lower()]) if match else found


def _relative(text: str) -> FoundDate | None:
    match = (_AGO.search(text) or _AGO_TAIL.search(text)) if _AGO_WORD.search(text) else None
    if match:
        number = int(match["n"]) if match["n"].isdigit() else 1
        seconds = UNIT_SECONDS[match["u"].lower()]
        span = timedelta(seconds=min(number * seconds, 60 * 31_557_600))
        return FoundDate(start=match.start(), end=match.end(), month=0, day=0, ago=span, whole_days=seconds >= 86_400)
    match = _DAY_WORD.search(text)
    if match is None:
        return None
    days = timedelta(days=DAY_WORDS[match[1].lower()])
    found = FoundDate(start=match.start(), end=match.end(), month=0, day=0, ago=days, whole_days=True)
    return _with_time(text, found)


def resolved(found: FoundDate, fetched_at: datetime | None) -> str | None:
    """The ISO form; a relative date is counted back from `fetched_at`, and is null without it."""
    if found.ago is None:
        return found.iso()
    if fetched_at is None:
        return None
    then = fetched_at - found.ago
    if not found.whole_days:
        return then.isoformat(timespec="minutes")
    if found.hour is None:
        return then.date().isoformat()
    return f"{then.date().isoformat()}T{found.hour:02d}:{found.minute:02d}"


def parse_page_date(text: str, language: str | None = None) -> tuple[str, DatePrecision] | None:
    """The first date of a text as (ISO 8601, minute | day), or null when it shows none, no year, or "3 days ago".

    Where numbers leave day and month open, the stated weekday decides, then the language: "en" (but not "en-GB")
    with slashes or hyphens is month first, everything else day first.
    """
    found = find_date(text)
    if found is None or found.ago is not None or found.year is None:
        return None
    if found.swappable and month_first(text, found, language):
        found = found.swapped
    iso = found.iso()
    return (iso, found.precision) if iso else None


def month_first(text: str, found: FoundDate, language: str | None) -> bool:
    """How numbers that leave day and month open are read: by the stated weekday, then by language."""
    if found.weekday is not None:
        for reading, answer in ((found, False), (found.swapped, True)):
            day = reading.calendar_day
            if day is not None and day.weekday() == found.weekday:
                return answer
    tag = (language or "").lower().replace("_", "-")
    return found.separator != "." and (tag == "en" or tag.startswith("en-us"))
