"""Time of every regular expression of the product, on texts made against it: at most in proportion to the length."""

from __future__ import annotations

import re

import pytest

from tests.patterns import Named, patterns, worst

SIZES = (500, 5_000)  # characters; benchmarks/hostile.py goes on to 100,000
ALLOWED = 30.0  # times the CPU time for ten times the text: 10 in proportion, 13 with a logarithm, 100 by the square


@pytest.mark.integration  # a minute of CPU: every module is imported, every pattern tried on a hundred texts
@pytest.mark.timeout(1800)
def test_every_pattern_takes_time_in_proportion_to_its_text() -> None:
    found = patterns()
    slow = [(named.place, beyond) for named in found if (beyond := worst(named, SIZES, ALLOWED))]
    assert slow == []
    assert len(found) > 400


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\s+$", "findall"),
        (r"\s*[|:]\s*", "findall"),
        (r"#\D*?(\d+)\s*$", "findall"),
        (r"[\w.]+@\w+", "findall"),
        (r"(?:\w+\s?)*", "fullmatch"),
        (r"<!--.*?-->", "findall"),
        (r"(?:a|aa)+!", "match"),
    ],
)
def test_the_fuzzer_finds_what_is_slow(pattern: str, method: str) -> None:
    assert worst(Named("here", re.compile(pattern), (method,)), SIZES, ALLOWED) is not None
