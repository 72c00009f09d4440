"""Telephone numbers, sums of money and other figures."""

from __future__ import annotations

import re

from moderation.letter_classes import DIGIT, classes_of, holds_any
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
# what stands behind a figure that is a sum: told without trying the whole pattern
_BEHIND_FIGURE = re.compile(r"(?i)\d\s?(?:[$€£₽₴¥₹₿]|us|eu|d[oó]|р|po|fc|cf|re|r[bi]|k\b|m\b|mi|j[tu]|ты|мл|bi|bu|bt)")
_LETTER_BEHIND = ("0a", "0 a", "0A", "0 A", "0$", "0 $")  # in letter classes
_SIGN_BEFORE = ("$0", "$ 0")
_PERCENT = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?\s?%")


def sums_in(text: str) -> list[Span]:
    """Where sums of money stand in a text."""
    return [found.span() for found in MONEY.finditer(text)] if _may_hold_sums(text, classes_of(text)) else []


def _may_hold_sums(text: str, classes: str) -> bool:
    """Whether a match of `MONEY` is possible in a text and its letter classes."""
    if DIGIT not in classes:
        return False
    if holds_any(classes, _SIGN_BEFORE) or holds_any(text, ("rp", "RP", "Rp", "rP")):
        return True
    return holds_any(classes, _LETTER_BEHIND) and _BEHIND_FIGURE.search(text) is not None


def _figures(view: View, pattern: re.Pattern[str]) -> Finding | None:
    spans = tuple(span for found in pattern.finditer(view.text) if not view.in_address(*(span := found.span())))
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


@signal(
    "phone-number", 0.9, "a phone number", "un numéro de téléphone", needs="digit", family="shape", traits=("contact",)
)
def phone_number(view: View) -> Finding | None:
    if view.classes.count(DIGIT) < _DIGITS_OF_A_PHONE:
        return None
    found = _figures(view, _PHONE)
    return None if found is None or all(_DATE.fullmatch(view.text[a:b]) for a, b in found.spans) else found


_DIGITS_OF_A_PHONE = 8


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
    if "0000" not in view.classes:
        return None
    spans = tuple(
        span
        for found in _LONG_NUMBER.finditer(view.text)
        if not (len(found.group()) == 4 and found.group()[:2] in {"19", "20"})
        and not view.in_address(*(span := found.span()))
    )
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal("money", 0.5, "sums of money", "des sommes d'argent", needs="digit", family="shape")
def money(view: View) -> Finding | None:
    return _figures(view, MONEY) if _may_hold_sums(view.text, view.classes) else None


@signal("percent", 0.2, "percentages", "des pourcentages", needs="digit", family="shape")
def percent(view: View) -> Finding | None:
    return _figures(view, _PERCENT) if "%" in view.text else None
