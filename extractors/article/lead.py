"""The lead (standfirst, chapô, excerpt): the paragraph that introduces an article and is set apart from its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.article.metadata import words
from extractors.article.naming import LEAD, named
from extractors.article.outline import NONE, Node, Outline, TextBlock
from extractors.dates import find_date

MIN_LEAD, MAX_LEAD = 40, 1200  # characters
_MIN_NAMED = 20  # characters of one that is named as the headline's subtitle
_MIN_WORDS = 4
_SEARCHED = 15  # blocks before the text in which a lead may stand
_MAX_LEAD_NODE_BLOCKS = 4  # an element that is named as a lead and holds more is something else
_SUBTITLE = re.compile(
    r"sub-?(?:title|head(?:ing|line)?)|stand-?first|untertitel|sous-?titre|subt[ií]tulo|sottotitolo|subheading|"
    r"(?:article|post|entry|story)[-_]{1,2}desc(?:ription)?\b|\b(?:deck?|dek|strapline)\b",
    re.IGNORECASE,
)
_WHOLE = 0.95  # share of a paragraph that must be bold or italic


def find_lead(page: Outline, kept: Sequence[int], title: str | None, descriptions: Sequence[str]) -> tuple[int, ...]:
    """The blocks of the lead, in reading order; empty if the page shows none.

    A lead stands before the text and is named as one, or is the page's own description shown outside the text, or is
    the first paragraph, wholly in italics or bold, of several.
    """
    headline = [words(title or "")]
    kept = [index for index in kept[:_SEARCHED] if words(page.blocks[index].text[:MAX_LEAD]) not in headline]
    if len(kept) < 2:
        return ()
    start = kept[0]
    nodes = page.nodes
    shown = [i for i in range(start) if nodes[page.blocks[i].node].heading and words(page.blocks[i].text) in headline]
    end = next((i for i in kept[1:] if nodes[page.blocks[i].node].heading > 1), kept[-1])
    window = range(max(shown[-1] + 1 if shown else 0, start - _SEARCHED), min(end, start + 4) + 1)
    text = frozenset(kept)
    candidates = [i for i in window if _can_be_lead(page, page.blocks[i], is_text=i in text)]
    for index in candidates:
        node = _lead_node(page, page.blocks[index].node)
        if node != NONE:
            group = [i for i in candidates if nodes[node].first <= i < nodes[node].last]
            if any(i not in group for i in kept):
                return tuple(group)
    for index in candidates:
        if index < start and any(_says(page.blocks[index].text, text) for text in descriptions):
            return (index,)
    first = page.blocks[start]
    if start in candidates and nodes[first.node].tag != "li":
        size = len(first.text) * _WHOLE - 2
        following = page.blocks[kept[1]]
        is_set_apart = (first.italic >= size and following.italic < 0.5 * len(following.text)) or (
            first.bold >= size
            and following.bold < 0.5 * len(following.text)
            and not any(page.blocks[i].text == page.blocks[i].bold_start for i in kept[1:])  # then it is a heading
        )
        if is_set_apart:
            return (start,)
    return ()


def _can_be_lead(page: Outline, block: TextBlock, *, is_text: bool) -> bool:
    """A paragraph of some length, or a heading of the text that is named as the headline's subtitle."""
    node = page.nodes[block.node]
    return (
        (_MIN_NAMED if _is_subtitle(node, block) else MIN_LEAD) <= len(block.text) <= MAX_LEAD
        and (not node.heading or (is_text and node.heading > 1 and _SUBTITLE.search(node.names) is not None))
        and node.quote == NONE
        and (node.table == NONE or not page.is_data_table(node.table))
        and node.pre == NONE
        and block.link_share < 0.5
    )


def _is_subtitle(node: Node, block: TextBlock) -> bool:
    """Whether a short paragraph is one that is named as the headline's subtitle, and no date."""
    return (
        not node.heading
        and _SUBTITLE.search(node.names) is not None
        and len(block.text.split()) >= _MIN_WORDS
        and find_date(block.text) is None
    )


def _lead_node(page: Outline, index: int) -> int:
    """The element around a block that is named as a lead and holds little else."""
    for around in page.ancestors(index, 4):
        node = page.nodes[around]
        if node.last - node.first > _MAX_LEAD_NODE_BLOCKS:
            break
        if node.names and (named(node.names) & LEAD or _SUBTITLE.search(node.names)):
            return around
    return NONE


def _says(shown: str, description: str) -> bool:
    """Whether a shown text is the page's description, or starts as it does when that one is cut short."""
    one, other = words(shown), words(description)
    size = min(len(one), len(other))
    return size >= 8 and one[: size - 2] == other[: size - 2] and len(one) <= 1.5 * len(other) + 20
