"""One pass over the page's tree: every element with its place, its length of text, and the marks of discussions.

Elements are numbered in document order; the subtree of element i is the interval [i, end[i]). Marks are counted in
running totals, so how many dates or avatars stand inside an element is one subtraction, whatever its size. Everything
the finder asks of the page it asks here: the tree itself is walked once.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from lxml import etree
from lxml.html import HtmlElement
from numpy.typing import NDArray

from extractors.caching import kept
from extractors.comments.finding.vocabulary import NAMES_ASIDE, NAMES_FORM, NAMES_THREAD
from extractors.html import SILENT_TAGS, Document

MAX_ELEMENTS = 300_000
"""Beyond that a page is no discussion that a person reads; later elements are not looked at."""

_DIGITS = re.compile(r"\d+")
_DATE_HINT = re.compile(
    r"\d{1,2}\s?[:h.]\s?\d\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d\d"
    r"|(?<!\d)\d{1,2}\s*(?:sec|min|hour|hr|day|week|month|year|[smhdwy]\b|stunde|tag|woche|monat|jahr|heure|jour|"
    r"semaine"
    r"|mois|an|hora|d[ií]a|mes|a[ñn]o|ore|giorn|settiman|ann[io]|uur|dag|maand)",
    re.IGNORECASE,
)
COMMENT_ID = re.compile(
    r"^(?:(?:li|div|dsq|js|post|single|aol|bc|the|item|node|entry|article)[-_])*"
    r"(?:comments?|komm?entar|cmt|comm|com|c|co|reply|pingback|trackback|post|pid|p|msg|message|forum|reaction|review)"
    r"(?:[-_](?:item|id|body|content|wrap|text|li|div|anchor|list))*[-_]?\d+$",
    re.IGNORECASE,
)
_COMMENT_ANCHOR = re.compile(
    r"#(?:li-|div-)?(?:comment|komm?entar|cmt|com|c|forum|reply|post|p|pid|msg|r|usermessage)s?(?:[-_/]|id)*\d+"
    r"|[?&](?:showcomment|replytocom|cid|comment_?id|commentpage)=\d*|/comments?/\d+|#\d{3,}$",
    re.IGNORECASE,
)
_AVATAR = re.compile(
    r"avatar|gravatar|userpic|profile[-_]?(?:pic|image|photo)|mugshot|portrait|/photo/|user[-_]?(?:icon|image)", re.I
)
_REPLY_NAMED = re.compile(r"reply|r[eé]pondre|antwort|responder|rispond|reageer|quote")  # of names in lower case
_REPLY_TEXT = re.compile(
    r"reply|r[eé]pondre|antwort|responder|rispond|reageer|beantwoord|quote|ответить|відповісти|одговори|odgovori|odpowiedz|"
    r"odpovědět|^(?:svara?|balas|رد|الرد|پاسخ|הגב|השב)$|yan[ıi]tla|cevapla|απάντηση|válasz|vastaa|răspunde|trả lời|"
    r"ตอบกลับ|返信|回复|回覆|答复|답글",
    re.IGNORECASE,
)
_AVATAR_NAMED = re.compile(_AVATAR.pattern)  # of names in lower case: without re.I a search costs half
_AUTHOR_NAMED = re.compile(
    r"(?:^|[-_ ])(?:fn|vcard|author\w*|commenter|user-?name|user|nick(?:name)?|poster|auteur|autor|autore|name|"
    r"pseudo|byline|"
    r"by|profile|posted|signature|screen-?name|display-?name|member|citation|from|who|creator|commentauthor|"
    r"commentname)(?:$|[-_ ])"
)
_MAX_BUTTON = 20  # characters
_TITLE = 20  # characters: shorter links in headings are names of people
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_FIELDS = frozenset("input textarea select".split())
_NO_FIELD = frozenset("hidden button image submit".split())
_ASIDES = frozenset("aside nav".split())


def shape(name: str) -> str:
    """A class or id with its digits folded, so that comment-17 and comment-18 are the same thing."""
    return _DIGITS.sub("#", name)


_NEWEST = re.compile(r"recent|latest|newest|derniers|neueste|letzte|ultimos|ultimi|laatste")


class _Kind(NamedTuple):
    """What an element's class says, worked out once for all elements of that class."""

    name: str
    shapes: tuple[str, ...]
    aside: bool
    author: bool
    reply: bool
    avatar: bool
    form: bool


