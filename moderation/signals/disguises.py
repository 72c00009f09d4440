"""Letters and signs that hide words from a filter."""

from __future__ import annotations

import re

from moderation.signals.finding import Finding, grown, signal
from moderation.signals.view import View

_LATIN = re.compile(r"[A-Za-z]{2}|[A-Za-z].[A-Za-z]")


@signal(
    "hidden-characters",
    1.5,
    "invisible characters inside words",
    "caractères invisibles dans les mots",
    family="shape",
    measure=("{} character|{} characters", "{} caractère|{} caractères"),
)
def hidden_characters(view: View) -> Finding | None:
    if not view.norm.zero_width:
        return None
    return Finding(grown(view.norm.zero_width), str(view.norm.zero_width), view.norm.zero_width_spans)


@signal(
    "look-alike-letters",
    1.5,
    "letters of another alphabet that look alike",
    "lettres sosies d'un autre alphabet",
    family="shape",
)
def look_alike_letters(view: View) -> Finding | None:
    spans = view.norm.mixed_script or view.norm.homoglyphs
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal(
    "digits-for-letters",
    0.6,
    "digits or signs in the place of letters",
    "chiffres ou signes à la place de lettres",
    family="shape",
)
def digits_for_letters(view: View) -> Finding | None:
    spans = tuple(
        (start, end)
        for start, end in view.norm.leet
        if not view.in_address(start, end) and _LATIN.search(view.text, start, end) is not None
    )
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal("fancy-letters", 1.2, "letters from decorative alphabets", "lettres d'alphabets décoratifs", family="shape")
def fancy_letters(view: View) -> Finding | None:
    spans = view.norm.styled
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None
