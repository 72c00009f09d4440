"""Charts drawn on the server as SVG: bars, lines, stacked bars, ranges. No script, no inline style: the CSS has the
colours.

Each is drawn twice, for a wide and for a narrow screen: the style sheet shows one, so that its letters have the size of
the page's on a phone too. Each stands beside a table with the same figures, so it is an illustration (role="img").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

TOP = 16
LINE = 15  # pixels of a line of text
LETTER = 6.7  # of its average letter: names are cut rather early than late
BAR = 16
MAX_ROWS = 30  # of bars
MAX_COLUMNS = 60  # of stacked bars
MAX_SERIES = 6  # colours that the style sheet tells apart
LONGEST_NAME = 4  # lines

Show = Callable[[float], str]
"""A value as it is written beside its bar or tick, in the reader's language and with its unit."""


@dataclass(frozen=True, slots=True)
class Series:
    """One named line or set of bars; None is a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """How wide a drawing is, in pixels; `names` is the room for the names of horizontal bars, 0: above their bars."""

    css: str
    width: int
    height: int
    left: int
    names: int


FRAMES = (Frame("wide", 720, 280, 64, 230), Frame("narrow", 340, 240, 52, 0))


@dataclass(frozen=True, slots=True)
class Chart:
    """`shown` of `total` rows or series are drawn; the rest is together in "others" if `summed`, else left out.

    `earlier`: how many columns before the first one have no room.
    """

    svg: Markup
    shown: int
    total: int
    summed: bool = False
    earlier: int = 0


def ticks(highest: float, wanted: int = 5) -> list[float]:
    """Round steps of 1, 2 or 5 times a power of ten from 0 to at least `highest`."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]


def wrapped(name: str, letters: int) -> list[str]:
    """The name in lines of at most so many letters; what is longer than LONGEST_NAME lines ends with "…"."""
    lines: list[str] = []
    rest = " ".join(name.split())
    while rest:
        if len(rest) <= letters:
            return [*lines, rest]
        if len(lines) == LONGEST_NAME - 1:
            return [*lines, rest[: letters - 1].rstrip() + "…"]
        at = rest.rfind(" ", 1, letters + 1)
        at = at if at > letters // 3 else letters
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return lines or ["–"]


def _drawn(label: str, draw: Callable[[Frame], tuple[float, list[str]]]) -> Markup:
    found = []
    for frame in FRAMES:
        height, parts = draw(frame)
        head = f'<svg class="chart {frame.css}" viewBox="0 0 {frame.width} {height:.0f}" role="img"'
        found.append(f'{head} aria-label="{escape(label)}">{"".join(parts)}</svg>')
    return Markup("".join(found))  # noqa: S704 - every text in it went through escape()


def _text(x: float, y: float, words: str, css: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}">{escape(words)}</text>'


def _bar(css: str, x: float, y: float, width: float, height: float, title: str = "") -> str:
    inside = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect class="fill {css}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">{inside}</rect>'


def bars(
    label: str, names: Sequence[str], values: Sequence[float | None], show: Show, others: str | None = None
) -> Chart:
    """One horizontal bar a name, in the order given. `others` names the bar of all that have no room; None: sums would
    say nothing (shares, averages), so they are left out."""
    pairs = list(zip(names, values, strict=True))
    kept, rest = (pairs, []) if len(pairs) <= MAX_ROWS else (pairs[: MAX_ROWS - 1], pairs[MAX_ROWS - 1 :])
    if rest and others is not None:
        kept = [*kept, (others, sum(value or 0.0 for _, value in rest))]
    rows = [(name, None if value is None else (0.0, value), "") for name, value in kept]
    shown = [(name, span, show(span[1]) if span else "") for name, span, _ in rows]
    svg = _drawn(label, lambda frame: _rows(frame, shown))
    return Chart(svg, len(pairs) - len(rest), len(pairs), others is not None)


def ranges(
    label: str, names: Sequence[str], low: Sequence[float | None], high: Sequence[float | None], show: Show
) -> Chart:
    """One bar from low to high a name (salary ranges); a single known end is a mark."""
    found: list[tuple[str, tuple[float, float] | None, str]] = []
    for name, *both in zip(names, low, high, strict=True):
        ends = [value for value in both if value is not None]
        words = show(ends[0]) if len(set(ends)) == 1 else f"{show(min(ends))} – {show(max(ends))}" if ends else ""
        found.append((name, (min(ends), max(ends)) if ends else None, words))
    kept = found[:MAX_ROWS]
    return Chart(_drawn(label, lambda frame: _rows(frame, kept)), len(kept), len(found))


def _rows(frame: Frame, rows: Sequence[tuple[str, tuple[float, float] | None, str]]) -> tuple[float, list[str]]:
    """Names, bars from one value to another, and what is written behind them."""
    highest = max((span[1] for _, span, _ in rows if span), default=0.0)
    if highest <= 0:
        highest = 1.0
    behind = 12 + LETTER * max((len(words) for *_, words in rows), default=0)
    room = frame.width - frame.names - behind - 4
    letters = int(((frame.names - 8) if frame.names else frame.width) / LETTER)
    parts, at = [], 6.0
    for name, span, words in rows:
        lines = wrapped(name, letters)
        text = LINE * len(lines)
        if frame.names:
            parts += [_text(frame.names - 8, at + 12 + LINE * n, line, "tick end") for n, line in enumerate(lines)]
            top, height = at + max(0.0, (text - BAR) / 2), max(text, BAR) + 10
        else:
            parts += [_text(0, at + 12 + LINE * n, line, "tick") for n, line in enumerate(lines)]
            top, height = at + text + 2, text + BAR + 12
        if span is not None:
            start, stop = (room * max(value, 0.0) / highest for value in span)
            size = max(stop - start, 2.0)
            parts.append(_bar("s0", frame.names + start, top, size, BAR, f"{name}: {words}"))
            parts.append(_text(frame.names + start + size + 6, top + 12, words, "tick"))
        at += height
    return at, parts


