"""Twelve questions analysts ask first, as named queries on the documented views, each with the chart that fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text

from storage.database.dialects import in_dialect
from storage.database.engine import Database
from storage.database.errors import UnknownItem

Chart = Literal["line", "bar", "stacked", "range", "table"]
Unit = Literal["number", "share", "days", "money"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A named query. `x`, `y` and `series` name the columns its chart is drawn from; `sql` is for `in_dialect`.

    `split`: one chart for each value of these columns, since their figures cannot be compared. `sums`: its figures add
    up, so that those without room can be drawn as one. `most`: the SQL asks for so many rows and no more.
    """

    name: str
    title: str
    question: str
    chart: Chart
    x: str
    y: tuple[str, ...]
    series: str | None
    sql: str
    split: tuple[str, ...] = ()
    unit: Unit = "number"
    sums: bool = False
    most: int | None = None

    def sql_for(self, dialect: str) -> str:
        """The query as this database understands it: what a person would type."""
        return in_dialect(self.sql, dialect).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryAnswer:
    """A query's result: column names and rows, in the query's order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


GALLERY = (
    Query(
        name="comments-per-week",
        title="Comments per week",
        question="How much do readers write, and how much of it is published?",
        chart="line",
        x="week",
        y=("comments", "published"),
        series=None,
        sql="""
SELECT WEEK_OF(day) AS week, sum(comments) AS comments, sum(published) AS published
  FROM site_daily GROUP BY 1 ORDER BY 1
""",
    ),
    Query(
        name="spam-by-site",
        title="Spam rate by site",
        question="Which sites draw the most spam?",
        chart="bar",
        x="site",
        y=("spam_share",),
        series=None,
        unit="share",
        sql="""
SELECT site, sum(comments) AS comments, sum(spam) AS spam, sum(spam) * 1.0 / sum(comments) AS spam_share
  FROM spam_daily GROUP BY site ORDER BY spam_share DESC, site
""",
    ),
    Query(
        name="languages-over-time",
        title="Languages over time",
        question="In which languages do readers write?",
        chart="stacked",
        x="month",
        y=("comments",),
        series="language",
        sums=True,
        sql="""
SELECT MONTH_OF(day) AS month, language, sum(comments) AS comments
  FROM language_daily GROUP BY 1, 2 ORDER BY 1, 3 DESC
""",
    ),
    Query(
        name="top-hashtags",
        title="Top hashtags",
        question="What are the short messages about? The thirty hashtags used most.",
        most=30,
        chart="bar",
        x="hashtag",
        y=("messages",),
        series=None,
        sql="""
SELECT hashtag, count(*) AS messages FROM clean_hashtags GROUP BY hashtag ORDER BY messages DESC, hashtag LIMIT 30
""",
    ),
    Query(
        name="salaries-by-profession",
        title="Salary ranges by profession",
        question="What do the job profiles say one earns in a year? Monthly pay counts twelve times; pay by the day or"
        " the hour is left out. Gross, net and unstated pay, and each currency, have a chart of their own.",
        chart="range",
        x="profession",
        y=("lowest", "highest"),
        series=None,
        split=("salary_currency", "salary_basis"),
        unit="money",
        sql="""
SELECT profession, salary_currency, CASE salary_basis WHEN '' THEN 'unstated' ELSE salary_basis END AS salary_basis,
       min(lowest * CASE salary_period WHEN 'month' THEN 12 ELSE 1 END) AS lowest,
       max(coalesce(highest, lowest) * CASE salary_period WHEN 'month' THEN 12 ELSE 1 END) AS highest,
       sum(articles) AS articles
  FROM salary_ranges_by_profession WHERE profession <> '' AND salary_period IN ('year', 'month')
 GROUP BY 1, 2, 3 ORDER BY highest DESC, profession
""",
    ),
    Query(
        name="sections-coverage",
        title="Sections coverage",
        question="Which sections do the articles have?",
        chart="bar",
        x="section",
        y=("articles",),
        series=None,
        sql="""
SELECT section, sum(articles) AS articles FROM sections_coverage GROUP BY section ORDER BY articles DESC, section
""",
    ),
    Query(
        name="staff-response-time",
        title="Response time of the site's staff",
        question="How long do readers wait for an answer of the site?",
        chart="line",
        x="month",
        y=("days",),
        series=None,
        unit="days",
        sql="""
SELECT MONTH_OF(day) AS month, sum(staff_answers) AS answers, sum(staff_days) * 1.0 / sum(staff_answers) AS days
  FROM site_daily WHERE staff_answers > 0 GROUP BY 1 ORDER BY 1
""",
    ),
    Query(
        name="campaigns",
        title="Campaigns",
        question="Which texts were posted over and over? The thirty largest campaigns.",
        most=30,
        chart="table",
        x="sample",
        y=("members",),
        series=None,
        sql="""
SELECT campaign_id, members, sites, sample, first_seen_at, last_seen_at
  FROM clean_campaigns ORDER BY members DESC, campaign_id LIMIT 30
""",
    ),
    Query(
        name="most-discussed",
        title="Most discussed articles",
        question="What do readers talk about? The thirty articles with most comments.",
        most=30,
        chart="bar",
        x="title",
        y=("comments_found",),
        series=None,
        sql="""
SELECT title, url, site, comments_found FROM clean_articles ORDER BY comments_found DESC, article_id DESC LIMIT 30
""",
    ),
    Query(
        name="new-authors",
        title="New authors",
        question="Are there new voices, and do they come back?",
        chart="line",
        x="month",
        y=("new_authors", "returned"),
        series=None,
        sql="""
SELECT MONTH_OF(day) AS month, sum(new_authors) AS new_authors, sum(returned) AS returned
  FROM authors_daily GROUP BY 1 ORDER BY 1
""",
    ),
    Query(
        name="edits-and-removals",
        title="Edits and removals",
        question="How much is changed or taken away after it was published?",
        chart="line",
        x="week",
        y=("edited", "removed"),
        series=None,
        sql="""
SELECT WEEK_OF(day) AS week, sum(edited) AS edited, sum(removed) AS removed FROM changes_daily GROUP BY 1 ORDER BY 1
""",
    ),
    Query(
        name="extraction-yield",
        title="Extraction yield",
        question="Does the extractor still find what it found?",
        chart="line",
        x="day",
        y=("comments_a_page", "sections_a_page"),
        series="site",
        sql="""
SELECT site, day, answers, extracted, quarantined, comments_a_page, sections_a_page
  FROM fetch_daily ORDER BY day, site
""",
    ),
)


def query_named(name: str) -> Query:
    """The gallery query of that name. Raises UnknownItem."""
    for query in GALLERY:
        if query.name == name:
            return query
    raise UnknownItem(f"no query {name!r} in the gallery; there are {', '.join(query.name for query in GALLERY)}")


def gallery_answer(db: Database, query: Query) -> GalleryAnswer:
    """The result of a gallery query now."""
    with db.read() as connection:
        result = connection.execute(text(query.sql_for(db.dialect).replace(":", r"\:")))
        return GalleryAnswer(columns=tuple(result.keys()), rows=tuple(map(tuple, result)))
