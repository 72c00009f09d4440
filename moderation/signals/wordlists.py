"""One signal for each family of the word lists (`moderation/data/lexicon.txt`)."""

from __future__ import annotations

from moderation.signals.finding import Finding, Signal, grown, signal
from moderation.signals.lexicon import COMMERCIAL, GOODS, OFFERS
from moderation.signals.view import View

# family: expert's weight, meaning in English, meaning in French
_FAMILIES = {
    "flattery": (0.5, "praise which would fit under any article", "éloge passe-partout"),
    "template": (2.0, "a turn of phrase of comment machines", "une tournure de robots à commentaires"),
    "bookmark": (0.9, "talks of bookmarks, feeds or coming back", "parle de favoris, de flux ou de revenir"),
    "selfpromo": (0.8, "invites to the writer's own site or offer", "invite sur son propre site ou son offre"),
    "blogtech": (0.5, "talks about the blog as a thing, not about its subject", "parle du blog lui-même, pas du sujet"),
    "shopping": (0.6, "shop vocabulary", "vocabulaire marchand"),
    "brands": (0.8, "brand goods and replicas", "articles de marque et contrefaçons"),
    "pharma": (1.5, "medicines and pharmacies", "médicaments et pharmacies"),
    "diet": (0.9, "slimming and beauty products", "minceur et produits de beauté"),
    "gambling": (1.3, "gambling", "jeux d'argent"),
    "adult": (1.3, "sex and dating offers", "offres sexuelles et rencontres"),
    "loans": (0.9, "loans and insurance", "crédits et assurances"),
    "earn": (0.9, "promises of money, jobs or investments", "promesses de gains, d'emploi ou de placement"),
    "seo": (0.9, "search ranking, traffic and web services", "référencement, trafic et services web"),
    "helpdesk": (
        0.9,
        "phone lines, essays, courses and cracks for sale",
        "numéros d'appel, dissertations, formations à vendre",
    ),
    "services": (0.7, "local services, spells and fortune tellers", "services locaux, sorts et voyance"),
    "prize": (0.6, "prizes, freebies and calls to reply", "lots, gratuités et appels à répondre"),
    "action": (0.5, "tells the reader to click, write or call", "pousse à cliquer, écrire ou appeler"),
    "spells": (1.3, "spells, healers and fortune tellers", "marabouts, guérisseurs et voyance"),
    "recovery": (1.0, "money got back, hackers and brokers", "argent récupéré, pirates et courtiers"),
    "streaming": (0.9, "films, channels, games and cracks for nothing", "films, chaînes, jeux et logiciels piratés"),
    "clinics": (1.0, "hair, teeth and beauty clinics", "cliniques pour cheveux, dents et beauté"),
    "testimony": (
        0.4,
        "testifies to what somebody did for the writer",
        "témoigne de ce que quelqu'un a fait pour lui",
    ),
    "reach": (0.4, "says how to reach somebody", "dit comment joindre quelqu'un"),
    "warning": (
        -0.6,
        "warns of it or complains of it",
        "met en garde ou s'en plaint",
    ),
    "firstperson": (
        -0.5,
        "speaks of the writer's own experience or opinion",
        "parle d'une expérience ou d'un avis personnel",
    ),
    "dialogue": (-0.6, "takes part in a conversation", "prend part à une conversation"),
}


_OF_THE_PAGE = 0.3  # of a hit whose words the article uses as well: a reader of it may speak of its subject


def _of_family(family: str) -> Signal:
    def find(view: View) -> Finding | None:
        hits = view.hits.get(family)
        if not hits:
            return None
        spans = view.spans_of(hits)
        strength = grown(len(hits))
        if family in COMMERCIAL and (own := len(hits) - len(view.fresh(family))):
            strength = grown(len(hits) - own) + _OF_THE_PAGE * (strength - grown(len(hits) - own))
        return Finding(strength, view.quoted(spans), spans)

    find.__qualname__ = f"words_{family}"
    return find


_COMMERCIAL = tuple(sorted(COMMERCIAL))

for _family, (_prior, _en, _fr) in _FAMILIES.items():
    signal(
        f"words-{_family}",
        _prior,
        _en,
        _fr,
        family="words",
        needs=f"words-{_family}",
        traits=("offer",) if _family in OFFERS else (),
    )(_of_family(_family))


@signal(
    "trades-and-praise",
    0.6,
    "generic praise next to an offer",
    "éloge passe-partout à côté d'une offre",
    family="words",
)
def trades_and_praise(view: View) -> Finding | None:
    """Praise alone is a reader's; praise with a shop behind it is not."""
    praise = view.hits.get("flattery")
    if not praise:
        return None
    offers = [hit for _, found in view.fresh_of(_COMMERCIAL) for hit in found]
    if not offers and not view.hosts:
        return None
    spans = view.spans_of(praise[:2] + offers[:2])
    return Finding(1.0, view.quoted(spans), spans)


@signal("only-praise", 0.3, "nothing but generic praise", "rien d'autre qu'un éloge passe-partout", family="words")
def only_praise(view: View) -> Finding | None:
    """At least eight words and most of them in stock phrases: a short "Great article!" is a reader's."""
    hits = view.hits.get("flattery", []) + view.hits.get("bookmark", []) + view.hits.get("blogtech", [])
    if len(hits) < 2 or view.count < 8:
        return None
    share = sum(hit.last - hit.first for hit in hits) / view.count
    if share < 0.2:
        return None
    spans = view.spans_of(hits)
    return Finding(min(3.0, share * 4), view.quoted(spans), spans)


@signal(
    "many-trades", 0.6, "words of several unrelated trades", "mots de plusieurs commerces sans rapport", family="words"
)
def many_trades(view: View) -> Finding | None:
    trades = view.fresh_of(_COMMERCIAL)
    if len(trades) < 3:
        return None
    spans = view.spans_of([found[0] for _, found in trades])
    return Finding(min(3.0, len(trades) - 2.0), view.quoted(spans), spans)


@signal(
    "trade-density",
    0.8,
    "a large share of the words sells something",
    "une grande part des mots vend quelque chose",
    family="words",
)
def trade_density(view: View) -> Finding | None:
    if not view.words:
        return None
    taken = {at for _, found in view.fresh_of(GOODS) for hit in found for at in range(hit.first, hit.last)}
    share = len(taken) / view.count
    if share < 0.1 or len(taken) < 2:
        return None
    spans = tuple(view.span(at, at + 1) for at in sorted(taken) if at >= 0)
    return Finding(min(3.0, share * 5), view.quoted(spans), spans)
