"""What a WordPress site says of itself in its REST API: its posts with their last change, and its newest comments.

Source: the API of WordPress 4.7 and later, `wp/v2/posts` and `wp/v2/comments`. Its `after` and `modified_after` are not
asked for: a post that was scheduled and a comment that waited for its approval have dates from before they appeared, so
all posts and the newest comments are listed and compared with what is known. What is stated is as hostile as a page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import orjson

from extractors.urls import host_of, normalised
from flows.fetching import guard
from flows.fetching.client import Fetcher
from flows.fetching.errors import FetchError, Refused
from flows.fetching.policy import Expect, FetchRequest
from flows.observe import log

PER_REQUEST = 100  # WordPress gives no more at once
MOST_LISTS = 20  # a larger site is visited page by page


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A published post. `modified` is aware UTC."""

    number: int
    url: str
    modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComment:
    """A published comment, by its number and its post's."""

    number: int
    post: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """All posts, and the newest comments, the newest first; `every_comment`: there are no others."""

    posts: tuple[Post, ...]
    comments: tuple[NewComment, ...]
    every_comment: bool


async def news_of(fetcher: Fetcher, api: str) -> News | None:
    """What the site says at the root of its API; None, with the reason in the log, where that is no whole answer."""
    try:
        posts: list[Post] = []
        for number in range(1, MOST_LISTS + 1):
            listed, lists = await asked(
                fetcher, api, "posts", page=number, orderby="id", order="asc", _fields="id,link,modified_gmt"
            )
            local = fetcher.policy.local_addresses
            posts += [post for entry in listed if (post := post_of(entry, api, local)) is not None]
            if len(listed) < PER_REQUEST or number == lists:  # asked for one more, WordPress answers with an error
                break
        else:
            raise ValueError(f"more than {MOST_LISTS * PER_REQUEST:,} posts")
        said, _ = await asked(fetcher, api, "comments", orderby="date_gmt", order="desc", _fields="id,post")
    except (FetchError, ValueError) as error:
        log("no_news", api=api, because=str(error))
        return None
    comments = [comment for entry in said if (comment := comment_of(entry)) is not None]
    return News(posts=tuple(posts), comments=tuple(comments), every_comment=len(said) < PER_REQUEST)


async def asked(fetcher: Fetcher, api: str, what: str, **words: str | int) -> tuple[list[Any], int | None]:
    """One list, and how many lists there are, if the answer says so. Raises FetchError, and ValueError for what is no
    list."""
    url = address(api, what, {"per_page": PER_REQUEST, **words})
    answer = await fetcher.fetch(FetchRequest(url=url, expect=Expect.ANY, aside=True))
    found = await asyncio.to_thread(orjson.loads, answer.body)
    if not isinstance(found, list):
        raise ValueError(f"{url}: no list")
    lists = answer.header("x-wp-totalpages") or ""
    return found[:PER_REQUEST], int(lists) if lists.isdecimal() else None


def address(api: str, what: str, words: dict[str, str | int]) -> str:
    if "rest_route=" in urlsplit(api).query:  # a site without pretty addresses
        return f"{api.rstrip('/')}/wp/v2/{what}&{urlencode(words)}"
    return urljoin(f"{api.rstrip('/')}/", f"wp/v2/{what}?{urlencode(words)}")


def post_of(entry: object, api: str, local: frozenset[str]) -> Post | None:
    """A post at an address on the API's own host that may be fetched, or None."""
    match entry:
        case {"id": int(number), "link": str(link), "modified_gmt": str(modified)} if host_of(link) == host_of(api):
            url = normalised(link)
            try:
                guard.target(url, local)
                moment = datetime.fromisoformat(modified)
            except (Refused, ValueError):
                return None
            return Post(number=number, url=url, modified=moment.replace(tzinfo=UTC))
    return None


def comment_of(entry: object) -> NewComment | None:
    match entry:
        case {"id": int(number), "post": int(post)}:
            return NewComment(number=number, post=post)
    return None
