"""Which chart an answer gets, with its figures as the reader writes them, and what a chart leaves out in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from babel.numbers import format_compact_decimal, format_decimal
from babel.units import format_unit
from markupsafe import Markup

from flows.desk.pages import charts
from flows.desk.pages.i18n import Texts
from storage.analysts.console import Answer
from storage.analysts.gallery import Query, Unit

OwnChart = Literal["bar", "line", "stacked"]
OWN_CHARTS: tuple[OwnChart, ...] = ("bar", "line", "stacked")
COMPACT_FROM = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A chart with what stands over it (one of several) and what it leaves out."""

    svg: Markup
    heading: str | None = None
    note: str | None = None


def written(t: Texts, value: float, unit: Unit = "number") -> str:
    """The figure in the reader's language, as exact as one reads it: 12.3 %, 4.2 days, 38,000, 1.2M."""
    if unit == "share":
        return t.percent(value)
    if unit == "days":
        return str(format_unit(round(value, 1), "day", "short", locale=t.locale))
    if unit == "money":
        return str(format_decimal(value, "#,##0", locale=t.locale))
    if abs(value) >= COMPACT_FROM:
        return str(format_compact_decimal(value, locale=t.locale, fraction_digits=1))
    return str(format_decimal(value, "#,##0.##" if abs(value) >= 0.1 else "0.####", locale=t.locale))


def cell(t: Texts, column: str, value: Any, shares: Sequence[str] = ()) -> str:
    """A figure of a table beside a chart: rounded, with its unit; numbers of things stay as they are."""
    if column in shares:
        return t.percent(value)
    if isinstance(value, float):
        return str(format_decimal(value, "#,##0.##" if abs(value) >= 0.1 else "0.####", locale=t.locale))
    return str(value) if column.endswith("_id") else t.number(value)


def charts_of(t: Texts, asked: Query, answer: Answer) -> list[Drawn]:
    """The charts that fit the query; none for a table, or without rows."""
    if not answer.rows or asked.chart == "table":
        return []
    places = [answer.columns.index(name) for name in asked.split]
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in answer.rows:
        groups.setdefault(tuple(row[at] for at in places), []).append(row)
    found = []
    for key, rows in groups.items():
        heading = ", ".join(_split_words(t, str(one)) for one in key if one) or None
        label = f"{t.gettext(asked.title)}: {heading}" if heading else t.gettext(asked.title)
        chart = _chart(t, asked, answer.columns, rows, label)
        found.append(Drawn(svg=chart.svg, heading=heading, note=note_of(t, chart)))
    return found


def _split_words(t: Texts, value: str) -> str:
    _ = t.gettext
    return {"gross": _("gross"), "net": _("net"), "unstated": _("gross or net not stated")}.get(value, value)


def _chart(t: Texts, asked: Query, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], label: str) -> charts.Chart:
    def column(name: str) -> list[Any]:
        at = columns.index(name)
        return [row[at] for row in rows]

    def show(value: float) -> str:
        return written(t, value, asked.unit)

    others = t.gettext("others") if asked.sums else None
    names = named(column(asked.x))
    if asked.chart == "range":
        low, high = (as_numbers(column(name)) for name in asked.y[:2])
        return charts.ranges(label, names, low, high, show)
    if asked.chart == "bar":
        return charts.bars(label, names, as_numbers(column(asked.y[0])), show, others)
    if asked.series is None:
        series = [charts.Series(_series_words(t, name), tuple(as_numbers(column(name)))) for name in asked.y]
        return charts.lines(label, names, series, show, others)
    spread = by_series(names, column(asked.series), as_numbers(column(asked.y[0])))
    if asked.chart == "stacked":
        return charts.stacked(label, *spread, show, t.gettext("others"))
    return charts.lines(label, *spread, show, others)


