"""How the time of some work grows with its input: a ratio within one run, so that a busy machine does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import AnyStr


def grows_linearly(work: Callable[[AnyStr], object], made: Callable[[int], AnyStr], size: int, rounds: int = 5) -> bool:
    """Whether ten times the input takes less than fifty times as long; quadratic work takes a hundred times.

    Counted is the CPU time of this thread. The quickest of several rounds counts, and what disturbs the machine gets
    some chances to be over.
    """

    def spent(text: AnyStr) -> float:
        return min(timed(work, text) for _ in range(rounds))

    return any(spent(made(10 * size)) < 50 * max(spent(made(size)), 0.000_1) for _ in range(4))


def timed(work: Callable[[AnyStr], object], text: AnyStr) -> float:
    """CPU seconds of this thread."""
    began = time.thread_time()
    work(text)
    return time.thread_time() - began


def repeated(piece: AnyStr) -> Callable[[int], AnyStr]:
    """Texts of about so many characters, made of one piece."""
    return lambda size: piece * (size // len(piece) + 1)
