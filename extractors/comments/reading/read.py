"""Reads a list of records as comments: fields, dates, kinds, who answers whom, and what the page says of them all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from extractors.comments.finding.forged import without_forged
from extractors.comments.finding.listing import Listing
from extractors.comments.finding.outline import CommentOutline, thread_named
from extractors.comments.finding.selector import selector
from extractors.comments.reading.discussion import discussion, neighbours
from extractors.comments.reading.extent import nodes_of
from extractors.comments.reading.kinds import kind_of, notice
from extractors.comments.reading.label import Fields, label
from extractors.comments.reading.names import is_cut
from extractors.comments.reading.notes import without_notes
from extractors.comments.reading.recipe import Recipe, apply
from extractors.comments.reading.record import InlineRun, Record, records
from extractors.comments.reading.targets import answered_by_name
from extractors.comments.reading.threads import numbers, parents
from extractors.comments.reading.timeline import in_one_format
from extractors.comments.thread import Thread
from extractors.dates import FoundDate, resolved
from extractors.html import folded
from extractors.records import Comment, CommentKind, DatePrecision
from extractors.urls import base_of

_ONE_COMMENT: Final = re.compile(r"(?:^|[-_])(?:comment|pingback|trackback|cmt|c)[-_]?\d+$", re.IGNORECASE)
_WORDPRESS_ID: Final = re.compile(r"(?:(?:li|div|article|dsq)-)comment-(\d+)|wpd-comm-(\d+)_\d+")
"""WordPress calls a comment comment-N in its links, whatever its themes add to the element's id."""
_ID: Final = re.compile(r"\d")
_POST: Final = re.compile(r"(?:^|[-_ ])(?:posts?|p)[-_]?\d+(?:$|[-_ ])|postbit|crawler-post|message--post|forum-?post")
_STAFF: Final = re.compile(
    r"(?:^|[-_ ])(?:bypostauthor|by-?author|author-?comment|postauthor|is-?author|admin(?:istrator)?|staff|"
    r"moderator|editor|official|op)(?:$|[-_ ])"
)
_OF_ARTICLE: Final = re.compile(
    r"(?:^|[-_ ])(?:entry-meta|entry-header|post-meta|post-info|article-meta|byline|posted-on|author-(?:box|bio|"
    r"info|card)|"
    r"about-(?:the-)?author|post-author|dateline|post-\d+)(?:$|[-_ ])"
)
_BOX_NAMES: Final = 12  # elements of a record whose names are looked at
_OWN_LINK: Final = re.compile(r"[?&]replytocom=(\d+)|#(?:li-|div-)?comment[-_]?(\d+)$", re.IGNORECASE)
_NEAR: Final = 6  # elements inside the author's in which the link of the name is looked for
_MIN_SITE_NAME: Final = 4
_HEAD: Final = 150  # elements in which the page's metadata stands
_NOTICES: Final = (CommentKind.PINGBACK, CommentKind.TRACKBACK)


def read_thread(
    outline: CommentOutline, listing: Listing, platform: str, fetched_at: datetime | None, recipe: Recipe | None = None
) -> Thread:
    """The thread whose records are the list's; empty if, once read, they do not look like comments."""
    rows = records(outline, without_forged(outline, listing))
    fields = label(outline, rows)
    if recipe is None and _are_posts(outline, rows):
        recipe = Recipe(kind=CommentKind.POST)
    if recipe is not None:
        apply(recipe, outline, rows, fields)
    for field in fields:
        field.body_runs = without_notes(field.body_runs)
    ids = _named_by_links(outline, rows, [_identity(outline, row) for row in rows])
    answers = parents(outline, rows, fields, [_serial(identity) for identity in ids], recipe)
    answers = answered_by_name(outline, rows, fields, answers)
    dates = in_one_format(
        [field.date for field in fields], [field.stated for field in fields], outline.document.tree.get("lang")
    )
    drafts = [
        _comment(outline, row, field, date, identity, fetched_at, recipe)
        for row, field, date, identity in zip(rows, fields, dates, ids, strict=True)
    ]
    comments = _numbered(drafts, answers)
    if not _is_discussion(comments) or (len(rows) == 1 and _is_byline(outline, rows[0], comments[0])):
        return empty_thread(outline)
    spans = [(row.start, row.stop) for row in rows]
    return Thread(
        discussion=discussion(outline, comments, spans, platform, numbers(rows)),
        comments=comments,
        nodes=nodes_of(outline, rows),
        neighbours=neighbours(outline, spans),
    )


def _are_posts(outline: CommentOutline, rows: Sequence[Record]) -> bool:
    """Are the records called posts, and nowhere comments: messages of a forum?"""
    names = [outline.named[row.start] for row in rows]
    return len(rows) > 1 and all(_POST.search(name) and not thread_named(name) for name in names)


