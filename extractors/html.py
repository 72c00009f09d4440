"""Parsing with limits, and the text of nodes: the one place that turns a page into a tree and a tree into text."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import orjson
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction

from extractors.charset import decode as decode
from extractors.errors import EmptyPage, NotHtml, TooComplex

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

MAX_ATTRIBUTES = 200_000
"""80,000 attributes on one element cost 30 s in every parser measured; no real page came near this total."""

MAX_ATTRIBUTES_OF_ONE = 3_000
MAX_DEPTH = 400
"""Levels that are kept when a page is nested deeper than the parser follows (2,048)."""

BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table tbody td tfoot th thead "
    "tr ul".split()
)
SILENT_TAGS = frozenset("script style noscript template textarea select button svg math head iframe object".split())

_PERMALINK_SIGNS = frozenset("¶#§🔗")
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*+)[^<>]*+>")
_FLOOD = 20_000  # characters without an end of a tag
_FLOODED_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9:-]*+)([^<>]{20000,}+)>")
_ATTRIBUTE = re.compile(r"""\s[\w:-]+=["']?""")
_ATTRIBUTE_NAME = re.compile(r"""[\s"'/][^\s"'/=]+""")
_NESTING = frozenset(
    "a abbr address article aside b big blockquote center cite code dir div dl em fieldset figure font footer form "
    "h1 h2 "
    "h3 h4 h5 h6 header i ins kbd main mark menu nav ol pre q s samp section small span strike strong sub sup table "
    "tbody "
    "tfoot thead tr tt u ul".split()
)
_SNIFFED = 2_000  # characters
_MAX_CONTROLS = 0.1  # share of control characters in a text
_MAX_MARKUP_ONLY = 1_000  # characters that can be nothing but broken tags
_BINARY_MARKS = (
    "%PDF-",
    "\x89PNG",
    "\ufffdPNG",
    "‰PNG",
    "GIF8",
    "PK\x03\x04",
    "ÿØÿ",
    "\x1f\x8b",
    "RIFF",
    "ID3",
    "wOFF",
    "wOF2",
)
_XML_ROOT = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<!--.{0,1500}?-->\s*|<\?[^>]*>\s*|<!DOCTYPE[^>\[]*(?:\[.{0,1500}?\]\s*)?>\s*)*"
    r"<((?:[a-z]+:)?(?:rss|feed|rdf|urlset|sitemapindex|svg|opml|kml|gpx|wsdl|channel|error|listbucketresult))[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ROOT = re.compile(r"<(?:html|body|head|!doctype html|div|p)[\s>]", re.IGNORECASE)
_XML_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL_BYTES = bytes([*range(9), 11, *range(14, 32)])
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffd]")
_SMILEY = re.compile(r"smil|emoji|emot", re.IGNORECASE)
_SOURCE_BREAK = re.compile(r"[\r\n]+")
_INVISIBLE = re.compile("[\u200b\ufeff]")
_BLANKS = re.compile(r"[ \t\r\f\v]{2,}|[\t\r\f\v]")  # a single blank needs no folding
_GLUED = re.compile(
    r"<(/?)(li|div|ul|ol|dl|dt|dd|p|span|article|section|td|tr)class(?=[\s=>])((?:\s++[A-Za-z_][\w-]*+(?=[\s>]))*+)"
)
_NOSCRIPT = re.compile(r"<(/?)noscript\b[^<>]{0,300}>", re.IGNORECASE)
_LEAST_TEXT = 400  # characters that a <noscript> must hold to be read
_START_TAG = re.compile(r"<[A-Za-z]")
_LAST_TAGS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_PRE_END = "\x00"  # no text holds it: Document removes it
_MAX_SMILEY_ALT = 12  # characters; longer alt texts describe pictures


class Document:
    """One parsed page. `tree` is the lxml root that generic code walks; `soup` is made on first use, for page objects.

    Treat both as read-only: every extractor sees the same tree.
    """

    def __init__(self, html: str, url: str) -> None:
        """Raises NotHtml, EmptyPage or TooComplex."""
        self.url = url
        self.base: str | None = None  # once it is known; see urls.base_of
        _refuse_other_formats(html, url)
        self.html = _with_what_follows(_GLUED.sub(_unglued, _without_control_characters(_XML_PROLOG.sub("", html))))
        self.tree = _parse(self.html, url)
        if _keeps_text_from_browsers(self.tree):
            self.html = _NOSCRIPT.sub(r"<\1div>", self.html)
            self.tree = _parse(self.html, url)

    @functools.cached_property
    def soup(self) -> BeautifulSoup:
        from bs4 import BeautifulSoup  # dear to import, and few pages ask

        return BeautifulSoup(self.html, "lxml")


def _unglued(tag: re.Match[str]) -> str:
    """`<liclass odd depth-2 id="c7">`, which a theme wrote by mistake, as `<li class="odd depth-2" id="c7">`."""
    slash, name, words = tag.groups()
    if slash:
        return f"</{name}"
    return f'<{name} class="{" ".join(words.split())}"' if words else f"<{name} class"


def _with_what_follows(html: str) -> str:
    """The page without end tags of <body> and <html> where anything follows </html>: browsers show it, libxml2 since
    2.14 leaves it out, and some sites append their comments there."""
    end = max(html.find("</html"), html.find("</HTML"))
    if end < 0 or not _START_TAG.search(html, end):
        return html
    return _LAST_TAGS.sub(" ", html)


