"""Finds classes by walking the folder they live in, so that nobody keeps a central list."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    pass


Base = TypeVar("Base")


@functools.cache
def _modules(package: str) -> tuple[str, ...]:
    root = importlib.import_module(package)
    return tuple(sorted(found.name for found in pkgutil.iter_modules(root.__path__, prefix=f"{package}.")))


def classes_in(package: str, base: type[Base]) -> tuple[type[Base], ...]:
    """Every concrete subclass of `base` defined in a module of that package, ordered by module and line."""
    found: list[type[Base]] = []
    for name in _modules(package):
        module = importlib.import_module(name)
        found += [  # a module's names stand in the order in which it makes them
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, base)
            and value.__module__ == name
            and not inspect.isabstract(value)
        ]
    return tuple(found)
