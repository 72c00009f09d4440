"""What is measured of every text block before it is judged: one row of numbers a block, the same on every page.

The columns are part of the model in `body_model`: whoever changes them trains again (benchmarks/train_body.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors import block_words
from extractors.naming import BIO, COMMENT, FAMILIES, NAV, RELATED, SOCIAL, STRONG_CONTENT, named
from extractors.outline import NONE, Node, Outline

Matrix = NDArray[np.float32]

_TAGS = (
    "article", "main", "nav", "header", "footer", "aside", "figure", "figcaption", "form", "details", "address", "section",
)  # fmt: skip
_TAG_BIT = {tag: 1 << bit for bit, tag in enumerate(_TAGS)}
_HOLDERS = _TAG_BIT["article"] | _TAG_BIT["main"]
_BOILERPLATE_TAGS = sum(_TAG_BIT[tag] for tag in ("nav", "footer", "aside", "form", "figure"))
_BOILERPLATE_NAMES = NAV | COMMENT | SOCIAL | RELATED | BIO
_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|$)|[。！？]")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_CUT_SHORT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
_UPPER = re.compile(r"[A-ZÄÖÜÉÈÀÇÑА-Я]")
_DIGIT = re.compile(r"\d")
_DATE = re.compile(
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|(?:19|20)\d\d-\d\d-\d\d|\d{1,2}(?:st|nd|rd|th|\.)? \w{3,9}\.?,? (?:19|20)\d\d|\w{3,9}\.? \d{1,2},? (?:19|20)\d\d|年\d+月"
)
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EAST_ASIAN_WEIGHT = 2.5  # a character says as much as so many Latin letters
_PROSE_LENGTH = 60
_REGION_BLOCKS = 3  # the neighbourhood of a block is the nearest element with so many
_OFFSETS = (-3, -2, -1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Stated:
    """What the page's metadata says about its text: the headline, and the JSON-LD articleBody where there is one."""

    title: str | None = None
    body: str | None = None


@dataclass(slots=True)
class _Page:
    """Sums and inherited marks that the rows of all blocks share."""

    outline: Outline
    lengths: list[float]
    shares: list[float]
    texts: list[float]  # running totals, one longer than the blocks
    links: list[float]
    own: list[int]  # families named by each node itself
    around: list[int]  # by it and everything around it that does not hold most of the page
    tags: list[int]
    strong: list[int]  # how many elements around are named as an article's text


def matrix(page: Outline, stated: Stated) -> Matrix:
    """One row a block. Lengths are logarithms of characters, shares 0 to 1, yes and no 1 and 0."""
    context = _context(page)
    sentences = [len(_SENTENCE.findall(block.text)) for block in page.blocks]
    prose = _prose(context, sentences)
    base = np.array(_rows(context, stated, sentences, prose), dtype=np.float32)
    holders = [block.node for block in page.blocks]
    near = np.column_stack(
        (
            base[:, :2],
            np.array(prose, dtype=np.float32) > 0,
            [page.nodes[index].heading > 0 for index in holders],
        )
    ).astype(np.float32)
    parents = np.array([page.nodes[index].parent for index in holders])
    parts = [base]
    for offset in _OFFSETS:
        parts.append(_shifted(near, offset))
        same = np.zeros((len(parents), 1), dtype=np.float32)
        if abs(offset) < len(parents):
            equal = parents[abs(offset) :] == parents[: -abs(offset)]
            same[(slice(None, -offset) if offset > 0 else slice(-offset, None)), 0] = equal
        parts.append(same)
    for marks, width in ((context.own, FAMILIES), (context.around, FAMILIES), (context.tags, len(_TAGS))):
        bits = np.array([marks[index] for index in holders])
        parts.append(((bits[:, None] >> np.arange(width)) & 1).astype(np.float32))
    return np.hstack(parts)


def _shifted(values: Matrix, offset: int) -> Matrix:
    """Row i holds what row i + offset held; zeros beyond the ends."""
    moved = np.zeros_like(values)
    if abs(offset) < len(values):
        if offset > 0:
            moved[:-offset] = values[offset:]
        else:
            moved[-offset:] = values[:offset]
    return moved


def _context(page: Outline) -> _Page:
    blocks, nodes = page.blocks, page.nodes
    sample = "".join([block.text[:200] for block in blocks])[:20_000]
    scale = _EAST_ASIAN_WEIGHT if len(_EAST_ASIAN.findall(sample)) > 0.25 * len(sample) else 1.0
    lengths = [len(block.text) * scale for block in blocks]
    shares = [block.link_share for block in blocks]
    texts, links = [0.0], [0.0]
    for length, share in zip(lengths, shares, strict=True):
        texts.append(texts[-1] + length)
        links.append(links[-1] + length * share)
    total = texts[-1]
    own: list[int] = []
    around: list[int] = []
    tags: list[int] = []
    strong: list[int] = []
    for node in nodes:
        bits = named(node.names) if node.names else 0
        tag = _TAG_BIT.get(node.tag, 0)
        is_major = texts[node.last] - texts[node.first] > 0.5 * total
        inherited = (around[node.parent], tags[node.parent], strong[node.parent]) if node.parent != NONE else (0, 0, 0)
        own.append(bits)
        around.append(inherited[0] if is_major else inherited[0] | bits)
        tags.append(inherited[1] | (tag & _HOLDERS if is_major else tag))
        strong.append(inherited[2] + (bits & STRONG_CONTENT != 0 or node.tag == "article"))
    return _Page(page, lengths, shares, texts, links, own, around, tags, strong)


