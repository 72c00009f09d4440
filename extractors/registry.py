"""Which page object reads an address: the one written for its host, else the generic one."""

from __future__ import annotations

import functools

from extractors.page import PageObject
from extractors.plugins import classes_in
from extractors.urls import host_of


@functools.cache
def sites() -> dict[str, type[PageObject]]:
    return {host: kind for kind in classes_in("extractors.sites", PageObject) for host in kind.hosts}


def site_for(url: str) -> type[PageObject]:
    """The page object for an address: the one written for its host or the nearest domain above it, else the generic."""
    domain = host_of(url)
    while domain:
        if kind := sites().get(domain):
            return kind
        domain = domain.partition(".")[2]
    return PageObject
