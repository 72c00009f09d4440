"""Comments as moderation takes them: out of a page, or out of a line of JSON."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from extractors.records import CommentKind, Page
from moderation.signals.view import host_of
from moderation.verdict import Submission

_SIBLINGS = 300  # comments of a page that another one is compared with
_READ_OF_SIBLING = 10_000  # characters: words of a text are kept from comment to comment, and a page may hold megabytes


def siblings_of(position: int, bodies: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """The other comments of the page, as `Submission.siblings` takes them. `bodies`: of all, each with its position."""
    others = (body[:_READ_OF_SIBLING] for other, body in bodies if other != position)
    return tuple(islice(others, _SIBLINGS))


def submissions_of(page: Page, site: str | None = None) -> tuple[Submission, ...]:
    """The comments of a page as the judge sees them: with article, thread and dates around each.

    `site` is the host of the page; None: the host of its address.
    """
    own = host_of(site) if site else host_of(page.canonical_url or page.url)
    article = "\n\n".join(part for part in (page.lead, page.text) if part)
    by_position = {comment.position: comment for comment in page.comments}
    bodies = [(comment.position, comment.body) for comment in page.comments if comment.kind is CommentKind.COMMENT]
    return tuple(
        Submission(
            id=comment.id or str(comment.position),
            text=comment.body,
            author=comment.author,
            author_url=comment.author_url,
            links=comment.links,
            kind=str(comment.kind),
            site=own,
            page=page.canonical_url or page.url,
            article_language=page.language,
            article_title=page.title,
            article_text=article or None,
            by_site=comment.by_site,
            date=comment.date,
            article_date=page.published,
            position=comment.position,
            parent_text=by_position[comment.parent].body if comment.parent in by_position else None,
            siblings=siblings_of(comment.position, bodies),
        )
        for comment in page.comments
    )


_TEXTS = (
    "author author_url kind site page article_language article_title article_text date article_date parent_text".split()
)


def submission_from_json(row: Any) -> Submission:
    """The comment in one row of a JSONL file (README: `tamis moderate`). Raises ValueError with one sentence.

    null and absent are the same; unknown keys are left alone; lone surrogates, which JSON can carry and UTF-8 cannot,
    become U+FFFD.
    """
    if not isinstance(row, dict):
        raise ValueError("a row must be a JSON object with an id and a text")
    if row.get("id") is None or isinstance(row["id"], (dict, list, bool)):
        raise ValueError("a row needs an id (a string or a number)")
    if not isinstance(row.get("text"), str):
        raise ValueError("a row needs a text (a string)")
    fields: dict[str, Any] = {}
    for name in _TEXTS:
        value = row.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a string or null")
        fields[name] = _storable(value)
    links = row.get("links") or ()
    if not isinstance(links, (list, tuple)) or not all(isinstance(link, str) for link in links):
        raise ValueError("links must be a list of strings")
    for name in ("position", "earlier_published", "host_names"):
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"{name} must be a whole number or null")
        if value is not None:
            fields[name] = value
    if not isinstance(row.get("by_site") or False, bool):
        raise ValueError("by_site must be true or false")
    if "site" in fields:
        fields["site"] = host_of(fields["site"])
    elif "page" in fields and urlsplit(fields["page"]).netloc:
        fields["site"] = host_of(fields["page"])
    return Submission(
        id=str(row["id"]),
        text=_storable(row["text"]),
        links=tuple(_storable(link) for link in links),
        by_site=bool(row.get("by_site")),
        **fields,
    )


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
