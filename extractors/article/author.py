"""Who wrote the article: stated names, then bylines beside the headline, then author boxes. People only.

A name is taken from nowhere else: prose and menus are full of "by", "von" and "par". An organisation that a page gives
for its author is its publisher.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

from lxml.html import HtmlElement

from extractors.article.bylines import Byline, Place
from extractors.article.given_names import opens_with_given_name
from extractors.article.metadata import words
from extractors.article.names import LABELLED, MAX_NAMES, PREFIX, is_collective, is_organisation, people_in
from extractors.article.outline import Outline
from extractors.dates import find_date
from extractors.html import line_of
from extractors.structured import OF_OTHERS, Statements, text_in, types_of
from extractors.urls import host_of

_METAS = (
    "citation_author", "author", "article:author", "og:article:author", "dc.creator", "dcterms.creator",
    "parsely-author", "sailthru.author", "byl", "cxenseparse:author", "rbauthors", "article.author", "creator",
    "dc.creator.name", "twitter:data1",
)  # fmt: skip
_WRITTEN_BY = frozenset(("written by", "écrit par", "verfasst von", "escrito por", "geschrieben von", "scritto da"))
_ORGANISATIONS = frozenset(("organization", "newsmediaorganization", "corporation"))
_AUTHOR = re.compile(
    r"author|auteur|autor|byline|writer|writtenby|wrote_by|verfasser|\buser-?name\b|\bvcard\b|\bfn\b", re.IGNORECASE
)
_NOT_AUTHOR = re.compile(
    r"date|time|publi(?:sh|c|é)|bio|avatar|desc|social|follow|image|photo|img|role|job|position|title|comment|"
    r"authority|articles?-?count|category|related|reviewed|reviewer",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\W*(?:(?:written |posted |published |authored )?by|author|autor(?:in)?|auteur|par|von|"
    r"(?:écrit|publié|rédigé) par|"
    r"(?:geschrieben|verfasst) von|autore|door|por|escrito por|文|著者|作者)\s*:?\W*",
    re.IGNORECASE,
)
_DIVIDED = re.compile(r"(?:(?<!\s)\s+)?[|•·∙●\n]\s*+|(?<!\s)\s+[–—-]\s+|,\s+(?=\d)")
_BY = re.compile(r"(?:^|[\s|•·–—,-])(?:by|par|von|por|door|di)\s+(?P<names>[^\W\d_].*)$", re.IGNORECASE | re.DOTALL)
_POSTED = re.compile(
    r"\W*(?:posted|published|written|publié|rédigé|veröffentlicht|verfasst|erstellt|gespeichert|gepostet|eingestellt|"
    r"publicado|submitted)\b",
    re.IGNORECASE,
)
_IS = re.compile(r" (?:is|was|has|writes|works|ist|schreibt|arbeitet|est|écrit|es|è|is een)\b")
_PERSONAL = re.compile(
    r"/(?:author|autor|auteur|authors|autoren|auteurs|people|person|team|profile|profil|by|user|users|members?|"
    r"contributors?|writers?|staff|redaktion|journalists?|about)s?/|@",
    re.IGNORECASE,
)
_FILED = re.compile(r"/(?:categor\w+|tags?|topics?|thema|themen|rubri\w+|sections?|ressort)/", re.IGNORECASE)
_HOSTED = re.compile(
    r"(?:www\.)?(?P<name>[\w-]+)\.(?:wordpress\.com|blogspot\.[a-z.]{2,6}|tumblr\.com|livejournal\.com|typepad\.com|"
    r"over-blog\.com|canalblog\.com|hautetfort\.com|bearblog\.dev|substack\.com|twoday\.net|blogg\.se|blog\.cz)"
)
_READING_TIME = re.compile(r"(?<!\d)\d++\s*+(?:min|minutes?|minuten)\b", re.IGNORECASE)
_DETAIL = re.compile(r"(?<!\d)\d++\s*+\w")  # "812 words", "4 min": no part of a line that could be a name
_MAX_META_LINE = 140  # characters of a line with date and name
_MAX_NAMED = 100  # characters of a block that is named as a byline
_MAX_CLOSING = 120  # characters of a line behind the text that signs it
_MAX_BIOGRAPHY = 12  # blocks around the end of the text
_MAX_ABOVE = 6  # elements around a mark
_PAIR = 2  # names; more in a line are no person and a title
_MAX_STATED = 50  # names looked at
_MAX_LINKS = 4  # around a name


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs an article: the people, and the organisation that the page gives in their place."""

    people: tuple[str, ...] = ()
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Names from one place. `shown`: the page shows them beside its headline."""

    label: str
    names: list[str] = field(default_factory=list)
    shown: bool = False
    signs: bool = False  # it is marked or worded as a byline
    own: frozenset[str] = frozenset()  # names that are a person's even where the site bears them


def signature(
    page: Outline,
    statements: Statements,
    shown: Sequence[Byline],
    url: str,
    site_name: str | None,
    site_owner: str | None = None,
) -> Signature:
    """Who signs: stated names where nothing shown contradicts them, else those that a byline at the headline shows.

    Where nobody does, it is the person whose name the site bears.
    """
    blogger = _blogger(url)
    sites = {name for name in _names_of_site(statements, url, site_name) if not any(map(name.startswith, blogger))}
    sources = [source for source in _sources(page, statements, shown, url) if source.names]
    people = [_people(source, sites) for source in sources]
    organisation = next((source.names[0] for source, found in zip(sources, people, strict=True) if not found), None)
    found = [(source, names) for source, names in zip(sources, people, strict=True) if names]
    stated = [names for source, names in found if not source.shown and not source.signs]
    beside = [names for source, names in found if source.shown and source.signs]
    first = [*(names for source, names in found if source.shown), *(names for _, names in found)]
    chosen = _chosen(stated, beside) or next(iter(first), [])
    if not chosen:
        chosen = next((names for source in sources if source.shown and (names := _collective(source))), [])
    if not chosen and site_owner:
        chosen = [site_owner]
    return Signature(tuple(chosen[:MAX_NAMES]), organisation)


def stated_names(statements: Statements) -> Iterator[str]:
    """The authors' names as the metadata gives them, one by one and uncleaned."""
    for one in statements.resolved(statements.article.get("author")):
        yield text_in(one) or ""
    yield from statements.metas.get("author", ())


