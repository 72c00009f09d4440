"""Cues from the page's own make-up: teasers of other pages, or one headline with its text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from extractors.article.metadata import agreement
from extractors.kinds.survey import Heading, Survey
from extractors.records import KindCue, PageKind

_LIST_HEADLINE = re.compile(
    r"^\W*(?:(?:posts?|articles?|entries|archives?|stories|billets|messages|wpisy|beiträge) (?:tagged|in|by|for|from|"
    r"filed|categori[sz]ed|étiquetés?|classés?|de|du|pour|dans|par|oznaczone|w kategorii|z tagiem)\b|"
    r"(?:tag|category|categor(?:ie|y)|catégorie|étiquette|mot-clé|kategoria|autor|author|auteur|archives?|archiwum|"
    r"kategorie|schlagwort|search results?|résultats?|wyniki)\b.{0,3}\s?[:‘“«\"'(])",
    re.IGNORECASE,
)
_TEASED = 40  # characters of prose behind a linked heading from which it teases


def structure_cues(survey: Survey, titles: Sequence[str] = ()) -> Iterator[KindCue]:
    """`titles` are the headlines that the page states besides its <title>."""
    group = largest_group(survey)
    own = own_headline(survey, titles)
    teased = _prose_between(survey, group)
    if len(group) >= 2:
        share = teased / survey.prose if survey.prose else 0.0
        with_text = _with_text(survey, group)
        if share >= 0.5 and with_text >= max(2.0, len(group) / 3) and own is None:
            yield _list("teasers", 4.0, f"{len(group)} headings lead to other pages, with text below each")
        elif len(group) >= 3 and own is None:
            yield _list("teasers", 2.0, f"{len(group)} headings lead to other pages")
        elif share >= 0.6 and with_text >= 3:
            yield _list("teasers", 1.5, f"most of its text stands below {len(group)} headings that lead to other pages")
    elif (
        len(group) == 1
        and own is None
        and group[0].level <= 3
        and teased >= _TEASED
        and not _is_title(group[0], survey, titles)
    ):  # a headline that leads to what it speaks of is the page's own all the same
        yield _list("teaser", 2.0, f"its headline leads to another page, {group[0].target}")
    if any(_LIST_HEADLINE.search(heading.text) for heading in survey.headings[:6]) and not survey.comment_form:
        yield _list("list-headline", 2.5, "a heading announces the posts of a tag, a category, an author or a time")
    if len(survey.more) >= 2:
        yield _list("more", 1.0 if own else 2.5, f"{len(survey.more)} links to read more")
    if len(counted := survey.counted - {survey.url}) >= 2:
        yield _list("counts", 1.0 if own else 3.0, f"it counts the comments of {len(counted)} other pages")
    if survey.older and own is None:
        yield _list("pages", 1.5, "it leads to older or newer entries")
    if survey.entries >= 3 and own is None:
        yield _list("entries", 1.5, f"it holds {survey.entries} entries")
    if survey.comment_form:
        yield _article("comment-form", 2.5, "readers can comment on it")
    if own is not None:
        yield _article("headline", 1.5, "it has a headline of its own, which its title repeats")
        if survey.prose - teased >= 600:
            yield _article("prose", 1.0, "most of its text belongs to no teaser")


def largest_group(survey: Survey) -> list[Heading]:
    """The headings of one form that lead to most other pages of the site."""
    groups: dict[tuple[int, str], dict[str, Heading]] = defaultdict(dict)
    for heading in survey.headings:
        if heading.target and len(heading.text) > 2 and not _leads_here_or_home(heading.target, survey.url):
            groups[heading.level, heading.named].setdefault(heading.target, heading)

    def size(group: dict[str, Heading]) -> tuple[int, int]:
        return len(group), sum(len(heading.text) for heading in group.values())

    return list(max(groups.values(), key=size, default={}).values())


def _leads_here_or_home(target: str, url: str) -> bool:
    """A heading that leads to the site's home page is the site's name."""
    return _path(target) == _path(url) or urlsplit(target).path in ("", "/", "/index.html", "/index.php")


def _path(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].removesuffix("index.html").rstrip("/")


def own_headline(survey: Survey, titles: Sequence[str] = ()) -> Heading | None:
    """The heading that one of the page's titles repeats and that leads nowhere, or here."""
    for heading in survey.headings:
        leads_here = heading.target is None or _path(heading.target) == _path(survey.url)
        if leads_here and not _LIST_HEADLINE.search(heading.text) and _is_title(heading, survey, titles):
            return heading
    return None


def _is_title(heading: Heading, survey: Survey, titles: Sequence[str]) -> bool:
    return any(
        len(heading.text) >= max(3.0, 0.3 * len(title)) and agreement(heading.text, title) >= 0.75
        for title in (survey.title, *titles)
    )


def _stops(survey: Survey, heading: Heading) -> int:
    following = [other.prose_before for other in survey.headings if other.prose_before > heading.prose_before]
    return min(following, default=survey.prose)


def _prose_between(survey: Survey, group: list[Heading]) -> int:
    return sum(_stops(survey, heading) - heading.prose_before for heading in group)


def _with_text(survey: Survey, group: list[Heading]) -> int:
    return sum(_stops(survey, heading) - heading.prose_before >= _TEASED for heading in group)


def _list(signal: str, log_odds: float, because: str) -> KindCue:
    return KindCue(kind=PageKind.LIST, signal=signal, log_odds=log_odds, because=because)


def _article(signal: str, log_odds: float, because: str) -> KindCue:
    return KindCue(kind=PageKind.ARTICLE, signal=signal, log_odds=log_odds, because=because)
