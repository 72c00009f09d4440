"""Signals: named tests of a comment, one family a file. The registry walks this folder; nobody keeps a list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from moderation.signals.finding import Named, registered


@lru_cache(maxsize=1)
def all_signals() -> tuple[Named, ...]:
    """Every signal in this folder, ordered by name."""
    for module in sorted(entry.name for entry in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return tuple(sorted(registered().values(), key=lambda named: named.name))
