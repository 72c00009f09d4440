"""One pass over a page for what tells its kind: headings and where they lead, forms, links, and how much prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from extractors.html import Document, line_of
from extractors.urls import absolute, base_of, host_of, normalised

MAX_ELEMENTS = 40_000
MAX_HEADINGS = 300
PROSE = 60
"""Characters of one piece of text from which on it is prose, not a label."""
_SILENT = frozenset("script style noscript template select button svg iframe object head".split())
_UNSHOWN = _SILENT | {"title", "meta", "link"}
_HEADINGS = frozenset("h1 h2 h3 h4 h5".split())
_MORE = re.compile(
    r"^\W*(?:read (?:more|the rest|on|full)|continue reading|more\W*$|full (?:story|article)|view (?:full )?post|"
    r"lire (?:la suite|plus|l.article|davantage)|la suite|suite\W*$|en savoir plus|voir l.article|plus d.infos|"
    r"czytaj (?:dalej|więcej|całość)|więcej\W*$|weiterlesen|mehr (?:lesen|erfahren)|leer más|seguir leyendo|"
    r"leggi (?:tutto|di più)|continua a leggere|lees (?:meer|verder)|ler mais|continue lendo|читать (?:далее|дальше))",
    re.IGNORECASE,
)
_OLDER = re.compile(
    r"^\W*(?:(?:older|newer|previous|next) (?:entries|posts|articles|page)|(?:page|articles?) (?:suivante?s?|"
    r"précédente?s?)|(?:articles|billets|messages) plus (?:anciens|récents)|(?:starsze|nowsze) (?:wpisy|posty)|"
    r"następna strona|ältere (?:beiträge|artikel)|neuere (?:beiträge|artikel)|entradas (?:antiguas|recientes)|"
    r"post più (?:vecchi|recenti))\W*$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^\W*(?:\d{1,6}|no|aucun|one|un|leave a|laisser un|skomentuj|brak|add)\b.{0,12}"
    r"(?:comment|commentaire|komentarz|réponse|response|repl|reaction|réaction|kommentar|comentario)",
    re.IGNORECASE,
)


_PROMPT_PROSE = 300
"""Characters of prose that may stand between the headline and the form: "This content is protected ..."."""
_ASKED = {"text", "password", "email", "tel", "number"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level, text and class, the own-site address it links to as a whole, and the prose before it."""

    level: int
    text: str
    named: str
    target: str | None
    prose_before: int


@dataclass(slots=True)
class Survey:
    """What one pass over a page found. `prose` counts characters of running text outside links."""

    url: str
    title: str = ""
    body: frozenset[str] = frozenset()
    headings: list[Heading] = field(default_factory=list)
    more: set[str] = field(default_factory=set)  # addresses behind "read more"
    counted: set[str] = field(default_factory=set)  # pages whose comments are counted and linked
    older: int = 0
    entries: int = 0  # elements that are entries by their class
    passwords: int = 0
    prompts: int = 0
    comment_form: bool = False
    prose: int = 0
    shown: int = 0  # characters of any visible text
    words: str = ""  # the first of them


def survey(document: Document) -> Survey:
    """The survey of a page; elements beyond MAX_ELEMENTS are not looked at."""
    url = normalised(document.url)
    found = Survey(url)
    base, host = base_of(document), host_of(document.url)
    start: list[str] = []
    for number, element in enumerate(document.tree.iter()):
        if number > MAX_ELEMENTS:
            break
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == "title" and not found.title:
            found.title = " ".join(element.text_content().split())[:400]
        elif tag == "body":
            found.body = frozenset((element.get("class") or "").lower().split())
        elif tag in _HEADINGS and len(found.headings) < MAX_HEADINGS:
            found.headings.append(_heading(element, found.prose, base, host))
        elif tag == "a":
            _anchor(found, element, base, host)
        elif tag == "input":
            if (element.get("type") or "").lower() == "password":
                found.passwords += 1
                found.prompts += _is_prompt(element, found)
        elif tag == "textarea" and "comment" in f"{element.get('name')} {element.get('id')}".lower():
            found.comment_form = True
        named = element.get("class")
        if named and tag in ("div", "article", "li", "section") and _is_entry(named.lower().split()):
            found.entries += 1
        text = None if tag in _UNSHOWN else element.text
        linked = text if tag == "a" else None
        for piece in (text, element.tail):
            if piece and not piece.isspace():
                said = piece.strip()
                size = len(said)
                found.shown += size
                if found.shown < 3_000:
                    start.append(said)
                if size >= PROSE and piece is not linked:
                    found.prose += size
    found.words = " ".join(" ".join(start).split())
    return found


def _is_entry(names: list[str]) -> bool:
    return "hentry" in names or "post-outer" in names or "blog-post" in names or "type-post" in names


def _is_prompt(field: HtmlElement, found: Survey) -> bool:
    """Whether a password alone, without a name, is asked for where the text under a headline would stand."""
    form = next((above for above in field.iterancestors("form")), None)
    if form is None or not found.headings or found.prose - found.headings[-1].prose_before > _PROMPT_PROSE:
        return False
    return [one for one in form.iter("input", "textarea") if (one.get("type") or "text").lower() in _ASKED] == [field]


def _heading(element: HtmlElement, prose: int, base: str, host: str) -> Heading:
    text = line_of(element)[:300]
    target = None
    links = [link for link in element.iter("a") if link.get("href")]
    parent = element.getparent()
    if not links and parent is not None and parent.tag == "a" and parent.get("href"):
        links = [parent]
    if links and len(line_of(links[0])) >= 0.6 * len(text) > 0:
        target = own(links[0].get("href") or "", base, host)
    named = (element.get("class") or "") + "|" + ((parent.get("class") or "") if parent is not None else "")
    return Heading(int(element.tag[1]), text, _shape(named), target, prose)


def _shape(named: str) -> str:
    return re.sub(r"(?<![\w-])(?:[^\W\d]++|-)*\d[\w-]*+", "", named)


def _anchor(found: Survey, element: HtmlElement, base: str, host: str) -> None:
    text = (element.text or "").strip()
    if not text or len(text) > 60:
        text = line_of(element)[:80]
    if _MORE.match(text):
        if target := own(element.get("href") or "", base, host):
            found.more.add(target)
    elif _OLDER.match(text):
        found.older += 1
    elif _COUNTED.match(text):
        href = element.get("href") or ""
        if ("#" in href or "omment" in href) and (target := own(href, base, host)):
            found.counted.add(target)


def own(href: str, base: str, host: str) -> str | None:
    """The normalised address on the page's own host that a link leads to."""
    if not href or href.startswith("#"):
        return None
    address = absolute(href, base)
    return normalised(address) if address is not None and host_of(address) == host else None
