"""What a comment links to, and how."""

from __future__ import annotations

import re
from functools import lru_cache

from extractors.caching import kept
from moderation.signals.finding import Finding, grown, signal
from moderation.signals.lexicon import GOODS, lexicon
from moderation.signals.view import Address, View, same_site, words_in
from moderation.tokens import WORD

_HTML_ANCHOR = re.compile(r"(?i)<a\s[^>]{0,300}href[^>]{0,300}>|&lt;a\s+href|<a\s+href\s*=")
_BBCODE = re.compile(
    r"(?i)\[(?:url|link|img)[=\s][^\]\n]{0,300}\]?|\[/(?:url|link|img)\b\]?|\[url\]|\[/?(?:b|i|u|color|size)[=\]]"
)
_MARKDOWN = re.compile(r"\[[^\]\n]{1,100}\]\(https?://[^)\s]{1,300}\)")
_DOT_DISGUISED = re.compile(
    r"(?i)\b[a-z0-9-]{3,40}\s?(?:\(dot\)|\[dot\]|\sdot\s|\spoint\s)\s?(?:com|net|org|info|ru|fr|de|co)\b"
)
_MESSENGER = re.compile(
    r"(?i)\b(?:t\.me|wa\.me|chat\.whatsapp\.com|telegram\.me|telegra\.ph|join\.skype\.com|discord\.gg|line\.me|vk\.cc)\b"
    r"|(?:whats\s?app|telegram|telega|wechat|viber|icq|ватсап|вотсап|телеграм\w*|вайбер)\W{0,12}[@+]?[\w+]*\d[\d\s().-]{5,}"
)
_MESSENGER_WORDS = frozenset(
    "whatsapp whats telegram telega wechat viber icq ватсап вотсап телеграм телеграмм вайбер".split()
)
_MESSENGER_HOSTS = frozenset(
    "t.me wa.me chat.whatsapp.com telegram.me telegra.ph join.skype.com discord.gg line.me vk.cc".split()
)
_EMAIL = re.compile(
    r"(?i)\b[\w.+-]{2,40}@(?:gmail|yahoo|hotmail|outlook|protonmail|proton|mail|aol|live|ymail|yandex|gmx|icloud|[a-z0-9-]{2,40})\.[a-z]{2,10}\b"
)
_SHORTENERS = frozenset(
    "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd buff.ly adf.ly cutt.ly rebrand.ly shorturl.at rb.gy v.gd tiny.cc "
    "bit.do lnkd.in soo.gd s.id clck.ru x.co ph.ly j.mp qr.ae t.ly urlz.fr u.to vk.cc goo.su snip.ly bc.vc".split()
)
_FREE_HOSTS = (
    "webs.com webnode.com webnode.fr webnode.nl webnode.at npage.de blogspot.com weebly.com wixsite.com tripod.com "
    "angelfire.com livejournal.com jimdo.com over-blog.com canalblog.com bligoo.com blinkweb.com webstarts.com "
    "jouwweb.nl ucoz.ru ucoz.com narod.ru blog.fr blog.de blog.ca blog.co.uk hubpages.com squidoo.com yolasite.com "
    "sites.google.com geocities.com 000webhostapp.com altervista.org snappages.com devhub.com bcz.com tumblr.com "
    "strikingly.com page.tl homestead.com doodlekit.com site90.com godaddysites.com mystrikingly.com "
    "bravesites.com zoomshare.com".split()
)
_BIG_HOSTS = frozenset(
    "facebook.com google.com youtube.com yahoo.com twitter.com bing.com instagram.com linkedin.com msn.com aol.com "
    "hotmail.com gmail.com fiverr.com ebay.com amazon.com vk.com pinterest.com".split()
)
# places that readers point to: encyclopedias, papers, code, pictures, archives
_REFERENCES = tuple(
    "wikipedia.org wikimedia.org wiktionary.org archive.org github.com github.io gitlab.com stackoverflow.com "
    "stackexchange.com mozilla.org w3.org ietf.org python.org debian.org apache.org wordpress.org flickr.com "
    "vimeo.com youtube.com youtu.be dailymotion.com imdb.com arxiv.org doi.org nature.com sciencemag.org jstor.org "
    "nytimes.com washingtonpost.com theguardian.com guardian.co.uk bbc.co.uk bbc.com reuters.com economist.com npr.org "
    "lemonde.fr liberation.fr lefigaro.fr legifrance.gouv.fr service-public.fr 20minutes.fr rue89.com mediapart.fr "
    "zeit.de spiegel.de welt.de faz.net sueddeutsche.de tagesspiegel.de taz.de heise.de golem.de dejure.org duden.de "
    "deutschlandfunk.de tagesschau.de elpais.com elmundo.es repubblica.it corriere.it folha.uol.com.br nrc.nl "
    "europa.eu gov.uk un.org who.int creativecommons.org".split()
)
_CHEAP_ENDS = frozenset(
    "info biz ru cn tk ml ga cf gq top xyz club icu vip shop store online site website pw su us win bid loan click "
    "link live life pro ws cc in work fun space buzz cam rest monster quest sbs".split()
)