def _prose(context: _Page, sentences: Sequence[int]) -> list[float]:
    """The length of each block that reads like running text, 0 for the others."""
    found = []
    for block, length, share, count in zip(
        context.outline.blocks, context.lengths, context.shares, sentences, strict=True
    ):
        is_prose = (
            length >= _PROSE_LENGTH
            and share < 0.35
            and count > 0
            and not context.tags[block.node] & _BOILERPLATE_TAGS
            and not context.around[block.node] & _BOILERPLATE_NAMES
        )
        found.append(length if is_prose else 0.0)
    return found


def _rows(context: _Page, stated: Stated, sentences: Sequence[int], prose: Sequence[float]) -> list[tuple[float, ...]]:
    page = context.outline
    blocks, nodes, texts, links = page.blocks, page.nodes, context.texts, context.links
    total = texts[-1] or 1.0
    proses = [0.0]
    for amount in prose:
        proses.append(proses[-1] + amount)
    all_prose = proses[-1] or 1.0
    top = nodes[_top_container(page, prose)]
    top_share = (proses[top.last] - proses[top.first]) / all_prose
    words = [block_words.words_of(block.text) for block in blocks]
    title = set(block_words.words_of(stated.title or ""))
    body = " ".join(block_words.WORD.findall(stated.body.lower())) if stated.body else ""
    headline = _headline(page, words, title)
    signatures = [_signature(page, block.node) for block in blocks]
    alike: dict[tuple[str, str, str], int] = {}
    alike_prose: dict[tuple[str, str, str], float] = {}
    repeats: dict[str, int] = {}
    for block, signature, amount in zip(blocks, signatures, prose, strict=True):
        alike[signature] = alike.get(signature, 0) + 1
        alike_prose[signature] = alike_prose.get(signature, 0.0) + amount
        repeats[block.text] = repeats.get(block.text, 0) + 1
    shape = (top_share, np.log1p(all_prose), float(len(blocks)))

    found = []
    heading_words: tuple[float, ...] = block_words.shares([])
    since_heading = 0
    for position, block in enumerate(blocks):
        node = nodes[block.node]
        text, length = block.text, context.lengths[position]
        size = len(text)
        head = text[:240]
        parent = nodes[node.parent] if node.parent != NONE else node
        grand = nodes[parent.parent] if parent.parent != NONE else parent
        region = _region(nodes, node)
        region_text = (texts[region.last] - texts[region.first]) or 1.0
        inside = top.first <= position < top.last
        family_shares = block_words.shares(words[position])
        own_words = set(words[position]) if title and size < 300 else None
        found.append(
            (
                length, context.shares[position], min(10, len(block.anchors)), min(10, sentences[position]),
                100 * (text.count(",") + text.count(";") + text.count("、") + text.count("，")) / size,
                min(1.0, block.bold / size), min(1.0, block.italic / size),
                len(_DIGIT.findall(head)) / len(head), len(_UPPER.findall(head)) / len(head), node.heading,
                _ENDS_SENTENCE.search(text[-6:]) is not None, text.endswith(":"), _CUT_SHORT.search(text[-6:]) is not None,
                min(10, text.count("\n")), node.tag == "p", node.item != NONE, node.table != NONE, node.quote != NONE,
                node.pre != NONE, node.tag in ("div", "td", "section", "article"), context.strong[block.node],
                node.depth - top.depth if inside else -1, inside,
                max(-100, min(100, position - headline)) if headline != NONE else -101,
                texts[position] / total, position / len(blocks),
                (proses[parent.last] - proses[parent.first]) / all_prose,
                (proses[grand.last] - proses[grand.first]) / all_prose,
                proses[position] / all_prose, (all_prose - proses[position + 1]) / all_prose,
                alike_prose[signatures[position]] / all_prose, alike[signatures[position]] / len(blocks),
                alike[signatures[position]],
                (texts[parent.last] - texts[parent.first]) / total,
                (links[region.last] - links[region.first]) / region_text, region_text,
                (proses[region.last] - proses[region.first]) / region_text, region.last - region.first,
                len(own_words & title) / len(title) if own_words else 0.0,
                repeats[text] - 1, since_heading, _DATE.search(head) is not None if size < 200 else False,
                (" ".join(words[position][:8]) in body) if body else -1.0,
                *shape, *family_shares, *heading_words,
            )
        )  # fmt: skip
        since_heading += 1
        if node.heading:
            heading_words, since_heading = family_shares, 0
    return found


def _signature(page: Outline, index: int) -> tuple[str, str, str]:
    node = page.nodes[index]
    parent = page.nodes[node.parent] if node.parent != NONE else node
    return node.tag, node.names, parent.names or parent.tag


def _region(nodes: Sequence[Node], node: Node) -> Node:
    while node.last - node.first < _REGION_BLOCKS and node.parent != NONE:
        node = nodes[node.parent]
    return node


def _top_container(page: Outline, prose: Sequence[float]) -> int:
    """The element around most prose, the nearer the better: a paragraph counts a fifth less with each level."""
    scores: dict[int, float] = {}
    for block, amount in zip(page.blocks, prose, strict=True):
        index, weight = block.node, amount
        for _ in range(7):
            if not weight or index == NONE:
                break
            scores[index] = scores.get(index, 0.0) + weight
            weight *= 0.8
            index = page.nodes[index].parent
    return max(scores, key=lambda index: scores[index]) if scores else 0


def _headline(page: Outline, words: Sequence[Sequence[str]], title: set[str]) -> int:
    """The block that shows the title, else the first h1, else NONE."""
    first = NONE
    for position, block in enumerate(page.blocks):
        heading = page.nodes[block.node].heading
        if heading == 1 and first == NONE:
            first = position
        if title and len(block.text) < 300 and (heading or block.bold):
            shown = set(words[position])
            if len(shown & title) >= 0.7 * max(len(shown), len(title)):
                return position
    return first
