"""Chooses the list of records that is the page's discussion, and completes it."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from extractors.caching import kept
from extractors.comments.finding.listing import Listing, headed, listings
from extractors.comments.finding.outline import CommentOutline, count
from extractors.comments.finding.score import Score, promising, score, tallies
from extractors.comments.finding.vocabulary import (
    ANNOUNCES_COMMENTS,
    COMMENT_WORD,
    HEADS_COMMENTS,
    NAMES_FORM,
    NAMES_STRONG,
)
from extractors.comments.reading.discussion import claim, stated_counts
from extractors.comments.reading.names import BY, OPENS_WITH_SAYS, SAYS

MIN_TOTAL: Final = 4.0
MIN_EVIDENCE: Final = 1.0
MIN_UNNAMED: Final = 5.0
"""A list below either is no discussion; set where the 20 comment-free pages of the development set give none."""

SURE: Final = 7.0
"""Lists above are not looked at more closely."""

_SHORTLIST: Final = 8
_LOOKED_AT: Final = 24  # records of a list
_TELLING: Final = 3.0  # evidence beside which a matching count is no accident
_NEARLY_ALL: Final = 0.8
_AS_GOOD: Final = 0.8
_FIRST: Final = 20  # elements at the start of a record that may hold its number and its "by" or "says"
_NUMBER: Final = re.compile(r"^[#№(]?\s*(\d{1,5})\s*[.):]?$")
_SIGNED: Final = re.compile(rf"{BY.pattern}$|{BY.pattern}\S|{SAYS.pattern}|{OPENS_WITH_SAYS.pattern}", re.IGNORECASE)
_SHORT: Final = 60  # characters
_HEADED: Final = 1.0
_ENDS: Final = " :：.…–—-#»«"
_UNDER: Final = 1.2  # what a box around a list that is called comments is worth
_ABOVE: Final = 12  # elements before a list among which its heading is looked for
_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6".split())
_NOTICE: Final = re.compile(r"pingback|trackback|webmention|mention")
_MAX_HEADED: Final = 500


def best_listing(outline: CommentOutline) -> Listing | None:
    """The page's discussion, or null."""
    candidates = [listing for listing in listings(outline) if promising(outline, listing)]
    candidates += [
        grown for listing in candidates if len(listing) <= _MAX_HEADED and (grown := headed(outline, listing))
    ]
    ranked = [
        (listing, score(outline, listing, tally))
        for listing, tally in zip(candidates, tallies(outline, candidates), strict=True)
    ]
    best = max(ranked, key=lambda pair: pair[1].total, default=None)
    if best is not None and best[1].total < SURE:
        shortlist = sorted(ranked, key=lambda pair: -pair[1].total)[:_SHORTLIST]
        stated = functools.cache(functools.partial(stated_counts, outline))  # asked for by few pages
        ranked += [
            (listing, _closer(outline, listing, found, stated)) for listing, found in shortlist if len(listing) > 1
        ]
        best = max(ranked, key=lambda pair: pair[1].total)
    if best is None or not _convincing(best[1]):
        return None
    if len(best[0]) == 1:
        best = _inner_record(outline, best, ranked)
    return with_siblings(outline, _grown(outline, best, ranked)[0])


def _inner_record(
    outline: CommentOutline, best: tuple[Listing, Score], ranked: list[tuple[Listing, Score]]
) -> tuple[Listing, Score]:
    """The comment with a number of its own inside a lone record without one: that was the box around the thread, with
    its heading."""
    start, stop = best[0].starts[0], best[0].stops[0]
    if start in outline.ids:
        return best
    inner = [
        (listing, found)
        for listing, found in ranked
        if len(listing) == 1 and start < listing.starts[0] < stop and listing.starts[0] in outline.ids
        if found.total >= MIN_TOTAL and _convincing(found)
        if all(
            count(marks, start, stop) == count(marks, listing.starts[0], listing.stops[0])
            for marks in (outline.authors, outline.avatars)
        )
        and all(  # the title that the heading repeats may hold a date, or "6.5" that looks like one
            listing.starts[0] <= number < listing.stops[0] or outline.tags[number] in _HEADINGS
            for number in outline.dates[bisect_left(outline.dates, start) : bisect_left(outline.dates, stop)]
        )
    ]
    return max(inner, key=lambda pair: pair[1].total, default=best)