@signal(
    "link", 0.3, "links to another site", "lien vers un autre site", needs="host", family="link", traits=("contact",)
)
def link(view: View) -> Finding | None:
    if not view.body_hosts:
        return None
    spans = tuple((address.start, address.end) for address in view.addresses)
    return Finding(grown(len(view.hosts)), ", ".join(sorted(view.hosts)[:4]), spans)


@signal(
    "links-many",
    0.7,
    "three links or more",
    "trois liens ou plus",
    needs="host",
    family="link",
    measure=("{} links", "{} liens"),
)
def links_many(view: View) -> Finding | None:
    if len(view.body_hosts) < 3:
        return None
    return Finding(min(3.0, len(view.body_hosts) / 3), str(len(view.body_hosts)))


@signal(
    "link-density",
    0.5,
    "links take much of the text",
    "les liens occupent une grande part du texte",
    needs="address",
    family="link",
    measure=("{} % of the text", "{} % du texte"),
)
def link_density(view: View) -> Finding | None:
    taken = sum(address.end - address.start for address in view.addresses)
    if not taken or not view.body_hosts:
        return None
    share = taken / max(1, len(view.text))
    if share < 0.15:
        return None
    return Finding(min(2.0, 2.5 * share), f"{share:.0%}")


_FEW_WORDS = 15


@signal(
    "host-named-after-words",
    0.8,
    "few words, and a host named after them",
    "peu de mots, et un hôte à leur nom",
    needs="host",
    family="link",
    traits=("contact",),
)
def host_named_after_words(view: View) -> Finding | None:
    """ "blue widget drops" with a link to bluewidgetshop.com: the words are there for search engines. Words of the page
    and of the author's name are somebody's subject or own domain."""
    if view.count > _FEW_WORDS:
        return None
    page = view.page()
    subject = page.words if page is not None else frozenset()
    names = [host.rpartition(".")[0].replace("-", "") for host in view.all_hosts if host not in _BIG_HOSTS]
    found = [
        at
        for at, word in enumerate(view.words)
        if len(word) >= _TELLING_LETTERS
        and word not in subject
        and word not in view.author_words
        and any(word in name for name in names)
        and not view.in_address(*view.span(at, at + 1))
    ]
    spans = tuple(view.span(at, at + 1) for at in found)
    return Finding(1.0, view.quoted(spans), spans) if found else None


_TELLING_LETTERS = 6


@signal("link-alone", 0.4, "a link and hardly a word", "un lien et presque aucun mot", needs="host", family="link")
def link_alone(view: View) -> Finding | None:
    if not view.body_hosts:
        return None
    in_addresses = sum(address.end - address.start + 1 for address in view.addresses) // 2  # words, at most
    if len(view.words) - in_addresses >= _HARDLY_A_WORD and view.text.isascii():
        return None
    bare = view.text
    for address in reversed(view.addresses):
        bare = bare[: address.start] + " " + bare[address.end :]
    words = WORD.findall(bare)
    return Finding(1.0, view.text[:80]) if words_in(words) < _HARDLY_A_WORD else None