def _chosen(stated: Sequence[list[str]], beside: Sequence[list[str]]) -> list[str]:
    """What is both stated and shown; the fuller of two spellings; what is shown rather than a handle."""
    few = [names for names in stated if len(names) <= MAX_NAMES] or list(stated)
    for names in few:
        for line in beside:
            if _overlap(names, line):
                sure = [name for name in line if _overlap(names, [name]) or opens_with_given_name(name)]
                return sure if len(sure) > len(names) or _is_fuller(sure, names) else names
    if few and (not beside or not all(" " in name for name in beside[0])):
        return few[0]
    return beside[0] if beside else []


def _overlap(names: Sequence[str], line: Sequence[str]) -> bool:
    return any(set(words(one)) & set(words(other)) for one in names for other in line)


def _is_fuller(line: Sequence[str], names: Sequence[str]) -> bool:
    return len(line) == len(names) and len(words(" ".join(line))) > len(words(" ".join(names))) and " " not in names[0]


def _people(source: Source, sites: set[str]) -> list[str]:
    names = dict.fromkeys(source.names)
    return [
        name
        for name in names
        if not is_organisation(name, sites - source.own, is_typed="".join(words(name)) in source.own)
    ]


def _collective(source: Source) -> list[str]:
    return [name for name in source.names if is_collective(name)]


def _names_of_site(statements: Statements, url: str, site_name: str | None) -> set[str]:
    """Squashed names of the site and its publisher."""
    names = [site_name, *(text_in(one) for one in statements.resolved(statements.article.get("publisher")))]
    found = {"".join(words(name)) for name in names if name}
    host = host_of(url)
    found |= {"".join(words(name.split(" (")[0])) for name in names if name}
    return found | {"".join(words(host)), "".join(words(host.rsplit(".", 1)[0]))} - {""}


def _sources(page: Outline, statements: Statements, shown: Sequence[Byline], url: str) -> Iterator[Source]:
    people = statements.resolved(statements.article.get("author"))
    publishers = statements.resolved(statements.article.get("publisher"))
    stated = _stated("json-ld", [text_in(one) or "" for one in people if not types_of(one) & _ORGANISATIONS])
    typed = {"".join(words(text_in(one) or "")) for one in people if "person" in types_of(one)}
    companies = [one for one in publishers if types_of(one) & _ORGANISATIONS and "person" not in types_of(one)]
    typed -= {"".join(words(text_in(one) or "")) for one in companies}
    bylined = {"".join(words(name)) for source in _shown_names(page, _near(shown)) for name in source.names}
    own = {"".join(words(name)) for name in stated.names if len(name.split()) == 2}
    yield replace(stated, own=frozenset((own | bylined) & typed))
    for name in _METAS[:-1]:
        yield _stated(name, [text for text in statements.metas.get(name, ()) if "://" not in text])
    if (statements.meta("twitter:label1") or "").casefold() in _WRITTEN_BY:
        yield _stated("twitter", [statements.meta("twitter:data1") or ""])
    yield _stated("itemprop", [_name_of(element) for element in _together(statements.properties.get("author", []))])
    yield from _shown_names(page, _near(shown), _blogger(url))
    yield from _far_names(page, [line for line in shown if line.place is Place.ELSEWHERE])
    yield _stated("organisation", [text_in(one) or "" for one in people])
    yield _stated("creator", [text_in(one) or "" for one in statements.resolved(statements.article.get("creator"))])


