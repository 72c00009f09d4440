"""Crawlers as people write them for one magazine: selectors by hand for exactly its four themes.

    python benchmarks/pipeline_parts/peers.py soup|scrapy|trafilatura SITEMAP DATABASE

`soup`: httpx, a BeautifulSoup of the whole page, langdetect a comment, SQLAlchemy. `scrapy`: the same with Scrapy and
parsel. `trafilatura`: two processes, text and comments as it finds them, one language call a page. None of them
archives, judges spam, or can be killed and run again; each prints how many comments it stored.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import httpx
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine

META = MetaData()
ARTICLES = Table(
    "articles",
    META,
    Column("url", String, primary_key=True),
    Column("title", String),
    Column("text", String),
    Column("language", String),
)
COMMENTS = Table(
    "comments", META, Column("number", Integer, primary_key=True), Column("url", String), Column("author", String),
    Column("date", String), Column("body", String), Column("language", String),
)  # fmt: skip
RECORD = ".commentlist > li.comment, #discussion > .comment, [itemprop=comment], .reader-comment"
AUTHOR = ".fn, .username, [itemprop=author], .who"
DATE = ".comment-meta, .submitted, [itemprop=dateCreated], .when"
BODY = ".comment-body, .content, [itemprop=text], .said"
CONNECTIONS = 8
CHUNK = 20
Row = dict[str, Any]


class Store:
    """A SQLite file that takes pages twenty at a time."""

    def __init__(self, path: str) -> None:
        self.engine = create_engine(f"sqlite:///{path}")
        META.create_all(self.engine)
        self.waiting: list[tuple[Row, list[Row]]] = []
        self.comments = 0

    def add(self, article: Row, comments: list[Row]) -> None:
        self.waiting.append((article, comments))
        self.comments += len(comments)
        if len(self.waiting) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        rows = [row for _, comments in self.waiting for row in comments]
        with self.engine.begin() as connection:
            if self.waiting:
                connection.execute(ARTICLES.insert(), [article for article, _ in self.waiting])
            if rows:
                connection.execute(COMMENTS.insert(), rows)
        self.waiting = []


def language_of(text: str) -> str | None:
    from langdetect import LangDetectException, detect

    try:
        return str(detect(text))
    except LangDetectException:
        return None


def addresses(sitemap: str) -> list[str]:
    return re.findall(r"<loc>(.*?)</loc>", httpx.get(sitemap, trust_env=False).text)


async def each_page(urls: Sequence[str], handle: Any) -> None:
    todo = list(urls)
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def visitor() -> None:
            while todo:
                url = todo.pop()
                handle(url, (await client.get(url)).text)

        await asyncio.gather(*(visitor() for _ in range(CONNECTIONS)))


def soup(sitemap: str, store: Store) -> None:
    from bs4 import BeautifulSoup

    def handle(url: str, html: str) -> None:
        page = BeautifulSoup(html, "lxml")
        comments = []
        for record in page.select(RECORD):
            body = record.select_one(BODY).get_text(" ", strip=True)
            author, date = (record.select_one(css).get_text(" ", strip=True) for css in (AUTHOR, DATE))
            comments.append({"url": url, "author": author, "date": date, "body": body, "language": language_of(body)})
        text = page.select_one(".entry-content").get_text("\n", strip=True)
        store.add(
            {"url": url, "title": page.h1.get_text(), "text": text, "language": language_of(text[:2000])}, comments
        )

    asyncio.run(each_page(addresses(sitemap), handle))


def scrapy(sitemap: str, store: Store) -> None:
    from scrapy import Spider
    from scrapy.crawler import CrawlerProcess

    def joined(parts: Iterable[str]) -> str:
        return " ".join(" ".join(parts).split())

    class Magazine(Spider):
        name = "magazine"
        start_urls = addresses(sitemap)

        def parse(self, response: Any) -> None:
            comments = []
            for record in response.css(RECORD):
                author, date, body = (joined(record.css(css)[0].css("::text").getall()) for css in (AUTHOR, DATE, BODY))
                comments.append(
                    {"url": response.url, "author": author, "date": date, "body": body, "language": language_of(body)}
                )
            text = joined(response.css(".entry-content ::text").getall())
            title = joined(response.css("h1 ::text").getall())
            store.add(
                {"url": response.url, "title": title, "text": text, "language": language_of(text[:2000])}, comments
            )

    process = CrawlerProcess(
        {"LOG_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": CONNECTIONS, "TELNETCONSOLE_ENABLED": False,
         "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": False}
    )  # fmt: skip
    process.crawl(Magazine)
    process.start()


def read_by_trafilatura(page: tuple[str, str]) -> tuple[Row, int]:
    from trafilatura import bare_extraction

    url, html = page
    found = bare_extraction(html, url=url, include_comments=True, with_metadata=True)
    text = found.text or ""
    row = {"url": url, "title": found.title, "text": text, "language": language_of(text[:2000])}
    return row, len((found.comments or "").split("\n"))


def trafilatura(sitemap: str, store: Store) -> None:
    pages: list[tuple[str, str]] = []
    asyncio.run(each_page(addresses(sitemap), lambda url, html: pages.append((url, html))))
    with ProcessPoolExecutor(2) as pool:
        for row, paragraphs in pool.map(read_by_trafilatura, pages, chunksize=CHUNK):
            store.add(row, [])
            store.comments += paragraphs


PEERS = {"soup": soup, "scrapy": scrapy, "trafilatura": trafilatura}

if __name__ == "__main__":
    kept = Store(sys.argv[3])
    PEERS[sys.argv[1]](sys.argv[2], kept)
    kept.flush()
    print(kept.comments)
