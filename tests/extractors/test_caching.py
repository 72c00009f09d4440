"""Caches hold many short texts, and no long one."""

from __future__ import annotations

from extractors.caching import LONGEST, kept


def test_short_texts_are_answered_once_and_long_ones_are_not_kept() -> None:
    asked: list[str] = []

    @kept(8)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    short, long = "a" * LONGEST, "a" * (LONGEST + 1)
    assert [length(short), length(short), length(long), length(long)] == [LONGEST, LONGEST, LONGEST + 1, LONGEST + 1]
    assert asked == [short, long, long]


def test_no_more_answers_are_kept_than_were_asked_for() -> None:
    asked: list[str] = []

    @kept(2)
    def same(text: str) -> str:
        asked.append(text)
        return text

    for text in ("a", "b", "c", "a"):
        same(text)
    assert asked == ["a", "b", "c", "a"]
