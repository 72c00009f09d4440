"""Parsing with limits, and the text of nodes: the one place that turns bytes into a tree and a tree into text."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Collection, Iterator

from bs4 import BeautifulSoup
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from extractors.errors import EmptyPage, NotHtml, TooComplex

MAX_ATTRIBUTES = 200_000
"""80,000 attributes on one element cost 30 s in every parser measured; no real page came near this total."""

BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table tbody td tfoot th thead "
    "tr ul".split()
)
SILENT_TAGS = frozenset("script style noscript template textarea select button svg math head iframe object".split())

_META_CHARSET = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.\-]+)""", re.IGNORECASE)
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.\-]+)""", re.IGNORECASE)
_XML_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
_LATIN_1 = frozenset({"iso8859-1", "ascii", "latin-1"})
_SMILEY = re.compile(r"smil|emoji|emot", re.IGNORECASE)
_SOURCE_BREAK = re.compile(r"[\r\n]+")
_INVISIBLE = re.compile("[\u200b\ufeff]")
_LINE_EDGE = re.compile(r"\s*\n\s*")
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_PRE_END = "\x00"  # no text holds it: Document removes it
_MAX_SMILEY_ALT = 12  # characters; longer alt texts describe pictures


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of an HTML response: BOM, then valid UTF-8, then the declared charset, then windows-1252.

    Valid UTF-8 beats a declaration because pages that declare Latin-1 and send UTF-8 are common and the reverse
    never decodes; ISO 8859-1 means windows-1252, as the WHATWG Encoding Standard says.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _declared_charset(body, content_type)
    if declared not in ("utf-16-le", "utf-16-be", "utf-16"):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            broken_at_end = error.start >= len(body) - 3
            if broken_at_end or (declared == "utf-8" and body.decode("utf-8", "replace").count("\ufffd") < 30):
                return body.decode("utf-8", "replace")
    return body.decode("cp1252" if declared in (None, "utf-8") else declared, "replace")


def _declared_charset(body: bytes, content_type: str | None) -> str | None:
    found = _HTTP_CHARSET.search(content_type or "")
    names = [found.group(1)] if found else []
    names += [match.decode("ascii") for match in _META_CHARSET.findall(body[:8192])]
    for name in names:
        try:
            codec = codecs.lookup(name).name
        except LookupError:
            continue
        return "cp1252" if codec in _LATIN_1 else codec
    return None


class Document:
    """One parsed page. `tree` is the lxml root that generic code walks; `soup` is made on first use, for page objects.

    Treat both as read-only: every extractor sees the same tree.
    """

    def __init__(self, html: str, url: str) -> None:
        """Raises NotHtml, EmptyPage or TooComplex."""
        self.url = url
        self.html = _NOT_XML.sub("\ufffd", _XML_PROLOG.sub("", html).replace("\x00", ""))
        self.tree = _parse(self.html, url)

    @functools.cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "lxml")


def _parse(html: str, url: str) -> HtmlElement:
    if not html.strip():
        raise EmptyPage(f"{url}: the page is empty")
    if "<" not in html:
        raise NotHtml(f"{url}: no markup; it is not an HTML page")
    if html.count("=") > MAX_ATTRIBUTES and len(re.findall(r"""\s[\w:-]+=["']?""", html)) > MAX_ATTRIBUTES:
        raise TooComplex(f"{url}: more than {MAX_ATTRIBUTES:,} attributes")
    parser = lxml_html.HTMLParser(huge_tree=True, encoding="utf-8", remove_pis=True, remove_comments=True)
    try:
        tree = lxml_html.document_fromstring(html.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise EmptyPage(f"{url}: nothing but markup ({error})") from error
    return tree


def texts(node: HtmlElement, drop: Collection[HtmlElement] = ()) -> Iterator[str]:
    """The pieces of a node's visible text in reading order, "\\n" at the edges of blocks and at <br>.

    Subtrees in `drop` and never-visible tags are left out (their tails stay). Smiley images count by their alt.
    Line ends in the source are blanks, except inside <pre>. Iterative, so that a page nested thousands deep cannot
    exhaust the stack.
    """
    stack: list[HtmlElement | str] = [node]
    verbatim = 0  # open <pre> elements
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            verbatim -= item == _PRE_END
            yield "\n" if item == _PRE_END else item
            continue
        tag = item.tag
        if not isinstance(tag, str) or tag in SILENT_TAGS or item in drop:
            continue
        if tag == "br":
            yield "\n"
            continue
        if tag == "img":
            if alt := smiley(item):
                yield alt
            continue
        if tag in BLOCK_TAGS:
            yield "\n"
            verbatim += tag == "pre"
            stack.append(_PRE_END if tag == "pre" else "\n")
        for child in reversed(item):
            if child.tail:
                stack.append(child.tail if verbatim else _SOURCE_BREAK.sub(" ", child.tail))
            stack.append(child)
        if item.text:
            yield item.text if verbatim else _SOURCE_BREAK.sub(" ", item.text)


def smiley(image: HtmlElement) -> str:
    """What a smiley image stands for, else an empty string: the alt texts of other pictures are no part of a text."""
    alt = image.get("alt") or ""
    if 0 < len(alt) <= _MAX_SMILEY_ALT and _SMILEY.search(f"{image.get('class')} {image.get('src')}"):
        return alt
    return ""


def text_of(node: HtmlElement, drop: Collection[HtmlElement] = ()) -> str:
    """Visible text with "\\n" between blocks, blanks folded, no empty lines."""
    return folded("".join(texts(node, drop)))


def line_of(node: HtmlElement, drop: Collection[HtmlElement] = ()) -> str:
    """Visible text on one line, no-break spaces folded too: for names, dates and headings that are compared."""
    return " ".join(text_of(node, drop).split())


def folded(text: str) -> str:
    """Zero-width characters out, runs of blanks to one, lines trimmed, no empty lines.

    No-break spaces stay: in French text they are typography, not layout.
    """
    text = _INVISIBLE.sub("", text)
    text = _LINE_EDGE.sub("\n", text)
    return _BLANKS.sub(" ", text).strip()


def classes(node: HtmlElement) -> tuple[str, ...]:
    """The class names of a node, in order."""
    return tuple((node.get("class") or "").split())
