"""One way to print figures: what, the target, what was reached, and whether it holds."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`holds` is None for a figure without a target."""

    what: str
    target: str
    reached: str
    holds: bool | None = None


def show(title: str, figures: list[Figure], out: Path | None = None, details: dict[str, Any] | None = None) -> bool:
    """Prints the table, writes it as JSON if asked; True if no target was missed."""
    widths = [
        max(len(str(row)) for row in column)
        for column in zip(*((f.what, f.target, f.reached) for f in figures), strict=False)
    ]
    print(f"\n{title} (Python {platform.python_version()})")
    for figure in figures:
        mark = {True: "ok", False: "MISSED", None: ""}[figure.holds]
        cells = zip((figure.what, figure.target, figure.reached), widths, strict=False)
        print("  " + "  ".join(cell.ljust(width) for cell, width in cells) + f"  {mark}")
    sys.stdout.flush()
    if out is not None:
        data = {"title": title, "figures": [asdict(figure) for figure in figures], "details": details or {}}
        out.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    return all(figure.holds is not False for figure in figures)
