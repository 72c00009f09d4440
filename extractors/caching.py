"""Answers kept for short texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

LONGEST = 400
"""Characters. Class names, addresses, words and lines that come again are shorter; what is longer comes once."""


class _Kept(dict[str, Answer]):
    """Answers by text; asking for one that is not there finds it."""

    def __init__(self, function: Callable[[str], Answer], most: int) -> None:
        super().__init__()
        self.function = function
        self.most = most

    def __missing__(self, text: str) -> Answer:
        answer = self.function(text)
        if len(text) <= LONGEST:
            if len(self) >= self.most:
                self.clear()
            self[text] = answer
        return answer


def kept(answers: int) -> Callable[[Callable[[str], Answer]], Callable[[str], Answer]]:
    """Decorates a pure function of one text: at most `answers` answers are kept, none for a text over LONGEST.

    `functools.lru_cache` counts entries whatever their length: pages made to harm would fill it with megabytes each. A
    look into a dictionary costs less than the call of a function that measures the text first.
    """

    def decorate(function: Callable[[str], Answer]) -> Callable[[str], Answer]:
        return _Kept(function, answers).__getitem__

    return decorate
