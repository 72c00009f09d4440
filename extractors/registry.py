"""Finds platforms and sites by walking their folders, so that nobody keeps a central list."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from extractors.plugins import classes_in
from extractors.urls import host_of

if TYPE_CHECKING:
    from extractors.page import PageObject


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
