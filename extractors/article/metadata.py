"""Title and site name: what the page states, checked against the headline that it shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import unescape
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from extractors.html import Document, is_permalink_sign, line_of
from extractors.structured import Statements, text_in
from extractors.urls import host_of

_SEPARATOR = re.compile(r" [|–—\-·•»«:/~]{1,2} | ?[|｜»] ?")  # in texts whose blanks are single ones
_WORD = re.compile(r"[^\W_]+")
_BARS = frozenset({"|", "｜", "::"})
_AGREEMENT = 0.7  # share of the shorter title's words that the longer one must hold
_MAX_HEADLINE = 400  # characters
_MAX_STATED = 1_000  # characters of a stated title
_MAX_HEADINGS = 300
_KICKER = re.compile(
    r"kicker|top-?line|over-?line|eyebrow|dachzeile|roofline|spitzmarke|surtitre|antetitulo|occhiello|rubri[ck]|"
    r"(?:^|[\s_-])topic",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"visually-?hidden|screen-?reader|(?:^|\s)sr-only", re.IGNORECASE)
_SET_APART = re.compile(
    r"(?:sub-?(?:line|title|head(?:line|ing)?)|untertitel|sous-?titre|date(?:line)?|byline|author|badge|permalink)",
    re.IGNORECASE,
)
_SITE_NAME = re.compile(r"(?:^|[\s_-])(?:site|blog)[-_]?(?:title|name)|(?:^|[\s_-])logo(?:$|[\s_-])", re.IGNORECASE)
_LEADING_DATE = re.compile(r"^(?:\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d\d-\d\d)\s*[-–—:|]\s*(?=\S)")
_TRAILING_BYLINE = re.compile(
    r"\s(?:posted|published|veröffentlicht|publié)\s(?:on|by|am|von|le|par)\b.{0,80}$", re.IGNORECASE
)
_MIN_OWN_WORDS = 2  # of a heading whose other parts are left out
_MOST_DIGITS = 0.25  # share of a headline's characters that are digits
_MIN_GLUED = 4  # characters of what is a part by itself
_LARGE = frozenset({"4", "5", "6", "7", "+2", "+3", "+4"})
_MIN_HEADLINE_WORDS = 4  # a single h1 that no metadata confirms


def words(text: str) -> list[str]:
    """The words of a text, case-folded and compatibility-normalised, for comparisons."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def agreement(one: str, other: str) -> float:
    """How much of the shorter text's words the longer one holds, 0 to 1."""
    left, right = set(words(one)), set(words(other))
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def site_name(document: Document, statements: Statements) -> str | None:
    """The publication's name as the page states it."""
    if named := statements.meta("og:site_name", "application-name", "apple-mobile-web-app-title"):
        return named
    for publisher in statements.resolved(statements.article.get("publisher")):
        if name := text_in(publisher):
            return name
    return None


def title(document: Document, statements: Statements) -> str | None:
    """The article's headline as the page shows it, else as it states it, without the site's name.

    The shown heading wins where it is a part of the stated title: sites add their name, a section or a slogan to that.
    """
    raw = [
        unescape(text[:_MAX_STATED])
        for text in (
            text_in(statements.article.get("headline")),
            statements.meta("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title"),
            _page_title(document),
        )
        if text
    ]
    name = (site_name(document, statements) or "")[:_MAX_HEADLINE]  # it is compared with each part of each heading
    stated = [cleaned for text in raw if (cleaned := without_site_name(text, document.url, name))]
    shown = _headings(document, name, raw, stated)
    if agreed := _agreed(shown, stated):
        return agreed
    for opens in (True, False):  # what closes a title is rather the site's name
        for line, level in shown:
            own = words(line)
            if (level == 1 or len(own) > 1) and any(_is_part(own, words(text), opens) for text in raw):
                return line
            if level == 1 and opens and any(_opens(line, text, document.url) for text in raw):
                return line
    first = [line for line, level in shown if level == 1]
    if len(first) == 1 and len(words(first[0])) >= _MIN_HEADLINE_WORDS and not _is_numbers(first[0]):
        return first[0]
    if stated:
        return stated[0]
    return first[0] if first else None


def _headings(document: Document, name: str, raw: Sequence[str], stated: Sequence[str]) -> list[tuple[str, int]]:
    """Headings of the first three levels, in page order, that do not name the site; large type counts as the second."""
    found = []
    brand = "".join(words(host_of(document.url).rsplit(".", 1)[0].rsplit(".", 1)[-1]))
    for element in islice(document.tree.iter("h1", "h2", "h3", "font"), _MAX_HEADINGS):
        level = 2 if element.tag == "font" else int(element.tag[1])
        if element.tag == "font" and (element.get("size") or "") not in _LARGE:
            continue
        if _leads_home(element, document.url):
            continue
        line = _headline(element, raw)
        if not 0 < len(line) <= _MAX_HEADLINE:  # its parts would be looked at again for each one cut
            continue
        short = without_site_name(line, document.url, name)
        if words(short) != words(line) and any(words(short) == words(text) for text in stated):
            line = short
        if "".join(words(line)) == brand:
            continue
        if not _names_site(line, name, "", host_of(document.url)):
            found.append((line, level))
    return found


def _leads_home(element: HtmlElement, url: str) -> bool:
    """Whether a heading is the site's name: a link to its first page, or named as a logo."""
    link = next(element.iter("a"), None)
    around = element.getparent()
    link = around if link is None and around is not None and around.tag == "a" else link
    if link is not None:
        target = (link.get("href") or "").strip().casefold()
        home = f"{url.split('//', 1)[0]}//{host_of(url)}"
        if target in ("/", "./", home, f"{home}/") and url.rstrip("/").casefold() not in (home, ""):
            return True
    names = " ".join(
        (one.get("class") or "") + " " + (one.get("id") or "") for one in (element, around) if one is not None
    )
    return _SITE_NAME.search(names) is not None


