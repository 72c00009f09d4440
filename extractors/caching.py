"""Answers kept for short texts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

LONGEST = 400
"""Characters. Class names, addresses, words and lines that come again are shorter; what is longer comes once."""


def kept(answers: int) -> Callable[[Callable[[str], Answer]], Callable[[str], Answer]]:
    """Decorates a pure function of one text: its last `answers` answers are kept, but none for a text over LONGEST.

    `functools.lru_cache` counts entries whatever their length: pages made to harm would fill it with megabytes each.
    """

    def decorate(function: Callable[[str], Answer]) -> Callable[[str], Answer]:
        asked = functools.lru_cache(maxsize=answers)(function)

        @functools.wraps(function)
        def answer(text: str) -> Answer:
            return asked(text) if len(text) <= LONGEST else function(text)

        return answer

    return decorate
