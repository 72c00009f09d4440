"""What the name over a comment tells."""

from __future__ import annotations

import re

from moderation.signals.finding import Finding, grown, signal
from moderation.signals.lexicon import GOODS, lexicon
from moderation.signals.links import is_free_host, sales_words_in
from moderation.signals.view import View, same_site
from moderation.wordstats import word_statistics

_ADDRESS = re.compile(r"(?i)https?:|www\.|\.(?:com|net|org|info|biz|ru|fr|de|co|shop|online|site|xyz|eu|uk)\b")
_JOINED = re.compile(r"[a-z][A-Z][a-z]*[A-Z]?")
_ENCODED = re.compile(r"^[A-Za-z0-9+/]{12,}={0,2}$")
_SITE_TITLE = re.compile(
    r"^[^\W\d_][\w'’.-]+ [^\W\d_][\w'’.-]+(?:,| \|) "
)  # "Ann Other | The Daily", "Ann Other, Bath"
_INITIAL = re.compile(r"^[^\W\d_][\w'’.-]+ [^\W\d_]\.$")
_PERSON = re.compile(r"^[^\W\d_][\w'’.-]+ (?:[^\W\d_]\.|[^\W\d_][\w'’-]+)$")
_PARTICLES = frozenset(
    "de la le du des d' von van der den zu di da del della dos das do al el bin ibn ben ter y e et".split()
)
_TRADES = GOODS | {"prize"}


@signal(
    "author-is-address",
    1.8,
    "an address instead of a name",
    "une adresse à la place du nom",
    needs="author",
    family="author",
)
def author_is_address(view: View) -> Finding | None:
    return Finding(1.0, view.author[:60]) if _ADDRESS.search(view.author) else None


@signal(
    "author-trade-word",
    1.6,
    "the name is a sales phrase",
    "le nom est une phrase de vente",
    needs="author",
    family="author",
)
def author_trade_word(view: View) -> Finding | None:
    if not view.author_words:
        return None
    hits = lexicon().scan(list(view.author_words), view.author)
    found = [hit for family, family_hits in hits.items() if family in _TRADES for hit in family_hits]
    if not found or view.notice_form:
        return None
    if len(found) == 1 and _PERSON.match(view.author):  # "Rose Shop" is somebody's name rather than a shop's
        return Finding(0.3, view.author[:60])
    return Finding(grown(len(found)), view.author[:60])


# words that firms have in their names and people have not, folded; of several languages
_FIRM_WORDS = frozenset(
    """
    service services servicios servicos agency agence agentur agencia agenzia ltd llc inc gmbh sarl srl sas pvt
    limited company companies group groupe gruppe solutions solution studio studios express shop store stores boutique
    institut institute clinic clinique klinik clinica hospital cabinet experts specialist specialists coach coaching
    garage auto immobilier immobilien renovation renovations reformas ristrutturazioni remodeling roofing roofers
    plumbing plumber plumbers plombier plombiers fontaneros fontanero idraulico electrician electricians electricien
    electricistas serrurier serruriers cerrajeros locksmith locksmiths lawyer lawyers attorney attorneys avocat
    avocats abogados anwalt rechtsanwalt manufacturer manufacturers supplier suppliers exporter exporters wholesale
    dealer dealers tours travel voyages reisen hotel hotels resort academy academie akademie formation training course
    courses curso cursos kurse consulting consultants consultant marketing digital media online center centre zentrum
    movers packers cleaning cleaners nettoyage reinigung umzug umzuge umzugsfirma demenagement mudanzas traslochi
    fensterbau menuiserie carrelage toiture couvreur chauffage chauffagiste assurance assurances insurance
    versicherung seguros assicurazioni mutuelle credit kredit kredite loans loan mortgage dental dentist zahnarzt
    dentista capillaire esthetique beauty spa salon rental rentals location vermietung alquiler noleggio taxi cab limo
    transport logistics repair reparation guide review reviews casino betting vape cbd software app apps hosting seo
    webdesign design designs interiors kitchens furniture mobel meubles tiles flooring pools pest photography
    photographer wedding events catering minceur voyance ремонт окна потолки двери мебель кухни такси доставка услуги
    юрист адвокат кредит займ магазин студия
    """.split()
)