def _closer(outline: CommentOutline, listing: Listing, found: Score, counts: Callable[[], frozenset[int]]) -> Score:
    """The score with what costs a look at the texts: running numbers, signatures, the count the page states."""
    looked = listing.starts[:_LOOKED_AT]
    firsts = [list(_first_texts(outline, start, stop)) for start, stop in zip(looked, listing.stops, strict=False)]
    numbers = [next((int(match[1]) for text in texts if (match := _NUMBER.match(text))), None) for texts in firsts]
    run_on = all(b is not None and a is not None and abs(b - a) == 1 for a, b in pairwise(numbers))
    signed = sum(any(_is_signed(text) for text in texts) for texts in firsts) >= _NEARLY_ALL * len(looked)
    likely = run_on or signed or found.named >= 1.0 or found.evidence >= _TELLING
    stated = likely and len(listing) in counts()
    heading = _heading_above(outline, listing)
    gain = 1.5 * run_on + 1.2 * signed + 1.5 * stated + _HEADED * _announces(heading)
    telling = signed or (stated and found.evidence >= _TELLING and len(listing) > 2)
    proof = 1.0 if run_on and (signed or stated) else 0.6 * telling
    named = found.named
    if named < _UNDER and HEADS_COMMENTS.fullmatch(heading.strip(_ENDS)) and _all_dated(outline, listing):
        gain, named = gain + _UNDER, _UNDER  # as good as a box that is called so
    return replace(
        found, total=found.total + gain, evidence=found.evidence + gain, named=named, proof=max(found.proof, proof)
    )


def _all_dated(outline: CommentOutline, listing: Listing) -> bool:
    return all(count(outline.dates, *span) for span in zip(listing.starts, listing.stops, strict=True))


@kept(4_096)  # the lists of a page share their texts
def _is_signed(text: str) -> bool:
    return _SIGNED.search(text) is not None


def _heading_above(outline: CommentOutline, listing: Listing) -> str:
    """The last heading before the list, not far above it; empty if there is none."""
    first = listing.starts[0]
    for number in range(first - 1, max(-1, first - _ABOVE), -1):
        element = outline.elements[number]
        if element.tag in _HEADINGS and outline.text_length(number, outline.end[number]) < _SHORT + _SHORT:
            return " ".join(element.text_content().split())
    return ""


def _announces(heading: str) -> bool:
    """Is it one of comments: "Comments on ...", "3 replies"?"""
    return bool(ANNOUNCES_COMMENTS.match(heading) or (COMMENT_WORD.search(heading) and claim(heading)))


def _first_texts(outline: CommentOutline, start: int, stop: int) -> Iterator[str]:
    for number in range(start, min(stop, start + _FIRST)):
        element = outline.elements[number]
        for text in (element.text, element.tail if number > start else None):
            if text and not text.isspace() and len(text) < _SHORT and not outline.silent[number]:
                yield text.strip()


def _convincing(found: Score) -> bool:
    if found.total < MIN_TOTAL or found.evidence < MIN_EVIDENCE:
        return False
    return found.named >= 1.0 or (found.proof >= 0.5 and found.total >= MIN_UNNAMED)


def _grown(
    outline: CommentOutline, best: tuple[Listing, Score], ranked: list[tuple[Listing, Score]]
) -> tuple[Listing, Score]:
    """The largest list that holds all of the best one's records and only more of their kind."""
    mine = set(best[0].starts)
    for listing, found in sorted(ranked, key=lambda pair: -len(pair[0])):
        if len(listing) <= len(mine) or listing.headed != best[0].headed or not mine.issubset(listing.starts):
            continue
        extra = [(a, b) for a, b in zip(listing.starts, listing.stops, strict=True) if a not in mine]
        rest = Listing(listing.key, tuple(a for a, _ in extra), tuple(b for _, b in extra), listing.headed)
        if (
            found.named >= 0.9 * best[1].named
            and found.evidence >= 0.5 * best[1].evidence
            and (
                found.evidence >= _AS_GOOD * best[1].evidence
                if len(rest) == len(mine) == 1  # alone it would have to prove what the others prove for it
                else score(outline, rest, *tallies(outline, [rest])).evidence >= 0.6
            )
        ):
            return listing, found
    return best


def with_siblings(outline: CommentOutline, listing: Listing) -> Listing:
    """The list with the siblings of its records that are records of another shape: pingbacks, removed ones, staff."""
    if listing.headed:
        return listing
    starts = set(listing.starts)
    tags = {outline.tags[start] for start in listing.starts}
    more: set[int] = set()
    for up in {outline.parent[start] for start in listing.starts}:
        if up < 0:
            continue
        number = up + 1
        while number < outline.end[up]:
            if number not in starts and outline.tags[number] in tags and _is_record(outline, number, listing):
                more.add(number)
            number = outline.end[number]
    if not more:
        return listing
    together = tuple(sorted(starts | more))
    return Listing(listing.key, together, tuple(outline.end[start] for start in together))


def _is_record(outline: CommentOutline, number: int, listing: Listing) -> bool:
    if outline.in_form[number] or outline.silent[number]:
        return False
    name = outline.named[number]
    stop = outline.end[number]
    if name and NAMES_FORM.search(name):
        return False
    if any(number < start < stop for start in listing.starts):
        return False  # holds records: a sub-list, not a record
    if outline.text_length(number, stop) < 5 or count(outline.fields, number, stop):
        return False
    if name and (_NOTICE.search(name) or (NAMES_STRONG.search(name) and count(outline.ids, number, stop))):
        return True
    marks = count(outline.dates, number, stop) + count(outline.ids, number, stop) + count(outline.avatars, number, stop)
    return outline.tags[number] == "li" and marks > 0
