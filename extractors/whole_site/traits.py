"""What one page adds to the profile of its site: read without the profile, so that the same pages teach the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from extractors.comments.thread import Thread
from extractors.records import Comment
from extractors.whole_site.site_profile import fingerprint

_NUMBERS = re.compile(r"\d+")
_MAX_ABOVE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTraits:
    """`kind` and `margin` are the page's own verdict, `stated` what its system calls it; `blocks` fingerprints of what
    was taken for its text; `comments` those of its comments by the signature of the container they stand in; `tail`
    what its stated title has behind its headline, `ending` how its title ends where that is nothing; `names` who
    signs it; `profile_version` the version of the site's profile that it was read with, null for none."""

    url: str
    kind: str
    margin: float
    stated: str | None = None
    language: str | None = None
    system: str | None = None
    tail: str | None = None
    ending: str | None = None
    names: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    comments: tuple[tuple[str, tuple[str, ...]], ...] = ()
    profile_version: int | None = None


def place_of(thread: Thread) -> str | None:
    """The signature of the element that holds the thread: its tag, id and class, numbers left out."""
    for node in thread.nodes:
        around: HtmlElement | None = node
        for _ in range(_MAX_ABOVE):
            if around is None:
                break
            name, ident = around.get("class") or "", around.get("id") or ""
            if name or ident:
                return _NUMBERS.sub("", f"{around.tag}#{ident}.{' '.join(sorted(name.split()))}")[:200]
            around = around.getparent()
    return None


def told(comments: Iterable[Comment]) -> tuple[str, ...]:
    """A fingerprint a comment: equal for one comment shown twice, different for two with the same words.

    A flood of one spam over many threads makes no widget of them: a comment without number, address and date of its own
    is known again by nothing, and is left out.
    """
    return tuple(
        fingerprint(f"{one.id or one.permalink}|{one.author}|{one.date or one.date_text}|{one.body[:200]}")
        for one in comments
        if one.body and (one.id or one.permalink or one.date or one.date_text)
    )


def tail_of(stated: str | None, title: str | None) -> str | None:
    """What the page's <title> has behind the headline: " | The Magazine"."""
    if not stated or not title or not stated.startswith(title) or len(stated) == len(title):
        return None
    return stated[len(title) :][:100]
