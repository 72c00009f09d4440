"""A page's comments together with those that its site names elsewhere: one thread, in the page's order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.comments.completion.wordpress import Named
from extractors.records import Comment, Order, Page

_NUMBER = re.compile(r"comment-(\d{1,15})$")


@dataclass(slots=True)
class _Place:
    """A comment in the thread. `number` is the site's, if known; `parent` the place of the comment it answers."""

    record: Comment
    number: int | None
    parent: _Place | None = None


def number_of(comment: Comment) -> int | None:
    """The site's number of a comment, from its id or its permalink."""
    for text in (comment.id, comment.permalink):
        if found := _NUMBER.search(text or ""):
            return int(found[1])
    return None


def missing(page: Page, named: Sequence[Named]) -> tuple[Named, ...]:
    """Those that the page does not show, once each, by number; a comment without one is known by author and text."""
    numbers = {number_of(comment) for comment in page.comments}
    unnumbered = {_said(comment) for comment in page.comments if number_of(comment) is None}
    found = {one.number: one for one in named if one.number not in numbers and _said(one.record) not in unnumbered}
    return tuple(found[number] for number in sorted(found))


def _said(comment: Comment) -> tuple[str, str]:
    return " ".join((comment.author or "").casefold().split()), " ".join(comment.body.casefold().split())


def completed(page: Page, named: Sequence[Named], via: str) -> Page:
    """The page with the missing comments in their places; its own comments keep their order and their text.

    `via` says where they come from ("api" or "feed") and is noted behind the platform: "wordpress+api". The shortfall
    ends when as many comments are there as the page claims.
    """
    extra = missing(page, named)
    if not extra:
        return page
    places = [_Place(comment, number_of(comment)) for comment in page.comments]
    for place in places:
        if place.record.parent is not None:
            place.parent = places[place.record.parent - 1] if 0 < place.record.parent <= len(places) else None
    by_number = {place.number: place for place in places if place.number is not None}
    newest_first = page.discussion.order is Order.NEWEST
    for one in extra:  # by number: a parent comes before its answers
        place = _Place(one.record, one.number, by_number.get(one.parent) if one.parent is not None else None)
        places.insert(_index(places, place, newest_first), place)
        by_number[one.number] = place
    positions = {id(place): position for position, place in enumerate(places, start=1)}
    comments = tuple(
        replace(
            place.record,
            position=positions[id(place)],
            parent=positions[id(place.parent)] if place.parent is not None else None,
        )
        for place in places
    )
    claimed = page.discussion.claimed
    discussion = replace(
        page.discussion,
        platform=f"{page.discussion.platform or 'wordpress'}+{via}",
        found=len(comments),
        shortfall=page.discussion.shortfall if claimed is not None and claimed > len(comments) else None,
    )
    return replace(page, comments=comments, discussion=discussion)


def _index(places: Sequence[_Place], place: _Place, newest_first: bool) -> int:
    """Where it goes: an answer behind the answers that its parent has, another comment by its number."""
    if place.parent is not None:
        return _end(places, next(n for n, known in enumerate(places) if known is place.parent))
    number = place.number or 0
    older = [
        n
        for n, known in enumerate(places)
        if known.parent is None and known.number is not None and known.number < number
    ]
    if newest_first:
        return older[0] if older else len(places)
    return _end(places, older[-1]) if older else 0


def _end(places: Sequence[_Place], start: int) -> int:
    """The index behind the comment at `start` and everything that answers it."""
    thread = {id(places[start])}
    end = start + 1
    while end < len(places) and (above := places[end].parent) is not None and id(above) in thread:
        thread.add(id(places[end]))
        end += 1
    return end
