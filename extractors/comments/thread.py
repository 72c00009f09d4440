"""What `find_thread` gives: the records of a page's discussion, and the parts of the page that hold it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from extractors.records import Comment, Discussion


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A page's discussion. `nodes` are the subtree roots holding comments, their heading and form: no article text.

    `neighbours` are the addresses of the thread's older and newer pages, where those are not numbered.
    """

    discussion: Discussion = field(default_factory=Discussion)
    comments: tuple[Comment, ...] = ()
    nodes: tuple[HtmlElement, ...] = ()
    neighbours: tuple[str, ...] = ()