_HARDLY_A_WORD = 5


@signal(
    "link-in-short-text",
    0.3,
    "a link in fewer than twenty words",
    "un lien dans moins de vingt mots",
    needs="host",
    family="link",
)
def link_in_short_text(view: View) -> Finding | None:
    if not view.body_hosts or view.count > 30:
        return None
    return Finding(1.0, next(iter(view.body_hosts)))


@signal(
    "link-at-end",
    0.3,
    "ends with a link to another site",
    "finit par un lien vers un autre site",
    needs="address",
    family="link",
)
def link_at_end(view: View) -> Finding | None:
    if not view.addresses or not view.body_hosts:
        return None
    last = view.addresses[-1]
    if len(view.text) - last.end > 8 or last.start == 0 or same_site(last.host, view.own_host):
        return None
    return Finding(1.0, last.host, ((last.start, last.end),))


@signal("html-link", 1.0, "link written as HTML", "lien écrit en HTML", family="link")
def html_link(view: View) -> Finding | None:
    if "<a" not in view.text and "&lt;a" not in view.text and "<A" not in view.text:
        return None
    spans = tuple(found.span() for found in _HTML_ANCHOR.finditer(view.text))
    return Finding(grown(len(spans)), view.quoted(spans, 1), spans) if spans else None


@signal("forum-link", 1.3, "forum markup for links (BBCode)", "balises de forum pour des liens (BBCode)", family="link")
def forum_link(view: View) -> Finding | None:
    if "[" not in view.text:
        return None
    spans = tuple(found.span() for found in _BBCODE.finditer(view.text))
    return Finding(grown(len(spans)), view.quoted(spans, 2), spans) if spans else None


@signal("markdown-link", 0.2, "link written in Markdown", "lien écrit en Markdown", family="link")
def markdown_link(view: View) -> Finding | None:
    if "](" not in view.text:
        return None
    spans = tuple(found.span() for found in _MARKDOWN.finditer(view.text))
    return Finding(grown(len(spans)), view.quoted(spans, 1), spans) if spans else None


@signal(
    "disguised-link",
    1.0,
    "address written to slip past a filter",
    "adresse déguisée pour passer les filtres",
    family="link",
)
def disguised_link(view: View) -> Finding | None:
    if "dot" not in view.folded and "point" not in view.folded:
        return None
    spans = tuple(found.span() for found in _DOT_DISGUISED.finditer(view.text))
    return Finding(grown(len(spans)), view.quoted(spans, 2), spans) if spans else None


@signal(
    "short-link",
    0.8,
    "link through a shortener",
    "lien par un raccourcisseur",
    needs="host",
    family="link",
    traits=("sender",),
)
def short_link(view: View) -> Finding | None:
    found = [host for host in view.all_hosts if host in _SHORTENERS]
    return Finding(grown(len(found)), ", ".join(found)) if found else None


@signal(
    "free-host",
    0.7,
    "link to a throw-away site",
    "lien vers un site jetable",
    needs="host",
    family="link",
    traits=("sender",),
)
def free_host(view: View) -> Finding | None:
    found = [host for host in view.all_hosts if is_free_host(host)]
    return Finding(grown(len(found)), ", ".join(found[:3])) if found else None


@kept(50_000)
def is_free_host(host: str) -> bool:
    return host.endswith(tuple("." + free for free in _FREE_HOSTS))


@signal(
    "keyword-host",
    1.2,
    "host made of sales words",
    "nom d'hôte fait de mots de vente",
    needs="host",
    family="link",
    traits=("sender",),
)
def keyword_host(view: View) -> Finding | None:
    found = [host for host in _not_the_pages(view) if sales_words_in(host)]
    return Finding(grown(len(found)), ", ".join(found[:3])) if found else None