def lines(label: str, names: Sequence[str], series: Sequence[Series], show: Show, others: str | None = None) -> Chart:
    """Values over ordered names (weeks, days): one line a series, with a dot at each value."""
    drawn = _together(series, others)

    def draw(frame: Frame) -> tuple[float, list[str]]:
        highest = max((value for one in drawn for value in one.values if value is not None), default=0.0)
        x, y, bottom, parts = _plane(frame, names, highest, show)
        for number, one in enumerate(drawn):
            points = [(x(i), y(value), value) for i, value in enumerate(one.values) if value is not None]
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b, _ in points)
            parts.append(f'<polyline class="line s{number}" points="{path}"/>')
            radius = 2.5 if len(points) <= MAX_COLUMNS else 1.2
            parts += [f'<circle class="dot s{number}" cx="{a:.1f}" cy="{b:.1f}" r="{radius}"/>' for a, b, _ in points]
        return _legend(frame, drawn, bottom, parts)

    return Chart(_drawn(label, draw), _own(series, others), len(series), others is not None)


def stacked(label: str, names: Sequence[str], series: Sequence[Series], show: Show, others: str) -> Chart:
    """One column a name, the series on top of each other; of more than MAX_COLUMNS names the last ones."""
    first = max(0, len(names) - MAX_COLUMNS)
    names = names[first:]
    drawn = _together([Series(one.name, one.values[first:]) for one in series], others)

    def draw(frame: Frame) -> tuple[float, list[str]]:
        sums = [sum(one.values[i] or 0.0 for one in drawn) for i in range(len(names))]
        x, y, bottom, parts = _plane(frame, names, max(sums, default=0.0), show)
        wide = max(2.0, 0.7 * ((x(1) - x(0)) if len(names) > 1 else 60.0))
        for i, name in enumerate(names):
            under = 0.0
            for number, one in enumerate(drawn):
                value = one.values[i] or 0.0
                if value <= 0:
                    continue
                high = y(under + value)
                title = f"{name}, {one.name}: {show(value)}"
                parts.append(_bar(f"s{number}", x(i) - wide / 2, high, wide, y(under) - high, title))
                under += value
        return _legend(frame, drawn, bottom, parts)

    return Chart(_drawn(label, draw), _own(series, others), len(series), True, first)


def _own(series: Sequence[Series], others: str | None) -> int:
    """How many of the series have a colour of their own."""
    return len(series) if len(series) <= MAX_SERIES else MAX_SERIES - (others is not None)


def _together(series: Sequence[Series], others: str | None) -> list[Series]:
    """At most MAX_SERIES: the last one of them is the sum of all further ones, if sums say anything."""
    if len(series) <= MAX_SERIES:
        return list(series)
    if others is None:
        return list(series[:MAX_SERIES])
    kept, rest = series[: MAX_SERIES - 1], series[MAX_SERIES - 1 :]
    return [*kept, Series(others, tuple(sum(value or 0.0 for value in row) for row in _columns(rest)))]


def _columns(series: Sequence[Series]) -> list[tuple[float | None, ...]]:
    return list(zip(*(one.values for one in series), strict=True))


def _plane(
    frame: Frame, names: Sequence[str], highest: float, show: Show
) -> tuple[Callable[[int], float], Callable[[float], float], float, list[str]]:
    """Where an index and a value are, where the plane ends below, and its grid with the labels that have room."""
    scale = ticks(highest)
    longest = LETTER * max((len(name) for name in names), default=0)
    right = max(12.0, longest / 2 + 2)
    left = max(float(frame.left), longest / 2 + 2, LETTER * max(len(show(tick)) for tick in scale) + 10)
    inner, drop = frame.width - left - right, frame.height - TOP

    def x(index: int) -> float:
        return left + (inner * (index + 0.5) / max(1, len(names)))

    def y(value: float) -> float:
        return TOP + drop * (1 - max(value, 0.0) / scale[-1])

    parts = []
    for tick in scale:
        parts.append(
            f'<line class="grid" x1="{left:.1f}" x2="{frame.width - 4}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        )
        parts.append(_text(left - 6, y(tick) + 4, show(tick), "tick end"))
    every = max(1, math.ceil(len(names) * (longest + 12) / max(inner, 1.0)))
    bottom = frame.height + LINE + 3
    parts += [_text(x(i), bottom, name, "tick middle") for i, name in enumerate(names) if i % every == 0]
    return x, y, float(bottom), parts


def _legend(frame: Frame, series: Sequence[Series], top: float, parts: list[str]) -> tuple[float, list[str]]:
    """Adds the series' names, as many beside each other as have room; the drawing's height with them."""
    if len(series) < 2:
        return top + 8, parts
    at, row = 4.0, top + 22
    for number, one in enumerate(series):
        name = wrapped(one.name, int(frame.width / LETTER) - 6)[0]
        size = 14 + LETTER * len(name) + 14
        if at > 4 and at + size > frame.width:
            at, row = 4.0, row + LINE + 4
        parts += [_bar(f"s{number}", at, row - 10, 10, 10), _text(at + 14, row, name, "tick")]
        at += size
    return row + 8, parts


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
