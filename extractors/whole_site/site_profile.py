"""The profile of a site: what its pages have in common, as far as it helps to read the next one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from extractors.records import KindCue, PageKind

LEAST_BLOCK = 40
"""Characters from which a block of text is known again: shorter ones are labels and turns of phrase."""
MANY_POSTS = 5  # from which a site is known to keep its articles as posts
UNUSUAL = 4.5  # log-odds: outweighs a headline with its text, not what a system states or readers' comments


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProfile:
    """What was learned of a site. Nothing in it is a rule: a page that says otherwise is read as it is.

    `repeated`: fingerprints of blocks that were taken for article text on several articles. `widgets`: signatures of
    containers that show the same comments on several articles, such as the newest of the site. `shapes`: of each shape
    of address, how many pages were of which kind beyond doubt. `suffix`: what titles end with. `labels`: names
    beside the authors of nearly all articles, whoever wrote them: the theme's, not an author's.
    """

    pages: int = 0
    articles: int = 0
    posts: int = 0  # articles that the site's system calls posts, not pages
    repeated: frozenset[str] = frozenset()
    widgets: frozenset[str] = frozenset()
    shapes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    suffix: str | None = None
    labels: frozenset[str] = frozenset()
    languages: Mapping[str, int] = field(default_factory=dict)
    systems: Mapping[str, int] = field(default_factory=dict)  # of comments, by articles that have some

    def cues(self, url: str, stated: str | None) -> tuple[KindCue, ...]:
        """What the site says of a page at that address, which its system calls a post, a page or something else.

        Where the articles are posts, what the system calls a page is rather none. A page at an address as no article
        of the site has one, where all articles have another, is rather none either.
        """
        because = None
        shape = shape_of(url)
        if stated == PageKind.STATIC and self.posts >= MANY_POSTS and 2 * self.posts > self.articles:
            because = "the site keeps its articles as posts, and calls this one a page"
        elif not is_dated(shape) and self._articles_are_dated and not self.shapes.get(shape, {}).get(PageKind.ARTICLE):
            because = f"the articles of the site stand at addresses with a date, this one at {shape}"
        if because is None:
            return ()
        return (KindCue(kind=PageKind.STATIC, signal="site", log_odds=UNUSUAL, because=because),)

    def without_suffix(self, title: str | None) -> str | None:
        """A title without what the titles of the site end with."""
        if title and self.suffix and any(map(str.isalpha, self.suffix)) and title.endswith(self.suffix):
            return title.removesuffix(self.suffix).rstrip() or title
        return title

    @property
    def _articles_are_dated(self) -> bool:
        counts = {shape: kinds.get(PageKind.ARTICLE, 0) for shape, kinds in self.shapes.items()}
        total = sum(counts.values())
        return total >= 20 and sum(n for shape, n in counts.items() if is_dated(shape)) >= 0.95 * total


def shape_of(url: str) -> str:
    """The form of an address: digits are counted, words are not looked at. "/2020/05/x-y/" is "/4/2/w/"."""
    parts = urlsplit(url)
    segments = [
        str(len(part)) if part.isdigit() else f"w{ending(part)}" if part else "" for part in parts.path.split("/")[:8]
    ]
    names = sorted({pair.partition("=")[0][:20] for pair in parts.query.split("&") if pair})
    return "/".join(segments) + ("?" + "&".join(names[:4]) if names else "")


def ending(part: str) -> str:
    found = re.search(r"\.[a-z]{2,5}$", part.lower())
    return found.group() if found else ""


def is_dated(shape: str) -> bool:
    """Whether addresses of the shape hold a year and a month."""
    return bool(re.search(r"/4/[12](?:/|$)", shape))


def fingerprint(text: str) -> str:
    """16 hex digits of a text, its case and blanks apart."""
    return hashlib.blake2b(" ".join(text.split()).casefold().encode("utf-8", "replace"), digest_size=8).hexdigest()
