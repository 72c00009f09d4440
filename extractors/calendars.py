"""Years and days of calendars other than the western one that pages print: Buddhist years, the Persian solar year."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_AHEAD: Final = 543  # years that the Buddhist count of Thailand is ahead
_BUDDHIST: Final = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
_THAI: Final = re.compile(r"[\u0e00-\u0e7f]")
_SOLAR_MONTHS: Final = {
    name: number
    for number, name in enumerate("فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند".split(), 1)
}
_SOLAR: Final = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})\s?(?P<name>{'|'.join(_SOLAR_MONTHS)})\s?(?:ماه\s?)?(?P<y>1[34]\d\d)(?!\d)|"
    r"(?<![\d/])(?P<y2>1[34]\d\d)/(?P<m>\d{1,2})/(?P<d2>\d{1,2})(?![\d/])"
)
_BEFORE_FIRST: Final = 226_895  # days before the first of the solar calendar, as `date.toordinal` counts them
_LONG_MONTHS, _LONG, _MONTHS, _LONGEST_LAST = 6, 31, 12, 30


def with_western_years(text: str) -> str:
    """A text with Thai letters with its Buddhist years as western ones, of the same length: 2566 is 2023."""
    if not _THAI.search(text):
        return text
    return _BUDDHIST.sub(lambda year: str(int(year[0]) - _AHEAD), text)


def find_solar(text: str) -> tuple[int, int, date] | None:
    """Where the first day of the Persian solar calendar stands in a text, "12 اسفند 1401" or "1401/12/12", and the
    western day that it is; null if there is none."""
    for match in _SOLAR.finditer(text):
        month = _SOLAR_MONTHS[match["name"]] if match["name"] else int(match["m"])
        day = int(match["d"] or match["d2"])
        longest = _LONG if month <= _LONG_MONTHS else _LONGEST_LAST
        if 1 <= month <= _MONTHS and 1 <= day <= longest:
            return *match.span(), _western(int(match["y"] or match["y2"]), month, day)
    return None


def _western(year: int, month: int, day: int) -> date:
    leap_days = (8 * year + 21) // 33  # eight in thirty-three years
    before = _LONG * (month - 1) - max(0, month - 1 - _LONG_MONTHS)
    return date.fromordinal(_BEFORE_FIRST + 365 * (year - 1) + leap_days + before + day - 1)
