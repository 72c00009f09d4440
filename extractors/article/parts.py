"""Articles in several pages: which page this is, where the others are, and the whole from its parts.

"/x/2/" (WordPress's <!--nextpage-->), "?page=2", "/x/page/2/", "x-page-2.html": an address alone proves nothing, so a
pager of the page has to lead there, before the comment thread: behind it stands the thread's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from lxml.html import HtmlElement

from extractors.comments.thread import Thread
from extractors.html import Document, line_of
from extractors.records import Block, BlockKind, CommentKind, LinkCounts, Page, PageKind, Section
from extractors.urls import absolute, article_address, base_of, host_of, normalised

MOST_PARTS = 60
_KNOWN_AGAIN = 40  # characters from which a block that stands on an earlier page too is left out
_WORD = r"(?:page|pagina|página|seite|strona|sida|side|oldal|part|partie)"
_BARE = re.compile(r"^(?P<base>/(?:.*/)?(?!\d+/)[^/]+)/(?P<number>\d{1,2})(?P<end>/?)$")
_PATHS = (
    re.compile(rf"^(?P<base>/.+)/{_WORD}[/-]?(?P<number>\d{{1,2}})(?P<end>/?)$", re.IGNORECASE),
    _BARE,
    re.compile(rf"^(?P<base>/.+?)[-_,]{_WORD}[-_]?(?P<number>\d{{1,2}})(?P<end>\.\w{{2,5}})$", re.IGNORECASE),
)
_QUERY = re.compile(rf"^{_WORD}(?:num|no)?=(\d{{1,2}})$", re.IGNORECASE)
_TURNS = re.compile(
    r"^\W*(?:next|previous|prev|continue|page|page suivante|suivante?|suite|lire la suite|page précédente|précédente?|"
    r"weiter|nächste|zurück|vorherige|seite|siguiente|anterior|próxima|seguente|successiva|precedente|volgende|vorige|"
    r"nästa|næste|neste|dalej|następna|poprzednia|strona|következő|další|далее|следующая|次へ|次のページ|下一页|下一頁)\b",
    re.IGNORECASE,
)
_OF_THREAD = re.compile(r"comment|kommentar|respon[ds]|reacti|discussion|disqus|replies", re.IGNORECASE)
_ABOVE = 5  # elements around a link that may name the thread
_LONGEST = 40  # characters of a link of a pager


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A page of an article in several ones. `number` counts from 1; `first` is the address of page 1; `others` are
    those of further pages that this one leads to, without page 1."""

    number: int
    first: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A link to another page of the same article, by the number in its address; 1: it has none."""

    number: int
    address: str
    text: str
    element: HtmlElement


def parts_of(document: Document, kind: PageKind, thread: Thread, canonical: str) -> Parts | None:
    """Which page of an article this is; None for one that is whole, and for lists and forum topics."""
    if kind is not PageKind.ARTICLE or any(one.kind is CommentKind.POST for one in thread.comments[:3]):
        return None
    own = normalised(document.url)
    base, number = base_and_number(own)
    turns = list(_turns(document, base))
    if not any(turn.number > 1 or number > 1 for turn in turns):
        return None
    turns = _outside(document, thread, turns)
    if not turns:
        return None
    counts_from_0 = any(turn.text.isdigit() and int(turn.text) == turn.number + 1 > 1 and "?" in turn.address
                        for turn in turns)  # fmt: skip
    numbers = {turn.number for turn in turns}
    if number == 1 and numbers.isdisjoint({2, 1 if counts_from_0 else 2}):
        return None
    if _BARE.match(urlsplit(own).path) and "?" not in own and 1 not in numbers:
        return None  # "/articles/12" has neighbours too: only an article in several pages leads back to the first
    others = {turn.address: None for turn in turns if (turn.number > 1 or turn.address != base) and turn.address != own}
    if number == 1 and own == base:
        return Parts(number=1, first=canonical, others=tuple(others)) if others else None
    stated = canonical if base_and_number(canonical)[1] == 1 and canonical != article_address(own) else base
    return Parts(number=number + counts_from_0, first=article_address(stated), others=tuple(others))


def base_and_number(url: str) -> tuple[str, int]:
    """The address of page 1 and the number of the page that the address names; 1 where it names none."""
    parts = urlsplit(url)
    pairs = [pair for pair in parts.query.split("&") if pair]
    for pair in pairs:
        if found := _QUERY.match(pair):
            rest = "&".join(one for one in pairs if one != pair)
            return urlunsplit((parts.scheme, parts.netloc, parts.path, rest, "")), int(found[1])
    for pattern in _PATHS:
        if found := pattern.match(parts.path):
            path = found["base"] + found["end"]
            return urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), int(found["number"])
    return url, 1


def _turns(document: Document, base: str) -> Iterator[_Turn]:
    """The links of the page that turn its pages."""
    where, host = base_of(document), host_of(document.url)
    name = next((part for part in reversed(urlsplit(base).path.split("/")) if part), "")
    stem = name.rpartition(".")[0] or name or urlsplit(base).query
    if not stem:
        return
    for element in document.tree.iter("a", "link"):
        href = element.get("href") or ""
        if href[:1] in ("", "#") or (stem not in href and href.startswith(("http", "/"))):
            continue
        is_next = (element.get("rel") or "").lower() in ("next", "prev")
        if element.tag == "link" and not is_next:
            continue
        target = absolute(href, where)
        if target is None or host_of(target) != host:
            continue
        address = normalised(target)
        its_base, number = base_and_number(address)
        if its_base.rstrip("/") != base.rstrip("/") or number > MOST_PARTS:
            continue
        text = line_of(element)[: 2 * _LONGEST] if element.tag == "a" else ""
        said = is_next or (len(text) <= _LONGEST and (text.strip(" .[]()").isdigit() or _TURNS.match(text)))
        if said and (number > 1 or address != base or element.tag == "a"):
            yield _Turn(number=number, address=address, text=text.strip(" .[]()"), element=element)


def _outside(document: Document, thread: Thread, turns: Sequence[_Turn]) -> list[_Turn]:
    """Those that stand neither in the comment thread nor behind its beginning."""
    nodes = set(thread.nodes)
    wanted = {turn.element: turn for turn in turns}
    found: list[_Turn] = []
    if not wanted:
        return found
    for element in document.tree.iter():
        if element in nodes and thread.comments:
            break
        if element in wanted and not _names_thread(element):
            found.append(wanted[element])
    return found


def _names_thread(element: HtmlElement) -> bool:
    around: HtmlElement | None = element
    for _ in range(_ABOVE):
        if around is None or around.tag == "body":
            return False
        if _OF_THREAD.search(f"{around.get('class') or ''} {around.get('id') or ''}"):
            return True
        around = around.getparent()
    return False


def whole(first: Page, further: Sequence[Page]) -> Page:
    """The article from its pages in their order: text, notes and links of all, everything else from the first.

    What a page says again is left out: introductions stand on each page of some themes.
    """
    sections = list(first.sections)
    said = _said(first)
    notes = list(first.footnotes)
    internal, external = first.links.internal, first.links.external
    for part in further:
        for at, section in enumerate(_with_lead(part)):
            kept = tuple(block for block in section.blocks if block.text not in said)
            if not kept and (section.blocks or at == 0):
                continue
            fresh = section if len(kept) == len(section.blocks) else replace(section, blocks=kept, text=text_of(kept))
            if at == 0 and fresh.heading is None and sections:
                last = sections[-1]
                text = "\n\n".join(one for one in (last.text, fresh.text) if one)
                sections[-1] = replace(last, text=text, blocks=last.blocks + fresh.blocks)
            else:
                sections.append(fresh)
        said |= _said(part)
        notes += [note for note in part.footnotes if note not in notes]
        internal, external = internal + part.links.internal, external + part.links.external
    texts = (one for section in sections for one in (section.heading, section.text) if one)
    return replace(
        first,
        text="\n\n".join(texts),
        sections=tuple(sections),
        footnotes=tuple(notes),
        links=LinkCounts(internal=internal, external=external),
    )


def _with_lead(part: Page) -> list[Section]:
    """The sections of a page, what was taken for its lead included: only the first page has one."""
    if not part.lead:
        return list(part.sections)
    lead = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in part.lead.split("\n\n"))
    if part.sections and part.sections[0].heading is None:
        first = part.sections[0]
        blocks = lead + first.blocks
        return [replace(first, blocks=blocks, text=text_of(blocks)), *part.sections[1:]]
    return [Section(level=1, heading=None, text=text_of(lead), blocks=lead), *part.sections]


def text_of(blocks: Sequence[Block]) -> str:
    return "\n\n".join(block.text for block in blocks if block.kind is not BlockKind.CAPTION)


def _said(page: Page) -> set[str]:
    blocks = [block.text for section in page.sections for block in section.blocks]
    return {text for text in [*blocks, *(page.lead or "").split("\n\n")] if len(text) >= _KNOWN_AGAIN}
