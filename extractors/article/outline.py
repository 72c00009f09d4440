"""The page as a list of text blocks: one pass over the tree collects all that body detection and sections need.

A text block is the longest run of inline content between two edges of block elements (or two line breaks in a row).
Every block-level element knows which slice of the blocks lies inside it, so that sums over subtrees are differences.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from extractors.caching import kept
from extractors.html import BLOCK_TAGS, SILENT_TAGS, folded, is_permalink_sign, smiley

NONE = -1
NO_HEADINGS: Mapping[HtmlElement, int] = {}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "dl"})
_ITEMS = frozenset({"li", "dt", "dd"})
_MARKING = {*_HEADINGS, *_LISTS, *_ITEMS, "blockquote", "pre", "table", "tr"}
_BOLD = frozenset({"b", "strong"})
_ITALIC = frozenset({"i", "em"})
_MARK = re.compile(
    r"author|auteur|autor|byline|writer|user-?name|date|datum|fecha|time|publi|vcard|\bfn\b", re.IGNORECASE
)
_NEVER_IN_DATA = frozenset({"table", "article", "section", "form", "h1", "h2"})
_MARKED_PROPERTIES = frozenset({"author", "creator", "name", "datePublished", "dateCreated"})
_MAX_MARKED = 20  # in one block
_MAX_CELL = 150  # characters on average
_PANEL = re.compile(r"accordi?on|collapsible|\bfaq|toggle-title|tab-title|expand(?:er|able)", re.IGNORECASE)
_MAX_TITLE = 200  # characters of a panel's title, with the blanks of its source
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:hide|d-none)(?:\s|$)")
_SHOWN_ON_SOME = re.compile(r"(?:^|\s)(?:show|d-\w+-(?:block|flex|inline|grid|table))")  # a width or a script shows it
_STREAMED = re.compile(r"[SPB]:[0-9a-f]+$")  # React sends late parts of a page hidden, for a script to move into place
_SOURCE_BREAK = re.compile(r"[\r\n]+")
_CLASSES = 8_192  # class names of a site's pages, kept from page to page
_BREAK = "\x00"  # stands for <br>: no text holds it, Document removes it


@dataclass(slots=True)
class TextBlock:
    """One run of text. `links`, `bold` and `italic` count the characters inside such elements."""

    node: int  # the block-level element that holds it, an index of Outline.nodes
    text: str  # folded; "\n" where the page breaks the line
    links: int = 0
    bold: int = 0
    italic: int = 0
    bold_start: str = ""  # the bold text that the block opens with
    anchors: tuple[str, ...] = ()  # the addresses that it links to, as written
    marked: tuple[HtmlElement, ...] = ()  # inline elements in it that are named as an author or a date, and <time>

    @property
    def link_share(self) -> float:
        return min(1.0, self.links / max(1, len(self.text)))


@dataclass(slots=True)
class Node:
    """One block-level element, with what its ancestors say about the text inside it."""

    element: HtmlElement
    tag: str
    parent: int
    first: int  # blocks[first:last] lie inside
    last: int = 0
    end: int = 0  # nodes[index + 1 : end] lie inside
    depth: int = 0
    heading: int = 0  # 1-6 inside an h-tag
    list: int = NONE  # the outermost list around it
    item: int = NONE  # the nearest li, dt or dd
    quote: int = NONE
    pre: int = NONE
    table: int = NONE  # the nearest one
    row: int = NONE
    names: str = ""  # class, id, role and itemprop
    opens: bool = False  # the heading is the title of a panel that a reader opens, and no h-tag


@dataclass(slots=True)
class Outline:
    nodes: list[Node] = field(default_factory=list)
    blocks: list[TextBlock] = field(default_factory=list)
    _data_tables: dict[int, bool] = field(default_factory=dict)
    gaps: list[tuple[int, HtmlElement]] = field(default_factory=list)  # dropped subtrees, before which block each stood

    def is_data_table(self, index: int) -> bool:
        """More than one row and column, and cells that hold no paragraphs: tables that lay a page out are no data."""
        if index not in self._data_tables:
            self._data_tables[index] = self._holds_data(self.nodes[index], index)
        return self._data_tables[index]

    def _holds_data(self, table: Node, index: int) -> bool:
        rows = cells = 0
        for node in self.nodes[index + 1 : table.end]:
            rows += node.tag == "tr"
            cells += node.tag in ("td", "th")
            if node.tag in _NEVER_IN_DATA:
                return False
        if rows < 2 or cells < 2 * rows:
            return False
        return sum(len(block.text) for block in self.blocks[table.first : table.last]) < _MAX_CELL * cells

    def blocks_in(self, element: HtmlElement) -> tuple[int, ...]:
        """The blocks inside an element; none if it is no block-level element that holds text."""
        inside = next((node for node in self.nodes if node.element is element), None)
        return tuple(range(inside.first, inside.last)) if inside is not None else ()

    def common_ancestor(self, blocks: Sequence[int]) -> int:
        """The innermost node around the first and the last of these blocks."""
        index = self.blocks[blocks[0]].node
        while self.nodes[index].last <= blocks[-1] and self.nodes[index].parent != NONE:
            index = self.nodes[index].parent
        return index

    def ancestors(self, index: int, limit: int) -> list[int]:
        """The node itself and the elements around it, from the inside out, at most `limit`."""
        found: list[int] = []
        while index != NONE and len(found) < limit:
            found.append(index)
            index = self.nodes[index].parent
        return found


class _Walk:
    """The state of the one pass: which block runs, and what surrounds it."""

    def __init__(self, headings: Mapping[HtmlElement, int]) -> None:
        self.outline = Outline()
        self.headings = headings
        self.pieces: list[tuple[str, int]] = []
        self.anchors: list[str] = []
        self.marked: list[HtmlElement] = []
        self.here = NONE
        self.flags = [0, 0, 0]  # open links, bold, italic elements
        self.breaks = 0
        self.pre = 0
        self.level = 1  # of the last h-tag: the title of a panel that opens ranks below it
        self.opened: set[str] = set()  # ids of panels that are closed until a reader opens them

    def say(self, text: str) -> None:
        if text.isspace():
            if self.pieces or self.pre:
                self.pieces.append((text if self.pre else " ", 0))
            return
        self.breaks = 0
        links, bold, italic = self.flags
        self.pieces.append((text, (links > 0) | (bold > 0) << 1 | (italic > 0) << 2))

    def line_break(self) -> None:
        self.breaks += 1
        if self.breaks > 1 and not self.pre:
            self.flush()
        else:
            self.pieces.append((_BREAK, 0))

    def flush(self) -> None:
        """End the running block."""
        pieces = self.pieces
        self.breaks = 0
        if not pieces:
            if self.anchors or self.marked:
                self.anchors, self.marked = [], []
            return
        self.pieces = []
        anchors, self.anchors = self.anchors, []
        marked, self.marked = self.marked, []
        text = self._text(pieces)
        if not text:
            return
        block = TextBlock(self.here, text, anchors=tuple(anchors), marked=tuple(marked))
        opening: list[str] = []
        opens_bold = True
        for piece, flags in pieces:
            if flags:
                length = len(piece.strip())
                block.links += length * (flags & 1)
                block.bold += length * (flags >> 1 & 1)
                block.italic += length * (flags >> 2 & 1)
            if opens_bold:
                opens_bold = flags & 2 != 0 or piece.isspace() or piece == _BREAK
                if opens_bold:
                    opening.append(piece)
        if block.bold and opening:
            block.bold_start = self._text([(piece, 0) for piece in opening])
        self.outline.blocks.append(block)

    def _text(self, pieces: list[tuple[str, int]]) -> str:
        text = "".join([piece for piece, _ in pieces])
        if self.pre:
            return text.replace(_BREAK, "\n").strip("\r\n").rstrip()
        if "\n" in text or "\r" in text:
            text = _SOURCE_BREAK.sub(" ", text)
        return folded(text.replace(_BREAK, "\n"))

    def enter(self, element: HtmlElement, tag: str, names: str) -> int:
        self.flush()
        nodes = self.outline.nodes
        index = len(nodes)
        first = len(self.outline.blocks)
        if self.here == NONE:
            node = Node(element, tag, NONE, first, names=names)
        else:
            up = nodes[self.here]
            node = Node(
                element, tag, self.here, first, 0, 0, up.depth + 1, up.heading, up.list, up.item, up.quote, up.pre,
                up.table, up.row, names, up.opens,
            )  # fmt: skip
        if self.headings and element in self.headings:
            node.heading = self.headings[element]
        elif tag in _MARKING:
            self._mark(node, index)
        if not node.heading and (tag == "summary" or element.get("aria-expanded") or tag == "button"):
            self._mark_title(node)
        nodes.append(node)
        self.here = index
        return index

    def _mark_title(self, node: Node) -> None:
        """Take the title of a panel that opens for a heading, and its panel for shown."""
        is_button = node.tag == "button"  # `opens_panel` has let it in
        if node.tag == "summary" or is_button or _names_panel(node.names):
            if len(node.element.text_content()) <= _MAX_TITLE:
                node.heading, node.opens = min(self.level + 1, 6), True
            self.opened.add(node.element.get("aria-controls") or "")

    def _mark(self, node: Node, index: int) -> None:
        """Note in an element what it is to the text inside it."""
        tag = node.tag
        if tag in _HEADINGS:
            node.heading = self.level = _HEADINGS[tag]
            node.opens = False
        elif tag in _LISTS:
            node.list = index if node.list == NONE else node.list
        elif tag in _ITEMS:
            node.item = index
        elif tag == "blockquote":
            node.quote = index if node.quote == NONE else node.quote
        elif tag == "pre":
            node.pre = index
            self.pre += 1
        elif tag == "table":
            node.table, node.row, node.list, node.item = index, NONE, NONE, NONE
        elif tag == "tr":
            node.row = index

    def opens_panel(self, button: HtmlElement) -> bool:
        """Whether a button is the title of a text that it opens: it stands in a heading, or is named as such."""
        if self.here == NONE:
            return False
        node = self.outline.nodes[self.here]
        if button.get("aria-expanded") is not None and node.heading:
            self.opened.add(button.get("aria-controls") or "")
            return True
        return _names_panel(button.get("class") or "") or (
            button.get("aria-expanded") is not None and _names_panel(node.names)
        )

    def leave(self, index: int) -> None:
        self.flush()
        node = self.outline.nodes[index]
        node.last = len(self.outline.blocks)
        node.end = len(self.outline.nodes)
        self.pre -= node.tag == "pre"
        self.here = node.parent


def outline(
    root: HtmlElement,
    drop: Collection[HtmlElement] = (),
    *,
    headings: Mapping[HtmlElement, int] = NO_HEADINGS,
    with_hidden: bool = False,
) -> Outline:
    """All visible text blocks under `root` in reading order, without the subtrees in `drop` (their tails stay).

    `headings` are elements that are headings though they are no h-tags, with their levels, 1 to 6.
    `with_hidden` keeps what the page hides by an inline style, the hidden attribute or a class that hides: for pages
    that show it by script.
    """
    walk = _Walk(headings)
    flags = walk.flags
    # An element opens, a str is text to say, an int >= 0 ends that node, -1 to -3 end a link, bold, italic.
    stack: list[HtmlElement | str | int] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            walk.say(item)
            continue
        if isinstance(item, int):
            if item >= 0:
                walk.leave(item)
            else:
                flags[-1 - item] -= 1
            continue
        tag = item.tag
        if not isinstance(tag, str) or (tag in SILENT_TAGS and not (tag == "button" and walk.opens_panel(item))):
            continue
        if item in drop:
            walk.flush()
            walk.outline.gaps.append((len(walk.outline.blocks), item))
            continue
        if tag == "br":
            walk.line_break()
            continue
        if tag == "img":
            if alt := smiley(item):
                walk.say(alt)
            continue
        if tag == "a" and is_permalink_sign(item):
            continue
        if (tag == "sup" and _is_note_mark(item)) or (not with_hidden and _is_hidden(item, walk.opened)):
            continue
        if tag in BLOCK_TAGS or tag == "button" or "-" in tag or (headings and item in headings):
            names = " ".join(filter(None, (item.get("class"), item.get("id"), item.get("role"), item.get("itemprop"))))
            stack.append(walk.enter(item, tag, names))
        else:
            if (tag == "time" or _is_marked(item)) and len(walk.marked) < _MAX_MARKED:
                walk.marked.append(item)
            if tag == "a":
                if href := item.get("href"):
                    flags[0] += 1
                    stack.append(-1)
                    walk.anchors.append(href)
            elif tag in _BOLD:
                flags[1] += 1
                stack.append(-2)
            elif tag in _ITALIC:
                flags[2] += 1
                stack.append(-3)
        for child in reversed(item):
            if child.tail:
                stack.append(child.tail)
            stack.append(child)
        if item.text:
            walk.say(item.text)
    return walk.outline


def _is_marked(element: HtmlElement) -> bool:
    names = element.get("class")
    return (
        (names is not None and _names_mark(names))
        or element.get("itemprop") in _MARKED_PROPERTIES
        or (element.tag == "a" and element.get("rel") == "author")
    )


def _is_note_mark(element: HtmlElement) -> bool:
    """A raised number that leads to a footnote: no part of the sentence."""
    return any((link.get("href") or "").startswith("#") for link in element.iter("a")) and len(element) == 1


def _is_hidden(element: HtmlElement, opened: Collection[str] = ()) -> bool:
    if opened and element.get("id") in opened:
        return False
    if element.get("hidden") is not None:
        return not _STREAMED.match(element.get("id") or "")
    style = element.get("style")
    if style is not None and _HIDDEN_STYLE.search(style):
        return True
    names = element.get("class")
    return names is not None and _hides(names)


@kept(_CLASSES)
def _names_mark(names: str) -> bool:
    return _MARK.search(names) is not None


@kept(_CLASSES)
def _names_panel(names: str) -> bool:
    return _PANEL.search(names) is not None


@kept(_CLASSES)
def _hides(names: str) -> bool:
    return _HIDDEN_CLASS.search(names) is not None and not _SHOWN_ON_SOME.search(names)
