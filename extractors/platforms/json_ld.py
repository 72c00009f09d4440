"""schema.org comments in JSON-LD: for pages that print their comments for search engines and show them by script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from extractors.comments.adapter import Platform
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.discussion import discussion, order
from extractors.comments.thread import Thread
from extractors.dates import find_date, resolved
from extractors.html import text_of
from extractors.records import Comment, Discussion
from extractors.structured import MAX_JSON_LD, json_ld

_MAX_DEPTH = 30
_MAX_COMMENTS = 5_000


class JsonLd(Platform):
    """`comment` arrays of any item, answers in `comment` of a comment or by `parentItem`; no node is theirs."""

    name: ClassVar[str] = "json-ld"

    def matches(self, outline: CommentOutline) -> bool:
        html = outline.document.html
        return "ld+json" in html and ('"Comment"' in html or '"UserComments"' in html)

    def thread(self, outline: CommentOutline, fetched_at: datetime | None) -> Thread | None:
        rows = list(_rows(outline))[:_MAX_COMMENTS]
        comments = _comments(rows, outline.url, fetched_at)
        if not comments:
            return None
        stated = next((count for item in _items(outline) if isinstance(count := item.get("commentCount"), int)), None)
        seen = discussion(outline, comments, (), self.name)
        told = Discussion(
            platform=self.name,
            claimed=stated if stated is not None else seen.claimed,
            found=len(comments),
            order=order(comments),
            next_page=seen.next_page,
            hosted_by=seen.hosted_by,
            shortfall=seen.shortfall if stated is None or stated > len(comments) else None,
        )
        return Thread(discussion=told, comments=comments)


def _rows(outline: CommentOutline) -> Iterator[tuple[dict[str, Any], int | None]]:
    """(comment, place of the one it is nested in), parents before their answers."""
    place = 0
    for item in _items(outline):
        if _is_comment(item):
            continue
        stack: list[tuple[Any, int | None, int]] = [(child, None, 0) for child in reversed(_children(item))]
        while stack:
            comment, above, depth = stack.pop()
            if not isinstance(comment, dict) or depth > _MAX_DEPTH:
                continue
            yield comment, above
            stack.extend((child, place, depth + 1) for child in reversed(_children(comment)))
            place += 1


def _items(outline: CommentOutline) -> Iterator[dict[str, Any]]:
    for element in outline.document.tree.iter("script"):
        if "ld+json" not in (element.get("type") or "").lower() or not element.text:
            continue
        if len(element.text) > MAX_JSON_LD:
            continue
        data = json_ld(element.text)
        roots = data if isinstance(data, list) else [data]
        for root in roots:
            if isinstance(root, dict):
                graph = root.get("@graph")
                yield from (
                    item for item in [root, *(graph if isinstance(graph, list) else [])] if isinstance(item, dict)
                )


def _children(item: dict[str, Any]) -> list[Any]:
    children = item.get("comment") or item.get("comments") or []
    return children if isinstance(children, list) else [children]


def _is_comment(item: dict[str, Any]) -> bool:
    kind = item.get("@type")
    return kind in ("Comment", "UserComments") or (isinstance(kind, list) and "Comment" in kind)


def _comments(
    rows: list[tuple[dict[str, Any], int | None]], url: str, fetched_at: datetime | None
) -> tuple[Comment, ...]:
    named = {str(row["@id"]): place for place, (row, _) in enumerate(rows) if row.get("@id")}
    return tuple(
        _comment(row, place, above if above is not None else _parent(row, place, named), url, fetched_at)
        for place, (row, above) in enumerate(rows)
    )


def _parent(row: dict[str, Any], place: int, named: dict[str, int]) -> int | None:
    parent = row.get("parentItem")
    identity = parent.get("@id") if isinstance(parent, dict) else parent
    found = named.get(str(identity)) if identity else None
    return found if found is not None and found < place else None


def _comment(row: dict[str, Any], place: int, above: int | None, url: str, fetched_at: datetime | None) -> Comment:
    author = row.get("author") or row.get("creator") or {}
    author = author[0] if isinstance(author, list) and author else author
    name = author.get("name") if isinstance(author, dict) else author
    link = author.get("url") if isinstance(author, dict) else None
    stated = row.get("dateCreated") or row.get("datePublished") or row.get("commentTime")
    date = find_date(stated) if isinstance(stated, str) else None
    identity = row.get("@id") or row.get("identifier")
    page = row.get("url")
    return Comment(
        position=place + 1,
        id=str(identity) if isinstance(identity, str | int) else None,
        permalink=urljoin(url, page) if isinstance(page, str) else None,
        author=" ".join(name.split()) if isinstance(name, str) and name.strip() else None,
        author_url=urljoin(url, link) if isinstance(link, str) else None,
        date=resolved(date, fetched_at) if date else None,
        date_text=stated if date and isinstance(stated, str) else None,
        date_precision=date.precision if date else None,
        body=_plain(row.get("text") or row.get("commentText") or row.get("description")),
        parent=above + 1 if above is not None else None,
    )


def _plain(text: object) -> str:
    """The text without markup: some sites put HTML into it."""
    if not isinstance(text, str):
        return ""
    if "<" not in text:
        return "\n".join(" ".join(line.split(" ")) for line in text.strip().splitlines() if line.strip())
    try:
        return text_of(lxml_html.fragment_fromstring(text, create_parent="div"))
    except (etree.ParserError, ValueError):  # markup that is none: kept as it stands
        return text.strip()
