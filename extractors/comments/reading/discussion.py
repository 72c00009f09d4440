"""What a page says about its discussion: how many comments there are, in which order, where the rest is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final
from urllib.parse import urljoin, urlsplit

from extractors.caching import kept
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.finding.vocabulary import (
    ANNOUNCES_COMMENTS,
    COMMENT_WORD,
    COMMENTS_OF_NUMBER,
    COMMENTS_OF_NUMBER_UNSPACED,
    NAMES_THREAD,
    NO_COMMENTS_YET,
    NUMBER_OF_COMMENTS,
    NUMBER_OF_COMMENTS_UNSPACED,
    NUMBER_WORDS,
)
from extractors.records import Comment, CommentKind, Discussion, Order, Shortfall
from extractors.urls import base_of

_MAX_CLAIM: Final = 110
"""Characters: a heading with the count and the title of the article; longer texts are prose."""
_MANY: Final = 5  # elements of one class: more are teasers or comments
_SCRIPT: Final = 4_000  # characters of an inline script that are looked at
_REACH: Final = 80
"""Elements before and after the thread that are asked for its count and its next page."""

_HOSTS: Final = {
    "disqus.com": re.compile(r"disqus\.com|disqus_(?:thread|shortname)"),
    "facebook.com": re.compile(r"fb[-:]comments|facebook\.com/plugins/(?:comments|feedback)"),
    "livefyre.com": re.compile(r"livefyre"),
    "intensedebate.com": re.compile(r"intensedebate"),
    "spot.im": re.compile(r"spot\.im|spotim|openweb"),
    "viafoura.com": re.compile(r"viafoura"),
    "hyvor.com": re.compile(r"talk\.hyvor"),
    "giscus.app": re.compile(r"giscus"),
    "utteranc.es": re.compile(r"utteranc"),
    "commento.io": re.compile(r"commento\.io|id=.commento"),
    "hypercomments.com": re.compile(r"hypercomments"),
    "isso-comments.de": re.compile(r"data-isso|isso-thread"),
    "remark42.com": re.compile(r"remark42|remark_config"),
    "cusdis.com": re.compile(r"cusdis"),
    "waline.js.org": re.compile(r"waline"),
    "gitalk.github.io": re.compile(r"gitalk"),
    "cackle.me": re.compile(r"cackle\.me|mc-container"),
    "vuukle.com": re.compile(r"vuukle"),
    "js-kit.com": re.compile(r"js-kit\.com"),
    "gigya.com": re.compile(r"gigya\.com.{0,80}comment"),
    "plus.google.com": re.compile(r"g-comments"),
    "coral.coralproject.net": re.compile(r"coral(?:project)?\.(?:net|talk)|coral-talk|coral_thread"),
}
_HOST_HINTS: Final = tuple(
    "disqus fb-comments fb:comments plugins/comments plugins/feedback livefyre intensedebate spot.im spotim openweb "
    "viafoura "
    "hyvor giscus utteranc commento. data-isso isso-thread remark42 remark_config cusdis waline gitalk "
    "hypercomments cackle mc-container vuukle js-kit gigya g-comments coral".split()
)
"""Plain texts without which no host is looked for: most pages have none."""
_CLOSED: Final = re.compile(
    r"comments? (?:are|is|have been) (?:now )?closed|closed for comments|commenting (?:is|has been) (?:closed|"
    r"disabled)|"
    r"commentaires (?:sont )?(?:fermés|clos)|kommentare sind geschlossen|kommentarfunktion ist geschlossen|"
    r"comentarios (?:están )?cerrados|commenti (?:sono )?chiusi|comentários (?:estão )?(?:fechados|encerrados)|"
    r"reacties zijn gesloten",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"(?:load|show|view|read|see) (?:\w+ ){0,2}(?:more|all|older|newer|hidden|\d+)|(?:voir|afficher|charger) (?:\w+ "
    r"){0,2}(?:plus|autres|tous|toutes|suivants)|"
    r"(?:weitere|mehr|alle) (?:\d+ )?kommentare|(?:ver|mostrar|cargar) (?:\w+ ){0,2}(?:más|mas|todos|mais)|"
    r"(?:mostra|carica|vedi) (?:altri|tutti)|"
    r"(?:meer|alle) reacties",
    re.IGNORECASE,
)
_PAGE_URL: Final = re.compile(
    r"comment-page-\d+|[?&](?:cpage|comments?_?page|commentpage|cp)=\d+|/comments?/page[-/]?\d+", re.IGNORECASE
)
_PAGE_NUMBER: Final = re.compile(
    r"(?:comment-page-|[?&](?:cpage|comments?_?page|commentpage|cp)=|/comments?/page[-/]?)(\d{1,4})(?!\d)",
    re.IGNORECASE,
)
_SECOND: Final = 2
_OTHER_PAGE: Final = re.compile(
    r"^\W*(?:older|newer|next|previous|more|page suivante|suivante?s?|précédente?s?|plus (?:anciens|récents)|"
    r"anciens|ältere|neuere|nächste|weiter|vorherige|"
    r"siguientes?|anteriores|más antiguos|recientes|successiv[io]|precedenti|próxim[ao]s?|volgende|vorige|oudere|"
    r"nieuwere)\b|^[»›>→]+$",
    re.IGNORECASE,
)
_NEXT_WORD: Final = re.compile(
    r"next|suivant|nächste|weiter|siguiente|successiv|próxim|volgende|newer|récents|neuere|older|ältere|anciens|[»›>→]",
    re.IGNORECASE,
)
_OF_WORDPRESS: Final = frozenset({"comment-reply-link", "thread-even", "thread-odd"})
"""What WordPress writes into threads. It counts the answers to a comment that is held back, and hides them."""
_NAV: Final = re.compile(r"pag(?:e|in|er)|nav|older|newer|more")
_COUNT_NAMED: Final = re.compile(r"count|number|nb|total|title|heading|titre|anzahl|meta")
_CLAIMS: Final = (
    NUMBER_OF_COMMENTS,
    COMMENTS_OF_NUMBER,
    NUMBER_OF_COMMENTS_UNSPACED,
    COMMENTS_OF_NUMBER_UNSPACED,
)
_ALL_OF_IT: Final = 2.0
"""What a text is worth that says nothing but the number: enough to be believed on a page without a thread."""
_TITLED: Final = re.compile(r"title|heading|titre|head\b")  # in lower-cased class names and ids
_OF_WHAT: Final = re.compile(r"^\s*[件条條個개]?\s*(?:\W+$|$|(?:\w{1,4}\s+){1,2}[\"“”„«‘'»])")
_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6 legend".split())


def discussion(
    outline: CommentOutline,
    comments: Sequence[Comment],
    spans: Sequence[tuple[int, int]],
    platform: str | None,
    numbers: Sequence[int] | None = None,
) -> Discussion:
    """The discussion record.

    `spans` are the intervals of the records in the outline, in page order; `numbers` those that the records show.
    """
    near = list(_near(outline, spans))
    claimed = _claimed(outline, near, len(comments), bool(spans))
    host = hosted_by(outline)
    next_page = _next_page(outline, near)
    return Discussion(
        platform=platform,
        claimed=claimed,
        found=len(comments),
        order=order(comments, numbers),
        next_page=next_page,
        hosted_by=host,
        shortfall=_shortfall(outline, near, claimed, len(comments), next_page, host),
    )


def _near(outline: CommentOutline, spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Elements outside the records that may speak of the thread: around it, or without one the whole page."""
    count = len(outline.elements)
    if not spans:
        yield from (n for n in range(count) if not outline.aside[n])
        return
    first, last = spans[0][0], max(stop for _, stop in spans)
    place = max(0, first - _REACH)
    for start, stop in spans:
        yield from range(place, max(place, start))
        place = max(place, stop)
    yield from range(place, min(count, last + _REACH))


