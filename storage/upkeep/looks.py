"""What looks wrong about a site's pages: lists among the articles, comments where there can be none, labels for names.

Each is a sentence that says where to look; they are shown, not sent: a site of one author may be just that.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select

from extractors.kinds.addresses import kind_of_address
from extractors.records import PageKind
from storage.database.tables import articles, comments, pages, quarantine

FEW = 5  # articles: of fewer nothing is said
MANY = 10
ALL = 0.95
MOST = 0.5
LISTS_AMONG = 0.05
LOOKED_AT = 2_000  # the newest articles whose addresses are looked at
NO_ARTICLE = (PageKind.LIST, PageKind.STATIC, PageKind.LOGIN, PageKind.ERROR, PageKind.MEDIA)


def textless(connection: Connection, site_id: int) -> int:
    """Pages that look like articles and have no text: set aside as such, or loaded without."""
    aside = (
        select(func.count())
        .select_from(quarantine.join(pages, pages.c.id == quarantine.c.page_id))
        .where(pages.c.site_id == site_id, quarantine.c.resolved_at.is_(None), quarantine.c.reason == "no_article")
    )
    empty = (
        select(func.count())
        .select_from(articles)
        .where(articles.c.site_id == site_id, articles.c.gone_at.is_(None), articles.c.text == "")
    )
    return int(connection.execute(aside).scalar_one()) + int(connection.execute(empty).scalar_one())


def warnings_of(connection: Connection, site: str, site_id: int) -> tuple[str, ...]:
    """What looks wrong, in whole sentences; nothing for a site of fewer than FEW articles but comments on lists."""
    live = (articles.c.site_id == site_id, articles.c.gone_at.is_(None))
    number = int(connection.execute(select(func.count()).select_from(articles).where(*live)).scalar_one())
    found = [comments_elsewhere(connection, site, site_id)]
    if number >= FEW:
        found += [
            lists_among(connection, site, site_id, number),
            one_for_all(connection, site_id, number, "title", FEW, MOST),
            one_for_all(connection, site_id, number, "author", MANY, ALL),
            unread_threads(connection, site_id),
        ]
    return tuple(sentence for sentence in found if sentence)


def comments_elsewhere(connection: Connection, site: str, site_id: int) -> str | None:
    query = (
        select(func.count())
        .select_from(comments.join(pages, pages.c.id == comments.c.page_id))
        .where(
            pages.c.site_id == site_id,
            pages.c.kind.in_([str(kind) for kind in NO_ARTICLE]),
            comments.c.removed_at.is_(None),
        )
    )
    number = int(connection.execute(query).scalar_one())
    if not number:
        return None
    stand = "comment stands" if number == 1 else "comments stand"
    return f"{number:,} {stand} on pages that are no articles; run: tamis replay --site {site}"


def lists_among(connection: Connection, site: str, site_id: int, number: int) -> str | None:
    """Articles whose page is taken for something else by now, or whose address is that of a list."""
    query = (
        select(articles.c.url, pages.c.kind, pages.c.kind_by)
        .join(pages, pages.c.id == articles.c.page_id)
        .where(articles.c.site_id == site_id, articles.c.gone_at.is_(None))
        .order_by(articles.c.id.desc())
        .limit(LOOKED_AT)
    )
    rows = connection.execute(query).all()
    doubtful = [
        row.url
        for row in rows
        if row.kind in NO_ARTICLE or (row.kind_by is None and kind_of_address(row.url) is PageKind.LIST)
    ]
    if len(doubtful) < max(3, LISTS_AMONG * len(rows)):
        return None
    more = (
        "more lists than articles were loaded as articles" if 2 * len(doubtful) > len(rows) else "lists are among them"
    )
    return (
        f"{len(doubtful):,} of {len(rows):,} articles look like lists ({more}), such as {doubtful[0]}; "
        f"look at: tamis pages {site} --kind article, and say which with lists = [...] or tamis pages set"
    )


def one_for_all(connection: Connection, site_id: int, number: int, name: str, least: int, share: float) -> str | None:
    """One title on most articles, or one author on nearly all: unless he answers his readers, as no label does."""
    column = articles.c[name]
    query = (
        select(column, func.count().label("number"))
        .where(articles.c.site_id == site_id, articles.c.gone_at.is_(None), column.is_not(None))
        .group_by(column)
        .order_by(func.count().desc(), column)
        .limit(1)
    )
    most = connection.execute(query).one_or_none()
    if most is None or number < least or most.number < share * number:
        return None
    if name == "author" and comments_there(connection, site_id, str(most[0])):
        return None
    what = "the site's name in the title's place?" if name == "title" else "or does the theme print a label there?"
    return f"{most.number:,} of {number:,} articles have the {name} “{str(most[0])[:60]}”: {what}"


def comments_there(connection: Connection, site_id: int, author: str) -> bool:
    """Whether somebody of that name also comments on the site."""
    key = select(articles.c.author_key).where(articles.c.site_id == site_id, articles.c.author == author).limit(1)
    query = (
        select(comments.c.id)
        .join(articles, articles.c.id == comments.c.article_id)
        .where(articles.c.site_id == site_id, comments.c.author_key == key.scalar_subquery())
        .limit(1)
    )
    return connection.execute(query).scalar() is not None


def unread_threads(connection: Connection, site_id: int) -> str | None:
    """Articles that say how many comments they have, of which none was found."""
    claims = (articles.c.site_id == site_id, articles.c.gone_at.is_(None), articles.c.comments_claimed > 0)
    claiming = int(connection.execute(select(func.count()).select_from(articles).where(*claims)).scalar_one())
    none = or_(articles.c.comments_found == 0, articles.c.comments_found.is_(None))
    empty = int(connection.execute(select(func.count()).select_from(articles).where(*claims, none)).scalar_one())
    if empty < 3 or empty < MOST * claiming:
        return None
    return (
        f"{empty:,} of {claiming:,} articles that claim comments show none: are they loaded by a script? "
        "complete_comments may fetch them"
    )
