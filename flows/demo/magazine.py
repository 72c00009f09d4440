"""The content of the sample magazine, read from `content/`: articles, comments with their truth, tweets.

Everything in it is invented: magazine, people, companies, figures. Edition 1 is the site as first published; edition
2 is the same site some weeks later, with a few texts changed, so that a second run has something to notice.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"

_CHOICE = re.compile(r"\{([^{}]*)\}")


class Label(StrEnum):
    """What a careful editor would call a comment. `promotional`: on topic, but it sells something; review is right."""

    HAM = "ham"
    SPAM = "spam"
    PROMOTIONAL = "promotional"
    PINGBACK = "pingback"
    TRACKBACK = "trackback"


_LABEL_OF_TOPIC = {
    **dict.fromkeys(("praise", "question", "answer", "critique", "experience", "english"), Label.HAM),
    **dict.fromkeys(("spam-en", "spam-ru", "spam-fr", "seo-praise", "flattery", "campaign"), Label.SPAM),
    "promotional": Label.PROMOTIONAL,
    "pingback": Label.PINGBACK,
    "trackback": Label.TRACKBACK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoComment:
    """One comment of the site. `at` is the wall clock of Paris. `topic` says more finely than `label` what it is."""

    id: int
    author: str
    author_url: str | None
    at: datetime
    body: str
    topic: str
    language: str
    parent: int | None
    staff: bool

    @property
    def label(self) -> Label:
        return _LABEL_OF_TOPIC[self.topic]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSection:
    """A titled part of a profile; `bold`: the title is a bold paragraph instead of a heading element."""

    heading: str
    text: str
    bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTweet:
    """One message of the widget or one embedded in an article. `text` carries its #, @ and links as written."""

    id: str
    handle: str
    name: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """One job profile. `theme` is classic or html5; `listed` False: the feed knows it, the sitemap does not yet."""

    slug: str
    theme: str
    title: str
    author: str
    category: str
    published: datetime
    modified: datetime
    lead: str
    sections: tuple[DemoSection, ...]
    footnote: str | None
    tweet: DemoTweet | None
    comments: tuple[DemoComment, ...]
    threads_per_page: int | None  # None: all comments on one page
    listed: bool
    fails_first: bool  # the first request for it is answered with status 500
    touched: datetime | None  # when edition 2 changed something about it

    @property
    def path(self) -> str:
        return f"/fiche/{self.slug}/"

    @property
    def changed(self) -> datetime:
        """When anything on its page last changed: the text, the newest comment, or an edited one."""
        return max(self.touched or self.modified, self.modified, *(comment.at for comment in self.comments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Magazine:
    """The whole site at one edition, newest article first."""

    name: str
    motto: str
    edition: int
    articles: tuple[DemoArticle, ...]
    tweets: tuple[DemoTweet, ...]
    tags: tuple[tuple[str, tuple[str, ...]], ...]  # each with the slugs of its articles


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the wall clock of the magazine's town


def spin(template: str, seed: int) -> str:
    """One text of a spintax template: "{Hello|Hi} you" is "Hello you" or "Hi you", always the same for one seed."""
    turn = 0

    def choose(match: re.Match[str]) -> str:
        nonlocal turn
        turn += 1
        choices = match.group(1).split("|")
        return choices[hashlib.sha256(f"{seed}:{turn}".encode()).digest()[0] % len(choices)]

    while _CHOICE.search(template):
        template = _CHOICE.sub(choose, template)
    return template


def _comment(raw: dict[str, Any], edition: int) -> DemoComment:
    body = raw["then"] if edition > 1 and "then" in raw else raw["body"]
    return DemoComment(
        id=raw["id"],
        author=raw["by"],
        author_url=raw.get("url"),
        at=_moment(raw["at"]),
        body=body,
        topic=raw["then_is"] if edition > 1 and "then_is" in raw else raw["is"],
        language=raw.get("lang", "fr"),
        parent=raw.get("re"),
        staff=raw.get("staff", False),
    )


def _is_there(raw: dict[str, Any], edition: int) -> bool:
    return bool(raw.get("since", 1) <= edition < raw.get("gone", edition + 1))


def _campaign_comments() -> dict[str, list[dict[str, Any]]]:
    """The campaigns' comments by the slug of the article they were dropped on, in the form of an article's own."""
    placed: dict[str, list[dict[str, Any]]] = {}
    for campaign in tomllib.loads((CONTENT / "campaigns.toml").read_text("utf-8"))["campaigns"]:
        for number, (slug, at) in enumerate(campaign["places"]):
            identity = campaign["first_id"] + number
            text = spin(campaign["template"], identity)
            author = campaign["authors"][number % len(campaign["authors"])]
            placed.setdefault(slug, []).append(
                {
                    "id": identity,
                    "by": author,
                    "url": campaign["url"],
                    "at": at,
                    "is": "campaign",
                    "lang": campaign["lang"],
                    "body": text,
                }
            )
    return placed


def _tweet(raw: dict[str, Any]) -> DemoTweet:
    return DemoTweet(id=raw["id"], handle=raw["handle"], name=raw["name"], at=_moment(raw["at"]), text=raw["text"])


def _article(raw: dict[str, Any], dropped: list[dict[str, Any]], edition: int) -> DemoArticle:
    comments = [_comment(entry, edition) for entry in [*raw.get("comments", []), *dropped] if _is_there(entry, edition)]
    sections = tuple(
        DemoSection(
            heading=part["heading"],
            text=part["then"] if edition > 1 and "then" in part else part["text"],
            bold=raw.get("bold_headings", False),
        )
        for part in raw["sections"]
    )
    modified = raw["then_modified"] if edition > 1 and "then_modified" in raw else raw.get("modified", raw["published"])
    return DemoArticle(
        slug=raw["slug"],
        theme=raw["theme"],
        title=raw["title"],
        author=raw["author"],
        category=raw["category"],
        published=_moment(raw["published"]),
        modified=_moment(modified),
        lead=raw["lead"],
        sections=sections,
        footnote=raw.get("footnote"),
        tweet=_tweet(raw["tweet"]) if "tweet" in raw else None,
        comments=tuple(sorted(comments, key=lambda comment: (comment.at, comment.id))),
        threads_per_page=raw.get("threads_per_page"),
        listed=raw.get("listed", True),
        fails_first=raw.get("fails_first", False),
        touched=None,
    )


@functools.cache
def magazine(edition: int = 1) -> Magazine:
    """The magazine at that edition (1 or 2). Raises ValueError for any other."""
    if edition not in (1, 2):
        raise ValueError(f"the sample site has the editions 1 and 2, not {edition}")
    dropped = _campaign_comments()
    site = tomllib.loads((CONTENT / "site.toml").read_text("utf-8"))
    articles = []
    for file in sorted((CONTENT / "articles").glob("*.toml")):
        raw = tomllib.loads(file.read_text("utf-8"))
        first = _article(raw, dropped.get(raw["slug"], []), 1)
        now = _article(raw, dropped.get(raw["slug"], []), edition)
        articles.append(first if now == first else replace(now, touched=_moment(site["second_edition"])))
    return Magazine(
        name=site["name"],
        motto=site["motto"],
        edition=edition,
        articles=tuple(sorted(articles, key=lambda article: article.published, reverse=True)),
        tweets=tuple(_tweet(raw) for raw in site["tweets"]),
        tags=tuple((name, tuple(slugs)) for name, slugs in site["tags"].items()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What one comment of the site is, for tests that measure moderation on it."""

    label: Label
    topic: str
    language: str


def gold(edition: int = 1) -> dict[str, Truth]:
    """The truth of every comment by its id as the pages show it, "comment-1234". The pages themselves never tell."""
    return {
        f"comment-{comment.id}": Truth(label=comment.label, topic=comment.topic, language=comment.language)
        for article in magazine(edition).articles
        for comment in article.comments
    }