def _claimed(outline: CommentOutline, near: Sequence[int], found: int, has_thread: bool) -> int | None:
    """The number of comments that the page states beside its thread, else the one most trustworthy elsewhere."""
    votes: list[tuple[float, int, int]] = []
    shapes: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for number, text, value in claims(
        outline, near if not has_thread else sorted({*near, *_headings(outline), *_counters(outline)})
    ):
        shapes[outline.tags[number], outline.shapes[number]] += 1
        votes.append((_claim_worth(outline, number, text, value, found), -number, value))
    if not has_thread:  # "3 comments" under each teaser of a list says nothing about this page
        votes = [v for v in votes if shapes[outline.tags[-v[1]], outline.shapes[-v[1]]] < 3]
    best = max(votes, default=None)
    if best is None or (not has_thread and best[0] < 1.5):
        return None
    return best[2]


def stated_counts(outline: CommentOutline) -> frozenset[int]:
    """Every number of comments that any short text of the page states."""
    return frozenset(value for _, _, value in claims(outline, range(len(outline.elements))))


def claims(outline: CommentOutline, numbers: Iterable[int]) -> Iterator[tuple[int, str, int]]:
    """(element, its text, stated number of comments) for those of the elements, or their parents, that state one."""
    done: set[int] = set()
    for word in numbers:
        element = outline.elements[word]
        if outline.silent[word] or element.tag in ("option", "button"):
            continue
        inner = _says_comments(element.text)
        if not inner and not _says_comments(element.tail):
            continue
        for number in (word, outline.parent[word]) if inner else (outline.parent[word],):
            if number in done or number < 0:
                continue
            done.add(number)
            long = outline.text_length(number, outline.end[number]) > _MAX_CLAIM
            text = " ".join(((element.text or "") if long else outline.elements[number].text_content()).split())
            values = claim(text) if len(text) <= 2 * _MAX_CLAIM else ()
            for value in values:
                yield number, text, value
            if values:
                break


