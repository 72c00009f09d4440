"""Pay as job profiles state it: "de 40 à 80 K€ bruts annuels", "£30,000 - £45,000", "2 500 € net par mois".

What is read is an amount beside a currency, or a range of them. Percentages, bonuses, fees and numbers without a
currency are not pay. Nothing is converted: neither currency, nor period, nor net to gross.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class SalaryPeriod(StrEnum):
    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    HOUR = "hour"


class SalaryBasis(StrEnum):
    GROSS = "gross"
    NET = "net"


class SalaryBonus(StrEnum):
    INCLUDED = "included"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Salary:
    """One statement of pay. A single amount is both ends; "from" and "up to" leave the other end null.

    `currency` is ISO 4217. `period` and `basis` are null where not stated, save that amounts too large for a month are
    by the year: those in thousands ("45 k€"), and those from `YEARLY_AMOUNT` on in the currencies named there. `bonus`:
    whether bonuses are counted in, if stated ("primes comprises", "hors primes"). `text` is the sentence.
    """

    low: float | None
    high: float | None
    currency: str
    period: SalaryPeriod | None
    basis: SalaryBasis | None
    text: str
    bonus: SalaryBonus | None = None


YEARLY_AMOUNT = 15_000
_YEARLY_CURRENCIES = frozenset({"EUR", "GBP", "USD", "CHF", "CAD", "AUD"})
_SMALLEST, _LARGEST = 1.0, 5_000_000.0
_SAME_PAY = 6  # times the one is of the other at most
_NEAR = 45  # characters before and after an amount in which its period and basis stand

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "$": "USD", "usd": "USD",
    "us$": "USD", "dollars": "USD", "chf": "CHF", "fr.": "CHF", "francs suisses": "CHF", "cad": "CAD", "$ca": "CAD",
    "c$": "CAD", "aud": "AUD", "a$": "AUD", "zł": "PLN", "pln": "PLN", "sek": "SEK", "kč": "CZK",
}  # fmt: skip
_MONEY = "|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[\s.,'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_UNIT = r"k(?![^\W\d_])|k(?=(?:€|eur))|mille\b|thousand\b|tausend\b"
_BETWEEN = (
    # what is said of the first amount may stand before the word: "1 800 € brut par mois à 2 500 €"
    r"(?:\s(?:bruts?|nets?|gross|net|brutto|netto|lordi|netti|brutos|netos))?"
    r"(?:\s(?:par mois|par an|mensuels?|annuels?|a month|a year|per month|per year|im monat|pro monat|pro jahr))?"
    r"\s*(?:-|–|—|/|\b(?:à|a|et|to|and|bis|und|y|e|hasta|ou|or|fino a)\b)\s*"
)


def _amount(number: int) -> str:
    """An amount with what may stand around it: € before, k, € after, in the groups `money1`, `value1`, ..."""
    return (
        rf"(?P<money{number}>{_MONEY})?\s?(?P<value{number}>{_NUMBER})\s?(?P<unit{number}>{_UNIT})?\s?"
        rf"(?P<after{number}>(?:{_MONEY})(?![^\W\d_]))?"
    )


_RANGE = re.compile(rf"(?<![\w.,+]){_amount(1)}{_BETWEEN}{_amount(2)}", re.IGNORECASE)
_SINGLE = re.compile(rf"(?<![\w.,+]){_amount(1)}", re.IGNORECASE)
_PERIOD_WORDS: tuple[tuple[SalaryPeriod, str, str], ...] = (
    # period, words, what may follow a slash
    (
        SalaryPeriod.YEAR,
        r"annuel(?:le)?s?|annuellement|par an|par année|l[’' ]an|l[’']année|per year|per annum|a year|yearly|"
        r"annual(?:ly)?|p\.? ?a\.|pro jahr|im jahr|jährlich|jahres\w*|al año|anual(?:es)?|all[’']anno|annu[io]|"
        r"l[’']anno",
        "an|année|year|yr|jahr|año|anno",
    ),
    (
        SalaryPeriod.MONTH,
        r"mensuel(?:le)?s?|par mois|le mois|per month|a month|monthly|pro monat|im monat|monatlich|monats\w*|al mes|"
        r"mensual(?:es)?|al mese|mensil[ei]",
        "mois|month|monat|mes|mese",
    ),
    (
        SalaryPeriod.WEEK,
        r"par semaine|per week|a week|weekly|pro woche|a la semana|alla settimana",
        "semaine|week|woche",
    ),
    (
        SalaryPeriod.DAY,
        r"par jour|la journée|per day|a day|daily|pro tag|am tag|al día|al giorno|tjm",
        "jour|day|tag",
    ),
    (
        SalaryPeriod.HOUR,
        r"de l[’']heure|l[’']heure|par heure|horaires?|per hour|an hour|hourly|pro stunde|die stunde|stunden\w*|"
        r"la hora|por hora|all[’']ora|l[’']ora",
        "h|heure|hour|hr|stunde|hora|ora",
    ),
)
_PERIODS = tuple(
    (period, re.compile(rf"(?:(?<![^\W\d_])(?:{words})|/\s?(?:{slashed}))(?![^\W\d_])", re.IGNORECASE))
    for period, words, slashed in _PERIOD_WORDS
)
_GROSS = re.compile(r"\b(?:bruts?|brutes?|gross|brutto\w*|brutos?|lord[oi]|before tax)\b", re.IGNORECASE)
_NET = re.compile(r"\b(?:nets?|nettes?|netto|nett[io]|netos?|after tax|take[- ]home)\b", re.IGNORECASE)
_FROM = re.compile(
    r"(?:à partir de|dès|minimum|au moins|plus de|dépass\w{0,12}|from|starting at|at least|over|more than|\bab|"
    r"mindestens|desde|más de|a partir de|a partire da)\s*+$",
    re.IGNORECASE,
)
_UP_TO = re.compile(
    r"(?:jusqu[’']à|atteint|atteindre|maximum|au plus|moins de|up to|reach(?:es)?|bis zu|hasta|fino a)\s*$",
    re.IGNORECASE,
)
_NOT_PAY = re.compile(
    r"\b(?:primes?|bonus|budget|chiffre d[’']affaires|investissements?|frais|coûte\w*|fees?|turnover|umsatz)\b",
    re.IGNORECASE,
)
_BONUS_WORD = r"(?:primes?|bonus(?:es|se)?|boni|variables?|primas?|premi|zulagen|provision(?:en)?|commissions?)"
_WITHOUT_BONUS = re.compile(
    rf"\b(?:hors|sans|excluding|excl\.?|without|before|ohne|zuzüglich|zzgl\.?|sin|senza|esclus[ie]|plus|et|outre)\s"
    rf"(?:(?:les|des|any|tout(?:es)?|éventuelles)\s)?{_BONUS_WORD}(?!\w|\sde\s)"
    rf"|\b{_BONUS_WORD}\s(?:(?:non|pas)\s(?:comprises?|incluse?s?)|exclue?s?|excluded|not\sincluded|en\s(?:sus|plus|supplément))",
    re.IGNORECASE,
)
_WITH_BONUS = re.compile(
    rf"\b(?:avec|y\scompris|incluant|including|incl\.?|with|mit|inklusive|inkl\.?|einschließlich|con|incluid[oa]s|inclus[ie])\s"
    rf"(?:(?:les|des|la|toutes?\sles|all)\s)?{_BONUS_WORD}(?!\w|\sde\s)"
    rf"|\b{_BONUS_WORD}\s(?:comprises?|incluse?s?|included|inbegriffen|incluid[oa]s|compres[ie])(?!\sentre\b)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÀ-Ý(«\"0-9])|\n")
_DIGIT = re.compile(r"\d")


def salaries(text: str, said_over: str = "") -> Iterator[Salary]:
    """Every statement of pay in a text, in order.

    One without a period or basis has that of what was said before it without an amount ("Salaire brut mensuel :" over a
    list; `said_over` is the heading), else the period of the statement before or after it, if it could be the same pay.
    """
    found = list(_stated(text, said_over))
    periods = [one for one in found if one.period is not None]
    for number, one in enumerate(found):
        near = [*reversed(found[:number]), *found[number + 1 :]] if one.period is None else []
        like = next((other for other in near if other in periods and _alike(one, other)), None)
        yield replace(one, period=like.period, basis=one.basis or like.basis) if like else one


def _alike(one: Salary, other: Salary) -> bool:
    """Whether both could be the pay of one profession for the same time."""
    ends = [max(value for value in (salary.low, salary.high) if value is not None) for salary in (one, other)]
    return one.currency == other.currency and max(ends) <= _SAME_PAY * min(ends)


def _stated(text: str, said_over: str) -> Iterator[Salary]:
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ")
    over = said_over
    for sentence in _SENTENCE_END.split(text):  # an amount and its period stand in one; "40.000" is not split
        position = 0
        if not _DIGIT.search(sentence) and (_period(sentence) or _basis(sentence)):
            over = sentence
        while single := _SINGLE.search(sentence, position):
            both = _RANGE.match(sentence, single.start())
            found = _range(both, sentence) if both else None
            if both and (found or _is_other(both, sentence)):
                position = both.end()
            else:
                found = _one(single, sentence)
                position = single.end()
            if found and found.period is None:
                found = replace(found, period=_period(over), basis=found.basis or _basis(over))
            if found:
                yield found


def _range(match: re.Match[str], sentence: str) -> Salary | None:
    currencies = {_currency(match, number) for number in (1, 2)} - {None}
    thousands = _in_thousands(match, 1) or _in_thousands(match, 2)
    low = _value(match, 1)
    high = _value(match, 2)
    if low is not None and high is not None and _in_thousands(match, 2) and low < 1_000:
        low *= 1 if _in_thousands(match, 1) else 1_000  # "40 à 80 K€": the unit is said once
    if len(currencies) != 1 or low is None or high is None or low > high:
        return None
    return _salary(low, high, currencies.pop(), match, sentence, thousands=thousands)


def _one(match: re.Match[str], sentence: str) -> Salary | None:
    value = _value(match, 1)
    if value is None:
        return None
    before = sentence[: match.start()]
    low = None if _UP_TO.search(before) else value
    high = None if _FROM.search(before) else value
    return _salary(low, high, _currency(match, 1), match, sentence, thousands=_in_thousands(match, 1))


def _salary(
    low: float | None, high: float | None, currency: str | None, match: re.Match[str], sentence: str, *, thousands: bool
) -> Salary | None:
    before, after = _around(match, sentence)
    if currency is None or _is_other(match, sentence):
        return None
    bonus = _bonus(after) or _bonus(before)
    period = _period(after) or _period(before)
    largest = max(value for value in (low, high) if value is not None)
    if period is None and (thousands or (largest >= YEARLY_AMOUNT and currency in _YEARLY_CURRENCIES)):
        period = SalaryPeriod.YEAR
    basis = _basis(after) or _basis(before)
    return Salary(low=low, high=high, currency=currency, period=period, basis=basis, text=sentence.strip(), bonus=bonus)


def _around(match: re.Match[str], sentence: str) -> tuple[str, str]:
    """What stands near before and after an amount, up to the next number."""
    after = _DIGIT.split(sentence[match.end() : match.end() + _NEAR])[0]
    before = _DIGIT.split(sentence[max(0, match.start() - _NEAR) : match.start()])[-1]
    return before, after


def _is_other(match: re.Match[str], sentence: str) -> bool:
    """Whether the amount is a bonus, a fee, a budget: something else than pay."""
    return any(_NOT_PAY.search(_plain(text)) for text in _around(match, sentence))


def _bonus(text: str) -> SalaryBonus | None:
    if _WITHOUT_BONUS.search(text):
        return SalaryBonus.EXCLUDED
    return SalaryBonus.INCLUDED if _WITH_BONUS.search(text) else None


def _plain(text: str) -> str:
    """Without what is said of bonuses beside a salary: the amount is not one of them."""
    return _WITH_BONUS.sub(" ", _WITHOUT_BONUS.sub(" ", text))


def _period(text: str) -> SalaryPeriod | None:
    found = [(match.start(), period) for period, words in _PERIODS if (match := words.search(text))]
    return min(found)[1] if found else None


def _basis(text: str) -> SalaryBasis | None:
    gross, net = _GROSS.search(text), _NET.search(text)
    if gross and net:
        return SalaryBasis.GROSS if gross.start() < net.start() else SalaryBasis.NET
    return SalaryBasis.GROSS if gross else SalaryBasis.NET if net else None


def _currency(match: re.Match[str], number: int) -> str | None:
    name = match[f"money{number}"] or match[f"after{number}"]
    return _CURRENCIES[name.lower()] if name else None


def _in_thousands(match: re.Match[str], number: int) -> bool:
    return match[f"unit{number}"] is not None


def _value(match: re.Match[str], number: int) -> float | None:
    """The number, whatever separates thousands and decimals; null outside what anybody earns."""
    compact = re.sub(r"[\s'’]", "", match[f"value{number}"])
    compact = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", compact).replace(",", ".")
    value = float(compact) * (1_000 if _in_thousands(match, number) else 1)
    return value if _SMALLEST <= value <= _LARGEST else None