@kept(8_192)  # the pages of a site share their class names
def _kind(class_name: str) -> _Kind:
    name = class_name.lower()
    return _Kind(
        name=name,
        shapes=tuple(shape(class_name).split()),
        aside=_is_aside(name),
        author=bool(_AUTHOR_NAMED.search(name)),
        reply=bool(_REPLY_NAMED.search(name)),
        avatar=bool(_AVATAR_NAMED.search(name)),
        form=bool(NAMES_FORM.search(name)),
    )


@kept(8_192)
def thread_named(name: str) -> bool:
    """Does a class name or id speak of comments?"""
    return bool(name) and bool(NAMES_THREAD.search(name))


def _hints_at_date(text: str) -> bool:
    return _DIGITS.search(text) is not None and _DATE_HINT.search(text) is not None


def _is_aside(name: str) -> bool:
    return bool(NAMES_ASIDE.search(name)) and not (NAMES_THREAD.search(name) and not _NEWEST.search(name))


class Totals(NamedTuple):
    """Running totals, to be read between two elements: `marks` has a line each for dates, avatars, reply buttons,
    comment anchors, authors, ids, form fields and linked headings, the others count characters: of what elements open
    with, of what follows them, of links. One item more than there are elements."""

    marks: NDArray[np.int64]
    text: NDArray[np.int64]
    tails: NDArray[np.int64]
    links: NDArray[np.int64]


