"""Where a page shows who wrote an article and when: the blocks around its headline, then those at its foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from extractors.article.metadata import words
from extractors.article.naming import NAV, RELATED, named
from extractors.article.outline import NONE, Outline, TextBlock
from extractors.html import SILENT_TAGS

_ABOVE, _BELOW = 5, 4  # blocks around the headline
_FOOT = 8  # blocks behind the article's end
_FAR_FOOT = 40  # blocks behind the article's end in which those are read that are named as a byline
_SIGNED = re.compile(
    r"by-?line|(?:^|[\s_-])(?:post-|entry-|article-)?(?:author|auteur|autor)(?:$|[\s_-])", re.IGNORECASE
)
_SAYS_WHEN = re.compile(
    r"\W{0,3}(?:(?:page|article|story|first|last|originally|dernière|zuletzt|última) ){0,2}"
    r"(?:published|posted|modified|updated|reviewed|revised|created|veröffentlicht|erschienen|erstellt|aktualisiert|"
    r"publiée?|mise? en ligne|mise? à jour|modification|publicad[oa]|actualizad[oa]|actualización|pubblicat[oa]|"
    r"aggiornat[oa]|gepubliceerd|bijgewerkt|publicerad|opublikowano|опубликовано|обновлено|"
    r"опубліковано|оновлено|objavljeno|ažurirano|megjelent|frissítve|julkaistu|päivitetty|diterbitkan|diperbarui|"
    r"yayınlanma|güncelleme|xuất bản|cập nhật|δημοσίευση|ενημέρωση|نُ?شر|آخر تحديث|פורסם|עודכן|입력|수정|등록|"
    r"公開|更新|掲載|发布|發布)\b",
    re.IGNORECASE,
)
_SAYS_WHO = re.compile(
    r"\W{0,3}(?:(?:written|posted|published|created|authored) by|(?:erstellt|geschrieben|verfasst|veröffentlicht) von|"
    r"(?:écrit|rédigé|publié) par|von|par|by) \w",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:authored|written) by:?|(?:écrit|rédigé) par ?:?|(?:geschrieben|verfasst) von:?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"(?<!\d)(?:[1-9]|[0-2]\d|3[01]|(?:19|20)\d\d)(?!\d)")
_LAYOUT = re.compile(r"grid-(?:row|cell|col)|layout[-_]{1,2}grid", re.IGNORECASE)
_DATED = re.compile(r"publi[a-z]*[-_]?dat|dat(?:e|um)[-_]?publi|pubdate|post[-_]?date|article[-_]?date", re.IGNORECASE)
_DOT = " · "
_TOUCHING = 2  # inline elements that can touch
_MAX_WORDED = 120  # characters of a line anywhere that is worded as a byline
_MAX_DATE = 40  # characters of one that only its name tells
_MAX_FAR = 12  # such lines
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
    ELSEWHERE = "further away, but worded or named as a byline"


@dataclass(frozen=True, slots=True)
class Byline:
    """A block that may say who or when, with the names of the nearest named element around it."""

    block: TextBlock
    names: str
    wider: str  # the names of all small elements around it
    index: int  # among the blocks of the outline
    place: Place

    @property
    def is_beside(self) -> bool:
        """Whether it stands at the headline."""
        return self.place in (Place.HEAD, Place.ABOVE)

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
            found.append(_byline(page, index, place))
    seen = {line.index for line in found}
    first = headline if headline != NONE else start
    far = (i for i in range(first, len(page.blocks)) if i not in seen and _is_worded(page, i))
    found += [_byline(page, index, Place.ELSEWHERE) for index in islice(far, _MAX_FAR)]
    return tuple(found)


def _byline(page: Outline, index: int, place: Place) -> Byline:
    block = _set_apart(page, page.blocks[index])
    around = page.ancestors(page.blocks[index].node, 3)
    small = [page.nodes[i].names for i in around if page.nodes[i].last - page.nodes[i].first <= _SMALL]
    return Byline(block, next(filter(None, small), ""), " ".join(small), index, place)


def _set_apart(page: Outline, block: TextBlock) -> TextBlock:
    """The block with a dot where two inline elements touch: a design, not a blank, keeps name and date apart."""
    holder = page.nodes[block.node]
    if holder.last - holder.first != 1 or len(holder.element) < _TOUCHING or "\n" in block.text:
        return block
    pieces: list[str] = []
    touches = False
    walk = etree.iterwalk(holder.element, events=("start", "end"))
    for event, element in walk:
        if event == "end" and element is holder.element:
            break
        said = element.text if event == "start" else element.tail
        if event == "start" and (not isinstance(element.tag, str) or element.tag in SILENT_TAGS):
            walk.skip_subtree()
            said = None
        if said and touches and event == "start" and pieces and pieces[-1][-1].isalnum() and said[0].isalnum():
            pieces.append(_DOT)
        if said:
            pieces.append(said)
        touches = not said and (touches or event == "end")
    text = "".join(pieces)
    if _DOT not in text or "".join(text.replace(_DOT, "").split()) != "".join(block.text.split()):
        return block
    return replace(block, text=" ".join(text.split()))


def _is_worded(page: Outline, index: int) -> bool:
    """Whether a short line says that it dates or signs the article, or is named as its date and holds nothing else."""
    block = page.blocks[index]
    if _LABEL.fullmatch(block.text) and not _is_chrome(page, block, Place.ELSEWHERE):
        return True
    if len(block.text) > _MAX_WORDED or not _DIGIT.search(block.text) or not _DAY.search(block.text):
        return False
    if _is_chrome(page, block, Place.ELSEWHERE):
        return False
    if _SAYS_WHEN.match(block.text) or _SAYS_WHO.match(block.text):
        return True
    around = (page.nodes[one].names for one in page.ancestors(block.node, 1))
    return len(block.text) <= _MAX_DATE and any(map(_DATED.search, around))


def _is_signed(page: Outline, index: int) -> bool:
    """Whether a block, or the small element around it, is named as a byline."""
    return any(
        _SIGNED.search(page.nodes[around].names) and page.nodes[around].last - page.nodes[around].first <= _SMALL
        for around in page.ancestors(page.blocks[index].node, 2)
    )


def _is_chrome(page: Outline, block: TextBlock, place: Place) -> bool:
    """Whether a block stands in a menu, or behind the text in a list of other articles."""
    is_behind = place in (Place.FOOT, Place.ELSEWHERE)
    if not is_behind and block.link_share < _LINKED:
        return False
    chrome = NAV | RELATED if is_behind else NAV
    above = [page.nodes[around] for around in page.ancestors(block.node, _CHROME_WITHIN)]
    return any(node.tag == "nav" or named(node.names) & chrome for node in above if not _LAYOUT.search(node.names))


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