def _says_comments(text: str | None) -> bool:
    return text is not None and 1 < len(text) <= 2 * _MAX_CLAIM and not text.isspace() and _has_comment_word(text)


@kept(16_384)  # menus and teasers stand on every page of a site
def _has_comment_word(text: str) -> bool:
    return COMMENT_WORD.search(text) is not None


def _headings(outline: CommentOutline) -> list[int]:
    return [n for n, element in enumerate(outline.elements) if element.tag in _HEADINGS and not outline.aside[n]]


def _counters(outline: CommentOutline) -> list[int]:
    """Elements whose class speaks of comments, wherever they stand: "3 comments" under the title."""
    return [
        number
        for name, numbers in outline.by_shape.items()
        if "comment" in name.lower() and len(numbers) < _MANY
        for number in numbers
        if not outline.aside[number]
    ]


def claim(text: str) -> tuple[int, ...]:
    """The number of comments that a short text states: '16 commentaires', 'Comments (3)', 'One response to'.

    'Views 583 Comments 11' can be read two ways: then both numbers, the one of the earlier pattern first.
    """
    found = []
    for pattern in _CLAIMS:
        match = pattern.search(text)
        if match is None:
            continue
        word = match.groupdict().get("word")
        value = NUMBER_WORDS.get(word.lower()) if word else int(re.sub(r"\D", "", match["n"]))
        if value is not None:
            found.append((match.start(), value))
    return tuple(value for _, value in sorted(found, key=lambda pair: pair[0]))


def _claim_worth(outline: CommentOutline, number: int, text: str, value: int, found: int) -> float:
    name = outline.named[number]
    tag = outline.tags[number]
    worth = 2.0 if tag in _HEADINGS else 0.0
    worth += 1.0 if name and _COUNT_NAMED.search(name) else 0.0
    worth += 1.0 if name and NAMES_THREAD.search(name) else 0.0
    worth += 1.5 if value == found else 0.0
    worth += _ALL_OF_IT if not found and _is_all(text) else 0.0
    worth -= 0.01 * len(text)
    href = outline.elements[number].get("href") or ""
    if href:
        worth += 0.8 if "#" in href and _same_page(outline.url, href) else -1.0
    return worth


def _is_all(text: str) -> bool:
    """Does the text say the number and nothing else, save of which article: '33 Responses to “Soups”'?"""
    for pattern in _CLAIMS:
        match = pattern.search(text)
        if match is not None and not re.search(r"\w", text[: match.start()]):
            return bool(_OF_WHAT.match(text[match.end() :]))
    return False


def _same_page(url: str, href: str) -> bool:
    target = urlsplit(urljoin(url, href))
    return href.startswith("#") or target.path.rstrip("/") == urlsplit(url).path.rstrip("/")


def hosted_by(outline: CommentOutline) -> str | None:
    """The service that serves the page's comments from elsewhere, if it embeds one."""
    html = outline.document.html
    embedded = list(_embeddings(outline))
    together = "\n".join(embedded)  # a small part of the page
    hints = [hint for hint in _HOST_HINTS if hint in together and hint in html]
    if not hints:
        return None
    for text in embedded:
        if "count.js" in text or "recent" in text or not any(hint in text for hint in hints):
            continue
        for host, pattern in _HOSTS.items():
            if pattern.search(text):
                return host
    return None


def _embeddings(outline: CommentOutline) -> Iterator[str]:
    """Class names and ids, and sources and beginnings of scripts and frames."""
    yield from outline.tokens
    for element in outline.document.tree.iter("script", "iframe"):
        yield (element.get("src") or "") or (element.text or "")[:_SCRIPT]


def order(comments: Sequence[Comment], numbers: Sequence[int] | None = None) -> Order | None:
    """Oldest or newest first: by the dates of top-level comments, else their ids, else the numbers they show."""
    tops = [comment for comment in comments if comment.parent is None and comment.kind is not CommentKind.PINGBACK]
    shown = [str(number).zfill(20) for number in numbers or ()]
    for keys in ([c.date for c in tops], [_serial(c.id) for c in tops], shown):
        known = [key for key in keys if key]
        steps = [(later > earlier) - (later < earlier) for earlier, later in pairwise(known)]
        rising, falling = steps.count(1), steps.count(-1)
        if rising > 2 * falling:
            return Order.OLDEST
        if falling > 2 * rising:
            return Order.NEWEST
    return None


