"""What is measured of every text block before it is judged: one row of numbers a block, the same on every page.

The columns are part of the weights (`forests`): whoever changes them trains again (benchmarks/train_body.py).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.article import block_words
from extractors.article.naming import BIO, COMMENT, FAMILIES, NAV, RELATED, SOCIAL, STRONG_CONTENT, named
from extractors.article.outline import NONE, Outline

Matrix = NDArray[np.float32]
Whole = NDArray[np.intp]
Real = NDArray[np.float64]

_TAGS = (
    "article", "main", "nav", "header", "footer", "aside", "figure", "figcaption", "form", "details", "address",
    "section",
)  # fmt: skip
_TAG_BIT = {tag: 1 << bit for bit, tag in enumerate(_TAGS)}
_HOLDERS = _TAG_BIT["article"] | _TAG_BIT["main"]
_BOILERPLATE_TAGS = sum(_TAG_BIT[tag] for tag in ("nav", "footer", "aside", "form", "figure"))
_BOILERPLATE_NAMES = NAV | COMMENT | SOCIAL | RELATED | BIO
_BOXES = frozenset({"div", "td", "section", "article"})
_SENTENCE = re.compile(r"[.!?…。！？](?:(?<=[。！？])|[\"'”’»)\]]*(?:\s|$))")  # one set first: found at the speed of C
_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_CUT_SHORT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
_UPPER = re.compile(r"[A-ZÄÖÜÉÈÀÇÑА-Я]")
_DIGIT = re.compile(r"\d")
_ASCII_UPPER = string.ascii_uppercase.encode()
_ASCII_DIGITS = string.digits.encode()
_DATE = re.compile(
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|(?:19|20)\d\d-\d\d-\d\d|\d{1,2}(?:st|nd|rd|th|\.)? \w{3,9}\.?,? (?:19|20)\d\d|"
    r"\w{3,9}\.? \d{1,2},? (?:19|20)\d\d|年\d+月"
)
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EAST_ASIAN_WEIGHT = 2.5  # a character says as much as so many Latin letters
_PROSE_LENGTH = 60
_REGION_BLOCKS = 3  # the neighbourhood of a block is the nearest element with so many
_NEARNESS = 0.8  # a paragraph counts a fifth less with each level between it and an element that holds it
_LEVELS = 7
_OFFSETS = (-3, -2, -1, 1, 2, 3)
_HEAD = 240  # characters from which the look of a block is known
_OPENING = 8  # words by which a block is looked up in the stated text


@dataclass(frozen=True, slots=True)
class Stated:
    """What the page's metadata says about its text: the headline, the JSON-LD articleBody and the authors' names where
    there are any."""

    title: str | None = None
    body: str | None = None
    authors: tuple[str, ...] = ()


@dataclass(slots=True)
class _Page:
    """What the rows of all blocks share. Arrays over blocks are in page order; sums are one longer than the blocks."""

    outline: Outline
    holders: Whole  # the node of each block
    lengths: Real
    shares: Real
    texts: Real  # running totals of lengths
    links: Real
    sentences: list[int]
    own: list[int]  # families named by each node itself
    around: list[int]  # by it and everything around it that does not hold most of the page
    tags: list[int]
    strong: list[int]  # how many elements around are named as an article's text
    prose: list[float]  # the length of each block that reads like running text, 0 for the others
    proses: Real


def matrix(page: Outline, stated: Stated) -> Matrix:
    """One row a block. Lengths are characters, shares 0 to 1, yes and no 1 and 0."""
    context = _context(page)
    words = [block_words.words_of(block.text) for block in page.blocks]
    title = set(block_words.words_of(stated.title or ""))
    base = np.column_stack(
        (
            context.lengths,
            context.shares,
            _placed(context, _headline(page, words, title)),
            np.array(_worded(context, words, title, stated.body), dtype=np.float64),
            *_families(page, words),
        )
    )
    return np.hstack((base, _neighbours(context), _marks(context))).astype(np.float32)


def _context(page: Outline) -> _Page:
    blocks, nodes = page.blocks, page.nodes
    sample = "".join([block.text[:200] for block in blocks])[:20_000]
    scale = _EAST_ASIAN_WEIGHT if len(_EAST_ASIAN.findall(sample)) > 0.25 * len(sample) else 1.0
    lengths = np.array([len(block.text) for block in blocks]) * scale
    shares = np.array([block.link_share for block in blocks])
    texts, links = _totals(lengths), _totals(lengths * shares)
    half = 0.5 * texts[-1]
    amounts = texts[[node.last for node in nodes]] - texts[[node.first for node in nodes]]
    own: list[int] = []
    around: list[int] = []
    tags: list[int] = []
    strong: list[int] = []
    for node, is_major in zip(nodes, (amounts > half).tolist(), strict=True):
        bits = named(node.names) if node.names else 0
        tag = _TAG_BIT.get(node.tag, 0)
        up = node.parent
        names_above, tags_above, strong_above = (around[up], tags[up], strong[up]) if up != NONE else (0, 0, 0)
        own.append(bits)
        around.append(names_above if is_major else names_above | bits)
        tags.append(tags_above | (tag & _HOLDERS if is_major else tag))
        strong.append(strong_above + (bits & STRONG_CONTENT != 0 or node.tag == "article"))
    sentences = [len(_SENTENCE.findall(block.text)) for block in blocks]
    prose = [
        length
        if length >= _PROSE_LENGTH
        and share < 0.35
        and count
        and not tags[block.node] & _BOILERPLATE_TAGS
        and not around[block.node] & _BOILERPLATE_NAMES
        else 0.0
        for block, length, share, count in zip(blocks, lengths.tolist(), shares.tolist(), sentences, strict=True)
    ]
    holders = np.array([block.node for block in blocks], dtype=np.intp)
    return _Page(
        page, holders, lengths, shares, texts, links, sentences, own, around, tags, strong, prose,
        _totals(np.array(prose)),
    )  # fmt: skip


def _totals(values: Real) -> Real:
    return np.concatenate(([0.0], np.cumsum(values)))


def _placed(context: _Page, headline: int) -> Real:
    """Where each block stands: in the page, in its parent and grandparent, among its like."""
    nodes, blocks = context.outline.nodes, context.outline.blocks
    count = len(blocks)
    positions = np.arange(count)
    first = np.array([node.first for node in nodes], dtype=np.intp)
    last = np.array([node.last for node in nodes], dtype=np.intp)
    up = np.array([max(node.parent, 0) for node in nodes], dtype=np.intp)
    parents = up[context.holders]
    grands = up[parents]
    regions = np.array(_regions(context.outline), dtype=np.intp)
    total, all_prose = context.texts[-1] or 1.0, context.proses[-1] or 1.0

    def within(sums: Real, places: Whole) -> Real:
        return np.asarray(sums[last[places]] - sums[first[places]])

    top = _top_container(context.outline, context.prose)
    inside = (positions >= first[top]) & (positions < last[top])
    depths = np.array([node.depth for node in nodes])[context.holders] - nodes[top].depth
    region_text = within(context.texts, regions)
    region_text[region_text == 0] = 1.0
    signatures = [signature(context.outline, block.node) for block in blocks]
    alike = Counter(signatures)
    alike_prose: dict[tuple[str, str, str], float] = {}
    for kind, amount in zip(signatures, context.prose, strict=True):
        alike_prose[kind] = alike_prose.get(kind, 0.0) + amount
    counts = np.array([alike[kind] for kind in signatures])
    after_headline = np.clip(positions - headline, -100, 100) if headline != NONE else np.full(count, -101)
    return np.column_stack(
        (
            np.array(context.strong)[context.holders],
            np.where(inside, depths, -1),
            inside,
            after_headline,
            context.texts[:-1] / total,
            positions / count,
            within(context.proses, parents) / all_prose,
            within(context.proses, grands) / all_prose,
            context.proses[:-1] / all_prose,
            (all_prose - context.proses[1:]) / all_prose,
            np.array([alike_prose[kind] for kind in signatures]) / all_prose,
            counts / count,
            counts,
            within(context.texts, parents) / total,
            within(context.links, regions) / region_text,
            region_text,
            within(context.proses, regions) / region_text,
            last[regions] - first[regions],
            np.full(count, (context.proses[last[top]] - context.proses[first[top]]) / all_prose),
            np.full(count, np.log1p(all_prose)),
            np.full(count, float(count)),
        )
    )


def _worded(
    context: _Page, words: Sequence[Sequence[str]], title: set[str], stated_body: str | None
) -> list[tuple[float, ...]]:
    """How each block is written, and what it is part of."""
    nodes = context.outline.nodes
    body = " ".join(block_words.WORD.findall(stated_body.lower())) if stated_body else ""
    repeats = Counter([block.text for block in context.outline.blocks])
    found: list[tuple[float, ...]] = []
    since_heading = 0
    for block, own_words, sentences in zip(context.outline.blocks, words, context.sentences, strict=True):
        node = nodes[block.node]
        text, head, end = block.text, block.text[:_HEAD], block.text[-6:]
        size = len(text)
        digits, capitals = _digits_and_capitals(head)
        commas = text.count(",") + text.count(";") if text.isascii() else sum(map(text.count, ",;、，"))
        found.append(
            (
                min(10, len(block.anchors)), min(10, sentences), 100 * commas / size,
                min(1.0, block.bold / size), min(1.0, block.italic / size),
                digits / len(head), capitals / len(head), node.heading,
                _ENDS_SENTENCE.search(end) is not None, end[-1] == ":", _CUT_SHORT.search(end) is not None,
                min(10, text.count("\n")), node.tag == "p", node.item != NONE, node.table != NONE, node.quote != NONE,
                node.pre != NONE, node.tag in _BOXES,
                len(title.intersection(own_words)) / len(title) if title and size < 300 else 0.0,
                repeats[text] - 1, since_heading, size < 200 and digits > 0 and _DATE.search(head) is not None,
                (" ".join(own_words[:_OPENING]) in body) if body else -1.0,
            )
        )  # fmt: skip
        since_heading = 0 if node.heading else since_heading + 1
    return found


def _families(page: Outline, words: Sequence[Sequence[str]]) -> tuple[Real, Real]:
    """The shares of telling words of each block, and of the heading above it."""
    shares = np.zeros((len(words) + 1, len(block_words.FAMILY_NAMES)))  # the last line is no block's
    above = []
    heading = len(words)
    for index, (block, own) in enumerate(zip(page.blocks, words, strict=True)):
        if found := block_words.shares(own):
            shares[index] = found
        above.append(heading)
        if page.nodes[block.node].heading:
            heading = index
    return shares[:-1], shares[above]


def _digits_and_capitals(text: str) -> tuple[int, int]:
    if not text.isascii():
        return len(_DIGIT.findall(text)), len(_UPPER.findall(text))
    raw = text.encode()
    return len(raw) - len(raw.translate(None, _ASCII_DIGITS)), len(raw) - len(raw.translate(None, _ASCII_UPPER))


def _neighbours(context: _Page) -> Real:
    """For the three blocks before and after each: length, links, prose or not, heading or not, same parent or not."""
    nodes = context.outline.nodes
    holders = context.holders.tolist()
    near = np.column_stack(
        (
            context.lengths,
            context.shares,
            np.array(context.prose) > 0,
            [nodes[index].heading > 0 for index in holders],
        )
    )
    parents = np.array([nodes[index].parent for index in holders])
    parts = []
    for offset in _OFFSETS:
        moved = np.zeros((len(near), near.shape[1] + 1))
        if abs(offset) < len(near):
            here = slice(None, -offset) if offset > 0 else slice(-offset, None)
            there = slice(offset, None) if offset > 0 else slice(None, offset)
            moved[here, :-1] = near[there]
            moved[here, -1] = parents[here] == parents[there]
        parts.append(moved)
    return np.hstack(parts)


def _marks(context: _Page) -> Real:
    """What the elements around each block are named, and which they are: one column a family or tag."""
    parts = []
    for marks, width in ((context.own, FAMILIES), (context.around, FAMILIES), (context.tags, len(_TAGS))):
        bits = np.array(marks, dtype=np.int64)[context.holders]
        parts.append((bits[:, None] >> np.arange(width)) & 1)
    return np.hstack(parts).astype(np.float64)


def signature(page: Outline, index: int) -> tuple[str, str, str]:
    node = page.nodes[index]
    parent = page.nodes[node.parent] if node.parent != NONE else node
    return node.tag, node.names, parent.names or parent.tag


def _regions(page: Outline) -> list[int]:
    """For each block the nearest element around it that holds a few others."""
    nodes = page.nodes
    found = []
    for block in page.blocks:
        index = block.node
        while nodes[index].last - nodes[index].first < _REGION_BLOCKS and nodes[index].parent != NONE:
            index = nodes[index].parent
        found.append(index)
    return found


def _top_container(page: Outline, prose: Sequence[float]) -> int:
    """The element around most prose, the nearer the better."""
    scores: dict[int, float] = {}
    for block, amount in zip(page.blocks, prose, strict=True):
        if not amount:
            continue
        index, weight = block.node, amount
        for _ in range(_LEVELS):
            scores[index] = scores.get(index, 0.0) + weight
            weight *= _NEARNESS
            index = page.nodes[index].parent
            if index == NONE:
                break
    return max(scores, key=lambda index: scores[index]) if scores else 0


def _headline(page: Outline, words: Sequence[Sequence[str]], title: set[str]) -> int:
    """The block that shows the title, else the first h1, else NONE."""
    first = NONE
    for position, block in enumerate(page.blocks):
        heading = page.nodes[block.node].heading
        if heading == 1 and first == NONE:
            first = position
        if title and (heading or block.bold) and len(block.text) < 300:
            shown = set(words[position])
            if len(shown & title) >= 0.7 * max(len(shown), len(title)):
                return position
    return first
