"""Charts drawn on the server as SVG: bars, lines and ranges. No script, no inline style: colours come from the CSS.

Each chart stands beside a table with the same figures, so it is an illustration (role="img" with a label).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

ChartKind = Literal["bars", "lines", "ranges"]

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 16, 56
ROW = 26  # pixels of a horizontal bar, gap included
LABEL = 200  # pixels for the names of horizontal bars
MAX_ROWS = 30
MAX_SERIES = 6  # colours that the style sheet tells apart


@dataclass(frozen=True, slots=True)
class Series:
    """One named line or set of bars; None is a gap."""

    name: str
    values: tuple[float | None, ...]


def ticks(highest: float, wanted: int = 5) -> list[float]:
    """Round steps of 1, 2 or 5 times a power of ten from 0 to at least `highest`."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]


def short_label(value: float) -> str:
    """1200 -> 1.2k: a tick's label."""
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"


def _svg(width: float, height: float, label: str, parts: list[str]) -> Markup:
    body = "".join(parts)
    head = f'<svg class="chart" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(label)}">'
    return Markup(head + body + "</svg>")  # noqa: S704 - every text in it went through escape()


def _text(x: float, y: float, words: str, css: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}">{escape(words)}</text>'


def chart_lines(label: str, names: Sequence[str], series: Sequence[Series]) -> Markup:
    """Values over ordered names (weeks, days): one line a series, with a dot at each value."""
    series = series[:MAX_SERIES]
    highest = max((value for one in series for value in one.values if value is not None), default=0.0)
    scale = ticks(highest)
    inner, drop = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(index: int) -> float:
        return LEFT + (inner * (index + 0.5) / max(1, len(names)))

    def y(value: float) -> float:
        return TOP + drop * (1 - value / scale[-1])

    parts = [_grid(scale, y)]
    every = max(1, math.ceil(len(names) / 10))
    parts += [_text(x(i), HEIGHT - BOTTOM + 18, name, "tick middle") for i, name in enumerate(names) if i % every == 0]
    for number, one in enumerate(series):
        points = [(x(i), y(value)) for i, value in enumerate(one.values) if value is not None]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline class="line s{number}" points="{path}"/>')
        parts += [f'<circle class="dot s{number}" cx="{a:.1f}" cy="{b:.1f}" r="2.5"/>' for a, b in points]
        legend = LEFT + number * (inner / MAX_SERIES)
        parts.append(f'<rect class="fill s{number}" x="{legend:.1f}" y="{HEIGHT - 22}" width="10" height="10"/>')
        parts.append(_text(legend + 14, HEIGHT - 13, one.name[:16], "tick"))
    return _svg(WIDTH, HEIGHT, label, parts)


def sparkline(label: str, values: Sequence[float]) -> Markup:
    """Values in order as one small line from 0 up, the newest marked; the label says what it shows."""
    width, height, edge = 120, 28, 3
    highest = max(values, default=0.0) or 1.0
    step = (width - 2 * edge) / max(1, len(values) - 1)
    points = [
        (edge + number * step, height - edge - (height - 2 * edge) * value / highest)
        for number, value in enumerate(values)
    ]
    parts = ['<polyline class="line s0" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>']
    parts += [f'<circle class="dot s0" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points[-1:]]
    head = f'<svg class="spark" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704 - every text in it went through escape()


def _grid(scale: Sequence[float], y: object) -> str:
    assert callable(y)
    rows = []
    for tick in scale:
        at = float(y(tick))
        rows.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        rows.append(_text(LEFT - 6, at + 4, short_label(tick), "tick end"))
    return "".join(rows)


def bars(label: str, names: Sequence[str], values: Sequence[float | None]) -> Markup:
    """One horizontal bar a name, longest names cut, in the order given."""
    pairs = list(zip(names, values, strict=True))[:MAX_ROWS]
    highest = max((value for _, value in pairs if value is not None), default=0.0) or 1.0
    room = WIDTH - LABEL - 70
    parts = []
    for number, (name, value) in enumerate(pairs):
        top = 6 + number * ROW
        parts.append(_text(LABEL - 8, top + 14, cut(name), "tick end"))
        if value is None:
            continue
        size = room * value / highest
        parts.append(f'<rect class="fill s0" x="{LABEL}" y="{top}" width="{max(size, 1):.1f}" height="{ROW - 8}"/>')
        parts.append(_text(LABEL + size + 6, top + 14, short_label(value), "tick"))
    return _svg(WIDTH, 12 + ROW * max(1, len(pairs)), label, parts)


def ranges(label: str, names: Sequence[str], low: Sequence[float | None], high: Sequence[float | None]) -> Markup:
    """One bar from low to high a name (salary ranges); a single known end is a dot."""
    rows = list(zip(names, low, high, strict=True))[:MAX_ROWS]
    highest = max((value for _, *ends in rows for value in ends if value is not None), default=0.0) or 1.0
    room = WIDTH - LABEL - 90
    parts = []
    for number, (name, bottom, top_value) in enumerate(rows):
        top = 6 + number * ROW
        parts.append(_text(LABEL - 8, top + 14, cut(name), "tick end"))
        ends = [value for value in (bottom, top_value) if value is not None]
        if not ends:
            continue
        start, stop = room * min(ends) / highest, room * max(ends) / highest
        size = max(stop - start, 3)
        parts.append(f'<rect class="fill s0" x="{LABEL + start:.1f}" y="{top}" width="{size:.1f}" height="{ROW - 8}"/>')
        words = short_label(ends[0]) if len(set(ends)) == 1 else f"{short_label(min(ends))}–{short_label(max(ends))}"
        parts.append(_text(LABEL + start + size + 6, top + 14, words, "tick"))
    return _svg(WIDTH, 12 + ROW * max(1, len(rows)), label, parts)


def cut(name: str, limit: int = 28) -> str:
    return name if len(name) <= limit else name[: limit - 1] + "…"
