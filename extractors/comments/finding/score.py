"""How much a list looks like a discussion: what its records hold, what they are called, and where they stand."""

from __future__ import annotations

import functools
import math
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from extractors.comments.finding.listing import Listing
from extractors.comments.finding.outline import CommentOutline, count, thread_named
from extractors.comments.finding.vocabulary import NAMES_FORUM, NAMES_STRONG, NAMES_THREAD

_SAMPLE: Final = 20  # records whose names are looked at
_LOOK_IN: Final = 400  # elements of a single record that are looked at
_MIN_TEXT: Final = 15  # characters a record, name and date included
_MAX_DATES: Final = 2  # a comment's own, and one in its text
_ARTICLE: Final = re.compile(r"type-(?:post|page|article)|\bhentry\b")


@dataclass(frozen=True, slots=True)
class Score:
    """`total` orders lists of a page; `evidence` (per record, without names and length) says if it is one at all."""

    total: float
    evidence: float
    named: float
    proof: float  # share of records with what only discussions have: reply buttons, comment anchors and ids


@functools.lru_cache(maxsize=8192)
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


def score(outline: CommentOutline, listing: Listing) -> Score:
    records = listing.own
    size = len(records)
    dates, avatars, replies, anchors = (
        outline.totals.dates,
        outline.totals.avatars,
        outline.totals.replies,
        outline.totals.anchors,
    )
    authors, ids, field_totals, heading_totals = (
        outline.totals.authors,
        outline.totals.ids,
        outline.totals.fields,
        outline.totals.heading_links,
    )
    own_text, tails, link_text = outline.own_text, outline.tails, outline.link_text
    date = author = avatar = anchor = reply = ident = 0.0
    crowd = fields = headings = empty = 0.0
    text = link = 0
    for own in records:
        shown = pictures = buttons = links = named_ids = writers = inputs = titles = length = 0
        for a, b in own:
            shown += dates[b] - dates[a]
            pictures += avatars[b] - avatars[a]
            buttons += replies[b] - replies[a]
            links += anchors[b] - anchors[a]
            named_ids += ids[b] - ids[a]
            writers += authors[b] - authors[a]
            inputs += field_totals[b] - field_totals[a]
            titles += heading_totals[b] - heading_totals[a]
            length += own_text[b] - own_text[a] + tails[b] - tails[a + 1]
            link += link_text[b] - link_text[a]
        date += shown > 0
        author += writers > 0
        avatar += pictures > 0
        anchor += links > 0
        reply += buttons > 0
        ident += named_ids > 0
        crowd += max(0, shown - 2) * 0.5 + max(0, pictures - 1) * 0.5 + max(0, named_ids - 3) * 0.3
        fields += inputs > 0
        headings += titles > 0
        empty += length < 12
        text += length
    mean_text = text / size
    evidence = (
        1.6 * date + 1.2 * author + 1.0 * avatar + 0.8 * anchor + 0.6 * reply + 0.8 * ident
        - 1.5 * fields - 1.2 * headings - 1.2 * empty - min(crowd, 4.0 * size)
    ) / size  # fmt: skip
    evidence += 0.8 if mean_text >= 60 else (-1.0 if mean_text < 25 else 0.0)
    linked = link / text if text else 1.0
    evidence -= 2.0 * max(0.0, linked - 0.45) / 0.55
    first = listing.starts[0]
    named = _named(outline, listing)
    evidence -= 2.0 * _share_of_articles(outline, listing)
    evidence -= 2.0 * sum(outline.aside[start] for start in listing.starts) / size
    evidence -= 4.0 * sum(outline.in_form[start] for start in listing.starts) / size
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
    return outline.elements[number].tag, outline.shapes[number][:1]


def _share_of_articles(outline: CommentOutline, listing: Listing) -> float:
    names = [outline.named[start] for start in listing.starts[:_SAMPLE]]
    return sum("type-" in name or "hentry" in name for name in names if _is_article(name)) / len(names)


@functools.lru_cache(maxsize=8192)
def _is_article(name: str) -> bool:
    return bool(_ARTICLE.search(name)) and not _strong(name)


def _single_doubt(outline: CommentOutline, listing: Listing, marks: float, text: int) -> float:
    """A list of one repeats nothing, so its names and place must prove more."""
    start, stop = listing.starts[0], listing.stops[0]
    doubt = 0.0 if marks else 2.0
    if text > 0.4 * outline.text_length(0, len(outline.elements)):
        doubt += 1.5
    inner = range(start + 1, min(stop, start + _LOOK_IN))
    if any(outline.elements[n].tag in ("h1", "article") for n in inner):
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


def _named(outline: CommentOutline, listing: Listing) -> float:
    first = listing.starts[0]
    mine = sum(_strong(outline.named[start]) for start in listing.starts[:_SAMPLE])
    strong = mine / min(len(listing), _SAMPLE)
    key = listing.key.lower()
    weak = 1.0 if NAMES_THREAD.search(key) else (0.7 if len(listing) > 1 and NAMES_FORUM.search(key) else 0.0)
    around = 0.0
    for steps, above in enumerate(outline.ancestors(first)):
        if steps >= 6 or outline.elements[above].tag in ("body", "html"):
            break
        name = outline.named[above]
        if thread_named(name):
            around = 1.0
            break
    return 1.4 * max(strong, 0.6 * weak) + 1.2 * max(around, 0.8 * strong)
