"""A magazine of our own writing for the bench of the whole road: pages of about 80 kB in four themes and three languages.

    python benchmarks/pipeline_parts/magazine.py PAGES

serves it on loopback, gzip-compressed and with ETags, until its standard input closes; the first line it prints is the
address of the sitemap.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.servers import Reply, Request, SiteServer

COMMENTS = 11
THEMES = ("list", "tree", "micro", "plain")
_WHO = {
    "fr": "la documentaliste|le relieur|une apprentie|le chef d'atelier|la pépiniériste|un conducteur de bac|la luthière",
    "en": "the archivist|a bookbinder|the young apprentice|our foreman|the nursery owner|a ferry pilot|the luthier",
    "de": "die Archivarin|der Buchbinder|ein Lehrling|die Werkstattleiterin|der Gärtner|die Fährfrau|der Geigenbauer",
}
_DOES = {
    "fr": "prépare les commandes du lendemain|compte les pièces et note les manques|parle de ses débuts à la campagne|"
    "cherche un remplaçant pour la saison|explique pourquoi le bois doit reposer|reçoit les visiteurs du samedi",
    "en": "gets tomorrow's orders ready|counts the parts and writes down what is missing|speaks of first years on a "
    "farm|looks for somebody to take over|explains why the wood has to rest|shows Saturday's visitors around",
    "de": "bereitet die Aufträge für morgen vor|zählt die Teile und notiert, was fehlt|erzählt von den ersten Jahren "
    "auf dem Land|sucht eine Vertretung für die Saison|erklärt, warum das Holz ruhen muss|führt die Gäste durchs Haus",
}
_THEN = {
    "fr": "avant que la lumière baisse|sans jamais regarder sa montre|parce que personne d'autre ne sait le faire|"
    "et l'on comprend vite que le métier tient à ces gestes|comme le faisait déjà sa grand-mère",
    "en": "before the light goes|without once looking at the clock|because nobody else knows how|and it soon becomes "
    "clear that the craft lives in such moves|just as grandmother used to do it",
    "de": "bevor das Licht schwindet|ohne ein einziges Mal auf die Uhr zu sehen|weil es sonst niemand kann|und man "
    "versteht bald, dass das Handwerk von solchen Griffen lebt|so wie es schon die Großmutter tat",
}
_OPINION = {
    "fr": "Merci pour ce portrait, mon oncle faisait le même travail à Nantes.|Je ne suis pas d'accord avec la fin, les "
    "salaires ont beaucoup baissé.|Où peut-on apprendre cela aujourd'hui ? J'ai appelé trois écoles sans succès.",
    "en": "Thank you for this portrait, my uncle did the same work in Leeds.|I do not agree with the ending, wages have "
    "gone down a lot.|Where can one learn this today? I called three schools and nobody knew.",
    "de": "Danke für dieses Porträt, mein Onkel hat dieselbe Arbeit in Kiel gemacht.|Dem Schluss stimme ich nicht zu, "
    "die Löhne sind stark gesunken.|Wo kann man das heute lernen? Ich habe drei Schulen angerufen, ohne Erfolg.",
}
_SPAM = (
    "Cheap replica watches and designer handbags, free shipping worldwide, visit http://deals-{n}.example/shop today!",
    "I earn 450 dollars a day working from home, click http://easy-cash-{n}.example and start now.",
)
_NAMES = "Anna Berger|Paul Lenoir|M. Okafor|Jeanne|old_salt|Ilse K.|Théo Martin|Rosa|P. Whitcombe|Nadia B.|Henk".split(
    "|"
)
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
}


def sentence(rng: random.Random, language: str) -> str:
    parts = [rng.choice(words[language].split("|")) for words in (_WHO, _DOES, _THEN)]
    return f"{parts[0][0].upper()}{parts[0][1:]} {parts[1]} {parts[2]}."


def chat(rng: random.Random, language: str) -> str:
    """What a reader writes: words of the language in an order that nobody else has, for no comment is like another."""
    words = [word for phrases in (_WHO, _DOES, _THEN, _OPINION) for word in re.findall(r"\w{2,}", phrases[language])]
    said = " ".join(rng.choices(words, k=rng.randint(7, 22)))
    return f"{said[0].upper()}{said[1:]}."


def prose(rng: random.Random, language: str, sentences: int) -> str:
    return " ".join(sentence(rng, language) for _ in range(sentences))


def page(number: int) -> tuple[str, str]:
    """Path and HTML of one article with its thread."""
    rng = random.Random(number)
    theme = THEMES[number % len(THEMES)]
    language = ("fr", "en", "de")[number % 3]
    title = f"{sentence(rng, language)[:60].rstrip()} ({number})"
    paragraphs = "".join(
        f"<h2>{sentence(rng, language)[:50]}</h2>" * (at % 4 == 2)
        + f"<p>{prose(rng, language, rng.randint(3, 6))}</p>\n"
        for at in range(14)
    )
    thread = "\n".join(comment(rng, theme, language, 100 * number + at) for at in range(COMMENTS))
    day = f"{rng.randint(1, 28)} {rng.choice(_MONTHS[language])} {rng.randint(2009, 2022)}"
    statements = json.dumps(
        {"@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "inLanguage": language}
    )
    teasers = "".join(
        f'<div class="teaser box-{at % 5}"><a href="/{language}/{n}.html"><img src="/img/{n}.jpg" alt=""></a><h4><a href="/{language}/{n}.html">'
        f'{sentence(rng, language)[:70]}</a></h4><span class="meta">{rng.randint(1, 28)}.{rng.randint(1, 12)}.2019</span>'
        f"<p>{sentence(rng, language)}</p></div>\n"
        for at, n in enumerate(rng.sample(range(1, 10_000), 45))
    )
    menu = "".join(
        f'<li class="menu-item menu-item-{n}"><a href="/topic/{n}/">{rng.choice(_NAMES)} {n}</a></li>'
        for n in range(70)
    )
    css = "".join(
        f".c{n} .box-{n % 9}{{margin:{n % 7}px;color:#{n:06x};background:url(/i/{n}.png) no-repeat}}\n"
        for n in range(390)
    )
    script = "".join(f"window.q{n}=function(a,b){{return a+b*{n};}};\n" for n in range(390))
    html = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title} - The Bench Magazine</title>'
        f'<meta property="og:site_name" content="The Bench Magazine"><meta property="og:type" content="article">'
        f'<script type="application/ld+json">{statements}</script><style>{css}</style><script>{script}</script></head>'
        f'<body class="single theme-{theme}"><div id="page"><header><ul id="menu">{menu}</ul></header><div id="main">'
        f'<article class="post hentry"><h1 class="entry-title">{title}</h1><div class="byline">'
        f'<span class="author">{rng.choice(_NAMES)}</span> <time class="date">{day}</time></div>'
        f'<div class="entry-content">{paragraphs}</div></article>{_THREADS[theme].format(thread=thread, count=COMMENTS)}</div>'
        f'<aside id="sidebar">{teasers}</aside><footer><p>The Bench Magazine, {number}</p></footer></div></body></html>'
    )  # fmt: skip
    return f"/{language}/{number}.html", html


_THREADS = {
    "list": '<div id="comments"><h3>{count} comments</h3><ol class="commentlist">{thread}</ol></div>',
    "tree": '<section id="discussion" class="comment-wrapper"><h2>Comments ({count})</h2>{thread}</section>',
    "micro": '<section class="comments"><h2>{count} comments</h2>{thread}</section>',
    "plain": '<div class="reader-comments"><h4>{count} comments</h4>{thread}</div>',
}


def comment(rng: random.Random, theme: str, language: str, number: int) -> str:
    name = rng.choice(_NAMES)
    body = rng.choice(_SPAM).format(n=number) if number % 100 == 4 and rng.random() < 0.3 else chat(rng, language)
    body = "".join(f"<p>{part}</p>" for part in (body, *(chat(rng, language) for _ in range(rng.randint(0, 2)))))
    day, month, hour = rng.randint(1, 28), rng.randint(1, 12), rng.randint(8, 19)
    when = f"{day} {_MONTHS[language][month - 1]} 2021, {hour}:{number % 50 + 10}"
    iso = f"2021-{month:02}-{day:02}T{hour:02}:{number % 50 + 10}:00"
    if theme == "list":
        return (
            f'<li class="comment depth-1" id="comment-{number}"><div class="comment-author vcard"><cite class="fn">{name}'
            f'</cite></div><div class="comment-meta"><a href="#comment-{number}">{when}</a></div>'
            f'<div class="comment-body">{body}</div><a class="comment-reply-link" href="#">Reply</a></li>'
        )
    if theme == "tree":
        return (
            f'<a id="comment-{number}"></a><div class="comment clearfix"><div class="submitted">Submitted by '
            f'<span class="username">{name}</span> on {when}</div><div class="content">{body}</div></div>'
        )
    if theme == "micro":
        return (
            f'<div itemprop="comment" itemscope itemtype="https://schema.org/Comment" id="c{number}"><span '
            f'itemprop="author">{name}</span> <time itemprop="dateCreated" datetime="{iso}">{when}</time>'
            f'<div itemprop="text">{body}</div></div>'
        )
    return (
        f'<div class="reader-comment" id="rc-{number}"><strong class="who">{name}</strong> <em class="when">{when}</em>'
        f'<div class="said">{body}</div></div>'
    )


def main() -> None:
    replies: dict[str, Reply] = {}
    for number in range(int(sys.argv[1])):
        path, html = page(number)
        packed = gzip.compress(html.encode(), 6, mtime=0)
        tag = f'"{hashlib.sha1(packed).hexdigest()}"'
        replies[path] = Reply(body=packed, etag=tag, headers=(("Content-Encoding", "gzip"),))

    def answer(request: Request) -> Reply | None:
        server.requests.clear()  # nobody counts them here
        return replies.get(request.path)

    with SiteServer(answer) as server:
        places = "".join(f"<url><loc>{server.url(path)}</loc></url>" for path in replies)
        replies["/sitemap.xml"] = Reply(
            body=f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>',
            content_type="application/xml",
        )
        print(server.url("/sitemap.xml"), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
