"""How much a list looks like a discussion: what its records hold, what they are called, and where they stand."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from extractors.caching import kept
from extractors.comments.finding.listing import Listing
from extractors.comments.finding.outline import CommentOutline, count, thread_named
from extractors.comments.finding.vocabulary import NAMES_FORUM, NAMES_STRONG, NAMES_THREAD

_SAMPLE: Final = 20  # records whose names are looked at
_LOOK_IN: Final = 400  # elements of a single record that are looked at
_MIN_TEXT: Final = 15  # characters a record, name and date included
_EMPTY: Final = 12  # characters; a record with fewer says nothing
_MAX_DATES: Final = 2  # a comment's own, and one in its text
_ARTICLE: Final = re.compile(r"type-(?:post|page|article)|\bhentry\b")


@dataclass(frozen=True, slots=True)
class Score:
    """`total` orders lists of a page; `evidence` (per record, without names and length) says if it is one at all."""

    total: float
    evidence: float
    named: float
    proof: float  # share of records with what only discussions have: reply buttons, comment anchors and ids


@kept(8192)
def _strong(name: str) -> bool:
    return bool(name) and bool(NAMES_STRONG.search(name))


def promising(outline: CommentOutline, listing: Listing) -> bool:
    """Cheaper than a score: could the list be a discussion at all?"""
    first, last = listing.starts[0], listing.stops[-1]
    if outline.text_length(first, listing.stops[0]) < 5 and len(listing) == 1:
        return False
    if len(listing) == 1:
        above = [up for up, _ in zip(outline.ancestors(first), range(3), strict=False)]
        return any(thread_named(outline.named[n]) for n in (first, *above))
    if outline.text_length(first, last) < _MIN_TEXT * len(listing):
        return False
    return (
        bool(
            count(outline.dates, first, last) or count(outline.authors, first, last) or count(outline.ids, first, last)
        )
        or thread_named(listing.key.lower())
        or outline.under_thread[first]
    )


class Tally(NamedTuple):
    """What the records of a list hold, without those nested in them: how many records have a date, an author and so
    on, how much they have too many of, and characters of text and of links."""

    date: int
    avatar: int
    reply: int
    anchor: int
    author: int
    ident: int
    fields: int
    headings: int
    empty: int
    text: int
    link: int
    crowd: float


def tallies(outline: CommentOutline, lists: Sequence[Listing]) -> list[Tally]:
    """One a list. All records of all lists are summed at once: pages have seventy lists of a dozen records."""
    starts: list[int] = []
    stops: list[int] = []
    records: list[int] = []  # for each record its first interval
    firsts: list[int] = []  # for each list its first record
    for listing in lists:
        firsts.append(len(records))
        if listing.is_flat:
            records += range(len(starts), len(starts) + len(listing))
            starts += listing.starts
            stops += listing.stops
        else:
            for start, intervals in zip(listing.starts, listing.own, strict=True):
                records.append(len(starts))
                intervals = intervals or [(start, start)]  # all of it is another's
                starts += [start for start, _ in intervals]
                stops += [stop for _, stop in intervals]
    if not lists:
        return []
    begin, end = np.array(starts), np.array(stops)
    totals = outline.totals
    marks = totals.marks[:, end] - totals.marks[:, begin]
    text = totals.text[end] + totals.tails[end] - totals.text[begin] - totals.tails[np.minimum(begin + 1, end)]
    link = totals.links[end] - totals.links[begin]
    if len(records) < len(starts):
        marks = np.add.reduceat(marks, records, axis=1)
        text, link = np.add.reduceat(text, records), np.add.reduceat(link, records)
    dates, avatars, ids = marks[0], marks[1], marks[5]
    crowd = (np.maximum(0, dates - 2) * 0.5 + np.maximum(0, avatars - 1) * 0.5 + np.maximum(0, ids - 3) * 0.3).tolist()
    sums = np.add.reduceat(np.vstack((marks > 0, text < _EMPTY, text, link), dtype=np.int64), firsts, axis=1)
    ends = [*firsts[1:], len(records)]
    return [
        Tally._make((*values, sum(crowd[first:last])))
        for values, first, last in zip(sums.T.tolist(), firsts, ends, strict=True)
    ]


def score(outline: CommentOutline, listing: Listing, tally: Tally) -> Score:
    size = len(listing)
    date, avatar, reply, anchor, author, ident, fields, headings, empty, text, link, crowd = tally
    mean_text = text / size
    evidence = (
        1.6 * date + 1.2 * author + 1.0 * avatar + 0.8 * anchor + 0.6 * reply + 0.8 * ident
        - 1.5 * fields - 1.2 * headings - 1.2 * empty - min(crowd, 4.0 * size)
    ) / size  # fmt: skip
    evidence += 0.8 if mean_text >= 60 else (-1.0 if mean_text < 25 else 0.0)
    linked = link / text if text else 1.0
    evidence -= 2.0 * max(0.0, linked - 0.45) / 0.55
    first = listing.starts[0]
    names = [outline.named[start] for start in listing.starts[:_SAMPLE]]
    named = _named(outline, listing, names)
    evidence -= 2.0 * _share_of_articles(names)
    evidence -= 2.0 * sum(map(outline.aside.__getitem__, listing.starts)) / size
    evidence -= 4.0 * sum(map(outline.in_form.__getitem__, listing.starts)) / size
    depth_price = 0.02 * min(outline.depths[first], 60)
    if size == 1:
        depth_price = -depth_price
        evidence -= _single_doubt(outline, listing, date + anchor + ident, text)
    total = (
        evidence
        + named
        + 0.45 * math.log(size)
        - (_headed_price(outline, listing) if listing.headed else 0.0)
        - depth_price
    )
    return Score(total, evidence, named, max(anchor, reply, ident) / size)


def _headed_price(outline: CommentOutline, listing: Listing) -> float:
    """Records over siblings must begin where the cycle begins: what precedes the first is no part of one."""
    first, stop = listing.starts[0], listing.stops[0]
    kinds = {_shape(outline, first)} | {_shape(outline, n) for n in outline.siblings_after(first) if n < stop}
    up = outline.parent[first]
    before = up + 1
    previous = None
    while before < first:
        previous, before = before, outline.end[before]
    if (
        previous is not None
        and _shape(outline, previous) in kinds
        and outline.text_length(previous, outline.end[previous])
    ):
        return 1.8
    return 0.35


def _shape(outline: CommentOutline, number: int) -> tuple[str, tuple[str, ...]]:
    return outline.tags[number], outline.shapes[number][:1]


def _share_of_articles(names: Sequence[str]) -> float:
    return sum("type-" in name or "hentry" in name for name in names if _is_article(name)) / len(names)


@kept(8192)
def _is_article(name: str) -> bool:
    return bool(_ARTICLE.search(name)) and not _strong(name)


def _single_doubt(outline: CommentOutline, listing: Listing, marks: float, text: int) -> float:
    """A list of one repeats nothing, so its names and place must prove more."""
    start, stop = listing.starts[0], listing.stops[0]
    doubt = 0.0 if marks else 2.0
    if text > 0.4 * outline.text_length(0, len(outline.elements)):
        doubt += 1.5
    inner = range(start + 1, min(stop, start + _LOOK_IN))
    if any(outline.tags[n] in ("h1", "article") for n in inner):
        doubt += 2.0
    ids = outline.ids[bisect_left(outline.ids, start) : bisect_left(outline.ids, stop)][:_SAMPLE]
    if len({"".join(filter(str.isdigit, outline.elements[n].get("id") or "")) for n in ids}) > 1:
        doubt += 3.0  # a list of comments, not one
    if count(outline.dates, start, stop) > _MAX_DATES:
        doubt += 1.5
    above = [up for up, _ in zip(outline.ancestors(start), range(3), strict=False)]
    if not any(thread_named(outline.named[n]) for n in (start, *above)):
        doubt += 3.0
    return doubt


def _named(outline: CommentOutline, listing: Listing, names: Sequence[str]) -> float:
    """What the names of records, of what they have in common and of what is around them say; `names` are a sample."""
    first = listing.starts[0]
    mine = sum(map(_strong, names))
    strong = mine / min(len(listing), _SAMPLE)
    key = listing.key.lower()
    weak = 1.0 if NAMES_THREAD.search(key) else (0.7 if len(listing) > 1 and NAMES_FORUM.search(key) else 0.0)
    around = 0.0
    for steps, above in enumerate(outline.ancestors(first)):
        if steps >= 6 or outline.tags[above] in ("body", "html"):
            break
        name = outline.named[above]
        if thread_named(name):
            around = 1.0
            break
    return 1.4 * max(strong, 0.6 * weak) + 1.2 * max(around, 0.8 * strong)
