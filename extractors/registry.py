"""Which page object reads an address: the one written for its host and path, else the generic one."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from urllib.parse import urlsplit

from extractors.errors import AmbiguousSite
from extractors.page import PageObject
from extractors.plugins import classes_in
from extractors.urls import host_of


@functools.cache
def sites() -> dict[str, tuple[type[PageObject], ...]]:
    """The page objects of each host, those of the greatest priority first.

    Raises AmbiguousSite for two of one host that are for the same paths with the same priority.
    """
    found: defaultdict[str, list[type[PageObject]]] = defaultdict(list)
    for kind in classes_in("extractors.sites", PageObject):
        for host in kind.hosts:
            if rival := next((one for one in found[host] if claims(one) == claims(kind)), None):
                raise ambiguous(host, rival, kind)
            found[host].append(kind)
    return {host: tuple(sorted(kinds, key=lambda kind: -kind.priority)) for host, kinds in found.items()}


def claims(kind: type[PageObject]) -> tuple[str, int]:
    return kind.paths, kind.priority


def site_for(url: str) -> type[PageObject]:
    """The page object for an address: of the nearest domain that has one for its path, the first; else the generic.

    Raises AmbiguousSite when two of one priority are for it.
    """
    domain, path = host_of(url), path_of(url)
    while domain:
        fitting = [kind for kind in sites().get(domain, ()) if re.search(kind.paths, path)]
        if len(fitting) > 1 and fitting[0].priority == fitting[1].priority:
            raise ambiguous(url, fitting[0], fitting[1])
        if fitting:
            return fitting[0]
        domain = domain.partition(".")[2]
    return PageObject


def path_of(url: str) -> str:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "/"


def ambiguous(where: str, first: type[PageObject], second: type[PageObject]) -> AmbiguousSite:
    names = " and ".join(f"{kind.__module__}.{kind.__qualname__}" for kind in (first, second))
    return AmbiguousSite(
        f"{where}: {names} are both for it with priority {first.priority}; give one a greater `priority` or `paths` "
        "that leave the other's alone"
    )
