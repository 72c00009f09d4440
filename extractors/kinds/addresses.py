"""Cues from the address of a page alone. Reads no page: what only looks at addresses need not load a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from extractors.records import KindCue, PageKind

_LIST_PATH = re.compile(
    r"/(?:tags?|category|categories|categorie|kategori[ae]|author|auteur|autor|page|label|search|topics?(?!/\d)|"
    r"taxonomy|rubrique|theme|date|blog/page)/|^/(?:19|20)\d\d(?:/\d\d?){0,2}/?(?:index\.html?)?$|/page/\d+/?$|/page\d+\.html?$",
    re.IGNORECASE,
)
_ARCHIVE = (
    re.compile(  # Movable Type keeps its entries in /archives/ too: /archives/000123.html, /archives/2004/05/x.html
        r"/archives?/(?:(?:19|20)\d\d(?:[/_-]\d\d?){0,2}(?:/|\.\w{3,5}|/index\.\w{3,5})?|"
        r"(?:cat|category|tag|author|week|month|day|date)[_-][^/]*|index\.\w{3,5})?$",
        re.IGNORECASE,
    )
)
_LIST_QUERY = re.compile(
    r"(?:^|&)(?:paged|cat|tag|author|m|s|q|search|updated-max|max-results|by-date)=", re.IGNORECASE
)
_STATIC_PATH = re.compile(
    r"^/(?:p/[^/]+\.html|(?:[a-z]{2}/)?(?:about(?:-(?:us|me))?|contact(?:-us|ez-nous)?|a-propos(?:-de-[a-z]+)?|"
    r"mentions-legales|impressum|imprint|datenschutz|privacy(?:-policy)?|terms(?:-of-[a-z]+)?|cookies?|cgu|cgv|"
    r"o-nas|o-mnie|kontakt|polityka-prywatnosci|regulamin|plan-du-site|sitemap|archives?)(?:\.html?|\.php|/)?)$",
    re.IGNORECASE,
)


def kind_of_address(url: str) -> PageKind | None:
    """What an address alone speaks for, before the page was seen; None: nothing, or several things alike."""
    cues = sorted(address_cues(url), key=lambda cue: -cue.log_odds)
    return cues[0].kind if cues else None


def address_cues(url: str) -> Iterator[KindCue]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if parts.path in ("", "/", "/index.html", "/index.php") and not parts.query:
        yield cue_of(PageKind.LIST, "address", 2.5, "it is the site's home page")
    elif _LIST_PATH.search(parts.path) or (_ARCHIVE.search(parts.path) and not _STATIC_PATH.search(parts.path)):
        yield cue_of(PageKind.LIST, "address", 2.0, f"its address {parts.path} is that of a list")
    elif _STATIC_PATH.search(parts.path):
        yield cue_of(PageKind.STATIC, "address", 3.0, f"its address {parts.path} is that of a static page")
    if _LIST_QUERY.search(parts.query):
        yield cue_of(PageKind.LIST, "address", 2.0, f"its address asks for {parts.query.partition('=')[0]}")
    if "/wp-json/" in parts.path or parts.path.endswith(("/xmlrpc.php", "/wp-login.php")):
        yield cue_of(PageKind.ERROR, "address", 8.0, f"{parts.path} is an address for programs")
    if parts.path.startswith("/p/") and parts.path.endswith(".html"):
        yield cue_of(PageKind.STATIC, "address", 3.0, "its address is that of a static page of Blogger")
    if "comment-page-" in parts.path:
        yield cue_of(PageKind.ARTICLE, "address", 3.0, "it is a page of an article's thread")


def cue_of(kind: PageKind, signal: str, log_odds: float, because: str) -> KindCue:
    return KindCue(kind=kind, signal=signal, log_odds=log_odds, because=because)