def _stated(label: str, texts: Sequence[str]) -> Source:
    names: list[str] = []
    for text in texts[:_MAX_STATED]:
        found = people_in(text, stated=True)
        is_one = is_organisation(text, ()) and not any(map(opens_with_given_name, found))
        names += [" ".join(text.split())] if is_one else found  # "Church & Life": the name of one organisation
    return Source(label, names)


def _blogger(url: str) -> frozenset[str]:
    """The name under which somebody blogs at a provider of blogs: "anna.wordpress.com"."""
    found = _HOSTED.fullmatch(host_of(url))
    return frozenset(("".join(words(found["name"])),)) if found else frozenset()


def _squashed(names: Sequence[str]) -> frozenset[str]:
    return frozenset("".join(words(name)) for name in names)


def _shown_names(page: Outline, shown: Sequence[Byline], blogger: frozenset[str] = frozenset()) -> Iterator[Source]:
    for line in shown:
        marked = [element for element in line.marked if _is_author_mark(element)]
        inner = [element for element in marked if not any(other in marked for other in element.iterancestors())]
        names = [name for element in inner for name in people_in(line_of(element), stated=_is_sure_mark(element))]
        yield Source("mark", names, line.is_beside, signs=True, own=_squashed(names) & blogger)
    for line in shown:
        if line.is_beside or len(line.block.text) <= _MAX_CLOSING:
            yield Source("label", _of_labelled(line.block.text), line.is_beside, signs=True)
    for line in shown:
        if PREFIX.match(line.block.text) and (line.is_beside or len(line.block.text) <= _MAX_CLOSING):
            names = _of_by_line(line.block.text)
            yield Source("by", names, line.is_beside, signs=True, own=_squashed(names) & blogger)
    for line in shown:
        if _LABEL.fullmatch(line.block.text) and line.index + 1 < len(page.blocks):
            names = people_in(page.blocks[line.index + 1].text.split("\n")[0], stated=False)
            yield Source("labelled", names, line.is_beside, signs=True)
    yield from _listed(page, shown)
    for line in shown:
        is_named = _AUTHOR.search(line.wider) and not _NOT_AUTHOR.search(line.names)
        if is_named and len(line.block.text) <= _MAX_NAMED:
            yield Source("named", people_in(line.block.text, stated=False), line.is_beside, signs=True)
    for line in shown:
        if line.is_beside and len(line.block.text) <= _MAX_META_LINE:
            names = _of_dated_line(line)
            yield Source("dated", names, shown=True, own=_squashed(names) & blogger)
    for line in shown:
        if line.place is Place.HEAD or (line.place is Place.ABOVE and opens_with_given_name(line.block.text)):
            yield Source("bare", _bare(page, line), shown=True)
    yield from _of_biographies(page, shown)


def _listed(page: Outline, shown: Sequence[Byline]) -> Iterator[Source]:
    """The names of a list that is named as the authors', one an item."""
    lists: dict[int, list[Byline]] = {}
    for line in shown:
        holder = page.nodes[line.block.node]
        if holder.tag == "li" and line.place is Place.HEAD and _AUTHOR.search(page.nodes[holder.parent].names):
            lists.setdefault(holder.parent, []).append(line)
    for lines in lists.values():
        names = [people_in(line.block.text, stated=False) for line in lines]
        if len(lines) > 1 and all(len(found) == 1 and " " in found[0] for found in names):
            yield Source("list", [found[0] for found in names], shown=True, signs=True)


def _near(shown: Sequence[Byline]) -> list[Byline]:
    return [line for line in shown if line.place is not Place.ELSEWHERE]


def _far_names(page: Outline, lines: Sequence[Byline]) -> Iterator[Source]:
    """The names of lines further away, where all of them name the same people: others sign other articles."""
    found = [source for source in _shown_names(page, lines) if source.names]
    if len({tuple(source.names) for source in found}) == 1:
        yield found[0]


def _of_biographies(page: Outline, shown: Sequence[Byline]) -> Iterator[Source]:
    """Names at the foot whose next block says who that is: "Ann Lee" and "Ann Lee is a reporter"."""
    foot = next((line.index for line in shown if line.place is Place.FOOT), len(page.blocks))
    for block, following in pairwise(page.blocks[max(0, foot - _MAX_BIOGRAPHY) : foot + _MAX_BIOGRAPHY]):
        name = block.text
        if following.text.startswith(name) and _IS.match(following.text, len(name)) and opens_with_given_name(name):
            yield Source("biography", [found for found in people_in(name, stated=False) if " " in found])