def _headline(element: HtmlElement, stated: Sequence[str]) -> str:
    """A heading's text without a kicker, a date or a subline that it holds and no stated title does."""
    signs = {link for link in element.iter("a") if is_permalink_sign(link)}
    whole = unescape(line_of(element, signs))
    apart = {part for part in element.iterdescendants() if _is_set_apart(part, stated)}
    rest = unescape(line_of(element, signs | apart)).strip(" :|–—-") if apart else ""
    line = rest if len(words(rest)) >= _MIN_OWN_WORDS else whole
    return _LEADING_DATE.sub("", _TRAILING_BYLINE.sub("", line)).strip()


def _is_set_apart(part: HtmlElement, stated: Sequence[str]) -> bool:
    if not isinstance(part.tag, str):
        return False
    names = f"{part.get('class')} {part.get('itemprop')}"
    if _UNSEEN.search(names):
        return True
    if _KICKER.search(names):
        return not line_of(part).endswith(":")
    if part.tag not in ("time", "small") and not _SET_APART.search(names):
        return False
    own = words(line_of(part))
    return not any(set(own) <= set(words(text)) for text in stated)


def _agreed(shown: list[tuple[str, int]], stated: list[str]) -> str | None:
    """The h1 that says what a stated title says; a kicker in front that no stated title has is left out."""
    for line, level in shown:
        if level == 1 and ":" in line and any(words(line) == words(text) for text in stated):
            return line  # "Music: stars want another model" is a headline of two parts
    for line, level in shown:
        if level > 1:
            continue
        own = words(line)
        for text in stated:
            other = words(text)
            if agreement(line, text) >= _AGREEMENT and _size(own) * 2 > _size(other):
                has_kicker = len(own) > len(other) > 2 and own[-len(other) :] == other
                if has_kicker and _is_of_sentence(line.removesuffix(text)):
                    return line
                return text if has_kicker else line
    return None


def _is_of_sentence(front: str) -> bool:
    """Whether what a headline has in front of the stated title belongs to it: an article, or a part with a colon."""
    return front.rstrip().endswith(":") or len(front.strip()) < _MIN_GLUED


def _is_part(own: list[str], other: list[str], opens: bool) -> bool:
    """Whether a heading is the beginning (or the end) of a longer title, and at least a third of it."""
    size = len(own)
    return (
        0 < size <= len(other) and _size(other) <= 3 * _size(own) and own == (other[:size] if opens else other[-size:])
    )


def _opens(line: str, text: str, url: str) -> bool:
    """Whether a stated title has a headline glued to its rest, or before a divider and in the page's own address."""
    rest = text.removeprefix(line)
    if rest == text or len(line) < _MIN_GLUED:
        return False
    return rest[:1].isupper() or (_SEPARATOR.match(rest) is not None and set(words(line)) <= set(words(_slug(url))))


def _slug(url: str) -> str:
    """The last part of an address that names its page."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])


def _is_numbers(line: str) -> bool:
    """Whether a line is rather a telephone number or an address than a headline."""
    return sum(map(str.isdigit, line)) > _MOST_DIGITS * len(line)


def _size(parts: Sequence[str]) -> int:
    """Letters: a Japanese headline may be a single word."""
    return sum(map(len, parts)) + len(parts)


def _page_title(document: Document) -> str | None:
    for element in document.tree.iter("title"):
        parent = element.getparent()
        if parent is not None and parent.tag in ("head", "html", "body"):
            return " ".join(element.text_content().split()) or None
    return None


def without_site_name(text: str, url: str, name: str) -> str:
    """A title without the parts that name the site: "Headline | Section - Site" becomes "Headline | Section"."""
    text = " ".join(text.split())
    host = host_of(url)
    brand = "".join(words(host.rsplit(".", 1)[0].rsplit(".", 1)[-1]))
    while cuts := list(_SEPARATOR.finditer(text)):
        head, tail = text[: cuts[-1].start()].strip(), text[cuts[-1].end() :].strip()
        first, rest = text[: cuts[0].start()].strip(), text[cuts[0].end() :].strip()
        if head and _names_site(tail, name, brand, host):
            text = head
        elif rest and _names_site(first, name, brand, host):
            text = rest
        else:
            return _before_slogan(text, cuts, name, brand, host)
    return text


def _before_slogan(text: str, cuts: list[re.Match[str]], name: str, brand: str, host: str) -> str:
    """Without a site name in the middle and the slogan behind it; without what stands behind an upright bar."""
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        part = text[cut.end() : following.start() if following else len(text)]
        head = text[: cut.start()].strip()
        is_bar = cut.group().strip() in _BARS
        if head and (_names_site(part, name, brand, host) or (is_bar and len(words(head)) > 2)):
            return head
    return text


def _names_site(part: str, name: str, brand: str, host: str) -> bool:
    squashed = "".join(words(part))
    if not squashed:
        return True
    named = "".join(words(name))
    return bool(
        (named and (squashed == named or (len(squashed) >= 4 and squashed in named) or _mostly(named, squashed)))
        or (len(brand) >= 3 and (squashed == brand or _mostly(brand, squashed)))
        or squashed == "".join(words(host))
    )


def _mostly(name: str, squashed: str) -> bool:
    """Whether a text is hardly more than a name: "News from The Magazine", not a headline that speaks of it."""
    return name in squashed and len(squashed) < 2 * len(name) + 6