def _not_the_pages(view: View) -> list[str]:
    """The hosts that the article does not name itself: a reader may well point to what it is about."""
    page = view.page()
    return [host for host in view.all_hosts if page is None or host not in page.hosts]


@kept(50_000)
def sales_words_in(host: str) -> int:
    """How many sales words of the word lists stand in a host's name; also "cheap" in "mycheapuggs.com"."""
    name = host.rpartition(".")[0].replace("-", "").replace(".", "")
    if len(name) < 5:
        return 0
    found, at = 0, 0
    known, longest = _host_words()
    while at < len(name):
        for size in range(min(longest, len(name) - at), 3, -1):
            if name[at : at + size] in known:
                found += 1
                at += size
                break
        else:
            at += 1
    return found


@lru_cache(maxsize=1)
def _host_words() -> tuple[frozenset[str], int]:
    """Single words and joined phrases of the trades, long enough not to occur by chance inside other words."""
    single = frozenset(
        "".join((first, *rest)).removesuffix("*")
        for first, phrases in lexicon().first_words()
        for family, rest in phrases
        if family in GOODS
    )
    common = set(
        "medium shop sale rose taxi auto renewed supplier regime traders trader generic deposit domino scatter menang "
        "appelez contactez financement clinik lifting estetik berkat dukun".split()
    )
    words = frozenset(word for word in single if len(word) >= 5 and word not in common) | {
        "cheap",
        "outlet",
        "buy",
        "seo",
    }
    return words, max(map(len, words))


@signal(
    "hyphenated-host",
    0.7,
    "host of several words joined by hyphens",
    "hôte de plusieurs mots à traits d'union",
    needs="host",
    family="link",
    traits=("sender",),
)
def hyphenated_host(view: View) -> Finding | None:
    found = [host for host in view.all_hosts if host.count("-") >= 2]
    return Finding(grown(len(found)), ", ".join(found[:3])) if found else None


@signal("long-host", 0.5, "unusually long host name", "nom d'hôte inhabituellement long", needs="host", family="link")
def long_host(view: View) -> Finding | None:
    found = [host for host in view.all_hosts if len(host) > _LONG_HOST and _own_length(host) > _LONG_HOST]
    return Finding(grown(len(found)), ", ".join(found[:2])) if found else None


_LONG_HOST = 26


def _own_length(host: str) -> int:
    """The letters that its owner chose, and an end: a blog at a blog host is no longer for its host's name."""
    host_of_blogs = next((end for end in _BLOG_HOSTS if host.endswith(end)), None)
    return len(host) - len(host_of_blogs) + 4 if host_of_blogs else len(host)


_BLOG_HOSTS = (".blogspot.com", ".wordpress.com", ".over-blog.com", ".canalblog.com", ".tumblr.com", ".github.io")


@signal(
    "cheap-domain",
    0.5,
    "domain end popular with spammers",
    "extension de domaine prisée des spammeurs",
    needs="host",
    family="link",
    traits=("sender",),
)
def cheap_domain(view: View) -> Finding | None:
    found = [host for host in view.all_hosts if host.rpartition(".")[2] in _CHEAP_ENDS]
    return Finding(grown(len(found)), ", ".join(found[:3])) if found else None


@signal("digits-in-host", 0.4, "host with digits", "hôte avec des chiffres", needs="host", family="link")
def digits_in_host(view: View) -> Finding | None:
    found = [host for host in view.all_hosts if any(sign.isdigit() for sign in host)]
    return Finding(grown(len(found)), ", ".join(found[:3])) if found else None


@signal(
    "bare-big-host",
    0.6,
    "gives a giant's front page as own site",
    "donne l'accueil d'un géant comme son site",
    needs="host",
    family="link",
)
def bare_big_host(view: View) -> Finding | None:
    return Finding(1.0, view.author_host) if view.author_host in _BIG_HOSTS else None