def empty_thread(outline: CommentOutline) -> Thread:
    """No comment on the page: what it says about its discussion all the same (a count, a host)."""
    return Thread(discussion=discussion(outline, (), (), None))


def _is_discussion(comments: Sequence[Comment]) -> bool:
    """Do the records, once read, look like comments? One alone must name its author and its date or anchor, or, where
    it is nobody's, have both of these."""
    if len(comments) == 1:
        only = comments[0]
        dated = bool(only.date_text or only.date)
        anchored = bool(only.id and _ONE_COMMENT.search(only.id))
        return bool(only.body) and (dated or anchored if only.author else dated and anchored)
    signed = sum(bool(comment.body and (comment.author or comment.date_text or comment.id)) for comment in comments)
    return signed >= 0.5 * len(comments) > 0


def _is_byline(outline: CommentOutline, record: Record, only: Comment) -> bool:
    """Is the one record found the article's own: who wrote it and when, or its author's box?"""
    if only.id and _ONE_COMMENT.search(only.id):
        return False
    return any(_OF_ARTICLE.search(outline.named[number]) for number in record.elements[:_BOX_NAMES])


def _numbered(drafts: Sequence[Comment], answers: Sequence[int | None]) -> tuple[Comment, ...]:
    """The comments that say something, with positions and parents counted over those."""
    places: dict[int, int] = {}
    kept = []
    seen: set[tuple[str, str | None, str]] = set()
    for place, draft in enumerate(drafts):
        if draft.id and draft.body:
            same = (draft.id, draft.author, draft.body)
            if same in seen:  # a second list of the same comments, "most popular" beside "most recent"
                continue
            seen.add(same)
        if draft.body or (draft.author and draft.date) or draft.kind is CommentKind.REMOVED:
            places[place] = len(places) + 1
            kept.append(place)
    return tuple(_placed(drafts[place], places[place], _kept_above(place, answers, places)) for place in kept)


def _placed(draft: Comment, position: int, parent: int | None) -> Comment:
    values = {name: getattr(draft, name) for name in Comment.__slots__}
    return Comment(**{**values, "position": position, "parent": parent})


def _kept_above(place: int, answers: Sequence[int | None], places: dict[int, int]) -> int | None:
    above = answers[place]
    while above is not None and above not in places:
        above = answers[above]
    return places[above] if above is not None else None


def _comment(
    outline: CommentOutline,
    record: Record,
    fields: Fields,
    date: FoundDate | None,
    identity: str | None,
    fetched_at: datetime | None,
    recipe: Recipe | None,
) -> Comment:
    body = _text(fields.body_runs)
    kind = kind_of(outline, record, body)
    if recipe is not None and recipe.removed and _has(outline, record, recipe.removed):
        kind = CommentKind.REMOVED
    elif recipe is not None and recipe.kind is not None and kind is CommentKind.COMMENT:
        kind = recipe.kind
    author, author_url = fields.author, _author_url(outline, record, fields)
    if kind in _NOTICES:
        sent = notice(outline, record, kind)
        if sent.title and (sent.title_is_body or author is None):
            author = sent.title
            if fields.date_text and fields.date_text.strip() in sent.title:
                date = fields.date = fields.date_text = None  # the title's, not the notice's
            body = _without_title(body, sent.title) or sent.title
        elif sent.title and author and sent.title.startswith(author):
            author = sent.title  # the vote takes dates and what follows a colon off titles
        if date is not None or identity:
            body = body or author or ""
        author_url = author_url or (_absolute(base_of(outline.document), sent.url) if sent.url else None)
    return Comment(
        position=record.number + 1,
        id=identity,
        permalink=_permalink(outline, record, identity),
        author=author,
        author_url=author_url,
        author_truncated=bool(author and is_cut(author)),
        date=resolved(date, fetched_at) if date else None,
        date_text=" ".join(fields.date_text.split()) if fields.date_text else None,
        date_precision=_precision(date, fields),
        body=body,
        links=_links(outline, record, fields),
        kind=kind,
        by_site=_is_staff(outline, record, author, recipe),
    )


def _has(outline: CommentOutline, record: Record, wanted: str) -> bool:
    return any(test.holds(outline, number) for test in selector(wanted).tests for number in record.elements)


def _is_staff(outline: CommentOutline, record: Record, author: str | None, recipe: Recipe | None) -> bool:
    if recipe is not None and recipe.staff and _has(outline, record, recipe.staff):
        return True
    return bool(_STAFF.search(outline.named[record.start])) or _signs_for_site(outline, author)


def _signs_for_site(outline: CommentOutline, author: str | None) -> bool:
    """Is the author's name the name of the site: "elaee" on www.elaee.com?"""
    if not author:
        return False
    name = _plain(author)
    return len(name) >= _MIN_SITE_NAME and name in _site_names(outline)


