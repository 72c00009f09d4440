"""A profile from the traits of a site's pages: the same pages give the same profile, whatever order they came in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from extractors.records import PageKind
from extractors.whole_site.site_profile import SiteProfile, shape_of
from extractors.whole_site.traits import PageTraits

PAGES = 3  # otherwise different articles that show a block or a comment, from which it is the site's
MOST_REPEATED = 20_000
MOST_SHAPES = 500
SURE = 3.5  # margin of a verdict that teaches
NEARLY_ALL = 0.95
FIRM = 10  # articles from which a profile is used
ALIKE = 0.8  # share of its blocks that another article may have: more makes it a copy, which teaches nothing


def learn(traits: Iterable[PageTraits]) -> SiteProfile:
    """The profile of the site whose pages these are; empty but for the counts while there are too few articles."""
    pages = sorted(traits, key=lambda page: page.url)
    articles = [page for page in pages if page.kind == PageKind.ARTICLE]
    counted = SiteProfile(pages=len(pages), articles=len(articles))
    if len(articles) < FIRM:
        return counted
    different = without_copies(articles)
    return SiteProfile(
        pages=len(pages),
        articles=len(articles),
        posts=sum(page.stated == PageKind.ARTICLE for page in articles),
        repeated=repeated_blocks(different),
        widgets=widgets(different),
        shapes=shapes(pages),
        suffix=suffix(articles),
        labels=labels(articles),
        languages=most(Counter(page.language for page in articles if page.language), 10),
        systems=most(Counter(page.system for page in articles if page.system), 10),
    )


def without_copies(articles: Sequence[PageTraits]) -> list[PageTraits]:
    """The articles without those that have the blocks of an earlier one: print views, pages under two addresses."""
    kept: list[PageTraits] = []
    by_block: dict[str, list[int]] = defaultdict(list)
    for page in articles:
        shared = Counter(number for block in set(page.blocks) for number in by_block[block][:PAGES])
        size = len(set(page.blocks))
        if size >= PAGES and any(n >= ALIKE * size for n in shared.values()):
            continue
        for block in set(page.blocks):
            by_block[block].append(len(kept))
        kept.append(page)
    return kept


def repeated_blocks(articles: Sequence[PageTraits]) -> frozenset[str]:
    counts = Counter(block for page in articles for block in set(page.blocks))
    often = sorted((-n, block) for block, n in counts.items() if n >= PAGES)
    return frozenset(block for _, block in often[:MOST_REPEATED])


def widgets(articles: Sequence[PageTraits]) -> frozenset[str]:
    """Containers that show the same comments on several articles. A thread shows its own, whatever spam repeats."""
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    for page in articles:
        for place, comments in page.comments:
            shown[place].update(set(comments))
    found = set()
    for place, counts in shown.items():
        again = sum(n for n in counts.values() if n >= PAGES)
        if 2 * again > counts.total():
            found.add(place)
    return frozenset(found)


def shapes(pages: Sequence[PageTraits]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for page in pages:
        if page.margin >= SURE:
            counts[shape_of(page.url)][page.kind] += 1
    often = sorted(counts, key=lambda shape: (-counts[shape].total(), shape))[:MOST_SHAPES]
    return {shape: dict(sorted(counts[shape].items())) for shape in sorted(often)}


def suffix(articles: Sequence[PageTraits]) -> str | None:
    tails = Counter(page.tail for page in articles if page.tail)
    if not tails:
        return None
    number, tail = max((n, tail) for tail, n in tails.items())
    return tail if 2 * number >= len(articles) else None


def labels(articles: Sequence[PageTraits]) -> frozenset[str]:
    """Names on nearly all articles while the other names change. A site of one author has no others."""
    signed = Counter(name for page in articles for name in set(page.names))
    found = set()
    for name, number in signed.items():
        others = Counter(other for page in articles if name in page.names for other in {*page.names} - {name})
        together = sum(name in page.names and len(set(page.names)) > 1 for page in articles)
        if number >= NEARLY_ALL * len(articles) and len(others) >= PAGES and 2 * together >= len(articles):
            found.add(name)
    return frozenset(found)


def most(counts: Counter[str], number: int) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number])


def changes(page: PageTraits, before: SiteProfile, after: SiteProfile) -> bool:
    """Whether the page reads differently with the other profile: only such pages are read again."""
    if page.kind not in (PageKind.ARTICLE, PageKind.COMMENTS):
        return False
    if not {*page.names}.isdisjoint(before.labels ^ after.labels):
        return True
    if before.without_suffix(page.ending) != after.without_suffix(page.ending):
        return True
    if not {*page.blocks}.isdisjoint(before.repeated ^ after.repeated):
        return True
    if any((place in before.widgets) != (place in after.widgets) for place, _ in page.comments):
        return True
    if page.margin >= SURE + 1:
        return False
    return bool(before.cues(page.url, page.stated)) != bool(after.cues(page.url, page.stated))
