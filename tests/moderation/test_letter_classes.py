"""What lets a pattern be passed over must never pass over a text that it fits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import normalise
from moderation.letter_classes import CAPITAL, classes_of
from moderation.signals import figures, offers, shape
from moderation.signals.view import View
from moderation.verdict import Submission

_WORDS = (
    "a A é É я Я ab AB Abc x1 bet slot superbet raja77 casıno CASİNO sudo 0 5 12 345 6789 0612345678 k jt rp Rp usd €"
)
_SIGNS = [
    " ",
    "\n",
    "\u00a0",
    ".",
    ",",
    "!",
    "?",
    "-",
    "_",
    "*",
    "$",
    "€",
    "(",
    ")",
    "@",
    ":",
    ";",
    "=",
    "D",
    "/",
    "•",
    "٣",
    "²",
    "…",
]
TEXTS = st.lists(st.sampled_from([*_WORDS.split(), *_SIGNS]), max_size=14).map("".join)


@pytest.mark.parametrize(
    ("pattern", "classes"), [(r"\d", "0"), (r"\s", " "), (r"[^\W\d_]", "aA"), ("[A-ZÀ-ÖØ-ÞА-ЯЁ]", CAPITAL)]
)
def test_the_class_of_each_character_is_that_of_the_patterns(pattern: str, classes: str) -> None:
    characters = "".join(map(chr, [*range(0x3100), *range(0xFE00, 0x10000), *range(0x1D400, 0x1D800)]))
    fits = re.compile(pattern)
    for character, found in zip(characters, classes_of(characters), strict=True):
        assert (fits.match(character) is not None) is (found in classes), hex(ord(character))
    assert "".join(map(classes_of, characters[:300])) == classes_of(characters[:300])


@settings(max_examples=400)
@given(TEXTS)
def test_no_sum_of_money_is_passed_over(text: str) -> None:
    assert figures.sums_in(text) == [found.span() for found in figures.MONEY.finditer(text)]


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from(
            ["git", "pip", " ", "x", "xD", "8)", "<b>", "a.fr", "www.", "@x", "=", "==", "mot", "\n", "()"]
        ),
        max_size=9,  # a line with ten blanks is a sentence
    ).map("".join)
)
def test_nothing_that_is_no_language_is_passed_over(text: str) -> None:
    if normalise._NOT_LANGUAGE.search(text) is not None:
        assert normalise._may_hold_no_language(text)
    assert all(normalise._is_code(line) for line in text.splitlines() if normalise._CODE_LINE.search(line))


@settings(max_examples=400)
@given(TEXTS)
def test_no_pattern_of_a_signal_is_passed_over(text: str) -> None:
    view = View(Submission(id="1", text=text))
    if view.addresses:
        return  # what stands in an address is left out on purpose
    for find, pattern in (
        (shape.shouted_words, shape._SHOUTED),
        (shape.exclamations, shape._BANGS),
        (shape.glued_sentences, shape._GLUED),
        (shape.spaced_letters, shape._SPACED),
        (figures.long_number, re.compile(r"(?<![\w.,])(?!(?:19|20)\d\d(?!\d))\d{4,}(?!\w)")),
    ):
        assert (find(view) is not None) is (pattern.search(text) is not None), find
    if offers._BRAND.search(view.norm.text) is not None:
        assert offers._may_name_brand(view)


@settings(max_examples=400)
@given(TEXTS)
def test_no_stretched_dots_are_passed_over_where_blanks_set_them_apart(text: str) -> None:
    plain = text.replace("\n", " ").replace("\u00a0", " ")  # only those are asked for: French sets "!" apart by others
    view = View(Submission(id="1", text=plain))
    if not view.addresses:
        assert (shape.stretched_dots(view) is not None) is (shape._STRETCHED_DOTS.search(plain) is not None)


@pytest.mark.parametrize("text", ["superbet@home", "Play at superbet$today", "slotgacor€bonus"])
def test_a_brand_is_not_passed_over_for_a_sign_that_reads_as_a_letter(text: str) -> None:
    assert offers._BRAND.search(text) is not None
    assert offers._may_name_brand(View(Submission(id="1", text=text)))
