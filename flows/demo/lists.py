"""The pages of the sample site that are no articles: home, category, tag, author and date lists, a login page, and an
error that answers 200, as real sites have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.demo.magazine import DemoArticle, Magazine

PER_PAGE = 5
LOGIN = "/espace-abonnes/"
LOST = "/metier/allumeur-de-reverberes/"
"""Linked from every list, answers 200 and says that it is not there."""
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()

Render = Callable[..., bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoList:
    """A list of articles over several pages of PER_PAGE."""

    path: str
    heading: str
    body_class: str
    articles: tuple[DemoArticle, ...]


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def category_path(article: DemoArticle) -> str:
    return f"/categorie/{slug(article.category)}/"


def author_path(article: DemoArticle) -> str:
    return f"/auteur/{slug(article.author)}/"


def month_path(article: DemoArticle) -> str:
    return f"/{article.published:%Y/%m}/"


def month_name(moment: datetime) -> str:
    return f"{MONTHS[moment.month - 1]} {moment.year}"


def demo_lists(magazine: Magazine) -> list[DemoList]:
    """Every list of the site, the home page first."""
    found = [DemoList(path="/", heading=magazine.motto, body_class="home blog", articles=magazine.articles)]
    for article in magazine.articles:
        for path, heading, named in (
            (category_path(article), f"Catégorie : {article.category}", "archive category"),
            (author_path(article), f"Auteur : {article.author}", "archive author"),
            (month_path(article), f"Archives : {month_name(article.published)}", "archive date"),
        ):
            if all(one.path != path for one in found):
                found.append(DemoList(path=path, heading=heading, body_class=named, articles=members(magazine, path)))
    for name, slugs in magazine.tags:
        tagged = tuple(article for article in magazine.articles if article.slug in slugs)
        path = f"/etiquette/{slug(name)}/"
        found.append(DemoList(path=path, heading=f"Étiquette : {name}", body_class="archive tag", articles=tagged))
    return found


def members(magazine: Magazine, path: str) -> tuple[DemoArticle, ...]:
    """The articles of a category, of an author or of a month."""
    return tuple(
        article
        for article in magazine.articles
        if path in (category_path(article), author_path(article), month_path(article))
    )


def pages_of(one: DemoList) -> list[Sequence[DemoArticle]]:
    return [one.articles[start : start + PER_PAGE] for start in range(0, len(one.articles), PER_PAGE)]


def list_pages(magazine: Magazine, render: Render) -> dict[str, bytes]:
    """The body of every page of every list, by its path."""
    lists = demo_lists(magazine)

    def links(prefix: str, cut: int) -> list[tuple[str, str]]:
        return [(one.path, one.heading[cut:]) for one in lists if one.path.startswith(prefix)]

    beside: dict[str, Any] = {
        "categories": links("/categorie/", len("Catégorie : ")),
        "tags": links("/etiquette/", len("Étiquette : ")),
        "months": links("/20", len("Archives : ")),
        "lost": LOST,
        "author_path": author_path,
        "category_path": category_path,
    }
    found = {}
    for one in lists:
        parts = pages_of(one)
        for number, articles in enumerate(parts, start=1):
            path = one.path if number == 1 else f"{one.path}page/{number}/"
            found[path] = render(
                "list.html",
                heading=one.heading,
                body_class=one.body_class,
                articles=articles,
                number=number,
                count=len(parts),
                base_path=one.path,
                **beside,
            )
    return found
