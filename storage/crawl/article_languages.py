"""The language of an article, set by hand: it overrules what the site and the page say, until it is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from storage.database.engine import Database
from storage.database.errors import UnknownItem
from storage.database.tables import article_languages, articles, audit_log, sites


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLanguage:
    """An article and the language that counts for it. `said_by`: the editor who set it, None: nobody did."""

    article_id: int
    site: str
    url: str
    language: str | None
    said_by: str | None


ONE = (
    select(
        articles.c.id,
        articles.c.canonical_url,
        articles.c.language,
        sites.c.name.label("site"),
        article_languages.c.language.label("said"),
        article_languages.c.own,
        article_languages.c.said_by,
    )
    .join(sites, sites.c.id == articles.c.site_id)
    .outerjoin(article_languages, article_languages.c.article_id == articles.c.id)
)


def language_of(db: Database, article_id: int) -> ArticleLanguage:
    """Raises UnknownItem."""
    with db.read() as connection:
        row = connection.execute(ONE.where(articles.c.id == article_id)).one_or_none()
    if row is None:
        raise UnknownItem(f"no article {article_id}")
    return ArticleLanguage(
        article_id=row.id, site=row.site, url=row.canonical_url, language=row.language, said_by=row.said_by
    )


def say_language(db: Database, article_id: int, language: str | None, by: str, now: datetime) -> ArticleLanguage:
    """Set the language of an article; None: what the site and the page say counts again. Returns what counts now.

    Its comments are not judged here. Raises UnknownItem.
    """
    with db.write() as connection:
        query = ONE.where(articles.c.id == article_id)
        if connection.dialect.name == "postgresql":
            query = query.with_for_update(of=articles)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise UnknownItem(f"no article {article_id}")
        own = row.own if row.said else row.language
        counts = language or own
        connection.execute(delete(article_languages).where(article_languages.c.article_id == article_id))
        if language is not None:
            said = {"article_id": article_id, "language": language, "own": own, "said_by": by, "said_at": now}
            connection.execute(insert(article_languages).values(**said))
        if counts != row.language:
            connection.execute(
                update(articles).where(articles.c.id == article_id).values(language=counts, changed_at=now)
            )
        detail = {"url": row.canonical_url, "language": language, "before": row.language}
        connection.execute(insert(audit_log).values(at=now, editor=by, event="article_language", detail=detail))
    return ArticleLanguage(
        article_id=article_id,
        site=row.site,
        url=row.canonical_url,
        language=counts,
        said_by=by if language is not None else None,
    )


def said_languages(db: Database, site: str) -> dict[str, str]:
    """The languages that editors set, by the canonical URL of the article."""
    query = (
        select(articles.c.canonical_url, article_languages.c.language)
        .join(articles, articles.c.id == article_languages.c.article_id)
        .join(sites, sites.c.id == articles.c.site_id)
        .where(sites.c.name == site)
    )
    with db.read() as connection:
        return dict(connection.execute(query).tuples().all())