@signal(
    "firm-that-praises",
    1.3,
    "praise under the name of a firm",
    "un éloge sous le nom d'une entreprise",
    needs="author",
    family="author",
)
def firm_that_praises(view: View) -> Finding | None:
    """The name is the advertisement. Silent where the comment asks, answers or speaks of the article."""
    if len(view.author_words) < 2 or not _PRAISE.intersection(view.hits) or view.hits.get("dialogue"):
        return None
    if view.author_words[0] in view.own_host or not (
        _FIRM_WORDS.intersection(view.author_words) or author_trade_word(view)
    ):
        return None
    page = view.page()
    if page is not None and len(view.telling() & page.words) > 1:
        return None
    return Finding(1.0, view.author[:60])


_PRAISE = frozenset({"flattery", "template", "bookmark"})


@signal(
    "author-phrase",
    1.2,
    "a search phrase instead of a name",
    "une requête de recherche à la place du nom",
    needs="author",
    family="author",
)
def author_phrase(view: View) -> Finding | None:
    """Three words or more, or two without a capital: people sign with one or two words, capitals first."""
    words = view.author.split()
    if len(words) < 2 or "@" in view.author or view.notice_form:
        return None
    lower = sum(word[0].islower() and word not in _PARTICLES for word in words)
    if len(words) >= 3 and (lower >= 2 or len(words) >= 5):
        return Finding(min(2.0, len(words) / 3), view.author[:60])
    if lower == len(words):
        return Finding(0.7, view.author[:60])
    return None


@signal(
    "name-in-another-script",
    1.0,
    "a name in other letters than the text, and a link",
    "un nom dans un autre alphabet que le texte, et un lien",
    needs="host",
    family="author",
)
def name_in_another_script(view: View) -> Finding | None:
    """ "먹튀 사이트" over praise in English. A reader of two alphabets signs in the one that is read here, or needs no
    link."""
    letters = [sign for sign in view.author if sign.isalpha()]
    if len(letters) < 2 or min(letters) < _OTHER_SCRIPTS or view.letters < 12:
        return None
    latin = sum(map(str.isascii, "".join(view.words)))
    return Finding(1.0, view.author[:60]) if latin * 5 > view.letters * 4 else None


_OTHER_SCRIPTS = "\u0370"  # letters below it are Latin


@signal(
    "author-host-name", 0.9, "the name is the host's", "le nom est celui de l'hôte", needs="author", family="author"
)
def author_host_name(view: View) -> Finding | None:
    """ "cheap shoes" of cheapshoes.com. A person's own domain carries the person's name: two words with capitals."""
    name = "".join(view.author_words)
    if len(name) < 8 or not view.author_host or view.author[:1].isupper():
        return None
    host = view.author_host.rpartition(".")[0].replace("-", "").replace(".", "")
    return Finding(1.0, view.author[:60]) if name in host or (len(host) > 7 and host in name) else None


@signal(
    "author-random", 0.8, "a made-up string as name", "une suite de lettres comme nom", needs="author", family="author"
)
def author_random(view: View) -> Finding | None:
    name = view.author
    if " " in name or len(name) < 6:
        return None
    if _ENCODED.match(name) and any(sign.isdigit() for sign in name) and name != name.lower():
        return Finding(1.0, name[:40])
    strangeness = word_statistics().strangeness(name.lower())
    return Finding(min(2.0, strangeness - 4.6), name[:40]) if strangeness > 5.0 else None


