"""Signals: named tests of a comment, one family a file. The registry walks this folder; nobody keeps a list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from moderation.signals.finding import Finding, Named, registered
from moderation.signals.view import View


@lru_cache(maxsize=1)
def all_signals() -> tuple[Named, ...]:
    """Every signal in this folder, ordered by name."""
    for module in sorted(entry.name for entry in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return tuple(sorted(registered().values(), key=lambda named: named.name))


@lru_cache(maxsize=1)
def named_signals() -> dict[str, Named]:
    """Every signal by its name."""
    return {named.name: named for named in all_signals()}


@lru_cache(maxsize=1)
def _by_need() -> dict[str, tuple[Named, ...]]:
    needs = dict.fromkeys(named.needs for named in all_signals())
    return {need: tuple(named for named in all_signals() if named.needs == need) for need in needs}


def findings(view: View) -> list[tuple[str, Finding]]:
    """What every signal finds in a comment, by name; signals that lack what they need are not asked."""
    found = []
    groups = _by_need()
    for need in view.has():
        for named in groups.get(need, ()):
            finding = named.find(view)
            if finding is not None:
                found.append((named.name, finding))
    return found