def _site_names(outline: CommentOutline) -> set[str]:
    labels = (urlsplit(outline.url).hostname or "").split(".")
    names = {_plain(label) for label in labels[-3:-1]} - {"www", "blog", "blogspot", "wordpress", "co", "com"}
    for element in outline.elements[:_HEAD]:
        if element.tag == "meta" and element.get("property") == "og:site_name":
            names.add(_plain(element.get("content") or ""))
    return names


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _precision(date: FoundDate | None, fields: Fields) -> DatePrecision | None:
    shown = date or fields.date
    return shown.precision if shown else None


def _text(lines: list[list[InlineRun]]) -> str:
    return folded("\n".join("".join(run.text for run in line) for line in lines))


def _without_title(body: str, title: str) -> str:
    """The body of a notice without the line that names its source."""
    lines = [line for line in body.split("\n") if " ".join(line.split()) not in ("", title) and title not in line]
    return "\n".join(
        line for line in lines if re.search(r"\w{3}", line) and not re.match(r"^ping|^track", line, re.IGNORECASE)
    )


def _author_url(outline: CommentOutline, record: Record, fields: Fields) -> str | None:
    """The address behind the author's name, on the name's element or the nearest one around or in it."""
    number = fields.author_element
    if number is None:
        return None
    inner = range(number, min(outline.end[number], number + _NEAR))
    for near in (*inner, outline.parent[number], outline.parent[outline.parent[number]]):
        element = outline.elements[near]
        href: str | None = element.get("href") if near > record.start and element.tag == "a" else None
        if href and not href.startswith(("#", "javascript:")):
            return _absolute(base_of(outline.document), href.strip())
    return None


def _links(outline: CommentOutline, record: Record, fields: Fields) -> tuple[str, ...]:
    found: dict[str, None] = {}
    seen: set[int] = set()
    for line in fields.body_runs:
        for run in line:
            number = run.owner
            while number > record.start and number not in seen:
                seen.add(number)
                element = outline.elements[number]
                href = (element.get("href") or "").strip() if element.tag == "a" else ""
                if href and not href.startswith(("#", "javascript:")):
                    found[_absolute(base_of(outline.document), href)] = None
                number = outline.parent[number]
    return tuple(found)


def _absolute(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:  # "http://[broken": kept as the page gives it
        return href


def _identity(outline: CommentOutline, record: Record) -> str | None:
    """The id that the site gave the comment: its element's, or that of an anchor or element around or inside it."""
    own = _own_id(outline, record.start)
    if own:
        return own
    up = outline.parent[record.start]
    if up >= 0 and outline.end[up] == outline.end[record.start] and (above := _own_id(outline, up)):
        return above
    for number in record.elements[1:40]:
        inner = _own_id(outline, number)
        if inner:
            return inner
    before = record.start - 1
    if before >= 0 and outline.elements[before].tag == "a" and (anchor := _own_id(outline, before)):
        return anchor
    return None


def _named_by_links(outline: CommentOutline, rows: Sequence[Record], ids: list[str | None]) -> list[str | None]:
    """The ids, with those that only the comments' reply links or permalinks tell where no comment has one.

    A link to another comment ("in reply to") would name two comments alike: then no link is believed.
    """
    if any(ids):
        return ids
    linked = [_linked_id(outline, row) for row in rows]
    named = [identity for identity in linked if identity]
    return linked if len(set(named)) == len(named) else ids


def _linked_id(outline: CommentOutline, record: Record) -> str | None:
    for number in record.elements:
        element = outline.elements[number]
        stated = (element.get("data-commentid") or "").strip()
        if stated.isdigit():
            return f"comment-{stated}"
        href = element.get("href") if element.tag == "a" else None
        if href and (found := _OWN_LINK.search(href)):
            return f"comment-{found[1] or found[2]}"
    return None


def _own_id(outline: CommentOutline, number: int) -> str | None:
    element = outline.elements[number]
    for name in ("id", "name", "data-comment-id", "data-id"):
        value = (element.get(name) or "").strip()
        if value and _ID.search(value) and (name != "name" or element.tag == "a") and len(value) < 80:
            wordpress = _WORDPRESS_ID.fullmatch(value)
            return f"comment-{wordpress[1] or wordpress[2]}" if wordpress else value
    return None


def _serial(identity: str | None) -> str | None:
    digits = re.search(r"(\d+)\D*$", identity or "")
    return digits[1] if digits else None


def _permalink(outline: CommentOutline, record: Record, identity: str | None) -> str | None:
    serial = _serial(identity)
    if serial is None:
        return None
    for number in record.elements:
        element = outline.elements[number]
        href = element.get("href") if element.tag == "a" else None
        if href and serial in href and "#" in href and "replytocom" not in href and "respond" not in href:
            return _absolute(base_of(outline.document), href)
    return f"{outline.url.split('#')[0]}#{identity}"