def _of_by_line(text: str) -> list[str]:
    """The names of a block that opens with "By": what follows them ends the line or is no sentence."""
    lines = text.split("\n")
    line = lines[0] if PREFIX.sub("", lines[0]).strip() else " ".join(lines[:2])
    return people_in(line, stated=_POSTED.match(line) is not None)


def _of_labelled(text: str) -> list[str]:
    """The names in the midst of a line of details: "2021-08-15 来源：Gazette 作者：Ann Lee 编辑：Tom Okafor"."""
    found = LABELLED.search(text)
    if found is None:
        return []
    names = found["names"].split()
    return people_in(" ".join(names[:-1] if found["next"] else names), stated=False)


def _of_dated_line(line: Byline) -> list[str]:
    """The names of a line that dates the article: "11.12.2019 - Ann Lee", "Posted on May 3 by Ann Lee in Local"."""
    text = line.block.text
    found = find_date(text)
    if found is None or found.ago is not None:
        return []
    if by := _BY.search(text):
        return people_in(by["names"], stated=_POSTED.match(text[: by.start()]) is not None)
    rest = f"{text[: found.start]} | {text[found.end :]}"
    parts = [part for part in _DIVIDED.split(rest) if part.strip(" ,.:;|-–—")]
    names = [people_in(part, stated=False) for part in parts if not _READING_TIME.search(part)]
    is_named = _AUTHOR.search(line.names) is not None
    full = [
        found
        for found in names
        if found and all(" " in name and (is_named or opens_with_given_name(name)) for name in found)
    ]
    told = [part for part in parts if not _DETAIL.search(part)]
    return full[0] if len(full) == 1 and len(told) <= 3 else []


def _bare(page: Outline, line: Byline) -> list[str]:
    """A line that is a name and nothing else, where something beside it says that it signs."""
    text = line.block.text
    if "\n" in text or len(text) > _MAX_NAMED or page.nodes[line.block.node].heading:
        return []
    names = people_in(text, stated=False)
    if not 2 <= len(text.split()) <= 5 * max(1, len(names)):
        return []
    if not names or any(" " not in name for name in names) or not text.startswith(names[0]):
        return []
    if sum(map(len, names)) < len(text) - 8 and "@" not in text:
        return []
    anchors = line.block.anchors
    if any(map(_FILED.search, anchors)):
        return []
    if any(map(_PERSONAL.search, anchors)):
        return names
    if not any(map(opens_with_given_name, names)):
        return []
    near = (i for i in range(max(0, line.index - 2), min(line.index + 3, len(page.blocks))) if i != line.index)
    is_dated = any(
        len(block.text) <= _MAX_META_LINE and (_READING_TIME.search(block.text) or _is_date(block.text))
        for block in (page.blocks[i] for i in near)
    )
    is_pair = len(names) == _PAIR and all(map(opens_with_given_name, names))
    if ", " in text and (is_pair or len(names) > _PAIR):
        return names  # those who wrote a paper
    again = sum(block.text == text for block in page.blocks) > 1
    return names if is_dated or again else []


def _is_date(text: str) -> bool:
    found = find_date(text)
    return found is not None and found.year is not None


def _is_author_mark(element: HtmlElement) -> bool:
    if any(OF_OTHERS.search(around.get("itemprop") or "") for around in islice(element.iterancestors(), _MAX_ABOVE)):
        return False
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return "author" in (element.get("rel") or "") or (
        _AUTHOR.search(names) is not None and not _NOT_AUTHOR.search(names)
    )


def _is_sure_mark(element: HtmlElement) -> bool:
    """Whether it can hold nothing but a name, a handle in small letters too."""
    return "author" in (element.get("rel") or "") or not {"vcard", "fn"}.isdisjoint(
        (element.get("class") or "").split()
    )


def _together(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The first element and those beside it: further down the page stand the authors of other articles."""
    if not elements:
        return []
    place = elements[0].getparent()
    return [element for element in elements if element.getparent() is place]


def _name_of(element: HtmlElement) -> str:
    for inner in element.iterdescendants():
        if "name" in (inner.get("itemprop") or "").split():
            return inner.get("content") or line_of(inner)
    said: str | None = element.get("content")
    if said:
        return said
    links = [text for link in islice(element.iter("a"), _MAX_LINKS) if (text := line_of(link))]
    return links[0] if len(links) == 1 else line_of(element)  # beside it may stand a score or a role