class CommentOutline:
    """The page as arrays over its elements in document order (see the module's docstring)."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.url = document.url
        self.elements: list[HtmlElement] = []
        self.tags: list[str] = []
        self.parent: list[int] = []
        self.end: list[int] = []
        self.named: list[str] = []  # "class id" in lower case
        self.shapes: list[tuple[str, ...]] = []  # folded class names
        self.silent: list[bool] = []
        self.folded_ids: dict[int, str] = {}  # ids with their digits folded, for the elements that have one
        self.dates: list[int] = []
        self.avatars: list[int] = []
        self.replies: list[int] = []
        self.anchors: list[int] = []
        self.authors: list[int] = []
        self.fields: list[int] = []
        self.heading_links: list[int] = []
        self.ids: list[int] = []
        # Running totals of characters: of what each element opens with, what follows it, what stands in links
        self.own_text = [0]
        self.tails = [0]
        self.link_text = [0]
        etree.strip_tags(document.tree, etree.Comment)  # "<!-- ad -->" splits texts in two; nobody reads it
        self._walk(document.tree)

    def _walk(self, root: HtmlElement) -> None:
        elements, tags, parent, silent = self.elements, self.tags, self.parent, self.silent
        named, shapes = self.named, self.shapes
        own_text, tails, link_text = self.own_text, self.tails, self.link_text
        index: dict[HtmlElement, int] = {}
        kinds: dict[str, _Kind] = {"": _kind("")}
        asides: list[int] = []
        forms: list[int] = []
        texts = tail_total = linked = 0
        for number, element in enumerate(root.iter("*")):
            if number >= MAX_ELEMENTS:
                break
            index[element] = number
            elements.append(element)
            up = index[element.getparent()] if number else -1
            parent.append(up)
            tag = element.tag
            tags.append(tag)
            class_name = element.get("class") or ""
            kind = kinds.get(class_name)
            if kind is None:
                kind = kinds[class_name] = _kind(class_name)
            identity = element.get("id")
            if identity:
                self.folded_ids[number] = _DIGITS.sub("#", identity)
                identity = identity.lower()
                named.append(f"{kind.name} {identity}")
                if COMMENT_ID.match(identity):
                    self.ids.append(number)
            else:
                named.append(kind.name)
            shapes.append(kind.shapes)
            above_silent = up >= 0 and silent[up]
            mute = above_silent or (tag in SILENT_TAGS and not (kind.author and tag == "button"))
            silent.append(mute)
            if kind.aside or tag in _ASIDES or (identity and not kind.name and _is_aside(identity)):
                asides.append(number)
            if kind.form or (identity and NAMES_FORM.search(identity)):
                forms.append(number)
            text = element.text
            dated = tag == "time"
            if text and not mute and not text.isspace():
                texts += len(text)
                if len(text) < 200 and _hints_at_date(text) and not (up >= 0 and tags[up] == "time"):
                    dated = True
                if tag == "a" or (up >= 0 and tags[up] == "a"):
                    linked += len(text)
            tail = element.tail
            if tail and not above_silent and not tail.isspace():
                tail_total += len(tail)
                if not dated and len(tail) < 200 and _hints_at_date(tail):
                    dated = True
            own_text.append(texts)
            tails.append(tail_total)
            link_text.append(linked)
            if dated:
                self.dates.append(number)
            if kind.author or tag == "cite":
                self.authors.append(number)
            if tag == "a":
                self._mark_link(number, element, up, text)
            elif tag == "img":
                if kind.avatar or _AVATAR.search(element.get("src") or ""):
                    self.avatars.append(number)
            elif tag == "button":
                if text and len(text) < _MAX_BUTTON and _REPLY_TEXT.search(text):
                    self.replies.append(number)
            elif tag in _FIELDS and (element.get("type") or "").lower() not in _NO_FIELD:
                self.fields.append(number)
            if kind.reply and self.replies[-1:] != [number]:
                self.replies.append(number)
        self._close()
        self.tokens = {name for kind in kinds.values() for name in kind.shapes} | {
            f"#{folded}" for folded in self.folded_ids.values()
        }
        self.aside = self._under(asides, 0.4)
        self.in_form = self._under(forms, 0.2)

    def _under(self, roots: list[int], most: float) -> list[bool]:
        """For each element: does it stand in one of those? Roots with more of the page's text are wrappers."""
        total = self.text_length(0, len(self.elements)) if self.elements else 0
        under = [False] * len(self.elements)
        done = 0
        for root in roots:
            if root < done or self.text_length(root, self.end[root]) > most * total:
                continue
            done = self.end[root]
            under[root:done] = [True] * (done - root)
        return under

    def _mark_link(self, number: int, element: HtmlElement, up: int, text: str | None) -> None:
        href = element.get("href")
        name = element.get("name")
        anchor = bool(name and COMMENT_ID.match(name))
        if href:
            anchor = anchor or bool(("#" in href or "omment" in href or "?" in href) and _COMMENT_ANCHOR.search(href))
            titled = up >= 0 and self.tags[up] in _HEADINGS and len(text or "") >= _TITLE
            if titled and not anchor:
                self.heading_links.append(number)
        if anchor:
            self.anchors.append(number)
        if text and len(text) < _MAX_BUTTON and _REPLY_TEXT.search(text):
            self.replies.append(number)

    def _close(self) -> None:
        count = len(self.elements)
        end = list(range(1, count + 1))
        parent = self.parent
        for number in range(count - 1, 0, -1):
            up = parent[number]
            if end[up] < end[number]:
                end[up] = end[number]
        self.end = end

    @functools.cached_property
    def totals(self) -> Totals:
        kinds = (
            self.dates, self.avatars, self.replies, self.anchors, self.authors, self.ids, self.fields,
            self.heading_links,
        )  # fmt: skip
        marks = np.zeros((len(kinds), len(self.elements) + 1), dtype=np.int64)
        for line, numbers in zip(marks, kinds, strict=True):
            line[np.array(numbers, dtype=np.intp) + 1] = 1
        np.cumsum(marks, axis=1, out=marks)
        return Totals(marks, *(np.array(sums, dtype=np.int64) for sums in (self.own_text, self.tails, self.link_text)))

    @functools.cached_property
    def by_shape(self) -> dict[str, list[int]]:
        """Folded class name -> the elements that have it, in order."""
        found: dict[str, list[int]] = {}
        for number, names in enumerate(self.shapes):
            for name in names:
                found.setdefault(name, []).append(number)
        return found

    @functools.cached_property
    def under_thread(self) -> list[bool]:
        """For each element: does the class or id of one around it speak of comments?"""
        under = [False]
        for up in self.parent[1:]:
            under.append(under[up] or thread_named(self.named[up]))
        return under

    @functools.cached_property
    def depths(self) -> list[int]:
        """How many elements are around each."""
        depths = [0]
        for up in self.parent[1:]:
            depths.append(depths[up] + 1)
        return depths

    def text_length(self, start: int, stop: int) -> int:
        """Characters of text in the interval; the first element's tail is not its own."""
        after = min(start + 1, stop)
        return self.own_text[stop] - self.own_text[start] + self.tails[stop] - self.tails[after]

    def link_length(self, start: int, stop: int) -> int:
        """Characters of link text in the interval."""
        return self.link_text[stop] - self.link_text[start]

    def siblings_after(self, number: int) -> Iterator[int]:
        """The following siblings of an element, in order."""
        up = self.parent[number]
        stop = self.end[up] if up >= 0 else 0
        position = self.end[number]
        while position < stop:
            yield position
            position = self.end[position]

    def ancestors(self, number: int) -> Iterator[int]:
        """The elements around an element, nearest first."""
        while (number := self.parent[number]) >= 0:
            yield number


def count(marks: list[int], start: int, stop: int) -> int:
    """How many marks stand in the interval."""
    return bisect_left(marks, stop) - bisect_left(marks, start)