def _series_words(t: Texts, name: str) -> str:
    _ = t.gettext
    known = {
        "comments": _("comments"),
        "published": _("published"),
        "new_authors": _("new authors"),
        "returned": _("came back"),
        "edited": _("edited"),
        "removed": _("removed"),
        "days": _("days"),
    }
    return known.get(name, name.replace("_", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A chart of one's own question; columns by their names."""

    kind: OwnChart
    x: str
    y: str
    by: str | None


def choice_of(given: dict[str, str], answer: Answer) -> Choice | None:
    """What the form chose, mended where the answer has no such column; None: no chart wanted, or nothing to draw."""
    kind = next((one for one in OWN_CHARTS if one == given.get("chart")), None)
    numeric = numeric_columns(answer)
    if kind is None or not numeric:
        return None
    rest = [name for name in answer.columns if name not in numeric] or list(answer.columns)
    x = given["x"] if given.get("x") in answer.columns else rest[0]
    y = given["y"] if given.get("y") in numeric else next((one for one in numeric if one != x), numeric[0])
    by = given.get("by")
    return Choice(kind=kind, x=x, y=y, by=by if by in answer.columns and by not in (x, y) else None)


def numeric_columns(answer: Answer) -> list[str]:
    """The columns with numbers and nothing else in them."""
    found = []
    for at, name in enumerate(answer.columns):
        values = [row[at] for row in answer.rows if row[at] is not None]
        if values and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            found.append(name)
    return found


def own_chart(t: Texts, choice: Choice, answer: Answer) -> Drawn:
    """What is known of the figures is nothing: they are not summed into "others" unless they are stacked."""

    def column(name: str) -> list[Any]:
        at = answer.columns.index(name)
        return [row[at] for row in answer.rows]

    def show(value: float) -> str:
        return written(t, value)

    names, values = named(column(choice.x)), as_numbers(column(choice.y))
    label = f"{choice.y}, {choice.x}"
    if choice.kind == "bar":
        chart = charts.bars(label, names, values, show)
    else:
        groups = column(choice.by) if choice.by else [choice.y] * len(names)
        spread = by_series(names, groups, values)
        if choice.kind == "stacked":
            chart = charts.stacked(label, *spread, show, t.gettext("others"))
        else:
            chart = charts.lines(label, *spread, show)
    notes = [note_of(t, chart)]
    if answer.cut:
        notes.append(t.gettext("The chart has only the rows that are shown."))
    return Drawn(svg=chart.svg, note=" ".join(one for one in notes if one) or None)


def note_of(t: Texts, chart: charts.Chart) -> str | None:
    """What the chart leaves out; None: nothing."""
    if chart.earlier:
        earlier = t.ngettext(
            "%(n)s earlier column has no room in the chart; the table has it.",
            "%(n)s earlier columns have no room in the chart; the table has them.",
            chart.earlier,
        )
        return " ".join(one for one in (note_of(t, replace(chart, earlier=0)), earlier) if one)
    if chart.shown >= chart.total:
        return None
    if chart.summed:
        return t.gettext(
            "The chart shows %(shown)s of %(total)s by name and the rest as “others”.",
            shown=t.number(chart.shown),
            total=t.number(chart.total),
        )
    return t.gettext(
        "The chart shows the first %(shown)s of %(total)s; the table has all of them.",
        shown=t.number(chart.shown),
        total=t.number(chart.total),
    )


def named(values: Sequence[Any]) -> list[str]:
    return [str(value) if value not in (None, "") else "–" for value in values]


def as_numbers(values: Sequence[Any]) -> list[float | None]:
    return [float(value) if value is not None else None for value in values]


def by_series(
    names: Sequence[str], groups: Sequence[Any], values: Sequence[float | None]
) -> tuple[list[str], list[charts.Series]]:
    """Rows of (name, group, value) as one series a group over all names, the largest groups first."""
    table: dict[str, dict[str, float]] = {}
    for name, group, value in zip(names, groups, values, strict=True):
        if value is not None:
            of_group = table.setdefault(str(group) if group not in (None, "") else "–", {})
            of_group[name] = of_group.get(name, 0.0) + value
    ordered = list(dict.fromkeys(names))
    largest = sorted(table, key=lambda group: -sum(table[group].values()))
    return ordered, [charts.Series(group, tuple(table[group].get(name) for name in ordered)) for group in largest]
