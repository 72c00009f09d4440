"""Where a page shows who wrote an article and when: the blocks around its headline, then those at its foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lxml.html import HtmlElement

from extractors.article.metadata import words
from extractors.article.naming import NAV, RELATED, named
from extractors.article.outline import NONE, Outline, TextBlock

_ABOVE, _BELOW = 5, 4  # blocks around the headline
_FOOT = 8  # blocks behind the article's end
_FAR_FOOT = 40  # blocks behind the article's end in which those are read that are named as a byline
_SIGNED = re.compile(
    r"by-?line|(?:^|[\s_-])(?:post-|entry-|article-)?(?:author|auteur|autor)(?:$|[\s_-])", re.IGNORECASE
)
_SMALL = 4  # blocks
_LINKED = 0.5  # share of a menu's entry that is a link
_CHROME_WITHIN = 4  # elements around a block
_MAX_GAP = 25  # blocks between a headline and the text that it heads
MAX_BYLINE = 250  # characters; longer blocks are text


class Place(Enum):
    """Where a block stands to the article."""

    HEAD = "between headline and text"
    ABOVE = "above the headline"
    FOOT = "behind the text"


@dataclass(frozen=True, slots=True)
class Byline:
    """A block that may say who or when, with the names of the nearest named element around it."""

    block: TextBlock
    names: str
    wider: str  # the names of all small elements around it
    index: int  # among the blocks of the outline
    place: Place

    @property
    def marked(self) -> tuple[HtmlElement, ...]:
        return self.block.marked


def bylines(page: Outline, kept: Sequence[int], title: str | None) -> tuple[Byline, ...]:
    """Candidate blocks, the most likely places first."""
    if not kept:
        return ()
    start, end = kept[0], kept[-1]
    headline = _headline(page, start, title)
    if headline == NONE:
        order = [*range(max(0, start - _ABOVE - _BELOW), start + _BELOW)]
    else:
        order = [*range(headline + 1, max(headline, start) + _BELOW), *range(headline, max(-1, headline - _ABOVE), -1)]
    order += range(end - 1, end + _FOOT)
    order += [i for i in range(end + _FOOT, min(len(page.blocks), end + _FAR_FOOT)) if _is_signed(page, i)]
    found = []
    inside = set(kept)
    for index in dict.fromkeys(order):
        if 0 <= index < len(page.blocks) and len(page.blocks[index].text) <= MAX_BYLINE:
            place = Place.FOOT if index >= end - 1 else (Place.ABOVE if index < headline else Place.HEAD)
            if index not in inside and _is_chrome(page, page.blocks[index], place):
                continue
            around = page.ancestors(page.blocks[index].node, 3)
            small = [page.nodes[i].names for i in around if page.nodes[i].last - page.nodes[i].first <= _SMALL]
            found.append(Byline(page.blocks[index], next(filter(None, small), ""), " ".join(small), index, place))
    return tuple(found)


def _is_signed(page: Outline, index: int) -> bool:
    """Whether a block, or the small element around it, is named as a byline."""
    return any(
        _SIGNED.search(page.nodes[around].names) and page.nodes[around].last - page.nodes[around].first <= _SMALL
        for around in page.ancestors(page.blocks[index].node, 2)
    )


def _is_chrome(page: Outline, block: TextBlock, place: Place) -> bool:
    """Whether a block stands in a menu, or behind the text in a list of other articles."""
    if place is not Place.FOOT and block.link_share < _LINKED:
        return False
    chrome = NAV if place is not Place.FOOT else NAV | RELATED
    return any(
        page.nodes[around].tag == "nav" or (page.nodes[around].names and named(page.nodes[around].names) & chrome)
        for around in page.ancestors(block.node, _CHROME_WITHIN)
    )


def _headline(page: Outline, start: int, title: str | None) -> int:
    """The block with the headline, not far before the text or right at its start; NONE if it is not shown."""
    wanted = words(title or "")
    if not wanted:
        return NONE
    for index in range(min(start + 3, len(page.blocks) - 1), max(-1, start - _MAX_GAP), -1):
        block = page.blocks[index]
        if len(block.text) < 400 and (page.nodes[block.node].heading or block.bold or index < start):
            shown = words(block.text)
            if shown[-len(wanted) :] == wanted or (wanted[: len(shown)] == shown and 2 * len(shown) > len(wanted)):
                return index
    return NONE
