"""Comments that a WordPress site names beside its page: where its JSON and its comment feed are, and their records.

Sources: the REST API of WordPress 4.7 and later (`/wp-json/wp/v2/comments?post=ID`), and the RSS 2.0 feed of one
article's comments (`ARTICLE/feed/`) of every version. Both are as hostile as a page: sizes, types and markup are
judged here, and only rendered text leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import orjson
from lxml import etree
from lxml.html import HtmlElement

from extractors.charset import decode
from extractors.errors import PageError
from extractors.html import Document, classes, line_of, text_of
from extractors.records import Comment, CommentKind, DatePrecision
from extractors.urls import absolute, base_of, host_of

PER_REQUEST = 100
"""Comments in one answer of the API: WordPress allows no more."""

_MAX_BODY = 200_000  # characters of markup; WordPress itself stores at most 65,525
_MAX_NAME = 245  # characters that WordPress stores of a name
_API_REL = "https://api.w.org/"
_API_HEADER = re.compile(r"<([^<>\s]{1,500})>\s*;\s*rel=\"?https://api\.w\.org/\"?")
_POST_CLASS = re.compile(r"^(?:postid|page-id|post)-(\d{1,12})$")
_NUMBER = re.compile(r"comment-(\d{1,15})$")
_LOCAL_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
_BY = re.compile(r"^[^:：]{0,20}[:：]\s*")  # "By: Anna", "Par : Anna"
_MAX_REPLY_LINE = 120  # characters of "In reply to NAME."
_KINDS = {"pingback": CommentKind.PINGBACK, "trackback": CommentKind.TRACKBACK}
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"


class Unreadable(PageError):
    """An answer that is not what it should be."""

    reason = "comments_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a page's comments are named. `api` is the root of the REST API, `post` the article's number there."""

    api: str | None = None
    post: int | None = None
    feed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A comment that the site names. `record.position` and `record.parent` are not set: `number`, `parent` are its own
    and its parent's in the site's count."""

    number: int
    parent: int | None
    record: Comment


def sources(html: str | bytes, url: str, *, content_type: str | None = None, link_header: str | None = None) -> Sources:
    """Where the page's comments are named, on its own host only; all null for a page that is not of WordPress.

    Raises PageError.
    """
    document = Document(decode(html, content_type) if isinstance(html, bytes) else html, url)
    api = _api(document, link_header)
    is_wordpress = api is not None or any(
        "wordpress" in (meta.get("content") or "").lower() for meta in document.tree.iter("meta")
    )
    if not is_wordpress:
        return Sources()
    return Sources(api=api, post=_post(document), feed=_feed(document))


def _api(document: Document, link_header: str | None) -> str | None:
    stated = [link.get("href") or "" for link in document.tree.iter("link") if link.get("rel") == _API_REL]
    stated += _API_HEADER.findall(link_header or "")
    return next(filter(None, (_own(document, address) for address in stated)), None)


def stated_api(link_header: str | None, url: str) -> str | None:
    """The root of the API that an answer's Link header names, if it is on the answer's own host."""
    stated = (absolute(address, url) for address in _API_HEADER.findall(link_header or ""))
    return next((address for address in stated if address and host_of(address) == host_of(url)), None)


def _own(document: Document, address: str) -> str | None:
    """The address, absolute, if it is on the page's host."""
    target = absolute(address, base_of(document))
    return target if target and host_of(target) == host_of(document.url) else None


def _post(document: Document) -> int | None:
    """The article's number: from its short address, the form that answers it, or the classes of its body."""
    for link in document.tree.iter("link"):
        if link.get("rel") == "shortlink":
            query = parse_qs(urlsplit(link.get("href") or "").query)
            for number in (*query.get("p", ()), *query.get("page_id", ())):
                if re.fullmatch(r"\d{1,12}", number):
                    return int(number)
    for field in document.tree.iter("input"):
        if field.get("name") == "comment_post_ID" and re.fullmatch(r"\d{1,12}", field.get("value") or ""):
            return int(field.get("value") or "")
    for body in document.tree.iter("body"):
        for name in classes(body):
            if found := _POST_CLASS.match(name):
                return int(found[1])
    return None


def _feed(document: Document) -> str:
    """The feed of the article's comments: the one that the page names, else where WordPress has it."""
    own = urlsplit(document.url)
    path = own.path.rstrip("/")
    for link in document.tree.iter("link"):
        if link.get("type") == "application/rss+xml" and (target := _own(document, link.get("href") or "")):
            parts = urlsplit(target)
            if path and parts.path.rstrip("/") == f"{path}/feed":
                return target
    if own.query:  # plain permalinks: ?p=12
        return own._replace(query=f"{own.query}&feed=rss2", fragment="").geturl()
    return own._replace(path=f"{path}/feed/", query="", fragment="").geturl()


def api_address(api: str, post: int, page: int = 1, per_request: int = PER_REQUEST) -> str:
    """The address of one answer with comments, the oldest first; `page` counts from 1."""
    asked = urlencode({"post": post, "per_page": per_request, "page": page, "orderby": "id", "order": "asc"})
    if "rest_route=" in urlsplit(api).query:  # a site without pretty addresses
        return f"{api.rstrip('/')}/wp/v2/comments&{asked}"
    return urljoin(f"{api.rstrip('/')}/", f"wp/v2/comments?{asked}")


