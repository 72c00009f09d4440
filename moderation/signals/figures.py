"""Telephone numbers, sums of money and other figures."""

from __future__ import annotations

import re

from moderation.signals.finding import Finding, Span, grown, signal
from moderation.signals.view import View

# +33 6 12 34 56 78, (800) 555-0199, 1-800-555-0199, 08000930705; no date, no time, no file number
_PHONE = re.compile(
    r"(?<![\w.,/:#-])(?:\+\d{1,3}[\s.-]?(?:\(\d{1,4}\)[\s.-]?)?\d(?:[\s.-]?\d){6,11}|\(\d{2,5}\)[\s.-]?\d(?:[\s.-]?\d){5,8}"
    r"|1?[\s.-]?8(?:00|33|44|55|66|77|88)[\s.-]\d{3}[\s.-]\d{4}|0\d(?:[\s.]?\d){7,10}|\d{3}[.-]\d{3}[.-]\d{4}|0\d{3,4}[-/]\d{5,8})(?![\w/:-])"
)
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_LONG_NUMBER = re.compile(r"(?<![\w.,])\d{4,}(?!\w)")
# a whole figure, with its groups of thousands and its decimals: 7,450  1 250,50  300
_FIGURE = r"\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_SCALE = r"(?:\s?(?:k|m|mio|jt|juta|rb|ribu|тыс\w*|млн|mill?ions?|millones|milliards?|billions?)\b)?"
_CURRENCY = r"[$€£₽₴¥₹₿]|(?:usdt?|eur|euros?|dollars?|dólares|руб\w*|р|pounds?|bucks|btc|fcfa|cfa|reais)\b"
MONEY = re.compile(
    rf"(?i)(?:us|r|a)?[$€£₽₴¥₹₿]\s?(?:{_FIGURE}){_SCALE}|(?<![\d.,])\brp\.?\s?(?:{_FIGURE}){_SCALE}"
    rf"|(?<![\w.,])(?:{_FIGURE})(?:{_SCALE}\s?(?:{_CURRENCY})|\s?(?:jt|juta|k\$|тыс\w*|млн))(?!\w)"
)
# a sum has a currency's sign, or a letter close behind or before a digit; told without trying the whole pattern
_MONEY_SIGN = re.compile(r"[$€£₽₴¥₹₿]|\d\s?[^\W\d_]|[rR][pP]\.?\s?\d")
_PERCENT = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?\s?%")


def sums_in(text: str) -> list[Span]:
    """Where sums of money stand in a text."""
    return [found.span() for found in MONEY.finditer(text)] if _MONEY_SIGN.search(text) is not None else []


def _figures(view: View, pattern: re.Pattern[str]) -> Finding | None:
    spans = tuple(span for found in pattern.finditer(view.text) if not view.in_address(*(span := found.span())))
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


@signal(
    "phone-number", 0.9, "a phone number", "un numéro de téléphone", needs="digit", family="shape", traits=("contact",)
)
def phone_number(view: View) -> Finding | None:
    found = _figures(view, _PHONE)
    return None if found is None or all(_DATE.fullmatch(view.text[a:b]) for a, b in found.spans) else found


@signal(
    "long-number",
    0.3,
    "numbers of four digits or more",
    "nombres de quatre chiffres ou plus",
    needs="digit",
    family="shape",
)
def long_number(view: View) -> Finding | None:
    """Years are no such numbers."""
    spans = tuple(
        span
        for found in _LONG_NUMBER.finditer(view.text)
        if not (len(found.group()) == 4 and found.group()[:2] in {"19", "20"})
        and not view.in_address(*(span := found.span()))
    )
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal("money", 0.5, "sums of money", "des sommes d'argent", needs="digit", family="shape")
def money(view: View) -> Finding | None:
    return _figures(view, MONEY) if _MONEY_SIGN.search(view.text) is not None else None


@signal("percent", 0.2, "percentages", "des pourcentages", needs="digit", family="shape")
def percent(view: View) -> Finding | None:
    return _figures(view, _PERCENT) if "%" in view.text else None
