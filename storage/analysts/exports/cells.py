"""CSV cells that a spreadsheet will not take for formulas."""

from __future__ import annotations

from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "|", "\t", "\r", "\n")


def csv_cell(value: Any) -> Any:
    """The value as it may stand in a CSV file: a text that a spreadsheet would run gets an apostrophe before it.

    Full-width signs count too: some spreadsheets fold them. Numbers stay numbers, None is an empty cell.
    Source: OWASP, "CSV Injection".
    """
    if isinstance(value, str) and value.lstrip(" \xa0\u200b\ufeff").startswith(
        (*FORMULA_STARTS, "＝", "＋", "－", "＠", "｜")
    ):
        return "'" + value
    return value
