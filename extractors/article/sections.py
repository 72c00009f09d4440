"""The article's blocks as titled sections: h-tags, bold pseudo-headings, lists, quotes, tables, code, footnotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.article.footnotes import cleaned_note, mark_of, named_as_note, references
from extractors.article.metadata import words
from extractors.article.outline import NONE, Node, Outline, TextBlock
from extractors.caching import kept
from extractors.records import Block, BlockKind, Section, SectionKind

_MAX_PSEUDO_HEADING = 80  # characters
_MAX_REPEATED = 160  # characters of one where several of its shape stand on the page
_MIN_REPEATED = 3
_MAX_QUESTION = 300  # characters of an interviewer's question
_QUESTION = re.compile(r"[?？][\s\"'”’»)\]]*$")
_MAX_STACKED_HEADINGS = 2  # bold lines in a row that may be a heading and its first subheading
_NO_HEADING_END = re.compile(r"[.…。:：;,][\"'”’»)\]]*$")
_FULL_SENTENCE = re.compile(r".{40,}[.!?…。！？][\"'”’»)\]]*$")
_NOT_OF_HEADING = re.compile(
    r"(?:(?<!\s)(?:\s++#|\s*+(?:[¶§🔗]|\[\s*+(?:edit|modifier|bearbeiten|editar|modifica)[^\]]{0,80}\]|"
    r"\(?back to top\)?|\(?retour en haut\)?))){1,9}$",
    re.IGNORECASE,
)
_CAPTION_NAMES = re.compile(
    r"caption-text|(?:^|[\s_-])(?:fig|wp-|image-|img-|photo-|media-)?caption(?:$|[\s_-])", re.IGNORECASE
)
_CAPTION_WITHIN = 3  # elements around a block
_MAX_CAPTION = 3  # blocks of a caption
_LETTER = re.compile(r"[^\W\d_]")
_NOTES_HEADING = re.compile(
    r"^\W*(?:foot ?notes?|end ?notes?|notes?|notes de bas de page|fu(?:ß|ss)noten|anmerkungen|notas|note|"
    r"voetnoten)\W*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Piece:
    """One step towards sections: a heading (level > 0) or a block. `node` is where it stands in the outline."""

    text: str
    node: int
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    pseudo: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    sections: tuple[Section, ...]
    footnotes: tuple[str, ...]


def structured(page: Outline, kept: Sequence[int], title: str | None) -> Structure:
    """Sections and footnotes of the kept blocks, in reading order. A heading that repeats the title is left out.

    Notes marked as such count even where they were not kept, as long as they stand within the article.
    """
    shown = sorted({*kept, *_captions(page, kept)})
    pieces = _without_title(_headings_checked(_pieces(page, shown)), title)
    pieces, footnotes = _without_footnotes(page, pieces)
    left_out = tuple(
        note
        for index in _left_out_notes(page, kept)
        for line in page.blocks[index].text.split("\n")
        if (note := cleaned_note(line))
    )
    return Structure(_sections(pieces), footnotes + left_out)


def _captions(page: Outline, kept: Sequence[int]) -> list[int]:
    """The captions that stand within the article, kept or not."""
    return [i for i in range(kept[0], kept[-1]) if _is_caption(page, page.blocks[i].node)] if kept else []


def _is_caption(page: Outline, index: int) -> bool:
    return any(
        page.nodes[around].tag in ("figcaption", "caption") or _names_caption(page.nodes[around].names)
        for around in page.ancestors(index, _CAPTION_WITHIN)
        if page.nodes[around].last - page.nodes[around].first <= _MAX_CAPTION
    )


@kept(10_000)
def _names_caption(names: str) -> bool:
    return _CAPTION_NAMES.search(names) is not None


def _left_out_notes(page: Outline, kept: Sequence[int]) -> list[int]:
    if not kept:
        return []
    around = page.common_ancestor(kept)
    chosen = set(kept)
    return [
        index
        for index in range(kept[0], page.nodes[around].last)
        if index not in chosen
        and not page.nodes[page.blocks[index].node].heading
        and named_as_note(page, page.blocks[index].node)
    ]


def full_text(sections: Sequence[Section]) -> str:
    """Headings and blocks separated by blank lines."""
    parts = []
    for section in sections:
        parts += [part for part in (section.heading, section.text) if part]
    return "\n\n".join(parts)


def _pieces(page: Outline, kept: Sequence[int]) -> list[Piece]:
    pieces: list[Piece] = []
    longest = _MAX_REPEATED if _repeats_bold_lines(page, kept) else _MAX_PSEUDO_HEADING
    position = 0
    while position < len(kept):
        block = page.blocks[kept[position]]
        node = page.nodes[block.node]
        group = _group(page, kept, position, node)
        texts = [page.blocks[index].text for index in group]
        at = block.node
        if _is_caption(page, at):
            pieces.append(Piece(" ".join(block.text.split("\n")), at, BlockKind.CAPTION))
            position += 1
            continue
        if node.heading:
            pieces.append(Piece(_heading_text(" ".join(texts)), at, level=node.heading, pseudo=node.opens))
        elif node.pre != NONE:
            pieces.append(Piece("\n".join(texts), at, BlockKind.CODE))
        elif len(group) > 1 and node.table != NONE and page.is_data_table(node.table):
            pieces.append(Piece(_table_text(page, group), at, BlockKind.TABLE))
        elif node.list != NONE:
            pieces.append(Piece("\n".join(texts), at, BlockKind.LIST))
        elif node.quote != NONE and not (len(group) == 1 and longest > _MAX_PSEUDO_HEADING and _is_bold_line(block)):
            pieces.append(Piece("\n".join(texts), at, BlockKind.QUOTE))
        else:
            pieces += _paragraphs(block, longest)
        position += len(group)
    return pieces


def _heading_text(text: str) -> str:
    """On one line, without permalink signs, "[edit]" and the way back to the top."""
    line = " ".join(text.split("\n"))
    return _NOT_OF_HEADING.sub("", line) or line


def _group(page: Outline, kept: Sequence[int], position: int, node: Node) -> list[int]:
    """The kept blocks from here on that belong to the same heading, list, quote, listing or data table."""
    root = NONE
    if node.heading:
        root = page.blocks[kept[position]].node
    elif node.pre != NONE:
        root = node.pre
    elif node.table != NONE and page.is_data_table(node.table):
        root = node.table
    elif node.list != NONE:
        root = node.list
    elif node.quote != NONE:
        root = node.quote
    group = [kept[position]]
    if root == NONE:
        return group
    last = page.nodes[root].last
    for following in range(position + 1, len(kept)):
        index = kept[following]
        if index >= last or (not node.heading and page.nodes[page.blocks[index].node].heading):
            break
        group.append(index)
    return group


def _table_text(page: Outline, group: Sequence[int]) -> str:
    """A line a row, a tab between cells; the items of a list inside a cell are set apart by semicolons."""
    rows: dict[int, dict[int, list[str]]] = {}
    item = NONE
    for index in group:
        block = page.blocks[index]
        node = page.nodes[block.node]
        cell = block.node
        while page.nodes[cell].tag not in ("td", "th", "caption", "table") and page.nodes[cell].parent != NONE:
            cell = page.nodes[cell].parent
        said = rows.setdefault(node.row, {}).setdefault(cell, [])
        if said:
            is_next_item = item != NONE and node.item not in (NONE, item) and not said[-1].endswith((";", ":", ","))
            said.append("; " if is_next_item else " ")
        said.append(block.text.replace("\n", " "))
        item = node.item
    return "\n".join("\t".join(map("".join, cells.values())) for cells in rows.values())


def _repeats_bold_lines(page: Outline, kept: Sequence[int]) -> bool:
    """Whether several bold lines stand alone, each with plain text behind it: then even long ones head what follows."""
    found = 0
    for block, following in pairwise(page.blocks[index] for index in kept):
        stands_alone = 0 < len(block.bold_start) == len(block.text) <= _MAX_REPEATED
        leads = page.nodes[following.node].heading or (
            not following.bold_start and len(following.text) > len(block.text)
        )
        if stands_alone and leads and not page.nodes[block.node].heading:
            found += _NO_HEADING_END.search(block.text) is None
    return found >= _MIN_REPEATED


def _is_bold_line(block: TextBlock) -> bool:
    return block.text == block.bold_start and _NO_HEADING_END.search(block.text) is None


def _paragraphs(block: TextBlock, longest: int) -> list[Piece]:
    """A paragraph, with the pseudo-heading it may open with, and its lines apart where each is a paragraph itself."""
    text, opening = block.text, block.bold_start
    if _can_be_heading(opening, longest, is_alone=text == opening) and block.link_share < 0.5:
        heading = Piece(" ".join(opening.split("\n")), block.node, level=6, pseudo=True)
        if text == opening:
            return [heading]
        if text.startswith(opening + "\n"):
            return [heading, *_lines_apart(text[len(opening) + 1 :], block.node)]
    return _lines_apart(text, block.node)


def _headings_checked(pieces: list[Piece]) -> list[Piece]:
    """Bold lines in a row, or one that ends the article, head nothing: they are paragraphs."""
    for index, piece in enumerate(pieces):
        if piece.pseudo and (index + 1 == len(pieces) or pieces[index + 1].pseudo):
            following = index + 1
            while following < len(pieces) and pieces[following].pseudo:
                following += 1
            if following - index > _MAX_STACKED_HEADINGS or following == len(pieces):
                for plain in pieces[index:following]:
                    plain.level, plain.pseudo = 0, False
    return pieces


def _can_be_heading(text: str, longest: int, *, is_alone: bool) -> bool:
    """A short bold line; where it is all of its block, also one that ends in a colon, or a whole question."""
    if not text or _LETTER.search(text) is None:
        return False
    if is_alone and _QUESTION.search(text):
        return len(text) <= _MAX_QUESTION
    return len(text) <= (longest if is_alone else _MAX_PSEUDO_HEADING) and (
        not _NO_HEADING_END.search(text) or (is_alone and text.endswith((":", "：")))
    )


def _lines_apart(text: str, node: int) -> list[Piece]:
    """Lines that are full sentences, each of them, are paragraphs; others (verses, addresses) stay together."""
    lines = text.split("\n")
    if len(lines) > 1 and all(_FULL_SENTENCE.match(line) for line in lines):
        return [Piece(line, node) for line in lines]
    return [Piece(text, node)]


def _without_title(pieces: list[Piece], title: str | None) -> list[Piece]:
    """The headline is the page's, not a section's."""
    wanted = words(title or "")
    for index, piece in enumerate(pieces[:4]):
        if wanted and piece.level and words(piece.text) == wanted:
            return pieces[:index] + pieces[index + 1 :]
    return pieces


def _without_footnotes(page: Outline, pieces: list[Piece]) -> tuple[list[Piece], tuple[str, ...]]:
    """Notes by their markup anywhere, and paragraphs that open with a mark which the text before refers to."""
    kept: list[Piece] = []
    notes: list[str] = []
    referred: set[str | None] = set()
    for piece in pieces:
        if piece.level == 0 and named_as_note(page, piece.node):
            notes += [note for line in piece.text.split("\n") if (note := cleaned_note(line))]
            if kept and kept[-1].level and _NOTES_HEADING.match(kept[-1].text):
                kept.pop()
            continue
        mark = mark_of(piece.text) if piece.kind is BlockKind.PARAGRAPH and piece.level == 0 else None
        if mark in referred:
            notes += [note for line in piece.text.split("\n") if (note := cleaned_note(line))]
            continue
        kept.append(piece)
        referred |= references(piece.text)
    return kept, tuple(notes)


def _sections(pieces: Sequence[Piece]) -> tuple[Section, ...]:
    found: list[Section] = []
    heading: str | None = None
    level = 1
    kind: SectionKind | None = None
    real_level = 1
    blocks: list[Block] = []

    def close() -> None:
        if heading is not None or blocks:
            text = "\n\n".join(block.text for block in blocks if block.kind is not BlockKind.CAPTION)
            found.append(Section(level=level, kind=kind, heading=heading, text=text, blocks=tuple(blocks)))

    for piece in pieces:
        if piece.level:
            close()
            blocks = []
            heading = piece.text
            kind = SectionKind.PSEUDO if piece.pseudo else SectionKind.H
            if not piece.pseudo:
                real_level = piece.level
            level = min(6, real_level + 1) if piece.pseudo else piece.level
        else:
            blocks.append(Block(kind=piece.kind, text=piece.text))
    close()
    return tuple(found)
