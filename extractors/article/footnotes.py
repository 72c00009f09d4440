"""Footnotes: which paragraphs of an article are notes, by how they are marked and where the text refers to them."""

from __future__ import annotations

import re

from extractors.article.outline import NONE, Node, Outline
from extractors.caching import kept

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:footnotes?|endnotes?|reflist|notes-de-bas(?:-de-page)?|fussnoten?|piedipagina)(?:$|[\s_-])", re.I
)
_NUMBERED_ID = re.compile(
    r"(?:^|\s)(?:_?fn|_?ftn|_?edn|foot-?note|endnote|cite_note|sdfootnote|easy-footnote-bottom|note)[-_:]?\w{0,12}\d",
    re.I,
)
_MARKED = re.compile(r"^(\*{1,4}|[†‡§]{1,2}|\(\*{1,3}\)|[¹²³⁴⁵⁶⁷⁸⁹])\s*(?=\S*[^\W\d_])")
_REFERENCE = re.compile(r"[^\s*†‡§]\(?\s?(\*{1,4}|[†‡§]{1,2}|[¹²³⁴⁵⁶⁷⁸⁹])(?![*\w])")
_SIGN = re.compile(r"[*†‡§¹²³⁴⁵⁶⁷⁸⁹]")  # no reference is without one
_BACK_REFERENCE = re.compile(
    r"(?:[↩↑⏎▲]\ufe0e?|\[?return to text\]?|\^){1,9}\s*+$|^\s*+[↩↑▲^]\ufe0e?", re.I
)  # blanks before and after are stripped
_MAX_ABOVE = 5  # elements around a block that may name it a note


def named_as_note(page: Outline, index: int) -> bool:
    """Whether the element around a block, or its list, is marked as holding footnotes."""
    for around in page.ancestors(index, _MAX_ABOVE):
        node = page.nodes[around]
        if node.names:
            is_named, is_numbered = _kinds(node.names)
            if is_named or (is_numbered and _is_entry(node)):
                return not _holds_the_text(page, node)
    return False


@kept(10_000)
def _kinds(names: str) -> tuple[bool, bool]:
    return _NAMED.search(names) is not None, _NUMBERED_ID.search(names) is not None


def mark_of(text: str) -> str | None:
    """The asterisk or dagger that a note opens with."""
    found = _MARKED.match(text)
    return found.group(1).strip("()") if found else None


def references(text: str) -> set[str]:
    """The marks behind words of a text, which refer to notes."""
    return set(_REFERENCE.findall(text)) if _SIGN.search(text) else set()


def cleaned_note(text: str) -> str:
    """A note without its way back into the text."""
    return _BACK_REFERENCE.sub("", text).strip()


def _is_entry(node: Node) -> bool:
    return node.tag in ("li", "p", "dd", "dt", "div", "aside") and node.heading == 0


def _holds_the_text(page: Outline, node: Node) -> bool:
    """A class of the whole article (has-footnotes) does not make it a note."""
    inside = sum(len(block.text) for block in page.blocks[node.first : node.last])
    return node.parent == NONE or inside > 0.5 * sum(len(block.text) for block in page.blocks)
