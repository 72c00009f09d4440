"""A site that lives: articles that are corrected and commented on, sidebars and nonces that change each night.

Everything is drawn from a seed. `Site.pages` is what its server shows tonight, `Site.truth` what it really says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.servers import Reply

LANGUAGES = {
    "en": (
        "river mill bridge valley harbour market baker weaver school garden winter summer stone timber lantern orchard "
        "council teacher printer carriage railway factory cellar meadow village parish tavern sailor doctor merchant",
        "the of and with near behind for under",
        "comments",
    ),
    "fr": (
        "rivière moulin pont vallée port marché boulanger tisserand école jardin hiver pierre lanterne verger mairie "
        "imprimeur usine cave prairie village auberge marin médecin marchand atelier couvent chemin forêt colline",
        "le la de et avec sous pour dans",
        "commentaires",
    ),
    "de": (
        "Fluss Mühle Brücke Hafen Markt Bäcker Weber Schule Garten Winter Sommer Stein Laterne Obstgarten Rathaus "
        "Drucker Fabrik Keller Wiese Dorf Gasthaus Seemann Arzt Händler Werkstatt Kloster Weg Wald Hügel Turm",
        "der die das und mit unter für im",
        "Kommentare",
    ),
}


BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)  # six hours before each night
IN_A_FEED = 15


@dataclass
class Comment:
    number: int
    author: str
    body: str
    day: int = 0  # since the first night


@dataclass
class Article:
    number: int
    title: str
    paragraphs: list[str]
    headings: list[str]
    day: int = 0
    comments: list[Comment] = field(default_factory=list)
    former: list[list[str]] = field(default_factory=list)  # paragraphs before the story was written anew

    @property
    def path(self) -> str:
        return f"/story-{self.number}"


@dataclass
class Theme:
    """How the site is built. `thread`: commentlist, divs, or none; `tags`: whether it sends an ETag."""

    body: str
    wrapper: str
    thread: str
    tags: bool
    nonce: bool


class Site:
    def __init__(self, name: str, seed: int, *, articles: int, comments: int, language: str, theme: Theme) -> None:
        self.name, self.theme, self.language = name, theme, language
        self.dice = random.Random(seed)
        self.words, self.small, self.label = (
            part if place == 2 else part.split() for place, part in enumerate(LANGUAGES[language])
        )
        self.next = 1
        self.today = 0
        self.typical = comments
        self.articles: list[Article] = []
        for place in range(articles):
            self.today = place + 1 - articles
            self.publish(self.dice.randint(0, 2 * comments) if comments else 0)
        self.sidebar = 0
        self.busy = False

    def sentence(self, least: int = 8) -> str:
        words = [
            self.dice.choice(self.small if self.dice.random() < 0.35 else self.words)
            for _ in range(self.dice.randint(least, least + 8))
        ]
        text = " ".join(words)
        return text[0].upper() + text[1:] + "."

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self.dice.randint(3, 5)))

    def publish(self, comments: int = 0) -> None:
        number, self.next = self.next, self.next + 1
        article = Article(
            number=number,
            title=f"{self.sentence(3)[:-1]} {number}",
            paragraphs=[self.paragraph() for _ in range(self.dice.randint(5, 9))],
            headings=[self.sentence(2)[:-1] for _ in range(2)],
            day=self.today,
        )
        self.articles.append(article)
        for _ in range(comments):
            self.say(article)

    def say(self, article: Article) -> None:
        number = article.number * 1000 + len(article.comments) + 1
        while any(one.number == number for one in article.comments):
            number += 1
        article.comments.append(Comment(number, f"Reader {self.dice.randint(1, 400)}", self.sentence(9), self.today))

    def day(self) -> None:
        """What happens between two nights on a site where all is well."""
        self.today += 1
        self.busy = self.dice.random() < 0.07
        for _ in range(self.dice.choice((0, 0, 1, 1, 2)) + (3 if self.busy else 0)):
            self.publish()
        if self.typical:
            for _ in range(self.dice.randint(0, 6) + (25 if self.busy else 0)):
                self.say(self.dice.choice(self.articles[-12:]))
        if self.dice.random() < 0.3:  # a moderator at work
            article = self.dice.choice(self.articles)
            if article.comments:
                article.comments.pop(self.dice.randrange(len(article.comments)))
        if self.dice.random() < 0.15:
            article = self.dice.choice(self.articles)
            if article.comments:
                said = self.dice.choice(article.comments)
                said.body += " " + self.sentence(4)
        if self.dice.random() < 0.4:  # a correction, or a paragraph more
            article = self.dice.choice(self.articles)
            place = self.dice.randrange(len(article.paragraphs))
            if self.dice.random() < 0.5:
                article.paragraphs[place] = self.sentence(6) + " " + article.paragraphs[place]
            else:
                article.paragraphs.insert(place, self.paragraph())
        if self.dice.random() < 0.05:  # one story is written anew
            article = self.dice.choice(self.articles)
            article.former.append(list(article.paragraphs))
            article.paragraphs = [self.paragraph() for _ in range(6)]
        if self.dice.random() < 0.05 and len(self.articles) > 10:
            self.articles.pop(self.dice.randrange(len(self.articles)))
        if self.dice.random() < 0.08:
            self.sidebar += 1  # a redesigned sidebar

    def thread(self, comments: list[Comment], form: str) -> str:
        if form == "none":
            return ""
        if form == "commentlist":
            items = "".join(
                f'<li class="comment depth-1" id="comment-{one.number}"><div class="comment-body">'
                f'<div class="comment-author vcard"><cite class="fn">{escape(one.author)}</cite></div>'
                f'<div class="comment-meta"><a href="#comment-{one.number}">{dated(one.day):%B %-d, %Y} at '
                f"10:00 am</a></div><p>{escape(one.body)}</p></div></li>"
                for one in comments
            )
            inner = f'<ol class="commentlist">{items}</ol>'
        else:
            items = "".join(
                f'<div class="reply" id="c{one.number}"><span class="author">{escape(one.author)}</span> '
                f'<time datetime="{dated(one.day):%Y-%m-%dT%H:%M:%SZ}">{dated(one.day):%-d.%-m.%Y}</time>'
                f'<div class="words"><p>{escape(one.body)}</p></div></div>'
                for one in comments
            )
            inner = f'<div class="replies">{items}</div>'
        return f'<section id="comments"><h3>{len(comments)} {self.label}</h3>{inner}</section>'

    def page(self, article: Article, *, body: str | None = None, thread: str | None = None) -> str:
        theme, dice = self.theme, random.Random(self.dice.random())
        if body is None:
            middle = len(article.paragraphs) // 2
            parts = [f"<p>{escape(text)}</p>" for text in article.paragraphs]
            parts.insert(middle, f"<h2>{escape(article.headings[0])}</h2>")
            parts.insert(1, f"<h2>{escape(article.headings[1])}</h2>")
            body = f'<div class="{theme.body}">{"".join(parts)}</div>'
        others = [one for one in self.articles if one is not article]
        related = "".join(
            f'<li><a href="{one.path}">{escape(one.title)}</a></li>' for one in dice.sample(others, min(5, len(others)))
        )
        nonce = f'<script>var nonce="{dice.random()}";</script>' if theme.nonce else ""
        aside = related if theme.nonce else ""
        boxes = "".join(f'<div class="box-{self.sidebar}-{n}"><h4>Box {n}</h4></div>' for n in range(self.sidebar % 4))
        said = self.thread(article.comments, theme.thread) if thread is None else thread
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(article.title)} - '
            f"{self.name}</title>{nonce}{FEEDS}"
            f'<meta property="article:published_time" content="{dated(article.day):%Y-%m-%d}"></head><body>'
            f'<nav><a href="/">{self.name}</a> <a href="/about">About</a></nav>'
            f'<main class="{theme.wrapper}"><article><h1>{escape(article.title)}</h1>{body}</article>{said}</main>'
            f'<aside>{boxes}<ul class="related">{aside}</ul></aside><footer>{self.name}</footer></body></html>'
        )

    def feed(self) -> Reply:
        newest = sorted(self.articles, key=lambda one: one.number, reverse=True)[:IN_A_FEED]
        return rss([(one.path, one.day) for one in newest])

    def feed_of_comments(self) -> Reply:
        """The newest by their day; on one day, those of the newest stories first."""
        said = [(one.day, article.number, one.number, article) for article in self.articles for one in article.comments]
        newest = sorted(said, key=lambda one: one[:3], reverse=True)[:IN_A_FEED]
        mark = "comment-" if self.theme.thread == "commentlist" else "c"
        return rss([(f"{article.path}#{mark}{number}", day) for day, _, number, article in newest])

    def notice(self, title: str, words: str, extra: str = "") -> str:
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} - {self.name}</title></head>'
            f"<body><main><article><h1>{title}</h1><div class='note'>{words}</div>{extra}</article></main></body>"
            "</html>"
        )

    def reply(self, html: str) -> Reply:
        return Reply(body=html, etag=f'"{hash(html) & 0xFFFFFFFFFF:x}"' if self.theme.tags else None)

    def sitemap(self, root: str) -> Reply:
        entries = "".join(f"<url><loc>{root}{one.path}</loc></url>" for one in self.articles)
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        return Reply(body=body, content_type="application/xml")


FEEDS = "".join(
    f'<link rel="alternate" type="application/rss+xml" href="{address}">' for address in ("/feed", "/comments/feed")
)


def dated(day: int) -> datetime:
    return BEGAN + timedelta(days=day)


def rss(entries: list[tuple[str, int]]) -> Reply:
    items = "".join(
        f"<item><link>{address}</link><pubDate>{format_datetime(dated(day))}</pubDate></item>"
        for address, day in entries
    )
    return Reply(body=f'<rss version="2.0"><channel>{items}</channel></rss>', content_type="application/rss+xml")
