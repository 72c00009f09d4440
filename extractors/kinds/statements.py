"""Cues from what the publishing system says for machines: body classes, JSON-LD, og:type, alternate links, address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractors.html import Document
from extractors.kinds.addresses import address_cues, cue_of
from extractors.kinds.survey import Survey
from extractors.records import KindCue, PageKind
from extractors.structured import ARTICLE_TYPES, Statements, text_in, types_of

_LIST_CLASSES = frozenset(
    "archive category tag author date search search-results post-type-archive tax-post_format page-taxonomy "
    "page-taxonomy-term path-taxonomy index-page archive-page".split()
)
_LIST_TYPES = frozenset("collectionpage searchresultspage profilepage itemlist".split())
_POST_API = re.compile(r"/wp/v2/(posts|pages|media|categories|tags|users)/(\d+)")
_REST_KINDS = {"posts": PageKind.ARTICLE, "pages": PageKind.STATIC, "media": PageKind.MEDIA}
BODY_CLASS, REST_LINK = "body-class", "rest-link"
PAGE_NOT_POST = 4.5
"""Log-odds: less than a headline, its text and og:type say for an article, since guides are often pages. Where a site
has posts too, its profile adds what is missing."""
_SHORT = re.compile(r"[?&]p=(\d+)")
_POST_CLASS = re.compile(r"postid-(\d+)")
_NODE_CLASS = re.compile(r"(?:page-)?node-type-[a-z]|node--type-[a-z]")
_DRUPAL_PAGES = frozenset({"node-type-page", "page-node-type-page", "node--type-page"})
_PAGE_CLASS = re.compile(r"page-id-\d+")


def post_key(document: Document, survey: Survey) -> str | None:
    """The site's own number of the post: WordPress's body class, REST link or shortlink; None where none is stated."""
    for name in survey.body:
        if found := _POST_CLASS.fullmatch(name):
            return f"postid-{found.group(1)}"
    for link in document.tree.iter("link"):
        if (found := _POST_API.search(link.get("href") or "")) and found.group(1) == "posts":
            return f"postid-{found.group(2)}"
    return None


def stated_cues(document: Document, statements: Statements, survey: Survey) -> Iterator[KindCue]:
    said = list(_body_cues(survey))
    yield from said
    known = {cue.kind for cue in said}
    for link in document.tree.iter("link"):
        if found := _POST_API.search(link.get("href") or ""):
            kind = _REST_KINDS.get(found.group(1), PageKind.LIST)
            if kind not in known:  # body class and REST address are one statement of one system
                weight = PAGE_NOT_POST if kind is PageKind.STATIC else 5.0
                yield cue_of(kind, REST_LINK, weight, f"its REST address is {found.group(0)}")
                known.add(kind)
    kinds = {name for thing in statements.objects for name in types_of(thing)}
    if stated := kinds & _LIST_TYPES - ({"itemlist", "profilepage"} if kinds & ARTICLE_TYPES else set()):
        yield cue_of(PageKind.LIST, "json-ld", 2.5, f"its JSON-LD says {sorted(stated)[0]}")
    heads = [thing for thing in statements.objects if types_of(thing) & ARTICLE_TYPES]
    if len(heads) == 1:
        yield cue_of(PageKind.ARTICLE, "json-ld", 2.5, "its JSON-LD describes one article")
    elif len(heads) > 3:
        yield cue_of(PageKind.LIST, "json-ld", 1.5, f"its JSON-LD describes {len(heads)} articles")
    if kinds & {"aboutpage", "contactpage"}:
        yield cue_of(PageKind.STATIC, "json-ld", 3.0, "its JSON-LD says that it is an about or contact page")
    og = (statements.meta("og:type") or "").lower()
    if og.startswith("article"):
        yield cue_of(PageKind.ARTICLE, "og:type", 1.5, "og:type is article")
    elif og in ("website", "blog"):
        yield cue_of(PageKind.LIST, "og:type", 0.7, f"og:type is {og}")
    elif og == "profile":
        yield cue_of(PageKind.LIST, "og:type", 2.0, "og:type is profile")
    if statements.meta("article:published_time"):
        yield cue_of(PageKind.ARTICLE, "published", 1.5, "it states when the article was published")
    yield from address_cues(survey.url)


def said_by_system(cues: Iterable[KindCue]) -> PageKind | None:
    """What the publishing system itself calls the page; None where it does not say."""
    said = [cue for cue in cues if cue.signal in (BODY_CLASS, REST_LINK)]
    return max(said, key=lambda cue: cue.log_odds).kind if said else None


def stated_titles(statements: Statements) -> tuple[str, ...]:
    """The headlines that the page states for machines."""
    told = (text_in(statements.article.get("headline")), statements.meta("og:title"), statements.meta("twitter:title"))
    return tuple(dict.fromkeys(" ".join(text.split())[:400] for text in told if text))


def _body_cues(survey: Survey) -> Iterator[KindCue]:
    names = survey.body
    single = {"single", "single-post"} & names or any(_POST_CLASS.fullmatch(name) for name in names)
    if "attachment" in names or "single-attachment" in names:
        yield cue_of(PageKind.MEDIA, BODY_CLASS, 8.0, "its body class says attachment")
    elif "error404" in names:
        yield cue_of(PageKind.ERROR, BODY_CLASS, 9.0, "its body class says error404")
    elif single or any(_NODE_CLASS.match(name) and name not in _DRUPAL_PAGES for name in names):
        yield cue_of(PageKind.ARTICLE, BODY_CLASS, 5.0, "its body class says that it shows one post")
    elif found := sorted(names & _LIST_CLASSES):
        yield cue_of(PageKind.LIST, BODY_CLASS, 5.0, f"its body class says {found[0]}")
    elif any(_PAGE_CLASS.fullmatch(name) for name in names) or names & _DRUPAL_PAGES:
        yield cue_of(PageKind.STATIC, BODY_CLASS, PAGE_NOT_POST, "its body class says that it is a page, not a post")
    elif _is_drupal_view(names):
        yield cue_of(PageKind.LIST, BODY_CLASS, 4.0, "its body class names no node, as those of Drupal's lists")
    elif "paged" in names:
        yield cue_of(PageKind.LIST, BODY_CLASS, 2.0, "its body class says that it is one of several pages")
    if "blog" in names and not single:
        yield cue_of(PageKind.LIST, "blog", 2.0, "its body class says blog")
    if "home" in names and not single:
        yield cue_of(PageKind.LIST, "home", 2.0, "its body class says home")
    if names & {"login", "page-user-login", "wp-core-ui"} and not single:
        yield cue_of(PageKind.LOGIN, BODY_CLASS, 6.0, "its body class says login")


def _is_drupal_view(names: frozenset[str]) -> bool:
    """Drupal 7 says whether somebody is logged in and, on a node's page, its type; Drupal 8 has path-..."""
    if any(_NODE_CLASS.match(name) for name in names) or "page-node" in names or "path-node" in names:
        return False
    is_seven = bool(names & {"logged-in", "not-logged-in"} and names & {"front", "not-front"})
    return is_seven or bool(names & {"path-frontpage", "path-search", "path-user"})
