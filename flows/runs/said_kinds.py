"""What people say that a page is: an editor of that page, the patterns of tamis.toml of its address.

It overrules the page's own verdict, in a run and in a replay alike; an editor's word on a page overrules the patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.errors import NoArticle
from extractors.records import KindCue, Page, PageKind
from flows.settings import SiteSettings
from storage.crawl.page_kinds import BY_EDITOR, BY_SETTINGS, follow_settings, said_of
from storage.database.engine import Database

SURE = 99.0  # log-odds: more than any page can say against it


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidKind:
    """A kind that somebody gave a page. `by` is editor or settings; `because` is a sentence."""

    kind: PageKind
    by: str
    because: str


def said_kind(site: SiteSettings, url: str, kind: str | None, kind_by: str | None) -> SaidKind | None:
    """What is said of the page at that address; `kind` and `kind_by` are those of its row."""
    if kind_by == BY_EDITOR and kind is not None:
        return SaidKind(kind=PageKind(kind), by=BY_EDITOR, because="an editor said so")
    return by_pattern(site, url)


def by_pattern(site: SiteSettings, url: str) -> SaidKind | None:
    """What `lists` and `articles` say of an address; `lists` wins, as `exclude` does."""
    for kind, patterns in ((PageKind.LIST, site.lists), (PageKind.ARTICLE, site.articles)):
        for pattern in patterns:
            if re.search(pattern, url):
                because = f"its address matches {pattern!r} in {kind}s of tamis.toml"
                return SaidKind(kind=kind, by=BY_SETTINGS, because=because)
    return None


def overruled(page: Page, said: SaidKind) -> Page:
    """The page as the kind that it is said to be. Raises NoArticle if it is said to be an article and has no text."""
    if said.kind is PageKind.ARTICLE and not page.text:
        raise NoArticle(f"{page.url}: it counts as an article ({said.because}) but has no text")
    cue = KindCue(kind=said.kind, signal=said.by, log_odds=SURE, because=said.because)
    return replace(page, page_kind=said.kind, kind_cues=(cue,))


def follow_patterns(db: Database, site: SiteSettings, now: datetime) -> int:
    """Bring stored pages in line with patterns that were added, changed or taken out; return how many that were."""
    wanted: dict[int, PageKind | None] = {}
    for url, (number, kind, kind_by) in said_of(db, site.name).items():
        said = by_pattern(site, url)
        if said is not None and said.kind != kind:
            wanted[number] = said.kind
        elif said is None and kind_by == BY_SETTINGS:
            wanted[number] = None
    follow_settings(db, wanted, now)
    return len(wanted)