def _keeps_text_from_browsers(tree: HtmlElement) -> bool:
    """Whether nearly all of the page's text stands in <noscript>, and a script builds the rest: Discourse does so."""
    hidden = sum(len("".join(element.itertext()).strip()) for element in tree.iter("noscript"))
    if hidden < _LEAST_TEXT:
        return False
    shown = 0
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "start" and element.tag in SILENT_TAGS:
            walk.skip_subtree()
        elif event == "start":
            shown += len((element.text or "").strip())
        else:
            shown += len((element.tail or "").strip())
        if 2 * shown > hidden:
            return False
    return True


def _parse(html: str, url: str) -> HtmlElement:
    if len(html) > _FLOOD and max(map(len, html.split(">"))) > _FLOOD:
        html = _FLOODED_TAG.sub(_without_attributes, html)
    if html.count("=") > MAX_ATTRIBUTES and len(_ATTRIBUTE.findall(html)) > MAX_ATTRIBUTES:
        raise TooComplex(f"{url}: more than {MAX_ATTRIBUTES:,} attributes")
    tree, is_whole = _tree(html, url)
    if not is_whole:
        tree, is_whole = _tree(_flattened(html), url)
    if not is_whole:
        raise TooComplex(f"{url}: nested more than {MAX_DEPTH:,} levels deep")
    return tree


def _tree(html: str, url: str) -> tuple[HtmlElement, bool]:
    """The parsed page, and whether the parser kept all of it: beyond its limits it leaves text out and goes on."""
    parser = lxml_html.HTMLParser(huge_tree=True, encoding="utf-8", remove_pis=True)
    parser.set_element_class_lookup(_ALL_ALIKE)
    try:
        tree = lxml_html.document_fromstring(html.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if _has_text(html):
            raise TooComplex(f"{url}: the parser gave up ({error})") from error
        raise EmptyPage(f"{url}: nothing but markup ({error})") from error
    return tree, not any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)


_ALL_ALIKE = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity
)
"""lxml.html asks a function in Python for the class of each element it hands out, for the sake of form fields."""


def _has_text(html: str) -> bool:
    return bool(_ANY_TAG.sub("", html).strip()) and len(html) > _MAX_MARKUP_ONLY


def _refuse_other_formats(html: str, url: str) -> None:
    if not html.strip("\ufeff\x00 \t\r\n"):
        raise EmptyPage(f"{url}: the page is empty")
    start = html[:_SNIFFED].lstrip("\ufeff \t\r\n")
    if any(start.startswith(mark) for mark in _BINARY_MARKS) or _is_binary(start):
        raise NotHtml(f"{url}: an image, a document or an archive, not an HTML page")
    if start.startswith("<?xml") and not _HTML_ROOT.search(html):
        raise NotHtml(f"{url}: an XML document, not an HTML page")
    if found := _XML_ROOT.match(start):
        raise NotHtml(f"{url}: <{found.group(1)}>, a feed, a sitemap or another XML document, not an HTML page")
    if "<" not in html or (start[:1] in ("{", "[") and _is_json(html)):
        raise NotHtml(f"{url}: no markup; it is not an HTML page")


def _is_binary(start: str) -> bool:
    if len(_CONTROL.findall(start)) <= _MAX_CONTROLS * len(start):
        return False
    return "<html" not in start.lower() and "<!doctype" not in start.lower()


def _without_control_characters(html: str) -> str:
    """The page without what XML cannot hold: most control characters, and halves of surrogate pairs."""
    try:
        raw = html.encode("utf-8")
    except UnicodeEncodeError:
        html = _SURROGATE.sub("\ufffd", html)
        raw = html.encode("utf-8")
    cleaned = raw.translate(None, _CONTROL_BYTES)
    return html if len(cleaned) == len(raw) else cleaned.decode("utf-8")


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _without_attributes(tag: re.Match[str]) -> str:
    """A tag that carries thousands of attributes, bare: on one element they cost every parser quadratic time."""
    name, attributes = tag.group(1), tag.group(2)
    return f"<{name}>" if len(_ATTRIBUTE_NAME.findall(attributes)) > MAX_ATTRIBUTES_OF_ONE else tag.group()


def _flattened(html: str) -> str:
    """The page without the tags that lie too deep: their text stays, on the deepest level kept.

    Only elements that need an end tag count: a new <p> or <li> ends the one before.
    """
    depth = 0

    def kept(tag: re.Match[str]) -> str:
        nonlocal depth
        name = tag.group(2).lower()
        if name not in _NESTING:
            return tag.group()
        if tag.group(1):
            depth = max(0, depth - 1)
            return tag.group() if depth < MAX_DEPTH else " "
        depth += 1
        return tag.group() if depth <= MAX_DEPTH else " "

    return _ANY_TAG.sub(kept, html)


def without(node: HtmlElement) -> None:
    """Takes the element out of its page; the text behind it stays."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


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


def is_permalink_sign(link: HtmlElement) -> bool:
    """Whether a link stands beside a heading or a definition, leads to it and says nothing: "¶"."""
    return "#" in (link.get("href") or "") and not len(link) and (link.text or "").strip() in _PERMALINK_SIGNS


def folded(text: str) -> str:
    """Zero-width characters out, runs of blanks to one, lines trimmed, no empty lines.

    No-break spaces stay: in French text they are typography, not layout.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    if "\n" in text:
        text = "\n".join([line for part in text.split("\n") if (line := part.strip())])
    else:
        text = text.strip()
    if "  " in text or "\t" in text or "\r" in text or "\f" in text or "\v" in text:
        return _BLANKS.sub(" ", text)
    return text


def classes(node: HtmlElement) -> tuple[str, ...]:
    """The class names of a node, in order."""
    return tuple((node.get("class") or "").split())