def api_comments(body: bytes, post: int, url: str) -> tuple[Named, ...]:
    """The approved comments of the article in one answer of the API, in its order.

    Entries that are not what they should be, or say nothing, are left out. Raises Unreadable for what is no list.
    """
    try:
        listed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"{url}: no JSON ({error})") from error
    if not isinstance(listed, list):
        raise Unreadable(f"{url}: no list of comments")
    found = (_from_json(entry, post, url) for entry in listed[:PER_REQUEST] if isinstance(entry, dict))
    return tuple(named for named in found if named is not None)


def _from_json(entry: dict[str, Any], post: int, url: str) -> Named | None:
    number = _number(entry.get("id"))
    content = entry.get("content")
    markup = content.get("rendered") if isinstance(content, dict) else None
    if number is None or _number(entry.get("post")) != post or entry.get("status", "approved") != "approved":
        return None
    node = _fragment(markup, url)
    if node is None or not (body := text_of(node)):
        return None
    stated = entry.get("date")
    date = _local_time(stated) if isinstance(stated, str) else None
    record = Comment(
        position=0,
        id=f"comment-{number}",
        permalink=_address(entry.get("link"), url),
        author=_name(entry.get("author_name"), url),
        author_url=_address(entry.get("author_url"), url),
        date=date,
        date_text=stated if date else None,
        date_precision=DatePrecision.MINUTE if date else None,
        body=body,
        links=_links(node, url),
        kind=_KINDS.get(str(entry.get("type")), CommentKind.COMMENT),
    )
    return Named(number=number, parent=_number(entry.get("parent")), record=record)


def feed_comments(body: bytes, url: str) -> tuple[Named, ...]:
    """The comments of an article's comment feed, the oldest first.

    Entries without the number of a comment are left out. Raises Unreadable for what is no such feed.
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unreadable(f"{url}: a feed with a DOCTYPE is not read")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"{url}: no XML ({error})") from error
    if root.tag != "rss":
        raise Unreadable(f"{url}: no RSS feed")
    found = {named.number: named for item in root.iter("item") if (named := _from_item(item, url)) is not None}
    return tuple(found[number] for number in sorted(found))


def _from_item(item: etree._Element, url: str) -> Named | None:
    link = item.findtext("link") or ""
    number = next((int(m[1]) for text in (link, item.findtext("guid") or "") if (m := _NUMBER.search(text))), None)
    node = _fragment(item.findtext(_ENCODED) or item.findtext("description"), url)
    if number is None or node is None:
        return None
    parent, answered = _answered(node)
    if not (body := text_of(node, answered)):
        return None
    stated = (item.findtext("pubDate") or "").strip()
    date = _sent_time(stated)
    record = Comment(
        position=0,
        id=f"comment-{number}",
        permalink=_address(link, url),
        author=_name(item.findtext(_CREATOR) or _BY.sub("", item.findtext("title") or ""), url),
        date=date,
        date_text=stated if date else None,
        date_precision=DatePrecision.MINUTE if date else None,
        body=body,
        links=_links(node, url, answered),
    )
    return Named(number=number, parent=parent, record=record)


def _answered(node: HtmlElement) -> tuple[int | None, list[HtmlElement]]:
    """Whom a feed's comment answers, and the paragraph that says so: "In reply to <a href="#comment-12">Anna</a>." """
    for paragraph in node.iter("p"):
        for anchor in paragraph.iter("a"):
            found = _NUMBER.search(anchor.get("href") or "")
            if found and len(line_of(paragraph)) <= _MAX_REPLY_LINE:
                return int(found[1]), [paragraph]
        return None, []
    return None, []


def _fragment(markup: object, url: str) -> HtmlElement | None:
    """The parsed body of a comment; None for what is no text, too long, or beyond the parser's limits."""
    if not isinstance(markup, str) or len(markup) > _MAX_BODY:
        return None
    try:
        tree = Document(f"<!DOCTYPE html><html><body><div>{markup}</div></body></html>", url).tree
    except PageError:
        return None
    return next(iter(tree.iter("body")), None)


def _name(value: object, url: str) -> str | None:
    node = _fragment(value, url)
    return (line_of(node)[:_MAX_NAME] or None) if node is not None else None


def _address(value: object, url: str) -> str | None:
    return absolute(value, url) if isinstance(value, str) and value.strip() else None


def _links(node: HtmlElement, url: str, drop: list[HtmlElement] | None = None) -> tuple[str, ...]:
    left_out = {anchor for dropped in drop or () for anchor in dropped.iter("a")}
    return tuple(_targets(node, url, left_out))


def _targets(node: HtmlElement, url: str, left_out: set[HtmlElement]) -> Iterator[str]:
    for anchor in node.iter("a"):
        if anchor not in left_out and (target := _address(anchor.get("href"), url)):
            yield target


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**15 else None


def _local_time(text: str) -> str | None:
    """The site's wall clock to the minute, as its pages show it."""
    if not _LOCAL_TIME.match(text):
        return None
    try:
        return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError:
        return None


def _sent_time(text: str) -> str | None:
    """The time of a feed, with its offset, to the minute."""
    try:
        sent = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return sent.isoformat(timespec="minutes") if 1970 <= sent.year <= 2100 else None
