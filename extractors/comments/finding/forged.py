"""Records that a commenter wrote: list items and boxes inside a comment's text that are dressed as comments."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from extractors.comments.finding.listing import Listing
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.discussion import stated_counts

_TEXT: Final = re.compile(r"(?:^|[-_ ])(?:content|text|texte|texto|message|msg|words)(?:$|[-_ ])")
_ANSWERS: Final = re.compile(r"child|repl(?:y|ies)|answer|thread|respon|r[eé]pons|antwort|nested|sub-?comments?")
_MOST: Final = 0.5
"""Share of the texts that hold records, above which the theme itself puts answers there."""
_FEW: Final = 0.2  # of the records: more than that no page lets commenters write


def without_forged(outline: CommentOutline, listing: Listing) -> Listing:
    """The list without the records that stand in another one's text, unless this theme has its answers there.

    What stands in something called answers is believed, unless the number that the page states leaves it out.
    """
    if all(stop <= start for stop, start in zip(listing.stops, listing.starts[1:], strict=False)):
        return listing
    records = set(listing.starts)
    inside = {place: text for place in range(len(listing)) if (text := _text_around(outline, listing, place, records))}
    if not inside or len(inside) > max(1, _FEW * len(listing)) or len(listing) in stated_counts(outline):
        return listing
    holders = {_shape(outline, text) for text in inside.values()}
    texts = [n for n in range(listing.starts[0], max(listing.stops)) if _shape(outline, n) in holders]
    is_listed = any(_is_listed(outline, listing.starts[place], text) for place, text in inside.items())
    kept = [place for place in range(len(listing)) if place not in inside]
    if len(set(inside.values())) > _MOST * len(texts) or (is_listed and len(kept) not in stated_counts(outline)):
        return listing
    return replace(
        listing,
        starts=tuple(listing.starts[place] for place in kept),
        stops=tuple(listing.stops[place] for place in kept),
    )


def _text_around(outline: CommentOutline, listing: Listing, place: int, records: set[int]) -> int | None:
    """The element called a text between a record and the one around it; None where it is in no record."""
    start, text = listing.starts[place], None
    for above in outline.ancestors(start):
        if above in records:
            return text
        if above < listing.starts[0]:
            break
        if text is None and _TEXT.search(outline.named[above]):
            text = above
    return None


def _shape(outline: CommentOutline, number: int) -> tuple[str, tuple[str, ...]]:
    return outline.elements[number].tag, outline.shapes[number]


def _is_listed(outline: CommentOutline, start: int, text: int) -> bool:
    """Does the record stand in something called answers inside the text?"""
    for above in outline.ancestors(start):
        if above <= text:
            return False
        if _ANSWERS.search(outline.named[above]):
            return True
    return False
