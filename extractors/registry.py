"""Finds platforms and sites by walking their folders, so that nobody keeps a central list."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, TypeVar

from extractors.urls import host_of

if TYPE_CHECKING:
    from extractors.page import PageObject

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
        local = [
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, base)
            and value.__module__ == name
            and not inspect.isabstract(value)
        ]
        found.extend(sorted(local, key=lambda kind: inspect.getsourcelines(kind)[1]))
    return tuple(found)


@functools.cache
def sites() -> dict[str, type[PageObject]]:
    from extractors.page import PageObject

    return {host: kind for kind in classes_in("extractors.sites", PageObject) for host in kind.hosts}


def site_for(url: str) -> type[PageObject]:
    """The page object for an address: the one written for its host or the nearest domain above it, else the generic."""
    from extractors.page import PageObject

    domain = host_of(url)
    while domain:
        if kind := sites().get(domain):
            return kind
        domain = domain.partition(".")[2]
    return PageObject