@signal(
    "echo-of-name",
    1.3,
    "begins with the author's name",
    "commence par le nom de l'auteur",
    needs="author",
    family="author",
)
def echo_of_name(view: View) -> Finding | None:
    """Machines put the search phrase both over the comment and at its head; nobody begins with the own name."""
    name = view.author_words
    if not name or len("".join(name)) < 4 or tuple(view.words[: len(name)]) != name:
        return None
    rest = view.text[view.span(len(name) - 1, len(name))[1] :].lstrip()
    if rest[:1] not in {".", "…", "|", "", ":", "-", "["} and len(name) < 2:
        return None
    return Finding(1.0, view.author[:60], (view.span(0, len(name)),))


@signal(
    "author-joined-words",
    0.4,
    "capitals inside the name",
    "des capitales au milieu du nom",
    needs="author",
    family="author",
)
def author_joined_words(view: View) -> Finding | None:
    return Finding(1.0, view.author[:40]) if _JOINED.search(view.author) and " " not in view.author else None


@signal(
    "author-list",
    1.3,
    "a list of search terms as name",
    "une liste de mots-clés comme nom",
    needs="author",
    family="author",
)
def author_list(view: View) -> Finding | None:
    separators = view.author.count("|") + view.author.count(",") + view.author.count(";")
    if not separators or view.notice_form or (separators == 1 and _SITE_TITLE.search(view.author)):
        return None
    return Finding(grown(separators), view.author[:60])


@signal("author-digits", 0.3, "a name with digits", "un nom avec des chiffres", needs="author", family="author")
def author_digits(view: View) -> Finding | None:
    return Finding(1.0, view.author[:40]) if any(sign.isdigit() for sign in view.author) else None


@signal("author-initial", -0.5, "first name and initial", "prénom et initiale", needs="author", family="author")
def author_initial(view: View) -> Finding | None:
    return Finding(1.0, view.author) if _INITIAL.match(view.author) else None


@signal("author-full-name", -0.3, "first name and family name", "prénom et nom", needs="author", family="author")
def author_full_name(view: View) -> Finding | None:
    words = view.author.split()
    if len(words) not in (2, 3) or not all(word[:1].isupper() and word[1:].islower() for word in words):
        return None
    return None if author_trade_word(view) else Finding(1.0, view.author)


@signal(
    "author-sells",
    0.9,
    "the author's address is a shop's",
    "l'adresse de l'auteur est celle d'un commerce",
    needs="host",
    family="author",
    traits=("sender",),
)
def author_sells(view: View) -> Finding | None:
    found = sales_words_in(view.author_host) if view.author_host else 0
    return Finding(grown(found), view.author_host) if found else None


@signal(
    "host-of-that-name",
    -0.8,
    "the author's own site bears the author's name",
    "le site de l'auteur porte son nom",
    needs="host",
    family="author",
)
def host_of_that_name(view: View) -> Finding | None:
    """Anna of annas-garden.com. Neither the name nor the host may sell anything; a third of the readers who give a
    site have such a one, and one spammer in fifty."""
    host = view.author_host
    if not host or not 0 < len(view.author_words) <= 3 or same_site(host, view.own_host):
        return None
    name = host.rpartition(".")[0]
    borne = [word for word in view.author_words if len(word) > 3 and not word.isdigit() and word in name]
    if not borne or is_free_host(host) or sales_words_in(host) or author_trade_word(view) or author_host_name(view):
        return None
    return Finding(1.0, host)


@signal(
    "known-author",
    -1.2,
    "the author was published here before",
    "auteur déjà publié ici",
    family="context",
    measure=("{} comment|{} comments", "{} commentaire|{} commentaires"),
)
def known_author(view: View) -> Finding | None:
    earlier = view.submission.earlier_published
    return Finding(grown(earlier), str(earlier)) if earlier else None


@signal("by-the-site", -3.0, "written by the site itself", "écrit par le site lui-même", family="context")
def by_the_site(view: View) -> Finding | None:
    own = view.submission.by_site or (bool(view.author_host) and same_site(view.author_host, view.own_host))
    return Finding(1.0, view.author or view.own_host) if own else None
