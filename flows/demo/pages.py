"""Every address of the sample site and what it answers: the same bytes for the same edition and base address."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

from flows.demo.lists import LOGIN, LOST, author_path, category_path, list_pages
from flows.demo.magazine import DemoArticle, DemoComment, Magazine
from flows.demo.markup import blocks, tweet_spans

_PARIS = ZoneInfo("Europe/Paris")
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_HTML = "text/html; charset=UTF-8"
_XML = "application/xml; charset=UTF-8"

GONE = "/fiche/crieur-public/"
"""Stands in the sitemap, answers 404."""
HOPELESS = "/concours/"
"""An application shell: a page without an article."""
FORBIDDEN = "/apercu/fiche-a-venir/"
"""Stands in the sitemap, but robots.txt says no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One answer of the site. `fails_first`: the first request for it gets status 500 instead."""

    content_type: str
    body: bytes
    modified: datetime  # aware, UTC or Paris
    fails_first: bool = False

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    @property
    def last_modified(self) -> str:
        return format_datetime(self.modified.astimezone(UTC), usegmt=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoThread:
    """A comment with the answers to it, oldest first."""

    comment: DemoComment
    replies: tuple[DemoThread, ...]


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=_PARIS)


def _day(moment: datetime) -> str:
    day = "1er" if moment.day == 1 else str(moment.day)
    return f"{day} {_MONTHS[moment.month - 1]} {moment.year}"


def _minute(moment: datetime) -> str:
    return f"{_day(moment)} à {moment.hour} h {moment.minute:02} min"


def _iso(moment: datetime) -> str:
    return _aware(moment).isoformat()


def _rfc822(moment: datetime) -> str:
    return format_datetime(_aware(moment))


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "blocks": blocks,
        "tweet_spans": tweet_spans,
        "day": _day,
        "minute": _minute,
        "iso": _iso,
        "rfc822": _rfc822,
    }
    return environment


def threads(comments: tuple[DemoComment, ...], parent: int | None = None) -> tuple[DemoThread, ...]:
    """The comments as trees: those that answer `parent` (None: nobody), each with its own answers."""
    return tuple(
        DemoThread(comment=comment, replies=threads(comments, comment.id))
        for comment in comments
        if comment.parent == parent
    )


def _comment_pages(article: DemoArticle) -> list[tuple[DemoThread, ...]]:
    roots = threads(article.comments)
    size = article.threads_per_page or max(len(roots), 1)
    return [roots[start : start + size] for start in range(0, len(roots), size)] or [()]


def _newest_comments(magazine: Magazine) -> list[tuple[DemoArticle, DemoComment]]:
    """For the sidebar: one comment of each of the five oldest profiles, so that it is the same in both editions."""
    return [(article, article.comments[0]) for article in magazine.articles[-5:]]


def _article_pages(magazine: Magazine, article: DemoArticle, render: Any) -> dict[str, Resource]:
    pages = _comment_pages(article)
    found = {}
    for number, roots in enumerate(pages, start=1):
        path = article.path if number == 1 else f"{article.path}comment-page-{number}/"
        body = render(
            f"{article.theme}.html",
            article=article,
            roots=roots,
            path=path,
            page_number=number,
            page_count=len(pages),
            author_path=author_path(article),
            category_path=category_path(article),
            related=[other for other in magazine.articles if other.category == article.category and other != article],
        )
        found[path] = Resource(
            content_type=_HTML, body=body, modified=_aware(article.changed), fails_first=article.fails_first
        )
    return found


def demo_pages(magazine: Magazine, base: str) -> dict[str, Resource]:
    """Every answer of the site by its path. `base` is the site's address without a slash at the end."""
    environment = _environment()
    shared = {"magazine": magazine, "base": base, "newest": _newest_comments(magazine)}

    def render(template: str, **values: object) -> bytes:
        return environment.get_template(template).render(**shared, **values).encode()

    changed = _aware(max(article.changed for article in magazine.articles))
    found = {
        "/sitemap.xml": Resource(
            content_type=_XML,
            body=render("sitemap.xml", others=[GONE, HOPELESS, FORBIDDEN]),
            modified=changed,
        ),
        "/feed/": Resource(
            content_type="application/rss+xml; charset=UTF-8",
            body=render("feed.xml", changed=changed),
            modified=changed,
        ),
        "/robots.txt": Resource(
            content_type="text/plain; charset=UTF-8",
            body=render("robots.txt"),
            modified=datetime(2021, 3, 1, tzinfo=_PARIS),
        ),
        HOPELESS: Resource(content_type=_HTML, body=render("shell.html"), modified=datetime(2022, 9, 5, tzinfo=_PARIS)),
        FORBIDDEN: Resource(
            content_type=_HTML, body=render("preview.html"), modified=datetime(2024, 2, 1, tzinfo=_PARIS)
        ),
    }
    for path, body in list_pages(magazine, render).items():
        found[path] = Resource(content_type=_HTML, body=body, modified=changed)
    for path, template in ((LOGIN, "login.html"), (LOST, "lost.html")):
        found[path] = Resource(content_type=_HTML, body=render(template), modified=datetime(2022, 9, 5, tzinfo=_PARIS))
    for article in magazine.articles:
        found |= _article_pages(magazine, article, render)
    return found