def _serial(identity: str | None) -> str | None:
    digits = re.search(r"(\d{1,18})\D*$", identity or "")
    return digits[1].zfill(20) if digits else None


def _next_page(outline: CommentOutline, near: Sequence[int]) -> str | None:
    found = _page_links(outline, near)
    if (own := page_number(outline.url)) is not None and (onward := _onward(own, [target for _, target in found])):
        return onward
    return max(found, key=lambda pair: pair[0])[1] if found else None


def neighbours(outline: CommentOutline, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The thread's other pages that this one leads to, older and newer ones, where they are not numbered.

    Of numbered ones each neighbour follows from the other: see `_onward`.
    """
    found = [target for _, target in _page_links(outline, list(_near(outline, spans)))]
    if any(page_number(url) is not None for url in (outline.url, *found)):
        return ()
    return tuple(dict.fromkeys(found))


def _page_links(outline: CommentOutline, near: Sequence[int]) -> list[tuple[int, str]]:
    """The links to other pages of the thread, each with how much it looks like the one to the next."""
    found: list[tuple[int, str]] = []
    for number in near:
        element = outline.elements[number]
        href = element.get("href") if element.tag in ("a", "link") else None
        if not href or href.startswith(("#", "javascript:")):
            continue
        text = " ".join(element.text_content().split())
        by_url = bool(_PAGE_URL.search(href)) and "replytocom" not in href
        by_name = (
            len(text) < 60
            and bool(_OTHER_PAGE.match(text))
            and any(
                NAMES_THREAD.search(outline.named[n]) and _NAV.search(outline.named[n])
                for n in _around(outline, number)
            )
        )
        if not (by_url or by_name) or (by_url and not by_name and "#comment-" in href):
            continue
        target = urljoin(base_of(outline.document), href)
        if target.split("#")[0] == outline.url.split("#")[0]:
            continue
        rank = (element.get("rel") == "next") * 4 + bool(_NEXT_WORD.search(text)) * 2 + by_name
        found.append((rank, target))
    return found


def page_number(url: str) -> int | None:
    """Which page of a thread an address names, where it says so: .../comment-page-3/, ?cpage=3."""
    match = _PAGE_NUMBER.search(url)
    return int(match[1]) if match else None


def _onward(own: int, targets: Sequence[str]) -> str | None:
    """The page of a numbered thread that leads away from the article, which is one of its ends.

    Beside the article the other neighbour is meant, and beside page 1 that page: were the article the first page, it
    would have no number. In between the later one is; `storage.crawl.threads` knows that there is one before it.
    """
    numbered = {number: target for target in targets if (number := page_number(target)) is not None and number != own}
    for number in ((1,) if own == _SECOND else ()) + (own + 1, own - 1):
        if number in numbered:
            return numbered[number]
    return None


def _around(outline: CommentOutline, number: int) -> list[int]:
    return [number, *(above for above, _ in zip(outline.ancestors(number), range(3), strict=False))]


def _shortfall(
    outline: CommentOutline,
    near: Sequence[int],
    claimed: int | None,
    found: int,
    next_page: str | None,
    host: str | None,
) -> Shortfall | None:
    if claimed == found or (claimed is None and (found or not _announced(outline))):
        return None
    if claimed is None or claimed > found:
        if next_page:
            return Shortfall.PAGINATED
        if host:
            return Shortfall.JAVASCRIPT
        texts = [
            element.text or ""
            for element in (outline.elements[n] for n in near)
            if element.tag not in ("script", "style")
        ]
        if any(_MORE.search(text) for text in texts if 4 < len(text) < 80):
            return Shortfall.COLLAPSED
        if found == 0 and any(_CLOSED.search(text) for text in texts if len(text) < 200):
            return Shortfall.CLOSED
        if found and not outline.tokens.isdisjoint(_OF_WORDPRESS):
            return Shortfall.HIDDEN
    return Shortfall.UNKNOWN


@kept(8_192)  # the pages of a site share their class names
def _names_title(name: str) -> bool:
    return _TITLED.search(name) is not None


def _announced(outline: CommentOutline) -> bool:
    """Does a heading say "Comments on ..." on a page that does not say that there are none?"""
    for number, element in enumerate(outline.elements):
        titled = element.tag in _HEADINGS or _names_title(outline.named[number])
        if not titled or outline.aside[number] or outline.silent[number]:
            continue
        if outline.text_length(number, outline.end[number]) > _MAX_CLAIM:
            continue
        if ANNOUNCES_COMMENTS.match(" ".join(element.text_content().split())):
            return not any(
                NO_COMMENTS_YET.search(other.text)
                for other in outline.elements
                if other.text and len(other.text) <= _MAX_CLAIM and other.tag not in ("script", "style")
            )
    return False