@signal(
    "reference-link",
    -0.5,
    "links to a place that readers cite",
    "lien vers une source que citent les lecteurs",
    needs="host",
    family="link",
)
def reference_link(view: View) -> Finding | None:
    found = [host for host in view.hosts if _is_reference(host)]
    return Finding(grown(len(found)), ", ".join(sorted(found)[:3])) if found else None


@kept(50_000)
def _is_reference(host: str) -> bool:
    return host.endswith(_REFERENCES) and any(host == place or host.endswith("." + place) for place in _REFERENCES)


def is_public_place(host: str) -> bool:
    """Whether a host is everybody's: a giant, a place that readers cite, a shortener."""
    return host in _BIG_HOSTS or host in _SHORTENERS or _is_reference(host)


@signal("own-site-link", -0.8, "links to a page of this very site", "lien vers une page de ce site même", family="link")
def own_site_link(view: View) -> Finding | None:
    return Finding(grown(view.own_links), view.own_host) if view.own_links else None


@signal(
    "author-link-repeated",
    0.6,
    "repeats the author's address in the text",
    "répète l'adresse de l'auteur dans le texte",
    needs="host",
    family="link",
    traits=("contact",),
)
def author_link_repeated(view: View) -> Finding | None:
    if view.author_host and view.author_host in view.hosts:
        return Finding(1.0, view.author_host)
    return None


@signal("author-site", 0.2, "gives an own web address", "donne une adresse web", needs="host", family="author")
def author_site(view: View) -> Finding | None:
    if not view.author_host or same_site(view.author_host, view.own_host):
        return None
    return Finding(1.0, view.author_host)


@signal(
    "messenger",
    1.0,
    "moves the talk to a messenger",
    "déplace l'échange vers une messagerie",
    family="link",
    traits=("contact",),
)
def messenger(view: View) -> Finding | None:
    if _MESSENGER_WORDS.isdisjoint(view.words) and _MESSENGER_HOSTS.isdisjoint(view.hosts):
        return None
    spans = tuple(found.span() for found in _MESSENGER.finditer(view.text))
    return Finding(grown(len(spans)), view.quoted(spans, 2), spans) if spans else None


@signal(
    "e-mail-address", 0.8, "gives an e-mail address", "donne une adresse e-mail", family="link", traits=("contact",)
)
def email_address(view: View) -> Finding | None:
    if "@" not in view.text:
        return None
    spans = tuple(found.span() for found in _EMAIL.finditer(view.text))
    return Finding(grown(len(spans)), view.quoted(spans, 2), spans) if spans else None


def _written(view: View) -> list[Address]:
    return [address for address in view.addresses if not same_site(address.host, view.own_host)]


@signal(
    "front-page-link",
    0.5,
    "link to a site's front page",
    "lien vers la page d'accueil d'un site",
    needs="address",
    family="link",
)
def front_page_link(view: View) -> Finding | None:
    """Readers point to a page that says something, advertisers to the shop's door."""
    spans = tuple((a.start, a.end) for a in _written(view) if a.path in ("", "/") and not _is_reference(a.host))
    return Finding(grown(len(spans)), view.quoted(spans, 2), spans) if spans else None


@signal(
    "deep-link",
    -0.2,
    "link to a page inside a site",
    "lien vers une page intérieure d'un site",
    needs="address",
    family="link",
)
def deep_link(view: View) -> Finding | None:
    spans = tuple(
        (a.start, a.end) for a in _written(view) if (a.path.count("/") >= 2 and a.path[-1] != "/") or "?" in a.path
    )
    return Finding(grown(len(spans)), view.quoted(spans, 2), spans) if spans else None


@signal(
    "host-under-many-names",
    1.0,
    "the same address is given by other names",
    "la même adresse sert à d'autres noms",
    family="context",
    measure=("{} names", "{} noms"),
)
def host_under_many_names(view: View) -> Finding | None:
    names = view.submission.host_names
    if names is None or names < 3 or view.is_notice:  # two readers may well cite the same place
        return None
    return Finding(min(3.0, names / 3), str(names))
