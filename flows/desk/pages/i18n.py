"""French and English for every string of the desk: gettext catalogues, read from their .po sources at start-up.

English is written in the code; `locale/<language>/desk.po` translates it. Reading the sources directly (Babel) spares
a compile step that could be forgotten; it takes some milliseconds once a process.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

LANGUAGES = ("en", "fr")
LOCALES = Path(__file__).parents[1] / "locale"


class Texts:
    """What a template needs to speak one language: translations, plurals, dates and numbers."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._catalogue = catalogue(language)

    def gettext(self, message: str, **values: object) -> str:
        text: str = self._catalogue.gettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """The language's own plural rule: in French 0 is singular."""
        text: str = self._catalogue.ngettext(one, many, number)
        return text % {"n": self.number(number), **values}

    def plural(self, one: str, many: str, number: int) -> str:
        """The form for that number, its %(n)s not filled in."""
        text: str = self._catalogue.ngettext(one, many, number)
        return text

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def percent(self, share: float) -> str:
        return str(format_percent(share, format=None if share in (0, 1) else "#,##0.# %", locale=self.locale))

    def day(self, value: date) -> str:
        return str(format_date(value, format="medium", locale=self.locale))

    def moment(self, value: datetime) -> str:
        return str(format_datetime(value, format="medium", locale=self.locale))

    def written(self, text: str | None) -> str:
        """A date as a site gave it: ISO 8601 in words, by the site's own clock; words stay as they are."""
        if text is None:
            return ""
        try:
            value = datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            return text
        day = self.day(value.date())
        if len(text) == len("2026-03-01"):
            return day
        return f"{day}, {format_time(value, format='short', locale=self.locale)}"

    def span(self, since: datetime, now: datetime) -> str:
        """How long, in one unit: 3 hours."""
        return str(format_timedelta(now - since, locale=self.locale))

    def hours(self, number: float) -> str:
        """So many hours, in the unit that reads best: 3 days."""
        return str(format_timedelta(timedelta(hours=number), locale=self.locale, threshold=2))

    def ago(self, value: datetime, now: datetime) -> str:
        return str(format_timedelta(value - now, add_direction=True, locale=self.locale))


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """The translations into one language; English needs none."""
    source = LOCALES / language / "desk.po"
    if not source.exists():
        return NullTranslations()
    with source.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


@functools.cache
def texts(language: str) -> Texts:
    return Texts(language)


def preferred(accept_language: str | None, chosen: str | None, offered: Sequence[str] = LANGUAGES) -> str:
    """The language to answer in: what the reader chose, else the best of Accept-Language (RFC 9110, 12.5.4)."""
    if chosen is not None and chosen in offered:
        return chosen
    wishes: list[tuple[float, str]] = []
    for wish in (accept_language or "").split(","):
        tag, _, parameter = wish.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        wishes.append((-weight, tag.strip().lower().partition("-")[0]))
    ranked = [tag for _, tag in sorted(wishes, key=lambda pair: pair[0])]
    return next((tag for tag in ranked if tag in offered), offered[0])
