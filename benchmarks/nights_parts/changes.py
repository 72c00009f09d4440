"""What is done to a site for some nights. Each change says which pages it touches and what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.nights_parts.site import Article, Comment, Site

LONG = (
    "<p>This story is for members of the reading club. Choose a plan that suits you, and read every story of the "
    "archive on all of your devices, at home and on the way, for as long as you like.</p>"
)
FORM = (
    '<form action="/login" method="post"><label>Name <input name="user"></label><label>Password '
    '<input type="password" name="password"></label><button>Log in</button></form>'
)
SCRIPT = '<div id="disqus_thread"></div><script src="https://paper.disqus.com/embed.js"></script>'
TEASER = "Read more stories of the week in our paper, and tell us at the counter which of them you liked."


@dataclass(frozen=True)
class Change:
    """`nights`: how long it lasts; `told_by`: the night of it, from 1, by which people must have been told; `harmless`:
    everything can still be read, so that nobody need be told."""

    name: str
    show: Callable[[Site, Article, int], str | None]  # what the page shows on that night of it; None: as always
    nights: int = 2
    told_by: int = 1
    harmless: bool = False


def renamed(site: Site, article: Article, night: int) -> str:
    return site.page(article).replace(site.theme.body, "node__copy").replace(site.theme.wrapper, "shell")


def moved(site: Site, article: Article, night: int) -> str:
    """The body comes by script; what is left is boxes."""
    teasers = "".join(f"<p>{TEASER} {article.number} {n}</p>" for n in range(4))
    return site.page(article, body=f'<div id="app" data-story="{article.number}"></div><div class="x">{teasers}</div>')


def by_script(site: Site, article: Article, night: int) -> str:
    return site.page(article, thread=SCRIPT)


def login(site: Site, article: Article, night: int) -> str:
    return site.notice("Members only", LONG * 3 + FORM)


def wall(site: Site, article: Article, night: int) -> str:
    return site.notice("Read on with a plan", LONG * 4)


def captcha(site: Site, article: Article, night: int) -> str:
    words = "<p>Please confirm that you are a human being. This check takes a moment, and then you can read on.</p>"
    return site.notice("Just a moment", words * 3, '<div class="captcha" data-key="1"></div>')


def maintenance(site: Site, article: Article, night: int) -> str:
    words = "<p>We are mending the machines of our paper tonight and shall be back in the morning. Thank you for your "
    return site.notice("Back soon", (words + "patience, and good night from all of us at the press.</p>") * 3)


def soft_404(site: Site, article: Article, night: int) -> str:
    words = (
        "<p>The page that you were looking for is not here any more. Try the search, or begin again at the front.</p>"
    )
    return site.notice("Page not found", words * 3)


def a_tenth(site: Site, article: Article, night: int) -> str | None:
    return wall(site, article, night) if article.number % 9 == 0 else None


def drift(site: Site, article: Article, night: int) -> str | None:
    """Each night a few pages more move to the new theme."""
    return moved(site, article, night) if article.number % 25 < night else None


def nine_in_ten_gone(site: Site, article: Article, night: int) -> str:
    kept = [one for one in article.comments if one.number % 10 == 1]
    return site.page(article, thread=site.thread(kept, site.theme.thread))


def edited(site: Site, article: Article, night: int) -> str:
    spam = [Comment(one.number, one.author, f"{one.body[:20]} visit our shop for watches") for one in article.comments]
    return site.page(article, thread=site.thread(spam, site.theme.thread))


def nothing(site: Site, article: Article, night: int) -> str | None:
    return "404"


CHANGES = (
    Change("theme renamed", renamed, harmless=True),
    Change("body moved", moved),
    Change("comments by script", by_script),
    Change("login", login),
    Change("paywall text", wall),
    Change("captcha", captcha),
    Change("maintenance", maintenance, nights=1),
    Change("soft 404", soft_404),
    Change("10 % of the pages", a_tenth),
    Change("90 % of the comments gone", nine_in_ten_gone),
    Change("mass edit", edited),
    Change("slow drift", drift, nights=6, told_by=6),
    Change("404 everywhere", nothing, nights=1),
)
OF_COMMENTS = ("comments by script", "90 % of the comments gone", "mass edit")
