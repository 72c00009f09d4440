"""The article's blocks as titled sections: h-tags, bold pseudo-headings, lists, quotes, tables, code, footnotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.outline import NONE, Node, Outline, TextBlock
from extractors.records import Block, BlockKind, Section

_MAX_PSEUDO_HEADING = 120  # characters
_SENTENCE_END = re.compile(r"[.!?…。！？:;,][\"'”’»)\]]*$")
_FULL_SENTENCE = re.compile(r".{40,}[.!?…。！？][\"'”’»)\]]*$")
_FOOTNOTE_MARK = re.compile(r"^(?:\*+|†|‡|\[?\d{1,2}\]?[.)]?|[¹²³⁴⁵⁶⁷⁸⁹])\s*\S")
_ASTERISK_NOTE = re.compile(r"^(?:\*{1,3}|†|‡|\(\*{1,3}\))\s*\w")
_NOTE_LIST = re.compile(r"\b(?:footnotes?|endnotes?|references|reflist|notes-de-bas|fussnoten?|fußnoten?)\b")
_NOTE_CLASS = re.compile(r"\b(?:footnotes?|endnotes?|note-bas|fussnoten?)\b")


@dataclass(slots=True)
class Piece:
    """One step towards sections: a heading (level > 0) or a block."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    pseudo: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    sections: tuple[Section, ...]
    footnotes: tuple[str, ...]


def structured(page: Outline, kept: Sequence[int]) -> Structure:
    """Sections and footnotes of the kept blocks, in reading order."""
    pieces = _pieces(page, kept)
    pieces, footnotes = _without_footnotes(page, pieces)
    return Structure(_sections(pieces), footnotes)


def full_text(sections: Sequence[Section]) -> str:
    """Headings and blocks separated by blank lines."""
    parts = []
    for section in sections:
        parts += [part for part in (section.heading, section.text) if part]
    return "\n\n".join(parts)


def _pieces(page: Outline, kept: Sequence[int]) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    while position < len(kept):
        block = page.blocks[kept[position]]
        node = page.nodes[block.node]
        group = _group(page, kept, position, node)
        if node.heading:
            pieces.append(Piece(" ".join(page.blocks[i].text.replace("\n", " ") for i in group), level=node.heading))
        elif node.pre != NONE:
            pieces.append(Piece("\n".join(page.blocks[i].text for i in group), BlockKind.CODE))
        elif node.table != NONE and len(group) > 1:
            pieces.append(Piece(_table_text(page, group), BlockKind.TABLE))
        elif node.list != NONE:
            pieces.append(Piece("\n".join(page.blocks[i].text for i in group), BlockKind.LIST))
        elif node.quote != NONE:
            pieces.append(Piece("\n".join(page.blocks[i].text for i in group), BlockKind.QUOTE))
        else:
            pieces += _paragraphs(block)
        position += len(group)
    return pieces


def _group(page: Outline, kept: Sequence[int], position: int, node: Node) -> list[int]:
    """The kept blocks from here on that belong to the same heading, list, quote, listing or data table."""
    root = NONE
    if node.heading:
        root = page.blocks[kept[position]].node
    elif node.pre != NONE:
        root = node.pre
    elif node.table != NONE and _is_data_table(page, node.table):
        root = node.table
    elif node.list != NONE:
        root = node.list
    elif node.quote != NONE:
        root = node.quote
    group = [kept[position]]
    if root == NONE:
        return group
    last = page.nodes[root].last
    for index in kept[position + 1 :]:
        if index >= last or (not node.heading and page.nodes[page.blocks[index].node].heading):
            break
        group.append(index)
    return group


def _is_data_table(page: Outline, index: int) -> bool:
    """More than one row and column, and cells that hold no paragraphs: tables that lay a page out are no data."""
    table = page.nodes[index]
    rows = cells = 0
    for node in page.nodes[index + 1 : table.end]:
        rows += node.tag == "tr"
        cells += node.tag in ("td", "th")
        if node.tag in ("table", "article", "section", "form", "h1", "h2"):
            return False
    if rows < 2 or cells < 2 * rows:
        return False
    length = sum(len(block.text) for block in page.blocks[table.first : table.last])
    return length < 150 * cells


def _table_text(page: Outline, group: Sequence[int]) -> str:
    rows: dict[int, dict[int, list[str]]] = {}
    for index in group:
        block = page.blocks[index]
        node = page.nodes[block.node]
        cell = block.node
        while page.nodes[cell].tag not in ("td", "th", "caption", "table") and page.nodes[cell].parent != NONE:
            cell = page.nodes[cell].parent
        rows.setdefault(node.row, {}).setdefault(cell, []).append(block.text.replace("\n", " "))
    return "\n".join("\t".join(" ".join(texts) for texts in cells.values()) for cells in rows.values())


def _paragraphs(block: TextBlock) -> list[Piece]:
    """A paragraph, with the pseudo-heading it may open with, and its lines apart where each is a paragraph itself."""
    text = block.text
    opening = block.bold_start
    if opening and len(opening) <= _MAX_PSEUDO_HEADING and not _SENTENCE_END.search(opening) and "\n" not in opening:
        if text == opening:
            return [Piece(opening, pseudo=True, level=6)]
        if text.startswith(opening + "\n"):
            return [Piece(opening, pseudo=True, level=6), *_split_lines(text[len(opening) + 1 :])]
    return _split_lines(text)


def _split_lines(text: str) -> list[Piece]:
    lines = text.split("\n")
    if len(lines) > 1 and all(_FULL_SENTENCE.match(line) for line in lines):
        return [Piece(line) for line in lines]
    return [Piece(text)]


def _without_footnotes(page: Outline, pieces: list[Piece]) -> tuple[list[Piece], tuple[str, ...]]:
    """Notes marked with an asterisk at the foot of the article."""
    end = len(pieces)
    while end > 0 and pieces[end - 1].level == 0 and _ASTERISK_NOTE.match(pieces[end - 1].text):
        end -= 1
    return pieces[:end], tuple(piece.text for piece in pieces[end:])


def _sections(pieces: Sequence[Piece]) -> tuple[Section, ...]:
    found: list[Section] = []
    heading: str | None = None
    level = 1
    real_level = 1
    blocks: list[Block] = []

    def close() -> None:
        if heading is not None or blocks:
            text = "\n\n".join(block.text for block in blocks)
            found.append(Section(level=level, heading=heading, text=text, blocks=tuple(blocks)))

    for piece in pieces:
        if piece.level:
            close()
            blocks = []
            heading = piece.text
            if not piece.pseudo:
                real_level = piece.level
            level = min(6, real_level + 1) if piece.pseudo else piece.level
        else:
            blocks.append(Block(kind=piece.kind, text=piece.text))
    close()
    return tuple(found)
